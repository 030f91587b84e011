"""`/v1/carried`: an account and its journals come from another server."""

import asyncio

from fastapi import APIRouter, Request

from app.callers import JournalPath, Server, SignedIn
from app.carrying import accounts, journals
from app.problems import (
    AccountExists,
    DailyLimit,
    InviteCodeRefused,
    JournalExists,
    LoginRefused,
    NotFound,
    QuotaReached,
    ReceiptsAhead,
    RegistrationClosed,
    RuleBroken,
    SessionMissing,
    SetMoved,
    refusals,
)
from duolog.api.carrying import Carried, CarriedAccount, CarriedPage
from duolog.api.journals import CarriedKey
from duolog.api.sessions import Session

router = APIRouter(prefix="/v1/carried", tags=["carrying"])


@router.post(
    "/accounts",
    operation_id="carry_account",
    summary="Bring an account from another server, and log in with it",
    status_code=201,
    responses=refusals(LoginRefused, RegistrationClosed, InviteCodeRefused, AccountExists, SetMoved, RuleBroken),
)
async def carry_account(account: CarriedAccount, request: Request, server: Server) -> Session:
    """Its account journal follows like any other journal. Sending it again, with another challenge, changes nothing."""
    server.rates.count(server.rates.register, "register", request)
    verified = await asyncio.to_thread(accounts.verify_account, account)
    opened = await server.database.write(accounts.carry_account, verified, server.settings, server.now())
    if opened is None:
        raise LoginRefused
    return Session(token=opened.token, account=opened.account, expires_at=opened.expires)


@router.post(
    "/journals/{journal}",
    operation_id="carry_journal",
    summary="Bring a page of a journal from another server",
    status_code=201,
    responses=refusals(
        SessionMissing, NotFound, AccountExists, JournalExists, ReceiptsAhead, RuleBroken, QuotaReached, DailyLimit
    ),
)
async def carry_journal(page: CarriedPage, journal: JournalPath, caller: SignedIn, server: Server) -> Carried:
    """Pages come in order; nobody sees the journal before the `last` one. What is here already is not stored again."""
    read = await asyncio.to_thread(journals.read_page, page)
    seq, origins = await server.database.write(
        journals.carry_journal, caller, journal, read, server.quotas, server.now()
    )
    keys = [CarriedKey(until=item.until, origin=item.origin, key=item.receipt_key) for item in origins.servers]
    return Carried(seq=seq, receipt_keys=keys)
