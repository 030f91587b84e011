"""The reducer of boundaries as it was before there were rows: what the rows are held against, step by step.

It was written by hand and calls nothing of the kernel. It stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from duolog.documents.applied import AppliedDocument, Membership
from duolog.documents.bodies import AccountId, Answer, EntryId, Hash
from duolog.documents.kinds.boundary import DIGESTS
from duolog.documents.kinds.boundary_texts import (
    LAPSES_AFTER,
    NOT_AGAIN_FOR,
    Accept,
    Amend,
    Asking,
    Contest,
    Counter,
    Decline,
    Propose,
    Retire,
    Step,
    TakeBack,
    Wording,
)
from duolog.errors import NotAllowed
from duolog.protocol.codec import label, sha256


@dataclass(frozen=True, slots=True)
class Text:
    """One text, or an ask to retire (then `wording` is None), and what became of it.

    `at` and `answered_at` are shown, `effective` and `answered_effective` count. `step`: all that its author wrote.
    """

    entry: EntryId
    message: Hash
    author: AccountId
    at: int
    effective: int
    digest: Hash
    step: Asking
    outcome: Literal["waiting", "accepted", "declined", "replaced"] = "waiting"
    answered_by: AccountId | None = None
    answered_at: int | None = None
    answered_effective: int | None = None
    answer: EntryId | None = None
    answer_why: str | None = None

    @property
    def wording(self) -> Wording | None:
        """The text; None for an ask to retire."""
        return None if isinstance(self.step, Retire) else self.step.wording

    @property
    def why(self) -> str | None:
        """Why its author asks to retire."""
        return self.step.why if isinstance(self.step, Retire) else None

    @property
    def taken_back(self) -> bool:
        """Whether its own author took it back. To the rules it is declined."""
        return self.outcome == "declined" and self.answered_by == self.author

    @property
    def lapses_at(self) -> int:
        """The last second at which an answer counts."""
        return self.effective + LAPSES_AFTER

    def lapsed(self, at: int) -> bool:
        """Whether nobody answered in time, seen from an effective time or a reader's now."""
        return self.outcome == "waiting" and at > self.lapses_at

    def refusable_until(self) -> int | None:
        """Until when it can't be repeated once declined or lapsed; None when it was accepted or replaced."""
        if self.outcome == "declined" and self.answered_effective is not None:
            return self.answered_effective + NOT_AGAIN_FOR
        return self.lapses_at + NOT_AGAIN_FOR if self.outcome == "waiting" else None


@dataclass(frozen=True, slots=True)
class Contested:
    """One partner's contest of the agreed text."""

    entry: EntryId
    at: int
    effective: int
    words: str


Stage = Literal["proposed", "declined", "in_force", "contested", "retired"]


@dataclass(frozen=True, slots=True)
class Boundary:
    """One boundary: its id is the entry that first proposed it.

    `texts` holds every text and ask in order; `agreed` and `waiting` name entries in it. `contests` has at most one
    for each partner.
    """

    entry: EntryId
    between: tuple[AccountId, ...]
    texts: dict[EntryId, Text]
    waiting: EntryId | None
    agreed: EntryId | None = None
    contests: dict[AccountId, Contested] = field(default_factory=dict)
    retired: EntryId | None = None

    @property
    def stage(self) -> Stage:
        """Where it stands, apart from the clock: a view adds what has lapsed."""
        if self.retired is not None:
            return "retired"
        if self.agreed is not None:
            return "contested" if self.contests else "in_force"
        return "declined" if self.waiting is None else "proposed"

    @property
    def agreed_text(self) -> Text | None:
        """The text that both hold, in force, contested or retired."""
        return None if self.agreed is None else self.texts[self.agreed]

    @property
    def waiting_text(self) -> Text | None:
        """The text or ask that waits for an answer, perhaps in vain."""
        return None if self.waiting is None else self.texts[self.waiting]


Boundaries = dict[EntryId, Boundary]  # in the order of their first proposals


def find_boundary(state: Boundaries, entry: bytes) -> Boundary | None:
    """The boundary that has this text or ask. `entry`: 16 bytes."""
    return next((boundary for boundary in state.values() if entry in boundary.texts), None)


def reduce_boundary(state: Boundaries, applied: AppliedDocument, body: Step, context: Membership) -> Boundaries:
    """The boundaries after one step.

    Raises:
        NotAllowed: the table forbids it; the sentence says why.
    Spec: documents
    """
    if applied.author not in context.partners:
        raise NotAllowed("A boundary is between the partners of a journal, and only they take steps in it.")
    if isinstance(body, Propose):
        changed = _propose(state, applied, body, context)
    else:
        boundary, named = _named(state, applied, body.answers)
        changed = TABLE[body.step](state, boundary, named, applied, body)
    return {**state, changed.entry: changed}


