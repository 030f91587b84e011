"""No query of a home that the client asks for each page, entry or text reads more as a journal grows."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from functools import partial
from inspect import getmembers, isfunction

import pytest

from duolog.client.home.store import Store
from tests.plans.filling import LONG, SHORT, Place
from tests.plans.home import HOT, MODULES, WHOLE, ToldStore, fill_home
from tests.plans.kept import compare
from tests.plans.plans import Plan, counted, sqlite_plan
from tests.plans.query import Query, call

# It looks from the newest receipt back, and takes the first that it may.
FROM_THE_END = {"log_rows.newest_timed_receipt": {"reads receipt by journal alone"}}
ROOMS = {module.__name__.rpartition(".")[2]: module for module in MODULES}


@pytest.fixture(scope="module")
def home() -> Iterator[ToldStore]:
    store = ToldStore(None)
    fill_home(store, others=20)
    yield store
    store.close()


def taken_back(store: ToldStore, ask: Callable[[], object]) -> None:
    """Ask, and take back what it does."""
    store._db.execute("SAVEPOINT asked")
    store._depth += 1
    try:
        ask()
    finally:
        store._depth -= 1
        store._db.execute("ROLLBACK TO asked")
        store._db.execute("RELEASE asked")


def plans_of(store: ToldStore, query: Query) -> list[Plan]:
    store.told.clear()
    taken_back(store, partial(query.ask, store, LONG))
    explained = (store._db.execute(f"EXPLAIN QUERY PLAN {sql}", tuple(values)) for sql, values in list(store.told))
    plans = (sqlite_plan([row[3] for row in steps]) for steps in explained)
    return [plan for plan in plans if plan.readings]


def work_of(store: ToldStore, query: Query, at: Place) -> int:
    work: list[int] = []
    taken_back(store, lambda: work.append(counted(store._db, partial(query.ask, store, at))))
    return work[0]


def test_every_query_of_a_home_is_asked() -> None:
    asked = {query.name for query in HOT}
    whole = {Query(function, lambda _: call()).name for function in WHOLE}
    there = {
        f"{room}.{name}"
        for room, module in ROOMS.items()
        for name, function in getmembers(module, isfunction)
        if function.__module__ == module.__name__ and next(iter(function.__annotations__.values()), None) is Store
    }
    assert there == asked | whole
    assert not asked & whole


def test_a_home_reads_by_an_index(home: ToldStore) -> None:
    plans = {query.name: plans_of(home, query) for query in HOT}
    faults = {name: set[str]().union(*(plan.faults() for plan in some)) for name, some in plans.items()}
    assert {name: found for name, found in faults.items() if found} == FROM_THE_END
    compare("home", sqlite3.sqlite_version, plans)


def test_no_query_of_a_home_works_more_in_a_long_journal(home: ToldStore) -> None:
    worked = {query.name: tuple(work_of(home, query, at) for at in (SHORT, LONG)) for query in HOT}
    assert {name: (short, long) for name, (short, long) in worked.items() if long > 1.2 * short + 50} == {}
