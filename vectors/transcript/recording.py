"""`record()`: the evening with our own client and a decided server, as lines."""

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx2
from fastapi import FastAPI

from duolog.client import HttpTransport
from vectors.transcript import evening
from vectors.transcript.client import EveningClient
from vectors.transcript.drawing import Json, Seeded, drawing
from vectors.transcript.lines import FILE, content, read, written
from vectors.transcript.server import ORIGIN, Clock, Runner, decided_server, started

_ABOUT = (
    "One evening of two people and three programs: each request and answer, the clock, and every random byte. "
    "vectors/README.md says how to play it. Every secret in here is public: use none of them."
)


class Recorder(httpx2.AsyncBaseTransport):
    """A line to the server that notes what goes over it."""

    def __init__(self, network: httpx2.AsyncBaseTransport) -> None:
        self.lines: list[Json] = []
        self.person = ""
        self._network = network
        self._number = 0

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Pass it on, and note both."""
        self._number += 1
        number = self._number
        self.lines.append(
            {
                "request": number,
                "by": self.person,
                "method": request.method,
                "target": request.url.raw_path.decode("ascii"),
                **_named("token", request.headers.get("Authorization", "").removeprefix("Bearer ")),
                "accept": request.headers["Accept"].partition(",")[0],
                **content(request.headers.get("Content-Type", ""), await request.aread()),
            }
        )
        response = await self._network.handle_async_request(request)
        media = response.headers.get("Content-Type", "")
        self.lines.append({"answer": number, "status": response.status_code, **content(media, await response.aread())})
        return response


def _named(name: str, value: str) -> Json:
    return {name: value} if value else {}


async def record(folder: Path, *, template: Path | None = None, runner: Runner = started) -> str:
    """The lines, written; `folder` holds the server's data meanwhile. `template`, `runner`: as `decided_server`."""
    clock = Clock()
    lines: list[Json] = [{"transcript": 1, "about": _ABOUT, "server": ORIGIN, "people": list(evening.PEOPLE)}]
    seeded = Seeded(read() if FILE.exists() else (), lines.append)
    clock.now = evening.BEGIN
    with drawing(seeded):
        async with decided_server(folder, clock, template=template, runner=runner) as app:
            await _play(app, clock, seeded, lines)
    return written(lines)


async def _play(app: FastAPI, clock: Clock, seeded: Seeded, lines: list[Json]) -> None:
    recorder = Recorder(httpx2.ASGITransport(app))
    recorder.lines = lines
    clients = {
        person: EveningClient(lambda server: HttpTransport(server, network=recorder), clock)
        for person in evening.PEOPLE
    }
    acts = 0

    async def say(person: str, verb: str, **fields: Any) -> Json:
        nonlocal acts
        acts += 1
        clock.now = evening.BEGIN + acts * evening.BETWEEN
        seeded.person = recorder.person = person
        lines.append({"act": acts, "by": person, "verb": verb, "now": clock.now, **with_fields(fields)})
        gives = await clients[person].answer(verb, fields)
        if "error" in gives:
            raise AssertionError(f"act {acts}, {person}: {verb}: {gives}")
        lines.append({"gives": gives})
        return gives

    async with AsyncExitStack() as stack:
        for client in clients.values():
            stack.push_async_callback(client.close)
        await evening.play(say)


def with_fields(fields: Json) -> Json:
    """The fields of a verb as an act's line has them."""
    return {"with": fields} if fields else {}
