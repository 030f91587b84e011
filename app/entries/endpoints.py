"""`/v1/journals/{journal}/entries`: push and pull, as JSON or in the binary form `application/vnd.duolog.v1`."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import ValidationError

from app.callers import Member, Server
from app.entries import service
from app.journals.closings import write_to_journal
from app.problems import (
    DailyLimit,
    EpochMoved,
    EpochStale,
    GenerationMoved,
    JournalClosed,
    Malformed,
    NotAcceptable,
    NotFound,
    QuotaReached,
    RosterMoved,
    RuleBroken,
    SessionMissing,
    UnsupportedMediaType,
    refusals,
)
from duolog.api.common import ReceiptModel
from duolog.api.entries import Page, Place, Push, Pushed
from duolog.api.pages import MEDIA_TYPE, Placed, parse_push
from duolog.errors import MalformedData
from duolog.protocol import sizes

router = APIRouter(prefix="/v1/journals/{journal}/entries", tags=["entries"])

JSON = "application/json"
Since = Annotated[int, Query(ge=0, le=sizes.MAX_INTEGER, description="The last seq that the caller holds; 0 to begin.")]
Limit = Annotated[int, Query(ge=1, le=sizes.MAX_PAGE_ITEMS, description="How many items at most; a push is never cut.")]

_BINARY_SCHEMA = {"type": "string", "format": "binary", "description": "Frames, as docs/spec describes."}
_PUSH_BODY = {
    "required": True,
    "content": {
        JSON: {"schema": {"$ref": "#/components/schemas/Push"}},
        MEDIA_TYPE: {"schema": _BINARY_SCHEMA},
    },
}


@router.post(
    "",
    operation_id="push_entries",
    summary="Append entries and statements to the log",
    status_code=201,
    responses=refusals(
        SessionMissing,
        NotFound,
        JournalClosed,
        RosterMoved,
        EpochStale,
        EpochMoved,
        GenerationMoved,
        UnsupportedMediaType,
        RuleBroken,
        QuotaReached,
        DailyLimit,
    ),
    openapi_extra={"requestBody": _PUSH_BODY},
)
async def push_entries(request: Request, member: Member, server: Server) -> Pushed:
    """All of it is accepted, or none. The answer comes after it is on disk.

    What was accepted before gets its first place again, so a push whose answer was lost is simply sent again.
    """
    items = await _read_push(request)
    appended = await write_to_journal(
        server, member.journal, service.push, member, items, server.receipts, server.quotas, server.now()
    )
    return Pushed(
        places=[Place(seq=place.seq, digest=place.digest) for place in appended.places],
        receipt=None if appended.receipt is None else ReceiptModel.of(appended.receipt),
    )


async def _read_push(request: Request) -> tuple[Placed, ...]:
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media not in (JSON, MEDIA_TYPE):
        raise UnsupportedMediaType
    body = await request.body()
    try:
        if media == MEDIA_TYPE:
            return parse_push(body)
        # A push may be megabytes of JSON: parsed beside the loop, so that nobody else waits for it.
        return service.items_of(await asyncio.to_thread(Push.model_validate_json, body))
    except MalformedData as error:
        raise Malformed(sentence=str(error)) from error
    except ValidationError as error:
        raise Malformed.at([fault | {"loc": ("body", *fault["loc"])} for fault in error.errors()]) from error


@router.get(
    "",
    operation_id="pull_entries",
    summary="Fetch the log after a sequence number",
    response_class=Response,
    responses=refusals(SessionMissing, NotFound, NotAcceptable)
    | {
        200: {
            "model": Page,
            "description": "Whole pushes, each with its receipt.",
            "content": {MEDIA_TYPE: {"schema": _BINARY_SCHEMA}},
        },
    },
)
async def pull_entries(
    request: Request, member: Member, server: Server, since: Since = 0, limit: Limit = sizes.MAX_PAGE_ITEMS
) -> Response:
    """Ask for `application/vnd.duolog.v1` to get the binary form. Ask again until the page's `seq` is reached."""
    binary = _wants_binary(request.headers.get("accept", "*/*").lower())
    body = await server.database.read(service.pull, member, since, limit, binary=binary)
    return Response(body, media_type=MEDIA_TYPE if binary else JSON)


def _wants_binary(accept: str) -> bool:
    accepted = {part.partition(";")[0].strip() for part in accept.split(",")}
    if MEDIA_TYPE in accepted:
        return True
    if not accepted & {JSON, "application/*", "*/*"}:
        raise NotAcceptable
    return False
