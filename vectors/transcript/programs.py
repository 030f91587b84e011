"""This project's own client as programs of an evening. It takes time and randomness from what it is told, alone."""

import asyncio
import json
import sys
from collections.abc import Callable, Mapping

import httpx2

from duolog.client import HttpTransport
from duolog.client.server.transport import Transport
from vectors.transcript.client import EveningClient
from vectors.transcript.drawing import Draws, Fresh, Given, drawing
from vectors.transcript.lines import Json
from vectors.transcript.server import Clock

_TOLD = ("verb", "now", "draws", "record", "connect")  # keys of a line that are no fields of its verb


class OwnPrograms:
    """One client for each person, all in this process. A source of randomness for `drawing`: that of the newest line.

    `connect`: the transport to a server by its address.
    """

    def __init__(self, connect: Callable[[str], Transport]) -> None:
        self._clock, self._connect = Clock(), connect
        self._fresh = Fresh()  # made before anything is replaced
        self._given: Draws = self._fresh
        self._clients: dict[str, EveningClient] = {}

    async def tell(self, person: str, line: Json) -> Mapping[str, object]:
        """Pass one line to a person's program; what it gives."""
        self._clock.now = line["now"]
        self._given = self._fresh if line.get("record") else Given(line["draws"])
        self._fresh.lines = []
        client = self._clients.setdefault(person, EveningClient(self._connect, self._clock))
        gives = await client.answer(line["verb"], {key: line[key] for key in line if key not in _TOLD})
        return {**gives, "draws": self._fresh.lines} if line.get("record") else gives

    def draw(self, purpose: str, of: str, size: int, *, server: bool) -> bytes:
        """From the line."""
        return self._given.draw(purpose, of, size, server=server)

    def seal(self, kem_key: bytes, plaintext: bytes, info: bytes) -> bytes:
        """From the line."""
        return self._given.seal(kem_key, plaintext, info)

    async def close(self) -> None:
        """Close every program."""
        for client in self._clients.values():
            await client.close()


class _Elsewhere(httpx2.AsyncHTTPTransport):
    """The network, where a server listens elsewhere than its address says. `at`: where, once that is known."""

    at = ""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if self.at:
            request.url = request.url.copy_with(port=httpx2.URL(self.at).port)
        return await super().handle_async_request(request)


async def answer_lines() -> None:
    """Answer each line of standard input, as any client's program does."""
    network = _Elsewhere()
    programs = OwnPrograms(lambda server: HttpTransport(server, network=network))
    with drawing(programs):
        for line in sys.stdin:
            told = json.loads(line)
            network.at = told.get("connect", "")
            sys.stdout.write(json.dumps(await programs.tell("me", told)) + "\n")
            sys.stdout.flush()
    await programs.close()


def main() -> None:
    """Answer until standard input ends."""
    asyncio.run(answer_lines())


if __name__ == "__main__":
    main()
