"""Leaving: closings that wait, letting go, withdrawing, keeping and erasing, deleting an account."""

from fastapi import APIRouter, Response

from app.callers import Member, Partner, Server, SignedIn
from app.journals.closings import split_ends, write_to_journal
from app.leaving import going, holding, service
from app.problems import (
    AttachmentMissing,
    ClosingLimit,
    DailyLimit,
    EpochMoved,
    EpochStale,
    GenerationMoved,
    JournalClosed,
    JournalOpen,
    NotFound,
    QuotaReached,
    RuleBroken,
    SessionMissing,
    WithdrawalLate,
    refusals,
)
from app.reading import Json
from duolog.api.common import ReceiptModel
from duolog.api.entries import Place, Pushed
from duolog.api.leaving import ClosingRequest, HoldingRequest, OwnClosing, WithdrawalRequest

router = APIRouter(prefix="/v1", tags=["leaving"])


@router.put(
    "/journals/{journal}/closing",
    operation_id="schedule_closing",
    summary="Close a journal later",
    status_code=204,
    responses=refusals(SessionMissing, NotFound, JournalClosed, ClosingLimit, RuleBroken),
)
async def schedule_closing(member: Partner, server: Server, closing: Json[ClosingRequest]) -> Response:
    """Stores a closing in place of the waiting one. Until it is due, no answer to another member shows it."""
    await server.database.write(service.schedule, member, closing, server.receipts, server.now())
    return Response(status_code=204)


@router.get(
    "/journals/{journal}/closing",
    operation_id="get_own_closing",
    summary="My closing of this journal, as it waits",
    responses=refusals(SessionMissing, NotFound),
)
async def get_own_closing(member: Partner, server: Server) -> OwnClosing:
    """The caller's own closing alone. No answer tells whether the other partner has one."""
    row = await server.database.read(service.own_closing, member)
    return OwnClosing(
        statement=row.statement,
        signature=row.signature,
        salt=row.salt,
        not_before=row.not_before,
        ends=split_ends(row.ends),
    )


@router.delete(
    "/journals/{journal}/closing",
    operation_id="drop_closing",
    summary="Drop my closing of this journal",
    status_code=204,
    responses=refusals(SessionMissing, NotFound),
)
async def drop_closing(member: Partner, server: Server) -> Response:
    """Cancels the caller's waiting closing. No answer to another member shows that there was one."""
    await server.database.write(service.drop, member)
    return Response(status_code=204)


@router.delete(
    "/journals/{journal}",
    operation_id="let_go",
    summary="Let a journal go",
    status_code=204,
    responses=refusals(SessionMissing, NotFound, JournalOpen, RuleBroken),
)
async def let_go(member: Partner, server: Server) -> Response:
    """Ends the caller's membership. When nobody may fetch the journal any more, the server destroys it."""
    await server.database.write(going.let_go, member, server.now())
    await server.database.forget()
    return Response(status_code=204)


@router.delete(
    "/account",
    operation_id="delete_account",
    summary="Delete my account",
    status_code=204,
    responses=refusals(SessionMissing, NotFound, JournalOpen),
)
async def delete_account(caller: SignedIn, server: Server) -> Response:
    """Deletes the caller's account. A member of a shared open journal closes or leaves it first."""
    await server.database.write(going.delete_account, caller, server.now())
    await server.database.forget()
    return Response(status_code=204)


@router.post(
    "/journals/{journal}/withdrawals",
    operation_id="withdraw",
    summary="Withdraw an own entry",
    status_code=201,
    responses=refusals(
        SessionMissing,
        NotFound,
        JournalClosed,
        EpochStale,
        EpochMoved,
        GenerationMoved,
        AttachmentMissing,
        WithdrawalLate,
        RuleBroken,
        QuotaReached,
        DailyLimit,
    ),
)
async def withdraw(member: Member, server: Server, withdrawal: Json[WithdrawalRequest]) -> Pushed:
    """Withdraws an own entry within a day, with the entry that announces it. The answer doesn't tell whether somebody
    kept it."""
    now = server.now()
    appended = await write_to_journal(
        server,
        member.journal,
        lambda connection: holding.withdraw(connection, member, withdrawal, server.receipts, server.quotas, now),
    )
    await server.database.forget()  # whether or not anything was destroyed, so that the time tells nothing
    return Pushed(
        places=[Place(seq=place.seq, digest=place.digest) for place in appended.places],
        receipt=None if appended.receipt is None else ReceiptModel.of(appended.receipt),
    )


@router.post(
    "/journals/{journal}/holdings",
    operation_id="hold",
    summary="Keep entries, or erase them for myself",
    status_code=204,
    responses=refusals(SessionMissing, NotFound),
)
async def hold(member: Member, server: Server, marks: Json[HoldingRequest]) -> Response:
    """Stores private marks. No answer to another member shows them."""
    await server.database.write(holding.hold, member, marks, server.now())
    await server.database.forget()
    return Response(status_code=204)
