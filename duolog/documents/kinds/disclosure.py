"""`disclosure`: a letter. One person tells it, the other reflects it, and the first says *heard* or *not quite*.

Rules
- The words of a step are a note of the same author beside it. A step counts whether or not anybody holds the note, so
  withdrawing a note hides its text, and never a step.
- A response comes after *heard*. The writer's silence must not silence the reader. So the reader may also respond after
  the writer set the letter aside, said *not quite* twice, or left a reflection without an answer for more than 7 days.
  Such a response is marked.
- Each of the two may set it aside alone, at any point before the response. Only their own next step takes it up again.
- The same note can't be told twice within 14 days. New notes aren't limited.

Spec: documents
"""

from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, model_validator

from duolog.documents.applied import DAY, AppliedDocument
from duolog.documents.bodies import Answer, AnsweringStep, Line, StepBody, Words
from duolog.documents.digests import Digest
from duolog.documents.effects import Add, Count, Drop, Make, Put, Stage
from duolog.documents.guards import After, At, By, Fresh, From, Is, Least, Named, NotIn, OwnerIn, Two
from duolog.documents.kernel import Machine, Row
from duolog.documents.kind import Kind
from duolog.documents.kinds.disclosure_views import (
    FORMS,
    NOT_QUITE_TWICE,
    WAITS_FOR,
    show,
    title_of,
    today,
    today_until,
)
from duolog.documents.safe_text import one_line
from duolog.documents.thing_texts import Texts
from duolog.documents.things import Text, Thing, Things
from duolog.documents.voice import Voice, indented
from duolog.protocol.codec import label

NOT_AGAIN_FOR = 14 * DAY  # seconds from a note's telling

Form = Literal["disclosure", "supplement", "impact", "repair"]


# --- bodies ----------------------------------------------------------------------------------------------------------


class Tell(StepBody):
    """A letter. `text`: the note with its words. `about`: a line that is read before opening it.

    `hold`: a wish to read it in a session. A supplement answers a disclosure of its own author. Other forms may have
    `of`.
    """

    step: Literal["tell"] = "tell"
    form: Form
    text: Answer
    about: Line
    hold: bool | None = None
    of: Answer | None = None
    answers: Answer | None = None

    @model_validator(mode="after")
    def _require_place(self) -> "Tell":
        if (self.form == "supplement") != (self.answers is not None):
            raise ValueError("a supplement answers a disclosure, and nothing else does")
        return self


class Acknowledge(AnsweringStep):
    """I have the letter."""

    step: Literal["acknowledge"] = "acknowledge"


class Reflect(AnsweringStep):
    """A reflection: what I hear, in the note `text`. `asks`: one question."""

    step: Literal["reflect"] = "reflect"
    text: Answer
    asks: Words | None = None


class Heard(AnsweringStep):
    """The named reflection is right."""

    step: Literal["heard"] = "heard"
    words: Words | None = None


class NotQuite(AnsweringStep):
    """The named reflection is not quite right. `words`: what is missing."""

    step: Literal["not_quite"] = "not_quite"
    words: Words


class Respond(AnsweringStep):
    """My response, in the note `text`."""

    step: Literal["respond"] = "respond"
    text: Answer


class SetAside(AnsweringStep):
    """Not now. The reader lets the letter rest; the writer asks for nothing more."""

    step: Literal["set_aside"] = "set_aside"
    words: Words | None = None


Step = Tell | Acknowledge | Reflect | Heard | NotQuite | Respond | SetAside
DisclosureBody = Annotated[Step, Field(discriminator="step")]


# --- state -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Said(Text):
    """The text of a `tell` or `reflect`."""

    step: Annotated[Tell | Reflect, Field(discriminator="step")]


@dataclass(frozen=True, slots=True)
class Disclosure(Thing):
    """One letter. Its writer is its owner."""

    texts: Texts[Said] = field(default_factory=Texts)


# --- rows ------------------------------------------------------------------------------------------------------------

_TWO = Two(says="There is nobody here yet to tell. Invite your partner first.")
_FRESH = Fresh(NOT_AGAIN_FOR, mine=True, says="The same text was sent less than 14 days ago.")
_IT = At("told", says="Name the letter itself, and not what was said of it.")
_READER = By("other", says="Only who it was told to answers it.")
_WRITER = By("owner", says="Only who told it can say so.")
_REFLECTION = At("reflection", says="This is not the reflection that waits.")
_REFLECTED = From(("reflected",), says="This is not the reflection that waits.")
_FIRST = "Reflect first: say what you hear, until it is \u201cheard\u201d."
_UNHEARD = (Stage("answered"), Count("unheard"))

