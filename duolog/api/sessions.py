"""Logging in: a challenge, signed by a keyholder, for a session token. No password exists."""

from typing import Annotated

from pydantic import Field

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
    """Who wants to log in."""

    keyholder: KeyholderId


class ChallengeAnswer(Model):
    """What to sign, once, before `expires_at`. A keyholder that does not exist gets an answer of the same kind."""

    challenge: Challenge
    expires_at: UnixSeconds


class LogIn(Model):
    """The keyholder's signature over label | server origin | challenge | keyholder id."""

    keyholder: KeyholderId
    challenge: Challenge
    signature: SignatureBytes


class Session(Model):
    """A session: send the token as `Authorization: Bearer`. It ends when idle, and at `expires_at` at the latest."""

    token: Token
    account: AccountId
    expires_at: UnixSeconds


class OwnSession(Model):
    """One open session of mine. `used_at` is noted hourly at most. `current`: the one that asks."""

    session: SessionId
    keyholder: KeyholderId
    created_at: UnixSeconds
    used_at: UnixSeconds
    expires_at: UnixSeconds
    current: bool


class SessionList(Model):
    """My open sessions, newest first."""

    sessions: Annotated[list[OwnSession], Field(fail_fast=True, max_length=1000)]
