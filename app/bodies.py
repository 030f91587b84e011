"""Request bodies on their way in: how large, how many at once, and how much memory they take together.

Rules
- Whoever calls has one large body read at a time; a second one waits for its turn, for a while.
- All bodies that are being read take `body_memory` bytes together. What comes beyond that is refused, and may be sent
  again a moment later.
- What has come counts, not what was announced: who announces much and sends little takes no room.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.requests import ClientDisconnect, Request

from app.addresses import LARGE
from app.problems import Busy, Malformed, TooLarge

TURN_SECONDS = 10.0  # how long a large body waits for its caller's one before


class Bodies:
    """The bodies that one server is reading."""

    def __init__(self, memory: int, turn_seconds: float = TURN_SECONDS) -> None:
        self._free = memory
        self._turn_seconds = turn_seconds
        self._turns: dict[str, tuple[asyncio.Lock, int]] = {}

    @property
    def callers(self) -> int:
        """How many have a large body here."""
        return len(self._turns)

    @asynccontextmanager
    async def read(self, request: Request, limit: int, caller: str) -> AsyncIterator[bytes]:
        """The body, of `limit` bytes at most, for as long as it is needed.

        Raises: TooLarge, Malformed when it is cut off, Busy.
        """
        if not is_large(request, limit):
            async with self._room(request, limit) as body:
                yield body
            return
        async with self._turn(caller), self._room(request, limit) as body:
            yield body

    @asynccontextmanager
    async def _room(self, request: Request, limit: int) -> AsyncIterator[bytes]:
        chunks: list[bytes] = []
        size = 0
        try:
            async for chunk in request.stream():
                size += len(chunk)
                self._free -= len(chunk)
                if size > limit:  # check: server.body_bytes
                    raise TooLarge
                if self._free < 0:  # check: server.body_memory
                    raise Busy(retry_after=1)
                chunks.append(chunk)
            body = b"".join(chunks)
            chunks.clear()
            yield body
        except ClientDisconnect:
            raise Malformed(sentence="The request was cut off.") from None
        finally:
            self._free += size

    @asynccontextmanager
    async def _turn(self, caller: str) -> AsyncIterator[None]:
        lock, waiting = self._turns.get(caller, (asyncio.Lock(), 0))
        self._turns[caller] = lock, waiting + 1
        try:
            try:
                async with asyncio.timeout(self._turn_seconds):
                    await lock.acquire()
            except TimeoutError:
                raise Busy(retry_after=1) from None
            try:
                yield
            finally:
                lock.release()
        finally:
            lock, waiting = self._turns[caller]
            if waiting == 1:
                del self._turns[caller]
            else:
                self._turns[caller] = lock, waiting - 1


def is_large(request: Request, limit: int) -> bool:
    """Whether a body is large, or may be. Raises: TooLarge."""
    return announced(request.headers.get("content-length"), limit) > LARGE


def announced(length: str | None, limit: int) -> int:
    """How many bytes a request says that it brings; `limit` when it doesn't say. Raises: TooLarge."""
    if length is None:
        return limit
    plain = length.isascii() and length.isdigit() and len(length) < 16
    if not plain or int(length) > limit:  # check: server.body_announced
        raise TooLarge
    return int(length)
