"""Marks of journals, the reasons why I am in a journal no longer, and begun acts about single entries."""

from collections.abc import Iterable
from enum import Enum
from typing import Literal

from duolog.client.home.store import Store, typed

Act = Literal["keep", "erase"]
How = Literal["left", "over", "unlisted"]


class JournalMark(Enum):
    """A mark of a journal. The comment says where its value means something."""

    FOUNDING = "founding"  # I found the journal, and the account journal doesn't know that yet
    STRANGER = "stranger"  # this home has looked at the journal, and it isn't mine
    LEAVING = "leaving"  # I began to leave the journal
    LET_GO = "let_go"  # this home doesn't fetch the journal any more
    CLOSING_PLACED = "closing_placed"  # the server holds my closing of the journal; the value is the closing's salt
    CLOSING_CANCELLING = "closing_cancelling"  # I began to take my closing of the journal back
    RESTORING = "restoring"  # the server has gone back, and takes nothing new here; the value says until when
    LOOKED = "looked"  # its owner has looked at it; the value says up to which place, and when
    NAMED = "named"  # every member reads my name there, if I have one; the value says as of which roster
    TIDIED = "tidied"  # this home has deleted withdrawn and erased texts; the value says as of which state


def set_mark(store: Store, journal: bytes, name: JournalMark, value: bytes = b"1") -> None:
    """Mark a journal, durably."""
    store.write("INSERT OR REPLACE INTO mark VALUES (?, ?, ?)", journal, name.value, value)


def find_mark(store: Store, journal: bytes, name: JournalMark) -> bytes | None:
    """The value of a mark; None where the journal doesn't have it."""
    return store.cell(bytes, "SELECT value FROM mark WHERE journal = ? AND name = ?", journal, name.value)


def has_mark(store: Store, journal: bytes, name: JournalMark) -> bool:
    """Whether a journal has a mark."""
    return find_mark(store, journal, name) is not None


def clear_marks(store: Store, journals: Iterable[bytes], name: JournalMark) -> None:
    """Take a mark from these journals."""
    rows = [(journal, name.value) for journal in journals]
    store.write_all("DELETE FROM mark WHERE journal = ? AND name = ?", rows)


def marked_journals(store: Store, name: JournalMark) -> set[bytes]:
    """Every journal that has a mark."""
    return set(store.column(bytes, "SELECT journal FROM mark WHERE name = ?", name.value))


def opens_at(store: Store, journal: bytes) -> int:
    """When a journal marked as restoring takes new items at the latest, Unix seconds; 0 where that isn't known yet."""
    return int.from_bytes((find_mark(store, journal, JournalMark.RESTORING) or b"")[:8], "big")


def how_former(store: Store, journal: bytes) -> str | None:
    """Why I am in a journal no longer; None while I am in it."""
    return store.cell(str, "SELECT how FROM former WHERE journal = ?", journal)


def keep_former(store: Store, journal: bytes, how: How) -> None:
    """Store why I am in a journal no longer; the first reason stays."""
    store.write("INSERT OR IGNORE INTO former VALUES (?, ?)", journal, how)


def forget_former(store: Store, journals: Iterable[bytes]) -> None:
    """Store that I am in these journals."""
    store.write_all("DELETE FROM former WHERE journal = ?", [(journal,) for journal in journals])


def left_journals(store: Store) -> list[bytes]:
    """The journals that I left."""
    return store.column(bytes, "SELECT journal FROM former WHERE how = 'left'")


def start_act(store: Store, act: Act, journal: bytes, entry: bytes) -> None:
    """Store that I began to keep or to erase an entry."""
    store.write("INSERT OR REPLACE INTO started_act VALUES (?, ?, ?)", act, journal, entry)


def end_act(store: Store, act: Act, journal: bytes, entry: bytes) -> None:
    """Forget an act that is done, or that the server refuses."""
    store.write("DELETE FROM started_act WHERE act = ? AND journal = ? AND entry = ?", act, journal, entry)


def started_acts(store: Store) -> list[tuple[Act, bytes, bytes]]:
    """Every begun act, with its journal and its entry."""
    rows = store.rows("SELECT act, journal, entry FROM started_act ORDER BY act, journal, entry")
    return [("keep" if row[0] == "keep" else "erase", typed(bytes, row[1]), typed(bytes, row[2])) for row in rows]
