"""Story 5: from a library computer Ada exports, schedules the closing for Friday, and goes on writing.

Two worlds begin as copies of one: the same database, the same homes. In one Ada leaves, in the other she only writes.
Sam's client is recorded in both. Whatever draws randomness takes it from a stream that belongs to who is acting, so
that the worlds can be compared byte for byte. Notes stand in for the check-ins that don't exist yet.
"""

from __future__ import annotations

import hashlib
import itertools
import secrets
import shutil
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import create_engine, make_url, text

from app.retention.service import retain
from app.settings import Settings
from duolog.api.common import REQUEST_HEADER
from duolog.api.pages import parse_page
from duolog.client import Duolog
from duolog.client.export.verify_export import ProvenExport, verify_export
from duolog.client.server.transport import Transport
from duolog.errors import DuologError, NotAllowed, ServerRefused
from duolog.protocol.codec import encode_b64
from duolog.protocol.log import EntryItem
from tests.client.couple import UNLOCK, Clock, pair, transport
from tests.conftest import running

MONDAY = 1_795_424_400  # Unix seconds
DAY = 24 * 3600
FRIDAY = MONDAY + 4 * DAY
PRIVATE = "I am afraid, and I am going."
CHECK_INS = ("Tired, and thankful for the call.", "A quiet day.", "I slept well.")


class Streams:
    """Randomness by who is acting: the same person doing the same things draws the same bytes."""

    def __init__(self) -> None:
        self._actor = "nobody"
        self._drawn: dict[str, Iterator[int]] = {}

    def token_bytes(self, size: int | None = None) -> bytes:
        """As `secrets.token_bytes`."""
        # What seals the home's own database never leaves it, and its count must not move anything else.
        stream = f"{self._actor}, in {sys._getframe(1).f_globals['__name__']}"
        number = next(self._drawn.setdefault(stream, itertools.count()))
        return hashlib.shake_256(f"{stream}: {number}".encode()).digest(size or 32)

    @contextmanager
    def acting(self, actor: str) -> Iterator[None]:
        """What is drawn inside is this actor's; one acts at a time."""
        before, self._actor = self._actor, actor
        try:
            yield
        finally:
            self._actor = before


class Recorder(httpx2.AsyncBaseTransport):
    """Keeps every answer that a client gets, to the last byte."""

    def __init__(self, app: FastAPI) -> None:
        self._inner = httpx2.ASGITransport(app)
        self.answers: list[tuple[str, str, int, tuple[tuple[bytes, bytes], ...], bytes]] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        response = await self._inner.handle_async_request(request)
        body = await response.aread()
        # The request's own id, which the answer repeats, is drawn anew each time.
        headers = tuple(pair for pair in response.headers.raw if pair[0].lower() != REQUEST_HEADER.lower().encode())
        self.answers.append((request.method, request.url.path, response.status_code, headers, body))
        return httpx2.Response(response.status_code, headers=response.headers.raw, content=body)


@dataclass
class Beginning:
    """Where both worlds begin: folders to copy, and what Ada knows by heart."""

    settings: Settings
    folder: Path
    journal: bytes
    private: bytes
    words: tuple[str, ...]
    copy_database: Callable[[Path], str]


@dataclass
class World:
    """One of the two: its server, its people, its clock."""

    app: FastAPI
    settings: Settings
    clock: Clock
    streams: Streams
    phone: Duolog
    sam: Duolog
    recorder: Recorder
    library: Duolog | None = None
    exported: list[ProvenExport] = field(default_factory=list)

    @property
    def ada(self) -> Duolog:
        assert self.library is not None
        return self.library

    async def retention(self) -> None:
        """The server's own step."""
        state = self.app.state.duolog
        await retain(state.database, state.store, state.settings, state.receipts, self.clock())


