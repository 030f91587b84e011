"""Effects, the words for *then*. Each makes one small change in a thing. The list is closed, as that of the guards.

An effect is a pure function of a case and a thing. It checks nothing, since the guards have done that. Spec: documents
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

from duolog.documents.bodies import AccountId
from duolog.documents.things import Case, Mark, Outcome, X


@dataclass(frozen=True, slots=True)
class Effect:
    """One change. `stays`: whether it happens although the other partner could not open the step."""

    stays: ClassVar[bool] = False

    def change(self, case: Case[X], thing: X) -> X:
        """The thing after the change."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Make(Effect):
    """Begin a new thing in this stage."""

    stage: str

    def change(self, case: Case[X], thing: X) -> X:
        return replace(case.new, standing=self.stage)


@dataclass(frozen=True, slots=True)
class Stage(Effect):
    """Move the thing to this stage."""

    stage: str

    def change(self, case: Case[X], thing: X) -> X:
        return replace(thing, standing=self.stage)


@dataclass(frozen=True, slots=True)
class Put(Effect):
    """Make the step a text of the thing, and let the register name it."""

    register: str

    def change(self, case: Case[X], thing: X) -> X:
        text = case.text()
        points = {**thing.points, self.register: text.entry}
        return replace(thing, texts=thing.texts.put(text), points=points)


@dataclass(frozen=True, slots=True)
class PutBy(Effect):
    """Make the step a text of the thing, and let the author's mark in the register name it."""

    register: str

    def change(self, case: Case[X], thing: X) -> X:
        text = case.text()
        mark = Mark(text.entry, text.at, text.effective)
        by = {**thing.marks.get(self.register, {}), text.author: mark}
        return _marked(replace(thing, texts=thing.texts.put(text)), self.register, by)


@dataclass(frozen=True, slots=True)
class WhenBoth(Effect):
    """Move the thing to this stage once each of the two has a mark in the register."""

    register: str
    stage: str

    def change(self, case: Case[X], thing: X) -> X:
        both = all(one in thing.marks.get(self.register, {}) for one in thing.between)
        return replace(thing, standing=self.stage) if both else thing


@dataclass(frozen=True, slots=True)
class Time(Effect):
    """Put a time into the register: that of a field of the step, or `seconds` after the step. `path`: the field."""

    register: str
    path: str = ""
    seconds: int = 0

    def change(self, case: Case[X], thing: X) -> X:
        time: int = case.said(self.path) if self.path else case.now + self.seconds
        return replace(thing, times={**thing.times, self.register: time})


@dataclass(frozen=True, slots=True)
class Point(Effect):
    """Let the register name the text that the step names, or the step itself."""

    register: str
    to: Literal["named", "step"]

    def change(self, case: Case[X], thing: X) -> X:
        named = case.named.entry if self.to == "named" and case.named is not None else case.applied.entry
        return replace(thing, points={**thing.points, self.register: named})


@dataclass(frozen=True, slots=True)
class Settle(Effect):
    """Give the text in the register this outcome, and empty the register. `why`: the step's field with the reason."""

    register: str
    outcome: Outcome
    why: str | None = None

    def change(self, case: Case[X], thing: X) -> X:
        text, applied = thing.at(self.register), case.applied
        if text is None:
            return thing
        settled = replace(
            text,
            outcome=self.outcome,
            answered_by=applied.author,
            answered_at=applied.at,
            answered_effective=applied.effective,
            answer=applied.entry,
            answer_why=None if self.why is None else case.said(self.why),
        )
        points = {name: entry for name, entry in thing.points.items() if name != self.register}
        return replace(thing, texts=thing.texts.put(settled), points=points)


@dataclass(frozen=True, slots=True)
class Aside(Effect):
    """Mark the author's own text in the register as replaced, unless it has lapsed. `seconds`: until it lapses."""

    stays: ClassVar[bool] = True
    register: str
    seconds: int

    def change(self, case: Case[X], thing: X) -> X:
        text = thing.at(self.register)
        if text is None or case.now > text.effective + self.seconds:
            return thing
        return Settle(self.register, "replaced").change(case, thing)


@dataclass(frozen=True, slots=True)
class Add(Effect):
    """Give the author a mark in the register. `words`: the field of the step with the words of the mark."""

    register: str
    words: str

    def change(self, case: Case[X], thing: X) -> X:
        applied = case.applied
        mark = Mark(applied.entry, applied.at, applied.effective, case.said(self.words))
        return _marked(thing, self.register, {**thing.marks.get(self.register, {}), applied.author: mark})


@dataclass(frozen=True, slots=True)
class Drop(Effect):
    """Remove the author's mark from the register."""

    register: str

    def change(self, case: Case[X], thing: X) -> X:
        marks = thing.marks.get(self.register, {})
        return _marked(thing, self.register, {one: mark for one, mark in marks.items() if one != case.author})


@dataclass(frozen=True, slots=True)
class Count(Effect):
    """Add one to a count."""

    count: str

    def change(self, case: Case[X], thing: X) -> X:
        return replace(thing, counts={**thing.counts, self.count: thing.counts.get(self.count, 0) + 1})


@dataclass(frozen=True, slots=True)
class Empty(Effect):
    """Remove all marks from the register."""

    register: str

    def change(self, case: Case[X], thing: X) -> X:
        return _marked(thing, self.register, {})


def _marked(thing: X, register: str, marks: Mapping[AccountId, Mark]) -> X:
    others: dict[str, Any] = {name: held for name, held in thing.marks.items() if name != register}
    return replace(thing, marks=others | {register: dict(marks)} if marks else others)
