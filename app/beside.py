"""Work beside the event loop: a process of its own parses and verifies large bodies.

Parsing JSON holds the interpreter's lock, so a thread would stop all other requests. The process starts with the first
large body and ends with the server. The server replaces a process that dies or hangs. Memory and time of the process
are bounded, and an error in it fails one request.
"""

import asyncio
import multiprocessing
import os
import resource
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from typing import ParamSpec, TypeVar

from app.problems import Busy

P = ParamSpec("P")
T = TypeVar("T")

MAX_MEMORY = 256 * 1024 * 1024  # bytes of data of the process
NICE = 10  # whoever waits for something small goes first
ATTEMPTS = 2
SECONDS = 30.0  # how long one body may take, and how long it may wait for a process


class Beside:
    """A pool of processes. With 0 processes a thread of this one does the work."""

    def __init__(self, processes: int, seconds: float = SECONDS) -> None:
        self._processes = processes
        self._seconds = seconds
        self._free = asyncio.Semaphore(max(processes, 1))
        self._pool: ProcessPoolExecutor | None = None

    async def run(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """`function` with what can be pickled. Raises: Busy when no process is free for too long, and when the process
        died of it, hung or had too little memory for it; and as the function does.
        """
        work = partial(function, *args, **kwargs)
        if self._processes == 0:
            return await asyncio.to_thread(work)
        try:
            async with asyncio.timeout(self._seconds):
                await self._free.acquire()
        except TimeoutError:
            raise Busy(retry_after=5) from None
        try:
            return await self._in_process(work)
        except MemoryError:
            raise Busy(retry_after=5) from None
        finally:
            self._free.release()

    async def _in_process(self, work: Callable[[], T]) -> T:
        for _ in range(ATTEMPTS):
            pool = self._started()
            # Starting a process takes a while, so not in the loop.
            try:
                async with asyncio.timeout(self._seconds) as deadline:
                    future = await asyncio.to_thread(pool.submit, work)
                    return await asyncio.wrap_future(future)
            except BrokenProcessPool:
                await self._replace(pool)
            except TimeoutError:
                if deadline.expired():  # check: server.beside_seconds
                    await self._replace(pool)
                    raise Busy(retry_after=5) from None
                raise
        raise Busy(retry_after=5)

    async def _replace(self, pool: ProcessPoolExecutor) -> None:
        """End a pool's processes, hung ones too. The next large body starts another."""
        if self._pool is pool:
            self._pool = None
            for process in list(pool._processes.values()):  # no public way to end one that hangs, before Python 3.14
                process.kill()
        await asyncio.to_thread(pool.shutdown)

    async def close(self) -> None:
        """End the processes. Nobody waits for them any more."""
        pool, self._pool = self._pool, None
        if pool is not None:
            await asyncio.to_thread(pool.shutdown, cancel_futures=True)

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                self._processes, mp_context=multiprocessing.get_context("spawn"), initializer=_begin
            )
        return self._pool


def _begin() -> None:
    """Set up the process: it ignores stop signals, and ends when the server has ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(NICE)
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_DATA, (MAX_MEMORY, MAX_MEMORY))
    threading.Thread(target=_end_with_the_server, daemon=True).start()


def _end_with_the_server() -> None:
    server = multiprocessing.parent_process()
    if server is not None:
        server.join()
        os._exit(1)
