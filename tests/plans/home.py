"""A home with a long journal and a short one, and every query of its database, with what it asks for at a place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from duolog.client.home import chains, item_rows, log_rows, marks, outbox_rows, pairings, receipt_keys, snapshot_rows
from duolog.client.home.item_rows import ItemRow, save_items
from duolog.client.home.log_rows import LogRow, save_log_row, save_receipts, save_rosters
from duolog.client.home.marks import JournalMark
from duolog.client.home.outbox_rows import save_acknowledged, save_waiting, save_written
from duolog.client.home.receipt_keys import EarlierKey
from duolog.client.home.snapshot_rows import PageRow, SegmentRow, save_pages, save_segment, save_snapshot
from duolog.client.home.store import Row, Store
from duolog.protocol.codec import u64
from tests.plans.filling import ITEMS, LONG, NOW, PUSH, ROSTER, SHORT, Place, is_statement
from tests.plans.query import Query, call

FEW = 20  # pages and segments of a snapshot, and promises, however long a journal is


class ToldStore(Store):
    """A store that tells each statement before it runs, with its values."""

    def __init__(self, path: Path | None) -> None:
        self.told: list[tuple[str, Sequence[object]]] = []
        super().__init__(path)

    def write(self, sql: str, *values: object) -> None:
        self.told.append((sql, values))
        super().write(sql, *values)

    def write_all(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        some = list(rows)
        self.told.extend((sql, row) for row in some[:1])
        super().write_all(sql, some)

    def rows(self, sql: str, *values: object) -> list[Row]:
        self.told.append((sql, values))
        return super().rows(sql, *values)

    def row(self, sql: str, *values: object) -> Row | None:
        self.told.append((sql, values))
        return super().row(sql, *values)


def fill_home(store: Store, others: int) -> None:
    """Fill an empty home with the two places, and as many other journals."""
    with store.transaction():
        for place in (SHORT, LONG, *(Place(f"other {number}", ITEMS) for number in range(others))):
            _fill_journal(store, place)


def _fill_journal(store: Store, place: Place) -> None:
    journal, end = place.journal, place.length
    save_log_row(store, journal, LogRow(end, bytes(32), NOW, b"{}", 0))
    save_items(store, journal, (_item(place, seq) for seq in range(1, end + 1)))
    save_receipts(store, journal, {seq: _receipt(seq) for seq in range(PUSH, end + 1, PUSH)})
    save_rosters(store, journal, dict.fromkeys(range(1, end // ROSTER + 2), b"{}"))
    log_rows.save_epochs(store, journal, {1: b"sealed"})
    save_acknowledged(store, journal, ((end + number, bytes(32)) for number in range(FEW)))
    for number in range(2 * end // 100):  # a person writes more where there is more
        save_waiting(store, journal, place.thing("waits", number, 16), b"sealed")
        save_written(store, journal, place.thing("waits", number, 16))
    save_snapshot(store, journal, end, b"sealed")
    save_pages(store, journal, (PageRow(number, b"label", b"items") for number in range(FEW)), FEW)
    for number in range(FEW):
        save_segment(store, journal, SegmentRow(number * 10 + 1, number * 10 + 10, b"sealed"))


def _item(place: Place, seq: int) -> ItemRow:
    if is_statement(seq):
        return ItemRow(seq, b"frame" * 50, bytes(32), 1 + seq // ROSTER, None, None, NOW, None)
    fault = "check\nsentence" if seq % 500 == 3 else None
    return ItemRow(seq, b"frame" * 50, bytes(32), 1 + seq // ROSTER, place.entry(seq), place.account, NOW, fault)


def _receipt(seq: int) -> bytes:
    return u64(seq) + bytes(32) + u64(NOW) + bytes(64)


def _waits(at: Place) -> bytes:
    return at.thing("waits", 3, 16)


HOT = (
    Query(item_rows.head_at, lambda at: call(at.journal, at.length)),
    Query(item_rows.heads_at, lambda at: call(at.journal, at.last(50))),
    Query(item_rows.has_entry, lambda at: call(at.journal, at.entry(50))),
    Query(item_rows.places_of, lambda at: call(at.journal, [at.entry(seq) for seq in at.last(500)])),
    Query(item_rows.items_of, lambda at: call(at.journal, [at.entry(seq) for seq in at.last(500)])),
    Query(item_rows.items_between, lambda at: call(at.journal, at.length - 50, at.length, 50)),
    Query(item_rows.readable_entries, lambda at: call(at.journal, at.length - 50, 50)),
    Query(item_rows.statements_behind, lambda at: call(at.journal, at.length - 50)),
    Query(item_rows.shown_items, lambda at: call(at.journal, at.length - 50, 50)),
    Query(item_rows.frame_at, lambda at: call(at.journal, at.length)),
    Query(item_rows.size_between, lambda at: call(at.journal, at.length - 50, at.length)),
    Query(item_rows.refused_since, lambda at: call(at.journal, at.account)),
    Query(item_rows.save_items, lambda at: call(at.journal, [_item(at, at.length + 2)])),
    Query(item_rows.save_fault, lambda at: call(at.journal, [at.length], "fault")),
    Query(item_rows.save_frames, lambda at: call(at.journal, [(at.length, b"frame")])),
    Query(log_rows.load_log_row, lambda at: call(at.journal)),
    Query(log_rows.save_log_row, lambda at: call(at.journal, LogRow(at.length, bytes(32), NOW, b"{}", 0))),
    Query(log_rows.forget_promises_behind, lambda at: call(at.journal, at.length)),
    Query(log_rows.forget_keys_behind, lambda at: call(at.journal, at.length, 5)),
    Query(log_rows.forget_behind, lambda at: call(at.journal, at.length - 5)),
    Query(log_rows.save_made_grants, lambda at: call(at.journal, [(bytes(32), at.account, b"sealed")])),
    Query(log_rows.load_made_grants, lambda at: call(at.journal, bytes(32))),
    Query(log_rows.save_frozen, lambda at: call(at.journal, "why")),
    Query(log_rows.load_frozen, lambda at: call(at.journal)),
    Query(log_rows.thaw, lambda at: call(at.journal)),
    Query(log_rows.load_roster, lambda at: call(at.journal, 1)),
    Query(log_rows.save_rosters, lambda at: call(at.journal, {at.length: b"{}"})),
    Query(log_rows.newest_timed_receipt, lambda at: call(at.journal)),
    Query(log_rows.last_push_before, lambda at: call(at.journal, at.length)),
    Query(log_rows.save_receipts, lambda at: call(at.journal, {at.length + 2: _receipt(1)})),
    Query(log_rows.load_epochs, lambda at: call(at.journal)),
    Query(log_rows.save_epochs, lambda at: call(at.journal, {2: b"sealed"})),
    Query(outbox_rows.waiting_entries, lambda at: call(at.journal, 5)),
    Query(outbox_rows.waiting_entry, lambda at: call(_waits(at))),
    Query(outbox_rows.last_waiting, lambda at: call(at.journal)),
    Query(outbox_rows.save_waiting, lambda at: call(at.journal, bytes(16), b"sealed")),
    Query(outbox_rows.save_waiting_first, lambda at: call(at.journal, [(bytes(16), b"sealed")])),
    Query(outbox_rows.save_digests, lambda at: call([(bytes(32), _waits(at))])),
    Query(outbox_rows.save_message, lambda at: call(_waits(at), b"sealed")),
    Query(outbox_rows.rename_waiting, lambda at: call(_waits(at), bytes(16), b"sealed")),
    Query(outbox_rows.forget_waiting, lambda at: call(_waits(at))),
    Query(outbox_rows.load_acknowledged, lambda at: call(at.journal)),
    Query(outbox_rows.save_acknowledged, lambda at: call(at.journal, [(at.length + FEW, bytes(32))])),
    Query(outbox_rows.forget_acknowledged_up_to, lambda at: call(at.journal, at.length + 5)),
    Query(outbox_rows.save_written, lambda at: call(at.journal, bytes(16))),
    Query(outbox_rows.was_written, lambda at: call(at.journal, _waits(at))),
    Query(snapshot_rows.load_snapshot, lambda at: call(at.journal)),
    Query(snapshot_rows.snapshot_seq, lambda at: call(at.journal)),
    Query(snapshot_rows.save_snapshot, lambda at: call(at.journal, at.length, b"sealed")),
    Query(snapshot_rows.load_labels, lambda at: call(at.journal)),
    Query(snapshot_rows.load_page, lambda at: call(at.journal, 3)),
    Query(snapshot_rows.save_pages, lambda at: call(at.journal, [PageRow(FEW, b"label", b"items")], FEW + 1)),
    Query(snapshot_rows.forget_snapshot, lambda at: call(at.journal)),
    Query(snapshot_rows.forget_state, lambda at: call(at.journal)),
    Query(snapshot_rows.load_segments, lambda at: call(at.journal)),
    Query(snapshot_rows.load_segment, lambda at: call(at.journal, 11)),
    Query(snapshot_rows.save_segment, lambda at: call(at.journal, SegmentRow(191, 210, b"sealed"))),
    Query(snapshot_rows.forget_segments, lambda at: call(at.journal, [15])),
    Query(marks.set_mark, lambda at: call(at.journal, JournalMark.NAMED)),
    Query(marks.find_mark, lambda at: call(at.journal, JournalMark.NAMED)),
    Query(marks.has_mark, lambda at: call(at.journal, JournalMark.NAMED)),
    Query(marks.clear_marks, lambda at: call([at.journal], JournalMark.NAMED)),
    Query(marks.opens_at, lambda at: call(at.journal)),
    Query(marks.how_former, lambda at: call(at.journal)),
    Query(marks.keep_former, lambda at: call(at.journal, "left")),
    Query(marks.forget_former, lambda at: call([at.journal])),
    Query(marks.start_act, lambda at: call("keep", at.journal, at.entry(50))),
    Query(marks.end_act, lambda at: call("keep", at.journal, at.entry(50))),
    Query(receipt_keys.load_earlier, lambda at: call(at.journal)),
    Query(receipt_keys.is_earlier, lambda at: call(at.journal, at.length)),
    Query(receipt_keys.save_earlier, lambda at: call(at.journal, [EarlierKey(5, "https://before.test", bytes(32))])),
    Query(chains.stop_for_fork, lambda at: call(at.journal, at.account)),
    Query(chains.go_on_after_fork, lambda at: call(at.journal)),
)

# Each reads a list that is as long as what it is about: the journals of a home, or all of one journal.
WHOLE: tuple[Callable[..., object], ...] = (
    item_rows.load_heads,
    item_rows.count_unreadable,
    log_rows.verified_journals,
    log_rows.granted_journals,
    log_rows.newest_time,
    log_rows.load_rosters,
    log_rows.journals_with_genesis,
    log_rows.load_receipts,
    outbox_rows.count_waiting,
    outbox_rows.journals_with_waiting,
    marks.marked_journals,
    marks.left_journals,
    marks.started_acts,
    receipt_keys.note_replaced,
    chains.forked_accounts,
    chains.stopped_for_fork,
    pairings.begun_journals,
    pairings.paired_journals,
    pairings.admissions,
)
MODULES = (chains, item_rows, log_rows, marks, outbox_rows, pairings, receipt_keys, snapshot_rows)
