"""`/v1/account/rotations`: replace an account's keys."""

from typing import Annotated

from fastapi import APIRouter, Depends

from app.callers import Server, SignedIn
from app.problems import (
    AccountExists,
    EpochMoved,
    EpochStale,
    GenerationMoved,
    JournalClosed,
    NotFound,
    RosterMoved,
    RuleBroken,
    SessionMissing,
    SetMoved,
    refusals,
)
from app.reading import JsonBody
from app.rotations import service
from duolog.api.accounts import RotationAnswer, RotationRequest
from duolog.api.common import ReceiptModel

router = APIRouter(prefix="/v1", tags=["accounts"])

Read = Annotated[service.Rotation, Depends(JsonBody(RotationRequest, service.read_rotation))]


@router.post(
    "/account/rotations",
    operation_id="rotate",
    summary="Replace my account's keys, and with them revoke keyholders",
    responses=refusals(
        SessionMissing,
        NotFound,
        SetMoved,
        AccountExists,
        RosterMoved,
        EpochStale,
        EpochMoved,
        GenerationMoved,
        JournalClosed,
        RuleBroken,
    ),
)
async def rotate(caller: SignedIn, server: Server, rotation: Read) -> RotationAnswer:
    """Accepts a rotation whole. Keyholders outside the new set are revoked. Sending it again changes nothing."""
    receipt = await server.database.write(
        service.rotate,
        caller,
        rotation,
        server.receipts,
        server.quotas,
        server.settings.rotations_per_day,
        server.now(),
    )
    return RotationAnswer(receipt=None if receipt is None else ReceiptModel.of(receipt))
