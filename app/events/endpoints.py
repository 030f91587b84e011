"""`/v1/events`: a stream that wakes a client where something is new."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response
from starlette.types import Receive, Scope, Send

from app.callers import Server, SignedIn
from app.events.stream import Stream
from app.limits import network_of
from app.problems import Busy, SessionMissing, SlowDown, headers, refusals
from app.waking.hub import encode_state
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
    "headers": headers("X-Accel-Buffering"),
    "content": {MEDIA_TYPE: {"schema": {"type": "string"}}},
}


class Begun(Response):
    """Hands the stream on to the outermost layer, which answers with it once the framework is done.

    The framework's layers would wait around the stream, and cost more memory than all the rest of a listener.
    """

    def __init__(self, request: Request, stream: Stream) -> None:
        super().__init__()
        request.state.stream = stream

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send nothing."""


@router.get(
    "",
    operation_id="listen",
    summary="Be woken where something is new",
    response_class=Response,
    responses=refusals(SessionMissing, SlowDown, Busy) | {200: _EVENTS},
)
async def listen(request: Request, caller: SignedIn, server: Server, last: Last = "") -> Begun:
    """A stream of server-sent events. Each says that a journal of the caller's has come to a seq, and nothing else.

    An event has an `id` where it and all before it name the present state together. The server tells of one journal at
    most once at a time, with its newest seq. It ends the stream when the session ends.
    """
    network = network_of(request.client.host if request.client else "")
    return Begun(request, Stream(server, caller, network, last))
