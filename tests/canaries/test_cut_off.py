"""Canaries after the worst moments: a program killed halfway, a picture left open, a text that was taken back."""

from __future__ import annotations

import os
import secrets
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.retention.service import retain
from duolog.client import Duolog, HttpTransport, NewAttachment
from duolog.client.attachments.saving import free_place, save_content
from tests.canaries.conftest import Evening
from tests.canaries.places import files_of, hits
from tests.client.couple import UNLOCK
from tests.conftest import ORIGIN
from tests.imports.builders import day_one
from tools.local_server import LocalServer

ROOT = Path(__file__).resolve().parents[2]
WORD = f"kanarienvogel{secrets.token_hex(6)}"
DAY = 24 * 3600
ACTS = ("seal", "fetch", "save", "import", "open")
SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class Killed:
    """A home at a real server, and a program in it that is killed."""

    def __init__(self, folder: Path, server: LocalServer) -> None:
        self.folder, self._server = folder, server

    def run(self, act: str) -> subprocess.Popen[str]:
        arguments = [sys.executable, "-m", "tests.canaries.killed", act, self._server.origin, str(self.folder), WORD]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(self.folder / "tmp")}
        return subprocess.Popen(arguments, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)

    def done(self, act: str) -> None:
        assert self.run(act).wait(120) == 0

    def killed(self, act: str) -> None:
        program = self.run(act)
        assert program.stdout is not None
        assert program.stdout.readline() == "here\n"
        program.kill()
        program.wait(10)

    def places(self) -> dict[str, bytes]:
        return files_of(*(self.folder / name for name in ("home", "tmp", "server")))


@pytest.fixture(scope="module")
def home(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Killed]:
    folder = tmp_path_factory.mktemp("killed")
    for name in ("chosen", "tmp"):
        (folder / name).mkdir()
    (folder / "chosen" / "long.txt").write_text(f"{WORD}\n" * 200_000)
    audio = {"identifier": "S", "md5": "b" * 32, "format": "aac", "filename": WORD}
    sound = b"\0\0\0\x18ftypM4A " + WORD.encode() * 1000
    entry = {"uuid": WORD, "text": WORD, "audios": [audio]}
    day_one(folder / "chosen" / "diary.zip", [entry], {f"audios/{'b' * 32}.m4a": sound})
    rates = dict.fromkeys(("rate_large", "rate_session", "rate_anonymous"), "100000/minute")
    with LocalServer(folder / "server", template=sqlite_template, **rates) as server:
        killed = Killed(folder, server)
        killed.done("begin")
        yield killed


@pytest.mark.parametrize("act", ACTS)
def test_a_program_that_is_killed_leaves_nothing_to_read(home: Killed, act: str) -> None:
    home.killed(act)
    left = home.places()
    unsealed = [path for path in left if "/opened/" in path]
    assert bool(unsealed) == (act == "open")  # what its owner is looking at just now
    assert not hits([WORD], {path: data for path, data in left.items() if path not in unsealed})
    waits = [path for path in left if path.endswith(".out")]
    assert bool(waits) == (act in ("seal", "import")), "it was not killed halfway"
    parts = list((home.folder / "chosen").glob(".*.part"))
    assert bool(parts) == (act == "save"), "it was not killed halfway"
    assert all(part.stat().st_mode & 0o777 == 0o600 for part in parts)  # in its owner's folder, for nobody else to read

    home.done("again")
    save_content([b"the next"], free_place(home.folder / "chosen", f"next to {act}.txt"))
    assert not list((home.folder / "chosen").glob(".*"))
    after = home.places()
    assert not hits([WORD], after)
    assert not [path for path in after if path.endswith(".out") or "/opened/" in path]


@SQLITE
async def test_what_was_opened_goes_when_the_home_is_opened_next(evening: Evening) -> None:
    source = evening.folder / "chosen.txt"
    source.write_text(f"{WORD}\n" * 100)
    ada = evening.ada
    written = await ada.write(evening.journal, "note", {"text": WORD}, attachments=[NewAttachment(source)])
    [view] = await ada.attachments(evening.journal).list(written.entry)
    opened = await ada.attachments(evening.journal).open(written.entry, view.id)
    await ada.close()
    assert {hit.rpartition(" in ")[2].partition(":")[0] for hit in hits([WORD], evening.places())} == {str(opened)}
    network = HttpTransport(ORIGIN, network=evening.traffic["ada"])
    async with await Duolog.open(home=evening.folder / "ada", unlock=UNLOCK, server=network, clock=evening.clock):
        assert not hits([WORD], evening.places())
    assert not opened.parent.exists()


@SQLITE
async def test_what_was_taken_back_is_not_even_there_sealed(evening: Evening) -> None:
    """Ciphertext of a withdrawn text and of its file leaves the server's database, log and store, and both homes."""
    source = evening.folder / "chosen.txt"
    source.write_text(f"{WORD}\n" * 5000)
    ada, server = evening.ada, evening.app.state.duolog
    written = await ada.write(evening.journal, "note", {"text": WORD}, attachments=[NewAttachment(source)])
    assert written.delivered
    await evening.sync()
    for person in (evening.ada, evening.sam):
        assert await person.search(WORD)  # a segment has it
    [view] = await evening.sam.attachments(evening.journal).list(written.entry)
    await evening.sam.attachments(evening.journal).save(written.entry, view.id, evening.folder / "saved.txt")

    database = sqlite3.connect(evening.folder / "server" / "duolog.db")
    [(blob,)] = database.execute("SELECT blob FROM log WHERE entry = ?", (written.entry,)).fetchall()
    database.close()
    stored = [path.read_bytes() for path in (evening.folder / "server" / "attachments").rglob("*") if path.is_file()]
    assert stored
    pieces = [data[at : at + 48] for data in (blob, *stored) for at in range(0, len(data) - 48, 4096)]

    def holding() -> set[str]:
        places = files_of(*(evening.folder / name for name in ("server", "ada", "sam")))
        return {path for path, data in places.items() if any(piece in data for piece in pieces)}

    names = {Path(path).name for path in holding()}
    assert names & {"duolog.db", "duolog.db-wal"}
    assert names & {"log.sqlite", "log.sqlite-wal"}
    assert len(names) > 2, "the store's file is among them"
    await evening.ada.leaving(evening.journal).withdraw(written.entry)
    await evening.sync()
    evening.clock.now += 2 * DAY
    await retain(server.database, server.store, server.settings, server.receipts, server.now())
    await evening.sync()
    assert not holding()
    for person in (evening.ada, evening.sam):
        assert not await person.search(WORD)
        assert await person.attachments(evening.journal).list() == ()
    assert not hits([WORD], evening.places())
