"""`check_in`: two answers to the same questions, which open together.

Rules
- Each seals an answer and commits to it, once. When both have, each publishes the key of their own. A key counts when
  it fits its commitment. The answers are open when both keys fit.
- One of each form is open at a time. It passes by itself: a week's after 7 days, a review's after 14.
- Each may set it aside alone, until their own key counts. The other then waits 14 days before beginning that form
  again; who set it aside may begin at any time.
- A commit binds its author for good: not even newer keys of their own take it back. Otherwise who has read the other's
  answer could give another one.
- No view says who gave no answer, who was first, or how answers compare.

The answers are in `check_in_answers`; a client opens them. Blind pairs: Spec: §8. Spec: documents
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, model_validator

from duolog.documents import dates
from duolog.documents.applied import DAY, AppliedDocument
from duolog.documents.bodies import Answer, AnsweringStep, Body, StepBody
from duolog.documents.effects import Add, Make, Put, PutBy, Stage, Time, WhenBoth
from duolog.documents.fields import AtMost, Binary
from duolog.documents.guards import At, From, Is, KeyFits, NotIn, Two
from duolog.documents.kernel import Machine, Row
from duolog.documents.kind import Kind
from duolog.documents.kinds.check_in_answers import Form
from duolog.documents.thing_texts import Texts
from duolog.documents.things import Text, Thing, Things
from duolog.documents.time_guards import NoOpen, NotAfter, Rested
from duolog.documents.voice import Look, Voice, capital
from duolog.protocol import sizes

PASSES_AFTER: Mapping[Form, int] = {"week": 7 * DAY, "review": 14 * DAY}  # seconds from `begin`
RESTS_FOR = 14 * DAY  # seconds from the other's setting aside

# --- bodies ----------------------------------------------------------------------------------------------------------


class Period(Body):
    """The days that a review looks at."""

    from_: Annotated[date, Field(validation_alias="from", serialization_alias="from")]
    to: date


class BeginCheckIn(StepBody):
    """A check-in. `talk_on`: the day to talk about it. `period`, `chosen`: what a review looks at."""

    step: Literal["begin"] = "begin"
    form: Form
    talk_on: date | None = None
    period: Period | None = None
    chosen: Annotated[tuple[Answer, ...], AtMost(32)] | None = None

    @model_validator(mode="after")
    def _require_review(self) -> "BeginCheckIn":
        if self.form != "review" and (self.period is not None or self.chosen is not None):
            raise ValueError("only a review looks at a period or at chosen documents")
        return self


class CommitAnswer(AnsweringStep):
    """My sealed answer (4136 bytes), and the commitment to its key (32 bytes)."""

    step: Literal["commit"] = "commit"
    sealed: Annotated[bytes, Binary(sizes.SEALED_ANSWER)]
    commitment: Annotated[bytes, Binary(sizes.COMMITMENT)]


class RevealAnswer(AnsweringStep):
    """The secret `k` of my answer, 32 bytes."""

    step: Literal["reveal"] = "reveal"
    k: Annotated[bytes, Binary(sizes.PAIR_SECRET)]


class SetCheckInAside(AnsweringStep):
    """Not this one."""

    step: Literal["set_aside"] = "set_aside"


Step = BeginCheckIn | CommitAnswer | RevealAnswer | SetCheckInAside
CheckInBody = Annotated[Step, Field(discriminator="step")]


# --- state -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CheckInText(Text):
    """The text of a `begin`, `commit` or `reveal`."""

    step: Annotated[BeginCheckIn | CommitAnswer | RevealAnswer, Field(discriminator="step")]


@dataclass(frozen=True, slots=True)
class Opening:
    """A published key with its answer, for a client to open: `k` 32 bytes, `sealed` 4136, `commitment` 32."""

    author: bytes
    k: bytes
    sealed: bytes
    commitment: bytes

    def __repr__(self) -> str:
        return "Opening(<secret>)"


@dataclass(frozen=True, slots=True)
class CheckIn(Thing):
    """One check-in. Its id, the entry of `begin`, is the pair's. Its owner began it."""

    texts: Texts[CheckInText] = field(default_factory=Texts)

    @property
    def form(self) -> Form:
        """Which questions it asks."""
        return self.begun.form

    @property
    def begun(self) -> BeginCheckIn:
        """The step that made it. Raises: as `made_by`."""
        return self.made_by(BeginCheckIn)

    def passed(self, now: int) -> bool:
        """Whether its time has gone by at `now`, Unix seconds, before both had answered."""
        return self.standing == "begun" and now > self.times["until"]

    def opening(self, account: bytes) -> Opening | None:
        """The published key of one person's answer (account id, 32 bytes), with the answer; None without a key."""
        commit, reveal = self.of("commits", account), self.of("keys", account)
        if commit is None or reveal is None:
            return None
        if not isinstance(commit.step, CommitAnswer) or not isinstance(reveal.step, RevealAnswer):
            return None
        return Opening(account, reveal.step.k, commit.step.sealed, commit.step.commitment)


# --- rows ------------------------------------------------------------------------------------------------------------

_TWO = Two(says="There is nobody here yet to answer with. Invite your partner first.")
_IT = At("begun", says="Name the check-in itself, and not an answer in it.")
_NO_KEY = NotIn("keys", says="You have opened your answer already.")


