"""Withdrawing, keeping, erasing: what one member does about a text, and how it goes from this home.

Rules
- A withdrawal travels by its own address, in the order of the outbox, so that it is safe here before it is sent and is
  never sent twice in two ways.
- Keeping and erasing are durable here before the server is asked, and a sync finishes them: the server's mark and the
  note for my other devices go together, or those would take what I erased for what the host removed.
- Only texts are withdrawn or erased one by one, never a step: what was agreed rests on those.
- What counts as withdrawn, or was erased on any own device, leaves this home for good, unless it was kept: the sealed
  bytes, what was derived from them, and their traces in the database's write-ahead log.
"""

from collections.abc import Mapping, Sequence

from duolog.api.leaving import HoldingRequest
from duolog.api.pages import ENTRY, encode_gone, parse_push
from duolog.client.home.item_rows import has_entry, items_of, save_frames
from duolog.client.home.marks import Act, Mark, end_act, find_mark, set_mark, start_act, started_acts
from duolog.client.home.receipt_keys import is_earlier
from duolog.client.home.snapshot_rows import forget_snapshot
from duolog.client.log.context import Context
from duolog.client.log.folding import account_state, journal_state
from duolog.client.log.notes import put_note
from duolog.client.log.outbox import deliver, post, waiting_as
from duolog.client.log.stored_logs import load_log
from duolog.client.server.transport import Transport
from duolog.documents.account_kinds import Erased, Kept
from duolog.documents.base import Answer
from duolog.documents.kinds.withdrawn import Withdrawn
from duolog.documents.registry import is_step
from duolog.documents.state import Item
from duolog.errors import NotAllowed, ServerRefused, TransportError
from duolog.protocol import sizes
from duolog.protocol.codec import u32
from duolog.protocol.log import EntryItem
from duolog.protocol.messages import Document

_NOTES: Mapping[Act, tuple[str, type[Kept | Erased]]] = {"keep": ("kept", Kept), "erase": ("erased", Erased)}


def post_withdrawal(context: Context, journal: bytes, entry: bytes) -> bytes:
    """Put the withdrawal of an own text into the outbox, durably and once; its entry id, 16 bytes.

    Raises:
        NotAllowed: it isn't here, isn't mine, is a step, a day has passed, or another server accepted it.
        JournalFrozen: the journal is read-only.
    Spec: §9.
    """
    item = _held(context, journal, entry)
    if is_earlier(context.store, journal, item.applied.seq):  # check: client.withdrawal_carried
        raise NotAllowed("It was written at another server. You can erase it for yourself: `erase`.")
    now = max(context.clock(), load_log(context.store, journal).time)
    if now - item.applied.received > sizes.WITHDRAW_WINDOW:  # check: client.withdrawal_window
        raise NotAllowed("It was written more than a day ago. You can erase it for yourself: `erase`.")
    body = Withdrawn(answers=Answer(entry=entry, message=item.applied.message)).encode_json()
    begun = waiting_as(context, journal, "withdrawn", body)
    return begun or post(context, journal, Document("withdrawn", 1, context.clock(), body))


async def keep(context: Context, journal: bytes, entry: bytes) -> None:
    """Keep a text even if its author withdraws it. Nobody else learns of it.

    Raises:
        NotAllowed: it isn't here.
        TransportError: not now; a sync finishes it.
        ServerRefused: it can't be.
    Spec: §9.
    """
    _held(context, journal, entry)
    await _begin(context, "keep", journal, entry)


async def erase(context: Context, journal: bytes, entry: bytes) -> None:
    """Erase a text for this account, on the server and on every own device. Nobody else learns of it.

    Raises:
        NotAllowed: it isn't here, or is a step.
        TransportError: not now; a sync finishes it.
        ServerRefused: it can't be.
    Spec: §9.
    """
    here = has_entry(context.store, journal, entry)
    item = journal_state(context, journal).find(entry)
    if not here:
        raise NotAllowed("There is no such entry here.")
    if item is not None and is_step(item.applied.document.kind):  # check: client.erase_step
        raise NotAllowed("This is a step, and what was agreed rests on it. Only texts are erased one by one.")
    await _begin(context, "erase", journal, entry)
    tidy(context, journal)


async def finish_holdings(context: Context) -> None:
    """Finish what was begun here and cut off. Raises: nothing; what fails is reported."""
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
    request = HoldingRequest(act=act, entries=[entry])
    try:
        await context.network.call(Transport.hold, journal, request)
    except ServerRefused as error:
        if error.code == "not_found":  # I am no member any more: it can't be done
            end_act(context.store, act, journal, entry)
        raise
    kind, body = _NOTES[act]
    with context.store.transaction():
        put_note(context, kind, body(journal=journal, entry=entry))
        end_act(context.store, act, journal, entry)
    await deliver(context, context.identity.account_journal)


def tidy(context: Context, journal: bytes) -> int:
    """Remove from this home what was withdrawn or erased, and not kept; how many entries that were.

    A long journal is not read again when neither it nor what I erased has changed since.
    """
    own = account_state(context)
    kept, erased = own.kept.get(journal, ()), own.erased.get(journal, ())
    mark = load_log(context.store, journal).head + u32(len(erased))
    if find_mark(context.store, journal, Mark.TIDIED) == mark:
        return 0
    state = journal_state(context, journal)
    taken_back = [entry for entry in state.withdrawals if entry not in kept]
    gone = []
    for item in items_of(context.store, journal, [*dict.fromkeys([*taken_back, *erased])]):
        name, author = item.entry or b"", item.author or b""
        counted = name in taken_back and state.withdrawn(name, author, item.seq, item.time)
        if item.frame[4] == ENTRY and (name in erased or counted):
            gone.append((item.seq, _emptied(item.frame)))
    _remove(context, journal, gone)
    set_mark(context.store, journal, Mark.TIDIED, mark)
    return len(gone)


def _emptied(frame: bytes) -> bytes:
    """The frame of an entry without its blob."""
    item = parse_push(frame)[0].item
    assert isinstance(item, EntryItem)  # noqa: S101  # the frame's kind says so
    return encode_gone(0, item.header, item.hash_of_blob)


def _remove(context: Context, journal: bytes, gone: Sequence[tuple[int, bytes]]) -> None:
    if not gone:
        return
    with context.store.transaction():
        save_frames(context.store, journal, gone)
        forget_snapshot(context.store, journal)
    context.states.pop(journal, None)
    context.store.forget()


def _held(context: Context, journal: bytes, entry: bytes) -> Item:
    item = journal_state(context, journal).find(entry)
    if item is None:
        raise NotAllowed("There is no such text here.")
    return item
