"""Walks through short logs of a kind with rows: who is refused by which guard, and what a step comes to.

At each place every document of an alphabet is judged; the walk goes on from some of those that count. What it meets is
handed on, so that one walk serves the tests of each row and the model check.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from duolog.documents.kernel import Machine
from duolog.documents.things import Case, Things
from duolog.errors import NotAllowed
from tests.documents.agreed_before import PARTS
from tests.documents.short_logs import Tried, entry

Alphabet = Callable[[int, list[int]], Iterator[Tried]]
Guarded = tuple[int, int]  # a row, and a guard in it


@dataclass(frozen=True)
class Visit:
    """One document, judged behind a log of documents that all count.

    `row`: the one by which it counts. `sentence`: why it doesn't. `fails`: every guard of its step that doesn't hold.
    `alone`: those that are all that stands in the way of a row.
    """

    log: tuple[Tried, ...]
    one: Tried
    things: Things[Any]
    row: int | None = None
    after: Things[Any] | None = None
    sentence: str | None = None
    fails: tuple[Guarded, ...] = ()
    alone: tuple[Guarded, ...] = ()


def visits(
    machine: Machine[Any],
    alphabet: Alphabet,
    depth: int,
    each: int = 1,
    most: int = 10**9,
    along: Sequence[Tried] = (),
) -> Iterator[Visit]:
    """Every document at each place. From each log, `each` steps that count by the same row are followed, and of the
    logs of one length `most` at most, evenly chosen. First, every document at each place of the one log `along`.
    """
    yield from _beside(machine, alphabet, along)
    level: list[tuple[Things[Any], tuple[Tried, ...]]] = [(Things(), ())]
    for place in range(1, depth + 1):
        further = []
        for things, log in level[:: max(1, -(-len(level) // most))]:
            followed = Counter[int]()
            for one in alphabet(place, [number for number in range(1, place) if things.find(entry(number))]):
                visit = judged(machine, things, log, one)
                yield visit
                if visit.row is not None and visit.after is not None:
                    followed[visit.row] += 1
                    if followed[visit.row] <= each:
                        further.append((visit.after, (*log, one)))
        level = further


def _beside(machine: Machine[Any], alphabet: Alphabet, along: Sequence[Tried]) -> Iterator[Visit]:
    things = Things[Any]()
    for place in range(1, len(along) + 2 if along else 0):
        before = tuple(along[: place - 1])
        for one in alphabet(place, [number for number in range(1, place) if things.find(entry(number))]):
            yield judged(machine, things, before, one)
        if place <= len(along):
            things = judged(machine, things, before, along[place - 1]).after or things


def judged(machine: Machine[Any], things: Things[Any], log: tuple[Tried, ...], one: Tried) -> Visit:
    """What the rows say of one document."""
    try:
        delta = machine.reduce(things, one.applied, one.step, one.context, PARTS)
    except NotAllowed as refusal:
        visit = Visit(log, one, things, sentence=str(refusal))
        case = _case(machine, things, one)
        return visit if case is None else _explained(machine, case, visit)
    after = things.copy()
    for key, thing in delta.items():
        after[key] = thing
    case = _case(machine, things, one)
    assert case is not None
    rows = (number for number, row in enumerate(machine.rows) if row.step == one.step.step)
    row = next(number for number in rows if all(guard.holds(case) for guard in machine.rows[number].only))
    return Visit(log, one, things, row, after)


def _case(machine: Machine[Any], things: Things[Any], one: Tried) -> Case[Any] | None:
    if one.applied.author not in one.context.partners:
        return None
    try:
        names = machine._named(things, one.applied, one.step, PARTS)
    except NotAllowed:
        return None
    return machine._case(things, one.applied, one.context, one.step, *names)


def _explained(machine: Machine[Any], case: Case[Any], visit: Visit) -> Visit:
    fails: list[Guarded] = []
    alone: list[Guarded] = []
    for number, row in enumerate(machine.rows):
        if row.step == visit.one.step.step:
            failing = [(number, place) for place, guard in enumerate(row.only) if not guard.holds(case)]
            fails += failing
            alone += failing if len(failing) == 1 else []
    return replace(visit, fails=tuple(fails), alone=tuple(alone))


def without(machine: Machine[Any], guarded: Guarded) -> Machine[Any]:
    """The same rows, one guard taken out."""
    number, place = guarded
    row = machine.rows[number]
    taken = replace(row, only=(*row.only[:place], *row.only[place + 1 :]))
    return replace(machine, rows=(*machine.rows[:number], taken, *machine.rows[number + 1 :]))


@dataclass
class Witnesses:
    """A log for each row in which a step counts by it, and for each guard one in which it refuses."""

    counts: dict[int, Visit]
    refuses: dict[Guarded, Visit]


def witnesses(machine: Machine[Any], alphabet: Alphabet, depth: int, along: Sequence[Tried] = ()) -> Witnesses:
    """Looks for one of each. The guard alone stands in the way; or else, without it, another sentence would be said."""
    found = Witnesses({}, {})
    wanted = {(number, place) for number, row in enumerate(machine.rows) for place in range(len(row.only))}
    better: set[Guarded] = set()
    for visit in visits(machine, alphabet, depth, along=along):
        if visit.row is not None:
            found.counts.setdefault(visit.row, visit)
        for guarded in visit.fails:
            if guarded in visit.alone and guarded not in better:
                better.add(guarded)
                found.refuses[guarded] = visit
            elif guarded not in found.refuses:
                other = judged(without(machine, guarded), visit.things, visit.log, visit.one)
                if other.sentence != visit.sentence:
                    found.refuses[guarded] = visit
        if better == wanted and len(found.counts) == len(machine.rows):
            break
    return found
