"""The other way round: another client plays the evening with randomness of its own, and ours is held to what it did.

Rules
- A program that is told `record` gives, beside its answer, the lines with `random` and `hpke` of what it drew.
- What it lacks ends the evening. What was recorded until then is a transcript like any other.
"""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx2

from duolog.client import HttpTransport
from hostile.liar import Answer, Attack, Call, Liar
from hostile.talk import Crashed, Hung, Talk
from hostile.wire import serving
from vectors.transcript import evening
from vectors.transcript.beside import RealServer, ask_all, real_server
from vectors.transcript.drawing import Draws, drawing
from vectors.transcript.lines import Act, Json, acts_of
from vectors.transcript.player import Player, answer_of, line_of
from vectors.transcript.playing import Played, line_to, play
from vectors.transcript.programs import OwnPrograms
from vectors.transcript.recording import with_fields
from vectors.transcript.server import ORIGIN

_ABOUT = (
    "One evening as another client played it. vectors/README.md says how to read it. Every secret in here is public."
)


class _Ended(Exception):
    """The evening can't go on. `unsupported`: whether the client lacks the act; else it is a fault."""

    def __init__(self, sentence: str, *, unsupported: bool) -> None:
        super().__init__(sentence)
        self.unsupported = unsupported


class _Noting(Attack):
    """Notes each request and each answer of the real server."""

    def __init__(self, server: RealServer, lines: list[Json]) -> None:
        self.act = Act({})
        self._server, self._lines = server, lines
        self._number = 0
        self._turn = asyncio.Lock()

    async def answer(self, call: Call, server: Liar) -> Answer:
        """The real server's answer."""
        async with self._turn:
            self._number += 1
            number, request = self._number, line_of(call)
            self._lines.append({"request": number, "by": self.act.line["by"], **request})
            answered = await self._server.ask(self.act, request)
            self._lines.append({"answer": number, **answered})
            return answer_of(answered)


async def record_with(command: Sequence[str], folder: Path, port: int, patience: float) -> tuple[list[Json], Played]:
    """The lines of an evening that a program plays, which is started once for each person; and how far it came."""
    lines: list[Json] = [{"transcript": 1, "about": _ABOUT, "server": ORIGIN, "people": list(evening.PEOPLE)}]
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(real_server(folder / "server", note=lines.append))
        noting = _Noting(server, lines)
        address = await stack.enter_async_context(serving(line_to(noting), port))
        talks = {person: Talk(command, folder / person, patience) for person in evening.PEOPLE}
        for talk in talks.values():
            stack.push_async_callback(talk.stop)
        where = {} if address == ORIGIN else {"connect": address}
        acts = 0

        async def say(person: str, verb: str, **fields: Any) -> Json:
            nonlocal acts
            act = Act(
                {
                    "act": acts + 1,
                    "by": person,
                    "verb": verb,
                    "now": evening.BEGIN + (acts + 1) * evening.BETWEEN,
                    **with_fields(fields),
                }
            )
            noting.act, before = act, len(lines)
            lines.append(act.line)
            gives = dict(await talks[person].say(verb, now=act.line["now"], record=True, **where, **fields))
            if gives.get("unsupported"):
                del lines[before:]
                raise _Ended(str(act), unsupported=True)
            if "error" in gives:
                raise _Ended(f"{act}: the client says {gives['error']}: {gives.get('say', '')}", unsupported=False)
            lines.extend({**draw, "by": person} for draw in gives.pop("draws", ()))
            lines.append({"gives": gives})
            acts += 1
            return gives

        try:
            await evening.play(say)
        except _Ended as ended:
            if ended.unsupported:
                return lines, Played(acts, evening.ACTS, unsupported=str(ended))
            return lines, Played(acts, evening.ACTS, fault=str(ended))
        except (Crashed, Hung) as error:
            return lines, Played(acts, evening.ACTS, fault=str(error))
    return lines, Played(acts, evening.ACTS)


class _Both:
    """The server draws as it did; our client draws what the lines say."""

    def __init__(self, server: Draws, client: Draws) -> None:
        self._server, self._client = server, client

    def draw(self, purpose: str, of: str, size: int, *, server: bool) -> bytes:
        """From the one who draws."""
        return (self._server if server else self._client).draw(purpose, of, size, server=server)

    def seal(self, kem_key: bytes, plaintext: bytes, info: bytes) -> bytes:
        """From the lines."""
        return self._client.seal(kem_key, plaintext, info)


async def hold(lines: Sequence[Json], folder: Path) -> str:
    """Hold our own client and server to a transcript: the first difference, or empty."""
    acts = list(acts_of(lines))
    async with real_server(folder / "asked") as server:
        if fault := await ask_all(acts, server):
            return fault
    async with real_server(folder / "played") as server:
        player = Player(acts, server.ask)
        network = httpx2.ASGITransport(line_to(player))
        programs = OwnPrograms(lambda address: HttpTransport(address, network=network))
        with drawing(_Both(server.draws, programs)):
            try:
                return (await play(programs.tell, player, acts)).fault
            finally:
                await programs.close()
