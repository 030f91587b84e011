"""Connections: how many, for how long, and how large the head of a request is, before anything of it reaches the app.

Rules
- A request's address, headers and trailers have `MAX_HEAD` bytes and `MAX_HEADERS` fields together. The body
  bounds the other bytes that come with it (the frames of a chunked body).
- Headers arrive within `head_seconds`, the whole request within `request_seconds`. When a caller leaves bytes
  unread, one or many, the server ends the connection after `unread_seconds`. uvicorn ends an idle connection after
  `idle_seconds`.
- A network has `max_connections_network` at a time. Trusted proxies speak for many, so they have no such limit.
- When there is no room, the server ends the connection that has been idle longest. If none is idle, it ends the oldest
  half-sent request of the network that has most of these. If there is none either, it asks the new caller to come
  back. So nobody can hold all connections by opening them, and descriptors never run out.
- A server that is told to stop answers each request that has begun, and says on the answer that it is the last. A
  connection that is idle then may still bring one for `LINGER_SECONDS`: its request may be on the way.
- A connection counts until its descriptor is closed. The server may end a closing connection that waits for its caller
  to read, like an idle one.
"""

import asyncio
from collections import Counter
from ipaddress import ip_address, ip_network
from typing import Any, Literal, cast

from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from app.addresses import MAX_BODY
from app.joined_head import JoinedHead
from app.limits import network_of
from app.lines import HAND_OVER, Line, Reader
from app.problems import Busy, HeadTooLarge, Problem, TooSlow
from app.settings import Settings

MAX_HEAD = 16 * 1024  # bytes
MAX_HEADERS = 64
MAX_PIPELINED = 1  # requests that wait for the one before, on one connection: their bodies wait uncounted
FRAMES = 8  # bytes of framing for each byte of a body: it may come a byte at a time
LINGER_SECONDS = 0.5  # how long a stopping server waits for a request on an idle connection
LAST = (b"connection", b"close")
DISCARD = MAX_BODY  # bytes of a body that come after its answer, and are thrown away

# What the caller does. `waiting`: it waits for an answer. `ending`: it may read the last bytes; the server reads none.
Doing = Literal["idle", "sending", "waiting", "ending", "gone"]


class Connections:
    """The connections of one server. `most`: their largest number, where the settings allow more."""

    def __init__(self, settings: Settings, most: int) -> None:
        self.settings = settings
        self._most = min(settings.max_connections, most)
        self._proxies = [host.strip() for host in settings.trusted_proxies.split(",") if host.strip()]
        self._networks: Counter[bytes] = Counter()
        self._idle: dict[GuardedProtocol, None] = {}  # the longest idle first
        self._sending: dict[GuardedProtocol, None] = {}  # the oldest first
        self.stopping = False  # the server was told to stop

    def __len__(self) -> int:
        return self._networks.total()

    @property
    def sending(self) -> int:
        """The number of connections with a half-sent request."""
        return len(self._sending)

    def admit(self, connection: "GuardedProtocol") -> bool:
        """Count a new connection if there is room, or room can be made; returns whether it counts."""
        network = connection.network
        own = self._networks[network]
        if own >= self.settings.max_connections_network and not self._is_proxy(connection):
            if not self._end(next((one for one in self._idle if one.network == network), None)):
                return False
        elif len(self) >= self._most and not self._end(self._least_needed()):
            return False
        self._networks[network] += 1
        return True

    def note(self, connection: "GuardedProtocol", doing: Doing) -> None:
        """Note what the caller of a connection does now."""
        self._idle.pop(connection, None)
        self._sending.pop(connection, None)
        if doing in ("idle", "ending"):
            self._idle[connection] = None
        elif doing == "sending":
            self._sending[connection] = None
        elif doing == "gone":
            self.forget(connection.network)

    def forget(self, network: bytes) -> None:
        """Count one connection less."""
        self._networks[network] -= 1
        if not self._networks[network]:
            del self._networks[network]

    def _is_proxy(self, connection: "GuardedProtocol") -> bool:
        host = connection.client[0] if connection.client else ""
        return any(host == proxy or proxy == "*" or _is_in(host, proxy) for proxy in self._proxies)

    def _least_needed(self) -> "GuardedProtocol | None":
        if self._idle:
            return next(iter(self._idle))
        counts = Counter(one.network for one in self._sending)
        return max(self._sending, key=lambda one: counts[one.network], default=None)  # the first of equal ones

    def _end(self, connection: "GuardedProtocol | None") -> bool:
        if connection is None or self.stopping:  # an idle connection may still bring a request
            return False
        connection.end()
        return True


