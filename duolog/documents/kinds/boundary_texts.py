"""`boundary`, on which two people agree by an explicit act of each: the bodies of its steps, and its state.

The author of a text consents to exactly that text by writing it. It is in force when the other accepts it by its entry
and message. At most one text or ask to retire waits at a time. It lapses 14 days after it was written, by effective
times, and its author may take it back while it waits.

The rows and the words for a reader stand in `boundary`. Spec: documents
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, WithJsonSchema

from duolog.documents import things
from duolog.documents.applied import DAY
from duolog.documents.bodies import AccountId, Answer, AnsweringStep, Body, EntryId, From, Prose, StepBody, Words
from duolog.documents.thing_texts import Texts
from duolog.protocol import sizes

LAPSES_AFTER = 14 * DAY  # seconds from a text's effective time; the last one still counts
NOT_AGAIN_FOR = 14 * DAY  # seconds from a decline or a lapse, in which the same text can't be proposed

Topic = Literal["communication", "friendships", "social_media", "time", "money", "closeness", "other"]
# "you" is read, so that the rows can refuse it with a sentence; no schema offers it for writing.
Binds = Annotated[
    Literal["me", "both", "you"], WithJsonSchema({"type": "string", "enum": ["me", "both"], "x-read": ["you"]})
]


# --- bodies ----------------------------------------------------------------------------------------------------------


class Wording(Body):
    """The content of a boundary. `binds`: `me` is the author of the text. `review`: the day to look at it again."""

    topic: Topic
    text: Prose
    binds: Binds
    why: Words | None = None
    fine: Words | None = None
    not_fine: Words | None = None
    if_compromised: Words | None = None
    review: date | None = None


class Propose(StepBody):
    """A first text. Writing it is its author's consent to it. `from`: what it grew from."""

    step: Literal["propose"] = "propose"
    wording: Wording
    from_: From = None


class Counter(AnsweringStep):
    """Another text instead of the one that waits, or instead of retiring."""

    step: Literal["counter"] = "counter"
    wording: Wording


class Accept(AnsweringStep):
    """Consent to exactly the named text; or, after contesting, consent to the agreed text once more."""

    step: Literal["accept"] = "accept"


class Decline(AnsweringStep):
    """No to the text or ask that waits."""

    step: Literal["decline"] = "decline"
    why: Words | None = None


class TakeBack(AnsweringStep):
    """The author takes back their own text or ask while it waits."""

    step: Literal["take_back"] = "take_back"


class Contest(AnsweringStep):
    """The agreed text no longer holds for me, and why, in my words."""

    step: Literal["contest"] = "contest"
    words: Words


class Amend(AnsweringStep):
    """A new text instead of the agreed one, which stays in force until the other accepts. `from`: what it grew from."""

    step: Literal["amend"] = "amend"
    wording: Wording
    from_: From = None


class Retire(AnsweringStep):
    """Asks to end the boundary, naming the agreed text; or confirms it, naming the other's ask."""

    step: Literal["retire"] = "retire"
    why: Words | None = None


Step = Propose | Counter | Accept | Decline | TakeBack | Contest | Amend | Retire
BoundaryBody = Annotated[Step, Field(discriminator="step")]
Asking = Annotated[Propose | Counter | Amend | Retire, Field(discriminator="step")]  # steps that wait for an answer


# --- state -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BoundaryText(things.Text):
    """A text with its outcome, or an ask to retire (then `wording` is None)."""

    step: Asking

    @property
    def wording(self) -> Wording | None:
        """The wording; None for an ask to retire."""
        return None if isinstance(self.step, Retire) else self.step.wording

    @property
    def grew_from(self) -> Answer | None:
        """The link of the step to something that it grew from. It has no effect."""
        return self.step.from_ if isinstance(self.step, Propose | Amend) else None

    @property
    def why(self) -> str | None:
        """Why its author asks to retire."""
        return self.step.why if isinstance(self.step, Retire) else None

    @property
    def lapses_at(self) -> int:
        """The last second at which an answer counts."""
        return self.effective + LAPSES_AFTER

    def lapsed(self, at: int) -> bool:
        """Whether the text waits and can't be answered any more. `at`: an effective time, or the reader's now."""
        return self.outcome == "waiting" and at > self.lapses_at


Stage = Literal["proposed", "declined", "in_force", "contested", "retired"]


@dataclass(frozen=True, slots=True)
class Boundary(things.Thing):
    """One boundary. Its id is the entry that first proposed it. `texts`: every text and ask in order."""

    texts: Texts[BoundaryText] = field(default_factory=Texts)

    @property
    def waiting(self) -> EntryId | None:
        """The text or ask that waits for an answer. It may have lapsed."""
        return self.points.get("waiting")

    @property
    def agreed(self) -> EntryId | None:
        """The text that both agreed on, in force, contested or retired."""
        return self.points.get("agreed")

    @property
    def retired(self) -> EntryId | None:
        """The step that retired it."""
        return self.points.get("retired")

    @property
    def contests(self) -> Mapping[AccountId, things.Mark]:
        """Each partner's contest of the agreed text."""
        return self.marks.get("contests", {})

    @property
    def stage(self) -> Stage:
        """The stage without a clock: a view adds *lapsed*."""
        if self.retired is not None:
            return "retired"
        if self.agreed is not None:
            return "contested" if self.contests else "in_force"
        return "declined" if self.waiting is None else "proposed"

    @property
    def agreed_text(self) -> BoundaryText | None:
        """The text that both agreed on."""
        return None if self.agreed is None else self.texts[self.agreed]

    @property
    def waiting_text(self) -> BoundaryText | None:
        """The text or ask that waits for an answer."""
        return None if self.waiting is None else self.texts[self.waiting]


def today_until(boundary: Boundary) -> int:
    """While a text or ask waits; and without end where the agreed text has a day to look at it again."""
    waiting, agreed = boundary.waiting_text, boundary.agreed_text
    if boundary.retired is None and agreed is not None and agreed.wording is not None and agreed.wording.review:
        return sizes.MAX_INTEGER
    return 0 if waiting is None else waiting.lapses_at


Boundaries = things.Things[Boundary]
