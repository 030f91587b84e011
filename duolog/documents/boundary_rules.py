"""The rules of boundaries: one table of steps, asked by the author's client before sending and by every reducer.

    step     names                           by                             then
    propose  nothing                         either partner                 its text waits
    counter  what waits                      who did not write it           that is replaced, the new text waits
    accept   the text that waits             who did not write it           in force; earlier contests are settled
    accept   the agreed text                 who contests it                their contest is settled
    decline  what waits                      who did not write it           it is declined; what was agreed stays
    take_back  what waits                    who wrote it                   as if declined; what was agreed stays
    contest  the agreed text                 either partner, alone          contested; both texts stay readable
    amend    the agreed text                 either partner                 a new text waits; the agreed one stays
    retire   the agreed text                 either partner                 the ask to retire waits
    retire   the ask that waits              who did not ask                retired

Rules
- A text's author consents to it by writing it; it is in force when the other accepts exactly that text.
- One thing waits at a time. It lapses after 14 days; what lapsed takes no answer.
- A text (or ask) that was declined, taken back or lapsed can't be repeated within 14 days, by anybody; nor one that
  waits or is in force.
- Times are effective times: no clock that is wrong, by accident or on purpose, gains more than a day or a week.
- A boundary that binds only the other is refused. Silence is never consent. Nobody retires alone.
- The author's client refuses a forbidden step before sending; every reducer skips it with the same sentence. Both ask
  this table.

It does not put anything in words for a reader: see `boundary_words`. Spec: documents
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Literal

from duolog.documents.base import Answer, AppliedDocument, Context, require_visible
from duolog.documents.boundary import (
    Accept,
    Amend,
    Asking,
    Boundaries,
    Boundary,
    Contest,
    Contested,
    Counter,
    Decline,
    Propose,
    Retire,
    Step,
    TakeBack,
    Text,
    find_boundary,
)
from duolog.errors import NotAllowed
from duolog.protocol.codec import label, sha256

# --- the table -------------------------------------------------------------------------------------------------------


def reduce_boundary(state: Boundaries, applied: AppliedDocument, body: Step, context: Context) -> Boundaries:
    """The boundaries after one step.

    Raises:
        NotAllowed: the table forbids it; the sentence says why.
    Spec: documents
    """
    if applied.author not in context.partners:  # check: boundary.partner
        raise NotAllowed("A boundary is between the partners of a journal, and only they take steps in it.")
    if isinstance(body, Propose):
        changed = _propose(state, applied, body, context)
    else:
        boundary, named = _named(state, applied, body.answers)
        changed = TABLE[body.step](state, boundary, named, applied, body)
    return {**state, changed.entry: changed}


def reduce_undelivered(
    state: Boundaries, applied: AppliedDocument, body: Step, context: Context
) -> tuple[Boundaries, bool]:
    """What is left of a step that the other says not to have been able to open, and whether that is all of it.

    Steps of the class *ends* stand. A text or ask of which the other says so no longer waits, but what it replaced of
    its author's own does not wait again either: its author has left those words.

    Raises:
        NotAllowed: as `reduce_boundary`.
    Spec: documents
    """
    after = reduce_boundary(state, applied, body, context)
    if body.step in ENDS:  # check: boundary.ends_undelivered
        return after, True
    if isinstance(body, Amend | Retire):
        boundary, named = _named(state, applied, body.answers)
        if named.wording is not None:  # check: boundary.replaced_undelivered
            return {**state, boundary.entry: _set_aside(boundary, applied)}, False
    return state, False


def consented_step(state: Boundaries, body: Step) -> Step | None:
    """What the author of this step consents to: all of the step whose text they accept, or whose ask they confirm."""
    if not isinstance(body, Accept | Retire):
        return None
    boundary = find_boundary(state, body.answers.entry)
    named = None if boundary is None else boundary.texts[body.answers.entry]
    if named is None or (isinstance(body, Retire) and named.wording is not None):
        return None  # the latter asks to retire, and consents to nothing
    return named.step


def require_visible_asking(body: Step) -> None:
    """Before writing: whoever is asked will see all of the text. Raises: NotAllowed."""
    if isinstance(body, Propose | Counter | Amend | Retire):
        require_visible(body)


def _propose(state: Boundaries, applied: AppliedDocument, body: Propose, context: Context) -> Boundary:
    if len(context.partners) != 2:  # check: boundary.two
        raise NotAllowed("There is nobody in this journal yet to agree with. Invite your partner first.")
    text = _new_text(state, applied, body)
    return Boundary(applied.entry, tuple(sorted(context.partners)), {text.entry: text}, waiting=text.entry)


def _counter(state: Boundaries, boundary: Boundary, named: Text, applied: AppliedDocument, body: Counter) -> Boundary:
    _require_mine_to_answer(boundary, named, applied)
    text = _new_text(state, applied, body)
    return _wait(_answered(boundary, named, applied, "replaced"), text)


def _accept(state: Boundaries, boundary: Boundary, named: Text, applied: AppliedDocument, body: Accept) -> Boundary:
    if named.entry == boundary.agreed:
        if applied.author not in boundary.contests:  # check: boundary.nothing_to_settle
            raise NotAllowed("This text is agreed already. There is nothing left to accept.")
        left = {account: contest for account, contest in boundary.contests.items() if account != applied.author}
        return replace(boundary, contests=left)
    _require_mine_to_answer(boundary, named, applied)
    if named.wording is None:  # check: boundary.accept_ask
        raise NotAllowed("This asks to retire the boundary. Confirm with retire, or decline.")
    agreed = _answered(boundary, named, applied, "accepted")
    return replace(agreed, agreed=named.entry, contests={})


def _decline(state: Boundaries, boundary: Boundary, named: Text, applied: AppliedDocument, body: Decline) -> Boundary:
    _require_mine_to_answer(boundary, named, applied)
    return _answered(boundary, named, applied, "declined", body.why)


def _take_back(
    state: Boundaries, boundary: Boundary, named: Text, applied: AppliedDocument, body: TakeBack
) -> Boundary:
    if named.author != applied.author:  # check: boundary.take_back_own
        raise NotAllowed("Only who wrote it can take it back. You can decline it.")
    _require_waiting(boundary, named, applied)
    return _answered(boundary, named, applied, "declined")


def _contest(state: Boundaries, boundary: Boundary, named: Text, applied: AppliedDocument, body: Contest) -> Boundary:
    _require_agreed(boundary, named)
    if applied.author in boundary.contests:  # check: boundary.contested_already
        raise NotAllowed(
            "It is contested already, in words of the same person. Amend it, or settle it by accepting the agreed text."
        )
    contested = Contested(applied.entry, applied.at, applied.effective, body.words)
    return replace(boundary, contests={**boundary.contests, applied.author: contested})


def _amend(state: Boundaries, boundary: Boundary, named: Text, applied: AppliedDocument, body: Amend) -> Boundary:
    _require_agreed(boundary, named)
    _require_room(boundary, applied)
    text = _new_text(state, applied, body)
    return _wait(_set_aside(boundary, applied), text)


def _retire(state: Boundaries, boundary: Boundary, named: Text, applied: AppliedDocument, body: Retire) -> Boundary:
    if named.wording is None:
        _require_mine_to_answer(boundary, named, applied)
        return replace(_answered(boundary, named, applied, "accepted"), retired=applied.entry, contests={})
    _require_agreed(boundary, named)
    _require_room(boundary, applied)
    digest = sha256(label("boundary-retire"), boundary.entry)
    _require_not_again(state, digest, applied.effective)
    return _wait(_set_aside(boundary, applied), _text(applied, digest, body))


TABLE: dict[str, Callable[[Boundaries, Boundary, Text, AppliedDocument, Any], Boundary]] = {
    "counter": _counter,
    "accept": _accept,
    "decline": _decline,
    "take_back": _take_back,
    "contest": _contest,
    "amend": _amend,
    "retire": _retire,
}
# The class *ends*: each speaks for its author alone, and nobody comes to agree to anything by it.
ENDS = frozenset({"decline", "take_back", "contest"})


# --- its conditions --------------------------------------------------------------------------------------------------


def _named(state: Boundaries, applied: AppliedDocument, answers: Answer) -> tuple[Boundary, Text]:
    boundary = find_boundary(state, answers.entry)
    if boundary is None:  # check: boundary.held
        raise NotAllowed("The text that this answers is not here, or did not count.")
    named = boundary.texts[answers.entry]
    if named.message != answers.message:  # check: boundary.same_message
        raise NotAllowed("This answers other words than the ones that are here.")
    if applied.author not in boundary.between:  # check: boundary.between
        raise NotAllowed("This boundary is between two other people.")
    if boundary.retired is not None:  # check: boundary.retired
        raise NotAllowed("This boundary was retired. Propose it anew if it should hold again.")
    return boundary, named


def _require_mine_to_answer(boundary: Boundary, named: Text, applied: AppliedDocument) -> None:
    _require_waiting(boundary, named, applied)
    if named.author == applied.author:  # check: boundary.own_text
        raise NotAllowed(
            "One acceptance is not in force: nobody answers their own words, and the other's answer is still missing."
        )


def _require_waiting(boundary: Boundary, named: Text, applied: AppliedDocument) -> None:
    if named.entry != boundary.waiting:  # check: boundary.waiting
        raise NotAllowed(_TAKEN_BACK if named.taken_back else _NOT_WAITING[named.outcome])
    if named.lapsed(applied.effective):  # check: boundary.lapsed
        raise NotAllowed(_LAPSED)


_LAPSED = "Nobody answered this within 14 days, so it has lapsed."
_TAKEN_BACK = "Its author took this back before it was answered."
_NOT_WAITING = {
    "waiting": _LAPSED,  # it lapsed, and something newer took its place
    "accepted": "This text was accepted before; it does not wait for an answer.",
    "declined": "This text was declined.",
    "replaced": "This text has been replaced by a newer one. Read that one, and answer it.",
}


def _require_agreed(boundary: Boundary, named: Text) -> None:
    if named.entry != boundary.agreed:  # check: boundary.agreed
        raise NotAllowed(
            "This is not the text that both agreed on. Only that one can be contested, amended or retired."
        )


def _require_room(boundary: Boundary, applied: AppliedDocument) -> None:
    waiting = boundary.waiting_text
    if waiting is None or waiting.lapsed(applied.effective):
        return
    if waiting.author != applied.author:  # check: boundary.answer_first
        raise NotAllowed("The other partner's words wait for an answer. Accept, counter or decline them first.")


def _new_text(state: Boundaries, applied: AppliedDocument, body: Propose | Counter | Amend) -> Text:
    if body.wording.binds == "you":  # check: boundary.binds_other
        raise NotAllowed(
            "A boundary says what I do, or what both of us agree to. One that binds only the other person can't be "
            "proposed: say what you will do yourself, or bind both."
        )
    digest = body.wording.digest()
    for boundary in state.values():
        agreed = boundary.agreed_text
        if (
            boundary.retired is None and agreed is not None and agreed.digest == digest
        ):  # check: boundary.agreed_already
            raise NotAllowed("Exactly this text is agreed already.")
    _require_not_again(state, digest, applied.effective)
    return _text(applied, digest, body)


def _text(applied: AppliedDocument, digest: bytes, body: Asking) -> Text:
    return Text(applied.entry, applied.message, applied.author, applied.at, applied.effective, digest, body)


def _require_not_again(state: Boundaries, digest: bytes, at: int) -> None:
    for text in _texts(state):
        until = text.refusable_until()
        if text.digest == digest and until is not None and at < until:  # check: boundary.not_again
            raise NotAllowed(
                "Exactly this waits for an answer, or was declined, taken back or lapsed less than 14 days ago. "
                "Wait, or find other words: an answer can't be pressed for."
            )


def _texts(state: Boundaries) -> Iterator[Text]:
    return (text for boundary in state.values() for text in boundary.texts.values())


# --- its effects -----------------------------------------------------------------------------------------------------


def _wait(boundary: Boundary, text: Text) -> Boundary:
    return replace(boundary, texts={**boundary.texts, text.entry: text}, waiting=text.entry)


def _answered(
    boundary: Boundary,
    named: Text,
    applied: AppliedDocument,
    outcome: Literal["accepted", "declined", "replaced"],
    why: str | None = None,
) -> Boundary:
    answered = replace(
        named,
        outcome=outcome,
        answered_by=applied.author,
        answered_at=applied.at,
        answered_effective=applied.effective,
        answer=applied.entry,
        answer_why=why,
    )
    return replace(boundary, texts={**boundary.texts, named.entry: answered}, waiting=None)


def _set_aside(boundary: Boundary, applied: AppliedDocument) -> Boundary:
    """One's own words that wait are replaced by newer ones; words that lapsed stay lapsed."""
    waiting = boundary.waiting_text
    if waiting is None or waiting.lapsed(applied.effective):
        return boundary
    return _answered(boundary, waiting, applied, "replaced")