class GuardedProtocol(HttpToolsProtocol):
    """uvicorn's protocol, with the rules above."""

    def __init__(self, connections: Connections, **of_uvicorn: Any) -> None:
        super().__init__(**of_uvicorn)
        self._connections = connections
        self._settings = connections.settings
        self.network = b""
        self._doing: Doing = "gone"  # until it is admitted and counted
        self._refusal: Problem | None = None
        self._answered: RequestResponseCycle | None = None  # of the request that the app answers, or answered last
        self._arriving: RequestResponseCycle | None = None  # of the request that comes in, once its head has come
        self._deadline: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None
        self._begun = False
        self._head = self._body = self._rest = self._discarded = 0

    # --- the connection ---

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        transport.set_write_buffer_limits(high=0)  # so that `pause_writing` is called for every byte that waits
        self.network = network_of(self.client[0] if self.client else "")
        if not self._connections.admit(self):  # check: server.connections
            self._refuse(Busy(retry_after=5))
            return
        self._doing = "idle"
        self._connections.note(self, "idle")
        self._arm(self._settings.head_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        self._set("gone")
        for timer in (self._deadline, self._unread):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)
        if self.cycle is not None:
            self.cycle.scope.pop("extensions", None)  # which leads back here: memory would wait for the collector

    def shutdown(self) -> None:
        """Answer what has begun, and close. Called once the server is stopping."""
        if self.pipeline:
            _make_last(self.pipeline[0][0])  # the newest
        elif self._doing == "idle":
            self._linger()
        elif self.cycle is not None:
            _make_last(self.cycle)

    def _linger(self) -> None:
        self.loop.call_later(LINGER_SECONDS, self._close_if_idle)

    def _close_if_idle(self) -> None:
        if self._doing == "idle":
            self._leave()

    def end(self) -> None:
        """End the connection at once; unsent bytes are lost."""
        self._set("gone")
        self.transport.abort()

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._unread is None:
            self._unread = self.loop.call_later(self._settings.unread_seconds, self.end)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def _set(self, doing: Doing) -> None:
        """Note what the caller does. An ending connection can only become gone, and only once, as it counted once."""
        if self._doing not in (doing, "gone") and (self._doing != "ending" or doing == "gone"):
            self._doing = doing
            self._connections.note(self, doing)

    def _arm(self, seconds: float | None) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = None if seconds is None else self.loop.call_later(seconds, self._is_late)

    def _is_late(self) -> None:
        self._refuse(TooSlow())

    def _refuse(self, problem: Problem) -> None:
        """Send the problem, unless it would seem the answer to another request, and end the connection."""
        if self._refusal is not None and self._doing in ("ending", "gone"):
            return
        self._refusal = problem
        if self._may_speak():
            self.transport.write(as_bytes(problem))
        self._leave()

    def _may_speak(self) -> bool:
        """Whether bytes that are written now answer the request that comes in, and not one before it."""
        answered = self._answered
        if answered is None or answered.response_complete:
            return True
        return answered is self._arriving and not answered.response_started

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._answered = cycle
        cycle.scope["extensions"] = {HAND_OVER: self._hand_over}  # type: ignore[dict-item]
        super()._start_asgi_task(cycle, app)

    def _hand_over(self, reader: Reader) -> Line:
        """Become a stream, whose head has been sent. From now on the line has the connection, which still counts."""
        cycle, transport, settings = self._answered, self.transport, self._settings
        if cycle is not None:
            cast(JoinedHead, cycle.transport).flush()
        line = Line(
            transport, reader, self.connections, self._connections.forget, self.network, settings.unread_seconds
        )
        self.connections.discard(self)
        if cycle is None or cycle.disconnected:  # the caller has left, and counts no more
            self.connections.discard(line)
            reader.left()
            return line
        cycle.disconnected = True  # the request ends without another word
        self._connections.note(self, "waiting")
        self._doing = "gone"
        self._arm(None)
        self.flow.resume_reading()
        transport.set_protocol(line)
        if self._unread is not None:
            self._unread.cancel()
            line.pause_writing()
        self.pipeline.clear()
        self._answered = self._arriving = None
        self.scope = self.headers = self.cycle = self.parser = None  # type: ignore[assignment]
        return line

    def _leave(self) -> None:
        """Read no more, and end once the caller has read everything; `pause_writing` bounds how long that takes."""
        self._set("ending")
        self._arm(None)
        self.transport.close()

    # --- what comes in ---

    def data_received(self, data: bytes) -> None:
        if self._doing in ("ending", "gone"):
            return
        before = self._body
        super().data_received(data)
        if self._doing == "idle" and self._deadline is None:  # blank lines between two requests
            self._arm(self._settings.head_seconds)
        if self._doing != "sending":
            return
        if not self._begun:
            self._rest += len(data) - (self._body - before)
        self._begun = False
        if self._rest > MAX_HEAD + FRAMES * self._body:  # check: server.head_bytes
            self._refuse(HeadTooLarge())

    def send_400_response(self, msg: str) -> None:
        if self._refusal is not None:  # the problem that made the parser stop
            self._refuse(self._refusal)
        else:
            if self._may_speak():
                super().send_400_response(msg)
            self._leave()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._begun = True
        self._head = self._body = self._rest = self._discarded = 0
        self._arriving = None
        self._set("sending")
        self._arm(self._settings.head_seconds)

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value) + 4)
        super().on_header(name, value)

    def _count(self, size: int) -> None:
        self._head += size
        if self._head > MAX_HEAD or len(self.headers) >= MAX_HEADERS:  # check: server.head
            self._refusal = HeadTooLarge()
            raise self._refusal

    def on_headers_complete(self) -> None:
        if len(self.pipeline) >= MAX_PIPELINED:  # check: server.pipelined
            self._refusal = Busy(retry_after=1)
            raise self._refusal
        self._arm(self._settings.request_seconds)
        super().on_headers_complete()
        self.cycle.transport = JoinedHead(self.transport, self.loop)  # type: ignore[assignment]
        self._arriving = self.cycle
        if self._connections.stopping:
            _make_last(self.cycle)

    def on_body(self, body: bytes) -> None:
        self._body += len(body)
        if self.cycle.response_complete:
            self._discarded += len(body)
            if self._discarded > DISCARD:
                self.end()
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._arm(None)
        self._arriving = None
        self._set("idle" if self.cycle.response_complete else "waiting")
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._doing == "waiting" and self.cycle.response_complete:
            self._set("idle")
            if self._connections.stopping:
                self._linger()


def _make_last(cycle: RequestResponseCycle) -> None:
    """Say on the answer that the connection closes after it. One that has begun can't say so, and the next one does."""
    if not cycle.response_started and LAST not in cycle.default_headers:
        cycle.default_headers = [*cycle.default_headers, LAST]


def _is_in(host: str, network: str) -> bool:
    try:
        return "/" in network and ip_address(host) in ip_network(network)
    except ValueError:
        return False


def as_bytes(problem: Problem) -> bytes:
    """The bytes of a refusal that is sent without the app. It ends the connection."""
    response = problem.response({"Connection": "close"})
    headers = b"".join(name + b": " + value + b"\r\n" for name, value in response.raw_headers)
    return STATUS_LINE[response.status_code] + headers + b"\r\n" + bytes(response.body)
