"""A journal that is longer than a page of its timeline: read by pages, made anew where one is damaged."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi import FastAPI

from duolog.client import Duolog
from duolog.client.home.snapshot_rows import forget_snapshot
from duolog.client.log.outbox import post
from duolog.documents.journal import encode_state
from duolog.documents.registry import KINDS
from duolog.documents.things import KeptThing
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
    """What stands before it stays as it is kept; the rest is what a home that folds the log anew has."""
    person, _, _ = await register(app, tmp_path / "ada")
    journal = await person.create_journal()
    for number in range(2 * PAGE + 3):
        post(person._context, journal, Document("note", 1, number, {"text": str(number)}))
    await person.sync()
    shown = await person.timeline(journal)
    assert await texts(person, journal)  # its page is in memory
    store, pages = person._context.store, "SELECT place, items FROM snapshot_page WHERE journal = ?"
    before = store.pairs(int, bytes, pages, journal)
    erased = shown[PAGE + 1]
    await person.leaving(journal).erase(erased.entry)
    after = store.pairs(int, bytes, pages, journal)
    assert [place for place in before if before[place] == after[place]] == [0]
    assert not any(journal == of for of, _ in person._context.pages)
    state = await person.state(journal)
    assert str(PAGE + 1) not in {item.applied.document.body["text"] for item in state.timeline}
    kept = encode_state(state)
    forget_snapshot(store, journal)
    person._context.states.clear()
    assert encode_state(await person.state(journal)) == kept
    await person.close()
    async with await Duolog.open(home=tmp_path / "ada", unlock=UNLOCK, server=Tampered(app)) as again:
        assert str(PAGE + 1) not in await texts(again, journal)
        assert encode_state(await again.state(journal)) == kept


async def test_one_thing_is_shown_without_the_pages_before_it(app: FastAPI) -> None:
    person, _, _ = await register(app)
    journal = await person.create_journal()
    for number in range(PAGE):
        post(person._context, journal, Document("promise", 1, number, {"step": "make", "form": "habit", "text": "a"}))
    await person.sync()
    for _ in range(2 * PAGE):
        post(person._context, journal, Document("note", 1, 1, {"text": "a"}))
    written = await person.promises(journal).habit("the newest")
    assert written.delivered
    await person.state(journal)
    person._context.states.clear()
    person._context.pages.clear()
    shown = await person.promises(journal).show(written.entry)
    assert (shown.number, [step.step for step in shown.said]) == (PAGE + 1, ["make"])
    assert not person._context.pages
    things = (await person.state(journal)).part(KINDS["promise"])
    assert sum(isinstance(row, KeptThing) for _, row in things.rows()) >= PAGE  # nothing was read that nobody asked for
    assert (await person.today()).open == ()
    assert sum(isinstance(row, KeptThing) for _, row in things.rows()) >= PAGE  # of a habit, today says nothing
    listed = await person.promises(journal).list()
    assert len(listed) == PAGE + 1
    assert not person._context.pages

    # The first of them goes on: its beginning is on the first page, its mark behind the last, and no other is read.
    assert (await person.promises(journal).mark(listed[0].entry)).delivered
    whole = await person.promises(journal).show(listed[0].entry)
    assert [step.step for step in whole.said] == ["make", "mark"]
    assert len(person._context.pages) == 1
