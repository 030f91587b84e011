"""The outbox: what was written is safe in the home before anything is sent, and leaves it only when it came back
verified.

Rules
- The message is fixed when it is written, with what its author had seen; sealing happens at sending, and again when
  keys have moved. The id stays, so the server takes it once.
- Order is kept. A push is `[rotate, entries...]` when the epoch is stale, or the roster names older keys of mine.
- The server's word for a place counts only for a digest that was sent; the place must come back with it.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from duolog.api.leaving import WithdrawalRequest
from duolog.api.pages import Placed, encode_push
from duolog.client.home.item_rows import refused_since
from duolog.client.home.outbox_rows import (
    count_waiting,
    forget_waiting,
    last_waiting,
    save_digests,
    save_message,
    save_waiting,
    waiting_entries,
)
from duolog.client.log.confidant_terms import make_endings
from duolog.client.log.context import Context
from duolog.client.log.folding import document_context, journal_state
from duolog.client.log.push import acknowledge, push_items, push_statement
from duolog.client.log.settle import until_settled
from duolog.client.log.statements import is_behind, make_bad_grant, make_rotate
from duolog.client.log.stored_logs import newest_receipt
from duolog.client.server.transport import Transport
from duolog.documents.base import expected_receipt
from duolog.documents.journal import last_of, require_allowed
from duolog.errors import NotAllowed, ServerRefused, TransportError
from duolog.protocol import sizes
from duolog.protocol.codec import parse_b64
from duolog.protocol.entries import Header
from duolog.protocol.log import EntryItem, StatementItem, entry_item
from duolog.protocol.messages import Document, Message, parse_message
from duolog.protocol.roster_changes import Roster
from duolog.seal.entries import readers_of, seal_entry
from duolog.seal.keys import EpochKey

_FULL = frozenset({"daily_limit", "quota_reached"})
_PUSH_BYTES = sizes.MAX_PUSH_BYTES - sizes.MAX_BLOB


@dataclass(frozen=True, slots=True)
class _Waiting:
    entry: bytes
    message: bytes
    digests: bytes

    def __repr__(self) -> str:
        return f"_Waiting(entry={self.entry.hex()}, <secret>)"


def post(context: Context, journal: bytes, document: Document) -> bytes:
    """Put a document into the outbox, durably; its entry id, 16 bytes.

    Raises:
        NotAllowed: the rules forbid it now, or the journal can't be written. Nothing was stored.
        JournalFrozen: the journal is read-only.
        MalformedData: it is too long, or not what its kind says.
    """
    context.network.require_account()
    here = context.standing(journal)
    roster = here.require_open()
    here.require_member()
    if not here.may_write:  # check: client.may_write
        raise NotAllowed("You may read this journal, but not write in it.")
    seen = newest_receipt(context.store, journal)
    if seen is None:
        raise NotAllowed("This journal has not been fetched yet. Sync first.")
    if journal != context.identity.account_journal:
        state = journal_state(context, journal)
        received = expected_receipt(context.clock(), seen.time, last_of(state, context.account))
        require_allowed(state, document, context.account, document_context(roster), received)  # check: client.allowed
    follows = last_waiting(context.store, journal)
    message = Message(document, seen, follows, refused_since(context.store, journal, context.account)).encode()
    entry = secrets.token_bytes(sizes.ENTRY_ID)
    save_waiting(context.store, journal, entry, context.home.seal("outbox", message))
    return entry


def waiting(context: Context, journal: bytes) -> int:
    """How many entries of a journal have not come back yet."""
    return count_waiting(context.store, journal)


def waiting_as(context: Context, journal: bytes, kind: str, body: Mapping[str, Any]) -> bytes | None:
    """The entry id of a document that waits here already, or None."""
    for row in waiting_entries(context.store, journal):
        document = parse_message(context.home.open("outbox", row.sealed)).document
        if (document.kind, document.body) == (kind, body):
            return row.entry
    return None


async def deliver(context: Context, journal: bytes) -> int:
    """Send what waits, in order, and fetch it back; how many entries were delivered.

    Raises:
        TransportError, ServerRefused: not now; everything stays in the outbox.
        VerificationError: the server broke the rules; the journal is frozen.
        JournalFrozen, NotAllowed: the journal can't be written any more.
    """
    delivered, sent = 0, frozenset[bytes]()

    async def attempt() -> bool:
        nonlocal delivered, sent
        batch = _batch(context, journal)
        left = {item.entry for item in batch}
        if sent and sent <= left:
            raise TransportError("The server took your entries and does not show them yet. They stay here. Sync again.")
        delivered, sent = delivered + len(sent - left), frozenset()
        if not batch:
            return False
        await push_entries(context, journal, batch)
        sent = frozenset(left)
        return True

    await until_settled(context, journal, attempt)
    return delivered


async def deliver_what_may_go(context: Context, journal: bytes) -> None:
    """`deliver` before something that ends or protects: what the server takes no more of now stays here, and doesn't
    stand in the way. Raises: as `deliver`, but for a quota.
    """
    try:
        await deliver(context, journal)
    except ServerRefused as error:
        if error.code not in _FULL:
            raise


def _batch(context: Context, journal: bytes) -> list[_Waiting]:
    rows = waiting_entries(context.store, journal, sizes.MAX_PUSH_ITEMS - 1)
    return [_Waiting(row.entry, context.home.open("outbox", row.sealed), row.digests) for row in rows]


async def push_entries(context: Context, journal: bytes, batch: Sequence[_Waiting]) -> int:
    """Seal and send as much of `batch` as one push takes, behind a rotation when one is due; how many."""
    roster = context.standing(journal).require_open()
    epochs = context.epochs(journal)
    if not roster.stale and not is_behind(context, roster) and epochs.get(roster.epoch) is None:
        made = make_bad_grant(context, roster)
        await push_statement(context, journal, made)
        roster = made.roster
    items: list[Placed] = []
    batch, withdrawn = _until_withdrawal(batch)
    key = epochs.get(roster.epoch)
    for made in make_endings(context, roster):
        items.append(Placed(0, StatementItem(made.signed), made.grants))
        roster, key = made.roster, made.key
    if roster.stale or is_behind(context, roster):
        made = make_rotate(context, roster)
        items.append(Placed(0, StatementItem(made.signed), made.grants))
        roster, key = made.roster, made.key
    if key is None:
        raise NotAllowed("This journal's key is not here. Sync, and try again.")
    if withdrawn is not None and not items:
        await _withdraw(context, journal, _seal(context, roster, key, batch[0]), batch[0], withdrawn)
        return 1
    sent, size = [], 0
    for entry in batch if withdrawn is None else ():
        placed = _seal(context, roster, key, entry)
        size += len(encode_push([placed]))
        if size > _PUSH_BYTES or len(items) == sizes.MAX_PUSH_ITEMS:
            break
        items.append(placed)
        sent.append((entry.digests + placed.item.digest, entry.entry))
    with context.store.transaction():  # durable before it is sent: an accepted digest is always one that we know
        save_digests(context.store, sent)
    digests = [placed.item.digest for placed in items[: len(items) - len(sent)]] + [pair[0] for pair in sent]
    await push_items(context, journal, items, digests)
    return len(sent)


def _until_withdrawal(batch: Sequence[_Waiting]) -> tuple[Sequence[_Waiting], bytes | None]:
    """What stands before the first withdrawal; or that one alone, with the entry that it takes back. Spec: §9."""
    for place, waiting in enumerate(batch):
        document = parse_message(waiting.message).document
        if document.kind == "withdrawn":
            named = parse_b64(document.body["answers"]["entry"], sizes.ENTRY_ID)
            return (batch[:place], None) if place else (batch[:1], named)
    return batch, None


async def _withdraw(context: Context, journal: bytes, placed: Placed, waiting: _Waiting, named: bytes) -> None:
    """Send one withdrawal. Where the server says that it comes too late, it is given up."""
    item = placed.item
    if not isinstance(item, EntryItem) or item.blob is None:
        raise NotAllowed("A withdrawal is an entry of its own.")
    digests = waiting.digests + item.digest
    save_digests(context.store, [(digests, waiting.entry)])
    request = WithdrawalRequest(entry=named, header=item.header, blob=item.blob)
    try:
        pushed = await context.network.call(Transport.withdraw, journal, request)
    except ServerRefused as error:
        if error.code == "withdrawal_late":
            _give_up(context, journal, waiting)
        raise
    acknowledge(context, journal, pushed, [digests])


def _give_up(context: Context, journal: bytes, waiting: _Waiting) -> None:
    """Take out what will never be in the log. What was written behind it, and never sent yet, follows it no longer."""
    store, before = context.store, parse_message(waiting.message).follows
    with store.transaction():
        forget_waiting(store, waiting.entry)
        for row in waiting_entries(store, journal):
            message = parse_message(context.home.open("outbox", row.sealed))
            if message.follows == waiting.entry:
                moved = context.home.seal("outbox", replace(message, follows=before).encode())
                save_message(store, row.entry, moved)


def _seal(context: Context, roster: Roster, key: EpochKey, waiting: _Waiting) -> Placed:
    member = roster.find(context.account)
    if member is None:
        raise NotAllowed("You are not a member of this journal any more.")
    header = Header(roster.journal, waiting.entry, roster.epoch, context.account, member.generation)
    secret = context.identity.secrets[member.generation]
    blob = seal_entry(header, waiting.message, key, secret, readers_of(roster, context.chains))
    return Placed(0, entry_item(header.encode(), blob))
