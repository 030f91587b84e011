"""Exporting: the verified log of one's journals in one file, with a key for each entry that one may read.

Rules
- The file is made from the home alone. The server is not asked, so it can't notice.
- Each readable entry comes with a key of its own, derived for its header. Epoch keys and the keys that two members
  share don't leave the home: the first open later entries, the second let others write in a member's name.
- Nothing is left out silently: an entry that can't be read has a line with its reason.
- The account's own journal is not exported: it holds secrets of devices and invitations. Drafts are.

The texts in the file are not sealed: anyone who has it can read it. Spec: §12
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import Path
from typing import BinaryIO

from duolog.api.common import AccountStatementModel
from duolog.api.pages import RECEIPT, Placed, encode_end, encode_push, frame, parse_frame
from duolog.client.export.format import PAGE_BYTES, REMOVED, ExportWriter, document_fields, state_fields
from duolog.client.home.chains import names, recall_chain
from duolog.client.home.files import new_file
from duolog.client.home.item_rows import ItemRow, items_between
from duolog.client.home.log_rows import load_receipts, load_rosters
from duolog.client.home.outbox_rows import waiting_entries
from duolog.client.home.receipt_keys import load_earlier
from duolog.client.home.store import DAMAGED
from duolog.client.leaving.withdraw_keep_erase import tidy
from duolog.client.log.context import Context
from duolog.client.log.folding import account_state, journal_state
from duolog.client.log.my_journals import shown_journals
from duolog.client.log.stored_logs import load_log, parse_roster_state
from duolog.client.log.verify_authors import CLOSED_TO_ME, OTHER_BRANCH
from duolog.documents.journal_state import JournalState
from duolog.documents.timeline import Item, Timeline
from duolog.errors import HomeError, NotAllowed
from duolog.protocol.codec import JsonObject, encode_b64
from duolog.protocol.entries import parse_header
from duolog.protocol.log import EntryItem, LogState
from duolog.protocol.messages import parse_message
from duolog.protocol.roster_statements import Member

Progress = Callable[[int, int], None]
_Line = tuple[str, JsonObject]


@dataclass(frozen=True, slots=True)
class Exported:
    """The counts of one export. `unreadable`: entries without their text. `unproven`: accounts whose branch in a roster
    is not in this home. Without the branch, the file fails its check."""

    path: Path | None
    journals: int
    documents: int
    unreadable: int
    unproven: tuple[bytes, ...] = ()


def export_to(
    context: Context, path: Path, journals: Sequence[bytes] | None, *, force: bool, progress: Progress | None = None
) -> Exported:
    """Write an export to a new file of mode 0600. `journals` None: all but the account's own. `force`: replace a file.

    Raises:
        HomeError: the file is there already, or can't be written. An unfinished file is removed.
        NotAllowed: a journal isn't here.
    Spec: §12.
    """
    with new_file(path, force) as out:
        done = export(context, out, journals, progress)
    return replace(done, path=path)


def export(
    context: Context, out: BinaryIO, journals: Sequence[bytes] | None, progress: Progress | None = None
) -> Exported:
    """Write an export into an open file. Raises: NotAllowed as `export_to`."""
    chosen = shown_journals(context) if journals is None else list(dict.fromkeys(journals))
    if context.identity.account_journal in chosen:  # check: client.export_account_journal
        raise NotAllowed("The account's own journal is not exported: it holds secrets of devices and invitations.")
    for journal in chosen:
        context.standing(journal).require_here()
        with context.store.for_this_reading():
            tidy(context, journal)
    logs = [load_log(context.store, journal) for journal in chosen]
    writer, total = ExportWriter(out), sum(log.seq for log in logs)
    counts, now, origin = writer.counts, context.clock(), context.network.transport.origin
    writer.part("export", {"account": encode_b64(context.account), "at": now, "origin": origin})
    unproven = _chains(context, writer, chosen)
    for log in logs:
        for _ in _journal(context, writer, log, now):
            if progress is not None:
                progress(min(counts["document"] + counts["unreadable"], total), total)
    writer.finish()
    return Exported(None, len(chosen), counts["document"], counts["unreadable"], unproven)


def _chains(context: Context, writer: ExportWriter, journals: Sequence[bytes]) -> tuple[bytes, ...]:
    """Write my chain, and every branch of an account that a roster of these journals names; the unproven accounts."""
    named: dict[bytes, set[Member]] = {context.account: set()}
    for journal in journals:
        for roster in load_rosters(context.store, journal):
            for member in parse_roster_state(roster).members:
                named.setdefault(member.account, set()).add(member)
    unproven = []
    for account, members in sorted(named.items()):
        branches = context.chains.named(account, members)
        chains = [recall_chain(statements) for statements in branches]
        if not all(any(names(member, chain) for chain in chains) for member in members):
            unproven.append(account)
        for statements in branches:
            links = [AccountStatementModel.of(item).model_dump(mode="json") for item in statements]
            writer.part("chain", {"account": encode_b64(account), "statements": links})
    return tuple(unproven)


def _journal(context: Context, writer: ExportWriter, log: LogState, now: int) -> Iterator[None]:
    """Write one journal, a page at a time."""
    here, journal, before = context.standing(log.journal), encode_b64(log.journal), writer.counts.copy()
    state, joined = journal_state(context, log.journal), account_state(context).journals.get(log.journal)
    keys = {*context.receipt_keys()} | ({joined.receipt_key} if joined is not None else set())
    keys |= {item.key for item in load_earlier(context.store, log.journal)}
    head = {"journal": journal, "receipt_keys": sorted(encode_b64(key) for key in keys)}
    writer.part("journal", {**head, "seq": log.seq, "head": encode_b64(log.head)})
    gone = list[JsonObject]()
    for frames, lines in _pages(context, log, state):
        writer.part("page", {"frames": encode_b64(frames)})
        for name, fields in lines:
            if name == "gone":
                gone.append(fields)
            else:
                writer.part(name, fields)
        yield
    for fields in _unsent(context, log.journal):
        writer.part("unsent", fields)
    fields = {
        **state_fields(here.require_here(), state, log.closed, now),
        "frozen": here.frozen,
        "gone": gone,
        "documents": writer.counts["document"] - before["document"],
        "unreadable": writer.counts["unreadable"] - before["unreadable"],
    }
    writer.part("state", fields)


def _pages(context: Context, log: LogState, state: JournalState) -> Iterator[tuple[bytes, list[_Line]]]:
    """Whole pushes as the frames of a page, without grants, which are sealed to me; and a line about each entry."""
    keys, erased = context.epochs(log.journal), account_state(context).erased.get(log.journal, ())
    frames, lines, seq = bytearray(), list[_Line](), 0
    for covered, receipt in load_receipts(context.store, log.journal).items():
        rows = items_between(context.store, log.journal, seq, covered)
        if len(rows) != covered - seq:
            raise HomeError(DAMAGED)
        opened = {item.applied.seq: item for item in _between(state.timeline, seq, covered)}
        for row in rows:
            item = parse_frame(row.frame).item
            frames += encode_push([Placed(row.seq, item)])
            if not isinstance(item, EntryItem):
                continue
            if item.blob is not None and row.seq in opened:
                key = keys[parse_header(item.header).epoch]
                if key is None:
                    raise HomeError(DAMAGED)
                fields = document_fields(opened[row.seq], state)
                lines.append(("document", {**fields, "key": encode_b64(key.entry_keys(item.header)[0])}))
            else:
                lines.append(_without_text(row, item, state, erased=(row.entry or b"") in erased))
        seq = covered
        frames += frame(RECEIPT, seq, receipt)
        if len(frames) >= PAGE_BYTES or seq == log.seq:
            yield bytes(frames + encode_end(log.seq)), lines
            frames, lines = bytearray(), []


def _between(timeline: Timeline, after: int, last: int) -> Iterator[Item]:
    return takewhile(lambda item: item.applied.seq <= last, timeline.behind(after))


def _without_text(row: ItemRow, item: EntryItem, state: JournalState, *, erased: bool) -> _Line:
    """The line about an entry that is `gone` or `unreadable`."""
    entry, author = row.entry or b"", row.author or b""
    about = {"seq": row.seq, "entry": encode_b64(entry), "author": encode_b64(author), "received": row.time}
    if item.blob is None:
        closed = row.fault is not None and row.fault.startswith(CLOSED_TO_ME)
        why = "closed" if closed else "erased" if erased else REMOVED
        return "gone", {**about, "why": "withdrawn" if state.withdrawn(entry, author, row.seq, row.time) else why}
    check, reason = OTHER_BRANCH if row.fault is None else row.fault.split("\n", 1)
    return "unreadable", {**about, "check": check, "reason": reason}


def _unsent(context: Context, journal: bytes) -> Iterator[JsonObject]:
    """The documents for this journal in the outbox, and the drafts for it."""
    for row in waiting_entries(context.store, journal):
        yield parse_message(context.home.open("outbox", row.sealed)).document.encode_json()
    for draft in account_state(context).drafts.values():
        if draft.journal == journal and draft.document is not None:
            yield draft.document.encode_json()
