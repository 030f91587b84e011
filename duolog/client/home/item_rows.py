"""The verified items of each journal: every query of the table item."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from duolog.client.home.store import Row, Store, as_bytes, as_int
from duolog.protocol import sizes


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An item at its place. `version`: of the roster there; `time`: of the receipt that covers it.

    `entry` and `author` are None for a statement and for a header that can't be read. `fault`: its check, a line break,
    and a sentence, or None.
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
    """Where an entry stands, without what it says."""

    entry: bytes
    author: bytes
    seq: int
    time: int


@dataclass(frozen=True, slots=True)
class Shown:
    """An item as a timeline shows it. `kind`: the byte of its frame that says what that is; the rest as `ItemRow`."""

    seq: int
    entry: bytes | None
    author: bytes | None
    time: int
    fault: str | None
    kind: bytes


# --- heads ------------------------------------------------------------------------------------------------------------


def head_at(store: Store, journal: bytes, seq: int) -> bytes | None:
    """The verified head at a seq, or None when there is no such item."""
    row = store.row("SELECT head FROM item WHERE journal = ? AND seq = ?", journal, seq)
    return None if row is None else as_bytes(row[0])


def heads_at(store: Store, journal: bytes, seqs: Sequence[int]) -> dict[int, tuple[bytes, int]]:
    """The verified heads at these seqs, each with the time of the receipt that covers it."""
    rows = store.among("SELECT seq, head, time FROM item WHERE journal = ? AND seq IN ({keys})", journal, seqs)
    return {as_int(row[0]): (as_bytes(row[1]), as_int(row[2])) for row in rows}


def load_heads(store: Store, journal: bytes) -> list[bytes]:
    """Every verified head of a journal, in order."""
    return [as_bytes(row[0]) for row in store.rows("SELECT head FROM item WHERE journal = ?", journal)]


# --- single entries ---------------------------------------------------------------------------------------------------
# By the index item_entry. SQLite has to be told: given several ids, it would read all of a journal, and given
# `entry IS NOT NULL` besides, all of the index.


def has_entry(store: Store, journal: bytes, entry: bytes) -> bool:
    """Whether a journal has an entry of this id."""
    return store.row("SELECT 1 FROM item WHERE journal = ? AND entry = ?", journal, entry) is not None


def places_of(store: Store, journal: bytes, entries: Sequence[bytes]) -> list[EntryPlace]:
    """Where those of these entries stand that a journal has, in no order."""
    rows = store.among(
        "SELECT entry, author, seq, time FROM item INDEXED BY item_entry WHERE journal = ? AND entry IN ({keys})",
        *(journal, entries),
    )
    return [EntryPlace(as_bytes(row[0]), as_bytes(row[1]), as_int(row[2]), as_int(row[3])) for row in rows]


def items_of(store: Store, journal: bytes, entries: Sequence[bytes]) -> list[ItemRow]:
    """Those of these entries that a journal has, in no order."""
    rows = store.among(
        "SELECT seq, frame, head, version, entry, author, time, fault FROM item INDEXED BY item_entry "
        "WHERE journal = ? AND entry IN ({keys})",
        *(journal, entries),
    )
    return [_item(row) for row in rows]


# --- items in order ---------------------------------------------------------------------------------------------------


def items_between(store: Store, journal: bytes, after: int, end: int, limit: int = -1) -> list[ItemRow]:
    """The items behind the seq `after`, up to the seq `end`, in order; `limit` of them at most."""
    rows = store.rows(
        "SELECT seq, frame, head, version, entry, author, time, fault FROM item "
        "WHERE journal = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?",
        *(journal, after, end, limit),
    )
    return [_item(row) for row in rows]


def readable_entries(store: Store, journal: bytes, after: int, limit: int) -> list[ItemRow]:
    """The entries without fault behind a seq, in order; `limit` of them at most."""
    rows = store.rows(
        "SELECT seq, frame, head, version, entry, author, time, fault FROM item "
        "WHERE journal = ? AND seq > ? AND entry IS NOT NULL AND fault IS NULL ORDER BY seq LIMIT ?",
        *(journal, after, limit),
    )
    return [_item(row) for row in rows]


def statements_behind(store: Store, journal: bytes, after: int) -> list[ItemRow]:
    """The statements behind a seq, in order."""
    rows = store.rows(
        "SELECT seq, frame, head, version, entry, author, time, fault FROM item "
        "WHERE journal = ? AND seq > ? AND entry IS NULL AND fault IS NULL ORDER BY seq",
        *(journal, after),
    )
    return [_item(row) for row in rows]


def shown_items(store: Store, journal: bytes, after: int, limit: int) -> list[Shown]:
    """What a timeline shows behind a seq, in order: entries, and what can't be read; `limit` of them at most."""
    rows = store.rows(
        "SELECT seq, entry, author, time, fault, substr(frame, 5, 1) FROM item WHERE journal = ? AND seq > ? AND "
        "(entry IS NOT NULL OR fault IS NOT NULL) ORDER BY seq LIMIT ?",
        *(journal, after, limit),
    )
    return [
        Shown(as_int(row[0]), _id(row[1]), _id(row[2]), as_int(row[3]), _fault(row[4]), as_bytes(row[5]))
        for row in rows
    ]


