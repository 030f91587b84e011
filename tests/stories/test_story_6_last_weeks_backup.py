"""Story 6: Monday's backup on Friday. The operator puts it back, both sync, and all that was acknowledged is there."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.retention.service import retain
from app.settings import Settings
from duolog.client import Duolog
from duolog.client.account.rotating import Wanted, rotate
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
    assert week.machine.faults() == 0


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


async def test_keys_that_changed_since_come_back_with_the_one_who_changed_them(week: Week) -> None:
    """Ada's account rotates, and lifts their journal, before Sam has fetched any of it; then the backup comes."""
    context = week.ada._context
    await rotate(context, Wanted())
    await week.ada.sync()
    await week.ada.write(week.journal, "note", {"text": "under new keys"})
    await week.ada.sync()
    await week.machine.put_back("monday")
    for person in (week.ada, week.sam, week.ada):
        report = await person.sync()
        assert (report.frozen, report.problems) == ({}, ())
    for person in (week.ada, week.sam):
        assert await texts(person, week.journal) == sorted([*ALL, "under new keys"])
    assert (await week.sam.write(week.journal, "note", {"text": "and his"})).delivered
    await week.ada.sync()
    assert "and his" in await texts(week.ada, week.journal)


async def test_somebody_who_registered_since_needs_no_code_and_brings_all_of_it(week: Week) -> None:
    eve, _ = await week.machine.register()
    diary = await eve.create_journal()
    await eve.write(diary, "note", {"text": "mine alone"})
    object.__setattr__(week.machine.settings, "registration", "invite")
    await week.machine.put_back("monday")
    report = await eve.sync()
    assert (report.frozen, report.problems, report.restoring) == ({}, (), {})
    assert await texts(eve, diary) == ["mine alone"]
    assert (await eve.write(diary, "note", {"text": "and on"})).delivered
    await eve.close()


async def test_what_was_kept_erased_and_planned_is_so_again(week: Week) -> None:
    first, *_ = [
        item for item in await week.sam.timeline(week.journal) if item.body and item.body.get("text") == "Monday"
    ]
    await week.sam.leaving(week.journal).erase(first.entry)
    await week.ada.leaving(week.journal).schedule(week.clock.now + 3 * DAY)
    await week.machine.put_back("monday")
    for person in (week.ada, week.sam, week.ada):
        await person.sync()
    assert "Monday" not in await texts(week.sam, week.journal)
    week.clock.now += 4 * DAY
    await retain(
        week.machine.database,
        week.machine.state.store,
        week.machine.settings,
        week.machine.state.receipts,
        week.clock.now,
    )
    await week.sam.sync()
    assert (await week.sam.journal(week.journal)).closed


async def test_a_closing_that_was_taken_back_since_does_not_happen(week: Week) -> None:
    await week.ada.leaving(week.journal).schedule(week.clock.now + 3 * DAY)
    await week.machine.back_up("with_closing")
    await week.ada.leaving(week.journal).cancel()
    await week.machine.put_back("with_closing")
    week.clock.now += 4 * DAY
    for person in (week.sam, week.ada, week.sam):
        await person.sync()
    assert not (await week.sam.journal(week.journal)).closed
    assert (await week.sam.write(week.journal, "note", {"text": "on"})).delivered


@pytest.mark.parametrize("since", [["back again"], []], ids=["something waits", "nothing waits"])
async def test_he_comes_after_eight_days_with_words_that_nobody_had_fetched(week: Week, since: list[str]) -> None:
    """They were acknowledged, and lost with the server. They come again, behind what she wrote meanwhile."""
    for text in ("Thursday night", "Friday morning"):
        await week.sam.write(week.journal, "note", {"text": text})
    week.clock.now += 3600
    await week.machine.put_back("monday")
    await week.ada.write(week.journal, "note", {"text": "Friday"})
    week.clock.now += 7 * DAY + 60
    await week.ada.sync()
    for text in since:  # offline until now
        await week.sam.write(week.journal, "note", {"text": text})
    week.clock.now += DAY
    for person in (week.sam, week.ada, week.sam):
        report = await person.sync()
        assert (report.frozen, report.problems, report.restoring) == ({}, (), {})
    for person in (week.ada, week.sam):
        there = await texts(person, week.journal)
        assert there == sorted([*ALL, "Friday", "Thursday night", "Friday morning", *since])
    assert heads(week.sam)[week.journal] == heads(week.ada)[week.journal]
    assert week.machine.faults() == 0


async def test_a_closed_journal_stays_closed_and_stands_in_nobodys_way_after_the_seven_days(week: Week) -> None:
    await week.ada.leaving(week.journal).close()
    await week.sam.sync()
    await week.machine.put_back("monday")
    week.clock.now += 8 * DAY
    for person in (week.ada, week.sam):
        report = await person.sync()
        assert (report.frozen, report.problems, report.restoring) == ({}, (), {})
        assert (await person.journal(week.journal)).closed
