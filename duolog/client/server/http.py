"""`HttpTransport`: the HTTP API over httpx2. It turns every failure of a connection into one error of this library.

Rules
- TLS is required, except to this machine itself. Redirects are not followed; proxies and credentials of the
  environment's `.netrc` are not used for authentication.
- An answer larger than its kind can be (`ANSWERS`) is cut off, not read. An answer with more values than any has is not
  parsed: a value costs many times its bytes. A compressed answer is not unpacked.
- An exchange ends `PATIENCE` after it began, its further tries included. Each byte that it carries moves the end, at
  `SLOWEST`. So a slow network gets its time, and a server that drips a byte a second doesn't.
- A problem's sentence is shown only when it is short plain text.
- A lost connection is tried again with growing pauses: every operation may be repeated.

It believes nothing and verifies nothing: `verify`, `accounts` and `pairing` do.
"""

import ipaddress
import json
import random
from urllib.parse import urlsplit

import anyio
import httpx2
from pydantic import ValidationError

from duolog.api.problems import Problem
from duolog.client.server.certificates import certificate_fault, unreadable_authorities
from duolog.client.server.transport import JSON, MAX_ANSWER, Media, Span, Transport
from duolog.errors import NotAllowed, ServerRefused, TransportError
from duolog.protocol import sizes
from duolog.protocol.codec import encode_b64
from duolog.protocol.login import parse_origin

TIMEOUT = httpx2.Timeout(30.0, connect=10.0)
PATIENCE = 60.0  # seconds for one exchange, besides the time for what it carries
SLOWEST = 4 * sizes.KIB  # bytes a second of the slowest network that is waited for
TRIES = 4
PAUSE = 0.2  # seconds before the second try; doubled for each further one
_SENTENCE = 300  # characters of a problem's detail that are shown
_NOT_UNDERSTOOD = (
    "The server doesn't understand what this program sent. The two may be of different versions: bring this program up "
    "to date, or ask whoever runs the server to do so there."
)
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
        if network is None and not _is_safe(self.origin):  # check: client.tls
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
        headers = {"Accept": f"{media[1]}, application/problem+json", "Accept-Encoding": "identity"}
        if body is not None:
            headers["Content-Type"] = media[0]
        if span is not None:
            headers["Range"] = f"bytes={span[0]}-{span[1]}"
        if self._token is not None:
            headers["Authorization"] = f"Bearer {encode_b64(self._token)}"
        request = self._client.build_request(method, path, headers=headers, content=body)
        with anyio.move_on_after(self._patience) as deadline:
            return await self._try(request, len(body or b""), limit, deadline)
        raise TransportError(
            f"The server at {self.origin} takes too long to answer. Check the connection, and try again."
        )

    async def _try(self, request: httpx2.Request, size: int, limit: int, deadline: anyio.CancelScope) -> bytes:
        for attempt in range(TRIES):
            deadline.deadline += size / SLOWEST
            try:
                return await self._once(request, limit, deadline)
            except _FAILURES as error:
                if (fault := certificate_fault(self.origin, error)) is not None:
                    raise fault from error
                if attempt + 1 == TRIES or not isinstance(error, httpx2.NetworkError | httpx2.ProtocolError):
                    raise TransportError(_unreachable(self.origin, error)) from error
            await anyio.sleep(PAUSE * 2**attempt * (0.5 + random.random()))  # noqa: S311  # a pause needs no secrecy
        raise TransportError(f"The server at {self.origin} can't be reached.")

    async def _once(self, request: httpx2.Request, limit: int, deadline: anyio.CancelScope) -> bytes:
        response = await self._client.send(request, stream=True)
        try:
            if response.headers.get("Content-Encoding", "identity") != "identity":  # check: client.answer_encoding
                raise TransportError("The server's answer is compressed, which nobody asked for; it was not read.")
            most = limit if response.is_success else MAX_ANSWER
            chunks, size = [], 0
            async for chunk in response.aiter_bytes():
                size += len(chunk)
                if size > most:  # check: client.answer_size
                    raise TransportError("The server's answer is larger than such an answer can be; it was not read.")
                deadline.deadline += len(chunk) / SLOWEST
                chunks.append(chunk)
            data = b"".join(chunks)
        finally:
            await response.aclose()
        if response.is_success:
            return data
        raise _refusal(response, data)


def _refusal(response: httpx2.Response, data: bytes) -> ServerRefused | TransportError:
    try:
        problem = Problem.model_validate_json(data, extra="ignore")
    except (ValidationError, RecursionError):
        return TransportError(
            f"The server answered {response.status_code} without saying why. Try again later, or ask who runs it."
        )
    shown = problem.detail if _is_sentence(problem.detail) else "The server said no, without a readable reason."
    if problem.code == "malformed":  # its sentence names places in the request, which only programmers know
        shown = _NOT_UNDERSTOOD
    retry = response.headers.get("Retry-After", "")
    seconds = int(retry) if retry.isascii() and retry.isdigit() and len(retry) < 7 else None
    return ServerRefused(shown, code=problem.code, status=response.status_code, retry_after=seconds)


def _is_sentence(text: str) -> bool:
    return 0 < len(text) <= _SENTENCE and text.isprintable() and json.dumps(text) == f'"{text}"'


def _unreachable(origin: str, error: Exception) -> str:
    if isinstance(error, httpx2.TimeoutException):
        return f"The server at {origin} does not answer. Check the connection, and try again."
    return f"The server at {origin} can't be reached. Check the connection and the address, and try again."


def _is_safe(origin: str) -> bool:
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
