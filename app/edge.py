"""The outermost layer of the server: headers on every answer, one log line per request, and no exception beyond it."""

import time

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.logs import describe, log
from app.problems import Internal, Problem

HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Edge:
    """Wraps the whole application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        status = 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except Exception as error:  # noqa: BLE001 - the one place where everything ends
            problem = error if isinstance(error, Problem) else Internal()
            if not isinstance(error, Problem):
                log().error("failed", **describe(error))
            if status:  # the answer has begun: the connection must end, so that nobody takes it for whole
                raise ConnectionAbortedError from None
            await problem.response()(scope, receive, send_with_headers)
        log().info(
            "request",
            method=scope["method"],
            route=getattr(scope.get("route"), "path", "none"),
            status=status,
            milliseconds=round((time.perf_counter() - started) * 1000, 1),
        )
