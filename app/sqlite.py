"""SQLite: one writer with group commit, and a few readers.

SQLite takes one writer at a time, and an fsync costs milliseconds. So one thread owns the writing connection: works
that wait together share one transaction and one COMMIT, each in its own savepoint. One that raises is rolled back to
its savepoint and fails alone. Nobody gets an answer, not even a refusal, before the COMMIT: what it was judged by
must be on disk. A COMMIT that fails, fails them all. Readers have their own connections, and the write-ahead log
gives each the last committed state.

A look-up takes SQLite some microseconds, and asking a thread takes ten times as long. So the loop asks by itself, on a
connection of its own that waits for nobody, and without a transaction: one query is a consistent view by itself. It
reads pages too: the driver lets go of the interpreter at each row, and threads that read pages would fight for it at
each row. Where the disk makes the loop wait, it breaks off, and look-ups and pages go to the readers' threads for a
while, pages one at a time. So a slow disk stops the loop for a twentieth of the time at most.

A server that died, or whose disk failed at a sync, leaves a log with works that perhaps only the system's cache holds.
The next one reads them there like any other. So before it serves, it moves the log into the file, syncs the file and
empties the log; otherwise a power cut could take works that it has acknowledged since (docs/decisions/0033).

What is deleted is overwritten by zeros in the file (`secure_delete`), but its older form stays in the write-ahead log
until that is truncated: `forget` does it, once no reader looks at an older state.
"""

import asyncio
import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.pool import NullPool

from app.faults import Faults
from app.problems import Unavailable
from app.queries import command, driver_of

P = ParamSpec("P")
T = TypeVar("T")

MAX_GROUP = 128  # works per COMMIT: enough to hide the fsync, few enough that the first doesn't wait long
BUSY_MILLISECONDS = 10_000  # how long to wait for another process (a command beside the server)
SLOW_SECONDS = 0.05  # what takes the loop as long has waited for the disk, and is broken off
STEPS = 500  # of SQLite's machine, a dozen rows of a page, between two looks at the clock
REST_SECONDS = 1.0  # how long look-ups and pages go to threads then, at least
REST_TIMES = 20  # and this many times as long as the wait: so the loop waits for a twentieth of the time at most
TRUNCATE_MILLISECONDS = 100  # how long the writer waits for readers, so that the log can be truncated
TRUNCATE_ATTEMPTS = 10

HELD = "Another program holds the server's database. Stop that program, then start the server again."


