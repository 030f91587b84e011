"""The verified items of each journal: every query of the table item. A fault is its check, a line break, a sentence."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from duolog.client.home.store import Store
from duolog.protocol import sizes

_ITEMS = "SELECT seq, frame, head, version, entry, author, time, fault FROM item "


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An item at its place. `version`: of the roster there; `time`: of the receipt that covers it.

    `entry` and `author` are None for a statement and for a header that can't be read.
    """

    seq: int
    frame: bytes
    head: bytes
    version: int
    entry: bytes | None
    author: bytes | None
    time: int
    fault: str | None


@dataclass(frozen=True, slots=True)
class EntryPlace:
    """The place of an entry, without its frame."""

    entry: bytes
    author: bytes
    seq: int
    time: int


@dataclass(frozen=True, slots=True)
class Shown:
    """An item as a timeline shows it. `kind`: the byte of its frame that names its kind; the rest as `ItemRow`."""

    seq: int
    entry: bytes | None
    author: bytes | None
    time: int
    fault: str | None
    kind: bytes


@dataclass(frozen=True, slots=True)
class _Head:
    seq: int
    head: bytes
    time: int


def head_at(store: Store, journal: bytes, seq: int) -> bytes | None:
    """The verified head at a seq, or None where the journal has no such item."""
    return store.cell(bytes, "SELECT head FROM item WHERE journal = ? AND seq = ?", journal, seq)


def heads_at(store: Store, journal: bytes, seqs: Sequence[int]) -> dict[int, tuple[bytes, int]]:
    """The verified heads at these seqs, each with the time of the receipt that covers it."""
    query = "SELECT seq, head, time FROM item WHERE journal = ? AND seq IN ({keys})"
    return {row.seq: (row.head, row.time) for row in store.among(_Head, query, journal, seqs)}


def load_heads(store: Store, journal: bytes) -> list[bytes]:
    """Every verified head of a journal, in order."""
    return store.column(bytes, "SELECT head FROM item WHERE journal = ? ORDER BY seq", journal)


# Queries name their index where SQLite would read all of a journal instead: the frames are most of a home.


def has_entry(store: Store, journal: bytes, entry: bytes) -> bool:
    """Whether a journal has an entry of this id."""
    return store.row("SELECT 1 FROM item WHERE journal = ? AND entry = ?", journal, entry) is not None


def places_of(store: Store, journal: bytes, entries: Sequence[bytes]) -> list[EntryPlace]:
    """The places of those of these entries that a journal has, in no order."""
    query = "SELECT entry, author, seq, time FROM item INDEXED BY item_entry WHERE journal = ? AND entry IN ({keys})"
    return store.among(EntryPlace, query, journal, entries)


def items_of(store: Store, journal: bytes, entries: Sequence[bytes]) -> list[ItemRow]:
    """The given entries that a journal has, in no order."""
    query = _ITEMS + "INDEXED BY item_entry WHERE journal = ? AND entry IN ({keys})"
    return store.among(ItemRow, query, journal, entries)


def items_between(store: Store, journal: bytes, after: int, end: int, limit: int = -1) -> list[ItemRow]:
    """The items behind the seq `after`, up to the seq `end`, in order; `limit` of them at most."""
    query = _ITEMS + "WHERE journal = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?"
    return store.records(ItemRow, query, journal, after, end, limit)


def readable_entries(store: Store, journal: bytes, after: int, limit: int) -> list[ItemRow]:
    """The entries without fault behind a seq, in order; `limit` of them at most."""
    query = _ITEMS + "WHERE journal = ? AND seq > ? AND entry IS NOT NULL AND fault IS NULL ORDER BY seq LIMIT ?"
    return store.records(ItemRow, query, journal, after, limit)


def statements_behind(store: Store, journal: bytes, after: int) -> list[ItemRow]:
    """The statements behind a seq, in order."""
    query = _ITEMS + "WHERE journal = ? AND seq > ? AND entry IS NULL AND fault IS NULL ORDER BY seq"
    return store.records(ItemRow, query, journal, after)


def shown_items(store: Store, journal: bytes, after: int, limit: int) -> list[Shown]:
    """The entries and the unreadable items behind a seq, in order; `limit` of them at most."""
    query = (
        "SELECT seq, entry, author, time, fault, substr(frame, 5, 1) FROM item WHERE journal = ? AND seq > ? AND "
        "(entry IS NOT NULL OR fault IS NOT NULL) ORDER BY seq LIMIT ?"
    )
    return store.records(Shown, query, journal, after, limit)


def frame_at(store: Store, journal: bytes, seq: int) -> bytes | None:
    """The frame of the item at a seq, or None where the journal has no such item."""
    return store.cell(bytes, "SELECT frame FROM item WHERE journal = ? AND seq = ?", journal, seq)


def size_between(store: Store, journal: bytes, after: int, end: int) -> int:
    """The bytes of the frames behind the seq `after`, up to the seq `end`. At least one item must be there."""
    query = "SELECT coalesce(sum(length(frame)), 0) FROM item WHERE journal = ? AND seq > ? AND seq <= ?"
    return store.cell(int, query, journal, after, end) or 0


def count_unreadable(store: Store, journal: bytes) -> int:
    """How many items of a journal have a fault, except for those of epochs closed to me."""
    query = (
        "SELECT count(*) FROM item INDEXED BY item_fault "
        "WHERE journal = ? AND fault IS NOT NULL AND fault NOT LIKE 'closed%'"
    )
    return store.cell(int, query, journal) or 0


def refused_since(store: Store, journal: bytes, account: bytes) -> tuple[int, ...]:
    """Seqs that I could not open since my last own entry; those of epochs closed to me are nobody's fault."""
    query = (
        "SELECT seq FROM item INDEXED BY item_fault WHERE journal = ?1 AND fault IS NOT NULL "
        "AND fault NOT LIKE 'closed%' AND entry IS NOT NULL AND seq > (SELECT coalesce(max(seq), 0) FROM item "
        "INDEXED BY item_author WHERE journal = ?1 AND author = ?2 AND fault IS NULL) ORDER BY seq LIMIT ?3"
    )
    return tuple(store.column(int, query, journal, account, sizes.MAX_REFUSED))


def save_items(store: Store, journal: bytes, items: Iterable[ItemRow]) -> None:
    """Store verified items."""
    store.write_all(
        "INSERT INTO item VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (journal, one.seq, one.frame, one.head, one.version, one.entry, one.author, one.time, one.fault)
            for one in items
        ],
    )


def save_fault(store: Store, journal: bytes, seqs: Iterable[int], fault: str) -> None:
    """Give the items at these seqs a fault."""
    store.write_all("UPDATE item SET fault = ? WHERE journal = ? AND seq = ?", [(fault, journal, seq) for seq in seqs])


def save_frames(store: Store, journal: bytes, frames: Iterable[tuple[int, bytes]]) -> None:
    """Replace the frames at these seqs."""
    rows = [(frame, journal, seq) for seq, frame in frames]
    store.write_all("UPDATE item SET frame = ? WHERE journal = ? AND seq = ?", rows)
