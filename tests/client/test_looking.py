"""Looking back: entries are filtered and searched, what is gone is in no answer, and nothing lies open on the disk."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI

from duolog.client import Duolog, TimelineFilter
from duolog.client.home.snapshot_rows import load_segment, load_segments
from duolog.client.home.word_index import WordIndex
from duolog.client.log.outbox import post
from duolog.client.looking import search
from duolog.documents import dates
from duolog.documents.timeline import PAGE
from duolog.errors import NotAllowed
from duolog.protocol.messages import Document
from tests.client.couple import UNLOCK, Couple, Tampered, couple, register

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
DAY = 86_400


@pytest.fixture
async def two(app: FastAPI, tmp_path: Path) -> AsyncIterator[Couple]:
    async with couple(app, tmp_path) as both:
        await both.ada.write(both.journal, "profile", {"display_name": "Ada"})
        await both.ada.write(
            both.journal, "note", {"text": "The harbour at night.", "tags": ["Sea"], "feelings": ["calm"]}
        )
        await both.sam.sync()
        await both.sam.write(both.journal, "note", {"text": "Café, and the harbour again.", "tags": ["sea", "walk"]})
        await both.sam.write(both.journal, "appreciation", {"text": "You waited for me at the harbour.", "of": "you"})
        await both.ada.sync()
        yield both


async def asked(person: Duolog, journal: bytes, **fields: object) -> list[str]:
    shown = await person.timeline(journal, where=TimelineFilter(**fields))  # type: ignore[arg-type]
    return [str((one.body or {}).get("text", one.kind)) for one in shown]


async def found(person: Duolog, words: str, where: TimelineFilter | None = None) -> list[str]:
    return [str((hit.shown.body or {})["text"]) for hit in await person.search(words, where=where)]


async def long_journal(app: FastAPI, home: Path | None, count: int) -> tuple[Duolog, bytes]:
    person, _, _ = await register(app, home)
    journal = await person.create_journal()
    for number in range(count):
        post(person._context, journal, Document("note", 1, 1_700_000_000 + number, {"text": f"number {number}"}))
    await person.sync()
    return person, journal


async def test_entries_are_filtered_by_kind_author_tag_and_feeling(two: Couple) -> None:
    hers, his, thanks = "The harbour at night.", "Café, and the harbour again.", "You waited for me at the harbour."
    assert await asked(two.ada, two.journal, kinds=frozenset(["note"])) == [hers, his]
    assert await asked(two.ada, two.journal, kinds=frozenset(["note", "profile"])) == ["profile", hers, his]
    assert await asked(two.ada, two.journal, authors=frozenset([two.sam.account])) == [his, thanks]
    assert await asked(two.ada, two.journal, tags=("SEA",)) == [hers, his]
    assert await asked(two.ada, two.journal, tags=("sea", "walk")) == [his]
    assert await asked(two.ada, two.journal, feelings=("Calm",)) == [hers]
    assert await asked(two.ada, two.journal, kinds=frozenset(["no such kind"])) == []


async def test_the_newest_of_what_is_asked_for_are_shown_oldest_first(app: FastAPI) -> None:
    person, journal = await long_journal(app, None, PAGE + 5)
    where = TimelineFilter(kinds=frozenset(["note"]))
    shown = await person.timeline(journal, limit=3, where=where)
    assert [(one.body or {})["text"] for one in shown] == [f"number {PAGE + more}" for more in (2, 3, 4)]
    after = shown[0].seq or 0
    assert len(await person.timeline(journal, after=after, where=where)) == 2
    await person.close()


async def test_days_are_those_of_the_reader_and_both_count(app: FastAPI) -> None:
    person, _, _ = await register(app)
    journal = await person.create_journal()
    now = person._context.clock()
    for days in (-3, -2, -1):
        await person.write(journal, "note", {"text": str(days)}, at=now + days * DAY)
    first, last = (dates.parse_day(dates.on_the_wall(now + days * DAY)[:10]) for days in (-3, -1))
    one = timedelta(days=1)
    assert await asked(person, journal, since=first, until=last) == ["-3", "-2", "-1"]
    assert await asked(person, journal, since=first + one, until=last - one) == ["-2"]
    assert await asked(person, journal, since=last + one) == []
    assert await asked(person, journal, until=first - one) == []
    assert await asked(person, journal, since=date.min, until=date.max) == ["-3", "-2", "-1"]
    await person.close()


async def test_pages_of_other_days_and_people_are_not_read(app: FastAPI) -> None:
    person, journal = await long_journal(app, None, 2 * PAGE)
    state = await person.state(journal)
    first = state.timeline[0].applied.effective
    person._context.pages.clear()
    for fields in (
        {"since": date(2100, 1, 1)},
        {"until": date(1999, 1, 1)},
        {"authors": frozenset([bytes(32)])},
        {"kinds": frozenset(["boundary"])},
    ):
        assert await asked(person, journal, **fields) == []
        assert not person._context.pages, fields
    day = dates.parse_day(dates.on_the_wall(first)[:10])
    assert len(await asked(person, journal, since=day, until=day, by="happened")) == 2 * PAGE
    await person.close()


async def test_entries_are_ordered_by_when_it_happened(two: Couple) -> None:
    for text, happened in (("second", "2019-05-02T08:00"), ("first", "2019-05-02"), ("third", "2020-01-01T10:00")):
        await two.ada.write(two.journal, "note", {"text": text, "happened": happened, "tags": ["then"]})
    by = {"by": "happened", "tags": ("then",)}
    assert await asked(two.ada, two.journal, **by) == ["first", "second", "third"]
    assert await asked(two.ada, two.journal, tags=("then",)) == ["second", "first", "third"]
    assert await asked(two.ada, two.journal, **by, since=date(2019, 5, 2), until=date(2019, 12, 31)) == [
        "first",
        "second",
    ]
    shown = await two.ada.timeline(two.journal, where=TimelineFilter(tags=("then",)))
    assert [one.happened for one in shown] == ["2019-05-02T08:00", "2019-05-02", "2020-01-01T10:00"]
    assert "It happened on Thursday 2 May 2019" in (shown[1].text or "")


async def test_words_are_found_by_their_beginnings_without_accents_and_as_phrases(two: Couple) -> None:
    hers, his, thanks = "The harbour at night.", "Café, and the harbour again.", "You waited for me at the harbour."
    for words, expected in (
        ("harb", [thanks, his, hers]),
        ("CAFE", [his]),
        ("harbour night", [hers]),
        ('"harbour at"', [hers]),
        ('"the harbour"', [thanks, his, hers]),
        ('"harb"', []),
        ("nowhere", []),
        ("sea", [his, hers]),  # a tag is a word too
    ):
        assert await found(two.ada, words) == expected, words
    only = TimelineFilter(authors=frozenset([two.sam.account]), kinds=frozenset(["note"]))
    assert await found(two.ada, "harbour", only) == [his]
    assert await found(two.ada, "", only) == [his]
    [hit] = await two.ada.search("night")
    assert hit.excerpt[:3] == (("The harbour at ", False), ("night", True), (". calm Sea", False))


async def test_what_waits_here_is_found_too(app: FastAPI) -> None:
    person, _, _ = await register(app)
    journal = await person.create_journal()
    post(person._context, journal, Document("note", 1, 1_700_000_000, {"text": "not sent yet"}))
    assert [hit.shown.seq for hit in await person.search("sent")] == [None]
    await person.close()


async def test_a_search_that_asks_for_nothing_or_of_a_journal_elsewhere_is_refused(two: Couple) -> None:
    for words in ("", "  ", "!!!", "x" * 2000):
        with pytest.raises(NotAllowed):
            await two.ada.search(words)
    for journal in (bytes(32), two.ada._context.identity.account_journal):
        with pytest.raises(NotAllowed):
            await two.ada.search("harbour", journals=[journal])


async def test_a_withdrawn_text_leaves_the_index_of_both(two: Couple) -> None:
    assert len(await found(two.ada, "harbour")) == len(await found(two.sam, "harbour")) == 3
    note = next(one for one in await two.sam.timeline(two.journal) if "again" in (one.text or ""))
    await two.sam.leaving(two.journal).withdraw(note.entry)
    await two.ada.sync()
    for person in (two.ada, two.sam):
        assert load_segments(person._context.store, two.journal) == {}
        assert await found(person, "again") == []
        assert len(await found(person, "harbour")) == 2
        home = person._context
        first = min(load_segments(home.store, two.journal))
        plain = home.home.open("search", load_segment(home.store, two.journal, first))
        assert b"harbour" in plain
        assert b"again" not in plain


async def test_what_is_hidden_is_not_found_even_where_a_segment_still_has_it(
    two: Couple, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("duolog.client.leaving.withdraw_keep_erase.forget_segments", lambda *_: None)
    assert await found(two.ada, "night") != []
    note = next(one for one in await two.ada.timeline(two.journal) if "night" in (one.text or ""))
    monkeypatch.setattr("duolog.client.leaving.leaving.tidy", lambda *_: None, raising=False)
    monkeypatch.setattr("duolog.client.leaving.withdraw_keep_erase.tidy", lambda *_: None)
    await two.ada.leaving(two.journal).erase(note.entry)
    assert await found(two.ada, "night") == []
    assert note.entry not in [
        one.entry for one in await two.ada.timeline(two.journal, where=TimelineFilter(tags=("sea",)))
    ]


async def test_the_index_lies_sealed_in_the_home(two: Couple, tmp_path: Path) -> None:
    await found(two.ada, "harbour")
    assert load_segments(two.ada._context.store, two.journal)
    files = [path.read_bytes() for path in (tmp_path / "ada").rglob("*") if path.is_file()]
    assert files
    assert not any(b"harbour" in data or b"Harbour" in data for data in files)


async def test_adding_costs_the_newest_segment_alone(
    app: FastAPI, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "SEGMENT", 128)
    person, journal = await long_journal(app, tmp_path / "ada", 300)
    store = person._context.store
    assert len(await found(person, "7")) == 11
    before = {first: load_segment(store, journal, first) for first in load_segments(store, journal)}
    assert sorted(before) == [1, 129, 257]
    await person.write(journal, "note", {"text": "one more"})
    assert await found(person, "more") == ["one more"]
    assert {first: load_segment(store, journal, first) for first in load_segments(store, journal)} == before
    for number in range(90):
        post(person._context, journal, Document("note", 1, 1_700_001_000, {"text": f"later {number}"}))
    await person.sync()
    assert len(await found(person, "later")) == 50
    after = {first: load_segment(store, journal, first) for first in load_segments(store, journal)}
    assert [after[first] == before[first] for first in (1, 129, 257)] == [True, True, False]
    await person.close()
    async with await Duolog.open(home=tmp_path / "ada", unlock=UNLOCK, server=Tampered(app)) as again:
        assert await found(again, '"number 7"') == ["number 7"]


async def test_a_damaged_or_foreign_segment_is_made_anew(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "SEGMENT", 128)
    person, journal = await long_journal(app, None, 200)
    store = person._context.store
    assert await found(person, '"number 7"') == ["number 7"]
    for change in (
        "UPDATE search_segment SET sealed = x'00'",
        "UPDATE search_segment SET sealed = (SELECT sealed FROM search_segment WHERE first = 129) WHERE first = 1",
    ):
        store.write(change)
        assert await found(person, '"number 7"') == ["number 7"]
    with closing(WordIndex()) as index:
        of_another_journal = search._head(bytes(32), 1, 128) + index.encode()
    for plain in (search._head(journal, 1, 128) + b"no database", of_another_journal):
        sealed = person._context.home.seal("search", plain)
        store.write("UPDATE search_segment SET sealed = ? WHERE first = 1", sealed)
        assert await found(person, '"number 7"') == ["number 7"]
    monkeypatch.setattr(search, "FORMAT", 99)
    assert await found(person, '"number 7"') == ["number 7"]
    await person.close()
