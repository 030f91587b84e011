"""The one writer of a SQLite file, with group commit.

SQLite takes one writer at a time, and an fsync costs milliseconds. So one thread owns the writing connection: works
that wait together share one transaction and one COMMIT, each in its own savepoint. One that raises is rolled back to
its savepoint and fails alone. Nobody gets an answer, not even a refusal, before the COMMIT: what it was judged by
must be on disk. A COMMIT that fails, fails them all.

The driver lets go of the interpreter several times for each statement, and a thread that wants it back waits for the
loop each time. For a work of a dozen short statements that is more than the work. So the loop itself carries out short
works, between the thread's BEGIN and its COMMIT, and the thread waits meanwhile. It does as many in one
turn as take `TURN_SECONDS`, and none while the disk is slow (`loop_patience.py`): these, and all others, the thread
carries out.
"""

import asyncio
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from itertools import groupby
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DatabaseError, OperationalError

from app.faults import Faults
from app.loop_patience import Patience
from app.problems import Unavailable
from app.queries import command, driver_of
from app.sqlite_connections import BUSY_MILLISECONDS, empty_log, opened

T = TypeVar("T")

MAX_GROUP = 128  # works per COMMIT: enough to hide the fsync, few enough that the first doesn't wait long
TURN_SECONDS = 0.01  # how long the loop carries out works before it does what else waits
LOOK_SECONDS = 1.0  # how often the thread looks whether the loop that it waits for is still there
TRUNCATE_MILLISECONDS = 100  # how long the writer waits for readers, so that the log can be truncated

HELD = "Another program holds the server's database. Stop that program, then start the server again."


class _Work:
    """One caller's function and the future that its request waits for. `short`: the loop may do it."""

    def __init__(self, function: Callable[[Connection], Any], future: asyncio.Future[Any], *, short: bool) -> None:
        self.function = function
        self.future = future
        self.short = short
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


class Writer:
    """The thread that owns the writing connection, and lets the loop have it for short works."""

    def __init__(self, engine: Engine, faults: Faults, patience: Patience) -> None:
        self._engine, self._faults, self._patience = engine, faults, patience
        self._waiting: queue.SimpleQueue[_Work | Future[bool] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._serve, name="duolog-writer", daemon=True)

    def start(self) -> None:
        """Connect, settle what an earlier server left, and begin to serve. Raises: Unavailable, StorageFull."""
        try:
            self._connection = opened(self._engine)
            settled = empty_log(driver_of(self._connection))
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

    def take(self, function: Callable[[Connection], T], future: asyncio.Future[T], *, short: bool = False) -> None:
        """Queue a work."""
        self._waiting.put(_Work(function, future, short=short))

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
            for short, alike in groupby(group, lambda work: work.short):
                works = iter([*alike])
                if short:
                    _Turns(group[0].future.get_loop(), works, self._run, self._patience).wait()
                for work in works:  # which the loop has left
                    self._run(work)
            command(driver, "COMMIT")
        except Exception as error:  # noqa: BLE001 - whatever it was, each waiting request must hear of it
            driver.rollback()  # SQLite may still hold a transaction that it could not commit
            trouble = self._faults.of_database(error) if isinstance(error, OperationalError) else error
            if isinstance(error, DatabaseError):
                self._faults.note(error)
            for work in group:
                work.error = trouble
        self._wake(group)

    def _run(self, work: _Work) -> None:
        work.run(self._connection, driver_of(self._connection), self._faults)

    def _wake(self, group: list[_Work]) -> None:
        """Answer a group's requests, which are all of one loop, with one call to it: each costs as much as a query."""
        with suppress(RuntimeError):  # the loop is closed, and nobody waits any more
            group[0].future.get_loop().call_soon_threadsafe(_answer, group)

    def _truncate(self, futures: list[Future[bool]]) -> None:
        """Move the write-ahead log into the file and cut it to nothing, between two transactions."""
        connection = driver_of(self._connection)
        try:
            connection.execute(f"PRAGMA busy_timeout = {TRUNCATE_MILLISECONDS}")
            done = empty_log(connection)
        except sqlite3.OperationalError:
            done = False
        finally:
            connection.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
        for future in futures:
            future.set_result(done)


class _Turns:
    """Works of the writer that the loop carries out, some in each of its turns. It leaves the others where the disk is
    slow.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        works: Iterator[_Work],
        run: Callable[[_Work], None],
        patience: Patience,
    ) -> None:
        self._loop, self._works, self._run, self._patience = loop, works, run, patience
        self._done = threading.Event()
        self._error: BaseException | None = None

    def wait(self) -> None:
        """Wait, in the writer's thread, for the loop. Raises: as `_Work.run`; Unavailable, if the loop is gone."""
        if not self._patience.is_left():
            return
        with suppress(RuntimeError):  # it is closed, as the thread finds below
            self._loop.call_soon_threadsafe(self._take)
        while not self._done.wait(LOOK_SECONDS):
            if self._loop.is_closed():
                raise Unavailable
        if self._error is not None:
            raise self._error

    def _take(self) -> None:
        try:
            if self._take_some():
                self._done.set()
            else:
                self._loop.call_soon(self._take)
        except BaseException as error:  # the thread, which waits, must hear of it, even when the loop ends by it
            self._error = error if isinstance(error, Exception) else Unavailable()
            self._done.set()
            if error is not self._error:
                raise

    def _take_some(self) -> bool:
        """Carry out as many as fit into one turn; whether the loop is through."""
        ends = time.monotonic() + TURN_SECONDS
        for work in self._works:
            started = time.monotonic()
            self._run(work)
            self._patience.note(started)
            if not self._patience.is_left():
                return True
            if time.monotonic() > ends:
                return False
        return True


def _answer(group: list[_Work]) -> None:
    for work in group:
        work.answer()
