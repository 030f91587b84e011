"""`/v1/challenges` and `/v1/sessions`: log in and out."""

from fastapi import APIRouter, Request, Response

from app.callers import Server, SignedIn
from app.problems import LoginRefused, SessionMissing, refusals
from app.sessions import repository, service
from duolog.api.sessions import ChallengeAnswer, ChallengeRequest, LogIn, Session

router = APIRouter(prefix="/v1", tags=["sessions"])


@router.post(
    "/challenges", operation_id="create_challenge", summary="Ask for a challenge to log in with", status_code=201
)
async def create_challenge(wanted: ChallengeRequest, request: Request, server: Server) -> ChallengeAnswer:
    """Any keyholder id gets one: the answer doesn't tell whether it exists."""
    server.rates.count(server.rates.login, "login", request)
    challenge, expires = await server.database.write(service.challenge, wanted.keyholder, server.settings, server.now())
    return ChallengeAnswer(challenge=challenge, expires_at=expires)


@router.post(
    "/sessions",
    operation_id="log_in",
    summary="Log in with a signed challenge",
    status_code=201,
    responses=refusals(LoginRefused),
)
async def log_in(answer: LogIn, request: Request, server: Server) -> Session:
    """The challenge is used up, whether or not the answer is right."""
    server.rates.count(server.rates.login, "login", request)
    given = service.Answer(answer.keyholder, answer.challenge, answer.signature)
    opened = await server.database.write(service.log_in, given, server.settings, server.now())
    if opened is None:
        raise LoginRefused
    return Session(token=opened.token, account=opened.account, expires_at=opened.expires)


@router.delete(
    "/sessions/current",
    operation_id="log_out",
    summary="End this session",
    status_code=204,
    responses=refusals(SessionMissing),
)
async def log_out(caller: SignedIn, server: Server) -> Response:
    await server.database.write(repository.end_session, caller)
    return Response(status_code=204)
