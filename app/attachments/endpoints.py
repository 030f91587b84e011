"""`/v1/journals/{journal}/attachments`: begin, send the parts, fetch, give up."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response

from app.attachments import service
from app.callers import AttachmentPath, Member, Server
from app.objects.serving import MEDIA_TYPE, AttachmentResponse, wanted_range
from app.problems import (
    AttachmentExists,
    AttachmentOrder,
    AttachmentTooLarge,
    Busy,
    DailyLimit,
    JournalClosed,
    NotFound,
    QuotaReached,
    RangeNotSatisfiable,
    RuleBroken,
    SessionMissing,
    headers,
    refusals,
)
from app.reading import BYTES, BytesBody, Json
from duolog.api.attachments import AttachmentRequest, AttachmentState
from duolog.protocol import sizes

router = APIRouter(prefix="/v1/journals/{journal}/attachments/{attachment}", tags=["attachments"])

Number = Annotated[int, Path(ge=0, lt=sizes.MAX_PARTS, examples=[0], description="Which part, from 0.")]
Parts = Annotated[AsyncIterator[bytes], Depends(BytesBody(MEDIA_TYPE, sizes.ATTACHMENT_PART))]
MIB = sizes.KIB * sizes.KIB


@router.put(
    "",
    operation_id="begin_attachment",
    summary="Begin an attachment, or ask how far it has come",
    responses=refusals(
        SessionMissing,
        NotFound,
        AttachmentExists,
        AttachmentTooLarge,
        JournalClosed,
        RuleBroken,
        QuotaReached,
        DailyLimit,
    ),
)
async def begin_attachment(
    member: Member, attachment: AttachmentPath, server: Server, wanted: Json[AttachmentRequest]
) -> AttachmentState:
    """Sending it again, with the same size, tells how many parts are stored: the client goes on with the next."""
    return await server.database.write(
        service.begin,
        member,
        attachment,
        wanted,
        server.settings.attachment_mib * MIB,
        server.quotas,
        server.now(),
    )


@router.put(
    "/parts/{number}",
    operation_id="store_part",
    summary="Send the next parts of an attachment",
    responses=refusals(SessionMissing, NotFound, AttachmentOrder, JournalClosed),
)
async def store_part(
    member: Member, attachment: AttachmentPath, number: Number, server: Server, parts: Parts
) -> AttachmentState:
    """Each part but the last has 1 MiB; one request carries four at most, from this number on. A part that is stored is
    not stored again, and gets the same answer.
    """
    return await service.store_parts(server, member, attachment, number, parts)


@router.get(
    "",
    operation_id="fetch_attachment",
    summary="The stored bytes of an attachment, or one range of them",
    response_class=Response,
    responses=refusals(SessionMissing, NotFound, RangeNotSatisfiable, Busy)
    | {
        200: {
            "description": "All the bytes.",
            "headers": headers("Accept-Ranges"),
            "content": {MEDIA_TYPE: {"schema": BYTES}},
        },
        206: {
            "description": "The bytes of the range.",
            "headers": headers("Accept-Ranges", "Content-Range"),
            "content": {MEDIA_TYPE: {"schema": BYTES}},
        },
    },
)
async def fetch_attachment(request: Request, member: Member, attachment: AttachmentPath, server: Server) -> Response:
    """For a member who holds the entry that names it. `Range: bytes=a-` or `bytes=a-b` fetches a part of it."""
    held = await server.database.read(service.find_held, member, attachment)
    wanted = wanted_range(request.headers.get("range"), held.size)
    network = server.rates.caller(request, None)
    return AttachmentResponse(server.store, held, wanted, server.serving, network)


@router.delete(
    "",
    operation_id="give_up_attachment",
    summary="Give up an own attachment that no entry names",
    status_code=204,
    responses=refusals(SessionMissing, NotFound),
)
async def give_up_attachment(member: Member, attachment: AttachmentPath, server: Server) -> Response:
    """Ends an attachment that isn't wanted any more, and destroys the parts that were sent. It gives no quota back."""
    await server.database.write(service.give_up, member, attachment)
    return Response(status_code=204)
