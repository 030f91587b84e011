"""The index of words: what is typed is looked for, and is no command."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duolog.client.home import word_index
from duolog.client.home.word_index import WordIndex, excerpt, parse_query
from duolog.documents import dates
from duolog.errors import HomeError, NotAllowed


@given(st.text(max_size=60))
def test_nothing_that_is_typed_is_a_command_to_the_index(typed: str) -> None:
    with closing(WordIndex()) as index:
        index.add([(1, "some words"), (2, typed.replace("\x00", " "))])
        try:
            query = parse_query(typed)
        except NotAllowed:
            return
        assert set(index.find(query)) <= {1, 2}
        assert "".join(text for text, _ in excerpt("some words\x02 \x1b[31m", query)).isprintable()


@pytest.mark.parametrize(
    "typed",
    ['"a', '""a', "a OR b", "NEAR(a b)", "text:a", "a*", "-a", "^a", "(a", "{text} : a", "a AND", "a\x00b"],
)
def test_the_commands_of_the_index_are_words(typed: str) -> None:
    with closing(WordIndex()) as index:
        index.add([(1, "a b text near or not and"), (2, "b")])
        assert 2 not in index.find(parse_query(typed))


def test_a_sqlite_without_full_text_search_is_said_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    class Without:
        def execute(self, sql: str) -> None:
            raise sqlite3.OperationalError("no such module: fts5")

        def close(self) -> None:
            pass

    monkeypatch.setattr(word_index, "_open", Without)
    with pytest.raises(HomeError, match="FTS5"):
        WordIndex()


def test_days_and_walls() -> None:
    assert dates.parse_wall_time(" 2026-11-03  21:30 ") == "2026-11-03T21:30"
    assert dates.parse_wall_time("2026-11-03") == "2026-11-03"
    for text in ("", "2026-02-30", "yesterday", "2026-11-03 25:00", "2026-11-03T21"):
        with pytest.raises(ValueError, match=r".+"):
            dates.parse_wall_time(text)
    first = dates.begins(date(2026, 11, 3))
    assert first is not None
    assert dates.on_the_wall(first) == "2026-11-03T00:00"
    assert dates.on_the_wall(2**62) == ""
