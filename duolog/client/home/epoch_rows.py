"""The epoch keys of each journal, sealed: every query of the table epoch."""

from collections.abc import Mapping

from duolog.client.home.store import Store, as_bytes, as_int


def load_epochs(store: Store, journal: bytes) -> dict[int, bytes | None]:
    """Every sealed epoch key of a journal by its epoch; None where the grant was bad."""
    rows = store.rows("SELECT epoch, sealed FROM epoch WHERE journal = ?", journal)
    return {as_int(row[0]): None if row[1] is None else as_bytes(row[1]) for row in rows}


def save_epochs(store: Store, journal: bytes, epochs: Mapping[int, bytes | None]) -> None:
    """Keep sealed epoch keys by their epoch, None for a bad grant; one that is here already stays."""
    rows = [(journal, epoch, sealed) for epoch, sealed in epochs.items()]
    store.write_all("INSERT OR IGNORE INTO epoch VALUES (?, ?, ?)", rows)
