"""Drafts: kept for oneself, on all own devices, until they are sent."""

from dataclasses import replace
from typing import Any

import pytest
from fastapi import FastAPI

from duolog.client import Duolog
from duolog.client.log.stored_logs import load_log, save_log
from duolog.errors import DuologError, NotAllowed, TransportError
from tests.client.couple import UNLOCK, Tampered, register

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def test_a_draft_is_kept_changed_and_thrown_away(app: FastAPI) -> None:
    ada, _, words = await register(app)
    async with ada:
        journal = await ada.create_journal()
        draft = await ada.drafts().keep(journal, "note", {"text": "first"})
        assert await ada.drafts().keep(journal, "note", {"text": "second"}, draft=draft) == draft
        other = await Duolog.restore(Tampered(app), words, home=None, unlock=UNLOCK)
        async with other:
            await other.sync()
            [found] = await other.drafts().list()
            assert found.document is not None
            assert found.document.body == {"text": "second"}
            assert "second" not in repr(found)
        assert await ada.timeline(journal) == ()
        await ada.drafts().drop(draft)
        assert await ada.drafts().list() == ()
        with pytest.raises(NotAllowed, match="no such draft"):
            await ada.drafts().send(draft)


async def test_a_draft_that_is_kept_without_a_server_waits_for_it(app: FastAPI) -> None:
    ada, network, words = await register(app)
    async with ada:
        journal = await ada.create_journal()
        changes: Any = network

        async def away(*_: Any) -> Any:
            raise TransportError("The server is away.")

        changes.push = away
        kept = [await ada.drafts().keep(journal, "note", {"text": text}) for text in ("first", "second")]
        await ada.drafts().keep(journal, "note", {"text": "changed"}, draft=kept[0])
        await ada.drafts().keep(journal, "note", {"text": "first"}, draft=kept[0])
        await ada.drafts().drop(kept[1])
        [here] = await ada.drafts().list()
        assert here.document is not None
        assert here.document.body == {"text": "first"}
        del changes.push
        await ada.sync()
        other = await Duolog.restore(Tampered(app), words, home=None, unlock=UNLOCK)
        async with other:
            await other.sync()
            assert [item.document for item in await other.drafts().list()] == [here.document]


async def test_a_draft_that_could_not_be_sent_waits_and_is_sent_once(app: FastAPI) -> None:
    ada, network, _ = await register(app)
    async with ada:
        journal = await ada.create_journal()
        draft = await ada.drafts().keep(journal, "note", {"text": "on the train"})

        def lose(_: object) -> None:
            raise TransportError("The answer was lost.")

        network.changes["push"] = lose
        written = await ada.drafts().send(draft)
        assert not written.delivered
        network.changes.clear()
        for _ in range(2):
            await ada.sync()
        assert await ada.drafts().list() == ()
        assert [item.body for item in await ada.timeline(journal)] == [{"text": "on the train"}]


async def test_a_draft_that_the_rules_forbid_stays(app: FastAPI) -> None:
    ada, _, _ = await register(app)
    async with ada:
        journal = await ada.create_journal()
        draft = await ada.drafts().keep(journal, "boundary", {"step": "retire"})
        with pytest.raises(DuologError):
            await ada.drafts().send(draft)
        assert [item.draft for item in await ada.drafts().list()] == [draft]


async def test_a_draft_that_was_sent_without_a_server_is_no_draft_any_more(app: FastAPI) -> None:
    ada, network, _ = await register(app)
    async with ada:
        journal = await ada.create_journal()
        draft = await ada.drafts().keep(journal, "note", {"text": "on the train"})
        changes: Any = network

        async def away(*_: Any) -> Any:
            raise TransportError("The server is away.")

        changes.push = away
        assert not (await ada.drafts().send(draft)).delivered
        assert await ada.drafts().list() == ()
        for again in (ada.drafts().send(draft), ada.drafts().drop(draft)):
            with pytest.raises(NotAllowed, match="no such draft"):
                await again
        del changes.push
        await ada.sync()
        await ada.sync()
        assert [item.body for item in await ada.timeline(journal)] == [{"text": "on the train"}]


async def test_a_draft_that_cannot_be_kept_is_not_said_to_be_kept(app: FastAPI) -> None:
    """The command throws the only other copy away when it was kept."""
    ada, _, _ = await register(app)
    async with ada:
        journal = await ada.create_journal()
        context = ada._context
        log = load_log(context.store, context.identity.account_journal)
        save_log(context.store, replace(log, closed=True))
        with pytest.raises(NotAllowed, match="journal is closed"):
            await ada.drafts().keep(journal, "note", {"text": "the only copy"})
