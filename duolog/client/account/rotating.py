"""Rotations of the own account: they revoke keyholders, replace the recovery sheet, follow closings, happen by chance.

Rules
- A rotation and its secret are durable before the rotation is sent. It is sent again, byte for byte, until the server
  accepts it, at the next sync at the latest. It is never signed ahead.
- Where the server has accepted another statement instead, this home fetches the account and discards its rotation. It
  signs a new one if any of the old one's purpose remains.
- The journals follow one by one: where a roster names older keys of mine, they are lifted. That needs no list, so any
  own device finishes what another one began.
- After a closing that ends keyholders, a rotation revokes them. After a cancelled closing that the server had, a
  rotation keeps every keyholder: once the journal is lifted, the signature of that closing is invalid.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from duolog.api.accounts import RotationRequest
from duolog.api.entries import PushEntry
from duolog.client.account.keyholder_requests import DAY, make_rotation
from duolog.client.home.begun import ROTATION, PendingRotation
from duolog.client.home.identity import Identity, keep_anchors, save_identity
from duolog.client.home.outbox_rows import save_acknowledged
from duolog.client.home.records import DRAWN, SETS
from duolog.client.home.store import DAMAGED
from duolog.client.journals.closings import ended_keyholders, may_still_happen, settle_closed, signed_until
from duolog.client.log.context import Context
from duolog.client.log.fetching import fetch_all
from duolog.client.log.folding import account_state
from duolog.client.log.outbox import deliver_what_may_go
from duolog.client.log.own_account import check_account_head, refresh_account
from duolog.client.log.pull import pull
from duolog.client.log.settle import MOVED, lift_all
from duolog.client.server.transport import Transport
from duolog.errors import BadReceipt, HomeError, NotAllowed, ServerRefused, TransportError
from duolog.protocol.keyholder_sets import parse_set, verify_sets
from duolog.protocol.log import StatementItem, entry_item, next_head
from duolog.protocol.receipts import Receipt, signer_of, verify_receipt
from duolog.seal.keys import GenerationSecret, KeyholderSecret

CHANCE = 30  # a rotation by chance happens on one day in this many
TRIES = 6  # statements in a row that the server accepts from other devices before this home gives up for now
_MOVED = MOVED | {"set_moved"}
_UNPROCESSABLE = 422

draw: Callable[[int], int] = secrets.randbelow  # tests choose its result


@dataclass(frozen=True, slots=True)
class Wanted:
    """The purpose of a rotation: keyholders to revoke (ids, 32 bytes each), and a new recovery sheet."""

    remove: frozenset[bytes] = frozenset()
    sheet: KeyholderSecret | None = None


async def rotate(context: Context, wanted: Wanted) -> None:
    """Rotate now. After an error the next sync finishes a rotation that has begun.

    Raises:
        NotAllowed: this home would be revoked, or there are too many keyholders. Nothing was begun.
        TransportError, ServerRefused: not now; the next sync goes on.
        VerificationError: the server broke the rules.
    Spec: §4.12.
    """
    await resume(context)
    await _fetch_all(context)
    left = _left_of(context, wanted)
    if left != Wanted() or wanted == Wanted():
        _begin(context, left)
        await resume(context)


async def resume(context: Context) -> None:
    """Finish the rotation that began here, if there is one. Raises: as `rotate`. Spec: §4.12."""
    for _ in range(TRIES):
        pending = ROTATION.load(context.home)
        if pending is None or await _send(context, pending):
            return
        await _fetch_all(context)
        sheet = None if pending.sheet is None else KeyholderSecret(pending.sheet, "recovery_sheet")
        left = _left_of(context, Wanted(pending.remove, sheet))
        if left == Wanted():
            ROTATION.clear(context.home)
            return
        try:
            _begin(context, left)
        except NotAllowed:
            ROTATION.clear(context.home)  # nobody could sign it any more
            raise
    raise TransportError("Other devices of yours keep changing the account just now. It goes on at the next sync.")


async def rotate_by_chance(context: Context) -> None:
    """Rotate on one in thirty of the days on which the rotator syncs, so that a rotation tells little. The first day
    that a home sees counts as drawn. Raises: as `rotate`. Spec: §4.12."""
    today, last = context.clock() // DAY, DRAWN.load(context.store)
    rotates = context.identity.newest_set.rotator == context.home.keyholder.id and not context.unconfirmed
    if not rotates or (last is not None and last >= today):
        return
    DRAWN.save(context.store, today)
    if last is not None and draw(CHANCE) == 0:
        await rotate(context, Wanted())


async def rotate_after_closings(context: Context) -> None:
    """Rotate where a closing asks for it, and lift the journals. Problems are reported. Spec: §5."""
    state, newest = account_state(context), context.identity.secret.generation
    ended = ended_keyholders(context) - {context.home.keyholder.id}
    if not ended and not any(
        may_still_happen(context, journal) and (signed_until(context, journal) or 0) >= newest
        for journal in state.cancelled
    ):
        return
    with context.problems.reported():
        await rotate(context, Wanted(remove=ended))
        await lift_all(context)
        for journal in account_state(context).closings:
            with context.problems.reported(journal):
                await settle_closed(context, journal)


async def _fetch_all(context: Context) -> None:
    """Fetch the account and every journal: own entries that a rotation doesn't know of are invalid after it."""
    await refresh_account(context)
    await pull(context, context.identity.account_journal)
    check_account_head(context)
    await fetch_all(context)
    await deliver_what_may_go(context, context.identity.account_journal)


