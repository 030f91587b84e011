"""`HttpTransport`: the HTTP API over httpx2. It turns every failure of a connection into one error of this library.

Rules
- TLS is required, except to this machine itself. Redirects are not followed; proxies and credentials of the
  environment's `.netrc` are not used for authentication.
- An answer larger than its kind can be (`ANSWERS`) is cut off, not read. An answer with more values than any has is not
  parsed: a value costs many times its bytes. A compressed answer is not unpacked.
- An exchange ends `PATIENCE` after it began, its further tries included. Each byte that it carries moves the end, at
  `SLOWEST`. So a slow network gets its time, and a server that drips a byte a second doesn't.
- Whose answer it is, `answers` judges, and nobody else.
- A lost connection is tried again with growing pauses: every operation may be repeated.

It believes nothing and verifies nothing: `verify`, `accounts` and `pairing` do.
"""

import ipaddress
import random
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

import anyio
import httpx2

from duolog.api.common import REQUEST_HEADER
from duolog.api.events import LAST_EVENT_HEADER, EventReader, Wake
from duolog.api.events import MEDIA_TYPE as EVENTS
from duolog.client.server.answers import HttpAnswer, judge, unread
from duolog.client.server.certificates import certificate_fault, unreadable_authorities
from duolog.client.server.events import Events
from duolog.client.server.transport import JSON, MAX_ANSWER, Media, Span, Transport
from duolog.errors import NotAllowed, TransportError
from duolog.protocol import sizes
from duolog.protocol.codec import encode_b64
from duolog.protocol.login import parse_origin

TIMEOUT = httpx2.Timeout(30.0, connect=10.0)
LISTENING = httpx2.Timeout(30.0, connect=10.0, read=90.0)  # a server lets a stream hear from it at least once a minute
PATIENCE = 60.0  # seconds for one exchange, besides the time for what it carries
SLOWEST = 4 * sizes.KIB  # bytes a second of the slowest network that is waited for
TRIES = 4
PAUSE = 0.2  # seconds before the second try; doubled for each further one
_TOO_LONG = "The server at {} takes too long to answer. Check the connection, and try again."
_FAILURES = (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, OSError, ValueError, RuntimeError)