class SqliteDatabase:
    """One file. Implements `Database`."""

    def __init__(self, url: str, *, readers: int) -> None:
        self._writing = sqlite_engine(url)
        self._reading = sqlite_engine(url, pool_size=readers + 1)  # and the loop's own connection
        self._readers = ThreadPoolExecutor(readers, thread_name_prefix="duolog-reader")
        self._kept = _Kept(self._reading, readers)
        self._one_page = Lock()
        self._rests_until = 0.0  # of the monotonic clock: until then, look-ups go to threads
        self._gives_up = 0.0  # of the monotonic clock: when the loop's connection breaks off
        self.faults = Faults("database")
        self._writer = _Writer(self._writing, self.faults)

    async def open(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._readers, self._start)

    def _start(self) -> None:
        self._writer.start()
        try:
            self._kept.open(self._is_late)
        except OperationalError as error:
            raise self.faults.of_database(error) from error

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._readers, self._writer.stop)
        self._readers.shutdown()
        self._kept.close()
        self._reading.dispose()
        self._writing.dispose()

    async def read(self, function: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        work = partial(self._read, lambda connection: function(connection, *args, **kwargs))
        return await asyncio.get_running_loop().run_in_executor(self._readers, work)

    async def look_up(
        self, function: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        def work(connection: Connection) -> T:
            return function(connection, *args, **kwargs)

        return await self._soon(work, partial(self._read, work))

    async def read_page(
        self, function: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        def work(connection: Connection) -> T:
            return function(connection, *args, **kwargs)

        def in_turn() -> T:
            with self._one_page:
                return self._read(work)

        return await self._soon(partial(_in_one_view, work), in_turn)

    async def _soon(self, here: Callable[[Connection], T], there: Callable[[], T]) -> T:
        """`here` on the loop, or where the disk makes it wait, `there` in a thread."""
        started = time.monotonic()
        if started >= self._rests_until:
            self._gives_up, rest = started + SLOW_SECONDS, 0.0
            try:
                return here(self._kept.of_loop)
            except DatabaseError:  # too slow, held by another process, or damaged: a thread waits, or finds out
                rest = REST_SECONDS
            finally:
                waited = time.monotonic() - started
                if waited > SLOW_SECONDS:
                    rest = max(REST_SECONDS, REST_TIMES * waited)
                self._rests_until = started + rest
        return await asyncio.get_running_loop().run_in_executor(self._readers, there)

    def _is_late(self) -> bool:
        """Whether SQLite is to break off what it does for the loop. True once: it must still end the transaction."""
        late = time.monotonic() > self._gives_up
        if late:
            self._gives_up = float("inf")
        return late

    def _read(self, function: Callable[[Connection], T]) -> T:
        connection = self._kept.take()
        try:
            return _in_one_view(function, connection)
        except OperationalError as error:
            raise self.faults.of_database(error) from error
        except DatabaseError as error:
            self.faults.note(error)
            raise
        finally:
            self._kept.put_back(connection)

    async def write(self, function: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._writer.take(lambda connection: function(connection, *args, **kwargs), future)
        return await future

    def waiting(self) -> int:
        return self._writer.waiting()

    async def forget(self) -> bool:
        for attempt in range(TRUNCATE_ATTEMPTS):
            future: Future[bool] = Future()
            self._writer.truncate(future)
            if await asyncio.wrap_future(future):
                return True
            await asyncio.sleep(0.01 * 2**attempt if attempt < 5 else 0.2)
        return False


def _in_one_view(function: Callable[[Connection], T], connection: Connection) -> T:
    """Run a reading function, whose queries see the same moment."""
    driver = driver_of(connection)
    command(driver, "BEGIN")
    try:
        return function(connection)
    finally:
        if driver.in_transaction:  # an I/O error ends it, and is the one to tell of
            command(driver, "ROLLBACK")


class _Kept:
    """The readers' connections, as many as threads, and the loop's own. All are opened at the start: on a disk that can
    only be read, those that are open go on reading, where a new one could not be opened.
    """

    def __init__(self, engine: Engine, readers: int) -> None:
        self._engine, self._readers = engine, readers
        self._idle: list[Connection] = []
        self._all: list[Connection] = []

    def open(self, is_late: Callable[[], bool]) -> None:
        """Open all. The loop's own breaks off when `is_late` says so. Raises: OperationalError."""
        self._idle = [_opened(self._engine) for _ in range(self._readers)]
        self.of_loop = _opened(self._engine)
        command(driver_of(self.of_loop), "PRAGMA busy_timeout = 0")  # it waits for nobody
        driver_of(self.of_loop).set_progress_handler(is_late, STEPS)
        self._all = [*self._idle, self.of_loop]

    def take(self) -> Connection:
        """A connection for one thread, until it is put back."""
        return self._idle.pop()

    def put_back(self, connection: Connection) -> None:
        """Let the next thread have it."""
        self._idle.append(connection)

    def close(self) -> None:
        """Close all, once no thread reads any more."""
        for connection in self._all:
            connection.close()


class _Work:
    """One caller's function and the future that its request waits for."""

    def __init__(self, function: Callable[[Connection], Any], future: asyncio.Future[Any]) -> None:
        self.function = function
        self.future = future
        self.value: Any = None
        self.error: Exception | None = None

    def run(self, connection: Connection, driver: sqlite3.Connection, faults: Faults) -> None:
        """Run in a savepoint. Raises: OperationalError, when SQLite gave up the whole transaction."""
        command(driver, "SAVEPOINT work")
        try:
            self.value = self.function(connection)
            command(driver, "RELEASE work")
        except Exception as error:
            if not driver.in_transaction:  # a full disk or I/O error ends the whole transaction
                raise
            command(driver, "ROLLBACK TO work")
            command(driver, "RELEASE work")
            self.error = faults.of_database(error) if isinstance(error, OperationalError) else error

    def answer(self) -> None:
        """Wake the request, unless it is gone. On the loop, after the group's COMMIT."""
        if self.future.done():
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.value)


class _Writer:
    """The thread that owns the writing connection."""

    def __init__(self, engine: Engine, faults: Faults) -> None:
        self._engine, self._faults = engine, faults
        self._waiting: queue.SimpleQueue[_Work | Future[bool] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._serve, name="duolog-writer", daemon=True)

    def start(self) -> None:
        """Connect, settle what an earlier server left, and begin to serve. Raises: Unavailable, StorageFull."""
        try:
            self._connection = _opened(self._engine)
            settled = _empty_log(driver_of(self._connection))
        except (OperationalError, sqlite3.OperationalError) as error:
            raise self._faults.of_database(error) from error
        if not settled:
            raise Unavailable(sentence=HELD)
        self._thread.start()

    def stop(self) -> None:
        """Finish the waiting works, then end."""
        self._waiting.put(None)
        self._thread.join()
        self._connection.close()

    def waiting(self) -> int:
        """How many works wait for their group."""
        return self._waiting.qsize()

    def take(self, function: Callable[[Connection], T], future: asyncio.Future[T]) -> None:
        """Queue a work."""
        self._waiting.put(_Work(function, future))

    def truncate(self, future: Future[bool]) -> None:
        """Queue a truncation of the write-ahead log; the future gets whether it worked."""
        self._waiting.put(future)

    def _serve(self) -> None:
        ending = False
        while not ending:
            group, truncations, ending = self._next_group()
            # The work of a request that was cancelled while it waited is left out; from here on it is done anyway.
            group = [work for work in group if not work.future.cancelled()]
            if group:
                self._commit(group)
            truncations = [future for future in truncations if future.set_running_or_notify_cancel()]
            if truncations:
                self._truncate(truncations)

    def _next_group(self) -> tuple[list[_Work], list[Future[bool]], bool]:
        group: list[_Work] = []
        truncations: list[Future[bool]] = []
        work = self._waiting.get()
        while work is not None:
            if isinstance(work, _Work):
                group.append(work)
            else:
                truncations.append(work)
            if len(group) == MAX_GROUP or self._waiting.empty():
                return group, truncations, False
            work = self._waiting.get()
        return group, truncations, True

    def _commit(self, group: list[_Work]) -> None:
        driver = driver_of(self._connection)
        try:
            command(driver, "BEGIN IMMEDIATE")
            for work in group:
                work.run(self._connection, driver, self._faults)
            command(driver, "COMMIT")
        except Exception as error:  # noqa: BLE001 - whatever it was, each waiting request must hear of it
            driver.rollback()  # SQLite may still hold a transaction that it could not commit
            trouble = self._faults.of_database(error) if isinstance(error, OperationalError) else error
            if isinstance(error, DatabaseError):
                self._faults.note(error)
            for work in group:
                work.error = trouble
        self._wake(group)

    def _wake(self, group: list[_Work]) -> None:
        """Answer a group's requests, which are all of one loop, with one call to it: each costs as much as a query."""
        with suppress(RuntimeError):  # the loop is closed, and nobody waits any more
            group[0].future.get_loop().call_soon_threadsafe(_answer, group)

    def _truncate(self, futures: list[Future[bool]]) -> None:
        """Move the write-ahead log into the file and cut it to nothing, between two transactions."""
        connection = driver_of(self._connection)
        try:
            connection.execute(f"PRAGMA busy_timeout = {TRUNCATE_MILLISECONDS}")
            done = _empty_log(connection)
        except sqlite3.OperationalError:
            done = False
        finally:
            connection.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
        for future in futures:
            future.set_result(done)


def _answer(group: list[_Work]) -> None:
    for work in group:
        work.answer()


def sqlite_engine(url: str, *, begin: str | None = None, pool_size: int = 1) -> Engine:
    """An engine whose connections are durable (`synchronous=FULL`), clean after themselves, and start transactions
    with `begin`. None: the connection's owner begins and ends its transactions.
    """
    engine = create_engine(
        url, pool_size=pool_size, max_overflow=0, hide_parameters=True, connect_args={"check_same_thread": False}
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None  # the driver starts no transaction by itself
        connection.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("PRAGMA temp_store = MEMORY")  # no page of a savepoint's journal goes into a temporary file

    if begin is not None:

        @event.listens_for(engine, "begin")
        def start(connection: Connection) -> None:
            connection.exec_driver_sql(begin)

    return engine


def _opened(engine: Engine) -> Connection:
    """A connection to be kept. The engine knows nothing of its transactions, and takes all for one that never ends: its
    own way to begin, savepoint and end takes twenty times as long as SQLite's.

    Raises: OperationalError.
    """
    connection = engine.connect()
    connection.begin()
    return connection


def resting_engine(file: Path) -> Engine:
    """An engine on a SQLite file that nobody writes to, such as a backup. It changes nothing beside it either."""
    uri = f"{file.absolute().as_uri()}?mode=ro&immutable=1"
    return create_engine(
        "sqlite://", creator=lambda: sqlite3.connect(uri, uri=True), poolclass=NullPool, hide_parameters=True
    )


def _empty_log(connection: sqlite3.Connection) -> bool:
    """Move the write-ahead log into the file, synced, and empty it; False while somebody reads an older state.

    Raises: sqlite3.OperationalError.
    """
    busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy
