"""The query of pages of a log: whole pushes, as rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Integer, and_, bindparam, case, select

from app.journals.repository import STATEMENT
from app.journals.table import grants, journals, log
from app.leaving.repository import served_blob
from app.leaving.table import holdings
from app.queries import Query
from duolog.protocol import sizes


@dataclass(frozen=True, slots=True)
class PageRows:
    """The rows of a page in order, and the newest seq of the journal.

    A row: seq, kind, header, signatures, hash of the blob, blob, receipt, the caller's own grant, and that newest seq.
    """

    rows: Sequence[Sequence[Any]]
    seq: int


_JOURNAL, _ACCOUNT = bindparam("journal", type_=log.c.journal.type), bindparam("account", type_=grants.c.account.type)
_NEWEST = select(journals.c.seq).where(journals.c.journal == _JOURNAL)
# A look-up for statements alone: entries, which are most, have no grants.
_OWN = select(grants.c.sealed).where(
    grants.c.journal == log.c.journal, grants.c.account == _ACCOUNT, grants.c.seq == log.c.seq
)
_MARKS = and_(holdings.c.account == _ACCOUNT, holdings.c.journal == log.c.journal, holdings.c.seq == log.c.seq)
_PAGE = Query(
    select(
        *(log.c.seq, log.c.kind, log.c.header, log.c.signatures, log.c.blob_hash),
        *(served_blob(_JOURNAL, _ACCOUNT).label("blob"), log.c.receipt),
        case((log.c.kind == STATEMENT, _OWN.correlate(log).scalar_subquery())).label("own"),
        _NEWEST.scalar_subquery().label("newest"),
    )
    .select_from(log.outerjoin(holdings, _MARKS))
    .where(log.c.journal == _JOURNAL, log.c.seq > bindparam("since"))
    .order_by(log.c.seq)
    .limit(bindparam("most", type_=Integer))
)
_END = Query(_NEWEST)


def load_page(connection: Connection, journal: bytes, account: bytes, since: int, limit: int) -> PageRows:
    """The pushes after `since`: `limit` items or 1 MiB of them, but always one push if there is one. One query, whose
    rows are read one by one, up to the first that has no place in the page; a second where there are none.

    A blob that the caller doesn't hold is left out, and its size doesn't count. So the end of a page doesn't tell what
    others hold.
    """
    rows, whole, total, newest = list[Sequence[Any]](), 0, 0, 0
    most = max(limit, sizes.MAX_PUSH_ITEMS)
    for row in _PAGE.stream(connection, journal=journal, account=account, since=since, most=most):
        _, _, header, _, _, blob, receipt, _, newest = row
        total += len(header) + len(blob or b"")
        if whole and (len(rows) >= limit or total > sizes.MAX_PAGE_BYTES):
            break
        rows.append(row)
        if receipt is not None:
            whole = len(rows)
    if rows:
        return PageRows(rows[:whole], newest)
    (end,) = _END.all(connection, journal=journal)
    return PageRows([], end.seq)
