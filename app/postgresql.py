"""PostgreSQL: any number of stateless serving processes on one database.

Each write is one transaction on its own connection. Writers to one journal wait for each other on its row (`SELECT
... FOR UPDATE`, which SQLite doesn't need and leaves out); writers to different journals don't meet. A deadlock or a
serialization failure, or a row that somebody else added first, is tried again: the function runs once more on a fresh
transaction, and meets what is there now.

The address may name several hosts, a primary and its standbys, with `target_session_attrs=read-write`. A connection
that meets a server which takes no writes is given up with all others, so that the next ones find the new primary.

A statement that comes often is prepared, and then planned once for any values. One with a list is not: to find a list
in a journal of ordinary length, it seems best to read the whole journal, and so a long one would be read.

What was deleted stays in dead rows until `VACUUM` (autovacuum does it), and in PostgreSQL's own write-ahead log, its
archive and its replicas for as long as they are kept. Nothing here can hurry that, so `forget` does nothing.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, event, text
from sqlalchemy.engine import ExecutionContext, make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.sql.compiler import SQLCompiler

from app.faults import READ_ONLY, Faults, storage_code

P = ParamSpec("P")
T = TypeVar("T")

ATTEMPTS = 5
PREPARED_AFTER = 5  # times that a connection executes a statement
_AGAIN = ("40001", "40P01", "23505")  # serialization failure, deadlock, somebody else added the same row first


class PostgresDatabase:
    """A PostgreSQL database. Implements `Database`."""

    def __init__(self, url: str, *, connections: int) -> None:
        self.faults = Faults("database")
        self._writes = 0  # under way
        target = make_url(url).set(drivername="postgresql+psycopg")
        self._engine: AsyncEngine = create_async_engine(
            target, pool_size=connections, max_overflow=connections, pool_pre_ping=True, hide_parameters=True
        )
        event.listen(self._engine.sync_engine, "before_cursor_execute", plan_lists_anew)
        self._reading = self._engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    async def open(self) -> None:
        await self.read(lambda connection: connection.execute(text("SELECT 1")).scalar())

    async def close(self) -> None:
        await self._engine.dispose()

    async def read(self, function: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            async with self._reading.connect() as connection:
                return await connection.run_sync(lambda sync: function(sync, *args, **kwargs))
        except OperationalError as error:
            raise self.faults.of_database(error) from error

    look_up = read

    async def write(self, function: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        # Shielded: a request that is cancelled leaves no transaction half way; the work is committed or not as a whole.
        return await asyncio.shield(asyncio.ensure_future(self._write(lambda sync: function(sync, *args, **kwargs))))

    def waiting(self) -> int:
        return self._writes

    async def forget(self) -> bool:
        return True

    async def _write(self, function: Callable[[Connection], T]) -> T:
        self._writes += 1
        try:
            return await self._try(function)
        finally:
            self._writes -= 1

    async def _try(self, function: Callable[[Connection], T]) -> T:
        for attempt in range(ATTEMPTS):
            try:
                async with self._engine.begin() as connection:
                    return await connection.run_sync(function)
            except DBAPIError as error:
                code = storage_code(error)
                if code == READ_ONLY:  # it was a primary: the next connections look for the one that is
                    await self._engine.dispose()
                if code not in _AGAIN or attempt == ATTEMPTS - 1:
                    if isinstance(error, OperationalError) or code == READ_ONLY:
                        raise self.faults.of_database(error) from error
                    raise
                await asyncio.sleep(0.01 * 2**attempt)
        raise AssertionError("unreachable: the last attempt returns or raises")


def plan_lists_anew(
    connection: Connection, _cursor: object, _sql: str, _values: object, context: ExecutionContext | None, _many: bool
) -> None:
    """Before each statement: it is prepared when it comes often, unless it has a list."""
    compiled = None if context is None else context.compiled
    has_list = isinstance(compiled, SQLCompiler) and bool(compiled.post_compile_params)
    driver: Any = connection.connection.driver_connection
    driver.prepare_threshold = None if has_list else PREPARED_AFTER
