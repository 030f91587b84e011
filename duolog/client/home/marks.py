"""What this home marks of a journal, and the acts about single entries that it has begun."""

from collections.abc import Iterable
from enum import Enum
from typing import Literal

from duolog.client.home.store import Store, as_bytes

Act = Literal["keep", "erase"]


class Mark(Enum):
    """What may be marked of a journal. Where nothing is said of the value there is none."""

    FOUNDING = "founding"  # I found it, and the account journal doesn't know that yet
    STRANGER = "stranger"  # it was looked at, and is not mine
    LEAVING = "leaving"  # I began to leave it
    LET_GO = "let_go"  # it is fetched no more
    CLOSING_PLACED = "closing_placed"  # the server holds my closing of it; the value is the closing's salt
    CLOSING_CANCELLING = "closing_cancelling"  # I began to take my closing of it back
    TIDIED = "tidied"  # what was withdrawn or erased is gone from here; the value says as of which state


def set_mark(store: Store, journal: bytes, name: Mark, value: bytes = b"1") -> None:
    """Mark a journal, durably."""
    store.write("INSERT OR REPLACE INTO mark VALUES (?, ?, ?)", journal, name.value, value)


def find_mark(store: Store, journal: bytes, name: Mark) -> bytes | None:
    """The value of a mark; None when there is none."""
    row = store.row("SELECT value FROM mark WHERE journal = ? AND name = ?", journal, name.value)
    return None if row is None else as_bytes(row[0])


def has_mark(store: Store, journal: bytes, name: Mark) -> bool:
    """Whether a journal is marked."""
    return find_mark(store, journal, name) is not None


def clear_mark(store: Store, journal: bytes, name: Mark) -> None:
    """Take a mark from a journal."""
    clear_marks(store, [journal], name)


def clear_marks(store: Store, journals: Iterable[bytes], name: Mark) -> None:
    """Take a mark from these journals."""
    rows = [(journal, name.value) for journal in journals]
    store.write_all("DELETE FROM mark WHERE journal = ? AND name = ?", rows)


def marked_journals(store: Store, name: Mark) -> set[bytes]:
    """Every journal that is marked so."""
    return {as_bytes(row[0]) for row in store.rows("SELECT journal FROM mark WHERE name = ?", name.value)}


def start_act(store: Store, act: Act, journal: bytes, entry: bytes) -> None:
    """Keep durably that I began to keep or to erase an entry."""
    store.write("INSERT OR REPLACE INTO started_act VALUES (?, ?, ?)", act, journal, entry)


def end_act(store: Store, act: Act, journal: bytes, entry: bytes) -> None:
    """It is done, or can't be."""
    store.write("DELETE FROM started_act WHERE act = ? AND journal = ? AND entry = ?", act, journal, entry)


def started_acts(store: Store) -> list[tuple[Act, bytes, bytes]]:
    """What was begun and not ended: the act, the journal and the entry."""
    rows = store.rows("SELECT act, journal, entry FROM started_act ORDER BY act, journal, entry")
    return [("keep" if row[0] == "keep" else "erase", as_bytes(row[1]), as_bytes(row[2])) for row in rows]
