"""`/v1/events`: a stream that wakes a client where something is new."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response
from starlette.types import Receive, Scope, Send

from app.access.repository import Caller
from app.callers import Server, SignedIn
from app.events import service
from app.limits import network_of
from app.problems import Busy, SessionMissing, SlowDown, refusals
from app.state import State
from app.waking.hub import Listener, encode_state
from duolog.api.events import LAST_EVENT_HEADER, MEDIA_TYPE

router = APIRouter(prefix="/v1/events", tags=["events"])

EXAMPLE = encode_state(0)
Last = Annotated[
    str,
    Header(
        alias=LAST_EVENT_HEADER,
        examples=[EXAMPLE],
        description="The newest `id` of an earlier stream. If it names the present state, the stream begins with "
        "silence; else, and without it, with an event for each journal.",
    ),
]
_EVENTS: dict[str, Any] = {
    "description": "Events without an end. The `data` of each is a `Wake` as JSON. Lines with a colon alone are beats.",
    "content": {MEDIA_TYPE: {"schema": {"type": "string"}}},
}


class Stream(Response):
    """The answer that doesn't end. It holds one coroutine, and no other task, buffer or iterator for each listener."""

    def __init__(self, server: State, caller: Caller, network: bytes, last: str) -> None:
        self._server, self._caller, self._network, self._last = server, caller, network, last
        self.status_code, self.background = 200, None
        self.init_headers({"Content-Type": MEDIA_TYPE, "X-Accel-Buffering": "no"})  # nginx passes each event on at once

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Raises: Busy, SlowDown."""
        hub = self._server.hub
        listener = Listener(self._caller.account, self._caller.token_hash, self._network, send)
        hub.admit(listener)
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            await service.begin(self._server, listener, self._last)
            while (await receive())["type"] != "http.disconnect":
                pass
        finally:
            hub.leave(listener)


@router.get(
    "",
    operation_id="listen",
    summary="Be woken where something is new",
    response_class=Response,
    responses=refusals(SessionMissing, SlowDown, Busy) | {200: _EVENTS},
)
async def listen(request: Request, caller: SignedIn, server: Server, last: Last = "") -> Stream:
    """A stream of server-sent events. Each says that a journal of the caller's has come to a seq, and nothing else.

    An event has an `id` where it and all before it name the present state together. The server tells of one journal at
    most once at a time, with its newest seq. It ends the stream when the session ends.
    """
    return Stream(server, caller, network_of(request.client.host if request.client else ""), last)
