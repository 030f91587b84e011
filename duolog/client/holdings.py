"""Withdrawing, keeping, erasing: what one member does about a text, and how it goes from this home.

Rules
- A withdrawal travels by its own address, in the order of the outbox, so that it is safe here before it is sent and is
  never sent twice in two ways.
- Only texts are withdrawn or erased one by one, never a step: what was agreed rests on those.
- What counts as withdrawn, or was erased on any own device, leaves this home for good, unless it was kept: the sealed
  bytes, what was derived from them, and their traces in the database's write-ahead log.
"""

from collections.abc import Iterable

from duolog.api.leaving import HoldingRequest
from duolog.api.pages import ENTRY, encode_gone, parse_push
from duolog.client.context import Context
from duolog.client.folding import account_state, journal_state
from duolog.client.logs import load_log
from duolog.client.notes import note
from duolog.client.outbox import post, waiting_as
from duolog.client.store import as_bytes, as_int
from duolog.documents.account_kinds import Erased, Kept
from duolog.documents.base import Answer
from duolog.documents.journal import Item
from duolog.documents.registry import is_step
from duolog.documents.withdrawn import Withdrawn
from duolog.errors import NotAllowed
from duolog.protocol import sizes
from duolog.protocol.log import EntryItem
from duolog.protocol.messages import Document


def post_withdrawal(context: Context, journal: bytes, entry: bytes) -> bytes:
    """Put the withdrawal of an own text into the outbox, durably and once; its entry id, 16 bytes.

    Raises:
        NotAllowed: it isn't here, isn't mine, is a step, or a day has passed.
        JournalFrozen: the journal is read-only.
    Spec: §9.
    """
    item = _held(context, journal, entry)
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
        TransportError, ServerRefused: not now.
    Spec: §9.
    """
    _held(context, journal, entry)
    request = HoldingRequest(act="keep", entries=[entry])
    await context.network.call(lambda transport: transport.hold(journal, request))
    await note(context, "kept", Kept(journal=journal, entry=entry))


async def erase(context: Context, journal: bytes, entry: bytes) -> None:
    """Erase a text for this account, on the server and on every own device. Nobody else learns of it.

    Raises:
        NotAllowed: it isn't here, or is a step.
        TransportError, ServerRefused: not now.
    Spec: §9.
    """
    row = context.store.row("SELECT 1 FROM item WHERE journal = ? AND entry = ?", journal, entry)
    item = journal_state(context, journal).find(entry)
    if row is None:
        raise NotAllowed("There is no such entry here.")
    if item is not None and is_step(item.applied.document.kind):  # check: client.erase_step
        raise NotAllowed("This is a step, and what was agreed rests on it. Only texts are erased one by one.")
    request = HoldingRequest(act="erase", entries=[entry])
    await context.network.call(lambda transport: transport.hold(journal, request))
    await note(context, "erased", Erased(journal=journal, entry=entry))
    tidy(context, journal)


def tidy(context: Context, journal: bytes) -> int:
    """Remove from this home what was withdrawn or erased, and not kept; how many entries that were."""
    own, state = account_state(context), journal_state(context, journal)
    kept, erased = own.kept.get(journal, ()), own.erased.get(journal, ())
    taken_back = [entry for entry in state.withdrawals if entry not in kept]
    rows = context.store.among(
        "SELECT seq, frame, entry, author, time FROM item WHERE journal = ? AND entry IN ({keys})",
        journal,
        [*dict.fromkeys([*taken_back, *erased])],
    )
    gone = []
    for seq, frame, entry, author, time in rows:
        data, name = as_bytes(frame), as_bytes(entry)
        counted = name in taken_back and state.withdrawn(name, as_bytes(author), as_int(time))
        if data[4] == ENTRY and (name in erased or counted):
            gone.append((_emptied(data), journal, as_int(seq)))
    _remove(context, journal, gone)
    return len(gone)


def _emptied(frame: bytes) -> bytes:
    """The frame of an entry without its blob."""
    item = parse_push(frame)[0].item
    assert isinstance(item, EntryItem)  # noqa: S101  # the frame's kind says so
    return encode_gone(0, item.header, item.hash_of_blob)


def _remove(context: Context, journal: bytes, gone: Iterable[tuple[bytes, bytes, int]]) -> None:
    rows = list(gone)
    if not rows:
        return
    with context.store.transaction():
        context.store.write_all("UPDATE item SET frame = ? WHERE journal = ? AND seq = ?", rows)
        context.store.write("DELETE FROM snapshot WHERE journal = ?", journal)
    context.states.pop(journal, None)
    context.store.forget()


def _held(context: Context, journal: bytes, entry: bytes) -> Item:
    item = journal_state(context, journal).find(entry)
    if item is None:
        raise NotAllowed("There is no such text here.")
    return item
