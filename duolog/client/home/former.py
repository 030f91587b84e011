"""The journals that this account is in no longer, and how that came."""

from collections.abc import Iterable
from typing import Literal

from duolog.client.home.store import Store, as_bytes

How = Literal["left", "over", "unlisted"]


def how_former(store: Store, journal: bytes) -> str | None:
    """How it came that I am in a journal no longer; None when I am in it."""
    row = store.row("SELECT how FROM former WHERE journal = ?", journal)
    return None if row is None else str(row[0])


def keep_former(store: Store, journal: bytes, how: How) -> None:
    """Keep durably that I am in a journal no longer; what is known first stays."""
    store.write("INSERT OR IGNORE INTO former VALUES (?, ?)", journal, how)


def forget_former(store: Store, journals: Iterable[bytes]) -> None:
    """I am in these journals again, or still."""
    store.write_all("DELETE FROM former WHERE journal = ?", [(journal,) for journal in journals])


def left_journals(store: Store) -> list[bytes]:
    """The journals that I left."""
    return [as_bytes(row[0]) for row in store.rows("SELECT journal FROM former WHERE how = 'left'")]
