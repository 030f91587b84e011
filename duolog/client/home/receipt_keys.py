"""The receipt keys under which a journal's items were accepted before: of the servers that held it, and of today's
server before it replaced its key.

Rules
- A receipt, and a `seen`, is verified under the key of its seq: the key of the server that accepted it.
- The list comes with the first page of a carried journal, and is pinned with it. Later it grows only by moving.
- Where today's server has replaced its key, this home adds to the list by itself, as far as it has verified.
- Times are compared within one stretch of receipts under one key: each server has a clock of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from duolog.api.journals import CarriedKey
from duolog.client.home.store import Store
from duolog.errors import PinMismatch


@dataclass(frozen=True, slots=True)
class EarlierKey:
    """A server that signed the receipts up to the seq `until`, behind those of the one before it."""

    until: int
    origin: str
    key: bytes


def key_at(earlier: Sequence[EarlierKey], newest: bytes, seq: int) -> bytes:
    """The receipt key of a seq. 32 bytes. Spec: §13."""
    return next((item.key for item in earlier if seq <= item.until), newest)


def key_since(earlier: Sequence[EarlierKey], newest: bytes, seq: int) -> int:
    """The first seq of the stretch of receipts under one key that this seq belongs to. Spec: §13."""
    since, key = 1, key_at(earlier, newest, 1)
    for item in earlier:
        if item.until >= seq:
            break
        if (after := key_at(earlier, newest, item.until + 1)) != key:
            since, key = item.until + 1, after
    return since


def load_earlier(store: Store, journal: bytes) -> tuple[EarlierKey, ...]:
    """The earlier servers of a journal, oldest first; none where it began at the server of today."""
    query = "SELECT until, origin, key FROM earlier_key WHERE journal = ? ORDER BY until"
    return tuple(store.records(EarlierKey, query, journal))


def is_earlier(store: Store, journal: bytes, seq: int) -> bool:
    """Whether an item was accepted under another key than that of today."""
    return store.row("SELECT 1 FROM earlier_key WHERE journal = ? AND until >= ?", journal, seq) is not None


def save_earlier(store: Store, journal: bytes, earlier: Sequence[EarlierKey]) -> None:
    """Make the list of a journal durable."""
    with store.transaction():
        store.write("DELETE FROM earlier_key WHERE journal = ?", journal)
        rows = [(journal, item.until, item.origin, item.key) for item in earlier]
        store.write_all("INSERT INTO earlier_key VALUES (?, ?, ?, ?)", rows)


def note_replaced(store: Store, origin: str, key: bytes) -> None:
    """Store that today's server signed everything that is verified by now, and not yet listed, by a former key."""
    store.write(
        "INSERT INTO earlier_key SELECT j.id, j.seq, ?, ? FROM journal j WHERE j.seq > 0 AND NOT EXISTS "
        "(SELECT 1 FROM earlier_key e WHERE e.journal = j.id AND e.until >= j.seq)",
        origin,
        key,
    )


def extended(known: Sequence[EarlierKey], last: EarlierKey) -> tuple[EarlierKey, ...]:
    """The list after a receipt of `last` at its seq, which may continue the newest stretch."""
    same = bool(known) and (known[-1].origin, known[-1].key) == (last.origin, last.key)
    return (*(known[:-1] if same else known), last)


def shown(listed: Sequence[CarriedKey]) -> tuple[EarlierKey, ...]:
    """The list as a server shows it."""
    return tuple(EarlierKey(item.until, item.origin, item.key) for item in listed)


def require_longer(known: Sequence[EarlierKey], listed: Sequence[EarlierKey]) -> None:
    """Check that a server's list continues the pinned one: another member may have carried more of the journal since.

    Items behind the pinned list are believed by this server's word, as every new item is.

    Raises: PinMismatch when the list says something else of the past. Spec: §13.
    """
    last, shown_last = known[-1], listed[len(known) - 1 : len(known)]
    alike = [(item.origin, item.key) for item in shown_last] == [(last.origin, last.key)]
    before = tuple(listed[: len(known) - 1]) == tuple(known[:-1])
    if not alike or not before or shown_last[0].until < last.until:  # check: client.carried_longer
        raise PinMismatch(
            "The server names other receipt keys for the past of a journal than it did before.",
            check="client.carried_longer",
        )


def is_new(known: Sequence[EarlierKey], last: EarlierKey) -> bool:
    """Whether a journal holds receipts of the server `last`, behind those of the servers before it."""
    return not known or last.until > known[-1].until


def require_carried(
    known: Sequence[EarlierKey], last: EarlierKey, listed: Sequence[EarlierKey], keys: Sequence[bytes]
) -> None:
    """Check that the new server's list is that of this home, up to the server that the home leaves.

    `last`: that server, with the last seq that this home holds of the journal; `keys`: all of its receipt keys. The new
    server may hold more that was accepted there.

    Raises: PinMismatch when the lists differ. Spec: §13.
    """
    expected = [*known, last] if is_new(known, last) else [*known]
    before, [end] = expected[:-1], expected[-1:]
    there = listed[len(before) : len(expected)]
    same = [(item.origin, item.key) for item in there] == [(end.origin, end.key)]
    left = [*there, *listed[len(expected) :]]
    is_left = all(item.origin == last.origin and item.key in keys for item in left)
    reached = same and (there[0].until >= end.until if is_left else list(listed) == expected)
    if list(listed[: len(before)]) != before or not reached:  # check: client.carried_keys
        raise PinMismatch(
            "The new server holds another history of a journal than you have. Do not go on there.",
            check="client.carried_keys",
        )
