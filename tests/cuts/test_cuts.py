"""A line that breaks at any byte: afterwards each text is there once, and what was begun can be ended.

`make cuts` cuts at every byte of every request and answer; `make check` at a few of them.
"""

import os
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI

from app.settings import Settings
from duolog.client import Duolog, HttpTransport
from duolog.client.account.rotating import Wanted, rotate
from duolog.client.home import keystore
from duolog.errors import MalformedData, ServerRefused, TransportError
from tests.client.couple import UNLOCK, pair
from tests.conftest import ORIGIN, running
from tests.cuts.line import Line, Way, behind, line_to

STEP = int(os.environ.get("CUTS_STEP", "1"))  # bytes from one cut to the next, in the slow tests
slow = pytest.mark.slow
pytestmark = [
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
    pytest.mark.parametrize("way", ["request", "answer"]),
]
DEAD = pytest.mark.parametrize("stays_dead", [True, False], ids=["dead", "once"])


@dataclass
class Two:
    """Ada behind the line, and Sam beside it; their journal."""

    app: FastAPI
    line: Line
    ada: Duolog
    sam: Duolog
    journal: bytes


def straight(app: FastAPI) -> HttpTransport:
    return HttpTransport(ORIGIN, network=httpx2.ASGITransport(app))


@pytest.fixture
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    """A server without rates and quotas: a slow test asks more often than any person."""
    names = type(settings).model_fields
    free: dict[str, object] = {name: "1000000/second" for name in names if name.startswith("rate_")}
    free |= {name: 1_000_000 for name in names if name.endswith(("_per_day", "_total"))}
    async with running(Settings(**(settings.model_dump() | free))) as made:
        yield made


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("duolog.client.server.http.PAUSE", 0.0)
    monkeypatch.setattr(keystore, "_stretch", lambda *_: bytes(32))  # no Argon2id


@pytest.fixture
async def two(app: FastAPI) -> AsyncIterator[Two]:
    async with line_to(app) as line:
        ada = (await Duolog.register(behind(line), home=None, unlock=UNLOCK)).duolog
        sam = (await Duolog.register(straight(app), home=None, unlock=UNLOCK)).duolog
        async with ada, sam:
            yield Two(app, line, ada, sam, await pair(ada, sam))


async def texts(person: Duolog, journal: bytes) -> list[str]:
    return [item.body["text"] for item in await person.timeline(journal) if item.kind == "note" and item.body]


async def _push(two: Two, way: Way, after: int, *, stays_dead: bool) -> bool:
    """Write with the line cut after so many bytes; whether it was."""
    text = f"{way} {after} {stays_dead}"
    before = await texts(two.ada, two.journal)
    two.line.arm(way, after, stays_dead=stays_dead)
    written = await two.ada.write(two.journal, "note", {"text": text})
    assert isinstance(written.problem, TransportError | None)
    cut = two.line.broken
    two.line.mend()
    await two.ada.sync()
    await two.sam.sync()
    for person in (two.ada, two.sam):
        assert await texts(person, two.journal) == [*before, text], f"at byte {after}"
    return cut


async def test_a_text_is_there_once_wherever_the_line_breaks(two: Two, way: Way) -> None:
    for stays_dead, after in ((True, 0), (False, 300), (True, 700)):
        assert await _push(two, way, after, stays_dead=stays_dead)


@slow
@DEAD
async def test_a_text_is_there_once_at_every_byte(two: Two, way: Way, *, stays_dead: bool) -> None:
    after = 0
    while await _push(two, way, after, stays_dead=stays_dead):
        after += STEP
    assert after > 500


@slow
@DEAD
async def test_a_text_is_withdrawn_once(two: Two, way: Way, *, stays_dead: bool) -> None:
    after, cut = 0, True
    while cut:
        entry = (await two.ada.write(two.journal, "note", {"text": f"taken back {after}"})).entry
        two.line.arm(way, after, stays_dead=stays_dead)
        await two.ada.leaving(two.journal).withdraw(entry)
        cut = two.line.broken
        two.line.mend()
        await two.ada.sync()
        await two.sam.sync()
        for person in (two.ada, two.sam):
            timeline = await person.timeline(two.journal)
            assert [bool(item.hidden) for item in timeline if item.entry == entry] == [True], f"at byte {after}"
            assert not [item for item in timeline if item.without_effect], f"at byte {after}"
        after += 4 * STEP


@slow
async def test_keys_are_replaced(two: Two, way: Way) -> None:
    after, cut = 0, True
    while cut:
        two.line.arm(way, after, stays_dead=True)
        with suppress(TransportError):
            await rotate(two.ada._context, Wanted())
        cut = two.line.broken
        two.line.mend()
        await two.ada.sync()
        assert (await two.ada.write(two.journal, "note", {"text": f"under new keys {after}"})).delivered
        await two.sam.sync()
        assert (await texts(two.sam, two.journal))[-1] == f"under new keys {after}"
        after += 16 * STEP


@slow
async def test_an_account_is_registered_once(app: FastAPI, tmp_path: Path, way: Way) -> None:
    async with line_to(app) as line:
        after, cut = 0, True
        while cut:
            home = tmp_path / f"{way}-{after}"
            line.arm(way, after, stays_dead=True)
            try:
                made = await Duolog.register(behind(line), home=home, unlock=UNLOCK)
            except TransportError:
                line.mend()
                made, cut = await Duolog.register(behind(line), home=home, unlock=UNLOCK), True
            else:
                cut = line.broken
                line.mend()
            async with made.duolog as person:
                assert not (await person.sync()).problems
            after += 8 * STEP


@slow
async def test_an_invitation_is_answered_once(two: Two, way: Way) -> None:
    after, cut = 0, True
    while cut:
        journal = await two.sam.create_journal()
        link = (await two.sam.invite(journal)).link
        two.line.arm(way, after, stays_dead=True)
        try:
            await two.ada.join(link)
        except TransportError:
            two.line.mend()
            await two.ada.join(link)
        else:
            cut = two.line.broken
            two.line.mend()
        await two.sam.sync()
        await two.ada.sync()
        assert (await two.ada.write(journal, "note", {"text": "I am in"})).delivered, f"at byte {after}"
        await two.sam.sync()
        assert await texts(two.sam, journal) == ["I am in"]
        await two.sam.leaving(journal).close()
        await two.ada.sync()
        after += 32 * STEP


@slow
async def test_a_journal_is_closed_once(two: Two, way: Way) -> None:
    after, cut = 0, True
    while cut:
        journal = await two.ada.create_journal()
        await two.ada.write(journal, "note", {"text": "the last word"})
        two.line.arm(way, after, stays_dead=True)
        with suppress(TransportError):
            await two.ada.leaving(journal).close()
        cut = two.line.broken
        two.line.mend()
        await two.ada.sync()
        if not (await two.ada.journal(journal)).closed:
            await two.ada.leaving(journal).close()
        assert (await two.ada.journal(journal)).closed
        assert await texts(two.ada, journal) == ["the last word"], f"at byte {after}"
        after += 16 * STEP


@slow
async def test_no_cut_is_anybodys_fault(two: Two, way: Way) -> None:
    """Neither a refusal of the server nor malformed data: only a line that isn't there."""
    for after in range(0, 420, STEP):
        two.line.arm(way, after, stays_dead=True)
        with pytest.raises(TransportError) as caught:
            await two.ada.sync()
        assert not isinstance(caught.value, ServerRefused | MalformedData)
        two.line.mend()
    assert not (await two.ada.sync()).problems
