"""Pages of other origins: which of them a browser lets use this server, as `DUOLOG_WEB_ORIGINS` says (CORS).

A page proves itself by a session's token alone. There are no cookies, and no answer allows credentials, so a browser
adds nothing by itself to a page's request: a page that is let in can do as much as any program that reaches the server.
A browser asks before a page's first request (a preflight). It can't send a token with that, so preflights don't count
as requests without a session; each costs as little as a refusal.
"""

from starlette.responses import Response
from starlette.types import Scope

from duolog.api.common import REQUEST_HEADER

EVERY_ORIGIN = "*"
METHODS = "GET, POST, PUT, DELETE"
SENT = ("authorization", "content-type", "accept", "range", "last-event-id", REQUEST_HEADER.lower())
SHOWN = ("retry-after", "content-range", "accept-ranges", "www-authenticate", REQUEST_HEADER.lower())
KEPT_SECONDS = 7200  # how long a browser remembers a preflight: no browser keeps it for longer

RawHeaders = list[tuple[bytes, bytes]]


class WebOrigins:
    """The origins of a setting: none, a comma-separated list, or every one."""

    def __init__(self, setting: str) -> None:
        self._every = setting == EVERY_ORIGIN
        self._listed = frozenset() if self._every else frozenset(origin.encode("ascii") for origin in split(setting))
        self._preflight = Response(
            status_code=204,
            headers={
                "Access-Control-Allow-Methods": METHODS,
                "Access-Control-Allow-Headers": ", ".join(SENT),
                "Access-Control-Max-Age": str(KEPT_SECONDS),
            },
        )
        self._shown = (b"access-control-expose-headers", ", ".join(SHOWN).encode("ascii"))

    def fields(self, scope: Scope) -> RawHeaders:
        """The headers of an answer for the browser of a page; none, unless the page may ask."""
        if not (self._every or self._listed):
            return []
        origin = _field(scope, b"origin")
        if self._every:
            return [] if origin is None else [(b"access-control-allow-origin", b"*"), self._shown]
        varies = (b"vary", b"Origin")
        if origin not in self._listed:
            return [varies]
        return [(b"access-control-allow-origin", origin), self._shown, varies]

    def preflight(self, scope: Scope) -> Response | None:
        """The answer to a preflight of a page that may ask, besides its `fields`; None for any other request."""
        if scope["method"] != "OPTIONS" or _field(scope, b"access-control-request-method") is None:
            return None
        may_ask = any(name == b"access-control-allow-origin" for name, _ in self.fields(scope))
        return self._preflight if may_ask else None


def split(setting: str) -> list[str]:
    """The origins of a comma-separated list."""
    return [origin.strip() for origin in setting.split(",") if origin.strip()]


def _field(scope: Scope, name: bytes) -> bytes | None:
    return next((value for field, value in scope["headers"] if field == name), None)
