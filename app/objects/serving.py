"""The answer that carries an attachment, part by part: an answer never has more than one part in memory.

Rules
- The server reads the first part before it begins the answer. So a store that fails gives a refusal, not half an answer.
- The server sends a bounded number of attachments at a time, and fewer to one network: a slow caller holds a part for
  long.
- Between two parts the server looks whether the caller has gone.
- The server serves one range, `bytes=a-` or `bytes=a-b`. Any other range gets all the bytes, as RFC 9110 allows.
"""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.objects.store import Store
from app.problems import Busy, NotFound, RangeNotSatisfiable
from duolog.protocol import sizes

PART = sizes.ATTACHMENT_PART
MOST = 32  # attachments that are fetched at a time
MOST_OF_NETWORK = 8
PIECE = 64 * 1024  # bytes that are handed to the connection at a time: it allows so long for each
MEDIA_TYPE = "application/octet-stream"

_RANGE = re.compile(r"bytes=([0-9]{1,15})-([0-9]{0,15})")


@dataclass(frozen=True, slots=True)
class Held:
    """An attachment that the caller may fetch."""

    place: bytes
    size: int


class Serving:
    """The attachments that one server is sending."""

    def __init__(self) -> None:
        self._networks: Counter[str] = Counter()

    @contextmanager
    def one(self, network: str) -> Iterator[None]:
        """Count one answer to this network while it lasts. Raises: Busy."""
        of_all, of_network = self._networks.total(), self._networks[network]
        if of_all >= MOST or of_network >= MOST_OF_NETWORK:  # check: server.attachments_at_once
            raise Busy(retry_after=2)
        self._networks[network] += 1
        try:
            yield
        finally:
            self._networks[network] -= 1
            if not self._networks[network]:
                del self._networks[network]


def wanted_range(header: str | None, size: int) -> tuple[int, int] | None:
    """Parse a `Range` header: the first byte, and the one behind the last; None for all the bytes.

    Raises: RangeNotSatisfiable.
    """
    found = _RANGE.fullmatch((header or "").strip())
    if found is None:
        return None
    first = int(found[1])
    last = int(found[2]) if found[2] else size - 1
    if found[2] and last < first:
        return None
    if first >= size:
        raise RangeNotSatisfiable(size)
    return first, min(last, size - 1) + 1


class AttachmentResponse(Response):
    """All the bytes of an attachment with 200, or one range of them with 206."""

    media_type = MEDIA_TYPE

    def __init__(
        self, store: Store, held: Held, wanted: tuple[int, int] | None, serving: Serving, network: str
    ) -> None:
        self._store, self._held, self._serving, self._network = store, held, serving, network
        self._first, self._end = wanted or (0, held.size)
        super().__init__(status_code=200 if wanted is None else 206)
        self.headers["content-length"] = str(self._end - self._first)
        self.headers["accept-ranges"] = "bytes"
        if wanted is not None:
            self.headers["content-range"] = f"bytes {self._first}-{self._end - 1}/{held.size}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        with self._serving.one(self._network):
            at = self._first
            while at < self._end:
                until = min(self._end, (at // PART + 1) * PART)
                part = await self._read(at, until)
                if at == self._first:
                    start = {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
                    await send(start)
                await self._send(send, part, last=until == self._end)
                at = until
                if at < self._end and await request.is_disconnected():
                    return

    async def _read(self, start: int, end: int) -> bytes:
        """Stored bytes that lie in one part. Raises: NotFound when the store has lost them, Unavailable."""
        number = start // PART
        found = await self._store.get(self._held.place, number, start - number * PART, end - number * PART)
        if found is None:
            raise NotFound
        return found

    async def _send(self, send: Send, part: bytes, *, last: bool) -> None:
        for begins in range(0, len(part), PIECE):
            piece = part[begins : begins + PIECE]
            more = not last or begins + PIECE < len(part)
            await send({"type": "http.response.body", "body": piece, "more_body": more})
