"""How far each journal is verified, and what was verified besides its items: rosters and receipts.

Every query of the tables journal, roster and receipt. It gives bytes as they were stored; `log/stored_logs.py` says
what they mean.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from duolog.client.home.store import Store, as_bytes, as_int
from duolog.protocol import sizes
from duolog.protocol.codec import u64

_NO_END = 2**63 - 1


@dataclass(frozen=True, slots=True)
class LogRow:
    """How far a journal is verified. `closed`: 2 where the log of one server alone is."""

    seq: int
    head: bytes
    time: int
    roster: bytes | None
    closed: int


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """A verified receipt, at the seq that it covers."""

    seq: int
    receipt: bytes


@dataclass(frozen=True, slots=True)
class PushEnd:
    """Where a push ends: its receipt, and the head and the version of the roster there."""

    seq: int
    receipt: bytes
    head: bytes
    version: int


# --- marks ------------------------------------------------------------------------------------------------------------


def load_log_row(store: Store, journal: bytes) -> LogRow | None:
    """How far a journal is verified, or None when nothing of it is known."""
    row = store.row("SELECT seq, head, time, roster, closed FROM journal WHERE id = ?", journal)
    if row is None:
        return None
    roster = None if row[3] is None else as_bytes(row[3])
    return LogRow(as_int(row[0]), as_bytes(row[1]), as_int(row[2]), roster, as_int(row[4]))


def save_log_row(store: Store, journal: bytes, log: LogRow) -> None:
    """Move the mark of a journal. A frozen one stays frozen."""
    store.write(
        "INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, NULL) ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, "
        "head = excluded.head, time = excluded.time, roster = excluded.roster, closed = excluded.closed",
        *(journal, log.seq, log.head, log.time, log.roster, log.closed),
    )


def is_known(store: Store, journal: bytes) -> bool:
    """Whether anything is known of a journal."""
    return store.row("SELECT 1 FROM journal WHERE id = ?", journal) is not None


def verified_journals(store: Store) -> list[bytes]:
    """Every journal of which something was verified, in the order in which they came."""
    return [as_bytes(row[0]) for row in store.rows("SELECT id FROM journal WHERE seq > 0 ORDER BY rowid")]


def granted_journals(store: Store) -> list[bytes]:
    """Those of the verified journals that have a grant for me, opened or not, in the order in which they came."""
    rows = store.rows(
        "SELECT id FROM journal WHERE seq > 0 AND EXISTS (SELECT 1 FROM epoch WHERE epoch.journal = journal.id) "
        "ORDER BY rowid"
    )
    return [as_bytes(row[0]) for row in rows]


def marked_time(store: Store, journal: bytes) -> int:
    """The time of a journal's newest receipt; 0 when nothing of it is known."""
    row = store.row("SELECT time FROM journal WHERE id = ?", journal)
    return 0 if row is None else as_int(row[0])


def newest_time(store: Store) -> int:
    """The latest time of a receipt by the server of today, in any journal; 0 when there is none."""
    row = store.row(
        "SELECT coalesce(max(j.time), 0) FROM journal j WHERE j.time <= ? AND NOT EXISTS "
        "(SELECT 1 FROM earlier_key e WHERE e.journal = j.id AND e.until >= j.seq)",
        sizes.LATEST_TIME,
    )
    return 0 if row is None else as_int(row[0])


def save_frozen(store: Store, journal: bytes, reason: str) -> None:
    """Keep why a known journal is read-only; the first reason stays."""
    store.write("UPDATE journal SET frozen = ? WHERE id = ? AND frozen IS NULL", reason, journal)


def load_frozen(store: Store, journal: bytes) -> str | None:
    """Why a journal is read-only, or None."""
    row = store.row("SELECT frozen FROM journal WHERE id = ?", journal)
    return None if row is None or row[0] is None else str(row[0])


def thaw(store: Store, journal: bytes) -> None:
    """Let a frozen journal go on from its mark."""
    store.write("UPDATE journal SET frozen = NULL WHERE id = ?", journal)


# --- rosters ----------------------------------------------------------------------------------------------------------


def load_roster(store: Store, journal: bytes, version: int) -> bytes | None:
    """The roster of one version, or None when it isn't here."""
    row = store.row("SELECT roster FROM roster WHERE journal = ? AND version = ?", journal, version)
    return None if row is None else as_bytes(row[0])


def load_rosters(store: Store, journal: bytes) -> list[bytes]:
    """Every roster that a journal ever had, in order."""
    return [as_bytes(row[0]) for row in store.rows("SELECT roster FROM roster WHERE journal = ?", journal)]


def save_rosters(store: Store, journal: bytes, rosters: Mapping[int, bytes]) -> None:
    """Keep verified rosters by their version."""
    rows = [(journal, version, roster) for version, roster in rosters.items()]
    store.write_all("INSERT OR REPLACE INTO roster VALUES (?, ?, ?)", rows)


def journals_with_genesis(store: Store) -> list[bytes]:
    """Every journal whose genesis was verified."""
    return [as_bytes(row[0]) for row in store.rows("SELECT journal FROM roster WHERE version = 1")]


# --- receipts ---------------------------------------------------------------------------------------------------------


def load_receipts(store: Store, journal: bytes, end: int = _NO_END) -> list[ReceiptRow]:
    """The receipts of a journal up to a seq, in order."""
    rows = store.rows(
        "SELECT seq, receipt FROM receipt WHERE journal = ? AND seq <= ? ORDER BY seq",
        *(journal, end),
    )
    return [ReceiptRow(as_int(row[0]), as_bytes(row[1])) for row in rows]


def newest_timed_receipt(store: Store, journal: bytes) -> bytes | None:
    """The newest receipt of a journal, but for one that was stored before times were bounded."""
    row = store.row(
        "SELECT receipt FROM receipt WHERE journal = ? AND substr(receipt, 41, 8) BETWEEN ? AND ? "
        "ORDER BY seq DESC LIMIT 1",
        *(journal, u64(sizes.EARLIEST_TIME), u64(sizes.LATEST_TIME)),
    )
    return None if row is None else as_bytes(row[0])


def last_push_before(store: Store, journal: bytes, seq: int) -> PushEnd | None:
    """Where the last push ends whose receipt covers less than a seq."""
    row = store.row(
        "SELECT r.seq, r.receipt, i.head, i.version FROM receipt r "
        "JOIN item i ON i.journal = r.journal AND i.seq = r.seq "
        "WHERE r.journal = ? AND r.seq < ? ORDER BY r.seq DESC LIMIT 1",
        *(journal, seq),
    )
    return None if row is None else PushEnd(as_int(row[0]), as_bytes(row[1]), as_bytes(row[2]), as_int(row[3]))


def save_receipts(store: Store, journal: bytes, receipts: Iterable[ReceiptRow]) -> None:
    """Keep verified receipts."""
    store.write_all("INSERT INTO receipt VALUES (?, ?, ?)", [(journal, one.seq, one.receipt) for one in receipts])


def forget_receipts_behind(store: Store, journal: bytes, seq: int) -> None:
    """Take out the receipts that cover more than a seq."""
    store.write("DELETE FROM receipt WHERE journal = ? AND seq > ?", journal, seq)
