"""`/v1/journals/{journal}/entries`: push and pull, as JSON or in the binary form `application/vnd.duolog.v1`."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from app.accept import choose
from app.callers import Member
from app.entries import service
from app.journals.append import Candidate
from app.journals.closings import write_to_journal
from app.problems import (
    AttachmentMissing,
    DailyLimit,
    EpochMoved,
    EpochStale,
    GenerationMoved,
    JournalClosed,
    JournalRestoring,
    NotAcceptable,
    NotFound,
    QuotaReached,
    RosterMoved,
    RuleBroken,
    SessionMissing,
    refusals,
)
from app.reading import BINARY, JSON, Form, JsonBody
from app.state import state_of
from duolog.api.entries import Page, Push, Pushed
from duolog.api.pages import MEDIA_TYPE, holds_entries_alone
from duolog.protocol import sizes

router = APIRouter(prefix="/v1/journals/{journal}/entries", tags=["entries"])

Since = Annotated[
    int, Query(ge=0, le=sizes.MAX_INTEGER, examples=[0], description="The last seq that the caller holds; 0 to begin.")
]
Limit = Annotated[
    int,
    Query(ge=1, le=sizes.MAX_PAGE_ITEMS, examples=[256], description="How many items at most; a push is never cut."),
]

_FRAMES = Form(service.read_frames, holds_entries_alone)
Items = Annotated[tuple[Candidate, ...], Depends(JsonBody(Push, service.read_push, {MEDIA_TYPE: _FRAMES}))]


@router.post(
    "",
    operation_id="push_entries",
    summary="Append entries and statements to the log",
    status_code=201,
    response_class=Response,
    responses=refusals(
        SessionMissing,
        NotFound,
        JournalClosed,
        JournalRestoring,
        RosterMoved,
        EpochStale,
        EpochMoved,
        GenerationMoved,
        AttachmentMissing,
        RuleBroken,
        QuotaReached,
        DailyLimit,
    )
    | {201: {"model": Pushed, "description": Pushed.__doc__}},
)
async def push_entries(request: Request, member: Member, items: Items) -> Response:
    """Accepts all of a push, or nothing, and answers after it is on disk.

    An item that was accepted before gets its first place again. After a lost answer a client sends the push again.
    """
    server = await state_of(request)
    now = server.now()
    appended = await write_to_journal(
        server,
        member.journal,
        lambda connection: service.push(connection, member, items, server.receipts, server.quotas, now),
        short=service.is_short(items),
    )
    server.metrics.count_accepted(len(appended.new))
    return Response(service.answer(appended), status_code=201, media_type=JSON)


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
            "content": {MEDIA_TYPE: {"schema": BINARY}},
        },
    },
)
async def pull_entries(
    request: Request, member: Member, since: Since = 0, limit: Limit = sizes.MAX_PAGE_ITEMS
) -> Response:
    """Ask for `application/vnd.duolog.v1` to get the binary form. Ask again until the page's `seq` is reached."""
    media = choose(request.headers.get("accept", ""), (JSON, MEDIA_TYPE))
    if media is None:
        raise NotAcceptable
    server = await state_of(request)
    body = await server.database.read_page(service.pull, member, since, limit, binary=media == MEDIA_TYPE)
    return Response(body, media_type=media)