def frame_at(store: Store, journal: bytes, seq: int) -> bytes | None:
    """The frame of the item at a seq, or None when there is none."""
    row = store.row("SELECT frame FROM item WHERE journal = ? AND seq = ?", journal, seq)
    return None if row is None else as_bytes(row[0])


def last_frame(store: Store, journal: bytes) -> bytes | None:
    """The frame of a journal's last item, or None when it has none."""
    row = store.row("SELECT frame FROM item WHERE journal = ? ORDER BY seq DESC LIMIT 1", journal)
    return None if row is None else as_bytes(row[0])


def size_between(store: Store, journal: bytes, after: int, end: int) -> int:
    """The bytes of the frames behind the seq `after`, up to the seq `end`, where there is an item."""
    row = store.row(
        "SELECT sum(length(frame)) FROM item WHERE journal = ? AND seq > ? AND seq <= ?",
        *(journal, after, end),
    )
    return 0 if row is None else as_int(row[0])


# --- faults -----------------------------------------------------------------------------------------------------------


def count_unreadable(store: Store, journal: bytes) -> int:
    """How many items of a journal have a fault."""
    row = store.row(
        "SELECT count(*) FROM item WHERE journal = ? AND fault IS NOT NULL AND fault NOT LIKE 'closed%'", journal
    )
    return 0 if row is None else as_int(row[0])


def refused_since(store: Store, journal: bytes, account: bytes) -> tuple[int, ...]:
    """Seqs that I could not open since my last own entry; those of epochs closed to me are nobody's fault."""
    rows = store.rows(
        "SELECT seq FROM item WHERE journal = ?1 AND fault IS NOT NULL AND fault NOT LIKE 'closed%' "
        "AND entry IS NOT NULL AND seq > (SELECT coalesce(max(seq), 0) FROM item "
        "WHERE journal = ?1 AND author = ?2 AND fault IS NULL) ORDER BY seq LIMIT ?3",
        *(journal, account, sizes.MAX_REFUSED),
    )
    return tuple(as_int(row[0]) for row in rows)


# --- writing ----------------------------------------------------------------------------------------------------------


def save_items(store: Store, journal: bytes, items: Iterable[ItemRow]) -> None:
    """Keep verified items."""
    store.write_all(
        "INSERT INTO item VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (journal, one.seq, one.frame, one.head, one.version, one.entry, one.author, one.time, one.fault)
            for one in items
        ],
    )


def save_fault(store: Store, journal: bytes, seqs: Iterable[int], fault: str) -> None:
    """From now on the items at these seqs have a fault."""
    store.write_all("UPDATE item SET fault = ? WHERE journal = ? AND seq = ?", [(fault, journal, seq) for seq in seqs])


def save_frames(store: Store, journal: bytes, frames: Iterable[tuple[int, bytes]]) -> None:
    """Put other frames in the place of those at these seqs."""
    rows = [(frame, journal, seq) for seq, frame in frames]
    store.write_all("UPDATE item SET frame = ? WHERE journal = ? AND seq = ?", rows)


def forget_items_behind(store: Store, journal: bytes, seq: int) -> None:
    """Take out the items behind a seq."""
    store.write("DELETE FROM item WHERE journal = ? AND seq > ?", journal, seq)


def _item(row: Row) -> ItemRow:
    seq, frame, head, version, entry, author, time, fault = row
    return ItemRow(
        *(as_int(seq), as_bytes(frame), as_bytes(head), as_int(version)),
        *(_id(entry), _id(author), as_int(time), _fault(fault)),
    )


def _id(value: object) -> bytes | None:
    return value if isinstance(value, bytes) else None


def _fault(value: object) -> str | None:
    return None if value is None else str(value)
