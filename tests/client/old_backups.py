"""A server in memory whose operator takes backups and puts them back, and the people who use it meanwhile."""

import shutil
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import create_engine, make_url, text
from starlette.types import Receive, Scope, Send

from app.auditing.service import audit
from app.database import Database
from app.restoring.marker import marker_file
from app.restoring.service import mark_restored
from app.schema import migration_engine
from app.settings import Settings
from app.state import State
from duolog.client import Duolog, HttpTransport
from tests.client.couple import UNLOCK, Clock
from tests.conftest import ORIGIN, running


class Machine:
    """One server, on and off; its database, and copies of it. The homes of the people reach whatever runs here now."""

    def __init__(self, settings: Settings, clock: Clock, folder: Path, postgres: str | None) -> None:
        self.settings, self.clock = settings, clock
        self.app: FastAPI | None = None
        self._folder, self._postgres, self._stack = folder, postgres, AsyncExitStack()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.app is None:
            raise httpx2.ConnectError("the machine is off")
        await self.app(scope, receive, send)

    @property
    def database(self) -> Database:
        return self.state.database

    @property
    def state(self) -> State:
        assert self.app is not None
        found: State = self.app.state.duolog
        return found

    async def start(self) -> None:
        self.app = await self._stack.enter_async_context(running(self.settings, self.clock))

    async def stop(self) -> None:
        self.app = None
        await self._stack.aclose()

    async def back_up(self, name: str) -> None:
        """Copy the database, and nothing else, while the server stands still."""
        await self.stop()
        if self._postgres is None:
            shutil.copy(_file(self.settings), self._folder / name)
        else:
            live = make_url(self.settings.database_url).database
            self._sql(f"CREATE DATABASE {live}_{name} TEMPLATE {live}")
        await self.start()

    async def put_back(self, name: str, *, noticed: bool = True) -> None:
        """Put a copy in the database's place. `noticed`: SQLite's marker tells the server, or the operator does."""
        await self.stop()
        if self._postgres is None:
            file, marker = _file(self.settings), marker_file(self.settings)
            for beside in file.parent.glob(f"{file.name}-*"):
                if beside != marker:
                    beside.unlink()
            shutil.copy(self._folder / name, file)
            if not noticed and marker is not None:
                marker.unlink()
                _forget_marker(file)
        else:
            live = make_url(self.settings.database_url).database
            self._sql(f"DROP DATABASE {live}")
            self._sql(f"CREATE DATABASE {live} TEMPLATE {live}_{name}")
        await self.start()
        if noticed and self._postgres is not None:
            await self.database.write(mark_restored, self.clock.now)

    def faults(self) -> int:
        """How many faults an audit of the database finds: every chain is verified, with its receipts."""
        engine = migration_engine(self.settings)
        try:
            keys = tuple(known.key for known in self.state.receipts.keys)
            return audit(engine.connect, keys, lambda _: None).count
        finally:
            engine.dispose()

    def _sql(self, statement: str) -> None:
        url = make_url(self._postgres or "").set(drivername="postgresql+psycopg")
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()

    async def register(self, home: Path | None = None) -> tuple[Duolog, str]:
        new = await Duolog.register(self.line(), home=home, unlock=UNLOCK, clock=self.clock)
        return new.duolog, " ".join(new.words)

    def line(self) -> HttpTransport:
        """A transport to whatever runs here."""
        return HttpTransport(ORIGIN, network=httpx2.ASGITransport(self))


def machine_of(request: pytest.FixtureRequest, settings: Settings, clock: Clock, folder: Path) -> Machine:
    """A machine with these settings; not running yet."""
    is_file = settings.database_url.startswith("sqlite")
    postgres: Callable[[str], str] = request.getfixturevalue
    return Machine(settings, clock, folder, None if is_file else postgres("postgres_server"))


def _file(settings: Settings) -> Path:
    return Path(make_url(settings.database_url).database or "")


def _forget_marker(file: Path) -> None:
    """As in a copy of the whole machine: the file beside the database came with it."""
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM markers"))
    engine.dispose()
