"""The HTTP API as the client asks for it: each operation once, in the protocol's terms.

A transport sends one request to the server and returns its answer. `Transport` says which request an operation is, and
how much of an answer is read. An operation may be repeated after a lost answer: the server answers the same again. Only
a log-in needs a new challenge each time. A transport verifies nothing.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Literal, TypeVar

from duolog.api.accounts import OwnAccount, Registered, Registration, RotationAnswer, RotationRequest, SetRequest
from duolog.api.attachments import PART_MEDIA_TYPE, AttachmentRequest, AttachmentState
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
from duolog.api.pages import MEDIA_TYPE, Placed, PulledPage, encode_push
from duolog.api.rendezvous import RendezvousAnswer, RendezvousMessage
from duolog.api.restoring import ConfirmedEnd, JournalEnd
from duolog.api.server import ServerInfo
from duolog.api.sessions import ChallengeAnswer, ChallengeRequest, LogIn, OpenedSession, SessionList
from duolog.client.server.answers import NOTHING, parse_model, parse_pulled
from duolog.client.server.events import Events
from duolog.errors import MalformedData, ServerRefused, TooLargeOnTheWay
from duolog.protocol import sizes
from duolog.protocol.codec import encode_b64

M = TypeVar("M", bound=Model)
Media = tuple[str, str]
Span = tuple[int, int]  # the first byte and the last one, both included
RendezvousRole = Literal["new", "old"]  # the device that joins an account, and the one that lets it in

_MIB = sizes.KIB * sizes.KIB
_SEALED = 4 * sizes.MAX_INVITATION // 3 + sizes.KIB  # a sealed message as JSON
JSON = "application/json"
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


class ignoring:  # noqa: N801  # reads as `suppress` does
    """Go on after a refusal with one of these codes. Raises: ServerRefused with any other code."""

    def __init__(self, *codes: str) -> None:
        self._codes = codes

    def __enter__(self) -> None: ...

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> bool:
        return isinstance(error, ServerRefused) and error.code in self._codes


class Transport(ABC):
    """One server. `origin`: `scheme://host[:port]`, as log-ins are signed for it.

    Raises:
        TransportError: from every operation, when the server can't be reached or doesn't answer in HTTP.
        ServerRefused: the server refuses the operation.
        TooLargeOnTheWay: something on the way takes no request of this size.
        MalformedData: the answer is larger than any, or has fewer bytes of an attachment than it says.
    """

    origin: str
    let_through: int = sizes.MAX_PUSH_BYTES  # bytes of items in one request
    _token: bytes | None = None
    _refused: int = 0  # bytes of the newest body that was too large on the way

    def use_session(self, token: bytes | None) -> None:
        """Send this session's token from now on; None for none."""
        self._token = token

    def narrow(self, error: TooLargeOnTheWay) -> bool:
        """Send half as much at once from now on. False where just as much was refused before: it can't be divided.

        Another network may let more through, so nothing of this is stored.
        """
        if error.size == self._refused:
            return False
        self._refused, self.let_through = error.size, min(self.let_through, error.size) // 2
        return True

    @abstractmethod
    async def close(self) -> None:
        """Close the connections."""

    @abstractmethod
    async def _call(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        media: Media = (JSON, JSON),
        limit: int = MAX_ANSWER,
        span: Span | None = None,
    ) -> bytes:
        """Send one request; its answer, of `limit` bytes at most. `media`: the types of the body and of the answer.

        `span`: ask for these bytes of the answer alone.
        """

    async def listen(self, last: str) -> Events:
        """Be woken where something is new. `last`: the newest id of an earlier stream. A server may have no events."""
        raise ServerRefused(f"The server at {self.origin} has no events.", code="not_found", status=404)

    # --- the operations, in the order of the API's table --------------------------------------------------------------

    async def server_info(self) -> ServerInfo:
        return await self._get("/.well-known/duolog", ServerInfo)

    async def register(self, registration: Registration) -> Registered:
        return await self._post("/v1/accounts", registration, Registered)

    async def own_account(self, generation: int = 0, version: int = 0) -> OwnAccount:
        return await self._get(f"/v1/account?generation={generation}&version={version}", OwnAccount)

    async def change_set(self, request: SetRequest) -> None:
        await self._do("POST", "/v1/account/sets", _encode(request))

    async def rotate(self, request: RotationRequest) -> RotationAnswer:
        return await self._post("/v1/account/rotations", request, RotationAnswer)

    async def leave_message(self, rendezvous: bytes, role: RendezvousRole, number: int, message: bytes) -> None:
        await self._do("PUT", _at(rendezvous, role, number), _encode(RendezvousMessage(sealed=message)))

    async def fetch_message(self, rendezvous: bytes, role: RendezvousRole, number: int) -> RendezvousAnswer:
        return await self._get(_at(rendezvous, role, number), RendezvousAnswer)

    async def delete_account(self) -> None:
        await self._do("DELETE", "/v1/account")

    async def carry_account(self, account: CarriedAccount) -> OpenedSession:
        return await self._post("/v1/carried/accounts", account, OpenedSession)

    async def carry_journal(self, journal: bytes, page: CarriedPage) -> Carried:
        return await self._post(f"/v1/carried/journals/{encode_b64(journal)}", page, Carried)

    async def challenge(self, keyholder: bytes) -> ChallengeAnswer:
        return await self._post("/v1/challenges", ChallengeRequest(keyholder=keyholder), ChallengeAnswer)

    async def log_in(self, log_in: LogIn) -> OpenedSession:
        return await self._post("/v1/sessions", log_in, OpenedSession)

    async def log_out(self) -> None:
        await self._do("DELETE", "/v1/sessions/current")

    async def sessions(self) -> SessionList:
        return await self._get("/v1/sessions", SessionList)

    async def end_session(self, session: bytes) -> None:
        await self._do("DELETE", f"/v1/sessions/{encode_b64(session)}")

    async def end_other_sessions(self) -> None:
        await self._do("DELETE", "/v1/sessions")

    async def confirm_end(self, journal: bytes, end: ConfirmedEnd) -> JournalEnd:
        return await self._post(f"{_of(journal)}/end", end, JournalEnd)

    async def journals(self, after: bytes | None) -> JournalList:
        query = "" if after is None else f"?after={encode_b64(after)}"
        return await self._get(f"/v1/journals{query}", JournalList)

    async def create_journal(self, genesis: JournalStatementModel) -> JournalCreated:
        return await self._post("/v1/journals", genesis, JournalCreated)

    async def chains(self, journal: bytes, account: bytes | None = None, after: int = 0) -> ChainList:
        query = "" if account is None else f"?account={encode_b64(account)}&after={after}"
        return await self._get(f"{_of(journal)}/chains{query}", ChainList)

    async def push(self, journal: bytes, items: Sequence[Placed]) -> Pushed:
        path = f"{_of(journal)}/entries"
        return parse_model(Pushed, await self._call("POST", path, encode_push(items), media=(MEDIA_TYPE, JSON)))

    async def pull(self, journal: bytes, since: int) -> PulledPage:
        path = f"{_of(journal)}/entries?since={since}"
        return parse_pulled(await self._call("GET", path, media=(JSON, MEDIA_TYPE), limit=MAX_PAGE))

    async def begin_attachment(
        self, journal: bytes, attachment: bytes, size: int, entry: bytes | None = None
    ) -> AttachmentState:
        body = _encode(AttachmentRequest(size=size, entry=entry))
        return parse_model(AttachmentState, await self._call("PUT", _attachment(journal, attachment), body))

    async def send_part(self, journal: bytes, attachment: bytes, number: int, parts: bytes) -> AttachmentState:
        """Send this part, or as many parts from this one on as the bytes have: four at most."""
        path = f"{_attachment(journal, attachment)}/parts/{number}"
        return parse_model(AttachmentState, await self._call("PUT", path, parts, media=(PART_MEDIA_TYPE, JSON)))

    async def fetch_attachment(self, journal: bytes, attachment: bytes, span: Span) -> bytes:
        """These bytes of an attachment, whole. Raises: MalformedData when the server answers with fewer."""
        size = span[1] - span[0] + 1
        path, media = _attachment(journal, attachment), (JSON, PART_MEDIA_TYPE)
        answer = await self._call("GET", path, media=media, limit=size, span=span)
        if len(answer) != size:  # check: client.attachment_span
            raise MalformedData("The server sent fewer bytes of an attachment than it was asked for.")
        return answer

    async def drop_attachment(self, journal: bytes, attachment: bytes) -> None:
        await self._do("DELETE", _attachment(journal, attachment))

    async def proposals(self, journal: bytes) -> ProposalList:
        return await self._get(f"{_of(journal)}/proposals", ProposalList)

    async def propose(self, journal: bytes, proposal: ProposalRequest) -> ProposalCreated:
        return await self._post(f"{_of(journal)}/proposals", proposal, ProposalCreated)

    async def let_go(self, journal: bytes) -> None:
        await self._do("DELETE", _of(journal))

    async def schedule_closing(self, journal: bytes, closing: ClosingRequest) -> None:
        await self._do("PUT", f"{_of(journal)}/closing", _encode(closing))

    async def own_closing(self, journal: bytes) -> OwnClosing:
        return await self._get(f"{_of(journal)}/closing", OwnClosing)

    async def drop_closing(self, journal: bytes) -> None:
        await self._do("DELETE", f"{_of(journal)}/closing")

    async def withdraw(self, journal: bytes, withdrawal: WithdrawalRequest) -> Pushed:
        return await self._post(f"{_of(journal)}/withdrawals", withdrawal, Pushed)

    async def hold(self, journal: bytes, holding: HoldingRequest) -> None:
        await self._do("POST", f"{_of(journal)}/holdings", _encode(holding))

    async def drop_proposal(self, journal: bytes, proposal: bytes) -> None:
        await self._do("DELETE", f"{_of(journal)}/proposals/{encode_b64(proposal)}")

    async def invite(self, journal: bytes, invitation: InvitationRequest) -> None:
        await self._do("POST", f"{_of(journal)}/invitations", _encode(invitation))

    async def own_invitations(self, journal: bytes) -> OwnInvitationList:
        return await self._get(f"{_of(journal)}/invitations", OwnInvitationList)

    async def revoke_invitation(self, journal: bytes, invitation: bytes) -> None:
        await self._do("DELETE", f"{_of(journal)}/invitations/{encode_b64(invitation)}")

    async def reveal(self, journal: bytes, invitation: bytes, sealed: bytes) -> None:
        path = f"{_of(journal)}/invitations/{encode_b64(invitation)}/reveal"
        await self._do("PUT", path, _encode(RevealRequest(sealed=sealed)))

    async def open_invitation(self, invitation: bytes) -> OpenInvitation:
        return await self._get(f"/v1/invitations/{encode_b64(invitation)}", OpenInvitation)

    async def answer_invitation(self, invitation: bytes, sealed: bytes) -> None:
        path = f"/v1/invitations/{encode_b64(invitation)}/answer"
        await self._do("PUT", path, _encode(InvitationAnswer(sealed=sealed)))

    async def revealed(self, invitation: bytes) -> Reveal:
        return await self._get(f"/v1/invitations/{encode_b64(invitation)}/reveal", Reveal)

    async def _do(self, method: str, path: str, body: bytes | None = None) -> None:
        await self._call(method, path, body, media=(JSON, NOTHING))

    async def _get(self, path: str, model: type[M]) -> M:
        return parse_model(model, await self._call("GET", path, limit=ANSWERS.get(model, MAX_ANSWER)))

    async def _post(self, path: str, body: Model, model: type[M]) -> M:
        return parse_model(model, await self._call("POST", path, _encode(body), limit=ANSWERS.get(model, MAX_ANSWER)))


def _of(journal: bytes) -> str:
    return f"/v1/journals/{encode_b64(journal)}"


def _attachment(journal: bytes, attachment: bytes) -> str:
    return f"{_of(journal)}/attachments/{encode_b64(attachment)}"


def _at(rendezvous: bytes, role: RendezvousRole, number: int) -> str:
    return f"/v1/rendezvous/{encode_b64(rendezvous)}/{role}/{number}"


def _encode(model: Model) -> bytes:
    return model.model_dump_json().encode("ascii")
