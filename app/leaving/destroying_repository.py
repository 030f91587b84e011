"""Queries that end memberships and destroy journals and accounts. Each works on many rows at once."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, not_, select

from app.access.repository import is_active
from app.access.table import keyholders, memberships, sessions
from app.accounts.table import accounts, earlier_seeds, keyholder_sets, packages
from app.chains.table import account_statements
from app.invitations.table import invitations
from app.journals.table import (
    acceptances,
    closings,
    grants,
    held_journals,
    journal_accounts,
    journals,
    log,
    proposals,
)
from app.leaving.table import holdings
from app.objects.repository import doom_of_journals, doom_unnamed
from app.origins.table import carried
from app.quotas.table import usage
from app.restoring.table import awaited_keyholders, confirmed_ends
from app.waking.notes import note_ended

OF_JOURNALS = (
    *(log, grants, proposals, invitations, closings, holdings, acceptances, memberships, carried),
    *(held_journals, confirmed_ends, journals),
)
OF_ACCOUNTS = (
    *(sessions, keyholders, packages, keyholder_sets, earlier_seeds, closings, holdings, usage),
    *(awaited_keyholders, confirmed_ends, accounts),
)


def journals_of(connection: Connection, account: bytes) -> list[bytes]:
    """Every journal of which the account has a membership, ended or not."""
    query = select(memberships.c.journal).where(memberships.c.account == account)
    return list(connection.execute(query).scalars())


def open_with_others(connection: Connection, account: bytes, of: Collection[bytes], now: int) -> bool:
    """Whether one of these journals is open, and the account and somebody else are members of it now."""
    mine = exists().where(memberships.c.account == account, memberships.c.journal == journals.c.journal, is_active(now))
    others = exists().where(
        memberships.c.account != account, memberships.c.journal == journals.c.journal, is_active(now)
    )
    query = select(journals.c.journal).where(journals.c.journal.in_(of), journals.c.closed.is_(False), mine, others)
    return connection.execute(query.limit(1)).first() is not None


def end_membership(connection: Connection, account: bytes, of: Collection[bytes]) -> None:
    """End the account's membership of these journals, with its marks, closings, invitations and proposals there, and
    the attachments that no entry names.
    """
    for table in (memberships, holdings, closings):
        connection.execute(delete(table).where(table.c.account == account, table.c.journal.in_(of)))
    doom_unnamed(connection, account, of)
    for table in (invitations, proposals):
        connection.execute(delete(table).where(table.c.journal.in_(of), table.c.author == account))


def end_access(connection: Connection, of: Collection[bytes], now: int) -> int:
    """End the memberships of closed journals whose time is over; returns their number."""
    closed = select(journals.c.journal).where(journals.c.journal.in_(of), journals.c.closed)
    over = memberships.c.journal.in_(closed), not_(is_active(now))
    return connection.execute(delete(memberships).where(*over)).rowcount


def journals_to_settle(connection: Connection, now: int, limit: int) -> list[bytes]:
    """Closed journals in which somebody's time is over, and journals that nobody may fetch."""
    ended = exists().where(memberships.c.journal == journals.c.journal, not_(is_active(now)))
    over = and_(journals.c.closed, ended) | _is_abandoned(now)
    return list(connection.execute(select(journals.c.journal).where(over).limit(limit)).scalars())


def abandoned(connection: Connection, now: int, of: Collection[bytes]) -> list[bytes]:
    """Find which of these journals nobody may fetch any more."""
    query = select(journals.c.journal).where(journals.c.journal.in_(of), _is_abandoned(now))
    return list(connection.execute(query).scalars())


def destroy_journals(connection: Connection, of: Collection[bytes]) -> None:
    """Destroy all of these journals, and the chains of deleted accounts that no other journal names."""
    named = select(journal_accounts.c.account).where(journal_accounts.c.journal.in_(of))
    touched = list(connection.execute(named.distinct()).scalars())
    doom_of_journals(connection, of)
    for table in (*OF_JOURNALS, journal_accounts):
        which = [table.c.journal.in_(of)]
        if table is closings:  # they lead with their author, whom the log has named
            which.append(table.c.account.in_(touched))
        connection.execute(delete(table).where(*which))
    destroy_chains(connection, touched)


def destroy_account(connection: Connection, account: bytes) -> None:
    """Destroy all rows of an account except its chain, which the last journal that names it takes along."""
    note_ended(account)
    doom_unnamed(connection, account)
    for table in OF_ACCOUNTS:
        connection.execute(delete(table).where(table.c.account == account))


def destroy_chains(connection: Connection, touched: Collection[bytes]) -> None:
    """Destroy the chains of these accounts where the account is not here and no journal names it."""
    there = select(accounts.c.account).where(accounts.c.account.in_(touched))
    deleted = set(touched) - set(connection.execute(there).scalars())
    if deleted:  # seldom: no index tells which journals name an account
        still = select(journal_accounts.c.account).where(journal_accounts.c.account.in_(deleted)).distinct()
        unnamed = deleted - set(connection.execute(still).scalars())
        chains = account_statements.c.account.in_(unnamed)
        connection.execute(delete(account_statements).where(chains))


def _is_abandoned(now: int) -> ColumnElement[bool]:
    """The condition that nobody may fetch a journal. A journal on its way from another server has no members yet."""
    fetched = exists().where(memberships.c.journal == journals.c.journal, is_active(now))
    coming = exists().where(carried.c.journal == journals.c.journal, carried.c.complete.is_(False))
    return not_(fetched.correlate(journals)) & not_(coming.correlate(journals))
