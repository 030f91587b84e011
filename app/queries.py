"""Queries that every request asks: written once, and run without SQLAlchemy.

To build a statement, to find it among those that are compiled, to run it and to wrap its rows takes SQLAlchemy ten
times as long as SQLite takes to answer, and longer than the way to PostgreSQL and back. So a `Query` is written once,
with bound parameters, and compiled once for each database. Its text goes to the driver, on the same connection and
inside the same transaction as everything else. A row has the names of the query's columns on both.

On PostgreSQL a query is prepared when a connection runs it for the first time, unless it has a list of several values
(`postgresql.py` says why).
"""

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import Boolean, Connection, Insert, Select, Update
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import ReturningInsert

from app import libpq
from app.database import AnyRow
from app.libpq import as_sqlalchemy

if TYPE_CHECKING:
    from psycopg.pq.abc import PGresult

Statement = Select[*tuple[Any, ...]] | Insert | Update | ReturningInsert[*tuple[Any, ...]]

_DIALECT, _IN_ORDER = sqlite.dialect(paramstyle="named"), sqlite.dialect(paramstyle="qmark")
_POSTGRESQL = PGDialect_psycopg(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]


class Query:
    """One statement, whose parameters are given by name; a list among them is not empty. `postgresql`: its form for
    PostgreSQL, where it has another.

    Each way to run it raises SQLAlchemy's errors.
    """

    def __init__(self, statement: Statement, postgresql: Statement | None = None) -> None:
        self._statement = statement
        self._on_postgresql = _OnPostgresql(statement if postgresql is None else postgresql)

    def all(self, connection: Connection, /, **values: object) -> Sequence[AnyRow]:
        """Every row."""
        if connection.dialect.name != "sqlite":
            return self._on_postgresql.all(connection, values)
        return [self._row(row) for row in ask(_begun(connection), *self._spelled(values))]

    def one(self, connection: Connection, /, **values: object) -> AnyRow | None:
        """The first row, for queries that have one at most."""
        rows = self.all(connection, **values)
        return rows[0] if rows else None

    def stream(self, connection: Connection, /, **values: object) -> Iterator[Sequence[Any]]:
        """Every row, each read when it is asked for: who stops asking reads no more. It has no names, and numbers for
        booleans on SQLite: where rows are many, names cost as much as the reading.
        """
        if connection.dialect.name != "sqlite":
            yield from self._on_postgresql.stream(connection, values)
            return
        try:
            yield from _begun(connection).execute(*self._spelled(values))
        except sqlite3.Error as error:
            raise as_sqlalchemy(error, self._sql) from error

    def run(self, connection: Connection, /, *rows: Mapping[str, object]) -> None:
        """Run it once for each of these rows of parameters."""
        if connection.dialect.name != "sqlite":
            self._on_postgresql.run(connection, rows)
            return
        try:
            _begun(connection).executemany(self._sql_of_many, map(self._in_order, rows))
        except sqlite3.Error as error:
            raise as_sqlalchemy(error, self._sql) from error

    def _in_order(self, row: Mapping[str, object]) -> list[object]:
        """The values for `_sql_of_many`: without names SQLite takes many rows in half the time."""
        given = {**self._fixed, **row} if self._fixed else row
        return [given[name] for name in self._order]

    def _spelled(self, values: Mapping[str, object]) -> tuple[str, dict[str, object]]:
        """The text for these values. SQLite takes no list, so each of its items gets a name; the last one gets several,
        so that there are few texts.
        """
        sql, given = self._sql, {**self._fixed, **values}
        for name in self._lists:
            items = cast("Sequence[object]", given.pop(name))
            names = _spelled_out(name, 1 << (len(items) - 1).bit_length())
            sql = sql.replace(f"(__[POSTCOMPILE_{name}])", f"(:{', :'.join(names)})")
            given |= zip(names, chain(items, repeat(items[-1])), strict=False)
        return sql, given

    @cached_property
    def _lists(self) -> list[str]:
        return [one.key for one in self._statement.compile(dialect=_DIALECT).post_compile_params]

    @cached_property
    def _sql(self) -> str:
        return str(self._statement.compile(dialect=_DIALECT))

    @cached_property
    def _sql_of_many(self) -> str:
        return str(self._statement.compile(dialect=_IN_ORDER))

    @cached_property
    def _order(self) -> list[str]:
        """The names of the parameters in the order in which `_sql_of_many` takes them."""
        return list(self._statement.compile(dialect=_IN_ORDER).positiontup or ())

    @cached_property
    def _fixed(self) -> dict[str, object]:
        """The parameters that the statement gives itself."""
        return {
            name: value for name, value in self._statement.compile(dialect=_DIALECT).params.items() if value is not None
        }

    @cached_property
    def _row(self) -> Callable[[tuple[Any, ...]], AnyRow]:
        """Makes a row of what SQLite gives, which has numbers for booleans."""
        columns = self._statement.exported_columns
        make = _named([str(name) for name in columns.keys()])  # noqa: SIM118 - a collection of columns, not a dict
        booleans = [place for place, column in enumerate(columns) if isinstance(column.type, Boolean)]
        if not booleans:
            return make

        def with_booleans(row: tuple[Any, ...]) -> AnyRow:
            values = list(row)
            for place in booleans:
                values[place] = None if values[place] is None else bool(values[place])
            return make(values)

        return with_booleans


