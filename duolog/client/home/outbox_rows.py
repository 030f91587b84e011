"""What waits to be sent, what the server promised for it, and what this home has written: every query of the tables
outbox, acknowledged and written. Messages are sealed.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from duolog.client.home.store import Row, Store, as_bytes, as_int


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """A message that waits. `digests`: all that were ever sent under its name, joined."""

    entry: bytes
    sealed: bytes
    digests: bytes


def waiting_entries(store: Store, journal: bytes, limit: int = -1) -> list[WaitingRow]:
    """What waits for a journal, in the order in which it was written; `limit` of it at most."""
    rows = store.rows(
        "SELECT entry, sealed, digests FROM outbox WHERE journal = ? ORDER BY place LIMIT ?",
        *(journal, limit),
    )
    return [_waiting(row) for row in rows]


def waiting_entry(store: Store, entry: bytes) -> WaitingRow | None:
    """What waits under this id, or None."""
    row = store.row("SELECT entry, sealed, digests FROM outbox WHERE entry = ?", entry)
    return None if row is None else _waiting(row)


def last_waiting(store: Store, journal: bytes) -> bytes | None:
    """The id of what was written last for a journal and still waits, or None."""
    row = store.row("SELECT entry FROM outbox WHERE journal = ? ORDER BY place DESC LIMIT 1", journal)
    return None if row is None else as_bytes(row[0])


def count_waiting(store: Store, journal: bytes) -> int:
    """How many entries wait for a journal."""
    row = store.row("SELECT count(*) FROM outbox WHERE journal = ?", journal)
    return 0 if row is None else as_int(row[0])


def journals_with_waiting(store: Store) -> list[bytes]:
    """Every journal for which something waits."""
    return [as_bytes(row[0]) for row in store.rows("SELECT DISTINCT journal FROM outbox")]


def save_waiting(store: Store, journal: bytes, entry: bytes, sealed: bytes) -> None:
    """Let a message wait, behind all others."""
    store.write("INSERT INTO outbox (journal, entry, sealed) VALUES (?, ?, ?)", journal, entry, sealed)


def save_digests(store: Store, sent: Iterable[tuple[bytes, bytes]]) -> None:
    """Keep what is sent under the names of entries. `sent`: the joined digests with the entry."""
    store.write_all("UPDATE outbox SET digests = ? WHERE entry = ?", sent)


def save_message(store: Store, entry: bytes, sealed: bytes) -> None:
    """Put another message in the place of one that waits."""
    store.write("UPDATE outbox SET sealed = ? WHERE entry = ?", sealed, entry)


def rename_waiting(store: Store, entry: bytes, new: bytes, sealed: bytes) -> None:
    """Give what waits a new id and another message, as if it had never been sent."""
    store.write("UPDATE outbox SET entry = ?, sealed = ?, digests = x'' WHERE entry = ?", new, sealed, entry)


def forget_waiting(store: Store, entry: bytes) -> None:
    """Take out what waits under this id."""
    store.write("DELETE FROM outbox WHERE entry = ?", entry)


def _waiting(row: Row) -> WaitingRow:
    return WaitingRow(as_bytes(row[0]), as_bytes(row[1]), as_bytes(row[2]))


# --- what the server promised -----------------------------------------------------------------------------------------


def load_acknowledged(store: Store, journal: bytes) -> dict[int, bytes]:
    """The digests that the server promised for places in a journal and has not shown yet, by seq."""
    rows = store.rows("SELECT seq, digest FROM acknowledged WHERE journal = ?", journal)
    return {as_int(row[0]): as_bytes(row[1]) for row in rows}


def save_acknowledged(store: Store, journal: bytes, places: Iterable[tuple[int, bytes]]) -> None:
    """Keep promised digests with their seqs; the first promise for a place stays."""
    rows = [(journal, seq, digest) for seq, digest in places]
    store.write_all("INSERT OR IGNORE INTO acknowledged VALUES (?, ?, ?)", rows)


def forget_acknowledged_up_to(store: Store, journal: bytes, seq: int) -> None:
    """Take out the promises that came true."""
    store.write("DELETE FROM acknowledged WHERE journal = ? AND seq <= ?", journal, seq)


def forget_acknowledged_behind(store: Store, journal: bytes, seq: int) -> None:
    """Take out the promises for places behind a seq."""
    store.write("DELETE FROM acknowledged WHERE journal = ? AND seq > ?", journal, seq)


# --- what this home has written ---------------------------------------------------------------------------------------


def save_written(store: Store, journal: bytes, entry: bytes) -> None:
    """Keep that this home has written an entry."""
    store.write("INSERT OR IGNORE INTO written VALUES (?, ?)", journal, entry)


def was_written(store: Store, journal: bytes, entry: bytes) -> bool:
    """Whether this home has written an entry."""
    return store.row("SELECT 1 FROM written WHERE journal = ? AND entry = ?", journal, entry) is not None
