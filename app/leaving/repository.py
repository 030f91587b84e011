"""Queries of closings that wait, of private marks, and of who holds an entry.

A holder of an entry is a member of its journal now, with a grant at or before its place, who has not erased it and, if
it is withdrawn, kept it before. Its author erases it by withdrawing it. Spec: §9.1.
"""

from collections.abc import Collection, Iterable

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Table,
    and_,
    case,
    delete,
    exists,
    func,
    insert,
    not_,
    or_,
    select,
    update,
)

from app.access.repository import is_active
from app.access.table import memberships
from app.database import AnyRow, insert_new
from app.journals.repository import ENTRY
from app.journals.table import closings, grants, journals, log
from app.leaving.table import holdings
from app.objects.repository import empty
from app.objects.table import attachments
from duolog.api.leaving import ClosingRequest
from duolog.protocol.receipts import Receipt, stored_receipt

Bytes = ColumnElement[bytes | None]


# --- closings ---


def waiting_journals(connection: Connection, account: bytes) -> set[bytes]:
    """The journals in which a closing of the account waits."""
    query = select(closings.c.journal).where(closings.c.account == account).distinct()
    return set(connection.execute(query).scalars())


def find_closing(connection: Connection, account: bytes, journal: bytes) -> AnyRow | None:
    """The account's closing of this journal, as its newest generation signed it."""
    return connection.execute(
        select(closings)
        .where(closings.c.account == account, closings.c.journal == journal)
        .order_by(closings.c.generation.desc())
        .limit(1)
    ).one_or_none()


def drop_closings(connection: Connection, account: bytes, journals_of: Collection[bytes]) -> int:
    """Drop the account's closings of these journals, of every generation; returns their number."""
    query = delete(closings).where(closings.c.account == account, closings.c.journal.in_(journals_of))
    return connection.execute(query).rowcount


def drop_generation(connection: Connection, account: bytes, generation: int) -> None:
    """Drop the account's closings that this generation signed."""
    query = delete(closings).where(closings.c.account == account, closings.c.generation == generation)
    connection.execute(query)


def add_closings(
    connection: Connection, account: bytes, generation: int, requests: Iterable[tuple[bytes, ClosingRequest]]
) -> None:
    """Store closings that were signed with this generation, each with its journal."""
    rows = [
        {
            "account": account,
            "journal": journal,
            "generation": generation,
            "statement": request.statement,
            "signature": request.signature,
            "salt": request.salt,
            "not_before": request.not_before,
            "ends": b"".join(request.ends),
        }
        for journal, request in requests
    ]
    if rows:
        connection.execute(insert(closings), rows)


# --- who holds what ---


def served_blob(journal: bytes | BindParameter[bytes], account: bytes | BindParameter[bytes]) -> Bytes:
    """The blob of a row of `log` if this member holds it, in a query that joins the member's own `holdings`."""
    granted = select(func.min(grants.c.seq)).where(grants.c.journal == journal, grants.c.account == account)
    holds = and_(
        log.c.seq >= granted.scalar_subquery(),
        or_(holdings.c.erased.is_(None), not_(holdings.c.erased)),
        or_(log.c.withdrawn.is_(None), holdings.c.kept),
    )
    return case((holds, log.c.blob))


def _has_holder(now: int) -> ColumnElement[bool]:
    """The condition that somebody holds a row of `log`."""
    granted = exists().where(
        grants.c.journal == log.c.journal, grants.c.account == memberships.c.account, grants.c.seq <= log.c.seq
    )
    marked = exists().where(
        holdings.c.account == memberships.c.account, holdings.c.journal == log.c.journal, holdings.c.seq == log.c.seq
    )
    return (
        exists()
        .where(
            memberships.c.journal == log.c.journal,
            is_active(now),
            granted.correlate(log, memberships),
            not_(marked.where(holdings.c.erased).correlate(log, memberships)),
            or_(log.c.withdrawn.is_(None), marked.where(holdings.c.kept).correlate(log, memberships)),
        )
        .correlate(log)
    )