def reduce_undelivered(
    state: Boundaries, applied: AppliedDocument, body: Step, context: Membership
) -> tuple[Boundaries, bool]:
    """What is left of a step that the other says not to have been able to open, and whether that is all of it.

    Steps of the class *ends* stand. A text or ask of which the other says so no longer waits, but what it replaced of
    its author's own does not wait again either: its author has left those words.

    Raises:
        NotAllowed: as `reduce_boundary`.
    Spec: documents
    """
    after = reduce_boundary(state, applied, body, context)
    if body.step in ENDS:
        return after, True
    if isinstance(body, Amend | Retire):
        boundary, named = _named(state, applied, body.answers)
        if named.wording is not None:
            return {**state, boundary.entry: _set_aside(boundary, applied)}, False
    return state, False


def _propose(state: Boundaries, applied: AppliedDocument, body: Propose, context: Membership) -> Boundary:
    if len(context.partners) != 2:
        raise NotAllowed("There is nobody in this journal yet to agree with. Invite your partner first.")
    text = _new_text(state, applied, body)
    return Boundary(applied.entry, tuple(sorted(context.partners)), {text.entry: text}, waiting=text.entry)


def _counter(state: Boundaries, boundary: Boundary, named: Text, applied: AppliedDocument, body: Counter) -> Boundary:
    _require_mine_to_answer(boundary, named, applied)
    text = _new_text(state, applied, body)
    return _wait(_answered(boundary, named, applied, "replaced"), text)


def _accept(state: Boundaries, boundary: Boundary, named: Text, applied: AppliedDocument, body: Accept) -> Boundary:
    if named.entry == boundary.agreed:
        if applied.author not in boundary.contests:
            raise NotAllowed("This text is agreed already. There is nothing left to accept.")
        left = {account: contest for account, contest in boundary.contests.items() if account != applied.author}
        return replace(boundary, contests=left)
    _require_mine_to_answer(boundary, named, applied)
    if named.wording is None:
        raise NotAllowed("This asks to retire the boundary. Confirm with retire, or decline.")
    agreed = _answered(boundary, named, applied, "accepted")
    return replace(agreed, agreed=named.entry, contests={})


def _decline(state: Boundaries, boundary: Boundary, named: Text, applied: AppliedDocument, body: Decline) -> Boundary:
    _require_mine_to_answer(boundary, named, applied)
    return _answered(boundary, named, applied, "declined", body.why)


def _take_back(
    state: Boundaries, boundary: Boundary, named: Text, applied: AppliedDocument, body: TakeBack
) -> Boundary:
    if named.author != applied.author:
        raise NotAllowed("Only who wrote it can take it back. You can decline it.")
    _require_waiting(boundary, named, applied)
    return _answered(boundary, named, applied, "declined")


def _contest(state: Boundaries, boundary: Boundary, named: Text, applied: AppliedDocument, body: Contest) -> Boundary:
    _require_agreed(boundary, named)
    if applied.author in boundary.contests:
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
    if boundary is None:
        raise NotAllowed("The text that this answers is not here, or did not count.")
    named = boundary.texts[answers.entry]
    if named.message != answers.message:
        raise NotAllowed("This answers other words than the ones that are here.")
    if applied.author not in boundary.between:
        raise NotAllowed("This boundary is between two other people.")
    if boundary.retired is not None:
        raise NotAllowed("This boundary was retired. Propose it anew if it should hold again.")
    return boundary, named


def _require_mine_to_answer(boundary: Boundary, named: Text, applied: AppliedDocument) -> None:
    _require_waiting(boundary, named, applied)
    if named.author == applied.author:
        raise NotAllowed("One acceptance is not in force: nobody answers their own words.")


def _require_waiting(boundary: Boundary, named: Text, applied: AppliedDocument) -> None:
    if named.entry != boundary.waiting:
        raise NotAllowed(_TAKEN_BACK if named.taken_back else _NOT_WAITING[named.outcome])
    if named.lapsed(applied.effective):
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
    if named.entry != boundary.agreed:
        raise NotAllowed(
            "This is not the text that both agreed on. Only that one can be contested, amended or retired."
        )


def _require_room(boundary: Boundary, applied: AppliedDocument) -> None:
    waiting = boundary.waiting_text
    if waiting is None or waiting.lapsed(applied.effective):
        return
    if waiting.author != applied.author:
        raise NotAllowed("The other partner's words wait for an answer. Accept, counter or decline them first.")


def _new_text(state: Boundaries, applied: AppliedDocument, body: Propose | Counter | Amend) -> Text:
    if body.wording.binds == "you":
        raise NotAllowed(
            "A boundary says what I do, or what both of us agree to. One that binds only the other person can't be "
            "proposed: say what you will do yourself, or bind both."
        )
    digest = DIGESTS["propose"].of(body, b"")
    for boundary in state.values():
        agreed = boundary.agreed_text
        if boundary.retired is None and agreed is not None and agreed.digest == digest:
            raise NotAllowed("Exactly this text is agreed already.")
    _require_not_again(state, digest, applied.effective)
    return _text(applied, digest, body)


def _text(applied: AppliedDocument, digest: bytes, body: Asking) -> Text:
    return Text(applied.entry, applied.message, applied.author, applied.at, applied.effective, digest, body)


def _require_not_again(state: Boundaries, digest: bytes, at: int) -> None:
    for text in _texts(state):
        until = text.refusable_until()
        if text.digest == digest and until is not None and at < until:
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
