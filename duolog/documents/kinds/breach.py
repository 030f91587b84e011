"""`breach`: two accounts of one event, side by side. Neither is a verdict.

Rules
- Who opens it writes about what they did themselves (`own`), or as they saw it (`saw`). The latter names a boundary's
  text that both accepted, and that binds the other. Nobody is held to a rule that they never agreed to.
- Each of the two gives one account, a note beside the step. Nobody changes the other's.
- Each closes it for themselves alone, and may open it again for themselves. Nobody closes it for the other.

What is repaired is a boundary or a promise of its own. Spec: documents
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, model_validator

from duolog.documents import dates
from duolog.documents.applied import AppliedDocument
from duolog.documents.bodies import Answer, AnsweringStep, StepBody, Words
from duolog.documents.effects import Add, Drop, Make, Put, PutBy
from duolog.documents.guards import At, Became, By, In, Is, Named, NotIn, OfKind, Two
from duolog.documents.kernel import Machine, Row
from duolog.documents.kind import Kind
from duolog.documents.thing_texts import Texts
from duolog.documents.things import Text, Thing, Things
from duolog.documents.voice import Look, Voice, capital, indented
from duolog.protocol import sizes

# --- bodies ----------------------------------------------------------------------------------------------------------


class OpenBreach(StepBody):
    """A first account, in the note `text`. `as`: `own` for what I did, `saw` for what I saw.

    `answers`: the boundary's text, for `saw` and nothing else. `about`: something that an `own` account belongs to.
    `look_again`: a day on which its author alone is reminded.
    """

    step: Literal["open"] = "open"
    as_: Annotated[Literal["own", "saw"], Field(validation_alias="as", serialization_alias="as")]
    text: Answer
    happened: date | None = None
    look_again: date | None = None
    about: Answer | None = None
    answers: Answer | None = None

    @model_validator(mode="after")
    def _require_place(self) -> "OpenBreach":
        if (self.as_ == "saw") != (self.answers is not None):
            raise ValueError("an account of what its author saw answers a boundary's text, and no other does")
        return self


class GiveAccount(AnsweringStep):
    """My own account of it, in the note `text`. `look_again`: a day on which its author alone is reminded."""

    step: Literal["account"] = "account"
    text: Answer
    look_again: date | None = None


class CloseBreach(AnsweringStep):
    """For me it is closed."""

    step: Literal["close"] = "close"
    words: Words | None = None


class ReopenBreach(AnsweringStep):
    """For me it is open again."""

    step: Literal["reopen"] = "reopen"
    words: Words | None = None


Step = OpenBreach | GiveAccount | CloseBreach | ReopenBreach
BreachBody = Annotated[Step, Field(discriminator="step")]


# --- state -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BreachText(Text):
    """The account of one of the two."""

    step: Annotated[OpenBreach | GiveAccount, Field(discriminator="step")]


@dataclass(frozen=True, slots=True)
class Breach(Thing):
    """One event. Its owner opened it."""

    texts: Texts[BreachText] = field(default_factory=Texts)

    @property
    def opened(self) -> OpenBreach:
        """The step that made it. Raises: as `made_by`."""
        return self.made_by(OpenBreach)

    def account_of(self, person: bytes) -> BreachText | None:
        """The account of one of the two (account id, 32 bytes), or None."""
        mark = self.marks.get("accounts", {}).get(person)
        return None if mark is None else self.texts[mark.entry]


# --- rows ------------------------------------------------------------------------------------------------------------

_TWO = Two(says="There is nobody here yet to tell. Invite your partner first.")
_ONLY = "Only a text that both accepted, and that binds the other, can be named so."
_ELSEWHERE = OfKind("boundary", says="Name the text of a boundary between the two of you.")
_AGREED = (_ELSEWHERE, Became(("accepted",), says=_ONLY))
_OPENED = (Make("open"), Put("opened"), PutBy("accounts"))
_IT = At("opened", says="Name what was opened, and not the other's account.")

ROWS = (
    Row("open", "tells", (_TWO, *_AGREED, Named("wording.binds", ("both",), says=_ONLY)), _OPENED),
    Row(
        *("open", "tells"),
        (*_AGREED, Named("wording.binds", ("me",), says=_ONLY), By("not_writer", says=_ONLY)),
        _OPENED,
    ),
    Row("open", "tells", (Is("as", ("own",)), _TWO), _OPENED),
    Row(
        *("account", "tells"),
        (_IT, NotIn("accounts", says="One account each; further words are comments.")),
        (PutBy("accounts"),),
    ),
    Row("close", "ends", (_IT, NotIn("closed", says="It is closed for you already.")), (Add("closed", "words"),)),
    Row("reopen", "own", (_IT, In("closed", says="It is open for you.")), (Drop("closed"),)),
)


# --- words -----------------------------------------------------------------------------------------------------------

_OPENS = {"own": "wrote about something of their own", "saw": "wrote how they saw something that was agreed"}
_VERBS = {
    "account": "gave an account of",
    "close": "closed, for themselves,",
    "reopen": "opened again, for themselves,",
}


def title_of(breach: Breach) -> str:
    """Its day as its name in a list. Its words stand in notes, and the boundary's text in the boundary."""
    happened = breach.opened.happened
    return "an event" if happened is None else f"an event of {dates.day_of(happened)}"


