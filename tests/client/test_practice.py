"""The practice through the library: promises, pauses and breaches, each with what only its owner may do."""

from __future__ import annotations

from datetime import date

import pytest
from fastapi import FastAPI

from app.settings import Settings
from duolog.client import Duolog
from duolog.errors import NotAllowed
from tests.client.couple import UNLOCK, Clock, couple, pair, transport
from tests.conftest import running

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
DAY = 24 * 3600


async def test_a_promise_is_its_owners_alone(settings: Settings) -> None:
    clock = Clock()
    async with running(settings, clock) as app:
        hers = await Duolog.register(transport(app), home=None, unlock=UNLOCK, clock=clock)
        his = await Duolog.register(transport(app), home=None, unlock=UNLOCK, clock=clock)
        async with hers.duolog as ada, his.duolog as sam:
            journal = await pair(ada, sam)
            offer = (await sam.promises(journal).offer("I tell you whom I meet.", clock.now + 10 * DAY)).entry
            habit = (await sam.promises(journal).habit("I call my mother.", more={"rhythm": "on Sundays"})).entry
            await sam.promises(journal).plan("Evenings alone.", {"first_step": "I go for a run."})
            await sam.promises(journal).mark(habit)
            await ada.sync()
            assert [one.thing.made.form for one in await ada.promises(journal).list()] == ["offer", "habit", "plan"]
            with pytest.raises(NotAllowed, match="its owner's alone"):
                await ada.promises(journal).end(habit)
            assert (await ada.today()).open == ()
            clock.now += 8 * DAY
            told = [one.text for one in (await sam.today()).open]
            assert any("Renew it only if you want to" in text for text in told)
            await sam.promises(journal).renew(offer, clock.now + 30 * DAY)
            await sam.promises(journal).end(habit, "It is no help.")
            assert (await sam.promises(journal).show(habit)).thing.standing == "ended"


async def test_a_pause_runs_until_its_time_and_blocks_nobody(settings: Settings) -> None:
    clock = Clock()
    async with running(settings, clock) as app:
        hers = await Duolog.register(transport(app), home=None, unlock=UNLOCK, clock=clock)
        his = await Duolog.register(transport(app), home=None, unlock=UNLOCK, clock=clock)
        async with hers.duolog as ada, his.duolog as sam:
            journal = await pair(ada, sam)
            with pytest.raises(NotAllowed, match="from 20 minutes"):
                await ada.pauses(journal).call(clock.now + 60)
            pause = (await ada.pauses(journal).call(clock.now + 1800)).entry
            await ada.pauses(journal).extend(pause, clock.now + 3600)
            with pytest.raises(NotAllowed, match="extended once"):
                await ada.pauses(journal).extend(pause, clock.now + 7200)
            await sam.sync()
            assert len(await sam.pauses(journal).of_others()) == 1
            assert await ada.pauses(journal).of_others() == ()
            clock.now += 3601
            assert await sam.pauses(journal).of_others() == ()
            assert (await ada.pauses(journal).call(clock.now + 1800)).delivered


async def test_a_breach_has_two_accounts_and_each_closes_it_for_themselves(app: FastAPI) -> None:
    async with couple(app) as two:
        hers, his = two.ada.breaches(two.journal), two.sam.breaches(two.journal)
        breach = (await his.own_up("I called Robin.", happened=date(2026, 11, 20))).entry
        await two.ada.sync()
        await hers.account(breach, "I waited all evening.", look_again=date(2027, 1, 1))
        with pytest.raises(NotAllowed, match="One account each"):
            await hers.account(breach, "And more.")
        await hers.close(breach)
        await two.sam.sync()
        shown = await his.show(breach)
        assert [(one.step, one.words and one.words["text"]) for one in shown.said] == [
            ("open", "I called Robin."),
            ("account", "I waited all evening."),
            ("close", None),
        ]
        await his.close(breach)
        await his.reopen(breach)
        assert set((await his.show(breach)).thing.marks["closed"]) == {two.ada.account}


async def test_nobody_is_held_to_a_boundary_that_they_did_not_accept(app: FastAPI) -> None:
    async with couple(app) as two:
        wording = {"topic": "time", "text": "Phones stay out of the bedroom.", "binds": "both"}
        boundary = (await two.ada.boundaries(two.journal).propose(wording)).entry
        with pytest.raises(NotAllowed, match="did not agree"):
            await two.ada.breaches(two.journal).saw(boundary, "It lay on the pillow.")
        await two.sam.sync()
        await two.sam.boundaries(two.journal).accept(boundary)
        await two.ada.sync()
        assert (await two.ada.breaches(two.journal).saw(boundary, "It lay on the pillow.")).delivered
        await two.sam.sync()
        [listed] = await two.sam.breaches(two.journal).list()
        breach = await two.sam.breaches(two.journal).show(listed.entry)
        assert breach.said[0].words == {"text": "It lay on the pillow."}
