"""Problem details (RFC 9457) and their stable codes."""

from typing import Annotated, Literal

from pydantic import Field

from duolog.api.common import Model

MEDIA_TYPE = "application/problem+json"

ProblemCode = Literal[
    "malformed",  # 422 the request is not what the format says
    "rule_broken",  # 422 well-formed, but a rule of the protocol is broken
    "session_missing",  # 401 no session, or it has ended
    "login_refused",  # 401 the challenge or its signature is not valid
    "registration_closed",  # 403 this server takes no new accounts
    "invite_code_refused",  # 403 this server takes new accounts by invite code
    "not_found",  # 404 it does not exist, or is not yours to see
    "method_not_allowed",  # 405
    "not_acceptable",  # 406 no form that the caller accepts
    "account_exists",  # 409 another account holds one of these keyholders
    "journal_exists",  # 409
    "receipts_ahead",  # 409 a carried receipt is more than a day ahead of the server's clock
    "roster_moved",  # 409 the roster is no longer the one that this statement follows
    "epoch_stale",  # 409 the journal's key must be changed before anything is written
    "epoch_moved",  # 409 the entry was sealed with another epoch's key
    "generation_moved",  # 409 the entry was written with keys that are not in force
    "journal_closed",  # 409
    "journal_open",  # 409 it must be closed, or left, first
    "journal_restoring",  # 409 the server has gone back, and the journal waits for what its members' devices bring
    "server_restored",  # 409 what was brought shows that the server has gone back: log in again, and bring the rest
    "end_apart",  # 409 the journal ends elsewhere on this server
    "set_moved",  # 409 the account's keyholders, generation or account journal are not those that this follows
    "rendezvous_used",  # 409 another message stands there already
    "withdrawal_late",  # 409 the entry is older than a day: each erases only for themselves
    "closing_limit",  # 409 too many closings wait already
    "invitation_used",  # 409 somebody has answered this invitation
    "proposal_limit",  # 409 too many proposals or invitations of mine wait already, or too large ones
    "attachment_exists",  # 409 another upload has this id here, or this one has another size
    "attachment_order",  # 409 parts come in order, and this is not the next
    "attachment_missing",  # 409 an entry names an attachment that its author hasn't sent whole, or that is another's
    "too_slow",  # 408 the request took too long to arrive
    "too_large",  # 413
    "attachment_too_large",  # 413 beyond the server's `attachment_bytes`
    "range_not_satisfiable",  # 416 the range begins after the end
    "quota_reached",  # 413 the account has stored all that it may here: time doesn't cure it
    "unsupported_media_type",  # 415
    "head_too_large",  # 431 the address and headers
    "slow_down",  # 429 with Retry-After
    "daily_limit",  # 429 with Retry-After: the account has stored all that it may in a day
    "internal",  # 500
    "unavailable",  # 503 with Retry-After
    "busy",  # 503 with Retry-After: too much at once
    "storage_full",  # 507 nothing was written
]


class Problem(Model):
    """A refusal, as a sentence (`detail`) and a stable `code`. It repeats nothing of the request."""

    type: Annotated[str, Field(max_length=256)]
    title: Annotated[str, Field(max_length=256)]
    status: Annotated[int, Field(ge=400, le=599)]
    code: ProblemCode
    detail: Annotated[str, Field(max_length=2048)]
