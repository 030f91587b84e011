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
from tests.plans.filling import ITEMS, LONG, NOW, PUSH, ROSTER, SHORT, Place, kind_at
from tests.plans.filling import STATEMENT as A_STATEMENT

FEW = 20  # pages and segments of a snapshot, and promises, however long a journal is
Asked = Callable[[Store, Place], object]


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
    save_rosters(store, journal, {version: b"{}" for version in range(1, end // ROSTER + 2)})
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
    if kind_at(seq) == A_STATEMENT:
        return ItemRow(seq, b"frame" * 50, bytes(32), 1 + seq // ROSTER, None, None, NOW, None)
    fault = "check\nsentence" if seq % 500 == 3 else None
    return ItemRow(seq, b"frame" * 50, bytes(32), 1 + seq // ROSTER, place.entry(seq), place.account, NOW, fault)


def _receipt(seq: int) -> bytes:
    return u64(seq) + bytes(32) + u64(NOW) + bytes(64)


def _waits(at: Place) -> bytes:
    return at.thing("waits", 3, 16)


HOT: tuple[Asked, ...] = (
    lambda store, at: item_rows.head_at(store, at.journal, at.length),
    lambda store, at: item_rows.heads_at(store, at.journal, at.last(50)),
    lambda store, at: item_rows.has_entry(store, at.journal, at.entry(50)),
    lambda store, at: item_rows.places_of(store, at.journal, [at.entry(seq) for seq in at.last(500)]),
    lambda store, at: item_rows.items_of(store, at.journal, [at.entry(seq) for seq in at.last(500)]),
    lambda store, at: item_rows.items_between(store, at.journal, at.length - 50, at.length, 50),
    lambda store, at: item_rows.readable_entries(store, at.journal, at.length - 50, 50),
    lambda store, at: item_rows.statements_behind(store, at.journal, at.length - 50),
    lambda store, at: item_rows.shown_items(store, at.journal, at.length - 50, 50),
    lambda store, at: item_rows.frame_at(store, at.journal, at.length),
    lambda store, at: item_rows.size_between(store, at.journal, at.length - 50, at.length),
    lambda store, at: item_rows.refused_since(store, at.journal, at.account),
    lambda store, at: item_rows.save_items(store, at.journal, [_item(at, at.length + 2)]),
    lambda store, at: item_rows.save_fault(store, at.journal, [at.length], "fault"),
    lambda store, at: item_rows.save_frames(store, at.journal, [(at.length, b"frame")]),
    lambda store, at: log_rows.load_log_row(store, at.journal),
    lambda store, at: log_rows.save_log_row(store, at.journal, LogRow(at.length, bytes(32), NOW, b"{}", 0)),
    lambda store, at: log_rows.forget_promises_behind(store, at.journal, at.length),
    lambda store, at: log_rows.forget_keys_behind(store, at.journal, at.length, 5),
    lambda store, at: log_rows.forget_behind(store, at.journal, at.length - 5),
    lambda store, at: log_rows.save_made_grants(store, at.journal, [(bytes(32), at.account, b"sealed")]),
    lambda store, at: log_rows.load_made_grants(store, at.journal, bytes(32)),
    lambda store, at: log_rows.save_frozen(store, at.journal, "why"),
    lambda store, at: log_rows.load_frozen(store, at.journal),
    lambda store, at: log_rows.thaw(store, at.journal),
    lambda store, at: log_rows.load_roster(store, at.journal, 1),
    lambda store, at: log_rows.save_rosters(store, at.journal, {at.length: b"{}"}),
    lambda store, at: log_rows.newest_timed_receipt(store, at.journal),
    lambda store, at: log_rows.last_push_before(store, at.journal, at.length),
    lambda store, at: log_rows.save_receipts(store, at.journal, {at.length + 2: _receipt(1)}),
    lambda store, at: log_rows.load_epochs(store, at.journal),
    lambda store, at: log_rows.save_epochs(store, at.journal, {2: b"sealed"}),
    lambda store, at: outbox_rows.waiting_entries(store, at.journal, 5),
    lambda store, at: outbox_rows.waiting_entry(store, _waits(at)),
    lambda store, at: outbox_rows.last_waiting(store, at.journal),
    lambda store, at: outbox_rows.save_waiting(store, at.journal, bytes(16), b"sealed"),
    lambda store, at: outbox_rows.save_waiting_first(store, at.journal, [(bytes(16), b"sealed")]),
    lambda store, at: outbox_rows.save_digests(store, [(bytes(32), _waits(at))]),
    lambda store, at: outbox_rows.save_message(store, _waits(at), b"sealed"),
    lambda store, at: outbox_rows.rename_waiting(store, _waits(at), bytes(16), b"sealed"),
    lambda store, at: outbox_rows.forget_waiting(store, _waits(at)),
    lambda store, at: outbox_rows.load_acknowledged(store, at.journal),
    lambda store, at: outbox_rows.save_acknowledged(store, at.journal, [(at.length + FEW, bytes(32))]),
    lambda store, at: outbox_rows.forget_acknowledged_up_to(store, at.journal, at.length + 5),
    lambda store, at: outbox_rows.save_written(store, at.journal, bytes(16)),
    lambda store, at: outbox_rows.was_written(store, at.journal, _waits(at)),
    lambda store, at: snapshot_rows.load_snapshot(store, at.journal),
    lambda store, at: snapshot_rows.snapshot_seq(store, at.journal),
    lambda store, at: snapshot_rows.save_snapshot(store, at.journal, at.length, b"sealed"),
    lambda store, at: snapshot_rows.load_labels(store, at.journal),
    lambda store, at: snapshot_rows.load_page(store, at.journal, 3),
    lambda store, at: snapshot_rows.save_pages(store, at.journal, [PageRow(FEW, b"label", b"items")], FEW + 1),
    lambda store, at: snapshot_rows.forget_snapshot(store, at.journal),
    lambda store, at: snapshot_rows.forget_state(store, at.journal),
    lambda store, at: snapshot_rows.load_segments(store, at.journal),
    lambda store, at: snapshot_rows.load_segment(store, at.journal, 11),
    lambda store, at: snapshot_rows.save_segment(store, at.journal, SegmentRow(191, 210, b"sealed")),
    lambda store, at: snapshot_rows.forget_segments(store, at.journal, [15]),
    lambda store, at: marks.set_mark(store, at.journal, JournalMark.NAMED),
    lambda store, at: marks.find_mark(store, at.journal, JournalMark.NAMED),
    lambda store, at: marks.has_mark(store, at.journal, JournalMark.NAMED),
    lambda store, at: marks.clear_marks(store, [at.journal], JournalMark.NAMED),
    lambda store, at: marks.opens_at(store, at.journal),
    lambda store, at: marks.how_former(store, at.journal),
    lambda store, at: marks.keep_former(store, at.journal, "left"),
    lambda store, at: marks.forget_former(store, [at.journal]),
    lambda store, at: marks.start_act(store, "keep", at.journal, at.entry(50)),
    lambda store, at: marks.end_act(store, "keep", at.journal, at.entry(50)),
    lambda store, at: receipt_keys.load_earlier(store, at.journal),
    lambda store, at: receipt_keys.is_earlier(store, at.journal, at.length),
    lambda store, at: receipt_keys.save_earlier(store, at.journal, [EarlierKey(5, "https://before.test", bytes(32))]),
    lambda store, at: chains.stop_for_fork(store, at.journal, at.account),
    lambda store, at: chains.go_on_after_fork(store, at.journal),
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
