"""Rotating an account: its next generation, with everything that goes with it, in one transaction.

Rules (spec §4.12):
- The rotation is the next link of the chain, and the set is the next one, the first of that generation. Its
  commitment is salted, so clients check it, and the server can't.
- The set's `account_head` is the end of the account journal: the rotating device has seen all of it.
- Every keyholder of the set gets a package of the new generation, and every new one that is not a device an
  anchor. The caller's own is among them.
- The push to the account journal begins with a `rotate` that lifts its member. It is appended like any other.
- A keyholder outside the set is revoked: its sessions end, and its package is deleted.
- Waiting closings continue as the rotation signed them anew. The rotation cancels those that it leaves out.
- The same rotation again changes nothing; of two for one generation, the first is taken.
- Rotations have a daily limit, because everybody who shares a journal with the account verifies all of its chain. The
  account journal counts them: each rotation lifts it by one version.
"""

from dataclasses import dataclass

from sqlalchemy import Connection

from app.access.repository import Caller, find_member
from app.accounts import repository as accounts
from app.accounts.changing import (
    LockedAccount,
    anchored,
    lock_account,
    new_in,
    next_chain,
    next_set,
    read_set,
    require_unknown,
)
from app.chains.repository import add_statement
from app.entries.service import read_push
from app.journals.append import Candidate, append_to_journal
from app.journals.repository import time_of_version
from app.leaving.service import renew
from app.problems import NotFound, RuleBroken, SetMoved, SlowDown
from app.quotas.service import Quotas
from app.receipts.service import ReceiptSigner
from app.sessions import repository as sessions
from app.settings import DAY
from duolog.api.accounts import RotationRequest
from duolog.protocol.accounts import SignedAccountStatement
from duolog.protocol.keyholder_sets import AccountHead, KeyholderSet
from duolog.protocol.receipts import Receipt

_GENESIS = 1  # the version of a journal's first roster


@dataclass(frozen=True, slots=True)
class Rotation:
    """A rotation as sent, its push parsed."""

    request: RotationRequest
    link: SignedAccountStatement
    set: SignedAccountStatement
    version: int
    push: tuple[Candidate, ...]


def read_rotation(request: RotationRequest) -> Rotation:
    """Parse all that needs no database. Raises: TooLarge, RuleBroken, Malformed."""
    push = read_push(request.account_journal)
    signed = request.set.signed()
    return Rotation(request, request.rotation.signed(), signed, read_set(signed).version, push)


def rotate(
    connection: Connection,
    caller: Caller,
    rotation: Rotation,
    signer: ReceiptSigner,
    quotas: Quotas,
    per_day: int,
    now: int,
) -> Receipt | None:
    """Take a rotation; returns the receipt for its push, or None when this very rotation was taken before.

    Raises:
        SlowDown: there were `per_day` within the last 24 hours.
        SetMoved: another rotation or set was taken meanwhile, or the account journal has moved on.
        AccountExists: a new keyholder is known to the server already.
        RuleBroken, Malformed: as the rules say.
        NotFound, SessionMissing: the account or the session has gone a moment ago.
        JournalClosed, RosterMoved, EpochStale, EpochMoved, GenerationMoved: as the account journal's push deserves.
    """
    before = lock_account(connection, caller)
    if _was_taken(connection, before, rotation):
        return None
    chain = next_chain(before, rotation.link)
    after = next_set(before, chain, rotation.set)
    _check(before, after, caller, rotation)
    require_unknown(connection, new_in(after, before.newest))
    _require_room(connection, before, per_day, now)
    add_statement(connection, caller.account, chain.newest.generation, rotation.link)  # the push is judged by it
    _replace_keyholders(connection, caller.account, before, after, rotation, now)
    receipt = _append(connection, caller, before, rotation, signer, quotas, now)
    renew(connection, caller.account, chain.newest.generation, rotation.request.closings)
    return receipt


def _was_taken(connection: Connection, before: LockedAccount, rotation: Rotation) -> bool:
    account, statement = before.chain.account, rotation.set.statement
    return before.has_link(rotation.link.statement) and accounts.has_set(
        connection, account, rotation.version, statement
    )


def _require_room(connection: Connection, before: LockedAccount, per_day: int, now: int) -> None:
    """Check that the account journal's change `per_day` changes back is a day old. Raises: SlowDown.

    A time ahead of this server's clock doesn't count: another server gave it, before the journal was carried here.
    """
    roster = before.log.roster
    version = 0 if roster is None else roster.version - per_day + 1
    if version <= _GENESIS:
        return
    taken = time_of_version(connection, before.log.journal, version)
    if taken is not None and taken <= now < taken + DAY:  # check: server.rotation_rate
        raise SlowDown(retry_after=taken + DAY - now)


def _check(before: LockedAccount, after: KeyholderSet, caller: Caller, rotation: Rotation) -> None:
    request, generation = rotation.request, before.chain.newest.generation + 1
    new = new_in(after, before.newest)
    if after.generation != generation:  # check: server.rotation_set
        raise RuleBroken
    if after.account_head != AccountHead(before.log.seq, before.log.head):  # check: server.account_head
        raise SetMoved
    if sorted(item.keyholder for item in request.packages) != [
        item.id for item in after.keyholders
    ]:  # check: server.rotation_packages
        raise RuleBroken
    if sorted(item.keyholder for item in request.anchors) != anchored(new):  # check: server.rotation_anchors
        raise RuleBroken
    if after.find(caller.keyholder) is None:  # check: server.rotation_keeps_caller
        raise RuleBroken
    if not _lifts(rotation.push[0], generation):  # check: server.rotation_lifts
        raise RuleBroken


def _lifts(first: Candidate, generation: int) -> bool:
    """Whether the push begins with a `rotate` that names the new generation. The journal's own rules say the rest."""
    roster = first.roster
    if roster is None or roster.change != "rotate":
        return False
    return [member.generation for member in roster.members] == [generation]


def _replace_keyholders(
    connection: Connection, account: bytes, before: LockedAccount, after: KeyholderSet, rotation: Rotation, now: int
) -> None:
    request = rotation.request
    kept = [item.id for item in after.keyholders]
    anchors = {item.keyholder: item.mac for item in request.anchors}
    packages = {item.keyholder: item.package for item in request.packages}
    accounts.add_sets(connection, account, [rotation.set], after.version)
    accounts.add_keyholders(connection, account, new_in(after, before.newest), anchors)
    accounts.end_keyholders_except(connection, account, kept, now)
    accounts.replace_packages(connection, account, after.generation, packages)
    accounts.add_earlier_seed(connection, account, before.chain.newest.generation, request.earlier_seed)
    sessions.end_sessions_except(connection, account, kept)


def _append(
    connection: Connection,
    caller: Caller,
    before: LockedAccount,
    rotation: Rotation,
    signer: ReceiptSigner,
    quotas: Quotas,
    now: int,
) -> Receipt | None:
    member = find_member(connection, caller.account, before.log.journal, now)
    if member is None:
        raise NotFound
    return append_to_journal(connection, member, rotation.push, signer, quotas, now, times=None).receipt
