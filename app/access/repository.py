"""Queries of the rows that identify a caller: keyholders, sessions and memberships.

Every look-up of an account's or a journal's data goes through one of these rows first.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import BindParameter, ColumnElement, Connection, and_, bindparam, delete, or_, select, update

from app.access.table import keyholders, memberships, sessions
from app.queries import Query
from app.waking.notes import note_ended
from duolog.protocol.codec import sha256
from duolog.protocol.roster_statements import Rights, Role

TOUCH_SECONDS = 3600  # the server stores a session's last use this often, so that reading rarely writes


@dataclass(frozen=True, slots=True)
class JournalMember:
    """A caller who is a member of `journal` now."""

    account: bytes
    journal: bytes
    role: Role
    rights: Rights


@dataclass(frozen=True, slots=True)
class Caller:
    """The caller: an account, through one of its keyholders. `touch`: the session's last use is due to be stored.

    `member`: the caller in the journal that was asked for, None where the caller is no member of it.
    """

    account: bytes
    keyholder: bytes
    token_hash: bytes
    touch: bool
    member: JournalMember | None = None


def hash_token(token: bytes) -> bytes:
    """The stored form of a session's token; only its owner has the token itself."""
    return sha256(b"duolog-server/session\x00", token)


def find_session(connection: Connection, caller: Caller) -> bool:
    """Whether this caller's session still exists."""
    query = select(sessions.c.token_hash).where(
        sessions.c.account == caller.account, sessions.c.token_hash == caller.token_hash
    )
    return connection.execute(query).first() is not None


def note_use(connection: Connection, caller: Caller, now: int) -> None:
    """Store when the caller's session was last used."""
    connection.execute(
        update(sessions)
        .where(sessions.c.account == caller.account, sessions.c.token_hash == caller.token_hash)
        .values(used=now)
    )


def keyholders_of(connection: Connection, account: bytes) -> tuple[set[bytes], set[bytes]]:
    """The ids of all keyholders of an account, revoked ones included, and of those that may log in."""
    query = select(keyholders.c.keyholder, keyholders.c.ended).where(keyholders.c.account == account)
    rows = connection.execute(query).all()
    return {row.keyholder for row in rows}, {row.keyholder for row in rows if row.ended is None}


def end_keyholders(connection: Connection, account: bytes, ends: Collection[bytes], now: int) -> None:
    """Revoke these keyholders of the account. The rows stay, so that no keyholder comes back."""
    named = keyholders.c.account == account, keyholders.c.keyholder.in_(ends), keyholders.c.ended.is_(None)
    connection.execute(update(keyholders).where(*named).values(ended=now, anchor=None))


def end_sessions_of(connection: Connection, account: bytes, ends: Collection[bytes]) -> None:
    """End every session of these keyholders of the account."""
    note_ended(account)
    connection.execute(delete(sessions).where(sessions.c.account == account, sessions.c.keyholder.in_(ends)))


def lock_accounts(connection: Connection, accounts: Collection[bytes], *, to_delete: bool = False) -> set[bytes]:
    """Lock these accounts and return those that exist here. Nobody deletes them until the transaction ends.

    `to_delete`: take the stronger lock for deleting them, so that nobody relies on their existence meanwhile.
    """
    query = select(keyholders.c.account).where(keyholders.c.account.in_(accounts))
    return set(connection.execute(query.with_for_update(read=not to_delete)).scalars())


def is_active(now: int | BindParameter[int]) -> ColumnElement[bool]:
    """The condition that neither a confidant's term nor a closing member's time to fetch is over."""
    return or_(memberships.c.until.is_(None), memberships.c.until > now)


_MEMBER = Query(
    select(memberships.c.role, memberships.c.rights).where(
        memberships.c.account == bindparam("account"),
        memberships.c.journal == bindparam("journal"),
        is_active(bindparam("now")),
    )
)


_CALLER = Query(
    select(
        *(sessions.c.account, sessions.c.keyholder, sessions.c.token_hash, sessions.c.used),
        *(memberships.c.role, memberships.c.rights),
    )
    .outerjoin(
        memberships,
        and_(
            memberships.c.account == sessions.c.account,
            memberships.c.journal == bindparam("journal"),
            is_active(bindparam("now")),
        ),
    )
    .where(
        sessions.c.token_hash == bindparam("token_hash"),
        sessions.c.expires > bindparam("now"),
        sessions.c.used > bindparam("used_after"),
    )
)


def find_caller(
    connection: Connection, token: bytes, now: int, idle_seconds: int, journal: bytes = b""
) -> Caller | None:
    """The owner of a session that has not expired and was not idle for too long, as a member of `journal` too."""
    asked = {"token_hash": hash_token(token), "now": now, "used_after": now - idle_seconds}
    row = _CALLER.one(connection, journal=journal, **asked)
    if row is None:
        return None
    member = None if row.role is None else JournalMember(row.account, journal, row.role, row.rights)
    return Caller(row.account, row.keyholder, row.token_hash, now - row.used >= TOUCH_SECONDS, member)


def find_member(connection: Connection, account: bytes, journal: bytes, now: int) -> JournalMember | None:
    """The account as a member of the journal; None when it isn't a member or its term has ended."""
    row = _MEMBER.one(connection, account=account, journal=journal, now=now)
    return None if row is None else JournalMember(account, journal, row.role, row.rights)
