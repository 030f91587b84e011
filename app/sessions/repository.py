"""Reads and writes challenges and sessions."""

from collections.abc import Collection

from sqlalchemy import Connection, delete, insert, or_

from app.access import Caller, sessions
from app.sessions.table import challenges


def add_challenge(connection: Connection, challenge: bytes, keyholder: bytes, expires: int, now: int) -> None:
    """Store a challenge, and drop those that nobody can answer any more."""
    connection.execute(delete(challenges).where(challenges.c.expires <= now))
    connection.execute(insert(challenges).values(challenge=challenge, keyholder=keyholder, expires=expires))


def take_challenge(connection: Connection, challenge: bytes, keyholder: bytes, now: int) -> bool:
    """Use up a challenge. Whether it was this keyholder's and in time."""
    row = connection.execute(
        delete(challenges)
        .where(challenges.c.challenge == challenge)
        .returning(challenges.c.keyholder, challenges.c.expires)
    ).one_or_none()
    return row is not None and row.keyholder == keyholder and row.expires > now


def add_session(connection: Connection, caller: Caller, now: int, expires: int, used_before: int) -> None:
    """Store a session, and drop the account's sessions that are over or idle for too long."""
    connection.execute(
        delete(sessions).where(
            sessions.c.account == caller.account, or_(sessions.c.expires <= now, sessions.c.used <= used_before)
        )
    )
    row = {"account": caller.account, "token_hash": caller.token_hash, "keyholder": caller.keyholder}
    connection.execute(insert(sessions).values(row | {"created": now, "used": now, "expires": expires}))


def end_sessions_except(connection: Connection, account: bytes, kept: Collection[bytes]) -> None:
    """End every session of the account whose keyholder is not one of `kept`."""
    connection.execute(delete(sessions).where(sessions.c.account == account, sessions.c.keyholder.not_in(kept)))


def end_session(connection: Connection, caller: Caller) -> None:
    """End the session that the caller uses."""
    connection.execute(
        delete(sessions).where(sessions.c.account == caller.account, sessions.c.token_hash == caller.token_hash)
    )