@cache
def _spelled_out(name: str, count: int) -> list[str]:
    return [f"{name}_{place}" for place in range(count)]


class _OnPostgresql:
    """A statement for PostgreSQL."""

    def __init__(self, statement: Statement) -> None:
        self._statement = statement

    def all(self, connection: Connection, values: Mapping[str, object]) -> list[AnyRow]:
        return libpq.rows_of(connection, self._ask(connection, values), self._row)

    def stream(self, connection: Connection, values: Mapping[str, object]) -> Iterator[Sequence[Any]]:
        _begin(connection)
        sql, given, _ = self._spelled(values)
        return libpq.stream(connection, sql, given)

    def run(self, connection: Connection, rows: Sequence[Mapping[str, object]]) -> None:
        if len(rows) > 1 and isinstance(self._statement, Insert):
            _begin(connection)
            sql, names, types = self._copying
            libpq.copy(connection, sql, types, ([row[name] for name in names] for row in rows))
        else:
            for row in rows:
                self._ask(connection, row)

    def _ask(self, connection: Connection, values: Mapping[str, object]) -> "PGresult":
        _begin(connection)
        sql, given, prepare = self._spelled(values)
        return libpq.execute(connection, sql, given, prepare=prepare)

    def _spelled(self, values: Mapping[str, object]) -> tuple[bytes, list[object], bool]:
        """The text for these values, in which each item of a list has a number; the values in order; and whether that
        text is to be prepared.
        """
        sql, given, prepare = self._sql, [values.get(name, self._fixed.get(name)) for name in self._names], True
        for name in self._lists:
            items = cast("Sequence[object]", values[name])
            numbers = range(len(given) + 1, len(given) + len(items) + 1)
            sql = sql.replace(f"(__[POSTCOMPILE_{name}])", f"(${', $'.join(map(str, numbers))})")
            given += items
            prepare = prepare and len(items) == 1
        return sql.encode(), given, prepare

    @cached_property
    def _copying(self) -> tuple[bytes, list[str], list[str]]:
        """How to add many rows: by COPY, which takes a third of the time of an INSERT for each. The parameters of an
        INSERT are named as its columns. The statement, and the names and types of these columns.
        """
        table = cast(Insert, self._statement).table
        columns = [column for column in table.c if column.name in self._names]
        names = [column.name for column in columns]
        sql = f"COPY {table.name} ({', '.join(names)}) FROM STDIN (FORMAT BINARY)"
        return sql.encode(), names, [column.type.compile(_POSTGRESQL).lower() for column in columns]

    @cached_property
    def _lists(self) -> list[str]:
        return [one.key for one in self._compiled.post_compile_params]

    @cached_property
    def _names(self) -> list[str]:
        """The parameters in order, without the lists."""
        return [name for name in self._compiled.positiontup or () if name not in self._lists]

    @cached_property
    def _sql(self) -> str:
        return str(self._compiled)

    @cached_property
    def _fixed(self) -> dict[str, object]:
        return {name: value for name, value in self._compiled.params.items() if value is not None}

    @cached_property
    def _compiled(self) -> SQLCompiler:
        return self._statement.compile(dialect=_POSTGRESQL)

    @cached_property
    def _row(self) -> Callable[[Iterable[Any]], AnyRow]:
        return _named([str(name) for name in self._statement.exported_columns.keys()])  # noqa: SIM118 - as above


def _named(names: list[str]) -> Callable[[Iterable[Any]], AnyRow]:
    make: Any = namedtuple("Row", names)  # type: ignore[misc]  # each query has its own names
    return cast("Callable[[Iterable[Any]], AnyRow]", make._make)


def driver_of(connection: Connection) -> sqlite3.Connection:
    """The driver's own connection to SQLite."""
    return cast(sqlite3.Connection, connection.connection.driver_connection)


def command(driver: sqlite3.Connection, sql: str) -> None:
    """Run a command of SQLite that has no rows, such as `BEGIN`. Raises: SQLAlchemy's errors."""
    try:
        driver.execute(sql)
    except sqlite3.Error as error:
        raise as_sqlalchemy(error, sql) from error


def ask(driver: sqlite3.Connection, sql: str, values: Mapping[str, object] = {}) -> list[tuple[Any, ...]]:
    """Run a statement of SQLite; returns its rows. Raises: SQLAlchemy's errors."""
    try:
        return driver.execute(sql, values).fetchall()
    except sqlite3.Error as error:
        raise as_sqlalchemy(error, sql) from error


def _begun(connection: Connection) -> sqlite3.Connection:
    """The driver's connection, in the transaction that SQLAlchemy would have begun for its first statement."""
    _begin(connection)
    return driver_of(connection)


def _begin(connection: Connection) -> None:
    if not connection.in_transaction():
        connection.begin()
