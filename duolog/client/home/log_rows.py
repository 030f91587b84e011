"""How far each journal is verified, and what this home keeps of it besides its items.

The queries of the tables journal, roster, receipt and epoch. They give bytes as they were stored;
`log/stored_logs.py` says what they mean.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from duolog.client.home.snapshot_rows import forget_snapshot, snapshot_seq
from duolog.client.home.store import Store, typed
from duolog.protocol import sizes
from duolog.protocol.codec import u64

_NO_END = 2**63 - 1


@dataclass(frozen=True, slots=True)
class LogRow:
    """How far a journal is verified. `closed`: 2 where only the log of one server is closed."""

    seq: int
    head: bytes
    time: int
    roster: bytes | None
    closed: int


@dataclass(frozen=True, slots=True)
class PushEnd:
    """The end of a push: its receipt, and the head and the version of the roster there."""

    seq: int
    receipt: bytes
    head: bytes
    version: int


def load_log_row(store: Store, journal: bytes) -> LogRow | None:
    """How far a journal is verified, or None when nothing of it is known."""
    return store.record(LogRow, "SELECT seq, head, time, roster, closed FROM journal WHERE id = ?", journal)


def save_log_row(store: Store, journal: bytes, log: LogRow) -> None:
    """Move the mark of a journal. A frozen one stays frozen."""
    store.write(
        "INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, NULL) ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, "
        "head = excluded.head, time = excluded.time, roster = excluded.roster, closed = excluded.closed",
        *(journal, log.seq, log.head, log.time, log.roster, log.closed),
    )


def forget_behind(store: Store, journal: bytes, seq: int) -> None:
    """Delete the items, receipts, promises and the snapshot of a journal behind a seq."""
    store.write("DELETE FROM item WHERE journal = ? AND seq > ?", journal, seq)
    store.write("DELETE FROM receipt WHERE journal = ? AND seq > ?", journal, seq)
    store.write("DELETE FROM acknowledged WHERE journal = ? AND seq > ?", journal, seq)
    if (snapshot_seq(store, journal) or 0) > seq:
        forget_snapshot(store, journal)


def forget_keys_behind(store: Store, journal: bytes, version: int, epoch: int) -> None:
    """Delete the rosters of a journal behind a version, and the epoch keys behind an epoch."""
    store.write("DELETE FROM roster WHERE journal = ? AND version > ?", journal, version)
    store.write("DELETE FROM epoch WHERE journal = ? AND epoch > ?", journal, epoch)


def forget_promises_behind(store: Store, journal: bytes, seq: int) -> None:
    """Forget the places behind a seq that a server promised. What was to stand there waits in the outbox, or is made
    anew.
    """
    store.write("DELETE FROM acknowledged WHERE journal = ? AND seq > ?", journal, seq)


def save_made_grants(store: Store, journal: bytes, grants: Iterable[tuple[bytes, bytes, bytes]]) -> None:
    """Store grants that this account made for others: the digest of their statement, the account, and the grant."""
    rows = [(journal, *grant) for grant in grants]
    store.write_all("INSERT OR IGNORE INTO made_grant VALUES (?, ?, ?, ?)", rows)


def load_made_grants(store: Store, journal: bytes, statement: bytes) -> dict[bytes, bytes]:
    """The grants for others that this account made with a statement, by account. `statement`: its digest."""
    query = "SELECT account, sealed FROM made_grant WHERE journal = ? AND statement = ?"
    return store.pairs(bytes, bytes, query, journal, statement)


def verified_journals(store: Store) -> list[bytes]:
    """Every journal with a verified item, in the order in which this home came to know them."""
    return store.column(bytes, "SELECT id FROM journal WHERE seq > 0 ORDER BY rowid")


def granted_journals(store: Store) -> list[bytes]:
    """The verified journals that have a grant for me, opened or not, in the same order."""
    query = (
        "SELECT id FROM journal WHERE seq > 0 AND EXISTS (SELECT 1 FROM epoch WHERE epoch.journal = journal.id) "
        "ORDER BY rowid"
    )
    return store.column(bytes, query)


def newest_time(store: Store) -> int:
    """The latest time of a receipt by the server of today, in any journal; 0 when there is none."""
    query = (
        "SELECT coalesce(max(j.time), 0) FROM journal j WHERE j.time <= ? AND NOT EXISTS "
        "(SELECT 1 FROM earlier_key e WHERE e.journal = j.id AND e.until >= j.seq)"
    )
    return store.cell(int, query, sizes.LATEST_TIME) or 0


def save_frozen(store: Store, journal: bytes, reason: str) -> None:
    """Store why a known journal is read-only; the first reason stays."""
    store.write("UPDATE journal SET frozen = ? WHERE id = ? AND frozen IS NULL", reason, journal)


def load_frozen(store: Store, journal: bytes) -> str | None:
    """Why a journal is read-only, or None."""
    return store.cell(str, "SELECT frozen FROM journal WHERE id = ? AND frozen IS NOT NULL", journal)


def thaw(store: Store, journal: bytes) -> None:
    """Let a frozen journal go on from its mark."""
    store.write("UPDATE journal SET frozen = NULL WHERE id = ?", journal)


def load_roster(store: Store, journal: bytes, version: int) -> bytes | None:
    """The roster of one version, or None when it isn't here."""
    return store.cell(bytes, "SELECT roster FROM roster WHERE journal = ? AND version = ?", journal, version)


