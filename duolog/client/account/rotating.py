"""Rotations of the own account: to take keyholders out, to replace the recovery sheet, and now and then by chance.

Rules
- A rotation is durable, with its secret, before it is sent. It is sent again byte for byte until it was taken, at the
  next sync at the latest. It is never signed ahead.
- When something else was taken instead, the account is fetched, the own rotation thrown away, and another one signed
  if what it was for is still to do.
- Identity, secrets and sets change in one transaction, when the server has taken it.
- Other journals follow one by one: where the roster names older keys of mine, they are lifted. That needs no list, so
  any own device finishes what another one began.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from duolog.api.accounts import RotationRequest
from duolog.api.entries import PushEntry, PushStatement
from duolog.client.account.keyholder_changes import Newcomer, make_rotation
from duolog.client.home.begun import ROTATION, PendingRotation
from duolog.client.home.identity import Identity, keep_anchors, save_identity
from duolog.client.home.outbox_rows import save_acknowledged
from duolog.client.home.records import DRAWN, SETS
from duolog.client.log.context import Context
from duolog.client.log.outbox import deliver_what_may_go
from duolog.client.log.own_account import check_account_head, refresh_account
from duolog.client.log.poll import look_around
from duolog.client.log.pull import pull
from duolog.client.log.settle import MOVED
from duolog.client.server.transport import Transport
from duolog.errors import BadReceipt, HomeError, ServerRefused, TransportError
from duolog.protocol.accounts import parse_set, verify_sets
from duolog.protocol.log import StatementItem, entry_item, next_head
from duolog.protocol.receipts import Receipt, verify_receipt
from duolog.seal.keys import GenerationSecret, KeyholderSecret

CHANCE = 30  # a rotation by chance happens on one day of so many
_DAY = 24 * 3600  # seconds
_TRIES = 6  # rotations and sets that were taken instead of ours, in a row
_MOVED = MOVED | {"set_moved"}
_UNPROCESSABLE = 422

draw: Callable[[int], int] = secrets.randbelow  # tests choose what comes of it


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a rotation is for: keyholders to take out (ids, 32 bytes each), and a new recovery sheet (its seed)."""

    remove: frozenset[bytes] = frozenset()
    sheet: bytes | None = None

    def __repr__(self) -> str:
        return f"Wanted(remove={len(self.remove)}, sheet={'<secret>' if self.sheet else None})"


async def rotate(context: Context, wanted: Wanted) -> None:
    """Rotate now. It is done when this returns; after any error it is finished by the next sync, unless nothing began.

    Raises:
        NotAllowed: this home would be left out, or there are too many keyholders. Nothing was begun.
        TransportError, ServerRefused: not now; it waits, and goes on at the next sync.
        VerificationError: the server broke the rules.
    Spec: §4.12.
    """
    await resume(context)
    for attempt in range(_TRIES):
        await _ready(context)
        left = _still_wanted(context, wanted)
        if left is None or (attempt > 0 and wanted == Wanted()):
            return
        _keep(context, left)
        if await _send(context):
            return
    raise TransportError("Other devices of yours keep changing the account just now. Try again in a moment.")


async def resume(context: Context) -> None:
    """Finish a rotation that began here, if there is one. Raises: as `rotate`. Spec: §4.12."""
    for _ in range(_TRIES):
        pending = ROTATION.load(context.home)
        if pending is None or await _send(context):
            return
        await _ready(context)
        left = _still_wanted(context, Wanted(pending.remove, pending.sheet))
        if left is None or left == Wanted():
            return
        _keep(context, left)
    raise TransportError("Other devices of yours keep changing the account just now. It goes on at the next sync.")


async def rotate_by_chance(context: Context) -> bool:
    """On each day on which the rotator syncs, once in thirty: so a rotation tells little. Whether it happened.

    The first day that a home sees counts as drawn. Raises: as `rotate`. Spec: §4.12.
    """
    today, last = context.clock() // _DAY, DRAWN.load(context.store)
    if last is not None and last >= today:
        return False
    if context.identity.newest_set.rotator != context.home.keyholder.id or context.unconfirmed:
        return False
    DRAWN.save(context.store, today)
    if last is None or draw(CHANCE) != 0:
        return False
    await rotate(context, Wanted())
    return True


def is_pending(context: Context) -> bool:
    """Whether a rotation waits here to be acknowledged."""
    return ROTATION.is_set(context.home)


