"""Connections that have become streams: the server alone speaks, until one of both ends it.

A request, its task and the parser of a connection are of no use to a stream, and are most of its memory. So once the
answer has begun, the transport changes its protocol to a `Line`, and they go.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

HAND_OVER = "duolog.hand_over"  # the extension of a request's scope: a `HandOver`
END = b"0\r\n\r\n"


class Reader(Protocol):
    """An object that is told what the caller does."""

    def taken(self) -> None:
        """The caller has taken all that was written."""

    def left(self) -> None:
        """The connection is closed."""


class Line(asyncio.Protocol):
    """One connection that carries a stream, in chunks. While it `waits`, the caller hasn't taken what was written."""

    __slots__ = ("_forget", "_network", "_open", "_reader", "_unread", "_unread_seconds", "transport", "waits")

    def __init__(
        self,
        transport: asyncio.Transport,
        reader: Reader,
        open_ones: set[Any],
        forget: Callable[[bytes], None],
        network: bytes,
        unread_seconds: float,
    ) -> None:
        self.transport, self.waits = transport, False
        self._reader, self._open, self._forget, self._network = reader, open_ones, forget, network
        self._unread_seconds = unread_seconds
        self._unread: asyncio.TimerHandle | None = None
        open_ones.add(self)

    def write(self, data: bytes) -> None:
        """Send a chunk."""
        self.transport.write(b"%x\r\n%b\r\n" % (len(data), data))

    def end(self) -> None:
        """End the stream: at once for a caller that doesn't read, whole for every other."""
        if self.waits:
            self.transport.abort()
        elif not self.transport.is_closing():
            self.transport.write(END)
            self.transport.close()

    def shutdown(self) -> None:
        """End the stream. Called by uvicorn once the server is stopping."""
        self.end()

    def data_received(self, data: bytes) -> None:
        """The answer says that it is the last on its connection, so a caller that goes on asking is cut off."""
        self.transport.abort()

    def pause_writing(self) -> None:
        """Wait for the caller, `unread_seconds` at most."""
        self.waits = True
        if self._unread is None:
            loop = asyncio.get_running_loop()
            self._unread = loop.call_later(self._unread_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on with what came meanwhile."""
        self.waits = False
        self._stop_waiting()
        self._reader.taken()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._stop_waiting()
        self._open.discard(self)
        self._forget(self._network)
        self._reader.left()

    def _stop_waiting(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None


HandOver = Callable[[Reader], Line]
