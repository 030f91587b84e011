"""What each journal's documents came to at some seq, sealed: every query of the table snapshot."""

from duolog.client.home.store import Store, as_int


def load_snapshot(store: Store, journal: bytes) -> bytes | None:
    """The sealed snapshot of a journal, or None; empty where the row is damaged, since a snapshot only saves time."""
    row = store.row("SELECT sealed FROM snapshot WHERE journal = ?", journal)
    if row is None:
        return None
    return row[0] if isinstance(row[0], bytes) else b""


def snapshot_seq(store: Store, journal: bytes) -> int | None:
    """The seq at which the snapshot of a journal was made, or None when there is none."""
    row = store.row("SELECT seq FROM snapshot WHERE journal = ?", journal)
    return None if row is None else as_int(row[0])


def save_snapshot(store: Store, journal: bytes, seq: int, sealed: bytes) -> None:
    """Keep a sealed snapshot of a journal in the place of an earlier one."""
    store.write("INSERT OR REPLACE INTO snapshot VALUES (?, ?, ?)", journal, seq, sealed)


def forget_snapshot(store: Store, journal: bytes) -> None:
    """Take out the snapshot of a journal, if there is one."""
    store.write("DELETE FROM snapshot WHERE journal = ?", journal)


def forget_snapshot_behind(store: Store, journal: bytes, seq: int) -> None:
    """Take out the snapshot of a journal if it was made behind a seq."""
    store.write("DELETE FROM snapshot WHERE journal = ? AND seq > ?", journal, seq)
