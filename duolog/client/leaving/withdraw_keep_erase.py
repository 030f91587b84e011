"""Withdrawing, keeping and erasing a text, and how its blob leaves this home.

Rules
- A withdrawal goes through the outbox and has an endpoint of its own. It is durable before it is sent, and keeps its
  place among the entries.
- Keeping and erasing are durable here before the server is asked, and a sync finishes them. The server's mark and the
  note for my other devices go together: without the note, an erased text would look removed by the host.
- Only texts are withdrawn or erased one by one, never a step: agreements rest on steps.
- A text that counts as withdrawn, or that an own device erased, leaves this home unless it was kept: the blob, the
  state that came from it, and the traces of both in the database's write-ahead log.
"""

from collections.abc import Mapping

from duolog.api.leaving import HoldingRequest
from duolog.api.pages import encode_gone, parse_frame
from duolog.client.home.item_rows import has_entry, items_of, save_frames
from duolog.client.home.marks import Act, JournalMark, end_act, find_mark, set_mark, start_act, started_acts
from duolog.client.home.receipt_keys import is_earlier
from duolog.client.home.snapshot_rows import forget_segments, forget_state
from duolog.client.log.context import Context
from duolog.client.log.folding import account_state, journal_state, keep_without
from duolog.client.log.notes import put_note
from duolog.client.log.outbox import deliver, post, waiting_as
from duolog.client.log.stored_logs import load_log
from duolog.client.server.transport import Transport
from duolog.documents.account_kinds import Erased, Kept
from duolog.documents.bodies import Answer
from duolog.documents.kinds.withdrawn import Withdrawn
from duolog.documents.registry import is_step
from duolog.documents.removing import without
from duolog.documents.timeline import Item
from duolog.errors import NotAllowed, ServerRefused, TransportError
from duolog.protocol import sizes
from duolog.protocol.codec import u32
from duolog.protocol.log import EntryItem
from duolog.protocol.messages import Document

_NOTES: Mapping[Act, tuple[str, type[Kept | Erased]]] = {"keep": ("kept", Kept), "erase": ("erased", Erased)}


def post_withdrawal(context: Context, journal: bytes, entry: bytes) -> bytes:
    """Put the withdrawal of an own text into the outbox, durably and once; its entry id, 16 bytes.

    Raises:
        NotAllowed: the text isn't here, isn't mine, is a step, is older than a day, or another server accepted it.
        JournalFrozen: the journal is read-only.
    Spec: §9.
    """
    item = _find(context, journal, entry)
    if is_earlier(context.store, journal, item.applied.seq):  # check: client.withdrawal_carried
        raise NotAllowed("It was written at another server. You can erase it for yourself: `erase`.")
    latest = item.applied.received + sizes.WITHDRAW_WINDOW
    by_server = load_log(context.store, journal).time
    if max(context.server_clock(), by_server) > latest:  # check: client.withdrawal_window
        if by_server > latest:
            raise NotAllowed("It was written more than a day ago. You can erase it for yourself: `erase`.")
        raise NotAllowed(
            "By this computer's clock it was written more than a day ago. If that is so, you can erase it for "
            "yourself: `erase`. If not, set the clock, and try again."
        )
    body = Withdrawn(answers=Answer(entry=entry, message=item.applied.message)).encode_json()
    begun = waiting_as(context, journal, "withdrawn", body)
    return begun or post(context, journal, Document("withdrawn", 1, context.clock(), body))


async def keep(context: Context, journal: bytes, entry: bytes) -> None:
    """Keep a text even if its author withdraws it. No other member sees that.

    Raises:
        NotAllowed: the text isn't here.
        TransportError: not now; a sync finishes it.
        ServerRefused: the server can't do it.
    Spec: §9.
    """
    _find(context, journal, entry)
    await _begin(context, "keep", journal, entry)


async def erase(context: Context, journal: bytes, entry: bytes) -> None:
    """Erase a text for this account, on the server and on every own device. No other member sees that.

    Raises:
        NotAllowed: the text isn't here, or is a step.
        TransportError, ServerRefused: as `keep`.
    Spec: §9.
    """
    if not has_entry(context.store, journal, entry):
        raise NotAllowed("There is no such entry here.")
    item = journal_state(context, journal).find(entry)
    if item is not None and is_step(item.applied.document.kind):  # check: client.erase_step
        raise NotAllowed("This is a step, and what was agreed rests on it. Only texts are erased one by one.")
    await _begin(context, "erase", journal, entry)
    tidy(context, journal)


async def finish_holdings(context: Context) -> None:
    """Finish the acts that were cut off here. Reports problems, and raises none."""
    for act, journal, entry in started_acts(context.store):
        with context.problems.reported(journal):
            await _finish(context, act, journal, entry)


async def _begin(context: Context, act: Act, journal: bytes, entry: bytes) -> None:
    start_act(context.store, act, journal, entry)
    try:
        await _finish(context, act, journal, entry)
    except TransportError as error:
        raise TransportError(f"{error} What you asked for is kept here, and done by the next sync.") from error


async def _finish(context: Context, act: Act, journal: bytes, entry: bytes) -> None:
    try:
        await context.network.call(Transport.hold, journal, HoldingRequest(act=act, entries=[entry]))
    except ServerRefused as error:
        if error.code == "not_found":  # I am no member any more
            end_act(context.store, act, journal, entry)
        raise
    kind, body = _NOTES[act]
    with context.store.transaction():
        put_note(context, kind, body(journal=journal, entry=entry))
        end_act(context.store, act, journal, entry)
    await deliver(context, context.identity.account_journal)


def tidy(context: Context, journal: bytes) -> None:
    """Remove the blobs of the entries that were withdrawn or erased, and not kept.

    A journal is not read again when neither its log nor my erased entries have changed since.
    """
    store, own = context.store, account_state(context)
    kept, erased = own.kept.get(journal, ()), own.erased.get(journal, ())
    mark = load_log(store, journal).head + u32(len(erased))
    if find_mark(store, journal, JournalMark.TIDIED) == mark:
        return
    state = journal_state(context, journal)
    withdrawn = [entry for entry in state.withdrawals if entry not in kept]
    emptied = []
    for row in items_of(store, journal, [*dict.fromkeys([*withdrawn, *erased])]):
        entry = row.entry or b""
        counts = entry in withdrawn and state.withdrawn(entry, row.author or b"", row.seq, row.time)
        item = parse_frame(row.frame).item
        if isinstance(item, EntryItem) and item.blob is not None and (entry in erased or counts):
            emptied.append((row.seq, encode_gone(0, item.header, item.hash_of_blob)))
    if emptied:
        seqs = {seq for seq, _ in emptied}
        left = without(state, seqs)
        context.states.pop(journal, None)
        context.pages.clear()
        with store.transaction():
            save_frames(store, journal, emptied)
            forget_segments(store, journal, seqs)
            if left is None:
                forget_state(store, journal)
            else:
                keep_without(context, journal, left)
        store.forget()
    set_mark(store, journal, JournalMark.TIDIED, mark)


def _find(context: Context, journal: bytes, entry: bytes) -> Item:
    item = journal_state(context, journal).find(entry)
    if item is None:
        raise NotAllowed("There is no such text here.")
    return item
