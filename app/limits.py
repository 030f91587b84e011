"""Rate limits on all that works without a session, and on large bodies. The server counts each request before it reads
the body.

Rates are counted in this process's memory, under a keyed hash of the client's network (an IPv4 address, or an IPv6
/64): no address is kept or logged. Where several processes serve, each counts for itself.

Two people in one network share its rate limits, and neither may lock the other out. So the server never refuses a
request with a valid session because of others' requests. Pages of journals from other servers are the exception: each
keeps everybody waiting, so a network has a rate of them too. Another session of the account, or the same session in
another network, doesn't use up a session's rate either: it may be a thief's, and the owner must be able to end it.
Requests that end sessions have a rate of their own.
"""

import hashlib
import math
import re
import secrets
import socket
from collections.abc import Awaitable, Callable
from typing import Any

from limits import RateLimitItem, parse
from starlette.requests import HTTPConnection
from starlette.types import Scope

from app.addresses import Rate, find
from app.bodies import announced
from app.problems import SlowDown, TooLarge
from app.settings import Settings
from app.windows import Windows

# Requests whose endpoint looks up no session, so that a session that is sent along proves nothing.
OPEN = re.compile(
    r"\S+ (?!/v1/).*|POST /v1/(accounts|challenges|sessions|carried/accounts)\s?|GET /v1/rendezvous/.*", re.DOTALL
)

# Requests by which an owner revokes a thief's access.
ENDING = re.compile(
    r"(GET|DELETE) /v1/sessions(/[^/]*)?|POST /v1/account/rotations|PUT /v1/journals/[^/]*/closing", re.DOTALL
)

# Files of the app for browsers. A visit asks for many at once, and must not use up what the app needs to log in.
WEB = re.compile(r"/app(/.*)?", re.DOTALL)

_MAPPED = bytes(10) + b"\xff\xff"  # a socket for both kinds shows an IPv4 address behind it


def network_of(host: str) -> bytes:
    """The network that counts as one caller: an IPv4 address, or an IPv6 /64."""
    try:
        if ":" not in host:
            return socket.inet_pton(socket.AF_INET, host)
        packed = socket.inet_pton(socket.AF_INET6, host.partition("%")[0])
    except (OSError, ValueError):
        return host.encode()
    return packed[12:] if packed.startswith(_MAPPED) else packed[:8]


class Rates:
    """The rate limits of this process."""

    def __init__(self, settings: Settings) -> None:
        self.anonymous = parse(settings.rate_anonymous)
        self.web = parse(settings.rate_web) if settings.web == "on" else None
        self.named: dict[Rate, RateLimitItem] = {
            "register": parse(settings.rate_register),
            "login": parse(settings.rate_login),
            "rendezvous": parse(settings.rate_rendezvous),
        }
        self.bad_token = parse(settings.rate_bad_token)
        self.large = parse(settings.rate_large)
        self.carried = parse(settings.rate_carried)
        self.carried_network = parse(settings.rate_carried_network)
        self.session = parse(settings.rate_session)
        self._windows = Windows()
        self._key = secrets.token_bytes(32)

    def count(self, limit: RateLimitItem, what: str, connection: HTTPConnection) -> None:
        """Count one request against `limit`. Raises: SlowDown."""
        self.count_caller(limit, what, self._network(connection))

    def count_caller(self, limit: RateLimitItem, what: str, caller: str) -> None:
        """Count one request of `caller` against `limit`. Raises: SlowDown."""
        key = what + caller
        if not self._windows.hit(limit, key):
            raise SlowDown(retry_after=max(1, math.ceil(self._windows.seconds_left(key))))

    def caller(self, connection: HTTPConnection, session: bytes | None) -> str:
        """The name of a caller for the counters: a network, or one session there. `session`: the hash of its token."""
        network = self._network(connection)
        return network if session is None else self._hash(network.encode() + session)

    def count_session(self, session: bytes, connection: HTTPConnection) -> None:
        """Count one request of a valid session. Raises: SlowDown."""
        what = "ending" if ENDING.fullmatch(f"{connection.scope['method']} {connection.scope['path']}") else "session"
        self.count_caller(self.session, what, self.caller(connection, session))

    def count_account(self, limit: RateLimitItem, what: str, account: bytes) -> None:
        """Count one request of an account, from any network. Raises: SlowDown."""
        self.count_caller(limit, what, self._hash(account))

    def is_left(self, limit: RateLimitItem, what: str, connection: HTTPConnection) -> bool:
        """Whether `limit` has room for one more request. This counts nothing."""
        return self._windows.has_room(limit, what + self._network(connection))

    def _network(self, connection: HTTPConnection) -> str:
        state = _state(connection)
        if "network" not in state:  # several rates of one request ask
            state["network"] = self._hash(network_of(connection.client.host if connection.client else ""))
        network: str = state["network"]
        return network

    def _hash(self, data: bytes) -> str:
        return hashlib.blake2b(data, key=self._key, digest_size=16).hexdigest()


class Gate:
    """The checks before a body is read: they refuse a body by its announced size, and count the rates.

    Every request without a session counts. `is_session` tells whether an `Authorization` header holds a valid session;
    the gate calls it once a network has sent too many invalid ones. The look-up of a session counts an invalid
    one. Where no endpoint looks it up (unknown address or method, or open to all), the header proves nothing, and the
    request counts like one without a session.
    """

    def __init__(self, rates: Rates, is_session: Callable[[str], Awaitable[bool]]) -> None:
        self._rates = rates
        self._is_session = is_session

    def count(self, connection: HTTPConnection) -> None:
        """Count a request that is answered, unless it was counted before. Raises: SlowDown."""
        state = _state(connection)
        if "counted" not in state:
            state["counted"] = True
            self._rates.count(self._rates.anonymous, "anonymous", connection)

    def let_pass(self, connection: HTTPConnection) -> None:
        """Let the refusal of a request out, whether or not the request was counted."""
        _state(connection)["counted"] = True

    async def check(self, connection: HTTPConnection) -> None:
        """Raises: TooLarge, SlowDown."""
        rates, scope = self._rates, connection.scope
        header, length = _field(scope, b"authorization"), _field(scope, b"content-length")
        method, path = scope["method"], scope["path"]
        takes = find(method, path)
        try:
            announced("0" if length is None else length, takes.limit(signed_in=header is not None))
        except TooLarge:
            methods = scope["app"].state.allowed_methods(path)
            if method in methods or not methods:
                raise
            # The address refuses the method, and reads no body.
        if header is None or OPEN.fullmatch(f"{method} {path}"):
            _state(connection)["counted"] = True
            if rates.web is not None and WEB.fullmatch(path):
                rates.count(rates.web, "web", connection)
                return
            rates.count(rates.anonymous, "anonymous", connection)
            if takes.rate is not None:
                rates.count(rates.named[takes.rate], takes.rate, connection)
        elif not rates.is_left(rates.bad_token, "bad_token", connection) and not await self._is_session(header):
            rates.count(rates.bad_token, "bad_token", connection)


def _state(connection: HTTPConnection) -> dict[str, Any]:
    """The state of one request, as `Request.state` shows it."""
    state: dict[str, Any] = connection.scope.setdefault("state", {})
    return state


def _field(scope: Scope, name: bytes) -> str | None:
    """The first header field of this name."""
    return next((value.decode("latin-1") for field, value in scope["headers"] if field == name), None)
