"""Of every row of every kind: a step that counts by it, and for each of its guards one that it refuses.

Both are looked for in short logs. The oracle, which knows no rows, must say the same of them; and a guard that is taken
out must be missed: the step counts then, or is refused with other words.
"""

from __future__ import annotations

from functools import cache

import pytest

from duolog.documents.registry import KINDS
from tests.documents.rows import ALL
from tests.documents.walking import Witnesses, judged, without, witnesses

ROWS = [(kind, number) for kind, rows in ALL.items() for number in range(len(rows.machine.rows))]
GUARDS = [(kind, row, place) for kind, row in ROWS for place in range(len(ALL[kind].machine.rows[row].only))]


@cache
def found(kind: str) -> Witnesses:
    rows = ALL[kind]
    return witnesses(rows.machine, rows.alphabet, rows.depth, rows.along)


def called(kind: str, row: int, place: int | None = None) -> str:
    one = ALL[kind].machine.rows[row]
    guard = "" if place is None else f" {place + 1} {type(one.only[place]).__name__}"
    return f"{kind} {row + 1} {one.step}{guard}"


def test_every_kind_with_rows_is_tried() -> None:
    assert set(ALL) == {name for name, kind in KINDS.items() if kind.machine is not None}


@pytest.mark.parametrize(("kind", "row"), ROWS, ids=[called(*one) for one in ROWS])
def test_a_step_counts_by_this_row(kind: str, row: int) -> None:
    visit = found(kind).counts[row]
    assert all(ALL[kind].oracle([*visit.log, visit.one]))
    assert visit.after != visit.things


@pytest.mark.parametrize(("kind", "row", "place"), GUARDS, ids=[called(*one) for one in GUARDS])
def test_a_step_is_refused_by_this_guard(kind: str, row: int, place: int) -> None:
    rows, visit = ALL[kind], found(kind).refuses[row, place]
    *before, refused = rows.oracle([*visit.log, visit.one])
    assert all(before)
    assert not refused
    assert visit.sentence
    assert visit.sentence.endswith(".")
    loose = judged(without(rows.machine, (row, place)), visit.things, visit.log, visit.one)
    assert loose.row is not None or loose.sentence != visit.sentence, "a guard that nobody misses"
