"""Every refusal of the server, one class each: status, stable code, and a sentence that says what to do.

Rendered as RFC 9457 problem details by one handler. A problem never carries input, exception text or a secret; a client
acts on `code`, and shows `detail`. Declared for OpenAPI with `refusals(...)`. Spec: §11.
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, ClassVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from duolog.api import problems as api
from duolog.api.problems import MEDIA_TYPE

_HEADERS_OF = {401: ("WWW-Authenticate",), 413: ("Connection",), 416: ("Content-Range",)}
_HEADERS_OF |= dict.fromkeys((429, 503), ("Retry-After",))

Responses = dict[int | str, dict[str, Any]]


class Problem(HTTPException):
    """A refusal. Each subclass is one kind of refusal.

    An `HTTPException`, so that the framework lets it through wherever it is raised, even while a body streams in.
    """

    status: ClassVar[int]
    code: ClassVar[api.ProblemCode]
    sentence: ClassVar[str]

    def __init__(self, *, sentence: str | None = None, retry_after: int | None = None) -> None:
        super().__init__(self.status, self.code)
        self.said = sentence or self.sentence
        self.retry_after = retry_after

    def document(self) -> api.Problem:
        """The problem document."""
        return api.Problem(
            type=f"/docs#{self.code}",
            title=HTTPStatus(self.status).phrase,
            status=self.status,
            code=self.code,
            detail=self.said,
        )

    def response(self, headers: Mapping[str, str] | None = None) -> Response:
        """The problem as an HTTP answer."""
        fields = dict(headers or {})
        if self.retry_after is not None:
            fields["Retry-After"] = str(self.retry_after)
        if self.status == 401:
            fields["WWW-Authenticate"] = "Bearer"
        if self.code == "too_large":
            fields["Connection"] = "close"  # the rest of the body is not read
        return Response(self.document().model_dump_json(), self.status, fields, MEDIA_TYPE)


class Malformed(Problem):
    status, code = 422, "malformed"
    sentence = "The request is not in the form that this address takes. The API documentation at /docs shows it."

    @classmethod
    def at(cls, faults: Sequence[Any]) -> "Malformed":
        """The problem with the place and kind of each fault. Unknown fields are the caller's text, and left out."""
        places = []
        for fault in faults[:5]:
            where = fault["loc"][:-1] if fault["type"] == "extra_forbidden" else fault["loc"]
            places.append(f"{'.'.join(str(part) for part in where)} ({fault['type']})")
        return cls(sentence=f"{cls.sentence} At fault: {', '.join(places)}.")


class RuleBroken(Problem):
    status, code = 422, "rule_broken"
    sentence = "The request is well-formed, but it breaks a rule of the protocol. Update your program."


class SessionMissing(Problem):
    status, code = 401, "session_missing"
    sentence = "There is no valid session. Log in again."


class LoginRefused(Problem):
    status, code = 401, "login_refused"
    sentence = "The server refuses this log-in: its challenge or signature is not valid. Ask for a new challenge."


class RegistrationClosed(Problem):
    status, code = 403, "registration_closed"
    sentence = "This server takes no new accounts. Ask whoever runs it, or choose another server."


class InviteCodeRefused(Problem):
    status, code = 403, "invite_code_refused"
    sentence = (
        "This server takes new accounts by invite code, and this code is not valid or was used. Ask for a new code."
    )


class NotFound(Problem):
    status, code = 404, "not_found"
    sentence = "There is nothing at this address that you may see. Check the address."


class MethodNotAllowed(Problem):
    status, code = 405, "method_not_allowed"
    sentence = "This address doesn't take that method. The API documentation at /docs shows the methods that it takes."


class NotAcceptable(Problem):
    status, code = 406, "not_acceptable"
    sentence = "The server can't answer in a form that you accept. The API documentation at /docs names the forms."


class AccountExists(Problem):
    status, code = 409, "account_exists"
    sentence = "An account with one of these keyholders exists already. Log in to it instead."


class JournalExists(Problem):
    status, code = 409, "journal_exists"
    sentence = "This journal exists already. Fetch it instead."


