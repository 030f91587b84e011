"""Work beside the event loop, in a process of its own: what is large is taken apart and verified there.

Taking JSON apart and validating it holds the interpreter's lock, so in a thread it would still stop everybody else. The
process starts with the first large body, ends with the server, and is replaced when it dies. It has a bound on its
memory, and whatever goes wrong in it fails one request.
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
from typing import ParamSpec, TypeVar

from app.problems import Busy

P = ParamSpec("P")
T = TypeVar("T")

MAX_MEMORY = 256 * 1024 * 1024  # bytes of data of the process
NICE = 10  # whoever waits for something small goes first
ATTEMPTS = 2


class Beside:
    """So many processes, or none: then it is a thread of this one."""

    def __init__(self, processes: int) -> None:
        self._processes = processes
        self._pool: ProcessPoolExecutor | None = None

    async def run(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """`function` with what can be pickled. Raises: Busy when the process died of it, and as the function does."""
        if self._processes == 0:
            return await asyncio.to_thread(function, *args, **kwargs)
        for _ in range(ATTEMPTS):
            pool = self._started()
            try:
                # Starting a process takes a while, so not in the loop.
                future = await asyncio.to_thread(pool.submit, function, *args, **kwargs)
                return await asyncio.wrap_future(future)
            except BrokenProcessPool:
                if self._pool is pool:
                    self._pool = None
                await asyncio.to_thread(pool.shutdown)
        raise Busy(retry_after=5)

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
    """What the process does first: it leaves stopping to the server, and ends when the server has ended."""
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
