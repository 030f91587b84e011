"""Logging in.

Rules
- A challenge is used up by the first log-in that names it, right or wrong, and expires soon.
- An unknown keyholder gets a challenge like any other, and then the same refusal, after the same work. So does one that
  has ended, since its account went on without it.
- A token is 32 random bytes, known to its owner alone: the server keeps its hash.
"""

import secrets
from dataclasses import dataclass

from sqlalchemy import Connection

from app.access.repository import Caller, hash_token
from app.accounts.repository import KeyholderKey, lock_keyholder
from app.sessions import repository
from app.settings import DAY, Settings
from duolog.errors import BadSignature
from duolog.protocol import sizes
from duolog.protocol.login import verify_login

# The Ed25519 base point: a key whose signature an unknown keyholder's answer is checked against, in vain.
_NOBODY = KeyholderKey(account=bytes(sizes.ACCOUNT_ID), sign_key=b"\x58" + b"\x66" * 31, ended=None)


@dataclass(frozen=True, slots=True)
class Answer:
    """A keyholder's answer to a challenge."""

    keyholder: bytes
    challenge: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Opened:
    """A new session."""

    token: bytes
    account: bytes
    expires: int


def challenge(connection: Connection, keyholder: bytes, settings: Settings, now: int) -> tuple[bytes, int]:
    """A new challenge and when it expires, whether or not there is such a keyholder."""
    fresh = secrets.token_bytes(sizes.CHALLENGE)
    expires = now + settings.challenge_seconds
    repository.add_challenge(connection, fresh, keyholder, expires, now)
    return fresh, expires


def log_in(connection: Connection, answer: Answer, settings: Settings, now: int) -> Opened | None:
    """A new session, or None when the answer is refused: the challenge is used up in either case."""
    known = lock_keyholder(connection, answer.keyholder)
    if not answers(connection, answer, (known or _NOBODY).sign_key, settings, now):
        return None
    if known is None:
        return None
    if known.ended is not None:  # check: server.keyholder_ended
        return None
    return open_session(connection, known.account, answer.keyholder, settings, now)


def answers(connection: Connection, answer: Answer, sign_key: bytes, settings: Settings, now: int) -> bool:
    """Whether the answer was signed with this key, for this server, in time. The challenge is used up in any case."""
    in_time = repository.take_challenge(connection, answer.challenge, answer.keyholder, now)
    if not in_time:  # check: server.challenge_once
        return False
    try:
        verify_login(
            sign_key, settings.public_origin, answer.challenge, answer.signature
        )  # check: server.login_signature
    except BadSignature:
        return False
    return True


def open_session(connection: Connection, account: bytes, keyholder: bytes, settings: Settings, now: int) -> Opened:
    """A new session of a keyholder that has answered."""
    token = secrets.token_bytes(sizes.TOKEN)
    expires = now + settings.session_absolute_days * DAY
    caller = Caller(account, keyholder, hash_token(token), touch=False)
    repository.add_session(connection, caller, now, expires, now - settings.session_idle_days * DAY)
    return Opened(token, account, expires)
