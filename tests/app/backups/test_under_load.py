"""A backup that is made while a real server process writes: every chain verifies, and nothing older is missing."""

import asyncio
import sqlite3
from pathlib import Path

import httpx2
import pytest

from tests.app.operating import Operator
from tests.app.people import Diary, Person
from tools.local_server import LocalServer

RATES = dict.fromkeys(("rate_anonymous", "rate_register", "rate_login", "rate_session"), "1000000/minute")


async def person(origin: str, http: httpx2.AsyncClient) -> Person:
    one = Person(http)
    assert (await http.post("/v1/accounts", json=one.registration())).status_code == 201
    assert (await one.log_in(origin=origin)).status_code == 201
    return one


class Writer:
    """Pushes to one journal until it is told to stop. `acknowledged`: the last seq that the server has accepted."""

    def __init__(self, ada: Person, diary: Diary) -> None:
        self.ada, self.diary = ada, diary
        self.acknowledged, self.slowest, self.stopped = 0, 0.0, False

    async def write(self) -> None:
        loop = asyncio.get_running_loop()
        while not self.stopped:
            began = loop.time()
            answer = await self.diary.push(self.ada, *(self.diary.entry(self.ada) for _ in range(3)))
            assert answer.status_code == 201, answer.text
            self.slowest = max(self.slowest, loop.time() - began)
            self.acknowledged = answer.json()["places"][-1]["seq"]


@pytest.mark.parametrize(
    ("journals", "backups", "before"),
    [
        pytest.param(2, 1, 20, id="small"),
        pytest.param(6, 5, 600, id="large", marks=[pytest.mark.slow, pytest.mark.timeout(900)]),
    ],
)
async def test_a_backup_under_load_holds_all_that_was_acknowledged_before_it(
    sqlite_template: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    journals: int,
    backups: int,
    before: int,
) -> None:
    limits = {"entries_per_day": "1000000", "journals_per_day": "1000", "body_processes": "0"}
    with LocalServer(tmp_path / "server", template=sqlite_template, **RATES, **limits) as server:
        operator = Operator(tmp_path / "server", monkeypatch, capsys)
        async with httpx2.AsyncClient(base_url=server.origin, timeout=60) as http:
            ada = await person(server.origin, http)
            writers = [Writer(ada, await Diary(ada).create()) for _ in range(journals)]
            writing = [asyncio.create_task(writer.write()) for writer in writers]
            held = []
            for number in range(backups):
                while sum(writer.acknowledged for writer in writers) < before * (number + 1):
                    await asyncio.sleep(0.01)
                    assert not any(task.done() for task in writing)
                acknowledged = {writer.diary.journal: writer.acknowledged for writer in writers}
                backup = tmp_path / f"backup-{number}"
                assert await asyncio.to_thread(operator.run, "backup", str(backup)) == 0, operator.err
                held.append((backup, acknowledged))
            for writer in writers:
                writer.stopped = True
            await asyncio.gather(*writing)
        refused = await asyncio.to_thread(operator.refused, "restore", str(held[0][0]))
        assert "A server or another program uses the database" in refused
    assert max(writer.slowest for writer in writers) < 10, "the backup held up the writer"
    for backup, acknowledged in held:
        elsewhere = Operator(tmp_path / f"from-{backup.name}", monkeypatch, capsys)
        assert elsewhere.run("restore", str(backup)) == 0, elsewhere.err
        assert elsewhere.faults() == []
        assert ends(elsewhere.data / "duolog.db", acknowledged) == []


def ends(database: Path, acknowledged: dict[bytes, int]) -> list[bytes]:
    """The journals that end before what was acknowledged."""
    with sqlite3.connect(database) as connection:
        found = dict(connection.execute("SELECT journal, seq FROM journals").fetchall())
    return [journal for journal, seq in acknowledged.items() if found[journal] < seq]
