"""Guards that compare times: those that a step names, those of a thing's registers, and those of other things.

They are words of the same closed list as those of `guards`. Every time is Unix seconds. A step's own time is its
effective time. Spec: documents
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

from duolog.documents.guards import Guard
from duolog.documents.latest import Key
from duolog.documents.things import Case, Thing, value_of
from duolog.protocol import sizes


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
        latest = case.things.latest(self, partial(self._matters, case))
        return latest is None or case.now > latest

    def measured(self, thing: Thing) -> Iterator[tuple[Key, int]]:
        """The time of a thing in one of the stages; one without a time stays open."""
        if thing.standing in self.stages:
            yield (*_alike(thing), thing.owner), thing.times.get(self.register, sizes.MAX_INTEGER)

    def _matters(self, case: Case[Any], key: Key) -> bool:
        between, form, owner = key
        ours = between == case.new.between and (not self.form or form == self.form)
        return ours and (not self.mine or owner == case.author)


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
        latest = case.things.latest(self, partial(self._matters, case))
        return latest is None or case.now >= latest + self.seconds

    def measured(self, thing: Thing) -> Iterator[tuple[Key, int]]:
        """The times of the marks of a thing in one of the stages."""
        if thing.standing in self.stages:
            for who, mark in thing.marks.get(self.register, {}).items():
                yield (*_alike(thing), who), mark.effective

    def _matters(self, case: Case[Any], key: Key) -> bool:
        between, form, who = key
        return between == case.new.between and form == self.form and who != case.author


def _alike(thing: Thing) -> Key:
    """Between whom it is, and its form."""
    return thing.between, value_of(thing.texts[thing.entry].step, "form")
