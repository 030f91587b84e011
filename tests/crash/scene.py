"""A scene of an evening: a server and homes in one folder, of which a copy can be kept and brought back."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
from fastapi import FastAPI

from app.logs import configure_logs
from app.main import create_app
from app.settings import Settings
from duolog.client import Duolog, HttpTransport
from duolog.errors import HomeError, NotAllowed
from tests.client.couple import UNLOCK, Clock
from tests.conftest import ORIGIN, migrate_database

Acting = Callable[["Scene"], Awaitable[None]]


@dataclass
class Scene:
    """The folder of an evening, and what people have told each other in it, such as a link or words.

    Each home is a folder of it; `shared` are the homes whose views must be equal.
    """

    folder: Path
    app: FastAPI
    notes: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def new(cls, folder: Path) -> Scene:
        """An empty scene with a migrated server, which doesn't run."""
        server = folder / "server"
        server.mkdir(parents=True)
        database = f"sqlite:///{server / 'duolog.db'}"
        migrate_database(database)
        settings = Settings(
            data=server,
            database=database,
            origin=ORIGIN,
            log_level="error",
            body_processes=0,
            retention_seconds=0,
            rate_anonymous="100000/minute",
            rate_register="100000/minute",
            rate_login="100000/minute",
            rate_rendezvous="100000/minute",
            rate_large="100000/minute",
            rate_session="100000/minute",
        )
        return cls(folder, create_app(settings, Clock()))

    def keep(self, place: Path) -> None:
        """Keep a copy of everything."""
        (self.folder / "notes.json").write_text(json.dumps(self.notes))
        shutil.copytree(self.folder, place)

    def bring_back(self, place: Path) -> None:
        """Bring a copy back."""
        shutil.rmtree(self.folder)
        shutil.copytree(place, self.folder)
        self.notes = json.loads((self.folder / "notes.json").read_text())

    def play(self, *acts: Acting) -> None:
        """Do these acts with a running server; what they noted is kept in the folder."""

        configure_logs(self.app.state.duolog.settings)

        async def played() -> None:
            async with self.app.router.lifespan_context(self.app):
                for act in acts:
                    await act(self)

        asyncio.run(played())
        (self.folder / "notes.json").write_text(json.dumps(self.notes))

    def read_notes(self) -> None:
        """Take over what another process noted."""
        self.notes = json.loads((self.folder / "notes.json").read_text())

    @property
    def network(self) -> HttpTransport:
        """A new connection to the server."""
        return HttpTransport(ORIGIN, network=httpx2.ASGITransport(self.app))

    @property
    def journal(self) -> bytes:
        """The journal that both share."""
        return bytes.fromhex(self.notes["journal"])

    def home(self, name: str) -> Path:
        """The folder of a home."""
        return self.folder / name

    async def has_account(self, name: str) -> bool:
        """Whether a home has an account that can be opened."""
        try:
            async with self.opened(name):
                return True
        except (HomeError, NotAllowed):
            return False

    @asynccontextmanager
    async def opened(self, name: str) -> AsyncIterator[Duolog]:
        """Somebody's program."""
        opened = await Duolog.open(home=self.home(name), unlock=UNLOCK, server=self.network, clock=Clock())
        async with opened:
            yield opened

    async def agree(self, *names: str) -> None:
        """Everybody syncs until nothing is new; then all see the same, nothing waits and nothing is there twice."""
        async with AsyncExitStack() as stack:
            people = [await stack.enter_async_context(self.opened(name)) for name in names]
            for _ in range(5):
                reports = [await person.sync() for person in people]
                if not any(report.delivered or any(report.new.values()) for report in reports):
                    break
            for person, report in zip(people, reports, strict=True):
                assert not report.problems, report.problems
                assert not report.frozen
                assert not report.delivered, "it goes on and on"
                assert not any(journal.waiting or journal.unreadable for journal in await person.journals())
            views = [await _view(person) for person in people]
            for view in views[1:]:
                assert view == views[0]


async def _view(person: Duolog) -> dict[bytes, Any]:
    """Of each journal that somebody shares: its head, and all entries with their words."""
    heads = {one.journal: (one.seq, one.words) for one in (await person.heads()).journals}
    found: dict[bytes, Any] = {}
    for journal in await person.journals():
        entries = await person.timeline(journal.id)
        ids = [one.entry for one in entries]
        assert len(ids) == len(set(ids))
        found[journal.id] = (
            heads[journal.id],
            [
                (one.entry, one.seq, one.author, one.kind, one.body, one.hidden is not None, one.without_effect)
                for one in entries
            ],
        )
    return found
