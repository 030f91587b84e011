"""Numbers for Prometheus, on a listener of their own that is off unless the operator names it.

Rules
- No number is of an account, a journal, a network or a person. Each label has a bounded set of values.
- The counters of a server with few people still show when these are active. So the listener is no part of the public
  address, and listens on this machine alone unless another address is named.
"""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from functools import cache

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from app.faults import Faults

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH")
SECONDS = (0.005, 0.02, 0.1, 0.5, 2, 10)  # the bounds of the histogram
MAX_HEAD = 4096  # bytes of a scrape's request
HEAD_SECONDS = 5


class Metrics:
    """The numbers of one server."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        labels = ("route", "method", "status")
        self._requests = Counter("duolog_requests", "Requests answered.", labels, registry=self.registry)
        self._seconds = Histogram(
            "duolog_request_seconds", "How long answers took.", ("route",), buckets=SECONDS, registry=self.registry
        )
        self._of_request = cache(self._find)  # looking them up by their labels takes longer than counting
        self._accepted = Counter("duolog_items_accepted", "Entries and statements accepted.", registry=self.registry)

    def count_request(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count a request by its route's pattern; `status` counts by its first digit, 0 when no answer was sent."""
        counter, histogram = self._of_request(route, method if method in METHODS else "other", status // 100)
        counter.inc()
        histogram.observe(seconds)

    def _find(self, route: str, method: str, digit: int) -> tuple[Counter, Histogram]:
        counter = self._requests.labels(route, method, f"{digit}xx" if digit else "none")
        return counter, self._seconds.labels(route)

    def count_accepted(self, items: int) -> None:
        """Count items that a journal took."""
        self._accepted.inc(items)

    def watch(self, name: str, meaning: str, value: Callable[[], float]) -> None:
        """Show a number that is asked for at each scrape."""
        Gauge(name, meaning, registry=self.registry).set_function(value)

    def watch_faults(self, faults: Iterable[Faults]) -> None:
        """Show how often each cause made the storage fail."""
        self.registry.register(_FaultCollector(list(faults)))

    def text(self) -> bytes:
        """All numbers in Prometheus' own form."""
        return generate_latest(self.registry)


class _FaultCollector:
    def __init__(self, faults: list[Faults]) -> None:
        self._faults = faults

    def collect(self) -> Iterable[CounterMetricFamily]:
        """The counts of each storage, by cause."""
        family = CounterMetricFamily("duolog_storage_faults", "Storage faults.", labels=("place", "cause"))
        for faults in self._faults:
            for cause, count in faults.counts.items():
                family.add_metric((faults.place, cause), count)
        yield family


@asynccontextmanager
async def listening(metrics: Metrics, listener: socket.socket | None) -> AsyncIterator[None]:
    """Answer `GET /metrics` on the listener, where there is one, while it lasts."""
    if listener is None:
        yield
        return

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            async with asyncio.timeout(HEAD_SECONDS):
                head = await reader.readuntil(b"\r\n\r\n")
                writer.write(_response(metrics, head))
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, sock=listener, limit=MAX_HEAD)
    try:
        yield
    finally:
        server.close()


def _response(metrics: Metrics, head: bytes) -> bytes:
    if not head.startswith(b"GET /metrics "):
        return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    body = metrics.text()
    fields = f"HTTP/1.1 200 OK\r\nContent-Type: {CONTENT_TYPE_LATEST}\r\nContent-Length: {len(body)}\r\n"
    return fields.encode() + b"Connection: close\r\n\r\n" + body
