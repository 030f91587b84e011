"""PostgreSQL: any number of stateless serving processes on one database.

Each write is one transaction on its own connection. Writers to one journal wait for each other on its row (`SELECT
... FOR UPDATE`, which SQLite doesn't need and leaves out); writers to different journals don't meet. A deadlock or a
serialization failure, or a row that somebody else added first, is tried again: the function runs once more on a fresh
transaction, and meets what is there now.

Each function runs in a thread, which waits for PostgreSQL by itself. Readers and writers have their own threads, so
that no reader waits behind writers that wait for a journal. Connections are kept between transactions. One that was
lost meanwhile is noticed at its `BEGIN`, before anything else ran, and another takes its place.

The address may name several hosts, a primary and its standbys, with `target_session_attrs=read-write`. A connection
that meets a server which takes no writes is given up with all others, so that the next ones find the new primary.

A statement that comes often is prepared, and then planned once for any values. One with a list is not, unless the list
has a single value: to find several in a journal of ordinary length, it seems best to read the whole journal, and so a
long one would be read.

What was deleted stays in dead rows until `VACUUM` (autovacuum does it), and in PostgreSQL's own write-ahead log, its
archive and its replicas for as long as they are kept. Nothing here can hurry that, so `forget` does nothing.
"""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import ExecutionContext, make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import NullPool
from sqlalchemy.sql.compiler import SQLCompiler

from app.faults import READ_ONLY, Faults, storage_code
from app.libpq import command, is_idle, psycopg_of
from app.workers import Workers

P = ParamSpec("P")
T = TypeVar("T")

ATTEMPTS = 5
PREPARED_AFTER = 5  # times that a connection executes a statement
_AGAIN = ("40001", "40P01", "23505")  # serialization failure, deadlock, somebody else added the same row first
_READ, _WRITE = b"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", b"BEGIN"


class PostgresDatabase:
    """A PostgreSQL database. Implements `Database`. `connections`: as many for reading, and as many for writing."""

    def __init__(self, url: str, *, connections: int) -> None:
        self.faults = Faults("database")
        self._writes = 0  # under way
        self._kept = _Kept(postgresql_engine(url))
        self._readers = Workers(connections, "duolog-reader")
        self._writers = Workers(connections, "duolog-writer")

    async def open(self) -> None:
        self._readers.start()
        self._writers.start()
        try:
            await self.read(lambda connection: connection.execute(text("SELECT 1")).scalar())
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        await asyncio.to_thread(self._readers.stop)
        await asyncio.to_thread(self._writers.stop)
        self._kept.give_up()

    async def read(self, function: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        work = partial(self._kept.run, _READ, b"ROLLBACK", lambda connection: function(connection, *args, **kwargs))
        try:
            return await self._readers.run(work)
        except OperationalError as error:
            raise self.faults.of_database(error) from error

    async def read_page(
        self, function: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        return await self.read(function, *args, **kwargs)

    async def look_up(
        self, function: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """As `read`, for a function that asks one query: such a query sees one moment without a transaction."""
        work = partial(self._kept.ask, lambda connection: function(connection, *args, **kwargs))
        try:
            return await self._readers.run(work)
        except OperationalError as error:
            raise self.faults.of_database(error) from error

    async def write(self, function: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        # A request that is cancelled leaves no transaction half way; the work is committed or not as a whole.
        self._writes += 1
        try:
            return await self._write(lambda connection: function(connection, *args, **kwargs))
        finally:
            self._writes -= 1

    write_short = write  # the network takes longer than a thread

    def waiting(self) -> int:
        return self._writes

    async def forget(self) -> bool:
        return True

    async def _write(self, function: Callable[[Connection], T]) -> T:
        for attempt in range(ATTEMPTS):
            try:
                return await self._writers.run(partial(self._kept.run, _WRITE, b"COMMIT", function))
            except DBAPIError as error:
                code = storage_code(error)
                if code == READ_ONLY:  # it was a primary: the next connections look for the one that is
                    self._kept.give_up()
                if code not in _AGAIN or attempt == ATTEMPTS - 1:
                    if isinstance(error, OperationalError) or code == READ_ONLY:
                        raise self.faults.of_database(error) from error
                    raise
                await asyncio.sleep(0.01 * 2**attempt)
        raise AssertionError("unreachable: the last attempt returns or raises")


class _Kept:
    """Connections, kept open between transactions. The one that was used last is used next."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._idle = list[Connection]()
        self._given_up = 0  # times
        self._lock = threading.Lock()

    def run(self, begin: bytes, end: bytes, function: Callable[[Connection], T]) -> T:
        """Run `function` in a transaction that is ended by `end`, or rolled back when it raises."""
        connection = self._begun(begin)
        try:
            value = function(connection)
            command(connection, end)
            return value
        except BaseException:
            if not connection.invalidated:
                with suppress(DBAPIError):  # it is lost, and PostgreSQL rolls back by itself
                    command(connection, b"ROLLBACK")
            raise
        finally:
            self._put_back(connection)

    def ask(self, function: Callable[[Connection], T]) -> T:
        """Run `function`, which asks one query, without a transaction."""
        while True:
            connection, was_idle = self._take()
            try:
                return function(connection)
            except OperationalError:
                if not was_idle or _is_usable(connection):
                    raise  # otherwise it was lost while nobody used it
            finally:
                self._put_back(connection)

    def give_up(self) -> None:
        """Close every connection: at once, or when its transaction ends."""
        with self._lock:
            idle, self._idle = self._idle, []
            self._given_up += 1
        for connection in idle:
            _close(connection)

    def _begun(self, begin: bytes) -> Connection:
        """A connection in a new transaction. Raises: OperationalError."""
        while True:
            connection, was_idle = self._take()
            try:
                command(connection, begin)
                return connection
            except DBAPIError:
                _close(connection)
                if not was_idle:
                    raise  # otherwise it was lost while nobody used it

    def _take(self) -> tuple[Connection, bool]:
        """A connection, and whether it was kept. Raises: OperationalError."""
        with self._lock:
            given_up = self._given_up
            if self._idle:
                return self._idle.pop(), True
        connection = self._engine.connect()
        connection.begin()  # the engine knows nothing of its transactions, and takes all for one that never ends
        connection.info["given_up"] = given_up
        return connection, False

    def _put_back(self, connection: Connection) -> None:
        if _is_usable(connection):
            with self._lock:
                if connection.info["given_up"] == self._given_up:
                    self._idle.append(connection)
                    return
        _close(connection)


def _is_usable(connection: Connection) -> bool:
    """Whether a connection is there, in no transaction."""
    return not connection.invalidated and is_idle(connection)


def _close(connection: Connection) -> None:
    connection.invalidate()  # or the engine would end the transaction that it believes in
    connection.close()


def postgresql_engine(url: str) -> Engine:
    """An engine whose connections begin and end no transaction by themselves."""
    engine = create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        isolation_level="AUTOCOMMIT",
        poolclass=NullPool,
        hide_parameters=True,
    )
    event.listen(engine, "before_cursor_execute", plan_lists_anew)
    return engine


def plan_lists_anew(
    connection: Connection, _cursor: object, _sql: str, _values: object, context: ExecutionContext | None, _many: bool
) -> None:
    """Before each statement of SQLAlchemy: it is prepared when it comes often, unless it has a list."""
    compiled = None if context is None else context.compiled
    has_list = isinstance(compiled, SQLCompiler) and bool(compiled.post_compile_params)
    psycopg_of(connection).prepare_threshold = None if has_list else PREPARED_AFTER