class ReceiptsAhead(Problem):
    status, code = 409, "receipts_ahead"
    sentence = (
        "The journal's receipts are more than a day in the future: the clock of the server that gave them was wrong, "
        "or this server's clock is. Ask whoever runs this server to check its clock, then try again."
    )


class RosterMoved(Problem):
    status, code = 409, "roster_moved"
    sentence = "The journal's members changed meanwhile. Fetch the journal, then try again."


class EpochStale(Problem):
    status, code = 409, "epoch_stale"
    sentence = "The journal's key must be changed before anything is written. Your program does this by itself."


class EpochMoved(Problem):
    status, code = 409, "epoch_moved"
    sentence = "The entry was sealed with another key than the one in force. Fetch the journal, then seal it again."


class GenerationMoved(Problem):
    status, code = 409, "generation_moved"
    sentence = "The entry was written with account keys that are not in force here. Fetch the journal, then try again."


class JournalClosed(Problem):
    status, code = 409, "journal_closed"
    sentence = "This journal is closed."


class JournalRestoring(Problem):
    status, code = 409, "journal_restoring"
    sentence = (
        "This server has gone back to an older state, and takes nothing new in this journal until its members' devices "
        "have brought what is missing. Your program does its part by itself; what you write waits on your device."
    )


class ServerRestored(Problem):
    status, code = 409, "server_restored"
    sentence = (
        "This server has gone back to an older state, and knows it by what you brought. Log in again, and bring what "
        "you have: your program does this by itself."
    )


class EndApart(Problem):
    status, code = 409, "end_apart"
    sentence = "The journal ends elsewhere here. Fetch what you lack, or bring what the server lacks, then try again."


class JournalOpen(Problem):
    status, code = 409, "journal_open"
    sentence = "The journal is still open. Close it first, or leave it if you are a confidant."


class SetMoved(Problem):
    status, code = 409, "set_moved"
    sentence = "Another device of yours changed this account's keys a moment ago. Fetch the account, then try again."


class RendezvousUsed(Problem):
    status, code = 409, "rendezvous_used"
    sentence = "This code has been used already, perhaps by somebody else. Begin again with a new code."


class WithdrawalLate(Problem):
    status, code = 409, "withdrawal_late"
    sentence = (
        "You can withdraw an entry for a day, where it was accepted. You can erase this entry for yourself alone."
    )


class ClosingLimit(Problem):
    status, code = 409, "closing_limit"
    sentence = "Too many closings wait already. Cancel a closing first."


class InvitationUsed(Problem):
    status, code = 409, "invitation_used"
    sentence = "This invitation was used already. Ask for a new invitation."


class ProposalLimit(Problem):
    status, code = 409, "proposal_limit"
    sentence = "Too many or too large proposals of yours wait in this journal already. Withdraw a proposal first."


class AttachmentExists(Problem):
    status, code = 409, "attachment_exists"
    sentence = "There is another attachment of this id in the journal, or one of another size. Send it under a new id."


class AttachmentOrder(Problem):
    status, code = 409, "attachment_order"
    sentence = "The parts of an attachment come in order. The next one is number {}."

    def __init__(self, following: int = 0) -> None:
        super().__init__(sentence=self.sentence.format(following))


class AttachmentMissing(Problem):
    status, code = 409, "attachment_missing"
    sentence = (
        "An entry names an attachment that its author hasn't sent whole, or that belongs to another entry. Send the "
        "attachment first."
    )


class AttachmentTooLarge(Problem):
    status, code = 413, "attachment_too_large"
    sentence = "The attachment is larger than this server takes. Make it smaller, or cut it in several."


class RangeNotSatisfiable(Problem):
    status, code = 416, "range_not_satisfiable"
    sentence = "The attachment ends before the bytes that were asked for. Content-Range says how many it has."

    def __init__(self, size: int = 0) -> None:
        super().__init__()
        self.size = size

    def response(self, headers: Mapping[str, str] | None = None) -> Response:
        return super().response({**(headers or {}), "Content-Range": f"bytes */{self.size}"})


class TooLarge(Problem):
    status, code = 413, "too_large"
    sentence = "The request is larger than this server takes. Send less at once."


class TooSlow(Problem):
    status, code = 408, "too_slow"
    sentence = "The request took too long to arrive. Check the connection, then try again."


