"""Callers as types: an endpoint that takes a `JournalMember` needs no check in its body.

Server         the server's own state
SignedIn       a caller with a valid session
MaybeSignedIn  the same, or None
Member         a signed-in caller who is a member of the journal in the path; everyone else gets the same 404
Partner        a member in the role of partner
AttachmentPath, InvitationPath, JournalPath, ProposalPath, RendezvousPath, SessionPath   an id from the path; one that
               doesn't parse is a 404 like any unknown one
"""

from typing import Annotated

from fastapi import Depends, Path
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase
from starlette.requests import Request

from app.access import repository as access
from app.access.repository import Caller, JournalMember
from app.examples import PARAMETERS
from app.problems import NotFound, SessionMissing
from app.settings import DAY
from app.state import Server, State, state_of
from duolog.errors import MalformedData
from duolog.protocol import sizes
from duolog.protocol.codec import parse_b64

__all__ = [
    "AttachmentPath",
    "InvitationPath",
    "JournalPath",
    "MaybeSignedIn",
    "Member",
    "Partner",
    "ProposalPath",
    "RendezvousPath",
    "Server",
    "SessionPath",
    "SignedIn",
]


class _Session(SecurityBase):
    """The scheme in the API's document, for dependencies that look up a session. Each dependency of another costs a
    request as much as a query, so each of these finds the caller by itself.
    """

    model = HTTPBearer(description="The token that a log-in gave, base64url.")
    scheme_name = "session"


class _MaybeSignedIn(_Session):
    """A dependency: the caller, or None."""

    async def __call__(self, request: Request) -> Caller | None:
        return await _caller(request)


class _SignedIn(_Session):
    """A dependency: the caller. Everybody else is refused."""

    async def __call__(self, request: Request) -> Caller:
        return await _signed_in(request)


async def _caller(request: Request, journal: bytes = b"") -> Caller | None:
    """The caller of a request, counted once; `journal`: as a member of which journal."""
    known: Caller | None = getattr(request.state, "caller", None)
    if known is not None and not journal:
        return known
    request.state.counted = True  # here, for the account or as a bad token
    header = request.headers.get("authorization")
    if header is None:
        return None
    server = await state_of(request)
    caller = await _find_caller(server, header, journal)
    if caller is None:
        server.rates.count(server.rates.bad_token, "bad_token", request)
    elif known is None:
        request.state.caller = caller  # whose body it is
        server.rates.count_session(caller.token_hash, request)
    return caller


async def _signed_in(request: Request, journal: bytes = b"") -> Caller:
    caller = await _caller(request, journal)
    if caller is None:  # check: server.session
        raise SessionMissing
    return caller


async def _find_caller(server: State, header: str, journal: bytes = b"") -> Caller | None:
    """The owner of the session that an `Authorization` header names."""
    scheme, _, token_b64 = header.partition(" ")
    try:
        token = parse_b64(token_b64.strip(), sizes.TOKEN)
    except MalformedData:
        return None
    if scheme.lower() != "bearer":
        return None
    now = server.now()
    idle = server.settings.session_idle_days * DAY
    caller = await server.database.look_up(access.find_caller, token, now, idle, journal)
    if caller is not None and caller.touch:
        await server.database.write(access.note_use, caller, now)
    return caller


async def is_session(server: State, header: str) -> bool:
    """Whether an `Authorization` header holds a valid session."""
    return await _find_caller(server, header) is not None


MaybeSignedIn = Annotated[Caller | None, Depends(_MaybeSignedIn())]
SignedIn = Annotated[Caller, Depends(_SignedIn())]


def _id(text: str, size: int) -> bytes:
    try:
        return parse_b64(text, size)
    except MalformedData as error:
        raise NotFound from error


def _id_path(what: str) -> object:
    return Path(description=f"Id of the {what}, base64url.", examples=[PARAMETERS[what]])


JournalText = Annotated[str, _id_path("journal")]


class _Member(_Session):
    """A dependency: the caller as a member of the journal in the path."""

    async def __call__(self, journal: JournalText, request: Request) -> JournalMember:
        try:
            asked = parse_b64(journal, sizes.JOURNAL_ID)
        except MalformedData:
            asked = b""
        caller = await _signed_in(request, asked)
        if caller.member is None:  # check: server.membership
            raise NotFound
        return caller.member


class _Partner(_Member):
    """A dependency: the same, in the role of partner."""

    async def __call__(self, journal: JournalText, request: Request) -> JournalMember:
        member = await super().__call__(journal, request)
        if member.role != "partner":  # check: server.partner
            raise NotFound
        return member


Member = Annotated[JournalMember, Depends(_Member())]
Partner = Annotated[JournalMember, Depends(_Partner())]


async def _attachment(attachment: Annotated[str, _id_path("attachment")]) -> bytes:
    return _id(attachment, sizes.ATTACHMENT_ID)


async def _invitation(invitation: Annotated[str, _id_path("invitation")]) -> bytes:
    return _id(invitation, sizes.INVITATION_ID)


async def _proposal(proposal: Annotated[str, _id_path("proposal")]) -> bytes:
    return _id(proposal, sizes.HASH)


async def _rendezvous(rendezvous: Annotated[str, _id_path("rendezvous")]) -> bytes:
    return _id(rendezvous, sizes.RENDEZVOUS_ID)


async def _session(session: Annotated[str, _id_path("session")]) -> bytes:
    return _id(session, sizes.SESSION_ID)


async def _journal(journal: JournalText) -> bytes:
    return _id(journal, sizes.JOURNAL_ID)


AttachmentPath = Annotated[bytes, Depends(_attachment)]
JournalPath = Annotated[bytes, Depends(_journal)]
InvitationPath = Annotated[bytes, Depends(_invitation)]
ProposalPath = Annotated[bytes, Depends(_proposal)]
RendezvousPath = Annotated[bytes, Depends(_rendezvous)]
SessionPath = Annotated[bytes, Depends(_session)]