@pytest.fixture
async def beginning(settings: Settings, request: pytest.FixtureRequest, tmp_path: Path) -> Beginning:
    """Ada with a phone and a private journal, Sam, and their journal; then everything is closed."""
    clock, folder = Clock(MONDAY - 10 * DAY), tmp_path / "beginning"
    async with running(settings, clock) as app:
        hers = await Duolog.register(transport(app), home=folder / "ada", unlock=UNLOCK, clock=clock)
        his = await Duolog.register(transport(app), home=folder / "sam", unlock=UNLOCK, clock=clock)
        async with hers.duolog as ada, his.duolog as sam:
            journal = await pair(ada, sam)
            private = await ada.create_journal()
            await ada.write(private, "note", {"text": PRIVATE})
            await ada.write(journal, "profile", {"display_name": "Ada"})
            await sam.write(journal, "profile", {"display_name": "Sam"})
            await ada.sync()
            await sam.sync()
    names = itertools.count()

    def copied_database(data: Path) -> str:
        if not settings.database or settings.database.startswith("sqlite"):
            return f"sqlite:///{data / 'duolog.db'}"
        server: str = request.getfixturevalue("postgres_server")
        url = make_url(server).set(drivername="postgresql+psycopg")
        name, source = f"story_5_{tmp_path.name[-8:]}_{next(names)}".lower(), make_url(settings.database).database
        admin = create_engine(url, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{source}"'))
        admin.dispose()
        return make_url(server).set(database=name).render_as_string(hide_password=False)

    return Beginning(settings, folder, journal, private, tuple(hers.words), copied_database)


@asynccontextmanager
async def world(begun: Beginning, folder: Path, streams: Streams) -> AsyncIterator[World]:
    """A copy of the beginning, on Monday morning."""
    data = folder / "server"
    shutil.copytree(begun.settings.data, data)
    shutil.copytree(begun.folder, folder / "homes")
    url = begun.copy_database(data)
    # Anew, and not by a copy: settings remember what they have filled in.
    settings = Settings(**begun.settings.model_dump(exclude_unset=True) | {"data": data, "database": url})
    clock = Clock(MONDAY)
    async with running(settings, clock) as app:
        recorder = Recorder(app)
        with streams.acting("sam"):
            sam = await Duolog.open(home=folder / "homes/sam", unlock=UNLOCK, server=transport(recorder), clock=clock)
        phone = await Duolog.open(home=folder / "homes/ada", unlock=UNLOCK, server=transport(app), clock=clock)
        async with sam, phone:
            yield World(app, settings, clock, streams, phone, sam, recorder)


async def week(begun: Beginning, here: World, *, leaves: bool, folder: Path) -> None:
    """Monday to Thursday: the same posts in both worlds, and in one of them Ada prepares to leave."""
    streams = here.streams
    with streams.acting("sam"):
        await here.sam.sync()
    with streams.acting("ada"):
        here.library = await Duolog.restore(
            transport(here.app), begun.words, home=None, unlock=UNLOCK, clock=here.clock
        )
        await here.ada.sync()
    if leaves:
        with streams.acting("ada, unseen"):
            await here.ada.export(folder / "hers.json")
            leaving = here.ada.leaving(begun.journal)
            await leaving.schedule(FRIDAY, ends=await leaving.other_devices())
    for day, words in enumerate(CHECK_INS):
        here.clock.now = MONDAY + day * DAY + 3600
        with streams.acting("ada"):
            await here.ada.sync()
        with streams.acting(f"ada, writing on day {day}"):
            assert (await here.ada.write(begun.journal, "note", {"text": words})).delivered
        if leaves:
            with streams.acting("ada, unseen"):
                await here.ada.write(begun.private, "note", {"text": f"{PRIVATE} {day}"})
            await here.retention()
        here.clock.now += 3600
        with streams.acting("sam"):
            await here.sam.sync()
            assert (await here.sam.write(begun.journal, "note", {"text": f"Answer {day}"})).delivered


def check(path: Path) -> ProvenExport:
    with path.open("rb") as file:
        return verify_export(file)


async def test_leaving_safely(beginning: Beginning, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = []
    for leaves in (False, True):
        streams, folder = Streams(), tmp_path / ("leaving" if leaves else "twin")
        monkeypatch.setattr(secrets, "token_bytes", streams.token_bytes)
        async with world(beginning, folder, streams) as here:
            await week(beginning, here, leaves=leaves, folder=folder)
            answers.append(list(here.recorder.answers))
            if leaves:
                assert len(answers[0]) > 12
                assert answers[0] == answers[1], "Sam's client was answered another byte than in the twin run"
                await friday(beginning, here, folder)
                await afterwards(beginning, here, folder)
            await here.ada.close()


async def friday(begun: Beginning, here: World, folder: Path) -> None:
    """The server closes; the phone is out at once; Sam is told that it is closed, and nothing more."""
    here.clock.now = FRIDAY
    await here.retention()
    written = await here.sam.write(begun.journal, "note", {"text": "Where are you?"})
    assert not written.delivered
    assert str(written.problem) == "This journal is closed."
    await here.sam.sync()
    assert (await here.sam.journal(begun.journal)).closed
    with pytest.raises(NotAllowed, match="closed"):
        await here.sam.write(begun.journal, "note", {"text": "Where are you?"})
    with pytest.raises(DuologError) as refused:
        await here.phone.sync()
    assert isinstance(refused.value, ServerRefused)
    await here.ada.sync()
    assert (await here.ada.journal(begun.journal)).closed
    assert await here.ada.leaving(begun.journal).waiting() is None
    kinds = [item.kind for item in here.ada._context.identity.newest_set.keyholders]
    assert kinds == ["recovery_sheet"]  # her keys have moved on without the phone

    hers = check(folder / "hers.json")
    assert {item.journal for item in hers.journals} == {begun.journal, begun.private}
    await here.sam.export(folder / "his.json")
    his = check(folder / "his.json")
    assert [item.journal for item in his.journals] == [begun.journal]
    assert his.journals[0].closed
    seen = b"".join(answer[-1] for answer in here.recorder.answers) + (folder / "his.json").read_bytes()
    for trace in (begun.private, PRIVATE.encode()):
        for form in (trace, trace.hex().encode(), encode_b64(trace).encode()):
            assert form not in seen


async def afterwards(begun: Beginning, here: World, folder: Path) -> None:
    """Both read on; when both have let go, the server has nothing left of it."""
    texts = [item.body["text"] for item in await here.sam.timeline(begun.journal) if item.kind == "note" and item.body]
    assert set(CHECK_INS) <= set(texts)
    blobs: list[bytes] = [
        placed.item.blob
        for answer in here.recorder.answers
        if answer[:3] == ("GET", f"/v1/journals/{encode_b64(begun.journal)}/entries", 200)
        for push in parse_page(answer[-1]).pushes
        for placed in push.items
        if isinstance(placed.item, EntryItem) and placed.item.blob is not None
    ]
    assert blobs
    here.clock.now = FRIDAY + 29 * DAY
    await here.retention()
    assert (await here.ada._context.network.call(Transport.pull, begun.journal, 0)).pushes
    here.clock.now = FRIDAY + 31 * DAY
    await here.retention()
    with pytest.raises(ServerRefused):
        await here.ada._context.network.call(Transport.pull, begun.journal, 0)
    assert (await here.sam._context.network.call(Transport.pull, begun.journal, 0)).pushes
    await here.ada.sync()  # nothing is missed: she knows that it is closed
    await here.sam.leaving(begun.journal).let_go()
    await here.retention()
    await here.sam.sync()
    assert await here.sam.timeline(begun.journal)
    if here.settings.database and here.settings.database.startswith("sqlite"):
        files = [path.read_bytes() for path in sorted((folder / "server").glob("duolog.db*"))]
        assert files
        for blob in blobs:
            assert not any(blob[24:88] in data for data in files)
