"""What a database says of the statements that a query runs: which rows it goes through, and how much work that is."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from psycopg import RawCursor
from sqlalchemy import Connection, event

from app import libpq
from app.tables import metadata

SMALL = {"markers", "restorations"}  # a handful of rows, whatever the server holds
OWNERS = {"account", "journal"}
# Tables with many rows of one journal, and the columns that say no more than whose a row is.
DEEP = dict.fromkeys(("log", "holdings", "attachments", "item", "receipt", "roster", "written"), OWNERS)
DEEP |= {"grants": {"journal"}}  # by account too, the first one is found at once
MANY = 1_000  # rows that a query may sort, or leave out after reading them: every list has a limit below

_STEP = re.compile(
    r"(?P<how>SCAN|SEARCH) (?:TABLE )?(?P<table>\w+)(?: AS \w+)?"
    r"(?: USING (?P<made>AUTOMATIC )?(?:PARTIAL )?(?:COVERING )?(?P<index>INDEX \w+|INTEGER PRIMARY KEY|PRIMARY KEY))?"
    r"(?: \((?P<terms>[^()]*)\))?"
)


_TERM = re.compile(r"\((\w+) (=|>=?|<=?|IS) ")


@dataclass(frozen=True)
class Reading:
    """How a statement reads one table: by an index from its first column on, or as a whole.

    `terms`: the columns that an index is asked by, with `=` or another comparison.
    """

    table: str
    index: str | None = None
    terms: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        if not self.terms:
            return f"all of {self.table}"
        asked = ", ".join(column + sign for column, sign in self.terms)
        return f"{self.table} by {self.index or 'place'} ({asked})"

    def faults(self) -> Iterator[str]:
        """What makes it slower as the database grows."""
        columns = {column for column, _ in self.terms}
        if self.table in SMALL:
            return
        if not self.terms:
            yield f"reads all of {self.table}"
        elif self.terms[0][1] != "=":
            yield f"reads {self.table} by a range of {self.terms[0][0]}"
        elif columns <= DEEP.get(self.table, set()):
            yield f"reads {self.table} by {' and '.join(sorted(columns))} alone"


@dataclass(frozen=True)
class Plan:
    """How a database goes about one statement. `notes`: what it does besides reading, such as sorting."""

    readings: tuple[Reading, ...]
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "; ".join([*map(str, self.readings), *self.notes])

    def faults(self) -> set[str]:
        return {fault for reading in self.readings for fault in reading.faults()} | set(self.notes)


Explain = Callable[[Any, str, Any, bool], Iterable[Plan]]


def sqlite_plan(steps: Iterable[str]) -> Plan:
    """The plan that SQLite tells in these steps."""
    readings, notes = list[Reading](), list[str]()
    for step in steps:
        match = _STEP.match(step)
        if match is not None and step != "SCAN CONSTANT ROW" and "SUBQUERY" not in step:
            terms = re.findall(r"(\w+)(=|<|>)\?", match["terms"] or "")
            if match["how"] == "SEARCH" and not terms:
                terms = [("its end", "=")]  # the first or the last one is found at once
            index = (match["index"] or "").removeprefix("INDEX ") or None
            primary = index is not None and (index.startswith("sqlite_autoindex_") or "PRIMARY" in index)
            readings.append(Reading(match["table"], "primary key" if primary else index, tuple(terms)))
            if match["made"]:
                notes.append(f"makes an index of {match['table']}")
        elif "TEMP B-TREE FOR" in step and "ORDER BY" in step:
            notes.append("sorts")
    return Plan(tuple(readings), tuple(notes))


_INDEXES = {index.name: table.name for table in metadata.sorted_tables for index in table.indexes}
_KEYS = {f"pk_{table.name}": table.name for table in metadata.sorted_tables}


def postgresql_plan(root: Mapping[str, Any]) -> Plan:
    """The plan that PostgreSQL tells, and what it met if it carried it out."""
    readings, notes = list[Reading](), list[str]()
    for node in _nodes(root):
        index = node.get("Index Name")
        if index is not None:
            condition = re.sub(r"'[^']*'", "?", node.get("Index Cond", ""))
            found = [(column, "=" if sign == "IS" else sign[0]) for column, sign in _TERM.findall(condition)]
            table = _KEYS.get(index) or _INDEXES[index]
            readings.append(Reading(table, "primary key" if index in _KEYS else index, tuple(dict.fromkeys(found))))
        elif node["Node Type"] == "Seq Scan":
            readings.append(Reading(node["Relation Name"]))
        if node.get("Sort Space Type") == "Disk" or node.get("Disk Usage") or node.get("Hash Batches", 1) > 1:
            notes.append("spills to the disk")
        if node["Node Type"] == "Sort" and node.get("Actual Rows", 0) > MANY:
            notes.append("sorts many rows")
        if sum(node.get(f"Rows Removed by {what}", 0) for what in ("Filter", "Index Recheck", "Join Filter")) > MANY:
            notes.append("reads many rows in vain")
    return Plan(tuple(readings), tuple(notes))


def _nodes(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from _nodes(child)


def plans_of(connection: Connection, ask: Callable[[], object], explain: Explain) -> list[Plan]:
    """The plan of each statement of a query that reads rows. What the query does is taken back."""
    found: list[Plan] = []
    driver: Any = connection.connection.driver_connection
    if isinstance(driver, sqlite3.Connection):  # what SQLite hears, since not all of it goes through SQLAlchemy
        heard: list[str] = []
        with _taken_back(connection):
            driver.set_trace_callback(heard.append)
            try:
                ask()
            finally:
                driver.set_trace_callback(None)
            for sql in dict.fromkeys(heard):
                if not sql.startswith(("SAVEPOINT", "--")):
                    found.extend(explain(driver, sql, (), False))
        return [plan for plan in found if plan.readings]

    with _taken_back(connection), _heard(connection, lambda *asked: found.extend(explain(driver, *asked))):
        ask()
    return [plan for plan in found if plan.readings]


@contextmanager
def _heard(connection: Connection, hear: Callable[[str, Any, bool], None]) -> Iterator[None]:
    """Hear of each statement for PostgreSQL before it runs: its values, and whether it is planned for these alone."""

    def executes(_: object, cursor: Any, sql: str, values: Any, context: Any, many: bool) -> None:
        if context.compiled is not None:  # and not a savepoint
            hear(sql, values[0] if many else values, bool(context.compiled.post_compile_params))

    def execute(connection: Connection, sql: bytes, values: Sequence[object], *, prepare: bool) -> Any:
        hear(sql.decode(), values, not prepare)
        return run(
            connection, sql, values, prepare=False
        )  # the driver forgets what is prepared as it takes things back

    def stream(connection: Connection, sql: bytes, values: Sequence[object]) -> Iterator[Any]:
        hear(sql.decode(), values, True)
        return streamed(connection, sql, values)

    run, streamed = libpq.execute, libpq.stream
    event.listen(connection, "before_cursor_execute", executes)
    try:
        with patch.multiple(libpq, execute=execute, stream=stream):
            yield
    finally:
        event.remove(connection, "before_cursor_execute", executes)


def on_sqlite(driver: sqlite3.Connection, sql: str, values: Any, _planned_anew: bool) -> Iterator[Plan]:
    """How SQLite goes about it. It keeps no statistics here, so that the values make no difference."""
    yield sqlite_plan([row[3] for row in driver.execute(f"EXPLAIN QUERY PLAN {sql}", values).fetchall()])


def on_postgresql(driver: Any, sql: str, values: Any, _planned_anew: bool) -> Iterator[Plan]:
    """How PostgreSQL goes about it with these values."""
    with driver.cursor() if isinstance(values, dict) else RawCursor(driver) as cursor:
        cursor.execute("SAVEPOINT explained")
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", values)
        told: Any = cursor.fetchall()[0][0]
        cursor.execute("ROLLBACK TO SAVEPOINT explained")
    yield postgresql_plan(told[0]["Plan"])


def prepared_on_postgresql(driver: Any, sql: str, _values: Any, planned_anew: bool) -> Iterator[Plan]:
    """How PostgreSQL goes about it with any values, once the statement is prepared; one with a list never is, nor one
    whose rows are fetched a few at a time.
    """
    if not planned_anew:
        names = list(dict.fromkeys(re.findall(r"%\((\w+)\)s", sql)))
        numbered = re.sub(r"%\((\w+)\)s", lambda match: f"${names.index(match[1]) + 1}", sql).replace("%%", "%")
        with driver.cursor() as cursor:
            cursor.execute(f"EXPLAIN (GENERIC_PLAN, FORMAT JSON) {numbered}")
            (told,) = cursor.fetchone()
        yield postgresql_plan(told[0]["Plan"])


def work_of(connection: Connection, ask: Callable[[], object]) -> int:
    """How many instructions of SQLite's machine a query takes, in tens. What it does is taken back."""
    driver: Any = connection.connection.driver_connection
    with _taken_back(connection):
        return counted(driver, ask)


def counted(driver: sqlite3.Connection, ask: Callable[[], object]) -> int:
    """How many instructions of SQLite's machine something takes, in tens."""
    taken = 0

    def count() -> int:
        nonlocal taken
        taken += 10
        return 0

    driver.set_progress_handler(count, 10)
    try:
        ask()
    finally:
        driver.set_progress_handler(None, 10)
    return taken


@contextmanager
def _taken_back(connection: Connection) -> Iterator[None]:
    savepoint = connection.begin_nested()
    try:
        yield
    finally:
        savepoint.rollback()
