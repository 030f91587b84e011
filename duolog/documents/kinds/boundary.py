"""`boundary`: its rows, its words for a reader, and its place in the list of kinds.

Rules
- The author of a text consents to it by writing it. It is in force when the other accepts exactly that text.
- At most one text or ask to retire waits at a time. It lapses after 14 days, and then takes no answer.
- Nobody can repeat a text or ask that waits, is in force, or was declined, taken back or lapsed less than 14 days ago.
- A boundary that binds only the other person is refused. Silence is never consent. Nobody retires alone.

`boundary_texts` has the bodies and the state. The reader's `now` is for the words alone. Spec: documents
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from pydantic import TypeAdapter

from duolog.documents import dates
from duolog.documents.applied import AppliedDocument
from duolog.documents.bodies import require_visible
from duolog.documents.digests import Digest
from duolog.documents.effects import Add, Aside, Drop, Empty, Make, Point, Put, Settle, Stage
from duolog.documents.guards import At, By, Differs, Free, Fresh, From, In, Is, Named, NotIn, Two, Within
from duolog.documents.kernel import Machine, Row
from duolog.documents.kind import Kind
from duolog.documents.kinds import boundary_texts
from duolog.documents.kinds.boundary_texts import (
    LAPSES_AFTER,
    NOT_AGAIN_FOR,
    Accept,
    Amend,
    Boundaries,
    Boundary,
    BoundaryBody,
    BoundaryText,
    Contest,
    Counter,
    Decline,
    Propose,
    Retire,
    Step,
    TakeBack,
    Wording,
    today_until,
)
from duolog.documents.voice import Look, Voice, body_lines, capital, grown_from, indented, title_line
from duolog.protocol.codec import label

# --- rows ------------------------------------------------------------------------------------------------------------

_LAPSED = "Nobody answered this within 14 days, so it has lapsed."
_LIVE = From(("live",), says="This boundary was retired. Propose it anew if it should hold again.")
_WAITS = (
    At(
        "waiting",
        {
            "waiting": _LAPSED,  # it lapsed, and a newer text took its place
            "accepted": "This text was accepted before; it does not wait for an answer.",
            "declined": "This text was declined.",
            "taken_back": "Its author took this back before it was answered.",
            "replaced": "This text has been replaced by a newer one. Read that one, and answer it.",
        },
        says="Nothing waits for an answer here.",
    ),
    Within(LAPSES_AFTER, says=_LAPSED),
)
_MINE_TO_ANSWER = (
    *_WAITS,
    By(
        "not_writer",
        says="One acceptance is not in force: nobody answers their own words.",
    ),
)
_AGREED = At(
    "agreed", says="This is not the text that both agreed on. Only that one can be contested, amended or retired."
)
_ROOM = Free(
    *("waiting", LAPSES_AFTER),
    says="The other partner's words wait for an answer. Accept, counter or decline them first.",
)
_NOT_AGAIN = Fresh(
    *(NOT_AGAIN_FOR, LAPSES_AFTER),
    says="Exactly this waits for an answer, or was declined, taken back or lapsed less than 14 days ago. "
    "Wait, or find other words: an answer can't be pressed for.",
)
_NEW_TEXT = (
    Is(
        *("wording.binds", ("me", "both")),
        says="A boundary says what I do, or what both of us agree to. One that binds only the other person can't be "
        "proposed: say what you will do yourself, or bind both.",
    ),
    Differs("live", "agreed", says="Exactly this text is agreed already."),
    _NOT_AGAIN,
)
_A_TEXT = Named(
    *("step", ("propose", "counter", "amend")),
    says="This asks to retire the boundary. Confirm with retire, or decline.",
)
_AN_ASK = Named("step", ("retire",), says="Nobody asks to retire it.")
_TWO = Two(says="There is nobody in this journal yet to agree with. Invite your partner first.")
_CONTESTS = In("contests", says="This text is agreed already. There is nothing left to accept.")
_NO_CONTEST = NotIn(
    "contests",
    says="It is contested already, in words of the same person. Amend it, or settle it by accepting the agreed text.",
)
_TAKE_BACK = By("writer", says="Only who wrote it can take it back. You can decline it.")

ROWS = (
    Row("propose", "asks", (_TWO, *_NEW_TEXT), (Make("live"), Put("waiting"))),
    Row("counter", "answers", (_LIVE, *_MINE_TO_ANSWER, *_NEW_TEXT), (Settle("waiting", "replaced"), Put("waiting"))),
    Row(
        *("accept", "answers", (_LIVE, *_MINE_TO_ANSWER, _A_TEXT)),
        (Settle("waiting", "accepted"), Point("agreed", "named"), Empty("contests")),
    ),
    Row("accept", "own", (_LIVE, _AGREED, _CONTESTS), (Drop("contests"),)),
    Row("decline", "ends", (_LIVE, *_MINE_TO_ANSWER), (Settle("waiting", "declined", "why"),)),
    Row("take_back", "ends", (_LIVE, _TAKE_BACK, *_WAITS), (Settle("waiting", "declined"),)),
    Row("contest", "ends", (_LIVE, _AGREED, _NO_CONTEST), (Add("contests", "words"),)),
    Row("amend", "asks", (_LIVE, _AGREED, _ROOM, *_NEW_TEXT), (Aside("waiting", LAPSES_AFTER), Put("waiting"))),
    Row(*("retire", "asks", (_LIVE, _AGREED, _ROOM, _NOT_AGAIN)), (Aside("waiting", LAPSES_AFTER), Put("waiting"))),
    Row(
        *("retire", "answers", (_LIVE, _AN_ASK, *_MINE_TO_ANSWER)),
        (Settle("waiting", "accepted"), Point("retired", "step"), Empty("contests"), Stage("retired")),
    ),
)


_WORDING = Digest(label("boundary-text"), ("json",), "wording")
DIGESTS = {
    **dict.fromkeys(("propose", "counter", "amend"), _WORDING),
    "retire": Digest(label("boundary-retire"), ("thing",)),
}


def consented_step(state: Boundaries, body: Step) -> Step | None:
    """The step to which the author of `body` consents: whose text they accept, or whose ask to retire they confirm."""
    if not isinstance(body, Accept | Retire):
        return None
    boundary = state.find(body.answers.entry)
    named = None if boundary is None else boundary.texts[body.answers.entry]
    if named is None or (isinstance(body, Retire) and named.wording is not None):
        return None  # a `retire` of the agreed text asks, and consents to nothing
    return named.step


def require_visible_asking(body: Step) -> None:
    """Check before writing that the other will see all of a text that asks for consent. Raises: NotAllowed."""
    if isinstance(body, Propose | Counter | Amend | Retire):
        require_visible(body)


# --- words -----------------------------------------------------------------------------------------------------------

Status = boundary_texts.Stage | Literal["lapsed", "taken_back"]


@dataclass(frozen=True, slots=True)
class BoundaryView:
    """A boundary at one time. `waiting`: the text that may be answered. `shown`: the agreed text, else the newest."""

    boundary: Boundary
    status: Status
    shown: BoundaryText
    waiting: BoundaryText | None
    review_due: bool


def view_boundary(boundary: Boundary, now: int) -> BoundaryView:
    """The view of a boundary at `now`, Unix seconds. Spec: documents"""
    waiting, texts = boundary.waiting_text, list(boundary.texts.values())
    status: Status = boundary.stage
    if waiting is not None and waiting.lapsed(now):
        waiting = None
        status = "lapsed" if status == "proposed" else status
    if status == "declined" and texts[-1].taken_back:
        status = "taken_back"
    shown = boundary.agreed_text or [text for text in texts if text.wording is not None][-1]
    review = None if shown.wording is None else shown.wording.review
    due = status in ("in_force", "contested") and review is not None and dates.has_come(review, now)
    return BoundaryView(boundary, status, shown, waiting, due)


def title_of(boundary: Boundary) -> str:
    """The beginning of a boundary's text, as its name in a list."""
    wording = view_boundary(boundary, 0).shown.wording
    return title_line(wording.text) if wording is not None else ""