def load_rosters(store: Store, journal: bytes) -> list[bytes]:
    """Every roster that a journal ever had, in order."""
    return store.column(bytes, "SELECT roster FROM roster WHERE journal = ?", journal)


def save_rosters(store: Store, journal: bytes, rosters: Mapping[int, bytes]) -> None:
    """Store verified rosters by their version."""
    rows = [(journal, version, roster) for version, roster in rosters.items()]
    store.write_all("INSERT OR REPLACE INTO roster VALUES (?, ?, ?)", rows)


def journals_with_genesis(store: Store) -> list[bytes]:
    """Every journal with a verified genesis."""
    return store.column(bytes, "SELECT journal FROM roster WHERE version = 1")


def load_receipts(store: Store, journal: bytes, end: int = _NO_END) -> dict[int, bytes]:
    """The receipts of a journal up to a seq, in order, by the seq that each covers."""
    query = "SELECT seq, receipt FROM receipt WHERE journal = ? AND seq <= ? ORDER BY seq"
    return store.pairs(int, bytes, query, journal, end)


def newest_timed_receipt(store: Store, journal: bytes) -> bytes | None:
    """The newest receipt of a journal, except for one that was stored before times were bounded."""
    query = (
        "SELECT receipt FROM receipt WHERE journal = ? AND substr(receipt, 41, 8) BETWEEN ? AND ? "
        "ORDER BY seq DESC LIMIT 1"
    )
    return store.cell(bytes, query, journal, u64(sizes.EARLIEST_TIME), u64(sizes.LATEST_TIME))


def last_push_before(store: Store, journal: bytes, seq: int) -> PushEnd | None:
    """The end of the last push whose receipt covers less than a seq."""
    query = (
        "SELECT r.seq, r.receipt, i.head, i.version FROM receipt r "
        "JOIN item i ON i.journal = r.journal AND i.seq = r.seq "
        "WHERE r.journal = ? AND r.seq < ? ORDER BY r.seq DESC LIMIT 1"
    )
    return store.record(PushEnd, query, journal, seq)


def save_receipts(store: Store, journal: bytes, receipts: Mapping[int, bytes]) -> None:
    """Store verified receipts by the seq that each covers."""
    rows = [(journal, seq, receipt) for seq, receipt in receipts.items()]
    store.write_all("INSERT INTO receipt VALUES (?, ?, ?)", rows)


def load_epochs(store: Store, journal: bytes) -> dict[int, bytes | None]:
    """Every sealed epoch key of a journal by its epoch; None where the grant was bad."""
    rows = store.rows("SELECT epoch, sealed FROM epoch WHERE journal = ?", journal)
    return {typed(int, row[0]): None if row[1] is None else typed(bytes, row[1]) for row in rows}


def save_epochs(store: Store, journal: bytes, epochs: Mapping[int, bytes | None]) -> None:
    """Store sealed epoch keys by their epoch, None for a bad grant; a stored one stays."""
    rows = [(journal, epoch, sealed) for epoch, sealed in epochs.items()]
    store.write_all("INSERT OR IGNORE INTO epoch VALUES (?, ?, ?)", rows)
