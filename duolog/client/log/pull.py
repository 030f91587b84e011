"""Pulling a journal: page by page, verified in the protocol's order, made durable, and only then shown.

Rules
- A server fault freezes the journal with its reason; what was verified before stays. The error is raised once.
- A page is stored in one transaction: items, heads, receipts, rosters, keys, the mark, and what left the outbox.
- An own entry that came back quarantined, since an own older generation wrote it, is written again.
- Chains are fetched once for a page, when it names a generation that isn't pinned; they only ever continue.
"""

import secrets
from collections.abc import Sequence
from dataclasses import replace

from duolog.api.pages import Placed, PulledPush, encode_gone, encode_push
from duolog.client.home.epoch_rows import save_epochs
from duolog.client.home.item_rows import ItemRow, refused_since, save_items
from duolog.client.home.log_rows import ReceiptRow, save_receipts, save_rosters
from duolog.client.home.outbox_rows import (
    forget_acknowledged_up_to,
    forget_waiting,
    rename_waiting,
    save_written,
    waiting_entries,
    waiting_entry,
)
from duolog.client.home.receipt_keys import EarlierKey, load_earlier, require_longer, save_earlier, shown
from duolog.client.log.chains import fetch_chains
from duolog.client.log.context import Context
from duolog.client.log.generations import believed_until, judge_again
from duolog.client.log.own_account import refresh_account
from duolog.client.log.stored_logs import encode_roster_state, freeze, save_log
from duolog.client.log.verify import Judged, JudgedPush, Known, require_beyond, verify_server
from duolog.client.log.verify_authors import verify_authors
from duolog.client.server.transport import Transport
from duolog.errors import BadReceipt, MalformedData, VerificationError, Withheld
from duolog.protocol import sizes
from duolog.protocol.log import EntryItem, LogState
from duolog.protocol.messages import parse_message
from duolog.protocol.receipts import Receipt, verify_receipt


async def pull(context: Context, journal: bytes) -> int:
    """Fetch and verify what is new in a journal; how many items that was. A frozen journal is left alone.

    Raises:
        VerificationError, MalformedData: the server broke the rules; the journal is frozen from now on.
        Withheld: the server says that there is more, and doesn't give it.
        TransportError, ServerRefused: the page did not come.
    Spec: §6.
    """
    here = context.standing(journal)
    if here.frozen is not None:
        return 0
    first = state = here.log
    while True:
        page = await context.network.call(Transport.pull, journal, state.seq)
        if page.seq > state.seq and not page.pushes:  # check: client.withheld_page
            raise Withheld("The server keeps back new entries that it says exist.", check="client.withheld_page")
        try:
            known = context.known(journal)
            require_beyond(state, page.seq, known.acknowledged)
            await fetch_chains(context, journal, page.pushes)
            known.earlier = await _earlier_keys(context, state, page.pushes)
        except (VerificationError, MalformedData) as error:
            freeze(context.store, journal, str(error))
            raise
        if context.chains[context.account].newest.generation > context.identity.secret.generation:
            await refresh_account(context)  # another own device has rotated
        known.believed = believed_until(context, journal)
        try:
            state = _verify_page(context, state, page.pushes, known)
        except (VerificationError, MalformedData) as error:
            freeze(context.store, journal, str(error))
            raise
        if state.seq >= page.seq:
            break
    if journal == context.identity.account_journal:
        judge_again(context)
    return state.seq - first.seq


def _verify_page(context: Context, state: LogState, pushes: Sequence[PulledPush], known: Known) -> LogState:
    """Steps 1 to 3 push by push, then 4 to 8. What stands before a fault is kept."""
    judged: list[JudgedPush] = []
    fault: VerificationError | MalformedData | None = None
    for push in pushes:
        try:
            judged.append(verify_server(state, push, context.me, known))
        except (VerificationError, MalformedData) as error:
            fault = error
            break
        state = judged[-1].state
    verify_authors(judged, context.me, known)
    _save(context, judged, known)
    if fault is not None:
        raise fault
    return state


