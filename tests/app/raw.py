"""A server whose connections are bare sockets: the app behind uvicorn's protocol, in this process."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

import uvicorn
from fastapi import FastAPI
from uvicorn.server import ServerState

from app.connections import Connections, GuardedProtocol
from app.settings import Settings

PATIENCE = 60  # seconds after which a test gives up; never how long something may take


class Wire:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def send(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def answer(self) -> int:
        """The status of the next answer; 0 when the connection ended without one."""
        async with asyncio.timeout(PATIENCE):
            try:
                head = await self._reader.readuntil(b"\r\n\r\n")
            except (asyncio.IncompleteReadError, ConnectionError):
                return 0
            length = next(
                (int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0
            )
            await self._reader.readexactly(length)
            return int(head.split(b" ", 2)[1])

    async def rest(self) -> bytes:
        """All that comes until the server has ended the connection."""
        async with asyncio.timeout(PATIENCE):
            return await self._reader.read()

    async def ended(self) -> bool:
        """Wait until the server has ended the connection; what it still sent is dropped."""
        async with asyncio.timeout(PATIENCE):
            try:
                while await self._reader.read(65_536):
                    pass
            except ConnectionError:
                return True
            return self._reader.at_eof()

    async def close(self) -> None:
        self._writer.close()


class Served:
    """The server, and its connections."""

    def __init__(self, connections: Connections, state: ServerState, port: int) -> None:
        self.connections = connections
        self._state = state
        self.port = port
        self.wires: list[Wire] = []

    @property
    def transports(self) -> list[asyncio.Transport]:
        """Of every connection whose descriptor is open."""
        return [connection.transport for connection in self._state.connections]

    @property
    def unsent(self) -> int:
        """Bytes that were written, and for which the system has no room."""
        return sum(transport.get_write_buffer_size() for transport in self.transports)

    async def connect(self, source: str = "127.0.0.1") -> Wire:
        """A new connection, which seems to come from `source` (any 127.x.y.z)."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, local_addr=(source, 0))
        wire = Wire(reader, writer)
        self.wires.append(wire)
        return wire


async def until(reached: Callable[[], bool]) -> None:
    """Wait until the server has come so far."""
    async with asyncio.timeout(PATIENCE):
        while not reached():  # noqa: ASYNC110 - the server is not told that a test waits
            await asyncio.sleep(0.01)


@asynccontextmanager
async def served(app: FastAPI, settings: Settings, most: int = 1000) -> AsyncIterator[Served]:
    """`app` on a free port, with these settings and so many connections at most."""
    connections = Connections(settings, most)
    config = uvicorn.Config(app, ws="none", access_log=False, log_config=None, server_header=False)
    config.timeout_keep_alive = settings.idle_seconds
    config.load()
    state = ServerState()
    loop = asyncio.get_running_loop()
    make = partial(GuardedProtocol, connections, config=config, server_state=state, app_state={}, _loop=loop)
    server = await loop.create_server(make, "127.0.0.1", 0)
    one = Served(connections, state, server.sockets[0].getsockname()[1])
    try:
        yield one
    finally:
        server.close()
        for wire in one.wires:
            await wire.close()
        for connection in list(state.connections):
            connection.transport.abort()
        await asyncio.sleep(0)
