"""`/v1/journals/{journal}/end`: a device confirms that it holds nothing more of a journal."""

from fastapi import APIRouter

from app.callers import Member, Server, SignedIn
from app.problems import EndApart, NotFound, SessionMissing, refusals
from app.reading import Json
from app.restoring import service
from duolog.api.restoring import ConfirmedEnd, JournalEnd

router = APIRouter(prefix="/v1/journals/{journal}", tags=["carrying"])


@router.post(
    "/end",
    operation_id="confirm_end",
    summary="Say that this device holds nothing more of a journal",
    responses=refusals(SessionMissing, NotFound, EndApart),
)
async def confirm_end(caller: SignedIn, member: Member, server: Server, end: Json[ConfirmedEnd]) -> JournalEnd:
    """After a restoration a journal takes new items again when each partner has said this, and their other devices that
    were in use; or after seven days, when one partner has. No answer tells who has.
    """
    found = await server.database.write(service.confirm_end, caller, member, end.seq, end.head, server.now())
    return JournalEnd(opens_at=found.opens_at)
