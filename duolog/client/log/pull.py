"""Pulling a journal: each page is verified in the protocol's order, stored, and only then shown.

Rules
- A server fault freezes the journal with its reason. Pages that were verified before stay. The error is raised once.
- A page is stored in one transaction: items, heads, receipts, rosters, keys, the mark, and what left the outbox. Then
  its documents are folded, and only a page of them is in memory at a time.
- An own entry that is quarantined because an older own generation wrote it is written again.
- Chains are fetched once for a page, when it names a generation that isn't pinned; they only ever continue.
- A server can sign more and more. One pull takes a bounded number of pages; the next one goes on behind them.
"""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from itertools import count

from duolog.api.pages import PulledPage, PulledPush, encode_entry, encode_gone, encode_statement
from duolog.client.home.item_rows import ItemRow, refused_since, save_items
from duolog.client.home.log_rows import save_epochs, save_receipts, save_rosters
from duolog.client.home.marks import JournalMark, has_mark
from duolog.client.home.outbox_rows import (
    forget_acknowledged_up_to,
    forget_waiting,
    rename_waiting,
    save_written,
    waiting_entries,
    waiting_entry,
)
from duolog.client.home.receipt_keys import EarlierKey, load_earlier, require_longer, save_earlier, shown
from duolog.client.log.context import Context
from duolog.client.log.earlier_generations import believed_until, judge_again
from duolog.client.log.fetching_chains import fetch_chains
from duolog.client.log.folding import fold_page, journal_state
from duolog.client.log.links import name_anew
from duolog.client.log.own_account import refresh_account
from duolog.client.log.stored_logs import encode_roster_state, freezing, save_log
from duolog.client.log.verify import Judged, JudgedPush, Known, require_beyond, verify_server
from duolog.client.log.verify_authors import verify_authors
from duolog.client.server.transport import Transport
from duolog.errors import MalformedData, VerificationError, Withheld
from duolog.protocol import sizes
from duolog.protocol.log import LogState, StatementItem
from duolog.protocol.messages import parse_message
from duolog.protocol.receipts import Receipt, signer_of


async def pull(context: Context, journal: bytes) -> int:
    """Fetch, verify and store what is new in a journal; the number of new items. A frozen journal isn't fetched.

    Raises:
        VerificationError, MalformedData: the server broke the rules; the journal is frozen from now on.
        MalformedData: the log has no end in sight. Nothing is frozen, and what came is kept.
        Withheld: the server says that there is more, and doesn't give it.
        TransportError, ServerRefused: the page did not come.
    Spec: §6.
    """
    here = context.standing(journal)
    if here.frozen is not None:
        return 0
    first = state = here.log
    for number in count(1):
        page = await context.network.call(Transport.pull, journal, state.seq)
        if page.seq < state.seq and has_mark(context.store, journal, JournalMark.RESTORING):
            break  # this home is still to bring the rest
        if page.seq > state.seq and not page.pushes:  # check: client.withheld_page
            raise Withheld("The server keeps back new entries that it says exist.", check="client.withheld_page")
        if page.pushes:
            await context.learn_receipt_key(page.pushes[-1].receipt, journal)
        with freezing(context.store, journal):
            known = context.known(journal)
            require_beyond(state, page.seq, known.acknowledged)
            await fetch_chains(context, journal, page.pushes)
            known.earlier = await _earlier_keys(context, state, page.pushes)
        if context.chains[context.account].newest.generation > context.identity.secret.generation:
            await refresh_account(context)  # another own device has rotated
        known.believed = believed_until(context, journal)
        if page.pushes and journal != context.identity.account_journal:
            journal_state(context, journal)  # the page's documents are folded behind those of the log
        with freezing(context.store, journal):
            state = _verify_page(context, state, page, known)
        context.fetched(state.seq, page.seq)
        if state.seq >= page.seq:
            break
        if number >= sizes.MAX_PAGES:  # check: client.pages_end
            raise MalformedData("The server shows a journal without end. What came is kept; the next sync goes on.")
    if journal == context.identity.account_journal:
        judge_again(context)
    return state.seq - first.seq


