"""`/v1/rendezvous`: where a new device and one that the account has leave sealed messages for each other."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Response

from app.callers import MaybeSignedIn, RendezvousPath, Server
from app.problems import DailyLimit, NotFound, RendezvousUsed, SessionMissing, refusals
from app.reading import Json
from app.rendezvous import repository, service
from app.rendezvous.repository import Place
from duolog.api.rendezvous import RendezvousAnswer, RendezvousMessage
from duolog.protocol import sizes

router = APIRouter(prefix="/v1/rendezvous", tags=["rendezvous"])

Role = Annotated[
    Literal["new", "old"], Path(description="The device that leaves the message: the new one, or the old one.")
]
Number = Annotated[
    int, Path(ge=1, le=sizes.MAX_RENDEZVOUS_MESSAGE, examples=[1], description="Which of its messages, from 1.")
]


@router.put(
    "/{rendezvous}/{role}/{number}",
    operation_id="leave_message",
    summary="Leave a sealed message for the other device",
    status_code=204,
    responses=refusals(SessionMissing, NotFound, RendezvousUsed, DailyLimit),
    openapi_extra={"security": [{}]},  # the session is optional
)
async def leave_message(
    rendezvous: RendezvousPath,
    role: Role,
    number: Number,
    caller: MaybeSignedIn,
    server: Server,
    wanted: Json[RendezvousMessage],
) -> Response:
    """Stores the first message at its place. The new device needs no session, and its messages have at most 4 KiB."""
    place = Place(rendezvous, role, number)
    service.require_allowed(place, wanted.sealed, caller)
    await server.database.write(service.leave, place, wanted.sealed, caller, server.quotas, server.now())
    return Response(status_code=204)


@router.get(
    "/{rendezvous}/{role}/{number}",
    operation_id="fetch_message",
    summary="The other device's message, once it is there",
    responses=refusals(NotFound),
)
async def fetch_message(rendezvous: RendezvousPath, role: Role, number: Number, server: Server) -> RendezvousAnswer:
    """`sealed` is null while there is no message, and after ten minutes. The address follows from the device code."""
    sealed = await server.database.read(repository.find, Place(rendezvous, role, number), server.now())
    return RendezvousAnswer(sealed=sealed)
