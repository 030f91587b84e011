"""How the home looks things up: by an index, however long a journal is."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from duolog.client.home.item_rows import ItemRow, has_entry, items_of, places_of, save_items
from duolog.client.home.store import Store
from duolog.errors import HomeError

JOURNAL = b"j" * 32
AUTHOR = b"a" * 16
BY_INDEX = "INDEX item_entry (journal=? AND entry=?)"


def entry(seq: int) -> bytes:
    return seq.to_bytes(16, "big")


@pytest.fixture
def store() -> Store:
    made = Store(None)
    items = [ItemRow(seq, b"frame", b"h" * 32, 1, entry(seq), AUTHOR, 7, None) for seq in range(1, 1201)]
    save_items(made, JOURNAL, [*items, ItemRow(1201, b"frame", b"h" * 32, 2, None, None, 7, None)])
    return made


def plan(store: Store, ask: Callable[[], object]) -> list[str]:
    """How SQLite goes about the statements of a query, as it says itself."""
    asked: list[str] = []
    store._db.set_trace_callback(asked.append)
    try:
        ask()
    finally:
        store._db.set_trace_callback(None)
    assert asked
    return [str(row[3]) for sql in asked for row in store.rows(f"EXPLAIN QUERY PLAN {sql}")]


@pytest.mark.parametrize("count", [1, 2, 20, 500, 1200])
def test_entries_are_found_by_their_index(store: Store, count: int) -> None:
    wanted = [entry(seq) for seq in range(1, count + 1)]
    for query in (places_of, items_of):
        steps = plan(store, lambda query=query: query(store, JOURNAL, wanted))  # type: ignore[misc]
        assert len(steps) == -(-count // 500), steps
        assert all(BY_INDEX in step for step in steps), steps


def test_one_entry_is_found_by_its_index(store: Store) -> None:
    assert [BY_INDEX in step for step in plan(store, lambda: has_entry(store, JOURNAL, entry(5)))] == [True]


def test_what_is_found_is_what_was_asked_for(store: Store) -> None:
    wanted = [entry(700), entry(3), entry(5000), entry(1200)]
    assert sorted(place.seq for place in places_of(store, JOURNAL, wanted)) == [3, 700, 1200]
    assert sorted(item.seq for item in items_of(store, JOURNAL, wanted)) == [3, 700, 1200]
    assert places_of(store, b"k" * 32, wanted) == []
    assert places_of(store, JOURNAL, []) == []


def test_rows_of_one_statement_are_all_there_or_none_is(store: Store) -> None:
    with pytest.raises(HomeError):
        store.write_all("INSERT INTO mark VALUES (?, ?, ?)", [(JOURNAL, "one", b""), (JOURNAL, "two", None)])
    assert store.rows("SELECT name FROM mark") == []
