"""Queries that only carrying needs: for the stored items of a log, for lost blobs, and to move a journal home."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, select, update

from app.access.table import memberships
from app.database import AnyRow
from app.journals.table import acceptances, grants, journal_accounts, journals, log
from app.origins.table import carried

_BROUGHT = (log, grants, acceptances, journal_accounts, carried, journals)


def is_member(connection: Connection, account: bytes, journal: bytes) -> bool:
    """Whether the account is a member of the journal here, its term over or not."""
    query = select(memberships.c.account).where(memberships.c.account == account, memberships.c.journal == journal)
    return connection.execute(query).first() is not None


def known_items(connection: Connection, journal: bytes, first: int, last: int) -> Sequence[AnyRow]:
    """The digests and receipts of the items from `first` to `last`, and whether each has lost its blob here."""
    gone = (log.c.blob.is_(None) & log.c.withdrawn.is_(None)).label("gone")
    return connection.execute(
        select(log.c.seq, log.c.digest, log.c.receipt, gone)
        .where(log.c.journal == journal, log.c.seq.between(first, last))
        .order_by(log.c.seq)
    ).all()


def known_entries(connection: Connection, journal: bytes, entries: Sequence[bytes]) -> set[bytes]:
    """Find which of these entry ids the journal has already."""
    query = select(log.c.entry).where(log.c.journal == journal, log.c.entry.in_(entries))
    return {entry for entry in connection.execute(query).scalars() if entry is not None}


def put_back(connection: Connection, journal: bytes, blobs: Mapping[int, bytes]) -> None:
    """Store blobs of entries that have lost theirs here."""
    for seq, blob in blobs.items():
        where = (log.c.journal == journal) & (log.c.seq == seq)
        connection.execute(update(log).where(where).values(blob=blob))


def move_rows(connection: Connection, place: bytes, journal: bytes) -> None:
    """Give the rows of a place to the journal. One statement for each table."""
    for table in _BROUGHT:
        connection.execute(update(table).where(table.c.journal == place).values(journal=journal))
