"""A line to a server over real TCP that breaks after any number of bytes, of a request or of an answer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Literal

import httpx2
import uvicorn
from fastapi import FastAPI

from duolog.client import HttpTransport
from tests.conftest import ORIGIN

Way = Literal["request", "answer"]


class Line:
    """Passes bytes between a client and a server, and breaks when it is told to.

    `cut`: the way that is cut, and the bytes that still pass. `broken`: whether the cut has happened. `stays_dead`:
    whether the line takes no connection after that.
    """

    def __init__(self, server: int) -> None:
        self._server = server
        self.cut: tuple[Way, int] | None = None
        self.stays_dead = False
        self.broken = False
        self.port = 0
        self._open: set[asyncio.StreamWriter] = set()

    def arm(self, way: Way, after: int, *, stays_dead: bool) -> None:
        self.cut, self.stays_dead, self.broken = (way, after), stays_dead, False

    def mend(self) -> None:
        self.cut, self.broken = None, False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.broken and self.stays_dead:
            writer.transport.abort()
            return
        there, back = await asyncio.open_connection("127.0.0.1", self._server)
        self._open |= {writer, back}
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._carry("request", reader, back, writer))
                group.create_task(self._carry("answer", there, writer, back))
        finally:
            self._open -= {writer, back}
            for end in (writer, back):
                end.close()

    async def _carry(
        self, way: Way, source: asyncio.StreamReader, target: asyncio.StreamWriter, other: asyncio.StreamWriter
    ) -> None:
        with suppress(OSError):
            while data := await source.read(64 * 1024):
                if self.cut is not None and self.cut[0] == way and not self.broken:
                    left = self.cut[1] - len(data)
                    if left < 0:
                        await self._break(target, data[: self.cut[1]])
                        return
                    self.cut = (way, left)
                target.write(data)
                await target.drain()
        for end in (target, other):
            end.close()

    async def _break(self, target: asyncio.StreamWriter, last: bytes) -> None:
        self.broken = True
        target.write(last)
        with suppress(OSError):
            await target.drain()
        await asyncio.sleep(0)
        for writer in list(self._open):
            writer.close()  # a FIN behind the last bytes, as a proxy ends a line


class Through(httpx2.AsyncBaseTransport):
    """The network of a client whose server is behind the line."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._network = httpx2.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        request.url = request.url.copy_with(host="127.0.0.1", port=self._line.port)
        return await self._network.handle_async_request(request)

    async def aclose(self) -> None:
        await self._network.aclose()


@asynccontextmanager
async def line_to(app: FastAPI) -> AsyncIterator[Line]:
    """A server that listens on this machine, and a line to it."""
    config = uvicorn.Config(app, port=0, log_config=None, access_log=False, lifespan="off", ws="none")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - the library has no event for it
        await asyncio.sleep(0.01)
    line = Line(server.servers[0].sockets[0].getsockname()[1])
    listener = await asyncio.start_server(line.serve, "127.0.0.1", 0)
    line.port = listener.sockets[0].getsockname()[1]
    try:
        yield line
    finally:
        listener.close()
        server.should_exit = True
        with suppress(asyncio.CancelledError):
            await serving


def behind(line: Line) -> HttpTransport:
    """A transport through the line."""
    return HttpTransport(ORIGIN, network=Through(line))
