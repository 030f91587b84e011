"""Letting a journal go, deleting an account, and destroying what nobody may fetch any more.

Rules (spec §5.7)
- A partner lets go of a closed journal, or of one with nobody else in it; of the account journal never.
- An account is deleted unless it is a member of an open journal with others.
- When nobody may fetch a journal any more, all of it is destroyed. The chain of a deleted account stays while a
  journal names it.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection

from app.access.repository import Caller, JournalMember, find_session, lock_accounts
from app.accounts.repository import find_account
from app.journals.repository import load_log
from app.leaving import destroying_repository as destroying
from app.leaving import repository
from app.problems import JournalOpen, NotFound, RuleBroken, SessionMissing


@dataclass(frozen=True, slots=True)
class Settled:
    """How many memberships ended, and how many whole journals and blobs in other journals were destroyed."""

    memberships: int = 0
    journals: int = 0
    blobs: int = 0


def let_go(connection: Connection, member: JournalMember, now: int) -> None:
    """End an own membership. Raises: RuleBroken for the account journal, JournalOpen, NotFound."""
    account, journal = member.account, member.journal
    state = load_log(connection, journal, lock=True)
    own = find_account(connection, account)
    if state is None or own is None:
        raise NotFound
    if journal == own.account_journal:  # check: server.account_journal_kept
        raise RuleBroken
    if destroying.open_with_others(connection, account, [journal], now):  # check: server.let_go_open
        raise JournalOpen
    destroying.end_membership(connection, account, [journal])
    settle(connection, [journal], now)


def delete_account(connection: Connection, caller: Caller, now: int) -> None:
    """Delete the caller's account and end its memberships.

    Its journal may be gone by then: closed when its owner moved away, or never brought here.

    Raises: JournalOpen, NotFound, and SessionMissing when the session has ended a moment ago.
    """
    own = find_account(connection, caller.account)
    if own is None:
        raise NotFound
    load_log(connection, own.account_journal, lock=True)  # the account's changes wait for each other on it
    if not find_session(connection, caller):  # check: server.delete_session
        raise SessionMissing
    lock_accounts(connection, [caller.account], to_delete=True)  # an `add` of this account came before this, or waits
    journals = destroying.journals_of(connection, caller.account)
    repository.lock_journals(connection, journals)
    if destroying.open_with_others(connection, caller.account, journals, now):  # check: server.delete_open
        raise JournalOpen
    destroying.end_membership(connection, caller.account, journals)
    destroying.destroy_account(connection, caller.account)
    settle(connection, journals, now)
    destroying.destroy_chains(connection, [caller.account])  # when no journal was left to take the chain along


def settle(connection: Connection, journals: Collection[bytes], now: int) -> Settled:
    """End expired memberships of these journals, and destroy what nobody holds or may fetch. It may be repeated."""
    repository.lock_journals(connection, journals)
    ended = destroying.end_access(connection, journals, now)
    abandoned = destroying.abandoned(connection, now, journals)
    if abandoned:
        destroying.destroy_journals(connection, abandoned)
    blobs = repository.destroy_unheld(connection, set(journals) - set(abandoned), now)
    return Settled(ended, len(abandoned), blobs)
