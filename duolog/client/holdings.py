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

from collections.abc import Iterable, Mapping
from typing import Literal

from duolog.api.leaving import HoldingRequest
from duolog.api.pages import ENTRY, encode_gone, parse_push
from duolog.client.context import Context
from duolog.client.earlier import is_earlier
from duolog.client.folding import account_state, journal_state
from duolog.client.logs import load_log
from duolog.client.notes import put_note
from duolog.client.outbox import deliver, post, waiting_as
from duolog.client.problems import reported
from duolog.client.store import as_bytes, as_int
from duolog.documents.account_kinds import Erased, Kept
from duolog.documents.base import Answer
from duolog.documents.kinds.withdrawn import Withdrawn
from duolog.documents.registry import is_step
from duolog.documents.state import Item
from duolog.errors import DuologError, NotAllowed, ServerRefused, TransportError
from duolog.protocol import sizes
from duolog.protocol.codec import u32
from duolog.protocol.log import EntryItem
from duolog.protocol.messages import Document

Act = Literal["keep", "erase"]
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
    row = context.store.row("SELECT 1 FROM item WHERE journal = ? AND entry = ?", journal, entry)
    item = journal_state(context, journal).find(entry)
    if row is None:
        raise NotAllowed("There is no such entry here.")
    if item is not None and is_step(item.applied.document.kind):  # check: client.erase_step
        raise NotAllowed("This is a step, and what was agreed rests on it. Only texts are erased one by one.")
    await _begin(context, "erase", journal, entry)
    tidy(context, journal)


async def finish_holdings(context: Context, problems: list[DuologError]) -> None:
    """Finish what was begun here and cut off. Raises: nothing; what fails is put into `problems`."""
    for (name,) in context.store.rows("SELECT name FROM meta WHERE name LIKE 'holding:%'"):
        _, begun, journal, entry = str(name).split(":")
        act: Act = "keep" if begun == "keep" else "erase"
        with reported(problems, bytes.fromhex(journal)):
            await _finish(context, act, bytes.fromhex(journal), bytes.fromhex(entry))


async def _begin(context: Context, act: Act, journal: bytes, entry: bytes) -> None:
    context.store.put(_name(act, journal, entry), b"1")
    try:
        await _finish(context, act, journal, entry)
    except TransportError as error:
        raise TransportError(f"{error} What you asked for is kept here, and done by the next sync.") from error


async def _finish(context: Context, act: Act, journal: bytes, entry: bytes) -> None:
    request = HoldingRequest(act=act, entries=[entry])
    try:
        await context.network.call(lambda transport: transport.hold(journal, request))
    except ServerRefused as error:
        if error.code == "not_found":  # I am no member any more: it can't be done
            context.store.put(_name(act, journal, entry), None)
        raise
    kind, body = _NOTES[act]
    with context.store.transaction():
        put_note(context, kind, body(journal=journal, entry=entry))
        context.store.put(_name(act, journal, entry), None)
    await deliver(context, context.identity.account_journal)


def _name(act: Act, journal: bytes, entry: bytes) -> str:
    return f"holding:{act}:{journal.hex()}:{entry.hex()}"


def tidy(context: Context, journal: bytes) -> int:
    """Remove from this home what was withdrawn or erased, and not kept; how many entries that were.

    A long journal is not read again when neither it nor what I erased has changed since.
    """
    own, tidied = account_state(context), f"tidied:{journal.hex()}"
    kept, erased = own.kept.get(journal, ()), own.erased.get(journal, ())
    mark = load_log(context.store, journal).head + u32(len(erased))
    if context.store.get(tidied) == mark:
        return 0
    state = journal_state(context, journal)
    taken_back = [entry for entry in state.withdrawals if entry not in kept]
    rows = context.store.among(
        "SELECT seq, frame, entry, author, time FROM item WHERE journal = ? AND entry IN ({keys})",
        journal,
        [*dict.fromkeys([*taken_back, *erased])],
    )
    gone = []
    for seq, frame, entry, author, time in rows:
        data, name = as_bytes(frame), as_bytes(entry)
        counted = name in taken_back and state.withdrawn(name, as_bytes(author), as_int(seq), as_int(time))
        if data[4] == ENTRY and (name in erased or counted):
            gone.append((_emptied(data), journal, as_int(seq)))
    _remove(context, journal, gone)
    context.store.put(tidied, mark)
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