def _verify_page(context: Context, state: LogState, page: PulledPage, known: Known) -> LogState:
    """Steps 1 to 3 push by push, then 4 to 8. Pushes before a server fault are stored."""
    judged: list[JudgedPush] = []
    fault: VerificationError | MalformedData | None = None
    for push in page.pushes:
        try:
            judged.append(verify_server(state, push, context.identity, known))
        except (VerificationError, MalformedData) as error:
            fault = error
            break
        state = judged[-1].state
    verify_authors(judged, context.identity, known)
    _save(context, judged, known)
    if fault is not None:
        raise fault
    fold_page(context, state.journal, judged, known, more=state.seq < page.seq)
    return state


async def _earlier_keys(context: Context, state: LogState, pushes: Sequence[PulledPush]) -> tuple[EarlierKey, ...]:
    """The receipt keys of the servers that held this journal before.

    The server is asked for the list when a journal is fetched for the first time, and when a member who held more of
    the journal has carried that since: behind the last receipt of the server before, the next one isn't this server's.
    """
    journal = state.journal
    known = load_earlier(context.store, journal)
    last = known[-1].until if known else 0
    first = next((push.receipt for push in pushes if push.receipt.seq > last), None)
    if first is None or state.seq > last or signer_of(first, journal, context.receipt_keys()):
        return known
    listed = shown((await context.network.call(Transport.chains, journal)).receipt_keys)
    if known:
        require_longer(known, listed)
    save_earlier(context.store, journal, listed)
    return listed


def _save(context: Context, pushes: Sequence[JudgedPush], known: Known) -> None:
    if not pushes:
        return
    store, state = context.store, pushes[-1].state
    journal, items = state.journal, [item for push in pushes for item in push.items]
    rosters = {item.roster.version: item.roster for item in items}
    sealed = {
        epoch: None if key is None else context.home.seal("epoch", key.key) for epoch, key in known.epochs.items()
    }
    with store.transaction():
        save_items(store, journal, [_row(item) for item in items])
        save_rosters(store, journal, {version: encode_roster_state(roster) for version, roster in rosters.items()})
        save_receipts(store, journal, {push.state.seq: push.receipt.encode() for push in pushes})
        save_epochs(store, journal, sealed)
        if known.earlier != load_earlier(store, journal):
            save_earlier(store, journal, known.earlier)
        save_log(store, state)
        forget_acknowledged_up_to(store, journal, state.seq)
        mine = [item for item in items if item.header is not None and item.header.author == context.account]
        _write_again(context, journal, mine, pushes[-1].receipt)
        _clear_outbox(context, journal, mine)


def _row(item: Judged) -> ItemRow:
    placed, header = item.placed.item, item.header
    if isinstance(placed, StatementItem):
        frame = encode_statement(0, placed.signed, item.placed.grants)
    elif placed.blob is None:
        frame = encode_gone(0, placed.header, placed.hash_of_blob)
    else:
        frame = encode_entry(0, placed.header, placed.blob)
    entry, author = (None, None) if header is None else (header.entry, header.author)
    fault = None if item.fault is None else "\n".join(item.fault)
    return ItemRow(item.placed.seq, frame, item.head, item.roster.version, entry, author, item.time, fault)


def _clear_outbox(context: Context, journal: bytes, mine: Sequence[Judged]) -> None:
    """Forget each waiting entry whose very message came back in a verified page."""
    back = {item.header.entry: item.message for item in mine if item.header is not None and item.fault is None}
    for row in waiting_entries(context.store, journal) if back else ():
        if back.get(row.entry) == context.home.open("outbox", row.sealed):
            forget_waiting(context.store, row.entry)
            save_written(context.store, journal, row.entry)


def _write_again(context: Context, journal: bytes, mine: Sequence[Judged], newest: Receipt) -> None:
    """Give each entry that is quarantined for its keys a new id, and a message that names the first one."""
    store = context.store
    for item in mine:
        if item.header is None or item.fault is None or item.fault[0] != "entries.own_older":
            continue
        row = waiting_entry(store, item.header.entry)
        if row is None or item.placed.item.digest not in split_digests(row.digests):
            continue
        before = parse_message(context.home.open("outbox", row.sealed))
        refused = refused_since(store, journal, context.account)
        message = replace(before, seen=newest, follows=None, refused=refused).encode()
        sealed, new = context.home.seal("outbox", message), secrets.token_bytes(sizes.ENTRY_ID)
        rename_waiting(store, item.header.entry, new, sealed)
        name_anew(context, journal, item.header.entry, new, message)


def split_digests(joined: bytes) -> set[bytes]:
    """The digests that were stored joined, 32 bytes each."""
    return {joined[at : at + sizes.HASH] for at in range(0, len(joined), sizes.HASH)}
