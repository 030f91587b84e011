"""A network between a client and the real server on which an answer gets lost, a program dies, somebody else comes in
between, or the newest pushes of a journal stay away for a while."""

import re
from collections import deque
from collections.abc import Awaitable, Callable
from enum import Enum

import httpx2
from fastapi import FastAPI

from duolog.api.journals import JournalList
from duolog.api.pages import MEDIA_TYPE, PulledPage, parse_page
from duolog.protocol.codec import parse_b64
from hostile.history import encode_page

PULL = re.compile(r"/v1/journals/([\w-]+)/entries")


class Fault(Enum):
    """What happens to one request."""

    NONE = "it goes well"
    UNSENT = "it never reaches the server"
    LOST = "the server takes it, and the answer is lost"
    CRASH = "the server takes it, and the program dies"
    RACE = "somebody else comes first"


class Crash(BaseException):
    """The program has died here: nothing after it runs."""


class Network(httpx2.AsyncBaseTransport):
    """One device's way to the server. `plan`: what becomes of the next requests, one each; then all goes well.

    `intrude`: what happens in a race, once. `withheld`: the last seq that is shown of a journal.
    """

    def __init__(self, app: FastAPI) -> None:
        self._server = httpx2.ASGITransport(app)
        self.plan: deque[Fault] = deque()
        self.intrude: Callable[[], Awaitable[None]] | None = None
        self.withheld: dict[bytes, int] = {}

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        fault = self.plan.popleft() if self.plan else Fault.NONE
        if fault is Fault.UNSENT:
            raise httpx2.ConnectTimeout("unsent")
        if fault is Fault.RACE and self.intrude is not None:
            intruder, self.intrude = self.intrude, None
            await intruder()
        response = await self._server.handle_async_request(request)
        if fault is Fault.CRASH:
            raise Crash
        if fault is Fault.LOST:
            raise httpx2.ReadTimeout("lost")
        return await self._withhold(request, response) if self.withheld else response

    async def _withhold(self, request: httpx2.Request, response: httpx2.Response) -> httpx2.Response:
        """What a server that keeps the newest back would say. What it has acknowledged to this device it shows."""
        path = request.url.path
        if response.status_code == 201 and (found := PULL.fullmatch(path)):
            self.withheld.pop(parse_b64(found[1]), None)
        if response.status_code != 200 or request.method != "GET":
            return response
        if path == "/v1/journals":
            listed = JournalList.model_validate_json(await response.aread())
            shown = [
                state.model_copy(update={"seq": min(state.seq, self.withheld.get(state.journal, state.seq))})
                for state in listed.journals
            ]
            body = listed.model_copy(update={"journals": shown}).model_dump_json().encode()
            return httpx2.Response(200, headers={"content-type": "application/json"}, content=body)
        if (found := PULL.fullmatch(path)) and (last := self.withheld.get(parse_b64(found[1]))) is not None:
            page = parse_page(await response.aread())
            pushes = tuple(push for push in page.pushes if push.receipt.seq <= last)
            shown_page = encode_page(PulledPage(pushes, min(page.seq, last)))
            return httpx2.Response(200, headers={"content-type": MEDIA_TYPE}, content=shown_page)
        return response
