"""Rounds of retention: what is over goes, once; in the server, and as a command."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.exc import OperationalError

from app.access.table import sessions
from app.invitations.table import invitations
from app.journals.table import proposals
from app.origins.table import carried
from app.rendezvous.table import rendezvous
from app.retention import job
from app.retention.service import Counts
from app.sessions.table import challenges
from app.settings import DAY, Settings
from duolog.protocol.codec import encode_b64
from tests.app.elsewhere import Elsewhere, bring
from tests.app.journals.test_proposals import half_signed
from tests.app.leaving.closings import FRIDAY, closing, evening
from tests.app.leaving.test_going import links, rows_of
from tests.app.people import Diary, Person
from tests.app.test_commands import app as command
from tests.conftest import running


def leave_rendezvous(connection: Connection, expires: int) -> None:
    row = {"rendezvous": bytes(16), "role": "new", "number": 1, "sealed": b"sealed", "expires": expires}
    connection.execute(insert(rendezvous).values(row))


def left(connection: Connection) -> list[int]:
    tables = (challenges, sessions, rendezvous, invitations, proposals)
    return [connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables]


async def test_what_is_over_goes_and_a_second_round_changes_nothing(settings: Settings) -> None:
    async with evening(settings) as friday:
        ada, couple, database = friday.ada, friday.couple, friday.app.state.duolog.database
        await database.write(leave_rendezvous, FRIDAY + 600)
        await friday.http.post("/v1/challenges", json={"keyholder": encode_b64(bytes(32))})
        body, _ = half_signed(couple.change("rotate", [ada], fresh=True), ada)
        await ada.post(f"{couple.path}/proposals", body)
        invitation = {
            "invitation": encode_b64(bytes(16)),
            "sealed": encode_b64(bytes(64)),
            "expires_at": FRIDAY + 1000,
        }
        assert (await ada.post(f"{couple.path}/invitations", invitation)).status_code == 201
        assert not any((await friday.retain()).values())
        assert await database.read(left) == [1, 2, 1, 1, 1]
        for now, expected in (
            (FRIDAY + 600, {"challenges": 1, "rendezvous": 1}),
            (FRIDAY + 14 * DAY + 1, {"proposals": 1}),
            (FRIDAY + 14 * DAY + 1000, {"invitations": 1}),
            (FRIDAY + 30 * DAY, {"sessions": 2}),
        ):
            friday.clock[0] = now
            assert {name: count for name, count in (await friday.retain()).items() if count} == expected
            assert not any((await friday.retain()).values())
        assert await database.read(left) == [0] * 5


async def test_a_journal_that_came_only_in_part_is_given_up(settings: Settings) -> None:
    async with evening(settings) as friday:
        eve, adam, database = Person(friday.http), Person(friday.http), friday.app.state.duolog.database
        assert (await bring(eve)).status_code == 201
        there = Elsewhere(Diary(eve))
        there.push(there.diary.add(adam, [eve]))
        whole = Elsewhere(Diary(eve))
        assert (await whole.carry(eve)).status_code == 201
        for now in (FRIDAY, FRIDAY + 10 * DAY):  # the same part again: somebody is still at it
            friday.clock[0] = now
            assert (await there.carry(eve, 1, 2)).status_code == 201
        friday.clock[0] = FRIDAY + 24 * DAY - 1
        assert "parts given up" not in {name for name, count in (await friday.retain()).items() if count}
        friday.clock[0] += 1
        assert (await friday.retain())["parts given up"] == 1
        assert not any((await friday.retain()).values())
        assert await database.read(rows_of, there.diary.journal) == 0
        assert await database.read(links, adam.account) == 0
        assert await database.read(rows_of, whole.diary.journal) > 0
        assert (await there.carry(eve)).status_code == 201


async def test_a_part_of_which_no_time_is_known_waits_from_now_on(settings: Settings) -> None:
    """An older server beside this one writes none."""
    async with evening(settings) as friday:
        eve, database = Person(friday.http), friday.app.state.duolog.database
        assert (await bring(eve)).status_code == 201
        there = Elsewhere(Diary(eve))
        there.push(there.diary.entry(eve))
        assert (await there.carry(eve, 1, 1)).status_code == 201
        await database.write(lambda connection: connection.execute(update(carried).values(touched=None)).rowcount)
        friday.clock[0] = FRIDAY + 30 * DAY
        assert (await friday.retain())["parts given up"] == 0
        friday.clock[0] += 14 * DAY
        assert (await friday.retain())["parts given up"] == 1


async def test_two_servers_at_once_do_everything_once(settings: Settings) -> None:
    async with evening(settings) as friday:
        await friday.ada.put(f"{friday.couple.path}/closing", closing(friday.couple, friday.ada, FRIDAY + 1))
        friday.clock[0] = FRIDAY + 1
        rounds = await asyncio.gather(friday.retain(), friday.retain())
        assert sorted(counts["journals closed"] for counts in rounds) == [0, 1]
        assert (await friday.couple.pull(friday.sam)).seq == friday.couple.state.seq + 1


async def test_a_running_server_does_it_by_itself_and_survives_a_failure(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    done = asyncio.Event()
    rounds: list[int] = []

    async def failing_once(*arguments: object) -> Counts:
        rounds.append(1)
        if len(rounds) == 1:
            raise OperationalError("a statement with a canary in it", {}, Exception("canary"))
        done.set()
        return {"sessions": 3}

    monkeypatch.setattr(job, "retain", failing_once)
    monkeypatch.setattr("app.retention.job.random.uniform", lambda low, high: 0.0)
    async with running(settings.model_copy(update={"retention_seconds": 1})):
        await asyncio.wait_for(done.wait(), 10)
    told = capsys.readouterr().out + capsys.readouterr().err
    assert "retention failed" in told
    assert "OperationalError" in told
    assert "canary" not in told


async def test_zero_turns_it_off(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[int] = []
    monkeypatch.setattr(job, "_rounds", lambda _: started.append(1))
    async with running(settings):
        assert started == []


def test_the_command_prints_plain_counts(tmp_path: Path) -> None:
    command(tmp_path, "migrate")
    for _ in range(2):
        result = command(tmp_path, "retain")
        assert (result.returncode, result.stderr) == (0, "")
        assert {line.rsplit(None, 1)[1] for line in result.stdout.splitlines()} == {"0"}
        assert result.stdout.startswith("journals closed")
