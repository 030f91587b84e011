"""How much and how often: body limits while a body streams in, and rate limits on all that works without a session.

Rates are counted in this process's memory, under a keyed hash of the client's network (an IPv4 address, or an IPv6
/64): no address is kept or logged. Where several processes serve, each counts for itself.

Whoever shares a network with somebody can use up its limits, and must not lock that person out by it: a request whose
session is valid is never refused for what others did.
"""

import hashlib
import ipaddress
import math
import re
import secrets
import time
from collections.abc import Awaitable, Callable

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.problems import SlowDown, TooLarge
from app.settings import Settings

PUSH_PATH = re.compile(r"/v1/journals/[^/]+/entries|/v1/carried/(accounts|journals/[^/]+)")
# What looks at no session, so that one that is sent along proves nothing.
OPEN = re.compile(
    r"\S+ (?!/v1/).*|POST /v1/(accounts|challenges|sessions|carried/accounts)\s?|GET /v1/rendezvous/.*", re.DOTALL
)


class BodyLimit:
    """Refuses a body as soon as it is known to be too large: by its announced length, or when that much has come."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_push = PUSH_PATH.fullmatch(scope["path"]) is not None
        limit = self._settings.max_push_body if is_push else self._settings.max_body
        announced = Headers(scope=scope).get("content-length", "0")
        if not announced.isdecimal() or int(announced) > limit:
            raise TooLarge
        taken = 0

        async def receive_within_limit() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > limit:
                raise TooLarge
            return message

        await self._app(scope, receive_within_limit, send)


class Rates:
    """The rate limits of this process."""

    def __init__(self, settings: Settings) -> None:
        self.anonymous = parse(settings.rate_anonymous)
        self.register = parse(settings.rate_register)
        self.login = parse(settings.rate_login)
        self.rendezvous = parse(settings.rate_rendezvous)
        self.bad_token = parse(settings.rate_bad_token)
        self.account = parse(settings.rate_account)
        self._limiter = FixedWindowRateLimiter(MemoryStorage())
        self._key = secrets.token_bytes(32)

    def count(self, limit: RateLimitItem, what: str, connection: HTTPConnection) -> None:
        """Count one request against `limit`. Raises: SlowDown."""
        network = self._network(connection)
        if not self._limiter.hit(limit, what, network):
            raise SlowDown(retry_after=self._wait(limit, what, network))

    def count_account(self, account: bytes) -> None:
        """Count one request of an account, from wherever it comes. Raises: SlowDown."""
        who = account.hex()
        if not self._limiter.hit(self.account, "account", who):
            raise SlowDown(retry_after=self._wait(self.account, "account", who))

    def is_left(self, limit: RateLimitItem, what: str, connection: HTTPConnection) -> bool:
        """Whether a request could still be counted against `limit`. Nothing is counted."""
        return self._limiter.test(limit, what, self._network(connection))

    def _wait(self, limit: RateLimitItem, what: str, network: str) -> int:
        reset = self._limiter.get_window_stats(limit, what, network).reset_time
        return max(1, math.ceil(reset - time.time()))

    def _network(self, connection: HTTPConnection) -> str:
        host = connection.client.host if connection.client else ""
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            packed = host.encode()
        else:
            four = address if address.version == 4 else address.ipv4_mapped  # as a socket for both kinds shows it
            packed = address.packed[:8] if four is None else four.packed
        return hashlib.blake2b(packed, key=self._key, digest_size=16).hexdigest()


class AnonymousRate:
    """Counts every request that brings no session, whatever it asks for, before its body is read.

    `is_session`: whether an `Authorization` header holds a valid session. It is asked when a network has sent too many
    that weren't; one that isn't is counted where the session is looked up.
    """

    def __init__(self, app: ASGIApp, rates: Rates, is_session: Callable[[str], Awaitable[bool]]) -> None:
        self._app = app
        self._rates = rates
        self._is_session = is_session

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            rates, connection = self._rates, HTTPConnection(scope)
            header = connection.headers.get("authorization")
            if header is None or OPEN.fullmatch(f"{scope['method']} {scope['path']}"):
                rates.count(rates.anonymous, "anonymous", connection)
            elif not rates.is_left(rates.bad_token, "bad_token", connection) and not await self._is_session(header):
                rates.count(rates.bad_token, "bad_token", connection)
        await self._app(scope, receive, send)
