"""A real server in the transcript's state, that is asked what the transcript's clients ask."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
from fastapi import FastAPI

from vectors.transcript import compare, evening
from vectors.transcript.drawing import Seeded, drawing
from vectors.transcript.lines import Act, Json, bytes_of, content
from vectors.transcript.server import ORIGIN, Clock, Runner, decided_server, started


class RealServer:
    """The application, its clock, and its randomness."""

    def __init__(self, app: FastAPI, clock: Clock, draws: Seeded) -> None:
        self.draws = draws
        self._client = httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=ORIGIN)
        self._clock = clock

    async def ask(self, act: Act, request: Json) -> Json:
        """The answer to one request of an act, as lines hold it."""
        self._clock.now = act.line["now"]
        headers = {"Accept": f"{request['accept']}, application/problem+json"}
        if "token" in request:
            headers["Authorization"] = f"Bearer {request['token']}"
        if "media" in request:
            headers["Content-Type"] = request["media"]
        body = bytes_of(request)
        response = await self._client.request(request["method"], request["target"], headers=headers, content=body)
        return {"status": response.status_code, **content(response.headers.get("Content-Type", ""), response.content)}


@asynccontextmanager
async def real_server(
    folder: Path,
    *,
    template: Path | None = None,
    runner: Runner = started,
    note: Callable[[Json], None] = lambda _: None,
) -> AsyncIterator[RealServer]:
    """A real server as it is before the first act. All randomness of this process is decided meanwhile.

    `template`, `runner`: as `decided_server`. `note`: is told each draw of the server.
    """
    clock = Clock()
    clock.now = evening.BEGIN
    draws = Seeded((), note)
    with drawing(draws):
        async with decided_server(folder, clock, template=template, runner=runner) as app:
            yield RealServer(app, clock, draws)


async def ask_all(acts: Sequence[Act], server: RealServer) -> str:
    """Ask the recorded requests in order; the first answer that differs, as a sentence, or empty."""
    for act in acts:
        for one in act.exchanges:
            answered = await server.ask(act, one.request)
            if other := compare.between_answers(one.answer, answered):
                return f"the answer to request {one.number} of {act}: {other}"
    return ""
