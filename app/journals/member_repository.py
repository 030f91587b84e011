"""Queries of a journal's members, of the accounts that its log has named, and of used-up acceptances."""

from collections.abc import Collection, Iterable

from sqlalchemy import Connection, delete, insert, select

from app.access.repository import lock_accounts
from app.access.table import memberships
from app.chains.repository import Statements, load_page
from app.database import insert_new
from app.journals.table import acceptances, journal_accounts
from duolog.protocol.roster_changes import Roster


def save_members(connection: Connection, roster: Roster, before: Roster | None) -> None:
    """Store the members of a new roster, the accounts that it names, and the acceptances that it uses up.

    A deleted account stays in the roster until the others remove it, and is no member. An account that was deleted
    after its acceptance becomes no member either.
    """
    known = set() if before is None else {member.account for member in before.members}
    query = select(memberships.c.account).where(memberships.c.journal == roster.journal)
    gone = known - set(connection.execute(query).scalars()) if known else set()
    added = {member.account for member in roster.members} - known
    if added:
        gone |= added - lock_accounts(connection, added)
    save_memberships(connection, roster, gone)
    name_accounts(connection, roster.journal, [member.account for member in roster.members])
    use_acceptances(connection, roster.journal, roster.accepted - (before.accepted if before else frozenset()))


def save_memberships(connection: Connection, roster: Roster, gone: Collection[bytes] = ()) -> None:
    """Store the members: all accounts that the roster names, except deleted ones."""
    connection.execute(delete(memberships).where(memberships.c.journal == roster.journal))
    members = [
        {
            "account": member.account,
            "journal": roster.journal,
            "role": member.role,
            "rights": member.rights,
            "until": member.until,
        }
        for member in roster.members
        if member.account not in gone
    ]
    if members:  # nobody, when its founder deleted the account a moment ago: then it is abandoned already
        connection.execute(insert(memberships), members)


def name_accounts(connection: Connection, journal: bytes, accounts: Iterable[bytes]) -> None:
    """Store that the log has named these accounts."""
    named = [{"journal": journal, "account": account} for account in accounts]
    if named:
        connection.execute(insert_new(connection, journal_accounts), named)


def named_accounts(connection: Connection, journal: bytes) -> set[bytes]:
    """Every account that the log has named."""
    query = select(journal_accounts.c.account).where(journal_accounts.c.journal == journal)
    return set(connection.execute(query).scalars())


def use_acceptances(connection: Connection, journal: bytes, used: Iterable[bytes]) -> None:
    """Store that these acceptances are used up."""
    rows = [{"journal": journal, "acceptance": item} for item in used]
    if rows:
        connection.execute(insert(acceptances), rows)


def load_named_chains(
    connection: Connection, journal: bytes, account: bytes | None, after: int, limit: int
) -> tuple[Statements, bool]:
    """A page of the chains of all accounts that the log has named, or of one of them, as `load_page`. One query."""
    named = select(journal_accounts.c.account).where(journal_accounts.c.journal == journal)
    return load_page(connection, named, account, after, limit)
