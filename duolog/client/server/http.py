"""`HttpTransport`: the HTTP API over httpx2, with one boundary where every failure becomes one of ours.

Rules
- TLS is required, except to this machine itself. Redirects are not followed; proxies and credentials of the
  environment's `.netrc` are not used for authentication.
- An answer larger than its kind can be (`ANSWERS`) is cut off, not read. One with more values than any answer has is
  not parsed: a value costs many times its bytes. A compressed one is not unpacked.
- An exchange ends: `PATIENCE` after it began, its further tries included, and later only by what was carried meanwhile,
  at `SLOWEST`. A slow network gets the time that it needs, and a server that drips a byte a second doesn't.
- A problem's sentence is shown only when it is short plain text.
- A lost connection is tried again with growing pauses: every operation is made to be repeated.

It believes nothing and verifies nothing: `verify`, `accounts` and `pairing` do.
"""

import ipaddress
import json
import random
from collections.abc import Mapping, Sequence
from typing import TypeVar
from urllib.parse import urlsplit

import anyio
import httpx2
from pydantic import ValidationError

from duolog.api.accounts import OwnAccount, Registered, Registration, Rotated, RotationRequest, SetRequest
from duolog.api.carrying import Carried, CarriedAccount, CarriedPage
from duolog.api.common import JournalStatementModel, Model
from duolog.api.entries import Pushed
from duolog.api.invitations import (
    InvitationAnswer,
    InvitationRequest,
    OpenInvitation,
    OwnInvitationList,
    Reveal,
    RevealRequest,
)
from duolog.api.journals import ChainList, JournalCreated, JournalList, ProposalCreated, ProposalList, ProposalRequest
from duolog.api.leaving import ClosingRequest, HoldingRequest, OwnClosing, WithdrawalRequest
from duolog.api.pages import MEDIA_TYPE, Placed, PulledPage, encode_push, parse_page
from duolog.api.problems import Problem
from duolog.api.rendezvous import RendezvousAnswer, RendezvousMessage
from duolog.api.server import ServerInfo
from duolog.api.sessions import ChallengeAnswer, ChallengeRequest, LogIn, Session, SessionList
from duolog.client.server.transport import RendezvousRole, Transport
from duolog.errors import MalformedData, NotAllowed, ServerRefused, TransportError
from duolog.protocol import sizes
from duolog.protocol.codec import encode_b64
from duolog.protocol.login import parse_origin

M = TypeVar("M", bound=Model)

_MIB = sizes.KIB * sizes.KIB
_SEALED = 4 * sizes.MAX_INVITATION // 3 + sizes.KIB  # a sealed message as JSON
MAX_ANSWER = 64 * sizes.KIB  # bytes of an answer that isn't named below, and of every refusal
MAX_PAGE = 8 * _MIB  # bytes; whole pushes may run over the soft limit of a page, and earlier ones were larger
ANSWERS: Mapping[type[Model], int] = {  # bytes of the JSON answers that may be larger
    OwnAccount: 4 * _MIB,
    SessionList: 512 * sizes.KIB,
    JournalList: 128 * sizes.KIB,
    ChainList: _MIB,
    ProposalList: 2 * _MIB,
    OwnInvitationList: 4 * _MIB,
    OpenInvitation: _SEALED,
    Reveal: _SEALED,
    RendezvousAnswer: _SEALED,
}
MAX_VALUES = 64 * sizes.KIB  # of one JSON answer: its lists, objects and what is in them
TIMEOUT = httpx2.Timeout(30.0, connect=10.0)
PATIENCE = 60.0  # seconds for one exchange, besides the time for what it carries
SLOWEST = 4 * sizes.KIB  # bytes a second that a network carries at the least
TRIES = 4
PAUSE = 0.2  # seconds before the second try; doubled for each further one
_SENTENCE = 300  # characters of a problem's detail that are shown


