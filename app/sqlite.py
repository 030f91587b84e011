"""SQLite: one writer with group commit (`sqlite_writer.py`), and a few readers, which have their own connections. The
write-ahead log gives each the last committed state.

A look-up takes SQLite some microseconds, and asking a thread takes ten times as long. So the loop asks by itself, on a
connection of its own that waits for nobody, and without a transaction: one query is a consistent view by itself. It
reads pages too: the driver lets go of the interpreter at each row, and threads that read pages would fight for it at
each row. Where the disk makes the loop wait, it breaks off, and look-ups and pages go to the readers' threads for a
while (`loop_patience.py`), pages one at a time.

A server that died, or whose disk failed at a sync, leaves a log with works that perhaps only the system's cache holds.
The next one reads them there like any other. So before it serves, it moves the log into the file, syncs the file and
empties the log; otherwise a power cut could take works that it has acknowledged since (docs/decisions/0033).

What is deleted is overwritten by zeros in the file (`secure_delete`), but its older form stays in the write-ahead log
until that is truncated: `forget` does it, once no reader looks at an older state.
"""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from threading import Lock
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DatabaseError, OperationalError

from app.faults import Faults
from app.loop_patience import SLOW_SECONDS, Patience
from app.queries import command, driver_of
from app.sqlite_connections import opened, sqlite_engine
from app.sqlite_writer import Writer

P = ParamSpec("P")
T = TypeVar("T")

STEPS = 500  # of SQLite's machine, a dozen rows of a page, between two looks at the clock
TRUNCATE_ATTEMPTS = 10


class SqliteDatabase:
    """One file. Implements `Database`."""

    def __init__(self, url: str, *, readers: int) -> None:
        self._writing = sqlite_engine(url)
        self._reading = sqlite_engine(url, pool_size=readers + 1)  # and the loop's own connection
        self._readers = ThreadPoolExecutor(readers, thread_name_prefix="duolog-reader")
        self._kept = _Kept(self._reading, readers)
        self._one_page = Lock()
        self._patience = Patience()
        self._gives_up = 0.0  # of the monotonic clock: when the loop's connection breaks off
        self.faults = Faults("database")
        self._writer = Writer(self._writing, self.faults, self._patience)

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
        if self._patience.is_left():
            started = time.monotonic()
            self._gives_up = started + SLOW_SECONDS
            try:
                return here(self._kept.of_loop)
            except DatabaseError:  # too slow, held by another process, or damaged: a thread waits, or finds out
                self._patience.rest()
            finally:
                self._patience.note(started)
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
        return await self._write(lambda connection: function(connection, *args, **kwargs), short=False)

    async def write_short(
        self, function: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        return await self._write(lambda connection: function(connection, *args, **kwargs), short=True)

    async def _write(self, function: Callable[[Connection], T], *, short: bool) -> T:
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._writer.take(function, future, short=short)
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
        self._idle = [opened(self._engine) for _ in range(self._readers)]
        self.of_loop = opened(self._engine)
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
