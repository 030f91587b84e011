"""Keyholders, sessions and memberships: the three tables that identify a caller, and their queries.

Every look-up of an account's or a journal's data goes through one of these rows first.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Index,
    LargeBinary,
    String,
    Table,
    or_,
    select,
    update,
)

from app.database import metadata
from duolog.protocol.codec import sha256
from duolog.protocol.roster_statements import Rights, Role

TOUCH_SECONDS = 3600  # a session's last use is stored this often, so that reading rarely writes

keyholders = Table(
    "keyholders",
    metadata,
    Column("account", LargeBinary(32), primary_key=True),
    Column("keyholder", LargeBinary(32), primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("sign_key", LargeBinary(32), nullable=False),
    Column("anchor", LargeBinary(32)),
    Column("ended", BigInteger),
    Index("ix_keyholders_keyholder", "keyholder", unique=True),
)

sessions = Table(
    "sessions",
    metadata,
    Column("account", LargeBinary(32), primary_key=True),
    Column("token_hash", LargeBinary(32), primary_key=True),
    Column("keyholder", LargeBinary(32), nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("used", BigInteger, nullable=False),
    Column("expires", BigInteger, nullable=False),
    Index("ix_sessions_token_hash", "token_hash", unique=True),
)

memberships = Table(
    "memberships",
    metadata,
    Column("account", LargeBinary(32), primary_key=True),
    Column("journal", LargeBinary(32), primary_key=True),
    Column("role", String(16), nullable=False),
    Column("rights", String(16), nullable=False),
    Column("until", BigInteger),
    Index("ix_memberships_journal", "journal"),
)


@dataclass(frozen=True, slots=True)
class Caller:
    """The caller: an account, through one of its keyholders. `touch`: the session's last use is due to be stored."""

    account: bytes
    keyholder: bytes
    token_hash: bytes
    touch: bool


@dataclass(frozen=True, slots=True)
class JournalMember:
    """A caller who is a member of `journal` now."""

    account: bytes
    journal: bytes
    role: Role
    rights: Rights


def hash_token(token: bytes) -> bytes:
    """The stored form of a session's token; only its owner has the token itself."""
    return sha256(b"duolog-server/session\x00", token)


def find_caller(connection: Connection, token: bytes, now: int, idle_seconds: int) -> Caller | None:
    """The owner of a session that has not expired and was not idle for too long."""
    row = connection.execute(
        select(sessions.c.account, sessions.c.keyholder, sessions.c.token_hash, sessions.c.used).where(
            sessions.c.token_hash == hash_token(token),
            sessions.c.expires > now,
            sessions.c.used > now - idle_seconds,
        )
    ).one_or_none()
    return None if row is None else Caller(row.account, row.keyholder, row.token_hash, now - row.used >= TOUCH_SECONDS)


def find_session(connection: Connection, caller: Caller) -> bool:
    """Whether this caller's session still exists."""
    query = select(sessions.c.token_hash).where(
        sessions.c.account == caller.account, sessions.c.token_hash == caller.token_hash
    )
    return connection.execute(query).first() is not None


def note_use(connection: Connection, caller: Caller, now: int) -> None:
    """Note that a session was used."""
    connection.execute(
        update(sessions)
        .where(sessions.c.account == caller.account, sessions.c.token_hash == caller.token_hash)
        .values(used=now)
    )


def keyholders_of(connection: Connection, account: bytes) -> tuple[set[bytes], set[bytes]]:
    """All keyholders of an account, past ones included, and those of them that may log in."""
    query = select(keyholders.c.keyholder, keyholders.c.ended).where(keyholders.c.account == account)
    rows = connection.execute(query).all()
    return {row.keyholder for row in rows}, {row.keyholder for row in rows if row.ended is None}


def lock_accounts(connection: Connection, accounts: Collection[bytes], *, to_delete: bool = False) -> set[bytes]:
    """Lock those of these accounts that exist here. Nobody deletes them until the transaction ends.

    `to_delete`: the stronger lock for deleting them, so that nobody meanwhile takes them for existing.
    """
    query = select(keyholders.c.account).where(keyholders.c.account.in_(accounts))
    return set(connection.execute(query.with_for_update(read=not to_delete)).scalars())


def is_active(now: int) -> ColumnElement[bool]:
    """The condition that neither a confidant's term nor a closing member's time to fetch is over."""
    return or_(memberships.c.until.is_(None), memberships.c.until > now)


def find_member(connection: Connection, account: bytes, journal: bytes, now: int) -> JournalMember | None:
    """The account as a member of the journal; None when it isn't a member or its term has ended."""
    row = connection.execute(
        select(memberships.c.role, memberships.c.rights).where(
            memberships.c.account == account,
            memberships.c.journal == journal,
            is_active(now),
        )
    ).one_or_none()
    return None if row is None else JournalMember(account, journal, row.role, row.rights)
