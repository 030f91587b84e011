"""Queries for listeners: whose a journal is, which sessions are valid, and how far journals have come."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from app.access.repository import is_active
from app.access.table import memberships, sessions
from app.journals.table import journals

BATCH = 256  # ids in one query


@dataclass(frozen=True, slots=True)
class Seen:
    """The present state of some accounts: valid sessions by the hash of their token, and the seqs of journals."""

    sessions: set[bytes]
    ends: Mapping[bytes, Mapping[bytes, int]]


def members_of(connection: Connection, moved: Collection[bytes], now: int) -> set[bytes]:
    """The accounts that are members of at least one of these journals."""
    found = set[bytes]()
    for some in _batches(moved):
        query = select(memberships.c.account).where(memberships.c.journal.in_(some), is_active(now))
        found.update(connection.execute(query).scalars())
    return found


def look(
    connection: Connection,
    accounts: Collection[bytes],
    tokens: Collection[bytes],
    moved: Collection[bytes] | None,
    now: int,
    idle_seconds: int,
) -> Seen:
    """Which of these sessions are valid, and how far the accounts' journals have come: those `moved`, or all."""
    valid = set[bytes]()
    for some in _batches(tokens):
        live = sessions.c.expires > now, sessions.c.used > now - idle_seconds
        query = select(sessions.c.token_hash).where(sessions.c.token_hash.in_(some), *live)
        valid.update(connection.execute(query).scalars())
    ends: dict[bytes, dict[bytes, int]] = {}
    for some in _batches(accounts):
        for account, journal, seq in _ends(connection, some, moved, now):
            ends.setdefault(account, {})[journal] = seq
    return Seen(valid, ends)


def _ends(
    connection: Connection, accounts: Collection[bytes], moved: Collection[bytes] | None, now: int
) -> Iterator[tuple[bytes, bytes, int]]:
    query = (
        select(memberships.c.account, memberships.c.journal, journals.c.seq)
        .join(journals, journals.c.journal == memberships.c.journal)
        .where(memberships.c.account.in_(accounts), is_active(now))
    )
    for some in [None] if moved is None else _batches(moved):
        narrowed = query if some is None else query.where(memberships.c.journal.in_(some))
        for row in connection.execute(narrowed):
            yield row.account, row.journal, row.seq


def _batches(ids: Collection[bytes]) -> Iterator[list[bytes]]:
    ordered = sorted(ids)
    for start in range(0, len(ordered), BATCH):
        yield ordered[start : start + BATCH]