class HttpTransport:
    """One server over HTTP. `network` replaces the real network: a server in memory, or a recording.

    `patience`: seconds for one exchange, besides the time for what it carries.

    Raises:
        MalformedData: `server` is not the address of a server.
        NotAllowed: it is neither https nor this machine.
    """

    def __init__(
        self, server: str, *, network: httpx2.AsyncBaseTransport | None = None, patience: float = PATIENCE
    ) -> None:
        self._origin = parse_origin(server)
        self._patience = patience
        if network is None and not _is_safe(self._origin):  # check: client.tls
            raise NotAllowed("This address is not encrypted. Use https://, or a server on this machine.")
        self._client = httpx2.AsyncClient(base_url=self._origin, timeout=TIMEOUT, transport=network)
        self._token: bytes | None = None

    @property
    def origin(self) -> str:
        """The server's origin, in its normal form."""
        return self._origin

    def use_session(self, token: bytes | None) -> None:
        """Send this session's token from now on; None for none."""
        self._token = token

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    # --- the operations, in the order of the API's table ---

    async def server_info(self) -> ServerInfo:
        return await self._get("/.well-known/duolog", ServerInfo)

    async def register(self, registration: Registration) -> Registered:
        return await self._send("POST", "/v1/accounts", registration, Registered)

    async def own_account(self, generation: int = 0, version: int = 0) -> OwnAccount:
        return await self._get(f"/v1/account?generation={generation}&version={version}", OwnAccount)

    async def change_set(self, request: SetRequest) -> None:
        await self._call("POST", "/v1/account/sets", _encode(request))

    async def rotate(self, request: RotationRequest) -> Rotated:
        return await self._send("POST", "/v1/account/rotations", request, Rotated)

    async def leave_message(self, rendezvous: bytes, role: RendezvousRole, number: int, message: bytes) -> None:
        await self._call("PUT", _at(rendezvous, role, number), _encode(RendezvousMessage(sealed=message)))

    async def fetch_message(self, rendezvous: bytes, role: RendezvousRole, number: int) -> RendezvousAnswer:
        return await self._get(_at(rendezvous, role, number), RendezvousAnswer)

    async def delete_account(self) -> None:
        await self._call("DELETE", "/v1/account")

    async def carry_account(self, account: CarriedAccount) -> Session:
        return await self._send("POST", "/v1/carried/accounts", account, Session)

    async def carry_journal(self, journal: bytes, page: CarriedPage) -> Carried:
        return await self._send("POST", f"/v1/carried/journals/{encode_b64(journal)}", page, Carried)

    async def challenge(self, keyholder: bytes) -> ChallengeAnswer:
        return await self._send("POST", "/v1/challenges", ChallengeRequest(keyholder=keyholder), ChallengeAnswer)

    async def log_in(self, log_in: LogIn) -> Session:
        return await self._send("POST", "/v1/sessions", log_in, Session)

    async def log_out(self) -> None:
        await self._call("DELETE", "/v1/sessions/current")

    async def sessions(self) -> SessionList:
        return await self._get("/v1/sessions", SessionList)

    async def end_session(self, session: bytes) -> None:
        await self._call("DELETE", f"/v1/sessions/{encode_b64(session)}")

    async def end_other_sessions(self) -> None:
        await self._call("DELETE", "/v1/sessions")

    async def journals(self, after: bytes | None) -> JournalList:
        query = "" if after is None else f"?after={encode_b64(after)}"
        return await self._get(f"/v1/journals{query}", JournalList)

    async def create_journal(self, genesis: JournalStatementModel) -> JournalCreated:
        return await self._send("POST", "/v1/journals", genesis, JournalCreated)

    async def chains(self, journal: bytes, account: bytes | None = None, after: int = 0) -> ChainList:
        query = "" if account is None else f"?account={encode_b64(account)}&after={after}"
        return await self._get(f"{_of(journal)}/chains{query}", ChainList)

    async def push(self, journal: bytes, items: Sequence[Placed]) -> Pushed:
        body = encode_push(items)
        answer = await self._call("POST", f"{_of(journal)}/entries", body, content_type=MEDIA_TYPE)
        return _parse(Pushed, answer)

    async def pull(self, journal: bytes, since: int) -> PulledPage:
        path = f"{_of(journal)}/entries?since={since}"
        return parse_page(await self._call("GET", path, accept=MEDIA_TYPE, limit=MAX_PAGE))

    async def proposals(self, journal: bytes) -> ProposalList:
        return await self._get(f"{_of(journal)}/proposals", ProposalList)

    async def propose(self, journal: bytes, proposal: ProposalRequest) -> ProposalCreated:
        return await self._send("POST", f"{_of(journal)}/proposals", proposal, ProposalCreated)

    async def let_go(self, journal: bytes) -> None:
        await self._call("DELETE", _of(journal))

    async def schedule_closing(self, journal: bytes, closing: ClosingRequest) -> None:
        await self._call("PUT", f"{_of(journal)}/closing", _encode(closing))

    async def own_closing(self, journal: bytes) -> OwnClosing:
        return await self._get(f"{_of(journal)}/closing", OwnClosing)

    async def drop_closing(self, journal: bytes) -> None:
        await self._call("DELETE", f"{_of(journal)}/closing")

    async def withdraw(self, journal: bytes, withdrawal: WithdrawalRequest) -> Pushed:
        return await self._send("POST", f"{_of(journal)}/withdrawals", withdrawal, Pushed)

    async def hold(self, journal: bytes, holding: HoldingRequest) -> None:
        await self._call("POST", f"{_of(journal)}/holdings", _encode(holding))

    async def drop_proposal(self, journal: bytes, proposal: bytes) -> None:
        await self._call("DELETE", f"{_of(journal)}/proposals/{encode_b64(proposal)}")

    async def invite(self, journal: bytes, invitation: InvitationRequest) -> None:
        await self._call("POST", f"{_of(journal)}/invitations", _encode(invitation))

    async def own_invitations(self, journal: bytes) -> OwnInvitationList:
        return await self._get(f"{_of(journal)}/invitations", OwnInvitationList)

    async def revoke_invitation(self, journal: bytes, invitation: bytes) -> None:
        await self._call("DELETE", f"{_of(journal)}/invitations/{encode_b64(invitation)}")

    async def reveal(self, journal: bytes, invitation: bytes, sealed: bytes) -> None:
        path = f"{_of(journal)}/invitations/{encode_b64(invitation)}/reveal"
        await self._call("PUT", path, _encode(RevealRequest(sealed=sealed)))

    async def open_invitation(self, invitation: bytes) -> OpenInvitation:
        return await self._get(f"/v1/invitations/{encode_b64(invitation)}", OpenInvitation)

    async def answer_invitation(self, invitation: bytes, sealed: bytes) -> None:
        path = f"/v1/invitations/{encode_b64(invitation)}/answer"
        await self._call("PUT", path, _encode(InvitationAnswer(sealed=sealed)))

    async def revealed(self, invitation: bytes) -> Reveal:
        return await self._get(f"/v1/invitations/{encode_b64(invitation)}/reveal", Reveal)

    # --- one boundary for all of them ---

    async def _get(self, path: str, model: type[M]) -> M:
        return _parse(model, await self._call("GET", path, limit=ANSWERS.get(model, MAX_ANSWER)))

    async def _send(self, method: str, path: str, body: Model, model: type[M]) -> M:
        return _parse(model, await self._call(method, path, _encode(body), limit=ANSWERS.get(model, MAX_ANSWER)))

    async def _call(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        content_type: str = "application/json",
        accept: str = "application/json",
        limit: int = MAX_ANSWER,
    ) -> bytes:
        headers = {"Accept": f"{accept}, application/problem+json", "Accept-Encoding": "identity"}
        if body is not None:
            headers["Content-Type"] = content_type
        if self._token is not None:
            headers["Authorization"] = f"Bearer {encode_b64(self._token)}"
        request = self._client.build_request(method, path, headers=headers, content=body)
        with anyio.move_on_after(self._patience) as deadline:
            return await self._try(request, len(body or b""), limit, deadline)
        raise TransportError(
            f"The server at {self._origin} takes too long to answer. Check the connection, and try again."
        )

    async def _try(self, request: httpx2.Request, size: int, limit: int, deadline: anyio.CancelScope) -> bytes:
        for attempt in range(TRIES):
            deadline.deadline += size / SLOWEST
            try:
                return await self._once(request, limit, deadline)
            except (
                httpx2.HTTPError,
                httpx2.InvalidURL,
                httpx2.StreamError,
                OSError,
                ValueError,
                RuntimeError,
            ) as error:
                if attempt + 1 == TRIES or not isinstance(error, httpx2.NetworkError | httpx2.ProtocolError):
                    raise TransportError(_unreachable(self._origin, error)) from error
            await anyio.sleep(PAUSE * 2**attempt * (0.5 + random.random()))  # noqa: S311  # a pause needs no secrecy
        raise TransportError(f"The server at {self._origin} can't be reached.")

    async def _once(self, request: httpx2.Request, limit: int, deadline: anyio.CancelScope) -> bytes:
        response = await self._client.send(request, stream=True)
        try:
            if response.headers.get("Content-Encoding", "identity") != "identity":  # check: client.answer_encoding
                raise TransportError("The server's answer is compressed, which nobody asked for; it was not read.")
            most = limit if response.is_success else MAX_ANSWER
            chunks, size = [], 0
            async for chunk in response.aiter_bytes():
                size += len(chunk)
                if size > most:  # check: client.answer_size
                    raise TransportError("The server's answer is larger than such an answer can be; it was not read.")
                deadline.deadline += len(chunk) / SLOWEST
                chunks.append(chunk)
            data = b"".join(chunks)
        finally:
            await response.aclose()
        if response.is_success:
            return data
        raise _refusal(response, data)


