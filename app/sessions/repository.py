"""Queries of challenges and sessions."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, or_, select

from app.access.repository import Caller
from app.access.table import sessions
from app.sessions.table import challenges
from app.waking.notes import note_ended
from duolog.protocol import sizes


@dataclass(frozen=True, slots=True)
class StoredSession:
    """One session. Its id is the beginning of its token's hash, which opens nothing."""

    token_hash: bytes
    keyholder: bytes
    created: int
    used: int
    expires: int

    @property
    def id(self) -> bytes:
        return self.token_hash[: sizes.SESSION_ID]


def add_challenge(connection: Connection, challenge: bytes, keyholder: bytes, expires: int, now: int) -> None:
    """Store a challenge, and drop the expired ones."""
    connection.execute(delete(challenges).where(challenges.c.expires <= now))
    connection.execute(insert(challenges).values(challenge=challenge, keyholder=keyholder, expires=expires))


def take_challenge(connection: Connection, challenge: bytes, keyholder: bytes, now: int) -> bool:
    """Use up a challenge; returns whether it was this keyholder's and had not expired."""
    row = connection.execute(
        delete(challenges)
        .where(challenges.c.challenge == challenge)
        .returning(challenges.c.keyholder, challenges.c.expires)
    ).one_or_none()
    return row is not None and row.keyholder == keyholder and row.expires > now


def add_session(connection: Connection, caller: Caller, now: int, expires: int, used_before: int) -> None:
    """Store a session, and drop the account's sessions that have expired or were idle for too long."""
    connection.execute(
        delete(sessions).where(
            sessions.c.account == caller.account, or_(sessions.c.expires <= now, sessions.c.used <= used_before)
        )
    )
    row = {"account": caller.account, "token_hash": caller.token_hash, "keyholder": caller.keyholder}
    connection.execute(insert(sessions).values(row | {"created": now, "used": now, "expires": expires}))


def end_sessions_except(connection: Connection, account: bytes, kept: Collection[bytes]) -> None:
    """End every session of the account whose keyholder is not one of `kept`."""
    note_ended(account)
    connection.execute(delete(sessions).where(sessions.c.account == account, sessions.c.keyholder.not_in(kept)))


def end_session(connection: Connection, caller: Caller) -> None:
    """End the session that the caller uses."""
    note_ended(caller.account)
    connection.execute(
        delete(sessions).where(sessions.c.account == caller.account, sessions.c.token_hash == caller.token_hash)
    )


def end_other_sessions(connection: Connection, caller: Caller) -> None:
    """End every session of the account but the one that the caller uses."""
    note_ended(caller.account)
    connection.execute(
        delete(sessions).where(sessions.c.account == caller.account, sessions.c.token_hash != caller.token_hash)
    )


def end_session_by_id(connection: Connection, account: bytes, session: bytes) -> bool:
    """End one session of the account; returns whether there was one."""
    note_ended(account)
    rest = sizes.HASH - sizes.SESSION_ID
    within = sessions.c.token_hash.between(session + b"\x00" * rest, session + b"\xff" * rest)
    return connection.execute(delete(sessions).where(sessions.c.account == account, within)).rowcount > 0


def list_sessions(
    connection: Connection, account: bytes, now: int, used_before: int, limit: int
) -> Sequence[StoredSession]:
    """The account's sessions that have not expired and were not idle for too long, newest first."""
    rows = connection.execute(
        select(sessions.c.token_hash, sessions.c.keyholder, sessions.c.created, sessions.c.used, sessions.c.expires)
        .where(sessions.c.account == account, sessions.c.expires > now, sessions.c.used > used_before)
        .order_by(sessions.c.created.desc(), sessions.c.token_hash)
        .limit(limit)
    )
    return [StoredSession(*row) for row in rows]
