"""Streams over real connections, and from real processes."""

import asyncio
import signal
import time
from contextlib import ExitStack
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI

from app.commands.serve import GRACE_SECONDS
from app.settings import Settings
from app.state import State
from app.waking.hub import Listener
from tests.app.people import Diary, Person
from tests.app.raw import Served, Wire, served, until
from tests.conftest import http_client, running
from tools.local_server import LocalServer

PATIENCE = 60  # seconds after which a test gives up
STREAMS = 4
WAKES = 1000  # told at once, before the loop looks at connections again

Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


def request(person: Person) -> bytes:
    """A request for events."""
    return f"GET /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: {person.headers['authorization']}\r\n\r\n".encode()


async def listen(origin: str, person: Person) -> Ends:
    """A stream whose first events have come."""
    host, _, port = origin.removeprefix("http://").partition(":")
    async with asyncio.timeout(PATIENCE):
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(request(person))
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 ")
        await reader.readuntil(b"\n\n")
    return reader, writer


async def person_at(origin: str) -> Person:
    """A registered account with a session."""
    person = Person(httpx2.AsyncClient(base_url=origin, timeout=PATIENCE))
    assert (await person.http.post("/v1/accounts", json=person.registration())).status_code == 201
    assert (await person.log_in(origin=origin)).status_code == 201
    return person


async def stream_of(app: FastAPI, server: Served, person: Person) -> Wire:
    """A stream that the server has begun, of which nothing is read."""
    before = len(app.state.duolog.hub)
    wire = await server.connect()
    await wire.send(request(person))
    await until(lambda: len(app.state.duolog.hub) > before)
    return wire


async def test_a_stop_ends_open_streams_at_once(sqlite_template: Path, tmp_path: Path) -> None:
    with LocalServer(tmp_path / "server", template=sqlite_template, listeners_account="50") as server:
        ada = await person_at(server.origin)
        streams = list[Ends]()
        for number in range(STREAMS):
            if number % 2 == 0:  # a session has two
                await ada.log_in(origin=server.origin)
            streams.append(await listen(server.origin, ada))
        begun = time.monotonic()
        server.signal(signal.SIGTERM)
        async with asyncio.timeout(PATIENCE):
            ends = [await reader.read() for reader, _ in streams]
        assert all(end.endswith(b"0\r\n\r\n") for end in ends)  # whole, so that no client takes it for a fault
        assert await asyncio.to_thread(server.wait) == 0
        assert time.monotonic() - begun < GRACE_SECONDS
        for _, writer in streams:
            writer.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_reader_that_never_reads_is_cut_off_and_costs_little(settings: Settings) -> None:
    settings = settings.model_copy(update={"unread_seconds": 1})
    async with running(settings) as app, http_client(app) as http, served(app, settings) as server:
        ada, hub = await Person(http).register(), app.state.duolog.hub
        await stream_of(app, server, ada)
        (listener,) = hub._beats
        journal = ada.account_journal.journal
        await until(lambda: listener._begun)
        async with asyncio.timeout(PATIENCE):
            while not server.unsent:  # the system keeps some megabytes
                for _ in range(WAKES):
                    listener.wake([journal])
                await asyncio.sleep(0)
        for _ in range(WAKES):
            listener.wake([journal])
        assert server.unsent < 1024  # one event, at most, waits in the server
        await until(lambda: len(hub) == 0)
        await until(lambda: len(server.connections) == 0)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_a_stream_says_at_once_comes_behind_its_head(
    app: FastAPI, settings: Settings, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def at_once(_: State, listener: Listener, __: str) -> None:
        assert listener._line is not None
        listener._line.write(b": at once\n\n")

    monkeypatch.setattr("app.events.service.begin", at_once)
    async with served(app, settings) as server:
        wire = await stream_of(app, server, ada)
        app.state.duolog.hub.end()
        head, _, body = (await wire.rest()).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 ")
        assert b": at once" in body


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_listener_that_goes_on_asking_is_cut_off(app: FastAPI, settings: Settings, ada: Person) -> None:
    async with served(app, settings) as server:
        wire = await stream_of(app, server, ada)
        await wire.send(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
        assert await wire.ended()
        assert len(app.state.duolog.hub) == len(server.connections) == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_listener_that_leaves_is_forgotten_and_counts_no_more(
    app: FastAPI, settings: Settings, ada: Person
) -> None:
    async with served(app, settings) as server:
        wire = await stream_of(app, server, ada)
        assert len(server.connections) == len(server.transports) == 1
        await wire.close()
        await until(lambda: not server.transports)
        assert len(app.state.duolog.hub) == len(server.connections) == 0


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_push_at_one_process_wakes_a_listener_at_another(database_url: str, tmp_path: Path) -> None:
    common = {"receipt_key_file": str(tmp_path / "receipt.key"), "event_seconds": "60"}  # so it hears by notices alone
    with ExitStack() as stack:
        one, two = (
            stack.enter_context(LocalServer(tmp_path / name, database=database_url, **common))
            for name in ("one", "two")
        )
        ada, sam = await person_at(one.origin), await person_at(one.origin)
        diary = await (await Diary(ada).create()).make_couple(sam)
        reader, writer = await listen(two.origin, sam)
        for _ in range(3):
            assert (await diary.push(ada, diary.entry(ada))).status_code == 201
            async with asyncio.timeout(PATIENCE / 2):
                while f'"seq":{diary.state.seq}}}'.encode() not in await reader.readuntil(b"\n\n"):
                    pass
        writer.close()
