"""A journal that is longer than a page of its timeline: read by pages, made anew where one is damaged."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi import FastAPI

from duolog.client import Duolog
from duolog.client.log.outbox import post
from duolog.documents.timeline import PAGE
from duolog.protocol.messages import Document
from tests.client.couple import UNLOCK, Tampered, register

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def texts(person: Duolog, journal: bytes) -> list[str]:
    return [item.body["text"] for item in await person.timeline(journal) if item.body is not None]


async def test_a_long_journal_is_read_by_pages_and_a_damaged_page_is_made_anew(app: FastAPI, tmp_path: Path) -> None:
    person, _, _ = await register(app, tmp_path / "ada")
    journal = await person.create_journal()
    count = 2 * PAGE + 3
    for number in range(count):
        post(person._context, journal, Document("note", 1, number, {"text": str(number)}))
    await person.sync()
    await person.close()
    expected = [str(number) for number in range(count)]
    async with await Duolog.open(home=tmp_path / "ada", unlock=UNLOCK, server=Tampered(app)) as again:
        context = again._context
        state = await again.state(journal)
        assert [page.kept is not None for page in state.timeline.pages] == [True, True]
        assert not context.pages  # nothing was read that nobody looked at
        await again.timeline(journal, after=state.timeline.seq - 2)
        assert not context.pages
        assert await texts(again, journal) == expected
        assert len(context.pages) == 2

        # The second page holds what the first should; it is noticed, and everything is read from the log.
        context.pages.clear()
        context.store.write("UPDATE snapshot_page SET items = (SELECT items FROM snapshot_page WHERE place = 0)")
        assert await texts(again, journal) == expected
        assert context.store.row("SELECT 1 FROM snapshot WHERE journal = ?", journal) is None
    async with await Duolog.open(home=tmp_path / "ada", unlock=UNLOCK, server=Tampered(app)) as anew:
        anew._context.store.write("UPDATE snapshot_page SET label = x'00' WHERE place = 1")
        assert await texts(anew, journal) == expected


async def test_an_erased_text_leaves_the_pages_of_the_snapshot(app: FastAPI, tmp_path: Path) -> None:
    person, _, _ = await register(app, tmp_path / "ada")
    journal = await person.create_journal()
    for number in range(PAGE + 1):
        post(person._context, journal, Document("note", 1, number, {"text": str(number)}))
    await person.sync()
    first = (await person.timeline(journal))[0]
    assert await texts(person, journal)  # its page is in memory
    await person.leaving(journal).erase(first.entry)
    assert person._context.store.row("SELECT 1 FROM snapshot_page WHERE journal = ?", journal) is None
    assert not person._context.pages
    assert "0" not in await texts(person, journal)
    await person.close()