class HttpTransport(Transport):
    """One server over HTTP. `network` replaces the real network: a server in memory, or a recording.

    `patience`: seconds for one exchange, besides the time for what it carries.

    Raises:
        MalformedData: `server` is not the address of a server.
        NotAllowed: the address is neither https nor this machine.
        CertificateFault: the file that SSL_CERT_FILE names can't be read as certificates.
    """

    def __init__(
        self, server: str, *, network: httpx2.AsyncBaseTransport | None = None, patience: float = PATIENCE
    ) -> None:
        self.origin = parse_origin(server)
        self._patience = patience
        if network is None and not is_safe(self.origin):  # check: client.tls
            raise NotAllowed("This address is not encrypted. Use https://, or a server on this machine.")
        try:
            self._client = httpx2.AsyncClient(base_url=self.origin, timeout=TIMEOUT, transport=network)
        except OSError as error:  # an SSLError is one
            raise unreadable_authorities() from error

    async def close(self) -> None:
        await self._client.aclose()

    async def _call(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        media: Media = (JSON, JSON),
        limit: int = MAX_ANSWER,
        span: Span | None = None,
    ) -> bytes:
        headers = self._headers(media[1] or JSON)
        if body is not None:
            headers["Content-Type"] = media[0]
        if span is not None:
            headers["Range"] = f"bytes={span[0]}-{span[1]}"
        request = self._client.build_request(method, path, headers=headers, content=body)
        with anyio.move_on_after(self._patience) as deadline:
            return judge(await self._try(request, media[1], len(body or b""), limit, deadline))
        raise TransportError(_TOO_LONG.format(self.origin))

    async def _try(
        self, request: httpx2.Request, asked: str, size: int, limit: int, deadline: anyio.CancelScope
    ) -> HttpAnswer:
        for attempt in range(TRIES):
            deadline.deadline += size / SLOWEST
            try:
                return await self._once(request, asked, limit, deadline)
            except _FAILURES as error:
                if (fault := certificate_fault(self.origin, error)) is not None:
                    raise fault from error
                if attempt + 1 == TRIES or not isinstance(error, httpx2.NetworkError | httpx2.ProtocolError):
                    raise TransportError(_unreachable(self.origin, error)) from error
            await anyio.sleep(PAUSE * 2**attempt * (0.5 + random.random()))  # noqa: S311  # a pause needs no secrecy
        raise TransportError(f"The server at {self.origin} can't be reached.")

    async def _once(self, request: httpx2.Request, asked: str, limit: int, deadline: anyio.CancelScope) -> HttpAnswer:
        response = await self._begin(request)
        try:
            data = await _read(response, limit if response.is_success else MAX_ANSWER, deadline)
        finally:
            await response.aclose()
        return _answer(self.origin, response, asked, data)

    async def _begin(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request; its answer, of which the head alone was read."""
        response = await self._client.send(request, stream=True)
        try:
            repeated = response.headers.get(REQUEST_HEADER)
            if repeated not in (None, request.headers[REQUEST_HEADER]):  # check: client.answer_of_another
                raise httpx2.RemoteProtocolError("an answer to another request")  # unread: its connection ends with it
            if (error := unread(self.origin, response.status_code)) is not None:
                raise error
            if response.headers.get("Content-Encoding", "identity") != "identity":  # check: client.answer_encoding
                raise TransportError("The server's answer is compressed, which nobody asked for; it was not read.")
        except BaseException:
            await response.aclose()
            raise
        return response

    def _headers(self, accepted: str) -> dict[str, str]:
        headers = {"Accept": f"{accepted}, application/problem+json", "Accept-Encoding": "identity"}
        headers[REQUEST_HEADER] = encode_b64(secrets.token_bytes(16))
        if self._token is not None:
            headers["Authorization"] = f"Bearer {encode_b64(self._token)}"
        return headers

    async def listen(self, last: str) -> Events:
        """A stream of events, judged by its head like any answer. A caller that watches tries again by itself."""
        headers = self._headers(EVENTS) | ({LAST_EVENT_HEADER: last} if last else {})
        request = self._client.build_request("GET", "/v1/events", headers=headers, timeout=LISTENING)
        with anyio.move_on_after(self._patience) as deadline, failing(self.origin):
            response = await self._begin(request)
            try:
                data = b"" if response.is_success else await _read(response, MAX_ANSWER, deadline)
                judge(_answer(self.origin, response, EVENTS, data))
            except BaseException:
                await response.aclose()
                raise
            return HttpEvents(self.origin, response, last)
        raise TransportError(_TOO_LONG.format(self.origin))


class HttpEvents(Events):
    """A stream of events over HTTP."""

    def __init__(self, origin: str, response: httpx2.Response, last: str) -> None:
        self._origin, self._response, self._reader = origin, response, EventReader(last)
        self._pieces = response.aiter_bytes()

    @property
    def last(self) -> str:  # type: ignore[override]
        return self._reader.last

    async def next(self) -> tuple[Wake, ...] | None:
        with failing(self._origin):
            async for piece in self._pieces:
                if wakes := tuple(self._reader.read(piece)):
                    return wakes
        return None

    async def close(self) -> None:
        with suppress(*_FAILURES):
            await self._response.aclose()


@contextmanager
def failing(origin: str) -> Iterator[None]:
    """Raise what a network fails with as TransportError."""
    try:
        yield
    except _FAILURES as error:
        if (fault := certificate_fault(origin, error)) is not None:
            raise fault from error
        raise TransportError(_unreachable(origin, error)) from error


def _answer(origin: str, response: httpx2.Response, asked: str, data: bytes) -> HttpAnswer:
    return HttpAnswer(
        origin=origin,
        status=response.status_code,
        media=response.headers.get("Content-Type", "").partition(";")[0].strip().lower(),
        asked=asked,
        repeats=REQUEST_HEADER in response.headers,
        data=data,
        sent=len(response.request.content),
        retry_after=response.headers.get("Retry-After", ""),
    )


async def _read(response: httpx2.Response, most: int, deadline: anyio.CancelScope) -> bytes:
    """The body of an answer, of `most` bytes at most. Each byte moves the deadline."""
    chunks, size = [], 0
    async for chunk in response.aiter_bytes():
        size += len(chunk)
        if size > most:  # check: client.answer_size
            raise TransportError("The server's answer is larger than such an answer can be; it was not read.")
        deadline.deadline += len(chunk) / SLOWEST
        chunks.append(chunk)
    return b"".join(chunks)


def _unreachable(origin: str, error: Exception) -> str:
    if isinstance(error, httpx2.ProxyError):
        return f"The proxy that this computer uses doesn't let it through to {origin}. Check the proxy's settings."
    if isinstance(error, httpx2.TimeoutException):
        return f"The server at {origin} does not answer. Check the connection, and try again."
    return f"The server at {origin} can't be reached. Check the connection and the address, and try again."


def is_safe(origin: str) -> bool:
    """Whether nobody on the way can read: over TLS, or on this machine."""
    parts = urlsplit(origin)
    if parts.scheme == "https" or parts.hostname == "localhost":
        return True
    try:
        return ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False


def to_transport(server: str | Transport) -> Transport:
    """The transport to a server, which its address may name."""
    return HttpTransport(server) if isinstance(server, str) else server
