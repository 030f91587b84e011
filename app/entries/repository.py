"""Queries of pages of a log: whole pushes, as rows. Any page takes two queries."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, func, select

from app.database import AnyRow
from app.journals.table import grants, journals, log
from app.leaving.repository import served_blob
from app.leaving.table import holdings
from duolog.protocol import sizes


@dataclass(frozen=True, slots=True)
class PageRows:
    """The rows of a page in order, each with the caller's own grant, and the newest seq of the journal."""

    rows: Sequence[AnyRow]
    seq: int


def load_page(connection: Connection, journal: bytes, account: bytes, since: int, limit: int) -> PageRows:
    """The pushes after `since`: `limit` items or 1 MiB of them, but always one push if there is one.

    A blob that the caller doesn't hold is left out, and its size doesn't count. So the end of a page doesn't tell what
    others hold.
    """
    last, newest = _last_of_page(connection, journal, account, since, limit)
    own = and_(grants.c.journal == log.c.journal, grants.c.account == account, grants.c.seq == log.c.seq)
    rows = connection.execute(
        select(
            log.c.seq,
            log.c.kind,
            log.c.header,
            log.c.signatures,
            served_blob(journal, account).label("blob"),
            log.c.blob_hash,
            log.c.receipt,
            grants.c.sealed,
        )
        .select_from(log.outerjoin(grants, own).outerjoin(holdings, _marks(account)))
        .where(log.c.journal == journal, log.c.seq > since, log.c.seq <= last)
        .order_by(log.c.seq)
    ).all()
    return PageRows(rows, newest)


def _marks(account: bytes) -> ColumnElement[bool]:
    return and_(holdings.c.account == account, holdings.c.journal == log.c.journal, holdings.c.seq == log.c.seq)


def _last_of_page(connection: Connection, journal: bytes, account: bytes, since: int, limit: int) -> tuple[int, int]:
    """Where the page ends, from the sizes of its items alone, and the newest seq of the journal."""
    newest = select(journals.c.seq).where(journals.c.journal == journal).scalar_subquery()
    size = func.length(log.c.header) + func.coalesce(func.length(served_blob(journal, account)), 0)
    rows = connection.execute(
        select(log.c.seq, log.c.receipt.is_not(None).label("ends"), size.label("size"), newest.label("newest"))
        .select_from(log.outerjoin(holdings, _marks(account)))
        .where(log.c.journal == journal, log.c.seq > since)
        .order_by(log.c.seq)
        .limit(max(limit, sizes.MAX_PUSH_ITEMS))
    ).all()
    last, total = since, 0
    for count, row in enumerate(rows, start=1):
        total += row.size
        if last > since and (count > limit or total > sizes.MAX_PAGE_BYTES):
            break
        if row.ends:
            last = row.seq
    return last, rows[0].newest if rows else connection.execute(select(newest)).scalar_one()
