"""Messages that wait to be sent, digests that the server promised, and entries that this home has written.

The queries of the tables outbox, acknowledged and written. Messages are sealed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from duolog.client.home.store import Store


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """A message that waits. `digests`: all that were ever sent under its entry id, joined."""

    entry: bytes
    sealed: bytes
    digests: bytes


def waiting_entries(store: Store, journal: bytes, limit: int = -1) -> list[WaitingRow]:
    """The messages that wait for a journal, in the order in which they were written; `limit` of them at most."""
    query = "SELECT entry, sealed, digests FROM outbox WHERE journal = ? ORDER BY place LIMIT ?"
    return store.records(WaitingRow, query, journal, limit)


def waiting_entry(store: Store, entry: bytes) -> WaitingRow | None:
    """The message that waits under this id, or None."""
    return store.record(WaitingRow, "SELECT entry, sealed, digests FROM outbox WHERE entry = ?", entry)


def last_waiting(store: Store, journal: bytes) -> bytes | None:
    """The id of the last message that waits for a journal, or None."""
    return store.cell(bytes, "SELECT entry FROM outbox WHERE journal = ? ORDER BY place DESC LIMIT 1", journal)


def count_waiting(store: Store, journal: bytes) -> int:
    """How many messages wait for a journal."""
    return store.cell(int, "SELECT count(*) FROM outbox WHERE journal = ?", journal) or 0


def journals_with_waiting(store: Store) -> list[bytes]:
    """Every journal for which a message waits."""
    return store.column(bytes, "SELECT DISTINCT journal FROM outbox")


def save_waiting(store: Store, journal: bytes, entry: bytes, sealed: bytes) -> None:
    """Let a message wait, behind all others."""
    store.write("INSERT INTO outbox (journal, entry, sealed) VALUES (?, ?, ?)", journal, entry, sealed)


def save_waiting_first(store: Store, journal: bytes, messages: Sequence[tuple[bytes, bytes]]) -> None:
    """Let messages wait before all others, in their order. `messages`: each one's entry, and the sealed message."""
    first = (store.cell(int, "SELECT coalesce(min(place), 0) FROM outbox") or 0) - len(messages)
    rows = [(first + number, journal, entry, sealed) for number, (entry, sealed) in enumerate(messages)]
    store.write_all("INSERT INTO outbox (place, journal, entry, sealed) VALUES (?, ?, ?, ?)", rows)


def save_digests(store: Store, sent: Iterable[tuple[bytes, bytes]]) -> None:
    """Store the digests that are sent under the ids of entries. `sent`: the joined digests with the entry."""
    store.write_all("UPDATE outbox SET digests = ? WHERE entry = ?", sent)


def save_message(store: Store, entry: bytes, sealed: bytes) -> None:
    """Replace a message that waits."""
    store.write("UPDATE outbox SET sealed = ? WHERE entry = ?", sealed, entry)


def rename_waiting(store: Store, entry: bytes, new: bytes, sealed: bytes) -> None:
    """Give a message that waits a new id and other bytes, and forget that it was ever sent."""
    store.write("UPDATE outbox SET entry = ?, sealed = ?, digests = x'' WHERE entry = ?", new, sealed, entry)


def forget_waiting(store: Store, entry: bytes) -> None:
    """Delete the message that waits under this id."""
    store.write("DELETE FROM outbox WHERE entry = ?", entry)


def load_acknowledged(store: Store, journal: bytes) -> dict[int, bytes]:
    """The digests that the server promised for places in a journal and has not shown yet, by seq."""
    return store.pairs(int, bytes, "SELECT seq, digest FROM acknowledged WHERE journal = ?", journal)


def save_acknowledged(store: Store, journal: bytes, places: Iterable[tuple[int, bytes]]) -> None:
    """Store promised digests with their seqs; the first promise for a place stays."""
    rows = [(journal, seq, digest) for seq, digest in places]
    store.write_all("INSERT OR IGNORE INTO acknowledged VALUES (?, ?, ?)", rows)


def forget_acknowledged_up_to(store: Store, journal: bytes, seq: int) -> None:
    """Delete the promises that the server has kept."""
    store.write("DELETE FROM acknowledged WHERE journal = ? AND seq <= ?", journal, seq)


def save_written(store: Store, journal: bytes, entry: bytes) -> None:
    """Store that this home has written an entry."""
    store.write("INSERT OR IGNORE INTO written VALUES (?, ?)", journal, entry)


def was_written(store: Store, journal: bytes, entry: bytes) -> bool:
    """Whether this home has written an entry."""
    return store.row("SELECT 1 FROM written WHERE journal = ? AND entry = ?", journal, entry) is not None
