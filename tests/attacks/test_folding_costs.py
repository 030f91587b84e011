"""A partner who takes steps without end: four times the documents cost about four times the work, and no more."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from types import FrameType, SimpleNamespace
from typing import Any, cast

import pytest

from duolog.client.journals.telling import Telling
from duolog.client.journals.thing_views import _items_of
from duolog.documents.applied import DAY, AppliedDocument
from duolog.documents.bodies import Answer, Body
from duolog.documents.journal import apply_all
from duolog.documents.journal_state import JournalState
from duolog.documents.kinds import breach, promise
from duolog.documents.kinds.boundary_texts import Accept, Amend, Propose
from duolog.documents.kinds.breach import OpenBreach
from duolog.documents.kinds.check_in import BeginCheckIn, SetCheckInAside
from duolog.documents.kinds.pause import Call
from duolog.documents.kinds.promise import MakePromise, MarkPromise
from duolog.documents.registry import make_document
from duolog.documents.things import Things
from tests.documents.evening import ADA, BOTH, SAM, START, wording

FEW, MANY = 1000, 4000  # documents
LINEAR = 1.3  # times the ratio of the documents: a logarithm, and pages, fit in


class Log:
    """Documents in order."""

    def __init__(self) -> None:
        self.documents: list[AppliedDocument] = []

    def add(self, author: bytes, kind: str, body: Body, at: int = START) -> Answer:
        number = len(self.documents) + 1
        entry, message = number.to_bytes(16), number.to_bytes(32)
        self.documents.append(AppliedDocument(entry, number, author, message, make_document(kind, body, at)))
        return Answer(entry=entry, message=message)

    def fold(self) -> JournalState:
        return apply_all(JournalState(), ((one, BOTH) for one in self.documents))


def begun_and_set_aside(count: int) -> Log:
    """Who set one aside may begin at any time."""
    log = Log()
    while len(log.documents) < count:
        named = log.add(SAM, "check_in", BeginCheckIn(form="week"))
        log.add(SAM, "check_in", SetCheckInAside(answers=named))
    return log


def begun_and_left(count: int) -> Log:
    """Each passes, and stays as it is."""
    log = Log()
    for week in range(count):
        log.add(SAM, "check_in", BeginCheckIn(form="week"), START + week * 8 * DAY)
    return log


def paused_and_left(count: int) -> Log:
    log = Log()
    for hour in range(count):
        log.add(SAM, "pause", Call(until=START + hour * 3600 + 1800), START + hour * 3600)
    return log


def amended_to_and_fro(count: int) -> Log:
    """The same two texts, each of which replaces the other."""
    log = Log()
    agreed = log.add(ADA, "boundary", Propose(wording=wording()))
    log.add(SAM, "boundary", Accept(answers=agreed))
    for number in range(count):
        log.add(SAM, "boundary", Amend(answers=agreed, wording=wording(f"No late calls {number % 2}.")))
    return log


def marked(count: int) -> Log:
    log = Log()
    made = log.add(SAM, "promise", MakePromise(form="habit", text="I walk."))
    for _ in range(count):
        log.add(SAM, "promise", MarkPromise(answers=made))
    return log


def calls(work: Callable[[], object]) -> int:
    """How many calls of Python functions a piece of work makes; each value of a generator is one."""
    made = 0

    def seen(_: FrameType, event: str, __: Any) -> None:
        nonlocal made
        made += event == "call"

    sys.setprofile(seen)
    try:
        work()
    finally:
        sys.setprofile(None)
    return made


@pytest.mark.parametrize(
    "made",
    [begun_and_set_aside, begun_and_left, paused_and_left, amended_to_and_fro, marked],
    ids=lambda one: str(one.__name__),
)
def test_partner_takes_steps_without_end(made: Callable[[int], Log]) -> None:
    few, many = made(FEW), made(MANY)
    states: list[JournalState] = []
    spent = [calls(lambda log=log: states.append(log.fold())) for log in (few, many)]  # type: ignore[misc]
    assert all(item.skipped is None for item in states[1].timeline)
    assert spent[1] < spent[0] * len(many.documents) / len(few.documents) * LINEAR


def test_partner_opens_things_without_end_and_the_timeline_names_each() -> None:
    """A list of things is gone through once, and not for every note that is the words of a step."""

    class Counted(Things[Any]):
        gone_through = 0

        def __iter__(self) -> Iterator[bytes]:
            Counted.gone_through += 1
            return super().__iter__()

    log = Log()
    for _ in range(300):
        log.add(SAM, "breach", OpenBreach(as_="own", text=Answer(entry=bytes(16), message=bytes(32))))
    state = log.fold()
    state.parts["breach"] = Counted(state.part(breach.KIND))
    telling = cast(Any, SimpleNamespace(_expected=state, state=state, _numbers={}))
    Counted.gone_through = 0
    numbers = [Telling._inside(telling, one).number for one in log.documents]
    assert numbers == list(range(1, 301))
    assert Counted.gone_through == 1


def test_partner_marks_one_thing_without_end_and_its_steps_stay_in_order() -> None:
    log = marked(FEW)
    state = log.fold()
    steps = _items_of(state, promise.KIND, state.part(promise.KIND)[log.documents[0].entry])
    assert [item.applied for item in steps] == log.documents