def _of(journal: bytes) -> str:
    return f"/v1/journals/{encode_b64(journal)}"


def _at(rendezvous: bytes, role: RendezvousRole, number: int) -> str:
    return f"/v1/rendezvous/{encode_b64(rendezvous)}/{role}/{number}"


def _encode(model: Model) -> bytes:
    return model.model_dump_json().encode("ascii")


def _parse(model: type[M], data: bytes) -> M:
    if sum(data.count(mark) for mark in (b",", b"[", b"{")) > MAX_VALUES:  # check: client.answer_values
        raise MalformedData("The server's answer holds more than such an answer can; it was not taken apart.")
    try:
        return model.model_validate_json(data)
    except (ValidationError, RecursionError) as error:
        raise MalformedData("The server's answer is not what the protocol says. Is this a Duolog server?") from error


def _refusal(response: httpx2.Response, data: bytes) -> ServerRefused | TransportError:
    try:
        problem = Problem.model_validate_json(data)
    except (ValidationError, RecursionError):
        return TransportError(
            f"The server answered {response.status_code} without saying why. Try again later, or ask who runs it."
        )
    shown = problem.detail if _is_sentence(problem.detail) else "The server said no, without a readable reason."
    retry = response.headers.get("Retry-After", "")
    return ServerRefused(
        shown,
        code=problem.code,
        status=response.status_code,
        retry_after=int(retry) if retry.isascii() and retry.isdigit() and len(retry) < 7 else None,
    )


def _is_sentence(text: str) -> bool:
    return 0 < len(text) <= _SENTENCE and text.isprintable() and json.dumps(text) == f'"{text}"'


def _unreachable(origin: str, error: Exception) -> str:
    if isinstance(error, httpx2.TimeoutException):
        return f"The server at {origin} does not answer. Check the connection, and try again."
    return f"The server at {origin} can't be reached. Check the connection and the address, and try again."


def _is_safe(origin: str) -> bool:
    parts = urlsplit(origin)
    if parts.scheme == "https" or parts.hostname == "localhost":
        return True
    try:
        return ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False


def to_transport(server: str | Transport) -> Transport:
    """The transport to a server that was named by its address."""
    return HttpTransport(server) if isinstance(server, str) else server
