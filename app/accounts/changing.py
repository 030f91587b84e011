"""What adding a keyholder and rotating have in common: the account as it stands, locked, and what follows it.

Changes of one account wait for each other on the row of its account journal. Both are recognised by their statements
when they are sent again, whatever has happened since. The commitment of a generation to its first set is salted: the
server can't check it, and clients do.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from app.access import Caller, find_session
from app.accounts import repository
from app.chains.repository import load_chains
from app.journals.append import refuse
from app.journals.repository import load_log
from app.problems import AccountExists, NotFound, Problem, SessionMissing, SetMoved
from duolog.errors import ChainViolation, MalformedData, VerificationError
from duolog.protocol.accounts import (
    AccountChain,
    Keyholder,
    KeyholderSet,
    SignedAccountStatement,
    extend_chain,
    follow_set,
    parse_set,
)
from duolog.protocol.log import LogState
from duolog.protocol.statements import statement_hash

# Where something else has taken the place of what this statement follows.
_MOVED = ("accounts.rotation_generation", "accounts.rotation_prev", "accounts.set_version", "accounts.set_prev")


@dataclass(frozen=True, slots=True)
class LockedAccount:
    """An account as it stands. Nobody else changes it, or appends to its journal, until the transaction ends."""

    chain: AccountChain
    newest: KeyholderSet
    newest_hash: bytes
    log: LogState

    def has_link(self, statement: bytes) -> bool:
        """Whether this very genesis or rotation was taken before."""
        digest = statement_hash(statement)
        return any(known.statement_hash == digest for known in self.chain.generations)


def lock_account(connection: Connection, caller: Caller) -> LockedAccount:
    """The caller's account. Raises: NotFound, and SessionMissing when the session has ended a moment ago."""
    stored = repository.find_account(connection, caller.account)
    log = None if stored is None else load_log(connection, stored.account_journal, lock=True)
    newest = repository.load_newest_set(connection, caller.account)
    if log is None or newest is None:
        raise NotFound
    if not find_session(connection, caller):  # check: server.session_still_open
        raise SessionMissing
    chain = load_chains(connection, [caller.account])[caller.account]
    return LockedAccount(chain, parse_set(newest.statement), statement_hash(newest.statement), log)


def read_set(signed: SignedAccountStatement) -> KeyholderSet:
    """A set as sent, parsed alone. Raises: RuleBroken, Malformed."""
    try:
        return parse_set(signed.statement)
    except (MalformedData, VerificationError) as error:
        raise _refuse(error) from error


def next_chain(before: LockedAccount, rotation: SignedAccountStatement) -> AccountChain:
    """The chain with one rotation more. Raises: SetMoved, RuleBroken, Malformed."""
    try:
        return extend_chain(before.chain, rotation)
    except (MalformedData, VerificationError) as error:
        raise _refuse(error) from error


def next_set(before: LockedAccount, chain: AccountChain, signed: SignedAccountStatement) -> KeyholderSet:
    """The set that follows the newest. Raises: SetMoved, RuleBroken, Malformed."""
    try:
        return follow_set(chain, before.newest, before.newest_hash, signed)
    except (MalformedData, VerificationError) as error:
        raise _refuse(error) from error


def _refuse(error: MalformedData | VerificationError) -> Problem:
    if isinstance(error, ChainViolation) and error.check in _MOVED:
        return SetMoved()
    return refuse(error)


def new_in(after: KeyholderSet, before: KeyholderSet) -> list[Keyholder]:
    """The keyholders that came with a set. One whose kind or keys are others than before is new as well."""
    return [item for item in after.keyholders if item not in before.keyholders]


def anchored(keyholders: Sequence[Keyholder]) -> list[bytes]:
    """Those of these keyholders that bring an anchor, ascending."""
    return [item.id for item in keyholders if item.kind != "device"]


def require_unknown(connection: Connection, new: Sequence[Keyholder]) -> None:
    """No new keyholder was ever anybody's: one that has ended never comes back. Raises: AccountExists."""
    if repository.any_keyholder(connection, [item.id for item in new]):  # check: server.keyholder_taken
        raise AccountExists
