"""Fetching a journal: each entry is opened once, each receipt verified once, and nothing that was stored is lost."""

from dataclasses import replace
from typing import Any

import pytest
from fastapi import FastAPI

from duolog.client.log import kept_states, pull, verify_authors
from duolog.client.log.outbox import post
from duolog.errors import HomeError
from duolog.protocol.messages import Document
from duolog.seal.entries import EntryOpener
from tests.client.couple import Couple, couple

pytestmark = pytest.mark.anyio
COUNT = 5


async def five_notes(both: Couple) -> None:
    """Ada writes five notes and sends them in one push: each names the same receipt."""
    for number in range(COUNT):
        post(both.ada._context, both.journal, Document("note", 1, 1_795_600_000, {"text": f"note {number}"}))
    await both.ada.sync()


def counted(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str) -> list[Any]:
    """The arguments of each call of a function from now on."""
    calls, function = [], getattr(owner, name)

    def call(*arguments: Any) -> Any:
        calls.append(arguments)
        return function(*arguments)

    monkeypatch.setattr(owner, name, call)
    return calls


async def texts(both: Couple) -> list[str]:
    state = await both.sam.state(both.journal)
    notes = [item.applied.document.body for item in state.timeline if item.applied.document.kind == "note"]
    return [body["text"] for body in notes]


async def test_an_entry_is_opened_once_on_its_way_to_the_reader(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    async with couple(app) as both:
        await five_notes(both)
        opened = counted(monkeypatch, EntryOpener, "open")
        await both.sam.sync()
        assert await texts(both) == [f"note {number}" for number in range(COUNT)]
        ids = [header.entry for _, header, _ in opened]
        assert len(ids) == len(set(ids)) >= COUNT


async def test_a_receipt_that_several_entries_have_seen_is_verified_once(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with couple(app) as both:
        await five_notes(both)
        verified = counted(monkeypatch, verify_authors, "signer_of")
        await both.sam.sync()
        assert len(await texts(both)) == COUNT
        assert len(verified) == 1


async def test_what_was_stored_without_being_folded_is_folded_later(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with couple(app) as both:
        await five_notes(both)

        def fail(*_: object, **__: object) -> None:
            raise HomeError("The disk is full.")

        with monkeypatch.context() as patched:
            patched.setattr(pull, "fold_page", fail)
            assert [str(one) for one in (await both.sam.sync()).problems] == ["The disk is full."]
        await five_notes(both)
        await both.sam.sync()
        assert await texts(both) == [f"note {number}" for number in range(COUNT)] * 2


async def test_the_caller_hears_how_far_a_journal_is_fetched(app: FastAPI) -> None:
    async with couple(app) as both:
        await five_notes(both)
        heard = list[tuple[int, int]]()
        await both.sam.sync(fetched=lambda done, total: heard.append((done, total)))
        seq = (await both.sam.journal(both.journal)).seq
        assert (seq, seq) in heard


async def test_a_state_is_stored_once_for_many_pages_of_a_first_sync(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with couple(app) as both:
        for _ in range(3):
            await five_notes(both)
        page = both.sam._context.network.transport.pull

        async def short(journal: bytes, since: int) -> Any:
            answer = await page(journal, since)
            return replace(answer, pushes=answer.pushes[:1])

        monkeypatch.setattr(both.sam._context.network.transport, "pull", short)
        kept = counted(monkeypatch, kept_states, "save_snapshot")
        monkeypatch.setattr(kept_states, "KEPT_EVERY", 1)
        await both.sam.sync()
        assert [journal for _, journal, *_ in kept].count(both.journal) == 1
        assert len(await texts(both)) == 3 * COUNT
        monkeypatch.setattr(kept_states, "KEPT_MEANWHILE", 1)
        for _ in range(3):
            await five_notes(both)
        await both.sam.sync()
        assert [journal for _, journal, *_ in kept].count(both.journal) >= 4