ROWS = (
    Row(
        *("tell", "tells"),
        (
            _IT,
            By("owner", says="A supplement is to a disclosure of your own."),
            Named("form", ("disclosure",), says="A supplement names a disclosure."),
            _TWO,
            _FRESH,
        ),
        (Make("told"), Put("told")),
    ),
    Row("tell", "tells", (Is("form", ("disclosure", "impact", "repair")), _TWO, _FRESH), (Make("told"), Put("told"))),
    Row(
        *("acknowledge", "answers", (_IT, _READER, From(("told",), says="It is acknowledged already."))),
        (Stage("read"), Drop("aside")),
    ),
    Row(
        *("reflect", "answers"),
        (_IT, _READER, From(("told", "read", "reflected", "again"), says="\u201cHeard\u201d was said already.")),
        (Stage("reflected"), Put("reflection"), Drop("aside")),
    ),
    Row("heard", "answers", (_REFLECTION, _WRITER, _REFLECTED), (Stage("heard"), Drop("aside"))),
    Row("not_quite", "answers", (_REFLECTION, _WRITER, _REFLECTED), (Stage("again"), Count("tries"), Drop("aside"))),
    Row("respond", "answers", (_IT, _READER, From(("heard",), says=_FIRST)), (Stage("answered"), Drop("aside"))),
    Row(
        *("respond", "answers"),
        (_IT, _READER, From(("told", "read", "reflected", "again"), says=_FIRST), OwnerIn("aside", says=_FIRST)),
        (*_UNHEARD, Drop("aside")),
    ),
    Row(
        *("respond", "answers"),
        (_IT, _READER, From(("reflected", "again"), says=_FIRST), Least("tries", NOT_QUITE_TWICE, says=_FIRST)),
        (*_UNHEARD, Drop("aside")),
    ),
    Row(
        *("respond", "answers"),
        (_IT, _READER, From(("reflected",), says=_FIRST), After("reflection", WAITS_FOR, says=_FIRST)),
        (*_UNHEARD, Drop("aside")),
    ),
    Row(
        *("set_aside", "ends"),
        (
            _IT,
            From(("told", "read", "reflected", "again", "heard"), says="It was answered; it asks nothing more."),
            NotIn("aside", says="It is set aside already."),
        ),
        (Add("aside", "words"),),
    ),
)


DIGESTS = {step: Digest(label("disclosure-text"), ("step", "bytes"), "text.entry") for step in ("tell", "reflect")}


# --- words -----------------------------------------------------------------------------------------------------------

_VERBS = {
    "acknowledge": "acknowledged",
    "reflect": "said what they hear of",
    "heard": "said \u201cheard\u201d to the reflection of",
    "not_quite": "said \u201cnot quite\u201d to the reflection of",
    "respond": "responded to",
    "set_aside": "set aside",
}


def describe_step(applied: AppliedDocument, body: Step, voice: Voice, state: "Disclosures") -> str:
    """One step as a timeline shows it: its author, what they did, the letter, and the step's own words.

    The note is shown at its own place.
    """
    author = voice.name(applied.author)
    if isinstance(body, Tell):
        told = [f"{author} wrote {FORMS[body.form]}", *indented("About", body.about)]
        return "\n".join([*told, *(["  To be read in a session, if you like"] if body.hold else [])])
    found = state.find(body.answers.entry)
    letter = None if found is None else found.texts[found.points["told"]].step
    about = f"\u201c{one_line(letter.about)}\u201d" if isinstance(letter, Tell) else "a letter that is not here"
    said = [f"{author} {_VERBS[body.step]} {about}"]
    if isinstance(body, Reflect):
        return "\n".join([*said, *indented("Asks", body.asks)])
    words = body.words if isinstance(body, Heard | NotQuite | SetAside) else None
    if isinstance(body, Respond) and found is not None and found.counts.get("unheard"):
        said.append("  Answered before \u201cheard\u201d")
    return "\n".join([*said, *indented("Words", words)])


Disclosures = Things[Disclosure]
MACHINE = Machine("disclosure", Disclosure, Said, DIGESTS, ROWS, comments_open=("answered",))
KIND = Kind(
    *("disclosure", 1, TypeAdapter[Step](DisclosureBody), describe_step, Disclosures, MACHINE.reduce),
    machine=MACHINE,
    while_provisional=False,
    title=title_of,
    show=show,
    today=today,
    today_until=today_until,
)
