"""`/v1/challenges` and `/v1/sessions`: log in and out, see one's own sessions, and end them."""

from fastapi import APIRouter, Response

from app.callers import Server, SessionPath, SignedIn
from app.problems import LoginRefused, NotFound, SessionMissing, refusals
from app.reading import Json
from app.sessions import repository, service
from app.settings import DAY
from duolog.api.sessions import ChallengeAnswer, ChallengeRequest, LogIn, OpenedSession, OwnSession, SessionList

router = APIRouter(prefix="/v1", tags=["sessions"])

MAX_LISTED = 1000  # sessions in one answer


@router.post(
    "/challenges", operation_id="create_challenge", summary="Ask for a challenge to log in with", status_code=201
)
async def create_challenge(server: Server, wanted: Json[ChallengeRequest]) -> ChallengeAnswer:
    """Gives any keyholder id a challenge: the answer doesn't tell whether the keyholder exists."""
    challenge, expires = await server.database.write(service.challenge, wanted.keyholder, server.settings, server.now())
    return ChallengeAnswer(challenge=challenge, expires_at=expires)


@router.post(
    "/sessions",
    operation_id="log_in",
    summary="Log in with a signed challenge",
    status_code=201,
    responses=refusals(LoginRefused),
)
async def log_in(server: Server, answer: Json[LogIn]) -> OpenedSession:
    """Opens a session. A right or wrong answer uses up the challenge."""
    given = service.Answer(answer.keyholder, answer.challenge, answer.signature)
    opened = await server.database.write(service.log_in, given, server.settings, server.now())
    if opened is None:
        raise LoginRefused
    return OpenedSession(token=opened.token, account=opened.account, expires_at=opened.expires)


@router.delete(
    "/sessions/current",
    operation_id="log_out",
    summary="End this session",
    status_code=204,
    responses=refusals(SessionMissing),
)
async def log_out(caller: SignedIn, server: Server) -> Response:
    """Ends the session that this request was sent with. Its token opens nothing any more."""
    await server.database.write(repository.end_session, caller)
    return Response(status_code=204)


@router.get(
    "/sessions",
    operation_id="list_sessions",
    summary="My open sessions",
    responses=refusals(SessionMissing),
)
async def list_sessions(caller: SignedIn, server: Server) -> SessionList:
    """The sessions of the caller's account alone."""
    now = server.now()
    idle = now - server.settings.session_idle_days * DAY
    rows = await server.database.read(repository.list_sessions, caller.account, now, idle, MAX_LISTED)
    return SessionList(
        sessions=[
            OwnSession(
                session=row.id,
                keyholder=row.keyholder,
                created_at=row.created,
                used_at=row.used,
                expires_at=row.expires,
                current=row.token_hash == caller.token_hash,
            )
            for row in rows
        ]
    )


@router.delete(
    "/sessions",
    operation_id="end_other_sessions",
    summary="End all my sessions but this one",
    status_code=204,
    responses=refusals(SessionMissing),
)
async def end_other_sessions(caller: SignedIn, server: Server) -> Response:
    """Logs out every other device of the account. Each can log in again, unless its keyholder was revoked."""
    await server.database.write(repository.end_other_sessions, caller)
    return Response(status_code=204)


@router.delete(
    "/sessions/{session}",
    operation_id="end_session",
    summary="End one session of mine",
    status_code=204,
    responses=refusals(SessionMissing, NotFound),
)
async def end_session(session: SessionPath, caller: SignedIn, server: Server) -> Response:
    """Ends one session of the caller's account. An ended session and another account's get the same 404."""
    if not await server.database.write(repository.end_session_by_id, caller.account, session):
        raise NotFound
    return Response(status_code=204)
