"""A server that is told to stop while it works: each request that was sent gets its whole answer, and no more come."""

import asyncio
import json
import signal
from pathlib import Path

import pytest

from tools.local_server import LocalServer

RATES = dict.fromkeys(("rate_anonymous", "rate_login"), "1000000/minute")
BODY = json.dumps({"keyholder": "A" * 43}).encode()
HEADERS = b"Host: duolog.test\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(BODY)
REQUESTS = (
    b"GET /health HTTP/1.1\r\nHost: duolog.test\r\n\r\n",
    b"POST /v1/challenges HTTP/1.1\r\n" + HEADERS + BODY,  # a write, in the group of others
    b"GET /.well-known/duolog HTTP/1.1\r\nHost: duolog.test\r\n\r\n",
)


class Caller:
    """Sends one request after the other, over and over, until nobody listens any more."""

    def __init__(self, host: str, port: int, number: int) -> None:
        self._address, self._number = (host, port), number
        self.sent = self.answered = 0

    async def call(self) -> None:
        while True:
            try:
                reader, writer = await asyncio.open_connection(*self._address)
            except ConnectionError:
                return
            try:
                while await self._one(reader, writer):
                    pass
            finally:
                writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One request; returns whether the connection goes on."""
        self._number += 1
        self.sent += 1
        writer.write(REQUESTS[self._number % len(REQUESTS)])
        try:
            await writer.drain()
            head = (await reader.readuntil(b"\r\n\r\n")).lower().split(b"\r\n")
            length = next(int(line.partition(b":")[2]) for line in head if line.startswith(b"content-length:"))
            await reader.readexactly(length)
        except (ConnectionError, asyncio.IncompleteReadError):
            return False
        assert head[0].split()[1] in (b"200", b"201"), head
        self.answered += 1
        return b"connection: close" not in head


@pytest.mark.parametrize(
    ("callers", "rounds"),
    [
        pytest.param(8, 1, id="small"),
        pytest.param(40, 10, id="large", marks=[pytest.mark.slow, pytest.mark.timeout(900)]),
    ],
)
async def test_a_stop_under_load_cuts_no_answer(
    sqlite_template: Path, tmp_path: Path, callers: int, rounds: int
) -> None:
    settings = {**RATES, "body_processes": "0", "max_connections_network": "500"}
    with LocalServer(tmp_path / "server", template=sqlite_template, **settings) as server:
        for number in range(rounds):
            if number:
                await asyncio.to_thread(server.start)
            host, _, port = server.origin.removeprefix("http://").partition(":")
            calling = [Caller(host, int(port), first) for first in range(callers)]
            tasks = [asyncio.create_task(caller.call()) for caller in calling]
            await asyncio.sleep(0.5)
            server.signal(signal.SIGTERM)
            async with asyncio.timeout(60):
                await asyncio.gather(*tasks)
            assert await asyncio.to_thread(server.wait) == 0
            assert sum(caller.sent for caller in calling) > callers
            assert [caller.sent for caller in calling] == [caller.answered for caller in calling]
