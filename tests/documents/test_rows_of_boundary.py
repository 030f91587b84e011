"""The rows of boundaries against the reducer that was before them: the same steps count, with the same words, and come
to the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from duolog.documents.kinds.boundary import MACHINE
from duolog.documents.kinds.boundary_texts import Boundaries, Boundary
from duolog.errors import NotAllowed
from tests.documents import old_boundary
from tests.documents.short_logs import TIMES, Tried, boundary_steps, entry


def alike(old: old_boundary.Boundaries, new: Boundaries) -> bool:
    """Whether both say the same of every boundary."""
    return [_told(one) for one in old.values()] == [_told(one) for one in new.values()] and list(old) == list(new)


def _told(one: old_boundary.Boundary | Boundary) -> object:
    texts = [
        (
            *(text.entry, text.message, text.author, text.at, text.effective, text.digest, text.step, text.outcome),
            *(text.answered_by, text.answered_at, text.answered_effective, text.answer, text.answer_why),
            *(text.wording, text.why, text.taken_back, text.lapses_at),
        )
        for text in one.texts.values()
    ]
    contests = [(who, said.entry, said.at, said.effective, said.words) for who, said in one.contests.items()]
    return one.entry, one.between, texts, one.waiting, one.agreed, contests, one.retired, one.stage


def _said(judge: Callable[[], object]) -> object:
    try:
        return judge()
    except NotAllowed as refusal:
        return str(refusal)


@dataclass
class Differential:
    """Both reducers, side by side through every log of up to `depth` documents."""

    depth: int
    times: tuple[int, ...] = TIMES
    every: int = 1  # from depth 3 on, only each so many-th of the steps that count is followed
    tried: int = 0
    counted: int = 0
    undelivered: int = 0

    def search(self, old: old_boundary.Boundaries, new: Boundaries, place: int = 1) -> None:
        """From these states on."""
        texts = [number for number in range(1, place) if new.find(entry(number)) is not None]
        for one in boundary_steps(place, texts, self.times):
            self.tried += 1
            before, after = self._old(old, one), self._new(new, one)
            if isinstance(before, str) or isinstance(after, str):
                assert before == after, one
                assert _said(lambda one=one: MACHINE.undelivered(new, one.applied, one.step, one.context)) == after  # type: ignore[misc]
                continue
            assert alike(before, after), one
            self.counted += 1
            left, whole = old_boundary.reduce_undelivered(old, one.applied, one.step, one.context)  # type: ignore[arg-type]
            delta, new_whole = MACHINE.undelivered(new, one.applied, one.step, one.context)
            lost = _merged(new, delta)
            assert whole == new_whole
            assert alike(left, lost), one
            if place < self.depth and (place < 3 or self.counted % self.every == 0):
                self.search(before, after, place + 1)
                if not whole and left is not old:
                    self.undelivered += 1
                    self.search(left, lost, place + 1)

    def _old(self, state: old_boundary.Boundaries, one: Tried) -> old_boundary.Boundaries | str:
        try:
            return old_boundary.reduce_boundary(state, one.applied, one.step, one.context)  # type: ignore[arg-type]
        except NotAllowed as refusal:
            return str(refusal)

    def _new(self, state: Boundaries, one: Tried) -> Boundaries | str:
        try:
            return _merged(state, MACHINE.reduce(state, one.applied, one.step, one.context))
        except NotAllowed as refusal:
            return str(refusal)


def _merged(state: Boundaries, delta: dict[bytes, Boundary]) -> Boundaries:
    after = state.copy()
    for one, boundary in delta.items():
        after[one] = boundary
    return after


def test_rows_and_the_reducer_before_them_agree_on_every_log_of_three_documents() -> None:
    found = Differential(depth=3)
    found.search({}, Boundaries())
    assert found.tried > 20_000


def test_rows_and_the_reducer_before_them_agree_on_some_logs_of_five_documents() -> None:
    found = Differential(depth=5, every=400)
    found.search({}, Boundaries())
    assert found.tried > 20_000


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_rows_and_the_reducer_before_them_agree_on_every_log_of_four_documents() -> None:
    found = Differential(depth=4)
    found.search({}, Boundaries())
    print(f"{found.tried} steps tried, {found.counted} count, {found.undelivered} leave something undelivered")