def _left_of(context: Context, wanted: Wanted) -> Wanted:
    """The part of `wanted` that no accepted rotation has done."""
    find, sheet = context.identity.newest_set.find, wanted.sheet
    in_use = sheet is not None and find(sheet.id) is not None
    return Wanted(frozenset(item for item in wanted.remove if find(item) is not None), None if in_use else sheet)


def _begin(context: Context, wanted: Wanted) -> None:
    """Sign a rotation, and make it durable before it is sent."""
    secret, request = make_rotation(context, remove=wanted.remove, sheet=wanted.sheet)
    sheet = None if wanted.sheet is None else wanted.sheet.seed
    with context.store.transaction():
        ROTATION.save(context.home, PendingRotation(wanted.remove, sheet, secret.seed, request))
        keep_anchors(context.store, request.anchors)


async def _send(context: Context, pending: PendingRotation) -> bool:
    """Send a rotation; whether it is accepted. Another statement may come first: then `resume` makes it anew."""
    receipt = None
    try:
        receipt = (await context.network.call(Transport.rotate, pending.request)).receipt
    except ServerRefused as error:
        if error.code not in _MOVED:
            if error.status == _UNPROCESSABLE:
                ROTATION.clear(context.home)  # the server would refuse it each time
            raise
    if receipt is not None:
        await context.learn_receipt_key(receipt.receipt(), context.identity.account_journal)
        _adopt(context, pending, receipt.receipt())
        await pull(context, context.identity.account_journal)
        return True
    await refresh_account(context)  # another statement came first; or the server accepted this one before
    statement = pending.request.rotation.statement
    accepted = any(item.statement == statement for item in context.chains.statements(context.account))
    if accepted:
        ROTATION.clear(context.home)
    return accepted


def _adopt(context: Context, pending: PendingRotation, receipt: Receipt) -> None:
    """Make the keys of an accepted rotation those of the account, in one transaction."""
    store, request, places = context.store, pending.request, _places(context, pending.request, receipt)
    statements = [*context.chains.statements(context.account), request.rotation.signed()]
    stored = [*(SETS.load(store) or ()), request.set.signed()]
    chain = context.chains.pin(context.account, statements)
    secret = GenerationSecret(pending.seed, chain.newest.generation)
    sets = verify_sets(chain, stored, context.identity.sets)
    context.identity = Identity(context.account, {**context.identity.secrets, secret.generation: secret}, sets)
    with store.transaction():
        save_identity(context.home, context.identity, stored)
        save_acknowledged(store, context.identity.account_journal, places)
        ROTATION.clear(context.home)


def _places(context: Context, request: RotationRequest, receipt: Receipt) -> list[tuple[int, bytes]]:
    """The seq and digest of each item of the account journal's push, under this receipt. Raises: BadReceipt."""
    before = parse_set(request.set.statement).account_head
    if before is None:
        raise HomeError(DAMAGED)
    seq, head, places = before.seq, before.head, []
    for item in request.account_journal.items:
        logged = entry_item(item.header, item.blob) if isinstance(item, PushEntry) else StatementItem(item.signed())
        seq, head = seq + 1, next_head(head, logged.digest)
        places.append((seq, logged.digest))
    journal = context.identity.account_journal
    verify_receipt(receipt, journal, signer_of(receipt, journal, context.receipt_keys()) or context.receipt_key())
    if (receipt.seq, receipt.head) != (seq, head):  # check: client.rotation_receipt
        raise BadReceipt("The server signs for something else than your rotation.", check="client.rotation_receipt")
    return places
