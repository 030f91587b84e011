"""Exporting: the verified log of one's journals in one file, with a key for each entry that one may read.

Rules
- It is made from the home alone: nothing is asked of the server, so nobody can notice.
- Each readable entry comes with its own key, derived for its header. Epoch keys would open what is written later, and
  keys shared with one other member would let others write in a member's name: neither leaves the home.
- Nothing is left out silently: an entry that can't be read stands there with its reason.
- The account's own journal is not part of it: it holds secrets of devices and invitations, and drafts come along.

Texts stand in the file as they are: whoever has it can read it. Spec: §12
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from duolog.api.pages import GONE, RECEIPT, Placed, encode_end, encode_gone, encode_push, frame, parse_push
from duolog.client.export.format import PAGE_BYTES, REMOVED, ExportWriter, document_fields, state_fields
from duolog.client.home.branches import names
from duolog.client.home.item_rows import ItemRow, items_between
from duolog.client.home.log_rows import load_receipts, load_rosters
from duolog.client.home.outbox_rows import waiting_entries
from duolog.client.home.receipt_keys import load_earlier
from duolog.client.home.statements import recall_chain
from duolog.client.journals.reading import journal_ids, view_journal
from duolog.client.leaving.withdrawals import tidy
from duolog.client.log.context import Context
from duolog.client.log.folding import account_state, journal_state
from duolog.client.log.stored_logs import load_log, parse_roster_state
from duolog.client.log.verify_authors import CLOSED_TO_ME, OTHER_BRANCH
from duolog.documents.state import Item, JournalState
from duolog.errors import HomeError, NotAllowed
from duolog.protocol.codec import JsonObject, encode_b64
from duolog.protocol.entries import parse_header
from duolog.protocol.log import EntryItem, LogState, StatementItem
from duolog.protocol.messages import parse_message
from duolog.protocol.roster_statements import Member
from duolog.seal.keys import EpochKey

Progress = Callable[[int, int], None]
_BATCH = 256  # items read at a time


@dataclass(frozen=True, slots=True)
class Exported:
    """What one export holds. `unreadable`: entries that stand in it without their text.

    `unproven`: accounts of which rosters name a branch that this home doesn't have. Without it nobody can check the
    file; whatever else is here stands in it all the same.
    """

    path: Path | None
    journals: int
    documents: int
    unreadable: int
    unproven: tuple[bytes, ...] = ()


@dataclass(slots=True)
class _Counts:
    documents: int = 0
    unreadable: int = 0
    done: int = 0
    total: int = 0


def export_to(
    context: Context, path: Path, journals: Sequence[bytes] | None, *, force: bool, progress: Progress | None = None
) -> Exported:
    """Write an export to a new file of mode 0600. `journals` None: all but the account's own. `force`: replace a file.

    Raises:
        HomeError: the file is there already, or can't be written. What was begun is removed.
        NotAllowed: a journal isn't here.
    Spec: §12.
    """
    with _new_file(path, force) as out:
        done = export(context, out, journals, progress)
    return replace(done, path=path)


def export(
    context: Context, out: BinaryIO, journals: Sequence[bytes] | None, progress: Progress | None = None
) -> Exported:
    """The same into an open file."""
    chosen = journal_ids(context) if journals is None else list(dict.fromkeys(journals))
    if context.identity.account_journal in chosen:  # check: client.export_account_journal
        raise NotAllowed("The account's own journal is not exported: it holds secrets of devices and invitations.")
    for journal in chosen:
        view_journal(context, journal)
        tidy(context, journal)
    logs = [load_log(context.store, journal) for journal in chosen]
    counts = _Counts(total=sum(log.seq for log in logs))
    writer = ExportWriter(out)
    now = context.clock()
    origin = context.network.transport.origin
    writer.part("export", {"account": encode_b64(context.account), "at": now, "origin": origin})
    unproven = []
    for account, members in sorted(_members(context, chosen).items()):
        branches = context.chains.named(account, members)
        chains = [recall_chain(statements) for statements in branches]
        if not all(any(names(member, chain) for chain in chains) for member in members):
            unproven.append(account)
        for statements in branches:
            links = [
                {"statement": encode_b64(item.statement), "signatures": [encode_b64(one) for one in item.signatures]}
                for item in statements
            ]
            writer.part("chain", {"account": encode_b64(account), "statements": links})
    for log in logs:
        _journal(context, writer, log, now, counts, progress or (lambda done, total: None))
    writer.finish()
    return Exported(None, len(chosen), counts.documents, counts.unreadable, tuple(unproven))


@contextmanager
def _new_file(path: Path, force: bool) -> Iterator[BinaryIO]:
    target = path.with_name(path.name + ".part") if force else path
    if path.is_dir():
        raise HomeError(f"{path} is a folder. Name a file in it, such as {path / 'ours.json'}.")
    if not path.parent.is_dir():
        raise HomeError(f"There is no folder {path.parent}. Make it, or choose another place.")
    try:
        if force:
            target.unlink(missing_ok=True)
        out = os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    except FileExistsError as error:
        raise HomeError(f"There is a file {path} already. Choose another name, or replace it with --force.") from error
    try:
        with out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        if force:
            target.replace(path)
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _members(context: Context, journals: Sequence[bytes]) -> dict[bytes, set[Member]]:
    """Of every account that a roster of these journals ever named, and my own: as what they named it."""
    found: dict[bytes, set[Member]] = {context.account: set()}
    for journal in journals:
        for roster in load_rosters(context.store, journal):
            for member in parse_roster_state(roster).members:
                found.setdefault(member.account, set()).add(member)
    return found


def _journal(
    context: Context, writer: ExportWriter, log: LogState, now: int, counts: _Counts, progress: Progress
) -> None:
    state, joined = journal_state(context, log.journal), account_state(context).journals.get(log.journal)
    keys = {context.receipt_key()} | ({joined.receipt_key} if joined is not None else set())
    keys |= {item.key for item in load_earlier(context.store, log.journal)}
    head = {"journal": encode_b64(log.journal), "receipt_keys": sorted(encode_b64(key) for key in keys)}
    writer.part("journal", {**head, "seq": log.seq, "head": encode_b64(log.head)})
    items = {item.applied.seq: item for item in state.timeline}
    before, gone = (counts.documents, counts.unreadable), list[JsonObject]()
    for frames, lines in _pages(context, log, state, items, gone):
        writer.part("page", {"frames": encode_b64(frames)})
        for name, fields in lines:
            writer.part(name, fields)
            counts.documents += name == "document"
            counts.unreadable += name == "unreadable"
        counts.done += len(lines)
        progress(min(counts.done, counts.total), counts.total)
    for fields in _unsent(context, log.journal):
        writer.part("unsent", fields)
    assert log.roster is not None  # noqa: S101  # view_journal has seen it
    fields = {
        **state_fields(log.roster, state, log.closed, now),
        "frozen": context.standing(log.journal).frozen,
        "gone": gone,
        "documents": counts.documents - before[0],
        "unreadable": counts.unreadable - before[1],
    }
    writer.part("state", fields)


_Line = tuple[str, JsonObject]


def _pages(
    context: Context, log: LogState, state: JournalState, items: dict[int, Item], gone: list[JsonObject]
) -> Iterator[tuple[bytes, list[_Line]]]:
    """Whole pushes as the frames of a page, with the lines about their entries."""
    keys = context.epochs(log.journal)
    erased = set(account_state(context).erased.get(log.journal, ()))
    receipts = load_receipts(context.store, log.journal)
    frames, lines, seq = bytearray(), list[_Line](), 0
    for signed in receipts:
        for row in _rows(context, log.journal, seq, signed.seq):
            seq, entry = row.seq, row.entry or b""
            placed = _placed(row.frame, seq)
            frames += _frame(placed)
            if isinstance(placed.item, StatementItem):
                continue
            author = row.author or b""
            about = {"seq": seq, "entry": encode_b64(entry), "author": encode_b64(author), "received": row.time}
            if placed.item.blob is None:
                taken_back = state.withdrawn(entry, author, seq, row.time)
                closed = row.fault is not None and row.fault.startswith(CLOSED_TO_ME)
                mine = "closed" if closed else "erased" if entry in erased else REMOVED
                why = "withdrawn" if taken_back else mine
                gone.append({**about, "why": why})
                continue
            lines.append(_line(placed.item, items.get(seq), keys, state, about, row.fault))
        frames += frame(RECEIPT, signed.seq, signed.receipt)
        if len(frames) >= PAGE_BYTES or seq == log.seq:
            yield bytes(frames + encode_end(log.seq)), lines
            frames, lines = bytearray(), []


def _rows(context: Context, journal: bytes, after: int, end: int) -> Iterator[ItemRow]:
    while after < end:
        rows = items_between(context.store, journal, after, end, _BATCH)
        if not rows:
            raise HomeError("The database of this home is damaged. Restore from your words into a new home.")
        yield from rows
        after = rows[-1].seq


def _placed(frame: bytes, seq: int) -> Placed:
    """A stored frame at its place, without grants: those are sealed to me, and nobody else can use them."""
    if frame[4] == GONE:
        size = int.from_bytes(frame[13:17], "big")
        return Placed(seq, EntryItem(frame[17 : 17 + size], frame[17 + size :], None))
    return Placed(seq, parse_push(frame)[0].item)


def _frame(placed: Placed) -> bytes:
    if isinstance(placed.item, EntryItem) and placed.item.blob is None:
        return encode_gone(placed.seq, placed.item.header, placed.item.hash_of_blob)
    return encode_push([placed])


def _line(
    item: EntryItem,
    opened: Item | None,
    keys: dict[int, EpochKey | None],
    state: JournalState,
    about: JsonObject,
    fault: str | None,
) -> _Line:
    if opened is None:
        check, reason = OTHER_BRANCH if fault is None else fault.split("\n", 1)
        return "unreadable", {**about, "check": check, "reason": reason}
    key = keys[parse_header(item.header).epoch]
    if key is None:
        raise HomeError("The database of this home is damaged. Restore from your words into a new home.")
    return "document", {**document_fields(opened, state), "key": encode_b64(key.entry_keys(item.header)[0])}


def _unsent(context: Context, journal: bytes) -> Iterator[JsonObject]:
    """What was written here for this journal, and is not in its log."""
    for row in waiting_entries(context.store, journal):
        yield parse_message(context.home.open("outbox", row.sealed)).document.encode_json()
    for draft in account_state(context).drafts.values():
        if draft.journal == journal and draft.document is not None:
            yield draft.document.encode_json()