def _begin(form: Form) -> Row:
    return Row(
        *("begin", "asks"),
        (
            *(_TWO, Is("form", (form,))),
            NoOpen(("begun", "sealed"), "until", form, says="One is open already. Answer it, or set it aside."),
            Rested(
                *(("aside",), "aside", form, RESTS_FOR),
                says="The other set one aside less than 14 days ago. Only they can begin one before that.",
            ),
        ),
        (Make("begun"), Put("begun"), Time("until", seconds=PASSES_AFTER[form])),
    )


ROWS = (
    _begin("week"),
    _begin("review"),
    Row(
        *("commit", "answers"),
        (
            *(_IT, From(("begun",), says="It takes no more answers.")),
            NotAfter("until", says="Its time has passed. You can begin a new one."),
            NotIn("commits", says="You have answered already."),
        ),
        (PutBy("commits"), WhenBoth("commits", "sealed")),
    ),
    Row(
        *("reveal", "own"),
        (
            *(_IT, From(("sealed",), says="Keys count once both have answered."), _NO_KEY),
            KeyFits("commits", says="This key does not fit the answer, so it is not counted."),
        ),
        (PutBy("keys"), WhenBoth("keys", "opened")),
    ),
    Row(
        *("set_aside", "ends"),
        (
            *(_IT, From(("begun", "sealed", "aside"), says="It is open; it asks nothing more."), _NO_KEY),
            NotIn("aside", says="It is set aside already."),
        ),
        (Stage("aside"), Add("aside", "words")),
    ),
)


# --- words -----------------------------------------------------------------------------------------------------------

_FORMS: Mapping[Form, str] = {"week": "a check-in of the week", "review": "a review"}


def title_of(check_in: CheckIn) -> str:
    """Its form as its name in a list, and the period of a review."""
    form, period = _FORMS[check_in.begun.form], check_in.begun.period
    return form if period is None else f"{form} of {dates.day_of(period.from_)} to {dates.day_of(period.to)}"


def show(check_in: CheckIn, look: Look) -> str:
    """A check-in in a few lines: how it stands, and the day to talk. Answers that are open stand in `answer_lines`."""
    told = [capital(title_of(check_in)), *(f"  {line}" for line in _standing(check_in, look))]
    if check_in.begun.talk_on is not None:
        told.append(f"  The day to talk is {dates.day_of(check_in.begun.talk_on)}.")
    return look.voice.clean("\n".join(told))


def today(check_in: CheckIn, look: Look) -> tuple[str, ...]:
    """That it can be answered, to who has not; and the day to talk. Nothing once it is set aside or has passed."""
    begun, told = check_in.begun, []
    if look.me not in check_in.between or check_in.standing == "aside" or check_in.passed(look.now):
        return ()
    if check_in.standing == "begun" and look.me not in check_in.marks.get("commits", {}):
        until = look.voice.when(check_in.times["until"])
        told.append(f"{capital(title_of(check_in))} is open until {until}. You can answer it or set it aside.")
    if begun.talk_on is not None and dates.is_today(begun.talk_on, look.now):
        told.append("Today is the day you set to talk.")
    return tuple(told)


def today_until(check_in: CheckIn) -> int:
    """The end of its time while it is open for answers, and then that of the day to talk."""
    talk_on = check_in.begun.talk_on
    if check_in.standing == "begun":
        return check_in.times["until"]
    return 0 if talk_on is None or check_in.standing == "aside" else dates.over_everywhere(talk_on)


def _standing(check_in: CheckIn, look: Look) -> Iterator[str]:
    voice, aside = look.voice, check_in.marks.get("aside", {})
    keys = check_in.marks.get("keys", {})
    if check_in.passed(look.now):
        yield "This one passed unopened."
    elif check_in.standing == "begun":
        yield f"It is open for answers until {voice.when(check_in.times['until'])}."
        if look.me in check_in.marks.get("commits", {}):
            yield "Yours is sealed."
    elif check_in.standing == "opened":
        yield "Both answers are open."
    elif check_in.standing == "sealed":
        yield "Both have answered."
    else:
        yield from (f"{voice.name(one)} set this one aside." for one in aside)
    if keys and check_in.standing != "opened":
        others = [one for one in check_in.between if one not in keys]
        yield from (f"{capital(voice.whose(one))} answer is not revealed." for one in others)
        if look.me not in others and check_in.standing == "sealed":
            yield "A device does that by itself, the next time it is online."


def describe_step(applied: AppliedDocument, body: Step, voice: Voice, state: "CheckIns") -> str:
    """One step as a timeline shows it.

    Sealing and opening an answer are told in the check-in alone: in a timeline their order would say who was first, and
    who gave none.
    """
    if isinstance(body, CommitAnswer | RevealAnswer):
        return ""
    author = voice.name(applied.author)
    if isinstance(body, BeginCheckIn):
        talk = [] if body.talk_on is None else [f"  The day to talk is {dates.day_of(body.talk_on)}."]
        return "\n".join([f"{author} began {_FORMS[body.form]}", *talk])
    check_in = state.find(body.answers.entry)
    title = "a check-in that is not here" if check_in is None else title_of(check_in)
    return f"{author} set aside {title}"


CheckIns = Things[CheckIn]
MACHINE = Machine("check-in", CheckIn, CheckInText, {}, ROWS, comments_open=("opened",), binding=("commit",))
KIND = Kind(
    *("check_in", 1, TypeAdapter[Step](CheckInBody), describe_step, CheckIns, MACHINE.reduce),
    machine=MACHINE,
    while_provisional=False,
    title=title_of,
    show=show,
    today=today,
    today_until=today_until,
)
