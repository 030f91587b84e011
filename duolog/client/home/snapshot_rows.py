"""Rows that only save time: snapshots of folded state and their pages, and segments of the index of words.

The queries of the tables snapshot, snapshot_page and search_segment. What is missing here is made anew from the log.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from duolog.client.home.store import Store


@dataclass(frozen=True, slots=True)
class PageRow:
    """A page of a timeline: its sealed label and its sealed documents. `place`: its number, from 0."""

    place: int
    label: bytes
    items: bytes


@dataclass(frozen=True, slots=True)
class SegmentRow:
    """A sealed segment of the index of words. It covers the seqs from `first` to `last`, both included."""

    first: int
    last: int
    sealed: bytes


def load_snapshot(store: Store, journal: bytes) -> bytes | None:
    """The sealed snapshot of a journal, or None; empty where the row is damaged, since a snapshot only saves time."""
    row = store.row("SELECT sealed FROM snapshot WHERE journal = ?", journal)
    if row is None:
        return None
    return row[0] if isinstance(row[0], bytes) else b""


def snapshot_seq(store: Store, journal: bytes) -> int | None:
    """The seq of a journal's snapshot, or None where it has no snapshot."""
    return store.cell(int, "SELECT seq FROM snapshot WHERE journal = ?", journal)


def save_snapshot(store: Store, journal: bytes, seq: int, sealed: bytes) -> None:
    """Store a sealed snapshot of a journal in the place of an earlier one."""
    store.write("INSERT OR REPLACE INTO snapshot VALUES (?, ?, ?)", journal, seq, sealed)


def load_labels(store: Store, journal: bytes) -> list[bytes]:
    """The sealed labels of a snapshot's pages, in order."""
    rows = store.rows("SELECT label FROM snapshot_page WHERE journal = ? ORDER BY place", journal)
    return [row[0] if isinstance(row[0], bytes) else b"" for row in rows]


def load_page(store: Store, journal: bytes, place: int) -> bytes:
    """The sealed documents of a page; empty where the row is missing or damaged."""
    row = store.row("SELECT items FROM snapshot_page WHERE journal = ? AND place = ?", journal, place)
    return row[0] if row is not None and isinstance(row[0], bytes) else b""


def save_pages(store: Store, journal: bytes, pages: Iterable[PageRow], count: int) -> None:
    """Store pages, each in the place of an earlier one, and delete those behind the first `count`."""
    rows = [(journal, page.place, page.label, page.items) for page in pages]
    store.write_all("INSERT OR REPLACE INTO snapshot_page VALUES (?, ?, ?, ?)", rows)
    store.write("DELETE FROM snapshot_page WHERE journal = ? AND place >= ?", journal, count)


def forget_snapshot(store: Store, journal: bytes) -> None:
    """Delete the snapshot of a journal with its pages, and the index of its words."""
    forget_state(store, journal)
    store.write("DELETE FROM search_segment WHERE journal = ?", journal)


def forget_state(store: Store, journal: bytes) -> None:
    """Delete the snapshot of a journal with its pages."""
    store.write("DELETE FROM snapshot WHERE journal = ?", journal)
    store.write("DELETE FROM snapshot_page WHERE journal = ?", journal)


def load_segments(store: Store, journal: bytes) -> dict[int, int]:
    """The last seq of each segment of a journal's index, by its first."""
    return store.pairs(int, int, "SELECT first, last FROM search_segment WHERE journal = ?", journal)


def load_segment(store: Store, journal: bytes, first: int) -> bytes:
    """A sealed segment; empty where the row is missing or damaged."""
    row = store.row("SELECT sealed FROM search_segment WHERE journal = ? AND first = ?", journal, first)
    return row[0] if row is not None and isinstance(row[0], bytes) else b""


def save_segment(store: Store, journal: bytes, segment: SegmentRow) -> None:
    """Store a segment in the place of those that begin at the same seq or inside of it."""
    store.write(
        "DELETE FROM search_segment WHERE journal = ? AND first BETWEEN ? AND ?", journal, segment.first, segment.last
    )
    store.write("INSERT INTO search_segment VALUES (?, ?, ?, ?)", journal, segment.first, segment.last, segment.sealed)


def forget_segments(store: Store, journal: bytes, seqs: Iterable[int]) -> None:
    """Delete the segments that cover one of these seqs."""
    store.write_all(
        "DELETE FROM search_segment WHERE journal = ? AND first <= ? AND last >= ?",
        [(journal, seq, seq) for seq in seqs],
    )
