"""Rejoining a journal that has gone on without this home's newest entries, after the server went back.

The server had lost them, nobody else had fetched them, and after seven days the other partner went on. Then this home
takes the log that is there now, and sends its own entries again, with their ids and documents.

Rules: each keeps a server from using this to drop something in secret. Where one isn't met, the journal is frozen.
- A partner says in the log that they went on, from the very head that both have, after this restoration.
- This home has no receipt from after that restoration: it wasn't there while the other waited.
- All that this home would give up is its own and can be sent again: no closing, nothing that others signed, no files.
- It happens in one transaction: either the whole log that is there now was verified, or nothing has changed.
"""

from dataclasses import replace

from duolog.api.pages import parse_push
from duolog.client.home.item_rows import ItemRow, head_at, items_between
from duolog.client.home.log_rows import forget_behind, forget_keys_behind, last_push_before
from duolog.client.home.outbox_rows import save_message, save_waiting_first, waiting_entries, waiting_entry
from duolog.client.home.receipt_keys import key_at, load_earlier
from duolog.client.home.records import RESTORED_AT
from duolog.client.home.snapshot_rows import forget_snapshot
from duolog.client.log.attached import message_of
from duolog.client.log.context import Context
from duolog.client.log.folding import journal_state
from duolog.client.log.links import name_anew
from duolog.client.log.outbox import post
from duolog.client.log.pull import pull
from duolog.client.log.stored_logs import load_log, roster_at, save_log
from duolog.client.server.transport import Transport
from duolog.documents.kinds.went_on import KIND, WentOn
from duolog.documents.registry import make_document
from duolog.errors import NotAllowed, VerificationError
from duolog.protocol import sizes
from duolog.protocol.codec import parse_canonical
from duolog.protocol.log import EntryItem, LogState
from duolog.protocol.messages import Message, parse_message
from duolog.protocol.receipts import Receipt, stored_receipt
from duolog.protocol.roster_statements import statement_type

NEAR = 64  # items that the first look goes back


class _NotSaid(Exception):
    """The log holds no word of a partner who went on from here."""


def say_that_i_go_on(context: Context, journal: bytes) -> None:
    """Put a `went_on` into the outbox where nobody has said so, and the seven days are over. Raises: as `post`."""
    restored, log = RESTORED_AT.load(context.store), load_log(context.store, journal)
    here = context.standing(journal)
    roster = here.open_roster  # None: it is closed, frozen, or no longer mine
    others = [] if roster is None else [one for one in roster.partners if one.account != context.account]
    if restored is None or not others or not here.is_partner or context.clock() < restored + sizes.RESTORING_WAIT:
        return
    body = WentOn(seq=log.seq, head=log.head, restored_at=restored)
    if all(said.restored_at != restored for said in journal_state(context, journal).part(KIND).values()):
        post(context, journal, make_document("went_on", body, context.clock()))


async def rejoin(context: Context, journal: bytes) -> bool:
    """Take the log that is there now, and let the entries that it lacks wait to be sent. Returns whether that was done.

    Raises: TransportError, ServerRefused: not now; nothing has changed.
    Spec: §6.11.
    """
    end, restored = load_log(context.store, journal), RESTORED_AT.load(context.store)
    if restored is None or end.time >= restored:  # check: client.rejoin_time
        return False
    since = await last_common(context, journal, end.seq)
    rows = items_between(context.store, journal, since, end.seq)
    if end.closed or since == 0 or any(not _is_mine(context, row) for row in rows):  # check: client.rejoin_own
        return False
    try:
        messages = [(row.entry, message_of(context, journal, row.entry)) for row in rows if row.entry is not None]
    except NotAllowed:  # withdrawn or erased since
        return False
    if any(message.attachments or message.document.kind == "withdrawn" for _, message in messages):
        return False
    try:
        with context.store.transaction():
            _cut(context, journal, since, messages)
            await pull(context, journal)
            _require_said(context, journal, since, restored)
    except (_NotSaid, VerificationError):
        _forget_folded(context, journal)
        return False
    return True


async def last_common(context: Context, journal: bytes, end: int) -> int:
    """The last seq whose head is the same here and at the server; 0 where none is."""
    back, since = NEAR, 0
    while True:
        since = max(0, end - back)
        if found := await _common_behind(context, journal, since):
            break
        if since == 0:
            return 0
        back *= 8
    while further := await _common_behind(context, journal, found):
        found = further
    return found


async def _common_behind(context: Context, journal: bytes, since: int) -> int:
    page = await context.network.call(Transport.pull, journal, since)
    common = [
        push.receipt.seq
        for push in page.pushes
        if head_at(context.store, journal, push.receipt.seq) == push.receipt.head
    ]
    return max(common, default=0)


def _is_mine(context: Context, row: ItemRow) -> bool:
    """Whether I alone have made an item: an entry that I can read, or a statement with my signature only."""
    item = parse_push(row.frame)[0].item
    if isinstance(item, EntryItem):
        return row.author == context.account and row.fault is None
    is_roster = statement_type(parse_canonical(item.signed.statement)) == "roster"
    return is_roster and [one.account for one in item.signed.signatures] == [context.account]


def _cut(context: Context, journal: bytes, since: int, messages: list[tuple[bytes, Message]]) -> None:
    """Take the log back to a place, and let these messages wait."""
    store, end = context.store, last_push_before(context.store, journal, since + 1)
    if end is None or end.seq != since:
        raise _NotSaid
    roster, time = roster_at(store, journal, end.version), stored_receipt(end.receipt).time
    key = key_at(load_earlier(store, journal), context.receipt_key(), since)
    forget_behind(store, journal, since)
    forget_snapshot(store, journal)
    forget_keys_behind(store, journal, roster.version, roster.epoch)
    save_log(store, LogState(journal, since, end.head, time, key, roster, closed=False))
    sealed = [(entry, context.home.seal("outbox", message.encode())) for entry, message in messages]
    save_waiting_first(store, journal, sealed)
    _see_less(context, journal, stored_receipt(end.receipt))
    _forget_folded(context, journal)


def _see_less(context: Context, journal: bytes, seen: Receipt) -> None:
    """Let no waiting message say that it has seen more than this receipt: what it saw is there no longer."""
    for entry in [row.entry for row in waiting_entries(context.store, journal)]:
        row = waiting_entry(context.store, entry)  # as it is now: an earlier one may have changed its links
        message = None if row is None else parse_message(context.home.open("outbox", row.sealed))
        if message is not None and message.seen.seq > seen.seq:
            changed = replace(message, seen=seen, follows=None, refused=()).encode()
            save_message(context.store, entry, context.home.seal("outbox", changed))
            name_anew(context, journal, entry, entry, changed)


def _forget_folded(context: Context, journal: bytes) -> None:
    context.states.pop(journal, None)
    context.pages.clear()


def _require_said(context: Context, journal: bytes, since: int, restored: int) -> None:
    head = head_at(context.store, journal, since)
    said = journal_state(context, journal).part(KIND)
    word = (since, head, restored)
    if not any(
        (one.seq, one.head, one.restored_at) == word for account, one in said.items() if account != context.account
    ):  # check: client.rejoin_said
        raise _NotSaid
