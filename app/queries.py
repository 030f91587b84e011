"""Queries that every request asks: written once, and run on SQLite without SQLAlchemy.

To build a statement, to find it among those that are compiled, to run it and to wrap its rows takes SQLAlchemy ten
times as long as SQLite takes to answer. So a `Query` is written once, with bound parameters, and compiled once. On
SQLite its text goes to the driver, on the same connection and inside the same transaction as everything else. On
PostgreSQL SQLAlchemy runs it: that is little beside the way to another process. A row has the names of the query's
columns on both.
"""

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from itertools import chain, repeat
from typing import Any, cast

from sqlalchemy import Boolean, Connection, Insert, Select, Update
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.dml import ReturningInsert

from app.database import AnyRow

Statement = Select[*tuple[Any, ...]] | Insert | Update | ReturningInsert[*tuple[Any, ...]]

_DIALECT, _IN_ORDER = sqlite.dialect(paramstyle="named"), sqlite.dialect(paramstyle="qmark")
_AT_ONCE = 64  # rows that PostgreSQL sends at once where a query is streamed


class Query:
    """One statement, whose parameters are given by name; a list among them is not empty. `postgresql`: its form for
    PostgreSQL, where it has another.

    Each way to run it raises SQLAlchemy's errors.
    """

    def __init__(self, statement: Statement, postgresql: Statement | None = None) -> None:
        self._statement = statement
        self._on_postgresql = statement if postgresql is None else postgresql

    def all(self, connection: Connection, /, **values: object) -> Sequence[AnyRow]:
        """Every row."""
        if connection.dialect.name != "sqlite":
            return connection.execute(self._on_postgresql, values).all()
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
            streamed = {"yield_per": _AT_ONCE}
            yield from connection.execute(self._on_postgresql, values, execution_options=streamed)
            return
        try:
            yield from _begun(connection).execute(*self._spelled(values))
        except sqlite3.Error as error:
            raise _as_sqlalchemy(error, self._sql) from error

    def run(self, connection: Connection, /, *rows: Mapping[str, object]) -> None:
        """Run it once for each of these rows of parameters."""
        if connection.dialect.name != "sqlite":
            connection.execute(self._on_postgresql, rows)
            return
        try:
            _begun(connection).executemany(self._sql_of_many, map(self._in_order, rows))
        except sqlite3.Error as error:
            raise _as_sqlalchemy(error, self._sql) from error

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


def _named(names: list[str]) -> Callable[[Iterable[Any]], AnyRow]:
    make: Any = namedtuple("Row", names)  # type: ignore[misc]  # each query has its own names
    return cast("Callable[[Iterable[Any]], AnyRow]", make._make)


def driver_of(connection: Connection) -> sqlite3.Connection:
    """The driver's own connection to SQLite."""
    return cast(sqlite3.Connection, connection.connection.driver_connection)


def ask(driver: sqlite3.Connection, sql: str, values: Mapping[str, object] = {}) -> list[tuple[Any, ...]]:
    """Run a statement of SQLite; returns its rows. Raises: SQLAlchemy's errors."""
    try:
        return driver.execute(sql, values).fetchall()
    except sqlite3.Error as error:
        raise _as_sqlalchemy(error, sql) from error


def _begun(connection: Connection) -> sqlite3.Connection:
    """The driver's connection, in the transaction that SQLAlchemy would have begun for its first statement."""
    if not connection.in_transaction():
        connection.begin()
    return driver_of(connection)


def _as_sqlalchemy(error: sqlite3.Error, sql: str) -> Exception:
    return DBAPIError.instance(sql, None, error, sqlite3.Error, hide_parameters=True)
