"""Clocks that are wrong by years, at the server, at one of the two, or at both: nothing is lost or freezes."""

import pytest

from app.settings import Settings
from duolog.client import Duolog
from duolog.errors import NotAllowed
from tests.client.couple import Clock, pair, register
from tests.conftest import running

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

TRUE = 1_795_600_000  # November 2026
YEAR = 31_557_600
WRONG = {"1970": 1000, "behind": TRUE - 20 * YEAR, "ahead": TRUE + 20 * YEAR, "2199": 7_250_000_000}
QUICK = [("server", "ahead")]
SLOW = [(whose, wrong) for whose in ("server", "ada", "sam", "both") for wrong in WRONG if (whose, wrong) not in QUICK]


async def texts(person: Duolog, journal: bytes) -> list[str]:
    return [item.body["text"] for item in await person.timeline(journal) if item.kind == "note" and item.body]


async def evening(settings: Settings, whose: str, wrong: str) -> None:
    """Register, pair, write, withdraw, schedule a closing; and no sentence that isn't true."""
    clocks = {who: Clock(TRUE) for who in ("server", "ada", "sam")}
    for who in ("ada", "sam") if whose == "both" else (whose,):
        clocks[who].now = WRONG[wrong]
    async with running(settings, clocks["server"]) as app:
        ada, _, _ = await register(app, clock=clocks["ada"])
        sam, _, _ = await register(app, clock=clocks["sam"])
        async with ada, sam:
            journal = await pair(ada, sam)
            for person, text in ((ada, "hers"), (sam, "his")):
                assert (await person.write(journal, "note", {"text": text})).delivered
            entry = (await ada.write(journal, "note", {"text": "taken back"})).entry
            assert (await ada.leaving(journal).withdraw(entry)).problem is None
            closing, due = ada.leaving(journal), clocks["ada"].now + 3600
            if due > clocks["server"].now:
                await closing.schedule(due)
                await closing.cancel()
            else:
                with pytest.raises(NotAllowed, match="By the server's clock this time has passed"):
                    await closing.schedule(due)
            for person in (ada, sam):
                report = await person.sync()
                assert (report.problems, report.frozen) == ((), {})
                assert await texts(person, journal) == ["hers", "his"]
                assert not (await person.journal(journal)).closed


@pytest.mark.parametrize(("whose", "wrong"), QUICK)
async def test_an_evening_goes_its_way_by_clocks_that_are_wrong(settings: Settings, whose: str, wrong: str) -> None:
    await evening(settings, whose, wrong)


@pytest.mark.slow
@pytest.mark.parametrize(("whose", "wrong"), SLOW)
async def test_an_evening_goes_its_way_by_any_clocks(settings: Settings, whose: str, wrong: str) -> None:
    await evening(settings, whose, wrong)


@pytest.mark.slow
@pytest.mark.parametrize("years", [20, -5])
async def test_a_clock_that_jumps_and_comes_back_costs_nobody_anything(settings: Settings, years: int) -> None:
    """First the server's, then Ada's. Sessions end by the server's clock; the next request logs in again."""
    clocks = {who: Clock(TRUE) for who in ("server", "ada")}
    async with running(settings, clocks["server"]) as app:
        ada, _, _ = await register(app, clock=clocks["ada"])
        sam, _, _ = await register(app, clock=Clock(TRUE))
        async with ada, sam:
            journal = await pair(ada, sam)
            expected = []
            for who in ("server", "ada"):
                for now in (TRUE + years * YEAR, TRUE + 60):
                    clocks[who].now = now
                    expected.append(f"{who} at {now}")
                    assert (await ada.write(journal, "note", {"text": expected[-1]})).delivered
                    for person in (ada, sam):
                        assert not (await person.sync()).frozen
                        assert await texts(person, journal) == expected


async def test_a_closing_that_the_servers_clock_would_carry_out_at_once_is_not_left_there(settings: Settings) -> None:
    server, own = Clock(TRUE + YEAR), Clock(TRUE)
    async with running(settings, server) as app:
        ada, _, _ = await register(app, clock=own)
        async with ada:
            journal = await ada.create_journal()
            with pytest.raises(NotAllowed, match="find out which one is right"):
                await ada.leaving(journal).schedule(TRUE + YEAR // 2)
            await ada.leaving(journal).schedule(TRUE + 2 * YEAR)
            await ada.sync()
            assert not (await ada.journal(journal)).closed
