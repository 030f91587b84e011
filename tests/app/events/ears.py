"""A listener's end of a stream, without a network: the application is called as the server calls it."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.types import Message

from app.lines import HAND_OVER, Line, Reader
from app.state import State
from duolog.protocol.codec import parse_b64
from tests.app.people import Json, Person

PATIENCE = 60  # seconds after which a test gives up


class Reading:
    """Whether the reader takes what comes. While it doesn't, the line waits, as for a reader that is slow."""

    def __init__(self) -> None:
        self.line: Line | None = None

    def clear(self) -> None:
        """Take nothing more."""
        if self.line is not None:
            self.line.pause_writing()

    def set(self) -> None:
        """Take what waits, and all that comes."""
        if self.line is not None and self.line.waits:
            self.line.resume_writing()


class Ear(asyncio.Transport):
    """What one stream brings: the transport of its line, and the caller of a request that is refused."""

    def __init__(self) -> None:
        super().__init__()
        self._open = set[Line]()
        self.status = 0
        self.headers: Mapping[str, str] = {}
        self.sent = b""
        self.over = False
        self.reading = Reading()
        self._news = asyncio.Event()
        self._taken = 0

    async def receive(self) -> Message:
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {key.decode().lower(): value.decode() for key, value in message["headers"]}
        else:
            self.sent += message["body"]
            self.over = not message.get("more_body")
        self._news.set()

    def hand_over(self, reader: Reader) -> Line:
        """The connection becomes a stream."""
        self.reading.line = Line(self, reader, self._open, lambda _: None, b"", PATIENCE)
        return self.reading.line

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Take a chunk."""
        size, _, rest = bytes(data).partition(b"\r\n")
        assert len(rest) == int(size, 16) + 2, data
        self.sent += rest[:-2]
        self._news.set()

    def is_closing(self) -> bool:
        """Whether it is over."""
        return self.over

    def close(self) -> None:
        """End, on either side."""
        if not self.over:
            self.over = True
            self._news.set()
            for line in list(self._open):
                line.connection_lost(None)

    abort = close

    async def event(self) -> tuple[str, Json]:
        """The next event: its id, empty where it has none, and its data. Beats are passed over."""
        async with asyncio.timeout(PATIENCE):
            while True:
                end = self.sent.find(b"\n\n", self._taken)
                if end < 0:
                    self._news.clear()
                    await self._news.wait()
                    continue
                lines = self.sent[self._taken : end].decode().split("\n")
                self._taken = end + 2
                fields = dict(line.split(": ", 1) for line in lines if not line.startswith(":"))
                if fields:
                    return fields.get("id", ""), json.loads(fields["data"])

    async def seqs(self, count: int) -> dict[bytes, int]:
        """What the next events say, by journal."""
        found = [(await self.event())[1] for _ in range(count)]
        return {parse_b64(wake["journal"]): wake["seq"] for wake in found}

    async def beat(self) -> None:
        """Wait for the next beat."""
        async with asyncio.timeout(PATIENCE):
            while not self.sent[self._taken :].startswith(b":\n\n"):
                self._news.clear()
                await self._news.wait()
            self._taken += 3

    @property
    def unheard(self) -> bytes:
        """The events that came and were not asked for."""
        return self.sent[self._taken :].replace(b":\n\n", b"")

    async def ended(self) -> bool:
        """Wait until the server has ended the stream."""
        async with asyncio.timeout(PATIENCE):
            while not self.over:
                self._news.clear()
                await self._news.wait()
        return True


@asynccontextmanager
async def listening(
    app: FastAPI, person: Person | None, last: str = "", address: str = "127.0.0.1", method: str = "GET"
) -> AsyncIterator[Ear]:
    """A stream of this person, or of nobody; it has begun, or was refused."""
    ear = Ear()
    headers = {} if person is None else person.headers
    headers = headers | ({"last-event-id": last} if last else {})
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": "/v1/events",
        "raw_path": b"/v1/events",
        "query_string": b"",
        "root_path": "",
        "headers": [(key.encode(), value.encode()) for key, value in headers.items()],
        "client": (address, 1),
        "server": ("journal.example", 443),
        "state": {},
        "extensions": {HAND_OVER: ear.hand_over},
    }
    task = asyncio.create_task(app(scope, ear.receive, ear.send))
    async with asyncio.timeout(PATIENCE):
        while not ear.sent and not task.done():  # noqa: ASYNC110 - a HEAD request gets no bytes
            await asyncio.sleep(0)
    try:
        yield ear
    finally:
        ear.close()
        await task


def hub_of(app: FastAPI) -> int:
    """How many listeners the server has."""
    state: State = app.state.duolog
    return len(state.hub)
