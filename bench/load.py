"""The load generator: a process of its own that sends prepared requests over kept connections, as bare HTTP/1.1.

It prepares nothing and parses no more than an answer's status and length, so that it takes little of the machine from
the server. Each run says how much of one core it took; `make bench ONLY=generator` shows what it can send at most.
"""

import asyncio
import itertools
import multiprocessing
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from statistics import quantiles
from types import TracebackType
from typing import Self, cast

import uvloop

HEAD_END = b"\r\n\r\n"
LENGTH = b"content-length:"


class LoadFailed(Exception):
    """A server answered with something else than success, or closed a connection."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The requests of one connection to a port of this machine, in order."""

    port: int
    requests: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Sent:
    """One run: its answered requests, the bytes of their bodies, and how long each waited for its answer."""

    requests: int
    received: int
    seconds: float
    processor: float  # seconds of the generator's own processor time
    waits: Sequence[float]  # seconds

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds

    @property
    def share(self) -> float:
        """The part of one core that the generator took."""
        return self.processor / self.seconds

    def wait(self, percent: int) -> float:
        """A percentile of the waits, in milliseconds."""
        return quantiles(self.waits, n=100, method="inclusive")[percent - 1] * 1000


class Load:
    """`with Load() as load: load.run(plans)`. The process starts once and serves every run."""

    def __enter__(self) -> Self:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pipe.close()
        self._process.join()

    def run(self, plans: Sequence[Plan], seconds: float | None = None) -> Sent:
        """Send every request once; with `seconds`, again and again until they are over. Raises: LoadFailed."""
        self._pipe.send((plans, seconds))
        answer = self._pipe.recv()
        if isinstance(answer, str):
            raise LoadFailed(answer)
        return cast(Sent, answer)


def _serve(pipe: "Connection[object, tuple[Sequence[Plan], float | None]]") -> None:
    while True:
        try:
            plans, seconds = pipe.recv()
        except EOFError:
            return
        try:
            pipe.send(uvloop.run(send(plans, seconds)))
        except (LoadFailed, OSError) as error:
            pipe.send(str(error) or type(error).__name__)


async def send(plans: Sequence[Plan], seconds: float | None) -> Sent:
    """As `Load.run`, in this process. Raises: LoadFailed."""
    loop = asyncio.get_running_loop()
    connections = [_Connection(plan.requests, repeat=seconds is not None) for plan in plans]
    for connection, plan in zip(connections, plans, strict=True):
        await loop.create_connection(lambda made=connection: made, "127.0.0.1", plan.port)  # type: ignore[misc]
    start, used = time.perf_counter(), time.process_time()
    for connection in connections:
        connection.begin(float("inf") if seconds is None else start + seconds)
    await asyncio.gather(*(connection.done for connection in connections))
    taken, processor = time.perf_counter() - start, time.process_time() - used
    for connection in connections:
        connection.close()
    waits = [wait for connection in connections for wait in connection.waits]
    return Sent(len(waits), sum(one.received for one in connections), taken, processor, waits)


class _Connection(asyncio.Protocol):
    """Sends the next request as soon as the answer to the one before is there."""

    def __init__(self, requests: Sequence[bytes], *, repeat: bool) -> None:
        self._requests: Iterator[bytes] = itertools.cycle(requests) if repeat else iter(requests)
        self.done = asyncio.get_running_loop().create_future()
        self.waits: list[float] = []
        self.received = 0  # bytes of bodies
        self._end = 0.0
        self._head = b""
        self._missing = 0  # bytes of the body under way

    def begin(self, end: float) -> None:
        """Send the first request; no new one after `end`."""
        self._end = end
        self._next(time.perf_counter())

    def close(self) -> None:
        self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(LoadFailed(f"a connection was closed: {error}"))

    def data_received(self, data: bytes) -> None:
        if self._missing:
            self._missing -= len(data)
        else:
            self._head += data
            end = self._head.find(HEAD_END)
            if end < 0:
                return
            head, body = self._head[:end], len(self._head) - end - len(HEAD_END)
            self._head = b""
            length = self._length(head)
            if length is None:
                return
            self.received += length
            self._missing = length - body
        if not self._missing:
            now = time.perf_counter()
            self.waits.append(now - self._sent)
            self._next(now)

    def _length(self, head: bytes) -> int | None:
        """The length of the body; None where the answer is no success, which ends the connection."""
        low = head.lower()
        at = low.find(LENGTH)
        if not head.startswith(b"HTTP/1.1 2") or at < 0:
            if not self.done.done():
                self.done.set_exception(LoadFailed(head.decode(errors="replace")))
            return None
        return int(low[at + len(LENGTH) :].split(b"\r\n", 1)[0])

    def _next(self, now: float) -> None:
        request = next(self._requests, None) if now < self._end else None
        if request is None:
            if not self.done.done():
                self.done.set_result(None)
            return
        self._sent = now
        self._transport.write(request)
