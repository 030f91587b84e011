"""`promise`: a small act, something that is made visible, or a plan. It binds only the person who makes it.

Rules
- Its owner alone makes it, marks it, renews it and ends it. Nobody can ask for one here.
- Its forms are `habit`, `offer` and `plan`. An offer runs until a time, 90 days ahead at most, and then ends by itself.
  Its owner may renew it, also after that time.
- It ends at any time, without a reason. No view calls it kept or not kept, and none counts its marks.

Spec: documents
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, model_validator

from duolog.documents.applied import DAY, AppliedDocument
from duolog.documents.bodies import AnsweringStep, From, Line, Seconds, StepBody, Words
from duolog.documents.effects import Add, Make, Put, Stage, Time
from duolog.documents.guards import At, By, Is, LeftOut
from duolog.documents.guards import From as Stages
from duolog.documents.kernel import Machine, Row
from duolog.documents.kind import Kind
from duolog.documents.thing_texts import Texts
from duolog.documents.things import Text, Thing, Things
from duolog.documents.time_guards import Ahead, Has, NotAfter
from duolog.documents.voice import Look, Voice, body_lines, grown_from, indented, title_line
from duolog.protocol import sizes

RUNS_FOR = 90 * DAY  # seconds ahead of its step that an offer ends, at most
REMINDS = 3 * DAY  # seconds before an offer ends, in which its owner is told

Form = Literal["habit", "offer", "plan"]


# --- bodies ----------------------------------------------------------------------------------------------------------


class MakePromise(StepBody):
    """A promise. `text`: what I do, or make visible. `until`: when an offer ends, Unix seconds; it must have one.

    The fields of a plan, of which it has at least one: what may lead there (`triggers`), how I notice (`early_signs`),
    what I do first (`first_step`), whom I call (`calls`), and when I tell you (`tell_when`).
    """

    step: Literal["make"] = "make"
    form: Form
    text: Words
    rhythm: Line | None = None
    why: Words | None = None
    until: Seconds | None = None
    triggers: Words | None = None
    early_signs: Words | None = None
    first_step: Words | None = None
    calls: Words | None = None
    tell_when: Words | None = None
    from_: From = None

    @model_validator(mode="after")
    def _require_plan(self) -> "MakePromise":
        parts = (self.triggers, self.early_signs, self.first_step, self.calls, self.tell_when)
        if (self.form == "plan") != any(part is not None for part in parts):
            raise ValueError("a plan says at least one of what leads there, how it is noticed, and what is done then")
        return self


class MarkPromise(AnsweringStep):
    """Of a habit: done. Of an offer: an update, in `words`. Of a plan: I used it."""

    step: Literal["mark"] = "mark"
    words: Words | None = None


class RenewPromise(AnsweringStep):
    """My offer runs until another time. `until`: Unix seconds."""

    step: Literal["renew"] = "renew"
    until: Seconds


class EndPromise(AnsweringStep):
    """I end it."""

    step: Literal["end"] = "end"
    words: Words | None = None


Step = MakePromise | MarkPromise | RenewPromise | EndPromise
PromiseBody = Annotated[Step, Field(discriminator="step")]


# --- state -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PromiseText(Text):
    """The text of a `make` or `mark`."""

    step: Annotated[MakePromise | MarkPromise, Field(discriminator="step")]


@dataclass(frozen=True, slots=True)
class Promise(Thing):
    """One promise. Its owner made it."""

    texts: Texts[PromiseText] = field(default_factory=Texts)

    @property
    def made(self) -> MakePromise:
        """The step that made it. Raises: as `made_by`."""
        return self.made_by(MakePromise)

    def ran_out(self, now: int) -> bool:
        """Whether it is an offer that has ended by itself at `now`, Unix seconds."""
        return self.standing == "held" and now > self.times.get("until", now)


# --- rows ------------------------------------------------------------------------------------------------------------

_IT = At("made", says="Name the promise itself, and not a mark of it.")
_OWNER = By("owner", says="A promise is its owner's alone.")
_HELD = Stages(("held",), says="It has ended already.")

ROWS = (
    Row(
        *("make", "own"),
        (Is("form", ("offer",)), Ahead("until", 0, RUNS_FOR, says="An offer ends within 90 days; you can renew it.")),
        (Make("held"), Put("made"), Time("until", path="until")),
    ),
    Row(
        *("make", "own"),
        (Is("form", ("habit", "plan")), LeftOut("until", says="Only an offer has an end.")),
        (Make("held"), Put("made")),
    ),
    Row(
        *("mark", "own"),
        (_IT, _OWNER, _HELD, NotAfter("until", says="This offer ran out. Renew it, or leave it.")),
        (Put("mark"),),
    ),
    Row(
        *("renew", "own"),
        (
            *(_IT, _OWNER, _HELD, Has("until", says="Only an offer is renewed.")),
            Ahead("until", 0, RUNS_FOR, says="An offer is renewed for 90 days at most."),
        ),
        (Time("until", path="until"),),
    ),
    Row("end", "ends", (_IT, _OWNER, _HELD), (Stage("ended"), Add("ended", "words"))),
)


# --- words -----------------------------------------------------------------------------------------------------------

_MADE = {"habit": "promises", "offer": "offers", "plan": "plans"}
_MARKED = {"habit": "did", "offer": "gave an update to", "plan": "used"}


def title_of(promise: Promise) -> str:
    """The beginning of its text, as its name in a list."""
    return title_line(promise.made.text)


def show(promise: Promise, look: Look) -> str:
    """A promise in several lines. Its owner alone is shown the latest mark again."""
    made, voice, until = promise.made, look.voice, promise.times.get("until")
    mine, owner = look.me == promise.owner, voice.name(promise.owner)
    ended, ran_out = promise.marks.get("ended", {}).get(promise.owner), promise.ran_out(look.now)
    runs = "" if until is None or ended or ran_out else f", until {voice.when(until)}"
    told = [f"{owner} {_MADE[made.form]}{runs}:", *_made_lines(made)]
    if ended is not None:
        told += [f"  {owner} ended this on {voice.dated(ended.at, ended.effective)}.", *indented("Words", ended.words)]
    elif ran_out and until is not None:
        told.append(f"  It ran until {voice.when(until)}.")
    mark = promise.at("mark")
    if mine and mark is not None and isinstance(mark.step, MarkPromise):
        told += [
            f"  Your newest mark is of {voice.dated(mark.at, mark.effective)}.",
            *indented("Words", mark.step.words),
        ]
    return voice.clean("\n".join(told))


def today(promise: Promise, look: Look) -> tuple[str, ...]:
    """To its owner alone: the end of an offer, three days before it, and that a plan is at hand."""
    until = promise.times.get("until")
    if look.me != promise.owner or promise.standing != "held":
        return ()
    if until is not None and until - REMINDS <= look.now <= until:
        when = look.voice.when(until)
        title = f"\u201c{title_of(promise)}\u201d"
        line = f"Your offer {title} ends on {when} by itself. Renew it only if you want to."
        return (look.voice.clean(line),)
    return ("Your plan is here.",) if promise.made.form == "plan" else ()


def today_until(promise: Promise) -> int:
    """The end of an offer. A plan is at hand until it is ended, and of a habit nothing is said."""
    if promise.standing != "held":
        return 0
    return promise.times.get("until", sizes.MAX_INTEGER if promise.made.form == "plan" else 0)


def _made_lines(made: MakePromise) -> Iterator[str]:
    yield from body_lines(made.text)
    yield from indented("Rhythm", made.rhythm)
    yield from indented("Why", made.why)
    yield from indented("What may lead there", made.triggers)
    yield from indented("How I notice", made.early_signs)
    yield from indented("What I do first", made.first_step)
    yield from indented("Whom I call", made.calls)
    yield from indented("When I tell you", made.tell_when)
    yield from grown_from(made.from_)


def describe_step(applied: AppliedDocument, body: Step, voice: Voice, state: "Promises") -> str:
    """One step as a timeline shows it: its author, what they did, the promise, and the step's own words."""
    author = voice.name(applied.author)
    if isinstance(body, MakePromise):
        until = "" if body.until is None else f", until {voice.when(body.until)}"
        return "\n".join([f"{author} {_MADE[body.form]}{until}:", *_made_lines(body)])
    promise = state.find(body.answers.entry)
    title = "a promise that is not here" if promise is None else f"\u201c{title_of(promise)}\u201d"
    if isinstance(body, RenewPromise):
        return f"{author} renewed {title}, until {voice.when(body.until)}"
    marked = "marked" if promise is None else _MARKED[promise.made.form]
    verb = marked if isinstance(body, MarkPromise) else "ended"
    return "\n".join([f"{author} {verb} {title}", *indented("Words", body.words)])


Promises = Things[Promise]
MACHINE = Machine("promise", Promise, PromiseText, {}, ROWS, comments_open=("held", "ended"))
KIND = Kind(
    *("promise", 1, TypeAdapter[Step](PromiseBody), describe_step, Promises, MACHINE.reduce),
    machine=MACHINE,
    while_provisional=False,
    title=title_of,
    show=show,
    today=today,
    today_until=today_until,
)
