"""`/v1/journals/{journal}/invitations` for those who invite, `/v1/invitations` for those who hold a link."""

from fastapi import APIRouter, Response

from app.callers import InvitationPath, MaybeSignedIn, Partner, Server, SignedIn
from app.invitations import repository, service
from app.problems import DailyLimit, InvitationUsed, NotFound, ProposalLimit, RuleBroken, SessionMissing, refusals
from app.reading import Json
from duolog.api.invitations import (
    InvitationAnswer,
    InvitationRequest,
    OpenInvitation,
    OwnInvitation,
    OwnInvitationList,
    Reveal,
    RevealRequest,
)

router = APIRouter(prefix="/v1", tags=["invitations"])

HOUR = 3600  # seconds


@router.post(
    "/journals/{journal}/invitations",
    operation_id="create_invitation",
    summary="Leave a sealed invitation",
    status_code=201,
    response_class=Response,
    responses=refusals(SessionMissing, NotFound, InvitationUsed, ProposalLimit, RuleBroken, DailyLimit),
)
async def create_invitation(partner: Partner, server: Server, wanted: Json[InvitationRequest]) -> Response:
    """Stores an invitation, which expires at `expires_at`, within a day. Sending it again changes nothing."""
    now = server.now()
    latest = now + server.settings.invitation_hours * HOUR
    await server.database.write(
        service.invite, partner, wanted.invitation, wanted.sealed, wanted.expires_at, latest, server.quotas, now
    )
    return Response(status_code=201)


@router.get(
    "/journals/{journal}/invitations",
    operation_id="list_invitations",
    summary="My invitations to this journal, and what became of them",
    responses=refusals(SessionMissing, NotFound),
)
async def list_invitations(partner: Partner, server: Server) -> OwnInvitationList:
    """The caller's own invitations. The other partner's are not listed."""
    kept = server.now() - service.KEPT_SECONDS
    rows = await server.database.read(repository.list_own, partner, kept, service.MAX_OPEN)
    return OwnInvitationList(
        invitations=[
            OwnInvitation(
                invitation=row.invitation,
                expires_at=row.expires,
                answer=row.answer,
                revealed=row.reveal is not None,
            )
            for row in rows
        ]
    )


@router.delete(
    "/journals/{journal}/invitations/{invitation}",
    operation_id="revoke_invitation",
    summary="Revoke an invitation of mine",
    status_code=204,
    responses=refusals(SessionMissing, NotFound),
)
async def revoke_invitation(invitation: InvitationPath, partner: Partner, server: Server) -> Response:
    """Ends the invitation: its link leads nowhere. Another partner's invitation gets the same 404 as an unknown one."""
    await server.database.write(service.revoke, partner, invitation)
    return Response(status_code=204)


@router.put(
    "/journals/{journal}/invitations/{invitation}/reveal",
    operation_id="reveal_invitation",
    summary="Reveal the founder's nonce to the one who answered",
    status_code=204,
    responses=refusals(SessionMissing, NotFound, InvitationUsed),
)
async def reveal_invitation(
    invitation: InvitationPath, partner: Partner, server: Server, wanted: Json[RevealRequest]
) -> Response:
    """Stores the reveal, once. Sending it again changes nothing."""
    await server.database.write(service.reveal, partner, invitation, wanted.sealed, server.now())
    return Response(status_code=204)


@router.get(
    "/invitations/{invitation}",
    operation_id="get_invitation",
    summary="The sealed invitation behind a link",
    responses=refusals(NotFound),
    openapi_extra={"security": [{}]},  # the session is optional
)
async def get_invitation(invitation: InvitationPath, caller: MaybeSignedIn, server: Server) -> OpenInvitation:
    """Answers the same 404 for an invitation that is unknown, revoked, expired, or answered by somebody else."""
    found = await server.database.read(service.find_open, invitation, caller, server.now())
    return OpenInvitation(sealed=found.sealed, expires_at=found.expires)


@router.put(
    "/invitations/{invitation}/answer",
    operation_id="answer_invitation",
    summary="Answer an invitation",
    status_code=204,
    responses=refusals(SessionMissing, NotFound, InvitationUsed),
)
async def answer_invitation(
    invitation: InvitationPath, caller: SignedIn, server: Server, wanted: Json[InvitationAnswer]
) -> Response:
    """Takes the answer of one account, the first. Sending it again changes nothing."""
    await server.database.write(service.answer, caller, invitation, wanted.sealed, server.now())
    return Response(status_code=204)


@router.get(
    "/invitations/{invitation}/reveal",
    operation_id="get_reveal",
    summary="The founder's nonce, once it is revealed",
    responses=refusals(SessionMissing, NotFound),
)
async def get_reveal(invitation: InvitationPath, caller: SignedIn, server: Server) -> Reveal:
    """The reveal, for the account that answered, even after the invitation expired."""
    return Reveal(sealed=await server.database.read(service.find_reveal, caller, invitation, server.now()))