async def _ready(context: Context) -> None:
    """The account as it is now, and its journal to the end, with what waited for it. And every other journal: what the
    rotation doesn't name, and another own device wrote before, would be believed no longer.
    """
    await refresh_account(context)
    await pull(context, context.identity.account_journal)
    check_account_head(context)
    await look_around(context)
    await deliver_what_may_go(context, context.identity.account_journal)


def _still_wanted(context: Context, wanted: Wanted) -> Wanted | None:
    """What is left to do of it; None when all was done already."""
    newest = context.identity.newest_set
    remove = frozenset(item for item in wanted.remove if newest.find(item) is not None)
    new = None if wanted.sheet is None else KeyholderSecret(wanted.sheet, "recovery_sheet")
    sheet = wanted.sheet if new is not None and newest.find(new.id) is None else None
    if wanted != Wanted() and not remove and sheet is None:
        return None
    return Wanted(remove, sheet)


def _keep(context: Context, wanted: Wanted) -> None:
    """Sign the rotation, and make it durable before anybody hears of it."""
    new = [] if wanted.sheet is None else [KeyholderSecret(wanted.sheet, "recovery_sheet")]
    newcomers = [Newcomer.of(item, context.account) for item in new]
    secret, request = make_rotation(context, remove=wanted.remove, new=newcomers)
    pending = PendingRotation(wanted.remove, wanted.sheet, secret.seed, request)
    with context.store.transaction():
        ROTATION.save(context.home, pending)
        keep_anchors(context.store, request.anchors)


async def _send(context: Context) -> bool:
    """Send what waits; False when something else was taken in its place, and it was thrown away.

    Raises:
        TransportError, ServerRefused: not now; it still waits.
        BadReceipt: what the server signed is not for this rotation; it still waits.
    """
    pending = ROTATION.load(context.home)
    if pending is None:
        return True
    try:
        answer = await context.network.call(Transport.rotate, pending.request)
    except ServerRefused as error:
        if error.code not in _MOVED:
            if error.status == _UNPROCESSABLE:
                ROTATION.clear(context.home)  # it would be refused for ever
            raise
        await refresh_account(context)
        ROTATION.clear(context.home)
        return _is_taken(context, pending)
    if answer.receipt is None:  # it was taken before, and its answer was lost
        await refresh_account(context)
        ROTATION.clear(context.home)
        return True
    _adopt(context, pending, answer.receipt.receipt())
    await pull(context, context.identity.account_journal)
    return True


def _is_taken(context: Context, pending: PendingRotation) -> bool:
    statement = pending.request.rotation.statement
    return any(item.statement == statement for item in context.chains.statements(context.account))


def _adopt(context: Context, pending: PendingRotation, receipt: Receipt) -> None:
    """The server has taken it: from here on these are the account's keys, durably and all at once."""
    store, request, places = context.store, pending.request, _places(context, pending.request, receipt)
    statements = [*context.chains.statements(context.account), request.rotation.signed()]
    stored = [*(SETS.load(store) or ()), request.set.signed()]
    chain = context.chains.pin(context.account, statements)
    secret = GenerationSecret(pending.seed, chain.newest.generation)
    sets = verify_sets(chain, stored, context.identity.sets)
    context.identity = Identity(context.account, {**context.identity.secrets, secret.generation: secret}, sets)
    journal = context.identity.account_journal
    with store.transaction():
        save_identity(context.home, context.identity, stored)
        save_acknowledged(store, journal, places)
        ROTATION.clear(context.home)


def _places(context: Context, request: RotationRequest, receipt: Receipt) -> list[tuple[int, bytes]]:
    """Where the two items of the account journal stand from now on, as the receipt signs it. Raises: BadReceipt."""
    head = parse_set(request.set.statement).account_head
    if head is None:
        raise HomeError("The database of this home is damaged. Restore from your words into a new home.")
    seq, end, places = head.seq, head.head, []
    for item in request.account_journal.items:
        digest = _digest(item)
        seq, end = seq + 1, next_head(end, digest)
        places.append((seq, digest))
    verify_receipt(receipt, context.identity.account_journal, context.receipt_key())
    if (receipt.seq, receipt.head) != (seq, end):  # check: client.rotation_receipt
        raise BadReceipt("The server signs for something else than your rotation.", check="client.rotation_receipt")
    return places


def _digest(item: PushStatement | PushEntry) -> bytes:
    if isinstance(item, PushEntry):
        return entry_item(item.header, item.blob).digest
    return StatementItem(item.signed()).digest
