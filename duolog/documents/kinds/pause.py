"""`pause`: a time-out for oneself, with a planned return. It asks nothing of the other, and needs no leave.

Rules
- Its owner alone calls it, for 20 minutes to 24 hours, extends it once, and returns. Each of the two may be on one.
- It blocks nobody, and becomes nothing else: after its time, its owner may call another.
- It says neither where its owner is nor what the other should do.

Spec: documents
"""

from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from duolog.documents import dates
from duolog.documents.applied import DAY, AppliedDocument
from duolog.documents.bodies import AnsweringStep, Seconds, StepBody, Words
from duolog.documents.effects import Add, Make, Put, Stage, Time
from duolog.documents.guards import At, By, From, Two, Unset
from duolog.documents.kernel import Machine, Row
from duolog.documents.kind import Kind
from duolog.documents.thing_texts import Texts
from duolog.documents.things import Text, Thing, Things
from duolog.documents.time_guards import Ahead, Later, NoOpen, NotAfter
from duolog.documents.voice import Look, Voice, indented

SHORTEST, LONGEST = 20 * 60, DAY  # seconds from a step to the time of return


# --- bodies ----------------------------------------------------------------------------------------------------------


class Call(StepBody):
    """I take a pause. `until`: when I plan to be back, Unix seconds. `words`: a note for the other."""

    step: Literal["call"] = "call"
    until: Seconds
    words: Words | None = None


class Extend(AnsweringStep):
    """I need more time. `until`: when I plan to be back, Unix seconds."""

    step: Literal["extend"] = "extend"
    until: Seconds


class Return(AnsweringStep):
    """I am back."""

    step: Literal["return"] = "return"
    words: Words | None = None


Step = Call | Extend | Return
PauseBody = Annotated[Step, Field(discriminator="step")]


# --- state -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PauseText(Text):
    """The text of a `call` or `extend`."""

    step: Annotated[Call | Extend, Field(discriminator="step")]


@dataclass(frozen=True, slots=True)
class Pause(Thing):
    """One pause. Its owner called it."""

    texts: Texts[PauseText] = field(default_factory=Texts)

    def runs(self, now: int) -> bool:
        """Whether its owner is on it at `now`, Unix seconds."""
        return self.standing == "called" and now <= self.times["until"]


# --- rows ------------------------------------------------------------------------------------------------------------

_IT = At("called", says="Name the pause itself, and not its extension.")
_OWNER = By("owner", says="Only who called a pause extends it or returns from it.")
_CALLED = From(("called",), says="You are back already.")
_LENGTH = Ahead("until", SHORTEST, LONGEST, says="A pause lasts from 20 minutes to 24 hours.")

ROWS = (
    Row(
        *("call", "tells"),
        (
            Two(says="There is nobody here yet to tell. Invite your partner first."),
            NoOpen(("called",), "until", mine=True, says="You are on a pause already: extend it, or return."),
            _LENGTH,
        ),
        (Make("called"), Put("called"), Time("until", path="until")),
    ),
    Row(
        *("extend", "own"),
        (
            *(_IT, _OWNER, _CALLED),
            Unset("extended", says="A pause is extended once. Return, or call a new one."),
            NotAfter("until", DAY, says="Its time passed more than a day ago. Call a new one."),
            *(_LENGTH, Later("until", "until", says="An extension ends later than the pause.")),
        ),
        (Put("extended"), Time("until", path="until")),
    ),
    Row("return", "ends", (_IT, _OWNER, _CALLED), (Stage("returned"), Add("returned", "words"))),
)


# --- words -----------------------------------------------------------------------------------------------------------


def title_of(pause: Pause) -> str:
    """Its name in a list. Views put the owner and the time beside it."""
    return "a pause"


def show(pause: Pause, look: Look) -> str:
    """A pause in a few lines, to its owner or to the other. It is told the same way however long ago it was."""
    voice, owner = look.voice, look.voice.name(pause.owner)
    until = voice.when(pause.times["until"])
    called, back = pause.texts[pause.entry].step, pause.marks.get("returned", {}).get(pause.owner)
    told = [f"{owner} planned to be back on {until}."]
    if back is not None:
        told = [f"{owner} is back.", *indented("Words", back.words)]
    elif pause.runs(look.now):
        told = [f"{owner} is taking a pause and plans to be back on {until}."]
    if isinstance(called, Call):
        told += indented("Note", called.words)
    if look.me == pause.owner and pause.runs(look.now):
        once = ", extend it once" if pause.at("extended") is None else ""
        told.append(f"  Come back{once}, or let it pass.")
    return voice.clean("\n".join(told))


def today(pause: Pause, look: Look) -> tuple[str, ...]:
    """To each of the two the pause, while it runs and until the end of the day of its return. Nothing after that."""
    until = pause.times["until"]
    if look.me not in pause.between:
        return ()
    if pause.standing != "called" or not (pause.runs(look.now) or dates.on_one_day(until, look.now)):
        return ()
    return (show(pause, look),)


def today_until(pause: Pause) -> int:
    """A time behind the day of its return, while nobody is back."""
    return pause.times["until"] + 2 * DAY if pause.standing == "called" else 0


def describe_step(applied: AppliedDocument, body: Step, voice: Voice, state: "Pauses") -> str:
    """One step as a timeline shows it: its author, what they did, and their note."""
    author = voice.name(applied.author)
    if isinstance(body, Call):
        return "\n".join([f"{author} took a pause until {voice.when(body.until)}", *indented("Note", body.words)])
    if isinstance(body, Extend):
        return f"{author} extended a pause until {voice.when(body.until)}"
    return "\n".join([f"{author} returned from a pause", *indented("Words", body.words)])


Pauses = Things[Pause]
MACHINE = Machine("pause", Pause, PauseText, {}, ROWS, comments_open=("called", "returned"))
KIND = Kind(
    *("pause", 1, TypeAdapter[Step](PauseBody), describe_step, Pauses, MACHINE.reduce),
    machine=MACHINE,
    title=title_of,
    show=show,
    today=today,
    today_until=today_until,
)