async def _earlier_keys(context: Context, state: LogState, pushes: Sequence[PulledPush]) -> tuple[EarlierKey, ...]:
    """Whose receipts a journal holds from before it was carried to this server.

    The list is asked for when a journal is seen for the first time, and when somebody who held more of it has brought
    that since: behind the last receipt of the server before, the next one isn't this server's.
    """
    journal = state.journal
    known = load_earlier(context.store, journal)
    last = known[-1].until if known else 0
    first = next((push.receipt for push in pushes if push.receipt.seq > last), None)
    if first is None or state.seq > last or _is_signed(first, journal, context.receipt_key()):
        return known
    listed = shown((await context.network.call(Transport.chains, journal)).receipt_keys)
    if known:
        require_longer(known, listed)
    save_earlier(context.store, journal, listed)
    return listed


def _is_signed(receipt: Receipt, journal: bytes, key: bytes) -> bool:
    try:
        verify_receipt(receipt, journal, key)
    except BadReceipt:
        return False
    return True


def _save(context: Context, pushes: Sequence[JudgedPush], known: Known) -> None:
    if not pushes:
        return
    store, journal = context.store, pushes[-1].state.journal
    items = [item for push in pushes for item in push.items]
    rosters = {item.roster.version: item.roster for item in items}
    with store.transaction():
        save_items(store, journal, [_row(item) for item in items])
        save_rosters(store, journal, {version: encode_roster_state(roster) for version, roster in rosters.items()})
        save_receipts(store, journal, [ReceiptRow(push.state.seq, push.receipt.encode()) for push in pushes])
        sealed = {
            epoch: None if key is None else context.home.seal("epoch", key.key) for epoch, key in known.epochs.items()
        }
        save_epochs(store, journal, sealed)
        save_log(store, pushes[-1].state)
        forget_acknowledged_up_to(store, journal, pushes[-1].state.seq)
        _clear_outbox(context, pushes)


def _row(item: Judged) -> ItemRow:
    header = item.header
    entry, author = (None, None) if header is None else (header.entry, header.author)
    fault = None if item.fault is None else "\n".join(item.fault)
    frame = _frame(item.placed)
    return ItemRow(item.placed.seq, frame, item.head, item.roster.version, entry, author, item.time, fault)


def _clear_outbox(context: Context, pushes: Sequence[JudgedPush]) -> None:
    """An own entry leaves the outbox when its very message came back in a verified page."""
    mine = {
        item.header.entry: item.message
        for push in pushes
        for item in push.items
        if item.header is not None and item.header.author == context.account and item.fault is None
    }
    _write_again(context, pushes)
    if not mine:
        return
    store, journal = context.store, pushes[-1].state.journal
    for row in waiting_entries(store, journal):
        if mine.get(row.entry) == context.home.open("outbox", row.sealed):
            forget_waiting(store, row.entry)
            save_written(store, journal, row.entry)


def _write_again(context: Context, pushes: Sequence[JudgedPush]) -> None:
    """An own entry of this home that is quarantined for its keys gets a new id, and a message that names the first."""
    store, journal = context.store, pushes[-1].state.journal
    for item in (item for push in pushes for item in push.items):
        if item.header is None or item.fault is None or item.fault[0] != "entries.own_older":
            continue
        row = waiting_entry(store, item.header.entry)
        if row is None or item.digest not in _digests(row.digests):
            continue
        before = parse_message(context.home.open("outbox", row.sealed))
        refused = refused_since(store, journal, context.account)
        message = replace(before, seen=pushes[-1].receipt, follows=None, refused=refused).encode()
        sealed = context.home.seal("outbox", message)
        rename_waiting(store, item.header.entry, secrets.token_bytes(sizes.ENTRY_ID), sealed)


def _digests(joined: bytes) -> set[bytes]:
    return {joined[at : at + sizes.HASH] for at in range(0, len(joined), sizes.HASH)}


def _frame(placed: Placed) -> bytes:
    item = placed.item
    if isinstance(item, EntryItem) and item.blob is None:
        return encode_gone(0, item.header, item.hash_of_blob)
    return encode_push([Placed(0, item, placed.grants)])
