"""`/v1/accounts` and `/v1/account`: register, see one's own account, and add keyholders to it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from app.accounts import service, sets
from app.callers import Server, SignedIn
from app.problems import (
    AccountExists,
    DailyLimit,
    InviteCodeRefused,
    JournalExists,
    NotFound,
    RegistrationClosed,
    RuleBroken,
    SessionMissing,
    SetMoved,
    refusals,
)
from app.reading import Json, JsonBody
from duolog.api.accounts import AnchorModel, EarlierSeed, OwnAccount, Registered, Registration, SetRequest
from duolog.api.common import AccountStatementModel, ReceiptModel
from duolog.protocol import sizes

router = APIRouter(prefix="/v1", tags=["accounts"])

KnownTo = Annotated[
    int,
    Query(
        ge=0,
        le=sizes.MAX_U32,
        examples=[0],
        description="The last one that the caller has: the answer begins after it.",
    ),
]

Verified = Annotated[service.VerifiedRegistration, Depends(JsonBody(Registration, service.verify_registration))]


@router.post(
    "/accounts",
    operation_id="register",
    summary="Register an account",
    status_code=201,
    responses=refusals(RegistrationClosed, InviteCodeRefused, AccountExists, JournalExists, RuleBroken),
)
async def register(server: Server, verified: Verified) -> Registered:
    """Makes the whole account. The same request again gets the same answer."""
    receipt = await server.database.write(service.register, verified, server.settings, server.receipts, server.now())
    return Registered(account=verified.chain.account, receipt=ReceiptModel.of(receipt))


@router.post(
    "/account/sets",
    operation_id="change_set",
    summary="Add keyholders, or name another rotator",
    status_code=204,
    responses=refusals(SessionMissing, NotFound, SetMoved, AccountExists, RuleBroken, DailyLimit),
)
async def change_set(caller: SignedIn, server: Server, wanted: Json[SetRequest]) -> Response:
    """Adds the next keyholder set of the same generation; it revokes nobody. Sending it again changes nothing."""
    await server.database.write(sets.change, caller, wanted, server.quotas, server.now())
    return Response(status_code=204)


@router.get(
    "/account",
    operation_id="get_own_account",
    summary="My account, and what this keyholder needs to open it",
    responses=refusals(SessionMissing, NotFound),
)
async def get_own_account(
    caller: SignedIn, server: Server, generation: KnownTo = 0, version: KnownTo = 0
) -> OwnAccount:
    """Only the owner gets this answer. Those who share a journal with the owner can fetch its chain."""
    own = await server.database.read(service.load_own, caller, generation, version)
    return OwnAccount(
        account=caller.account,
        chain=[AccountStatementModel.of(item) for item in own.chain],
        sets=[AccountStatementModel.of(item) for item in own.sets],
        generation=own.keys.generation,
        package=own.keys.package,
        earlier_seeds=[EarlierSeed(generation=item.generation, sealed=item.sealed) for item in own.earlier_seeds],
        anchor=own.keys.anchor,
        anchors=[AnchorModel(keyholder=keyholder, mac=mac) for keyholder, mac in own.anchors.items()],
        more=own.more,
    )
