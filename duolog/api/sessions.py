"""Logging in: a keyholder signs a challenge and gets a session token. No password exists."""

from typing import Annotated

from pydantic import Field

from duolog.api import examples
from duolog.api.common import (
    AccountId,
    Challenge,
    KeyholderId,
    Model,
    SessionId,
    SignatureBytes,
    Token,
    UnixSeconds,
)


class ChallengeRequest(Model):
    """The keyholder that wants to log in."""

    keyholder: KeyholderId


class ChallengeAnswer(Model):
    """A challenge to sign once, before `expires_at`. An unknown keyholder gets an answer of the same kind."""

    challenge: Challenge
    expires_at: Annotated[UnixSeconds, Field(examples=[examples.IN_TWO_MINUTES])]


class LogIn(Model):
    """The keyholder's signature over label | server origin | challenge | keyholder id."""

    keyholder: KeyholderId
    challenge: Challenge
    signature: SignatureBytes


class OpenedSession(Model):
    """A session: send the token as `Authorization: Bearer`. It expires when idle, and at `expires_at` at the latest."""

    token: Token
    account: AccountId
    expires_at: Annotated[UnixSeconds, Field(examples=[examples.IN_HALF_A_YEAR])]


class OwnSession(Model):
    """One open session of mine. `used_at` is stored hourly at most. `current`: this request's session."""

    session: SessionId
    keyholder: KeyholderId
    created_at: UnixSeconds
    used_at: UnixSeconds
    expires_at: Annotated[UnixSeconds, Field(examples=[examples.IN_HALF_A_YEAR])]
    current: Annotated[bool, Field(examples=[True])]


class SessionList(Model):
    """My open sessions, newest first."""

    sessions: Annotated[list[OwnSession], Field(fail_fast=True, max_length=1000)]
