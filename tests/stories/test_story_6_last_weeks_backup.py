"""Story 6: Monday's backup on Friday. The operator puts it back, both sync, and all that was acknowledged is there."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.settings import Settings
from duolog.client import Duolog
from duolog.client.log.stored_logs import load_log
from duolog.errors import ServerWentBack
from tests.client.couple import Clock, pair
from tests.client.old_backups import Machine, machine_of

DAY = 24 * 3600


@dataclass
class Week:
    """Ada and Sam, their journal, and the machine that serves them."""

    ada: Duolog
    sam: Duolog
    journal: bytes
    machine: Machine
    clock: Clock


async def texts(person: Duolog, journal: bytes) -> list[str]:
    """The notes that this person reads, those that wait among them, in the order of the alphabet."""
    return sorted(item.body["text"] for item in await person.timeline(journal) if item.kind == "note" and item.body)


def heads(person: Duolog) -> dict[bytes, tuple[int, bytes]]:
    store = person._context.store
    journals = store.column(bytes, "SELECT id FROM journal")
    return {journal: (load_log(store, journal).seq, load_log(store, journal).head) for journal in journals}


@pytest.fixture
async def week(request: pytest.FixtureRequest, settings: Settings, tmp_path: Path) -> AsyncIterator[Week]:
    """Monday's backup lies in a drawer; since then both have written, agreed, and begun a journal of their own."""
    clock = Clock()
    machine = machine_of(request, settings, clock, tmp_path)
    await machine.start()
    ada, _ = await machine.register()
    sam, _ = await machine.register()
    journal = await pair(ada, sam)
    await ada.write(journal, "note", {"text": "Monday"})
    await sam.sync()
    await machine.back_up("monday")
    for day in ("Tuesday", "Wednesday", "Thursday"):
        clock.now += DAY
        for person, name in ((ada, "Ada"), (sam, "Sam")):
            await person.sync()
            await person.write(journal, "note", {"text": f"{day}, {name}"})
    private = await ada.create_journal()
    await ada.write(private, "note", {"text": "for myself"})
    clock.now += DAY
    await ada.sync()
    await sam.sync()
    yield Week(ada, sam, journal, machine, clock)
    await ada.close()
    await sam.close()
    await machine.stop()


ALL = sorted(["Monday"] + [f"{day}, {name}" for day in ("Tuesday", "Wednesday", "Thursday") for name in ("Ada", "Sam")])


async def test_both_sync_and_everything_acknowledged_is_there_again(week: Week) -> None:
    before = heads(week.ada)
    await week.machine.put_back("monday")
    hers = await week.ada.sync()
    assert hers.frozen == {}
    assert hers.problems == ()
    assert week.journal in hers.restoring  # until Sam's home has given back what it has
    his = await week.sam.sync()
    assert (his.frozen, his.problems, his.restoring) == ({}, (), {})
    hers = await week.ada.sync()
    assert (hers.frozen, hers.problems, hers.restoring) == ({}, (), {})
    after = heads(week.ada)
    assert {journal: after[journal] for journal in before} == before
    for person in (week.ada, week.sam):
        assert await texts(person, week.journal) == ALL
    assert (await week.ada.write(week.journal, "note", {"text": "Friday"})).delivered
    await week.sam.sync()
    assert await texts(week.sam, week.journal) == sorted([*ALL, "Friday"])
    assert heads(week.sam)[week.journal] == heads(week.ada)[week.journal]


async def test_until_then_each_reads_and_writes_and_sees_the_same_calm_sentence(week: Week) -> None:
    await week.machine.put_back("monday")
    hers = await week.ada.write(week.journal, "note", {"text": "Friday, Ada"})
    assert not hers.delivered
    assert isinstance(hers.problem, ServerWentBack)
    assert "Nothing of yours is lost" in str(hers.problem)
    assert await texts(week.ada, week.journal) == sorted([*ALL, "Friday, Ada"])
    his = await week.sam.write(week.journal, "note", {"text": "Friday, Sam"})
    assert his.delivered or str(his.problem) == str(hers.problem)
    for person in (week.ada, week.sam, week.ada):
        await person.sync()
    for person in (week.ada, week.sam):
        assert await texts(person, week.journal) == sorted([*ALL, "Friday, Ada", "Friday, Sam"])


async def test_after_seven_days_she_goes_on_without_him_and_he_finds_all_of_it(week: Week) -> None:
    await week.machine.put_back("monday")
    await week.ada.write(week.journal, "note", {"text": "Friday"})
    week.clock.now += 6 * DAY
    assert week.journal in (await week.ada.sync()).restoring
    week.clock.now += DAY + 60
    assert (await week.ada.sync()).restoring == {}
    await week.ada.sync()
    week.clock.now += DAY
    his = await week.sam.sync()
    assert (his.frozen, his.problems, his.restoring) == ({}, (), {})
    assert await texts(week.sam, week.journal) == sorted([*ALL, "Friday"])
    assert heads(week.sam)[week.journal] == heads(week.ada)[week.journal]


async def test_a_machine_that_went_back_as_a_whole_learns_it_from_its_clients(week: Week) -> None:
    await week.machine.put_back("monday", noticed=False)
    for person in (week.ada, week.sam, week.ada):
        report = await person.sync()
        assert (report.frozen, report.problems) == ({}, ())
    for person in (week.ada, week.sam):
        assert await texts(person, week.journal) == ALL
    assert (await week.sam.write(week.journal, "note", {"text": "Friday"})).delivered
