"""Guards that compare times: those that a step names, those of a thing's registers, and those of other things.

They are words of the same closed list as those of `guards`. Every time is Unix seconds. A step's own time is its
effective time. Spec: documents
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from duolog.documents.guards import Guard
from duolog.documents.things import Case, Thing, value_of


@dataclass(frozen=True, slots=True)
class Ahead(Guard):
    """A time that the step names is between `at_least` and `at_most` seconds ahead of the step. `path`: its field."""

    of_body: ClassVar[bool] = True
    path: str
    at_least: int
    at_most: int

    def holds(self, case: Case[Any]) -> bool:
        said: int | None = case.said(self.path)
        return said is not None and case.now + self.at_least <= said <= case.now + self.at_most


@dataclass(frozen=True, slots=True)
class Later(Guard):
    """A time that the step names is later than the one in this register. `path`: its field."""

    of_body: ClassVar[bool] = True
    path: str
    register: str

    def holds(self, case: Case[Any]) -> bool:
        said: int | None = case.said(self.path)
        return said is not None and said > case.thing.times.get(self.register, said)


@dataclass(frozen=True, slots=True)
class Has(Guard):
    """A time is in this register."""

    register: str

    def holds(self, case: Case[Any]) -> bool:
        return self.register in case.thing.times


@dataclass(frozen=True, slots=True)
class NotAfter(Guard):
    """At most this many seconds have passed since the time in this register, or the register has none."""

    register: str
    seconds: int = 0

    def holds(self, case: Case[Any]) -> bool:
        return self.register not in case.thing.times or case.now <= case.thing.times[self.register] + self.seconds


@dataclass(frozen=True, slots=True)
class NoOpen(Guard):
    """No other thing between the same two is open: it stands in one of these stages, and its time has not passed.

    `register`: of its time. `mine`: only things of the author's own matter. `form`: only things of this form.
    """

    stages: tuple[str, ...]
    register: str
    form: str = ""
    mine: bool = False

    def holds(self, case: Case[Any]) -> bool:
        others = _like(case, self.stages, self.form)
        return not any(
            (not self.mine or one.owner == case.author) and case.now <= one.times.get(self.register, case.now)
            for one in others
        )


@dataclass(frozen=True, slots=True)
class Rested(Guard):
    """In no thing of this form, between the same two, is a mark of the other that is younger than `seconds`.

    `register`: of the mark. `stages`: those in which a thing may have one.
    """

    stages: tuple[str, ...]
    register: str
    form: str
    seconds: int

    def holds(self, case: Case[Any]) -> bool:
        marks = (one.marks.get(self.register, {}).items() for one in _like(case, self.stages, self.form))
        return not any(
            who != case.author and case.now < mark.effective + self.seconds for found in marks for who, mark in found
        )


def _like(case: Case[Any], stages: tuple[str, ...], form: str) -> Iterator[Thing]:
    for one in case.things.standing(stages):
        if one.between == case.new.between and (not form or value_of(one.texts[one.entry].step, "form") == form):
            yield one
