"""What must hold in every state that a few steps lead to, for every kind with rows.

`make check` looks at short logs, `make model-check` at far longer ones. The oracle judges every single document.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from duolog.documents.applied import DAY
from duolog.documents.effects import Add
from duolog.documents.things import Thing, Things
from tests.documents.crossing import crossings
from tests.documents.evening import ADA, BOTH, KIM, SAM, START
from tests.documents.rows import ALL, Rows
from tests.documents.walking import Visit, visits

TIMES = [START + days * DAY for days in (0, 5, 8, 14, 15, 40)]


@pytest.mark.parametrize("kind", ALL)
def test_every_rule_holds_in_short_logs(kind: str) -> None:
    look(ALL[kind], depth=3, each=2)


@pytest.mark.slow
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("kind", ALL)
def test_every_rule_holds_in_longer_logs(kind: str) -> None:
    print(f"{kind}: {look(ALL[kind], depth=6, each=3)} documents")


@pytest.mark.parametrize("kind", ALL)
def test_two_steps_at_once_commute_unless_their_pair_is_listed(kind: str) -> None:
    cross(ALL[kind], depth=ALL[kind].depth - 2, most=80)


@pytest.mark.slow
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("kind", ALL)
def test_two_steps_at_once_commute_after_longer_logs_too(kind: str) -> None:
    print(f"{kind}: {cross(ALL[kind], depth=ALL[kind].depth, most=150)} pairs of steps at once")


def cross(rows: Rows, depth: int, most: int) -> int:
    """How many pairs were tried. Where the order matters, the later of the two is told why."""
    met, order, tried, seen = set[frozenset[str]](), set[frozenset[str]](), 0, set[object]()
    for visit in visits(rows.machine, rows.alphabet, depth, 2, most=most, along=rows.along):
        key = None if visit.after is None else tuple(map(shape, visit.after.values()))
        if visit.after is None or key in seen:
            continue
        seen.add(key)
        for crossing in crossings(rows, visit.after, len(visit.log) + 2):
            tried += 1
            met.add(crossing.steps)
            if not crossing.commute:
                order.add(crossing.steps)
                assert crossing.refused != (None, None), crossing
    assert order == rows.order
    exits = {frozenset({row.step}) for row in rows.machine.rows if row.does == "ends"}
    assert exits <= met - order, "two people leave at once"
    return tried


def look(rows: Rows, depth: int, each: int) -> int:
    """How many documents were tried."""
    tried, seen = 0, set[object]()
    for visit in visits(rows.machine, rows.alphabet, depth, each, most=1500, along=rows.along):
        tried += 1
        if tried % 7 == 0:
            assert rows.oracle([*visit.log, visit.one])[-1] == (visit.row is not None), visit
        if visit.after is None:
            assert visit.sentence
            continue
        nobody_elses_word_changes(rows, visit)
        key = tuple(map(shape, visit.after.values()))
        if key not in seen:
            seen.add(key)
            for thing in visit.after.values():
                everybody_can_leave(rows, visit.after, thing)
                time_frees_ones_own_speech_alone(rows, visit.after, thing)
    return tried


def shape(thing: Thing) -> object:
    """What rows can tell of a thing, but for its words."""
    texts = tuple((text.author, text.effective, text.outcome, text.step.step) for text in thing.texts.values())
    marks = tuple((register, *sorted(marks)) for register, marks in sorted(thing.marks.items()))
    return (
        thing.owner,
        thing.standing,
        texts,
        tuple(sorted(thing.points.items())),
        marks,
        str(thing.counts),
        str(thing.times),
    )


def nobody_elses_word_changes(rows: Rows, visit: Visit) -> None:
    """What somebody wrote stays as it is, a confidant changes nothing, and nobody marks for another."""
    author = visit.one.applied.author
    assert author in (ADA, SAM)
    assert visit.after is not None
    for entry, thing in visit.things.items():
        after = visit.after[entry]
        assert list(after.texts)[: len(thing.texts)] == list(thing.texts)
        for name, text in thing.texts.items():
            assert after.texts[name].step == text.step
            assert text.outcome in ("waiting", after.texts[name].outcome), "an answer is not given twice"
        for register, marks in after.marks.items():
            others = {who: mark for who, mark in marks.items() if who != author}
            assert others.items() <= thing.marks.get(register, {}).items()


def everybody_can_leave(rows: Rows, things: Things[Any], thing: Thing) -> None:
    """Who is asked for an answer can let go alone, at any time; or has."""
    let_go = [effect.register for row in rows.machine.rows if row.does == "ends" for effect in row.then
              if isinstance(effect, Add)]  # fmt: skip
    for account in thing.between:
        for now in TIMES:
            steps = rows.machine.steps(things, thing, account, now, BOTH)
            asked = any(one.why_not is None and one.does == "answers" for one in steps)
            ends = any(one.why_not is None and one.does == "ends" for one in steps)
            gone = any(account in thing.marks.get(register, {}) for register in let_go)
            assert not asked or ends or gone, (thing, account, now)
    assert all(one.why_not for one in rows.machine.steps(things, thing, KIM, START, BOTH))


def time_frees_ones_own_speech_alone(rows: Rows, things: Things[Any], thing: Thing) -> None:
    """What may newly be done later stands in a closed list."""
    for account in thing.between:
        may = [
            {one.step for one in rows.machine.steps(things, thing, account, now, BOTH) if one.why_not is None}
            for now in TIMES
        ]
        newly = set().union(*(later - sooner for sooner, later in pairwise(may)))
        assert newly <= rows.frees, (thing, account)