def destroy_unheld(
    connection: Connection, journals_of: Collection[bytes], now: int, seqs: Collection[int] | None = None
) -> int:
    """Destroy the blobs that nobody holds any more, in these journals or at these places of one, with their
    attachments; returns how many.
    """
    these = _at(log, journals_of, seqs)
    query = update(log).where(*these, log.c.kind == ENTRY, log.c.blob.is_not(None), not_(_has_holder(now)))
    gone = connection.execute(query.values(blob=None)).rowcount
    if gone:
        empty_unheld(connection, journals_of, seqs)
    return gone


def empty_unheld(connection: Connection, journals_of: Collection[bytes], seqs: Collection[int] | None = None) -> None:
    """End the attachments of entries without a blob, in these journals, which are locked, or at these places of one."""
    entry = exists().where(log.c.journal == attachments.c.journal, log.c.seq == attachments.c.seq, log.c.blob.is_(None))
    empty(connection, *_at(attachments, journals_of, seqs), entry.correlate(attachments))


def _at(table: Table, journals_of: Collection[bytes], seqs: Collection[int] | None) -> tuple[ColumnElement[bool], ...]:
    """The condition that a row belongs to these journals, and to one of these places where there are any."""
    within = table.c.journal.in_(journals_of)
    return (within,) if seqs is None else (within, table.c.seq.in_(seqs))


def unheld_journals(connection: Connection, now: int) -> list[bytes]:
    """Journals with an entry that somebody has erased and nobody holds any more, while its blob is still there."""
    rows = holdings.join(log, and_(log.c.journal == holdings.c.journal, log.c.seq == holdings.c.seq))
    query = select(log.c.journal).select_from(rows).distinct()
    return list(
        connection.execute(query.where(holdings.c.erased, log.c.blob.is_not(None), not_(_has_holder(now)))).scalars()
    )


# --- marks ---


def lock_journals(connection: Connection, journals_of: Collection[bytes]) -> None:
    """Lock these journals: nobody appends or marks there until the transaction ends."""
    query = select(journals.c.journal).where(journals.c.journal.in_(journals_of)).order_by(journals.c.journal)
    connection.execute(query.with_for_update()).all()


def find_entries(connection: Connection, journal: bytes, entries: Collection[bytes]) -> list[AnyRow]:
    """The rows of these entries: id, seq, header, and the seq of the entry that withdrew it."""
    columns = log.c.entry, log.c.seq, log.c.header, log.c.withdrawn
    return list(connection.execute(select(*columns).where(log.c.journal == journal, log.c.entry.in_(entries))).all())


def receipt_over(connection: Connection, journal: bytes, seq: int) -> Receipt:
    """The receipt of the push that an item came with."""
    receipt = connection.execute(
        select(log.c.receipt)
        .where(log.c.journal == journal, log.c.seq >= seq, log.c.receipt.is_not(None))
        .order_by(log.c.seq)
        .limit(1)
    ).scalar_one()
    return stored_receipt(receipt)


def mark_withdrawn(connection: Connection, journal: bytes, seq: int, by: int) -> None:
    """Mark an entry as withdrawn by the entry at the seq `by`."""
    connection.execute(update(log).where(log.c.journal == journal, log.c.seq == seq).values(withdrawn=by))


def keep(connection: Connection, account: bytes, journal: bytes, seqs: Collection[int]) -> None:
    """Mark entries as kept by this member."""
    _mark(connection, account, journal, seqs, "kept")


def erase(connection: Connection, account: bytes, journal: bytes, seqs: Collection[int]) -> None:
    """Mark entries as erased for this member, for good."""
    _mark(connection, account, journal, seqs, "erased")


def _mark(connection: Connection, account: bytes, journal: bytes, seqs: Collection[int], mark: str) -> None:
    if not seqs:
        return
    unmarked = {"account": account, "journal": journal, "kept": False, "erased": False}
    connection.execute(insert_new(connection, holdings), [unmarked | {"seq": seq} for seq in seqs])
    mine = holdings.c.account == account, holdings.c.journal == journal, holdings.c.seq.in_(seqs)
    connection.execute(update(holdings).where(*mine).values({mark: True}))
