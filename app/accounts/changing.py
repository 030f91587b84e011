"""The shared part of adding a keyholder and rotating: lock the account, and check that the change follows it.

Changes of one account wait for each other on the row of its account journal. The server recognises a repeated change by
its statement, even after later changes. A generation's commitment to its first set is salted: clients check it, and the
server can't.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from app.access.repository import Caller, find_session
from app.accounts import repository
from app.chains.repository import load_chains
from app.journals.append import refuse
from app.journals.repository import load_log
from app.problems import AccountExists, NotFound, Problem, SessionMissing, SetMoved
from duolog.errors import ChainViolation, MalformedData, VerificationError
from duolog.protocol.accounts import AccountChain, SignedAccountStatement, extend_chain
from duolog.protocol.keyholder_sets import Keyholder, KeyholderSet, follow_set, parse_set
from duolog.protocol.log import LogState
from duolog.protocol.statements import statement_hash

# The checks that fail when another statement took this one's place.
_MOVED = ("accounts.rotation_generation", "accounts.rotation_prev", "accounts.set_version", "accounts.set_prev")


@dataclass(frozen=True, slots=True)
class LockedAccount:
    """A locked account. Nobody else changes it, or appends to its journal, until the transaction ends."""

    chain: AccountChain
    newest: KeyholderSet
    newest_hash: bytes
    log: LogState

    def has_link(self, statement: bytes) -> bool:
        """Whether the server accepted this same genesis or rotation before."""
        digest = statement_hash(statement)
        return any(known.statement_hash == digest for known in self.chain.generations)


def lock_account(connection: Connection, caller: Caller) -> LockedAccount:
    """Lock the caller's account. Raises: NotFound, and SessionMissing when the session ended a moment ago."""
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
    """Parse a sent set, without verifying it. Raises: RuleBroken, Malformed."""
    try:
        return parse_set(signed.statement)
    except (MalformedData, VerificationError) as error:
        raise _refuse(error) from error


def next_chain(before: LockedAccount, rotation: SignedAccountStatement) -> AccountChain:
    """The chain with one more rotation. Raises: SetMoved, RuleBroken, Malformed."""
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
    """The new keyholders of a set. A keyholder with another kind or other keys than before is new too."""
    return [item for item in after.keyholders if item not in before.keyholders]


def anchored(keyholders: Sequence[Keyholder]) -> list[bytes]:
    """The ids of those keyholders that need an anchor, ascending."""
    return [item.id for item in keyholders if item.kind != "device"]


def require_unknown(connection: Connection, new: Sequence[Keyholder]) -> None:
    """Check that no account has or had a new keyholder: a revoked one never comes back. Raises: AccountExists."""
    if repository.any_keyholder(connection, [item.id for item in new]):  # check: server.keyholder_taken
        raise AccountExists