class HeadTooLarge(Problem):
    status, code = 431, "head_too_large"
    sentence = "The address and headers of the request are larger than this server takes. Send fewer headers."


class QuotaReached(Problem):
    status, code = 413, "quota_reached"
    sentence = (
        "Your account has no room left at this server for {}. Nothing that is stored is lost. Ask whoever runs the "
        "server for more room, or move to another server."
    )

    def __init__(self, name: str = "this") -> None:
        super().__init__(sentence=self.sentence.format(name))


class UnsupportedMediaType(Problem):
    status, code = 415, "unsupported_media_type"
    sentence = "The body is not in a form that this address takes. The API documentation at /docs names the forms."


class SlowDown(Problem):
    status, code = 429, "slow_down"
    sentence = "There were too many requests. Wait as long as Retry-After says, then try again."


class DailyLimit(Problem):
    status, code = 429, "daily_limit"
    sentence = "Your account has reached this server's limit for {} in a day. Try again after midnight (UTC)."

    def __init__(self, name: str = "this", *, retry_after: int | None = None) -> None:
        super().__init__(sentence=self.sentence.format(name), retry_after=retry_after)


class Internal(Problem):
    status, code = 500, "internal"
    sentence = "The server failed, and nothing was stored. Try again; if it fails again, tell whoever runs the server."


class Unavailable(Problem):
    status, code = 503, "unavailable"
    sentence = (
        "The server can't reach its storage, and can't say whether it stored this. Try again in a minute: nothing is "
        "stored twice."
    )


class Busy(Problem):
    status, code = 503, "busy"
    sentence = "The server is busy with other requests. Wait as long as Retry-After says, then try again."


class StorageFull(Problem):
    status, code = 507, "storage_full"
    sentence = (
        "The server's disk is full, and nothing was stored. Keep your text; whoever runs the server must make room."
    )


COMMON = (
    Malformed,
    TooSlow,
    TooLarge,
    UnsupportedMediaType,
    SlowDown,
    Internal,
    Unavailable,
    Busy,
    StorageFull,
)  # any address may answer with these

SCHEMA: dict[str, Any] = api.Problem.model_json_schema()


def refusals(*problems: type[Problem]) -> Responses:
    """The `responses=` of an endpoint that may refuse with these problems, several of one status joined."""
    by_status: dict[int, list[type[Problem]]] = {}
    for problem in problems:
        by_status.setdefault(problem.status, []).append(problem)
    return {status: _documented(of_status) for status, of_status in sorted(by_status.items())}


def headers(*names: str) -> dict[str, Any]:
    """The `headers` of a response in the document: each is described once, in `HEADERS`."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _documented(problems: list[type[Problem]]) -> dict[str, Any]:
    examples = {problem.code: {"value": problem().document().model_dump()} for problem in problems}
    schema = {"$ref": "#/components/schemas/Problem"}
    status = problems[0].status
    named = {"headers": headers(*_HEADERS_OF[status])} if status in _HEADERS_OF else {}
    return named | {
        "description": " ".join(f"`{problem.code}`: {problem().said}" for problem in problems),
        "content": {MEDIA_TYPE: {"schema": schema, "examples": examples}},
    }


ANSWERED = (Problem, RequestValidationError, HTTPException)  # what an endpoint, or the framework, raises on purpose


async def render(request: Request, error: Exception) -> Response:
    """The problem document that answers one of `ANSWERED`."""
    if isinstance(error, Problem):
        return error.response()
    if isinstance(error, RequestValidationError):
        return Malformed.at(error.errors()).response()
    if isinstance(error, HTTPException):
        by_status: dict[int, type[Problem]] = {404: NotFound, 405: MethodNotAllowed}
        return by_status.get(error.status_code, Malformed)().response(_allow(request, error))
    raise error


def _allow(request: Request, error: HTTPException) -> Mapping[str, str]:
    """The `Allow` header of a 405: the framework names the methods of one route, and an address may have several."""
    if error.status_code != 405:
        return {}
    methods: list[str] = request.app.state.allowed_methods(request.scope["path"])  # `url` decodes the query too
    return {"Allow": ", ".join(methods)} if methods else error.headers or {}
