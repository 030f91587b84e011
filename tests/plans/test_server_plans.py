"""No query of a request reads more as a journal or the server grows; what a round reads as a whole is named.

A plan says so before a server is slow: on SQLite, which keeps no statistics, and on PostgreSQL with the rows and the
statistics of a server with many journals, of which one is long.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from importlib import import_module
from inspect import getmembers, isfunction
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text

import app
from app.postgresql import plan_lists_anew
from app.sqlite_connections import sqlite_engine
from tests.plans import plans
from tests.plans.asked import QUERIES
from tests.plans.expected import EXPECTED, NOT_ASKED, READING_ALL, WITH_VALUES
from tests.plans.filling import LONG, SHORT, Place, fill
from tests.plans.kept import compare
from tests.plans.plans import Explain, Plan, plans_of, work_of
from tests.plans.query import Query

Plans = Mapping[str, list[Plan]]


@pytest.fixture(scope="module")
def on_sqlite(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    file = tmp_path_factory.mktemp("plans") / "duolog.db"
    shutil.copy(sqlite_template, file)
    yield from _filled(sqlite_engine(f"sqlite:///{file}", begin="BEGIN"), others=30)


@pytest.fixture(scope="module")
def on_postgresql(new_postgres: Callable[[], str]) -> Iterator[Connection]:
    engine = create_engine(make_url(new_postgres()).set(drivername="postgresql+psycopg"))
    event.listen(engine, "before_cursor_execute", plan_lists_anew)
    yield from _filled(engine, others=1000)


def _filled(engine: Engine, others: int) -> Iterator[Connection]:
    with engine.connect() as connection:
        fill(connection, others)
        if engine.dialect.name == "postgresql":
            connection.execute(text("ANALYZE"))
        connection.commit()
        yield connection
        connection.rollback()
    engine.dispose()


READ_ALL = {name for name, (why, _) in EXPECTED.items() if why in READING_ALL}
JUDGED = [query for query in QUERIES if query.name not in READ_ALL]


def plans_on(connection: Connection, queries: Iterable[Query], explain: Explain) -> Plans:
    def places(query: Query) -> Place:
        return SHORT if query.name in READ_ALL else LONG  # the plans are the same, and reading all takes its time

    return {
        query.name: plans_of(connection, partial(query.ask, connection, places(query)), explain) for query in queries
    }


def faults_of(told: Plans) -> dict[str, set[str]]:
    found = {name: set[str]().union(*(plan.faults() for plan in some)) for name, some in told.items()}
    return {name: faults for name, faults in found.items() if faults}


def test_every_query_of_the_server_is_asked() -> None:
    """A new function of a repository is asked here, or named as one that no request and no round asks."""
    asked = {query.function for query in QUERIES}
    root = Path(app.__file__).parent
    for file in root.glob("*/*repository.py"):
        module = import_module(f"app.{file.parent.name}.{file.stem}")
        for name, function in getmembers(module, isfunction):
            takes = list(function.__annotations__.items())[:1]
            if function.__module__ != module.__name__ or takes != [("connection", Connection)] or name.startswith("_"):
                continue
            assert (function in asked) != (f"{file.parent.name}.{name}" in NOT_ASKED), f"{module.__name__}.{name}"


def test_sqlite_reads_by_an_index(on_sqlite: Connection) -> None:
    told = plans_on(on_sqlite, QUERIES, plans.on_sqlite)
    assert faults_of(told) == {name: faults for name, (_, faults) in EXPECTED.items() if faults}
    compare("sqlite", sqlite3.sqlite_version, told)


def test_no_query_works_more_in_a_long_journal(on_sqlite: Connection) -> None:
    """Counted in instructions of SQLite's machine, which no other program on this computer disturbs."""
    worked = {
        query.name: tuple(work_of(on_sqlite, partial(query.ask, on_sqlite, at)) for at in (SHORT, LONG))
        for query in JUDGED
    }
    assert {name: (short, long) for name, (short, long) in worked.items() if long > 1.2 * short + 50} == {}


@pytest.mark.slow
def test_postgresql_reads_by_an_index(on_postgresql: Connection) -> None:
    told = plans_on(on_postgresql, JUDGED, plans.on_postgresql)
    assert faults_of(told) == faults_on_postgresql(WITH_VALUES)
    compare("postgresql", version_of(on_postgresql), told)


@pytest.mark.slow
def test_postgresql_reads_by_an_index_whatever_the_values_are(on_postgresql: Connection) -> None:
    """A connection that has executed a statement often plans it no more, and an ordinary journal is a short one."""
    told = plans_on(on_postgresql, JUDGED, plans.prepared_on_postgresql)
    assert faults_of(told) == faults_on_postgresql({})
    compare("postgresql-prepared", version_of(on_postgresql), told)


def faults_on_postgresql(others: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """The expected ones. It sorts as well, but no list that is long."""
    expected = {name: faults - {"sorts"} for name, (_, faults) in EXPECTED.items() if name not in READ_ALL}
    return {name: faults for name, faults in (expected | dict(others)).items() if faults}


def version_of(connection: Connection) -> str:
    version: str = connection.execute(text("SHOW server_version")).scalar_one()
    return version.split()[0]
