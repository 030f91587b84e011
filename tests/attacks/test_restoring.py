"""Attacks with a restoration: a server that only says that it went back, and one that uses it to drop the newest."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, delete

from app.journals.table import held_journals
from app.settings import Settings
from duolog.api.carrying import Carried, CarriedPage
from duolog.api.restoring import ConfirmedEnd, JournalEnd
from duolog.api.server import ServerInfo
from duolog.client import Duolog
from duolog.client.log.stored_logs import load_log
from duolog.errors import Rollback, ServerWentBack
from tests.client.couple import Clock, pair
from tests.client.old_backups import Machine, machine_of
from tests.client.servers import lie, replace

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
DAY = 24 * 3600


@dataclass
class Pair:
    """Ada and Sam, who have read each other's note."""

    ada: Duolog
    sam: Duolog
    journal: bytes
    machine: Machine
    clock: Clock


async def notes(person: Duolog, journal: bytes) -> list[str]:
    return [item.body["text"] for item in await person.timeline(journal) if item.kind == "note" and item.body]


def end(person: Duolog, journal: bytes) -> tuple[int, bytes]:
    log = load_log(person._context.store, journal)
    return log.seq, log.head


@pytest.fixture
async def both(request: pytest.FixtureRequest, settings: Settings, tmp_path: Path) -> AsyncIterator[Pair]:
    clock = Clock()
    machine = machine_of(request, settings, clock, tmp_path)
    await machine.start()
    ada, _ = await machine.register()
    sam, _ = await machine.register()
    journal = await pair(ada, sam)
    await ada.write(journal, "note", {"text": "hers"})
    await machine.back_up("older")
    await sam.sync()
    await sam.write(journal, "note", {"text": "his"})
    await ada.sync()
    yield Pair(ada, sam, journal, machine, clock)
    await ada.close()
    await sam.close()
    await machine.stop()


def claims(at: int) -> Any:
    """A server that says that it went back."""

    def change(info: ServerInfo) -> ServerInfo:
        return info.model_copy(update={"restored_at": at})

    return change


async def test_server_that_was_not_restored_says_so_and_nothing_is_rolled_back(both: Pair) -> None:
    before = end(both.ada, both.journal)
    lie(both.ada._context.network.transport, "server_info", claims(both.clock.now))  # type: ignore[arg-type]
    report = await both.ada.sync()
    assert (report.frozen, report.problems, report.restoring) == ({}, (), {})
    assert end(both.ada, both.journal) == before
    assert await notes(both.ada, both.journal) == ["hers", "his"]
    assert (await both.ada.write(both.journal, "note", {"text": "on"})).delivered


async def test_server_takes_what_is_brought_and_forgets_it_again(both: Pair) -> None:
    """It serves the older state for ever. She goes on reading all of it, and her own words wait."""
    await both.machine.put_back("older")

    async def taken(_: bytes, page: CarriedPage) -> Carried:
        return Carried(seq=page.items[-1].seq, receipt_keys=[])

    replace(both.ada._context.network.transport, "carry_journal", taken)  # type: ignore[arg-type]
    before = end(both.ada, both.journal)
    for _ in range(3):
        report = await both.ada.sync()
        assert both.journal in report.restoring
    written = await both.ada.write(both.journal, "note", {"text": "mine"})
    assert not written.delivered
    assert isinstance(written.problem, ServerWentBack)
    assert end(both.ada, both.journal) == before
    assert await notes(both.ada, both.journal) == ["hers", "his", "mine"]


def release_all(connection: Connection) -> None:
    connection.execute(delete(held_journals))


@pytest.mark.parametrize(("count", "later"), [(1, 0), (2, 3600)])
async def test_server_lets_her_go_on_without_his_newest_entry_and_he_sees_it(
    both: Pair, count: int, later: int
) -> None:
    """It goes back, and opens the journal at once to her, who has never fetched his newest entry.

    He would join a log in which she says that she goes on; her client says so after seven days alone.
    """
    newest = [f"his newest {number}" for number in range(count)]
    for text in newest:
        await both.sam.write(both.journal, "note", {"text": text})
    both.clock.now += later
    await both.machine.put_back("older")
    await both.machine.database.write(release_all)

    async def less(journal: bytes, page: CarriedPage) -> Carried:
        return Carried(seq=page.items[-1].seq, receipt_keys=[])

    async def opened(_: bytes, __: ConfirmedEnd) -> JournalEnd:
        return JournalEnd(opens_at=None)

    line = both.ada._context.network.transport
    await both.ada.sync()
    await both.machine.database.write(release_all)
    replace(line, "carry_journal", less)  # type: ignore[arg-type]
    replace(line, "confirm_end", opened)  # type: ignore[arg-type]
    assert (await both.ada.write(both.journal, "note", {"text": "on"})).delivered
    with pytest.raises(Rollback):
        await both.sam.sync()
    assert (await both.sam.journal(both.journal)).frozen
    assert await notes(both.sam, both.journal) == ["hers", "his", *newest]


async def test_server_that_keeps_saying_that_it_went_back_makes_her_forget_nothing(both: Pair) -> None:
    line, before = both.ada._context.network.transport, end(both.ada, both.journal)
    for turn in range(3):
        lie(line, "server_info", claims(both.clock.now + turn))  # type: ignore[arg-type]
        await both.ada.sync()
        assert (await both.ada.write(both.journal, "note", {"text": f"turn {turn}"})).delivered
    await both.sam.sync()
    assert await notes(both.sam, both.journal) == ["hers", "his", "turn 0", "turn 1", "turn 2"]
    assert end(both.ada, both.journal)[0] == before[0] + 3


async def test_server_promises_a_place_and_goes_back_and_her_entry_comes_once(both: Pair) -> None:
    """The answer to her push came, and the page that shows it didn't, before the server went back."""
    line = both.ada._context.network.transport
    honest = line.pull

    async def silent(*_: object) -> None:
        raise ServerWentBack("the line is dead")

    replace(line, "pull", silent)  # type: ignore[arg-type]
    await both.ada.write(both.journal, "note", {"text": "promised"})
    replace(line, "pull", honest)  # type: ignore[arg-type]
    await both.machine.put_back("older")
    for person in (both.ada, both.sam, both.ada, both.sam):
        await person.sync()
    assert await notes(both.sam, both.journal) == ["hers", "his", "promised"]
    assert await notes(both.ada, both.journal) == ["hers", "his", "promised"]


async def she_goes_on(both: Pair) -> None:
    """The server goes back, and she goes on alone after seven days."""
    await both.machine.put_back("older")
    await both.ada.sync()
    both.clock.now += 7 * DAY + 60
    await both.ada.sync()
    await both.ada.write(both.journal, "note", {"text": "on"})


async def test_server_tells_her_alone_that_it_went_back_and_he_was_there_meanwhile(both: Pair) -> None:
    """He has a receipt from after the time at which it says that it went back. So it lied to one of them."""
    both.clock.now += DAY
    await both.sam.write(both.journal, "note", {"text": "his newest"})
    both.clock.now -= DAY // 2
    await she_goes_on(both)
    with pytest.raises(Rollback):
        await both.sam.sync()
    assert (await both.sam.journal(both.journal)).frozen
    assert await notes(both.sam, both.journal) == ["hers", "his", "his newest"]


async def test_server_that_went_back_drops_a_closing_that_it_had_accepted(both: Pair) -> None:
    await both.sam.leaving(both.journal).close()
    both.clock.now += 60
    await she_goes_on(both)
    with pytest.raises(Rollback):
        await both.sam.sync()
    assert (await both.sam.journal(both.journal)).closed