def show(breach: Breach, look: Look) -> str:
    """A breach in several lines: who opened it and how, whose accounts are here, and for whom it is closed.

    An account that nobody gave is not mentioned. The words of accounts are notes, which a client shows side by side.
    """
    voice, opened = look.voice, breach.opened
    told = [f"{voice.name(breach.owner)} {_OPENS[opened.as_]}"]
    if opened.happened is not None:
        told.append(f"  It happened on {dates.day_of(opened.happened)}.")
    ordered = sorted(breach.between, key=lambda one: one != breach.owner)
    accounts = (one for one in ordered if breach.account_of(one) is not None)
    told += (f"  {capital(voice.whose(one))} account is here." for one in accounts)
    told += (f"  {line}" for line in _closed(breach, voice))
    own = breach.account_of(look.me)
    if own is not None and own.step.look_again is not None:
        told.append(f"  You look at it again on {dates.day_of(own.step.look_again)}.")
    return voice.clean("\n".join(told))


def today(breach: Breach, look: Look) -> tuple[str, ...]:
    """To the other, until they write or close, that there is room for their account; to each the day that they set."""
    if look.me not in breach.between or look.me in breach.marks.get("closed", {}):
        return ()
    own = breach.account_of(look.me)
    if own is None:
        owner = look.voice.name(breach.owner)
        return (look.voice.clean(f"{owner} wrote about {title_of(breach)}. You may add your own account."),)
    day = own.step.look_again
    if day is None or not dates.is_today(day, look.now):
        return ()
    return (f"Today is the day you set to look at {title_of(breach)} again.",)


def today_until(breach: Breach) -> int:
    """While one of the two may still write, and then the last of the days that they set."""
    closed, until = breach.marks.get("closed", {}), 0
    for one in breach.between:
        own = breach.account_of(one)
        if own is None and one not in closed:
            return sizes.MAX_INTEGER
        if own is not None and own.step.look_again is not None and one not in closed:
            until = max(until, dates.over_everywhere(own.step.look_again))
    return until


def _closed(breach: Breach, voice: Voice) -> Iterator[str]:
    closed = breach.marks.get("closed", {})
    if not closed:
        yield "It is open."
    elif all(one in closed for one in breach.between):
        yield "It is closed for both."
    else:
        done = [voice.name(one) for one in breach.between if one in closed]
        others = [voice.name(one) for one in breach.between if one not in closed]
        yield f"For {done[0]} this is closed; for {others[0]} it is open."
    for one, mark in closed.items():
        yield from (line.strip() for line in indented(f"{voice.name(one)} says", mark.words))


def describe_step(applied: AppliedDocument, body: Step, voice: Voice, state: "Breaches") -> str:
    """One step as a timeline shows it: its author, what they did, and the step's own words.

    The note with an account is shown at its own place.
    """
    author = voice.name(applied.author)
    if isinstance(body, OpenBreach):
        happened = [] if body.happened is None else [f"  It happened on {dates.day_of(body.happened)}."]
        return "\n".join([f"{author} {_OPENS[body.as_]}", *happened])
    breach = state.find(body.answers.entry)
    title = "an event that is not here" if breach is None else title_of(breach)
    words = None if isinstance(body, GiveAccount) else body.words
    return "\n".join([f"{author} {_VERBS[body.step]} {title}", *indented("Words", words)])


Breaches = Things[Breach]
MACHINE = Machine("breach", Breach, BreachText, {}, ROWS, comments_open=("open",))
KIND = Kind(
    *("breach", 1, TypeAdapter[Step](BreachBody), describe_step, Breaches, MACHINE.reduce),
    machine=MACHINE,
    while_provisional=False,
    title=title_of,
    show=show,
    today=today,
    today_until=today_until,
)