def describe_boundary(boundary: Boundary, now: int, voice: Voice) -> str:
    """A boundary in several lines: its stage, the agreed text, who contests it, and the text that waits."""
    view = view_boundary(boundary, now)
    status = "waits for an answer" if view.status == "proposed" else view.status.replace("_", " ")
    told = [f"“{title_of(boundary)}”: {status}"]
    told += _worded(view.shown, voice)
    for account, contest in boundary.contests.items():
        told.append(f"  {voice.name(account)} contests it, {voice.dated(contest.at, contest.effective)}:")
        told += indented("In these words", contest.words)
    waiting = view.waiting
    if waiting is not None and waiting.entry != view.shown.entry:
        told.append("  Waiting for an answer until " + voice.when(waiting.lapses_at) + ":")
        told += _worded(waiting, voice)
    elif waiting is not None:
        told.append(f"  It lapses if unanswered until {voice.when(waiting.lapses_at)}.")
    if view.status == "lapsed":
        told.append("  Nobody answered within 14 days. Silence is never consent.")
    if view.review_due:
        told.append("  The day to look at it again has come.")
    return voice.clean("\n".join(told))


def show(boundary: Boundary, look: Look) -> str:
    """A boundary as `describe_boundary` tells it."""
    return describe_boundary(boundary, look.now, look.voice)


