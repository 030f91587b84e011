"""Queries of an audit: each reads one account or one journal, or a bounded number of rows."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Column, ColumnElement, Connection, Table, exists, not_, select

from app.access.table import keyholders, memberships, sessions
from app.accounts.table import accounts, earlier_seeds, keyholder_sets, packages
from app.chains.table import account_statements
from app.database import AnyRow
from app.invitations.table import invitations
from app.journals.table import acceptances, closings, grants, held_journals, journal_accounts, journals, log, proposals
from app.leaving.table import holdings
from app.objects.table import attachments, doomed
from app.origins.table import carried
from app.quotas.table import usage
from app.restoring.table import awaited_keyholders, confirmed_ends

STRAYS = 20  # rows of a kind that are named; more are the same damage

OF_JOURNALS = (
    *(log, grants, acceptances, journal_accounts, memberships, proposals, invitations, closings, holdings),
    *(carried, attachments, held_journals, confirmed_ends),
)
# A partner may be a member here before their account has come from another server.
OF_ACCOUNTS = (
    *(keyholders, keyholder_sets, packages, earlier_seeds, sessions, closings, holdings, usage),
    awaited_keyholders,
)


def next_accounts(connection: Connection, after: bytes, limit: int) -> list[bytes]:
    """The ids of accounts behind `after` that have a chain, ascending."""
    id_ = account_statements.c.account
    return list(connection.execute(select(id_).where(id_ > after).distinct().order_by(id_).limit(limit)).scalars())


def next_journals(connection: Connection, after: bytes, limit: int) -> list[bytes]:
    """The ids of journals behind `after`, ascending. A journal on its way from another server has its place's id."""
    id_ = journals.c.journal
    return list(connection.execute(select(id_).where(id_ > after).order_by(id_).limit(limit)).scalars())


def keyholders_of(connection: Connection, account: bytes) -> dict[bytes, AnyRow]:
    """Every keyholder of an account, revoked or not, by id."""
    rows = connection.execute(select(keyholders).where(keyholders.c.account == account))
    return {row.keyholder: row for row in rows}


def packages_of(connection: Connection, account: bytes) -> set[tuple[bytes, int]]:
    """The keyholder and the generation of each package of an account."""
    rows = connection.execute(select(packages.c.keyholder, packages.c.generation).where(packages.c.account == account))
    return {(row.keyholder, row.generation) for row in rows}


def find_journal(connection: Connection, journal: bytes) -> AnyRow | None:
    """The row of a journal; None when it was destroyed a moment ago."""
    return connection.execute(select(journals).where(journals.c.journal == journal)).one_or_none()


def items_after(connection: Connection, journal: bytes, seq: int, limit: int) -> Sequence[AnyRow]:
    """Items of a log behind `seq`, in order."""
    where = log.c.journal == journal, log.c.seq > seq
    return connection.execute(select(log).where(*where).order_by(log.c.seq).limit(limit)).all()


def grants_at(connection: Connection, journal: bytes, seq: int) -> dict[bytes, bytes]:
    """The sealed grants of one statement, by account."""
    rows = connection.execute(
        select(grants.c.account, grants.c.sealed).where(grants.c.journal == journal, grants.c.seq == seq)
    )
    return {row.account: row.sealed for row in rows}


def attachments_at(connection: Connection, journal: bytes, first: int, last: int) -> set[tuple[int, bytes]]:
    """The attachments that entries of these places name, each with its entry's seq."""
    of = attachments.c.journal == journal, attachments.c.seq.between(first, last)
    rows = connection.execute(select(attachments.c.seq, attachments.c.attachment).where(*of))
    return {(row.seq, row.attachment) for row in rows}


def acceptances_of(connection: Connection, journal: bytes) -> set[bytes]:
    """The acceptances that a journal has used up."""
    query = select(acceptances.c.acceptance).where(acceptances.c.journal == journal)
    return set(connection.execute(query).scalars())


def memberships_of(connection: Connection, journal: bytes) -> Sequence[AnyRow]:
    """The members of a journal."""
    return connection.execute(select(memberships).where(memberships.c.journal == journal)).all()


def stored_attachments(connection: Connection, after: bytes, limit: int) -> Sequence[AnyRow]:
    """Attachments whose bytes are stored, by place, behind the place `after`."""
    place = attachments.c.place
    return connection.execute(
        select(place, attachments.c.journal, attachments.c.size, attachments.c.received)
        .where(place > after)
        .order_by(place)
        .limit(limit)
    ).all()


def strays(connection: Connection) -> Iterator[tuple[str, bytes]]:
    """Rows that belong to nothing: the name of their table, and the id of the journal or account that isn't there."""
    chained, named = account_statements.c.account, journal_accounts.c.account
    for table in OF_JOURNALS:
        yield from _without(connection, table, table.c.journal, _no(journals.c.journal, table.c.journal))
    for table in OF_ACCOUNTS:
        yield from _without(connection, table, table.c.account, _no(accounts.c.account, table.c.account))
    for table in (accounts, journal_accounts):
        yield from _without(connection, table, table.c.account, _no(chained, table.c.account))
    orphaned = _no(accounts.c.account, chained) & _no(named, chained)
    yield from _without(connection, account_statements, chained, orphaned)
    both = exists().where(doomed.c.place == attachments.c.place)
    yield from _without(connection, doomed, attachments.c.journal, both)


def _no(column: Column[bytes], owner: Column[bytes]) -> ColumnElement[bool]:
    return not_(exists().where(column == owner))


def _without(
    connection: Connection, table: Table, owner: Column[bytes], condition: ColumnElement[bool]
) -> Iterator[tuple[str, bytes]]:
    query = select(owner).where(condition).distinct().order_by(owner).limit(STRAYS)
    for found in connection.execute(query).scalars():
        yield table.name, found
