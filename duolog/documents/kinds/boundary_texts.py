"""`boundary`: what two people agree on, by an explicit act of each: what is written, and what it comes to.

A text's author consents to exactly that text by writing it; it is in force when the other accepts it, naming its entry
and message. One thing waits at a time: a text, or an ask to retire; it lapses 14 days after it was written, by
effective times. Its author may take it back while it waits.

The rows and the words for a reader stand in `boundary`. A draft is local. Spec: documents
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, WithJsonSchema

from duolog.documents import things
from duolog.documents.base import (
    DAY,
    AccountId,
    Answer,
    Body,
    EntryId,
    Prose,
    StepBody,
    Words,
)
from duolog.protocol.codec import label, sha256

LAPSES_AFTER = 14 * DAY  # seconds from a text's effective time; the last one still counts
NOT_AGAIN_FOR = 14 * DAY  # seconds from a decline, or from the lapse

Topic = Literal["communication", "friendships", "social_media", "time", "money", "closeness", "other"]
# "you" is read, so that it can be refused with a sentence; no schema offers it.
Binds = Annotated[Literal["me", "both", "you"], WithJsonSchema({"type": "string", "enum": ["me", "both"]})]


# --- what is written -------------------------------------------------------------------------------------------------


class Wording(Body):
    """What a boundary says. `binds`: `me` is the author of this text; `review`: a day on which to look at it again."""

    topic: Topic
    text: Prose
    binds: Binds
    why: Words | None = None
    fine: Words | None = None
    not_fine: Words | None = None
    if_compromised: Words | None = None
    review: date | None = None

    def digest(self) -> bytes:
        """32 bytes, the same for the same text: what both must hold. Spec: documents"""
        fields = self.model_dump(mode="json", exclude_none=True)
        text = json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return sha256(label("boundary-text"), text.encode("utf-8"))


class Propose(StepBody):
    """A first text. Writing it is its author's consent to it."""

    step: Literal["propose"] = "propose"
    wording: Wording


class Counter(StepBody):
    """Another text instead of the one that waits, or instead of retiring."""

    step: Literal["counter"] = "counter"
    answers: Answer
    wording: Wording


class Accept(StepBody):
    """Consent to exactly the text that is named; or, by who contests it, to the agreed text once more."""

    step: Literal["accept"] = "accept"
    answers: Answer


class Decline(StepBody):
    """No to what waits."""

    step: Literal["decline"] = "decline"
    answers: Answer
    why: Words | None = None


class TakeBack(StepBody):
    """Its author takes back what waits, before it is answered."""

    step: Literal["take_back"] = "take_back"
    answers: Answer


class Contest(StepBody):
    """The agreed text no longer holds for me, and why, in my words."""

    step: Literal["contest"] = "contest"
    answers: Answer
    words: Words


class Amend(StepBody):
    """A new text instead of the agreed one, which stays in force until the other accepts."""

    step: Literal["amend"] = "amend"
    answers: Answer
    wording: Wording


class Retire(StepBody):
    """Asks to end the boundary, naming the agreed text; or confirms it, naming the other's ask."""

    step: Literal["retire"] = "retire"
    answers: Answer
    why: Words | None = None


Step = Propose | Counter | Accept | Decline | TakeBack | Contest | Amend | Retire
BoundaryBody = Annotated[Step, Field(discriminator="step")]
Asking = Annotated[Propose | Counter | Amend | Retire, Field(discriminator="step")]  # steps that wait for an answer


# --- what it comes to ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Text(things.Text):
    """One text, or an ask to retire (then `wording` is None), and what became of it."""

    step: Asking

    @property
    def wording(self) -> Wording | None:
        """The text; None for an ask to retire."""
        return None if isinstance(self.step, Retire) else self.step.wording

    @property
    def why(self) -> str | None:
        """Why its author asks to retire."""
        return self.step.why if isinstance(self.step, Retire) else None

    @property
    def lapses_at(self) -> int:
        """The last second at which an answer counts."""
        return self.effective + LAPSES_AFTER

    def lapsed(self, at: int) -> bool:
        """Whether nobody answered in time, seen from an effective time or a reader's now."""
        return self.outcome == "waiting" and at > self.lapses_at


Stage = Literal["proposed", "declined", "in_force", "contested", "retired"]


@dataclass(frozen=True, slots=True)
class Boundary(things.Thing):
    """One boundary: its id is the entry that first proposed it. `texts` holds every text and ask in order."""

    texts: Mapping[EntryId, Text] = field(default_factory=dict)

    @property
    def waiting(self) -> EntryId | None:
        """The text or ask that waits for an answer, perhaps in vain."""
        return self.points.get("waiting")

    @property
    def agreed(self) -> EntryId | None:
        """The text that both hold, in force, contested or retired."""
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
        """Where it stands, apart from the clock: a view adds what has lapsed."""
        if self.retired is not None:
            return "retired"
        if self.agreed is not None:
            return "contested" if self.contests else "in_force"
        return "declined" if self.waiting is None else "proposed"

    @property
    def agreed_text(self) -> Text | None:
        """The text that both hold."""
        return None if self.agreed is None else self.texts[self.agreed]

    @property
    def waiting_text(self) -> Text | None:
        """The text or ask that waits."""
        return None if self.waiting is None else self.texts[self.waiting]


Boundaries = things.Things[Boundary]
