"""Ada and Sam at a server in memory, and every place around them in which a word could be kept."""

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from fastapi import FastAPI

from app.settings import Settings
from duolog.client import Duolog, HttpTransport
from duolog.client.log import kept_states
from duolog.client.looking import search
from tests.canaries.places import Recording, files_of
from tests.client.couple import UNLOCK, Clock, pair
from tests.conftest import ORIGIN, running


@dataclass
class Evening:
    """Ada and Sam, and all places around them."""

    app: FastAPI
    ada: Duolog
    sam: Duolog
    journal: bytes
    folder: Path
    traffic: dict[str, Recording]
    clock: Clock
    log: pytest.LogCaptureFixture
    printed: pytest.CaptureFixture[str]

    def places(self) -> dict[str, bytes]:
        """Everything but the files that somebody asked for."""
        printed = self.printed.readouterr()
        said = {"logs": (self.log.text + printed.out + printed.err).encode()}
        heard = {f"traffic of {name}": bytes(one.sent + one.answered) for name, one in self.traffic.items()}
        files = files_of(*(self.folder / name for name in ("server", "ada", "sam", "kim", "tmp")))
        return files | heard | said

    async def sync(self) -> None:
        for person in (self.ada, self.sam, self.ada, self.sam):
            await person.sync()


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Segments and snapshots come early, so that a short evening has all of them."""
    monkeypatch.setattr(search, "SEGMENT", 32)
    monkeypatch.setattr(kept_states, "KEPT_EVERY", 1)


@pytest.fixture
async def evening(
    settings: Settings,
    tmp_path: Path,
    small_parts: None,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> AsyncIterator[Evening]:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    caplog.set_level(logging.DEBUG)
    clock = Clock()
    async with running(settings, clock) as app:
        traffic = {name: Recording(app) for name in ("ada", "sam")}
        hers, his = [
            await Duolog.register(HttpTransport(ORIGIN, network=one), home=tmp_path / name, unlock=UNLOCK, clock=clock)
            for name, one in traffic.items()
        ]
        async with hers.duolog as ada, his.duolog as sam:
            journal = await pair(ada, sam)
            yield Evening(app, ada, sam, journal, tmp_path, traffic, clock, caplog, capfd)