def today(boundary: Boundary, look: Look) -> tuple[str, ...]:
    """The other's text or ask that the reader may answer, and a day of looking at it again that has come."""
    view = view_boundary(boundary, look.now)
    title = f"\u201c{title_of(boundary)}\u201d"
    told = []
    if view.waiting is not None and view.waiting.author != look.me and look.me in boundary.between:
        author = look.voice.name(view.waiting.author)
        asks = "asks to retire" if view.waiting.wording is None else "has a text for"
        told.append(look.voice.clean(f"{author} {asks} {title}. You can read it and answer when you want to."))
    if view.review_due:
        told.append(look.voice.clean(f"The day to look at {title} again has come."))
    return tuple(told)


def _worded(text: BoundaryText, voice: Voice) -> Iterator[str]:
    author, when = voice.name(text.author), voice.dated(text.at, text.effective)
    if text.wording is None:
        yield f"  {author} asked to retire it, {when}"
        yield from indented("Why", text.why)
    else:
        yield f"  {capital(voice.whose(text.author))} text, {when}"
        yield from wording_lines(text.wording, author)
        yield from grown_from(text.grew_from)
    yield from (f"  {line}" for line in voice.unshown(text.step))
    if text.answered_by is None or text.answered_at is None or text.answered_effective is None:
        return
    if text.outcome == "accepted" and text.wording is not None:
        when = voice.dated(text.answered_at, text.answered_effective)
        yield f"  {voice.name(text.answered_by)} accepted exactly this text, {when}"
    if text.taken_back:
        yield f"  {voice.name(text.author)} took it back"
    elif text.outcome == "declined":
        yield f"  {voice.name(text.answered_by)} declined it"
        yield from indented("Why", text.answer_why)


def wording_lines(wording: Wording, author: str) -> Iterator[str]:
    """A wording by `author`, with a line or more for each of its parts."""
    yield from indented("Text", wording.text)
    yield f"  Topic: {wording.topic.replace('_', ' ')}; binds {'both' if wording.binds == 'both' else author}"
    yield from indented("Why", wording.why)
    yield from indented("Fine", wording.fine)
    yield from indented("Not fine", wording.not_fine)
    yield from indented("If it is compromised", wording.if_compromised)
    if wording.review is not None:
        yield f"  To be looked at again on {dates.iso_day(wording.review)}"


def describe_step(applied: AppliedDocument, body: Step, voice: Voice, state: Boundaries) -> str:
    """One step as a timeline shows it: its author, what they did, the boundary, and the step's own words."""
    author = voice.name(applied.author)
    if isinstance(body, Propose):
        grew = grown_from(body.from_)
        return "\n".join([f"{author} proposed a boundary:", *wording_lines(body.wording, author), *grew])
    boundary = state.find(body.answers.entry)
    title = f"\u201c{title_of(boundary)}\u201d" if boundary is not None else "a boundary that is not here"
    if isinstance(body, Counter | Amend):
        verb = "countered" if isinstance(body, Counter) else "proposed to amend"
        grew = grown_from(body.from_) if isinstance(body, Amend) else ()
        return "\n".join([f"{author} {verb} {title}:", *wording_lines(body.wording, author), *grew])
    if isinstance(body, Contest):
        return "\n".join([f"{author} contested {title}:", *body_lines(body.words)])
    if isinstance(body, Decline | Retire):
        named = None if boundary is None else boundary.texts[body.answers.entry]
        asked = named is not None and named.wording is None
        retired = "agreed to retire" if asked else "asked to retire"
        verb = "declined what waited in" if isinstance(body, Decline) else retired
        return "\n".join([f"{author} {verb} {title}", *indented("Why", body.why)])
    verb = "took back what waited in" if isinstance(body, TakeBack) else "accepted the text of"
    return f"{author} {verb} {title}"


MACHINE = Machine("boundary", Boundary, BoundaryText, DIGESTS, ROWS, comments_open=("live", "retired"))
KIND = Kind(
    *("boundary", 1, TypeAdapter[Step](BoundaryBody), describe_step, Boundaries, MACHINE.reduce),
    machine=MACHINE,
    title=title_of,
    show=show,
    today=today,
    today_until=today_until,
    before_writing=require_visible_asking,
    consents_to=consented_step,
)
