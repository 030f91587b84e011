"""`/v1/carried`: an account and its journals come from another server."""

from typing import Annotated

from fastapi import APIRouter, Depends

from app.callers import JournalPath, Server, SignedIn
from app.carrying import accounts, journals, pages
from app.logs import log
from app.origins.repository import Origins
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
    ServerRestored,
    SessionMissing,
    SetMoved,
    refusals,
)
from app.reading import JsonBody
from app.restoring.service import WentBack, mark_restored
from duolog.api.carrying import Carried, CarriedAccount, CarriedPage
from duolog.api.journals import CarriedKey
from duolog.api.sessions import OpenedSession

router = APIRouter(prefix="/v1/carried", tags=["carrying"])

WHY = "a client holds items that this server had signed: the database is an older one. Clients bring what is missing"

Account = Annotated[accounts.VerifiedAccount, Depends(JsonBody(CarriedAccount, accounts.verify_account))]
Page = Annotated[pages.ReadPage, Depends(JsonBody(CarriedPage, pages.read_page))]


@router.post(
    "/accounts",
    operation_id="carry_account",
    summary="Bring an account from another server, and log in with it",
    status_code=201,
    responses=refusals(LoginRefused, RegistrationClosed, InviteCodeRefused, AccountExists, SetMoved, RuleBroken),
)
async def carry_account(server: Server, account: Account) -> OpenedSession:
    """Stores a carried account; its account journal follows like any journal. Sending it again, with another challenge,
    changes nothing."""
    opened = await server.database.write(
        accounts.carry_account, account, server.settings, server.receipts, server.now()
    )
    if opened is None:
        raise LoginRefused
    return OpenedSession(token=opened.token, account=opened.account, expires_at=opened.expires)


@router.post(
    "/journals/{journal}",
    operation_id="carry_journal",
    summary="Bring a page of a journal from another server",
    status_code=201,
    responses=refusals(
        *(SessionMissing, NotFound, AccountExists, JournalExists, ServerRestored, ReceiptsAhead, RuleBroken),
        *(QuotaReached, DailyLimit),
    ),
)
async def carry_journal(caller: SignedIn, journal: JournalPath, server: Server, page: Page) -> Carried:
    """Stores pages in order; nobody sees the journal before the `last`. Stored items are not stored again."""
    seq, origins = 0, Origins((), complete=False)
    ours = frozenset((server.settings.public_origin, item.key) for item in server.receipts.keys)
    try:
        for number in range(len(page.slices)):
            seq, origins = await server.database.write(
                journals.carry_journal, caller, journal, page, number, ours, server.quotas, server.now()
            )
    except WentBack as found:
        await server.database.write(mark_restored, found.at)
        log().error("restored", why=WHY)
        raise ServerRestored from found
    keys = [CarriedKey(until=item.until, origin=item.origin, key=item.receipt_key) for item in origins.servers]
    return Carried(seq=seq, receipt_keys=keys)
