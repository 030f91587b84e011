"""The one way to the database: `await db.read(function, ...)` and `await db.write(function, ...)`; `db.look_up` and
`db.write_short` for short ones; and `db.forget()`.

A function of a repository or service is synchronous and takes a SQLAlchemy Core `Connection` first. `read` gives it
one consistent view. `write` gives it a transaction that is committed, on disk, before `write` returns; when the
function raises, `write` rolls back. Nothing else commits. `look_up` is a `read` by one query for a few rows, such as
the caller of a request: so short that asking another thread would cost more. `write_short` is a `write` as short.
`forget` scrubs deleted data. SQLite and
PostgreSQL stand behind the same verbs (`sqlite.py`, `postgresql.py`; `storage.py` chooses).
"""

from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from sqlalchemy import Connection, Insert, MetaData, Row, Table
from sqlalchemy.dialects import postgresql, sqlite

from app.faults import Faults

P = ParamSpec("P")
T = TypeVar("T")

AnyRow = Row[*tuple[Any, ...]]  # a row whose columns the query names

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Database(Protocol):
    """The storage, as the rest of the server sees it."""

    faults: Faults

    def waiting(self) -> int:
        """How many writes wait, or are under way."""

    async def open(self) -> None:
        """Connect. Raises: Unavailable."""

    async def close(self) -> None:
        """Finish what is under way, and disconnect."""

    async def read(self, function: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `function` on one consistent view. Raises: Unavailable, and what the function raises."""

    async def look_up(
        self, function: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """As `read`, for a function that asks one query, for a few rows by their keys."""

    async def read_page(
        self, function: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """As `read`, for a function that reads a bounded number of rows in the order of their keys."""

    async def write(self, function: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `function` in a transaction and return after its commit.

        Raises: StorageFull, Unavailable, and what it raises.
        """

    async def write_short(
        self, function: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """As `write`, for a function of a few milliseconds: a dozen queries by keys, and a hundred small new rows."""

    async def forget(self) -> bool:
        """Scrub the bytes of deleted data, as far as the storage can; returns whether that is done.

        It waits for a bounded time; the retention job tries again.
        """


def insert_new(connection: Connection, table: Table) -> Insert:
    """An insert that leaves out rows whose key is already there; its `rowcount` tells how many were new."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table).on_conflict_do_nothing()
    return postgresql.insert(table).on_conflict_do_nothing()
