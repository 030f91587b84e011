"""The head of an answer, sent together with the first bytes of its body.

The framework sends both apart. The server must be told of every byte that a caller leaves unread, so its transports
gather nothing by themselves, and each write is a call of the system and a packet that wakes the caller.
"""

import asyncio


class JoinedHead:
    """The transport of one answer, as uvicorn uses it. The first write, the head, waits for the next one, or for the
    loop's next turn.
    """

    __slots__ = ("_head", "_loop", "_transport", "_turn")

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport, self._loop = transport, loop
        self._head = b""
        self._turn: asyncio.Handle | None = None  # the loop's next turn, once the head has been written

    def write(self, data: bytes) -> None:
        """Send bytes, the first ones a little later."""
        if self._turn is None:
            self._head = data
            self._turn = self._loop.call_soon(self.flush)
        elif self._head:
            head, self._head = self._head, b""
            self._turn.cancel()
            self._transport.writelines((head, data))
        else:
            self._transport.write(data)

    def flush(self) -> None:
        """Send a head that waits."""
        head, self._head = self._head, b""
        if head and not self._transport.is_closing():
            self._transport.write(head)

    def close(self) -> None:
        """Send what waits, and close."""
        self.flush()
        self._transport.close()

    def is_closing(self) -> bool:
        """Whether the connection is closed, or about to be."""
        return self._transport.is_closing()
