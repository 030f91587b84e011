"""Request bodies on their way in: how large, how many at once, and how much memory they take together.

Rules
- `body_memory` is halved: large bodies take one half, all others the other. So large ones leave room for a log-in.
- Of each half a network has an eighth of `body_memory`, but always room for one body of the largest size. A caller has
  a quarter of its network's share for small bodies, and one large body at a time; a second large body waits for its
  turn, for a while. The server refuses a body beyond these limits; the caller may send it again a moment later.
- Only received bytes count: a caller who announces much and sends little takes no room.
- A body that is taken in pieces takes the memory of one piece at a time.
- A large body must keep a pace. Each `PACE` bytes give it another second, and it never has more than `PAUSE_SECONDS`
  ahead: a caller who holds back the last byte soon loses the room.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, nullcontext
from dataclasses import dataclass

from starlette.requests import ClientDisconnect, Request

from app.addresses import LARGE, MAX_BODY
from app.problems import Busy, Malformed, TooLarge, TooSlow

TURN_SECONDS = 10.0  # how long a large body waits for its caller's one before
PAUSE_SECONDS = 10.0  # how long a large body may pause
PACE = 64 * 1024  # bytes of a large body in a second


@dataclass(frozen=True, slots=True)
class Sender:
    """The sender of a body, and the network that the body comes from."""

    caller: str
    network: str


class Memory:
    """The memory of small bodies, or of large ones, with each caller's and network's part."""

    def __init__(self, total: int, network: int, caller: int) -> None:
        self._bounds = total, network, caller
        self._taken = 0
        self._networks: dict[str, int] = {}
        self._callers: dict[str, int] = {}

    def take(self, sender: Sender, size: int) -> None:
        """Raises: Busy."""
        taken = zip(self.add(sender, size), self._bounds, strict=True)
        if any(own > most for own, most in taken):  # check: server.body_memory
            raise Busy(retry_after=1)

    def add(self, sender: Sender, size: int) -> tuple[int, int, int]:
        """Count bytes, or fewer; how many there are now, of the network and of the caller too."""
        self._taken += size
        return self._taken, _added(self._networks, sender.network, size), _added(self._callers, sender.caller, size)


def _added(taken: dict[str, int], key: str, size: int) -> int:
    """Add to the part of one key, which is there as long as it has one."""
    now = taken[key] = taken.get(key, 0) + size
    if not now:
        del taken[key]
    return now


@dataclass(slots=True)
class Share:
    """The memory that one body takes, until it is freed."""

    memory: Memory
    sender: Sender
    size: int = 0

    def grow(self, size: int) -> None:
        """Raises: Busy."""
        self.size += size
        self.memory.take(self.sender, size)

    def free(self) -> None:
        """Give it back."""
        self.memory.add(self.sender, -self.size)

    def __enter__(self) -> "Share":
        return self

    def __exit__(self, *_: object) -> None:
        self.free()


class Bodies:
    """The bodies that one server is reading."""

    def __init__(self, memory: int, turn_seconds: float = TURN_SECONDS, pause_seconds: float = PAUSE_SECONDS) -> None:
        self._small = Memory(memory // 2, memory // 8, memory // 32)
        network = max(memory // 8, MAX_BODY)
        self._large = Memory(memory // 2, network, network)
        self._turn_seconds = turn_seconds
        self._pause_seconds = pause_seconds
        self._turns: dict[str, tuple[asyncio.Lock, int]] = {}

    @property
    def callers(self) -> int:
        """How many have a large body here."""
        return len(self._turns)

    async def read(self, request: Request, limit: int, sender: Sender, held: AsyncExitStack) -> bytes:
        """The body, of `limit` bytes at most. `held` keeps its room, until the body is no longer needed.

        Raises: TooLarge, Malformed when it is cut off, Busy, TooSlow.
        """
        memory, pause, turn = self._way(request, limit, sender)
        if turn is not None:
            await held.enter_async_context(turn)
        share = Share(memory, sender)
        held.callback(share.free)
        if pause is None:
            return await _receive_small(request, limit, share)
        return (await _receive(request.stream(), limit, share, pause))[0]

    async def pieces(self, request: Request, limit: int, sender: Sender, size: int) -> AsyncGenerator[bytes, None]:
        """The same body in pieces of `size` bytes, the last one shorter; each until the next one is asked for.

        Raises: as `read`, between any two pieces.
        """
        memory, pause, turn = self._way(request, limit, sender)
        stream, rest, at = request.stream(), b"", 0
        async with nullcontext() if turn is None else turn:
            while True:
                with Share(memory, sender) as share:
                    piece, rest = await _receive(stream, limit - at, share, pause, rest, size)
                    length = len(piece)
                    if piece:
                        yield piece
                    del piece  # before the next one comes
                if length < size:
                    return
                at += length

    def _way(
        self, request: Request, limit: int, sender: Sender
    ) -> tuple[Memory, float | None, AbstractAsyncContextManager[None] | None]:
        """The memory that a body takes, how long it may pause, and its turn; a small one may pause, and has its turn at
        once.
        """
        if is_large(request, limit):
            return self._large, self._pause_seconds, self._turn(sender.caller)
        return self._small, None, None

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


async def _receive_small(request: Request, limit: int, share: Share) -> bytes:
    """A body without a pace, whole."""
    chunks: list[bytes] = []
    try:
        async for chunk in request.stream():
            if chunk:
                share.grow(len(chunk))
                if share.size > limit:  # check: server.small_body_bytes
                    raise TooLarge
                chunks.append(chunk)
    except ClientDisconnect:
        raise Malformed(sentence="The request was cut off.") from None
    return b"".join(chunks)


async def _receive(
    stream: AsyncIterator[bytes],
    limit: int,
    share: Share,
    pause: float | None,
    begun: bytes = b"",
    size: int | None = None,
) -> tuple[bytes, bytes]:
    """Receive until the end, or until `size` bytes are here with those that have `begun`; they, and what came behind
    them. `limit`: of all.
    """
    chunks = [begun]
    share.grow(len(begun))
    try:
        async with asyncio.timeout(pause) as deadline:
            while size is None or share.size < size:
                chunk = await anext(stream, None)
                if chunk is None:
                    break
                share.grow(len(chunk))
                if share.size > limit:  # check: server.body_bytes
                    raise TooLarge
                chunks.append(chunk)
                if pause is not None:
                    _prolong(deadline, len(chunk), pause)
    except TimeoutError:
        if deadline.expired():  # check: server.body_pace
            raise TooSlow from None
        raise
    except ClientDisconnect:
        raise Malformed(sentence="The request was cut off.") from None
    ends = len(chunks[-1]) - max(0, share.size - (size or share.size))  # of what was asked for, in the newest chunk
    rest, chunks[-1] = chunks[-1][ends:], chunks[-1][:ends]
    return b"".join(chunks), rest


def _prolong(deadline: asyncio.Timeout, size: int, pause: float) -> None:
    now, when = asyncio.get_running_loop().time(), deadline.when()
    if when is not None:
        deadline.reschedule(min(when + size / PACE, now + pause))


def is_large(request: Request, limit: int) -> bool:
    """Whether a body is large, or may be. Raises: TooLarge."""
    return announced(request.headers.get("content-length"), limit) > LARGE


def announced(length: str | None, limit: int) -> int:
    """The announced size of a request's body, in bytes; `limit` without an announcement. Raises: TooLarge."""
    if length is None:
        return limit
    plain = length.isascii() and length.isdigit() and len(length) < 16
    if not plain or int(length) > limit:  # check: server.body_announced
        raise TooLarge
    return int(length)
