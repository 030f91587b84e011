"""An honest evening over a real server in memory: what two clients send, what the server answers, what one exports."""

import asyncio
import atexit
import io
import os
import shutil
import tempfile
from collections.abc import Coroutine
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from fastapi import FastAPI

from app.main import create_app
from app.settings import Settings
from duolog.client.export.exporting import export
from hostile.liar import Answer, Attack, Call, Liar
from hostile.served import without_limits
from tests.attacks.people import ORIGIN, Couple, pair, register
from tests.conftest import MEMORY, migrate_database

T = TypeVar("T")


@dataclass
class Recorder(Attack):
    """An honest server that keeps every call with its answer."""

    calls: list[tuple[Call, Answer]] = field(default_factory=list)

    async def answer(self, call: Call, server: Liar) -> Answer:
        """Pass it on, and keep it."""
        given = await super().answer(call, server)
        self.calls.append((call, given))
        return given


@dataclass
class Evening:
    """A running server with Ada and Sam on it, and what was said."""

    app: FastAPI
    lifespan: object  # as long as it is kept, the server runs
    couple: Couple
    token: bytes
    calls: list[tuple[Call, Answer]]
    export: bytes


@cache
def _loop() -> asyncio.AbstractEventLoop:
    return asyncio.new_event_loop()


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine, on the one loop that the server of this process runs on."""
    return _loop().run_until_complete(coroutine)


@cache
def evening() -> Evening:
    """Made once in a process."""
    return run(_evening())


def server_settings() -> Settings:
    """A server on a fresh SQLite file in memory, with limits that nobody reaches."""
    given = "TMPDIR" in os.environ or not MEMORY.is_dir()
    data = Path(tempfile.mkdtemp(prefix="duolog-fuzz-", dir=None if given else MEMORY))
    address = f"sqlite:///{data / 'duolog.db'}"
    migrate_database(address)
    wide: Any = without_limits() | {"retention_seconds": 0}
    return Settings(data=data, database=address, origin=ORIGIN, **wide)


async def _evening() -> Evening:
    settings = server_settings()
    atexit.register(shutil.rmtree, settings.data, ignore_errors=True)
    app = create_app(settings)
    lifespan = app.router.lifespan_context(app)
    await lifespan.__aenter__()
    recorder = Recorder()
    people = [await register(Liar(app, recorder, lambda: app.state.duolog.receipts)) for _ in range(2)]
    ada, sam = people
    made = Couple(ada, sam, await pair(ada, sam))
    await _write(made)
    token = next(found for call, _ in reversed(recorder.calls) if (found := call.header(b"authorization")))
    out = io.BytesIO()
    export(ada.duolog._context, out, None)
    return Evening(app, lifespan, made, token, recorder.calls, out.getvalue())


async def _write(made: Couple) -> None:
    ada, sam, journal = made.ada.duolog, made.sam.duolog, made.journal
    await ada.write(journal, "profile", {"display_name": "Ada"})
    await made.ada.note(journal, "A quiet evening.")
    await sam.sync()
    await sam.boundaries(journal).propose({"topic": "time", "text": "Sundays are ours.", "binds": "both"})
    await made.settle()
    proposed = (await ada.boundaries(journal).list())[0]
    await ada.boundaries(journal).accept(proposed.entry)
    await made.settle()
