"""The one layer around the routes: the gate's checks before them, headers on every answer, one log line per request, an
answer to every exception, and none beyond it.

Each address that takes GET takes HEAD too: the same headers, and no body.

An answer repeats the id of its request, if the request has one. So a client knows an answer of the server from one of
something on the way, and from an answer to another request.
"""

import re
import time
from contextlib import AsyncExitStack
from typing import Any

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.limits import Gate
from app.lines import HAND_OVER
from app.logs import describe, log, request_lines
from app.metrics import Metrics
from app.problems import ANSWERED, Internal, Problem, render
from app.web_origins import WebOrigins
from duolog.api.common import REQUEST_HEADER

RawHeaders = list[tuple[bytes, bytes]]

HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_RAW = [(name.lower().encode("ascii"), value.encode("ascii")) for name, value in HEADERS.items()]
_NAME = REQUEST_HEADER.lower().encode("ascii")
_ID = re.compile(rb"[A-Za-z0-9_-]{22}")


class Edge:
    """Wraps the whole application. What ends in an answer is answered here, so the framework's own layers for errors,
    telemetry and sizes of bodies, which would do nothing else, don't stand around each request.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics, gate: Gate, web_origins: WebOrigins) -> None:
        self._app = app
        self._metrics = metrics
        self._gate = gate
        self._web_origins = web_origins
        self._write_line = request_lines()  # once: the settings of the logs stay

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        status = 0
        method: str = scope["method"]
        if method == "HEAD":
            head = _Head(scope, receive, send)
            scope, receive, send = head.scope, head.receive, head.send
        named = next((value for name, value in scope["headers"] if name == _NAME and _ID.fullmatch(value)), None)
        connection, kept = HTTPConnection(scope), scope.setdefault("state", {})
        of_pages, preflight = self._web_origins.fields(scope), self._web_origins.preflight(scope)

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                await _let_go(kept)
                self._gate.count(connection)
                status = message["status"]
                message["headers"] = [*_with_headers(message["headers"], named), *of_pages]
            await send(message)

        try:
            await self._let_in(connection, preflight)
            try:
                await (preflight or self._app)(scope, receive, send_with_headers)
            except ANSWERED as error:
                if status:
                    raise
                await (await render(Request(scope), error))(scope, receive, send_with_headers)
            await _go_on(scope, send_with_headers)
        except Exception as error:  # noqa: BLE001 - the one place where everything ends
            problem = error if isinstance(error, Problem) else Internal()
            if not isinstance(error, Problem):
                log().error("failed", **describe(error))
            if status and method != "HEAD":  # it has begun: the connection must end, or somebody takes it for whole
                raise ConnectionAbortedError from None
            if not status:
                self._gate.let_pass(connection)
                await problem.response()(scope, receive, send_with_headers)
        finally:
            await _let_go(kept)
        if method == "HEAD":
            await head.end()
        route, seconds = getattr(scope.get("route"), "path", "none"), time.perf_counter() - started
        self._metrics.count_request(route, method, status, seconds)
        self._write_line(method, route, status, seconds)

    async def _let_in(self, connection: HTTPConnection, preflight: Response | None) -> None:
        """Count a request, unless it is a preflight. Raises: TooLarge, SlowDown."""
        if preflight is None:
            await self._gate.check(connection)
        else:
            self._gate.let_pass(connection)


async def _let_go(kept: dict[str, Any]) -> None:
    """Let go of what a request held: the room of its body."""
    held: AsyncExitStack | None = kept.pop("held", None)
    if held is not None:
        await held.aclose()


def _with_headers(own: RawHeaders, named: bytes | None) -> RawHeaders:
    """The headers of an answer with those of every answer, which take no place of its own, and the request's id."""
    names = {name for name, _ in own}
    headers = [*own, *(field for field in _RAW if field[0] not in names)]
    return headers if named is None else [*headers, (_NAME, named)]


async def _go_on(scope: Scope, send: Send) -> None:
    """Begin a stream of events, if there is one, now that the other layers are done."""
    stream = scope.get("state", {}).get("stream")
    if stream is not None:
        await stream(send, scope.get("extensions", {}).get(HAND_OVER))


class _Head:
    """A HEAD request, which the application sees as a GET whose caller leaves once the headers are sent."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [field for field in scope["headers"] if field[0] != b"range"]  # which means nothing without a body
        self.scope: Scope = {**scope, "method": "GET", "headers": headers, "extensions": {}}
        self._receive, self._send, self._started = receive, send, False

    async def receive(self) -> Message:
        """The next event of the request."""
        return {"type": "http.disconnect"} if self._started else await self._receive()

    async def send(self, message: Message) -> None:
        """Send the beginning of an answer, and nothing of its body."""
        if message["type"] == "http.response.start":
            self._started = True
            await self._send(message)

    async def end(self) -> None:
        """End the answer."""
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})
