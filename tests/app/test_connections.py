"""Connections: what a bare socket can do to a server, and what it is told. Nothing is timed: deadlines are small."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI
from fastapi.responses import StreamingResponse

from app.connections import DISCARD, MAX_HEAD, MAX_HEADERS, MAX_PIPELINED
from app.settings import Settings
from tests.app.raw import Served, served, until

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

GET = b"GET /health HTTP/1.1\r\nHost: duolog.test\r\n\r\n"


@pytest.fixture
async def server(app: FastAPI, settings: Settings) -> AsyncIterator[Served]:
    async with served(app, settings) as running:
        yield running


async def test_a_request_is_answered_and_the_connection_goes_on(server: Served) -> None:
    wire = await server.connect()
    for _ in range(3):
        await wire.send(GET)
        assert await wire.answer() == 200


async def test_requests_at_once_on_one_connection_are_answered_in_order_up_to_a_few(server: Served) -> None:
    wire = await server.connect()
    await wire.send(GET * (1 + MAX_PIPELINED))
    assert [await wire.answer() for _ in range(1 + MAX_PIPELINED)] == [200] * (1 + MAX_PIPELINED)
    wire = await server.connect()
    await wire.send(GET * (MAX_PIPELINED + 3))
    assert await wire.ended()


@pytest.mark.parametrize(
    "head",
    [
        b"GET /" + b"a" * MAX_HEAD + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nX: " + b"a" * MAX_HEAD + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"X: a\r\n" * (MAX_HEADERS + 1) + b"\r\n",
    ],
    ids=["address", "header", "number"],
)
async def test_a_large_head_is_refused(server: Served, head: bytes) -> None:
    wire = await server.connect()
    await wire.send(head)
    assert await wire.answer() == 431
    assert await wire.ended()


@pytest.mark.parametrize(
    ("start", "more"),
    [
        (b"GET /", b"a"),
        (b"GET / HTTP/1.1\r\nX: ", b"a"),
        (b"GET / HTTP/1.1\r\n", b"X: a\r\n"),
        (b"POST /v1/challenges HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: ", b"a"),
    ],
    ids=["address", "header", "number", "trailer"],
)
async def test_a_head_without_end_is_refused_before_much_of_it_was_taken(
    server: Served, start: bytes, more: bytes
) -> None:
    wire = await server.connect()
    await wire.send(start)
    sent = 0
    try:
        while sent < 64 * MAX_HEAD and len(server.connections):
            await wire.send(more * (1024 // len(more)))
            sent += 1024
            await asyncio.sleep(0)
    except ConnectionError:
        pass
    assert await wire.ended()
    assert len(server.connections) == 0
    assert sent < 64 * MAX_HEAD


async def test_a_body_may_come_a_byte_at_a_time(server: Served) -> None:
    wire = await server.connect()
    await wire.send(
        b"POST /v1/challenges HTTP/1.1\r\nHost: x\r\n"
        b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    for _ in range(1500):
        await wire.send(b"1\r\n \r\n")
    await wire.send(b"0\r\n\r\n")
    assert await wire.answer() == 422


@pytest.mark.parametrize(
    ("limit", "sent"),
    [
        ("head_seconds", b""),
        ("head_seconds", b"GET /health HTTP/1.1\r\nX: "),
        ("request_seconds", b"POST /v1/challenges HTTP/1.1\r\nContent-Length: 10\r\n\r\n{"),
        ("idle_seconds", GET),
    ],
    ids=["nothing", "half a head", "half a body", "idle"],
)
async def test_what_does_not_go_on_ends(app: FastAPI, settings: Settings, limit: str, sent: bytes) -> None:
    async with served(app, settings.model_copy(update={limit: 1})) as server:
        wire = await server.connect()
        await wire.send(sent)
        assert await wire.ended()
        assert len(server.connections) == 0


async def test_blank_lines_keep_no_connection_open(app: FastAPI, settings: Settings) -> None:
    async with served(app, settings.model_copy(update={"head_seconds": 1})) as server:
        wire = await server.connect()
        await wire.send(GET)
        assert await wire.answer() == 200
        await wire.send(b"\r\n")
        assert await wire.ended()


async def test_an_answer_that_nobody_reads_ends(app: FastAPI, settings: Settings) -> None:
    @app.get("/long")
    async def long() -> str:
        return "x" * 64_000_000

    async with served(app, settings.model_copy(update={"unread_seconds": 1})) as server:
        wire = await server.connect()
        await wire.send(b"GET /long HTTP/1.1\r\nHost: x\r\n\r\n")
        await until(lambda: len(server.connections) == 0)


def serve_unread(app: FastAPI, server: Served) -> None:
    """An answer at `/unread` that fills what the system keeps for its caller, and leaves up to 16 KiB in the server."""

    async def parts() -> AsyncIterator[bytes]:
        while not server.unsent:
            yield b"x" * 16_384

    @app.get("/unread")
    async def unread() -> StreamingResponse:
        return StreamingResponse(parts())


UNREAD = b"GET /unread HTTP/1.1\r\nHost: x\r\n"
LAST = {
    "no request": b"garbage\r\n\r\n",
    "a large head": b"GET / HTTP/1.1\r\n" + b"X: a\r\n" * (MAX_HEADERS + 1) + b"\r\n",
    "nothing": b"",
}


@pytest.mark.parametrize("last", LAST.values(), ids=LAST)
@pytest.mark.parametrize("header", [b"", b"Connection: close\r\n"], ids=["goes on", "closes"])
async def test_the_least_rest_that_nobody_reads_ends(
    app: FastAPI, settings: Settings, header: bytes, last: bytes
) -> None:
    async with served(app, settings.model_copy(update={"unread_seconds": 1})) as server:
        serve_unread(app, server)
        wire = await server.connect()
        await wire.send(UNREAD + header + b"\r\n")
        await until(lambda: server.unsent > 0)
        await wire.send(last)
        await until(lambda: not server.transports)
        assert len(server.connections) == 0


@pytest.mark.parametrize("last", [LAST["no request"], LAST["a large head"]], ids=["no request", "a large head"])
async def test_a_connection_counts_until_its_descriptor_is_given_back(
    app: FastAPI, settings: Settings, last: bytes
) -> None:
    async with served(app, settings, most=1) as server:
        serve_unread(app, server)
        wire = await server.connect()
        await wire.send(UNREAD + b"\r\n")
        await until(lambda: server.unsent > 0)
        await wire.send(last)
        await until(lambda: server.transports[0].is_closing())
        assert len(server.connections) == 1
        new = await server.connect()
        await new.send(GET)
        assert await new.answer() == 200
        await until(lambda: len(server.transports) == 1)


async def test_a_connection_that_ends_in_the_middle_of_what_comes_is_discounted_once(server: Served) -> None:
    await server.connect()
    wire = await server.connect()
    await wire.send(b"POST /nothing HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
    assert await wire.answer() == 404
    await wire.send(b"%x\r\n" % DISCARD + bytes(DISCARD) + b"\r\n")
    await wire.send(b"1\r\n \r\n0\r\n\r\n")
    assert await wire.ended()
    await until(lambda: len(server.transports) == 1)
    assert len(server.connections) == 1


@pytest.mark.parametrize("begun", [False, True], ids=["waiting", "begun"])
@pytest.mark.parametrize(
    "late",
    [
        LAST["no request"],
        LAST["a large head"],
        GET * (MAX_PIPELINED + 1),
        GET + LAST["a large head"],
        GET[:-2] + b"Content-Length: 1\r\n\r\n",
    ],
    ids=["no request", "a large head", "too many", "after one that waits", "half a request"],
)
async def test_no_refusal_is_taken_for_the_answer_to_an_earlier_request(
    app: FastAPI, settings: Settings, late: bytes, begun: bool
) -> None:
    going = asyncio.Event()

    async def parts() -> AsyncIterator[bytes]:
        yield b"first"
        going.set()
        await asyncio.Event().wait()

    @app.get("/slow")
    async def slow() -> StreamingResponse:
        if begun:
            return StreamingResponse(parts())
        going.set()
        await asyncio.Event().wait()
        raise AssertionError

    async with served(app, settings.model_copy(update={"request_seconds": 1})) as server:
        wire = await server.connect()
        await wire.send(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
        await going.wait()
        await wire.send(late)
        came = await wire.rest()
        assert came.count(b"HTTP/1.1") == begun
        assert came.endswith(b"first\r\n" if begun else b"")


async def test_a_network_has_so_many_connections(app: FastAPI, settings: Settings) -> None:
    async with served(app, settings.model_copy(update={"max_connections_network": 3})) as server:
        busy = [await server.connect("127.0.0.2") for _ in range(3)]
        for wire in busy:
            await wire.send(GET[:-2])
        await until(lambda: server.connections.sending == 3)
        refused = await server.connect("127.0.0.2")
        assert await refused.answer() == 503
        other = await server.connect("127.0.0.3")
        await other.send(GET)
        assert await other.answer() == 200
        for wire in busy:
            await wire.send(b"\r\n")
            assert await wire.answer() == 200


async def test_a_network_that_is_full_loses_its_own_longest_idle_connection(app: FastAPI, settings: Settings) -> None:
    async with served(app, settings.model_copy(update={"max_connections_network": 2})) as server:
        wires = [await server.connect() for _ in range(2)]
        for wire in wires:
            await wire.send(GET)
            assert await wire.answer() == 200
        new = await server.connect()
        await new.send(GET)
        assert await new.answer() == 200
        assert await wires[0].ended()
        await wires[1].send(GET)
        assert await wires[1].answer() == 200


@pytest.mark.parametrize("proxies", ["127.0.0.2", "192.0.2.1, 127.0.0.0/8", "*"])
async def test_a_trusted_proxy_has_as_many_as_it_wants(app: FastAPI, settings: Settings, proxies: str) -> None:
    changed = {"max_connections_network": 2, "trusted_proxies": proxies}
    async with served(app, settings.model_copy(update=changed)) as server:
        wires = [await server.connect("127.0.0.2") for _ in range(5)]
        for wire in wires:
            await wire.send(GET)
            assert await wire.answer() == 200


async def test_when_all_are_taken_the_longest_idle_makes_room(app: FastAPI, settings: Settings) -> None:
    async with served(app, settings, most=3) as server:
        wires = [await server.connect(f"127.0.0.{number}") for number in range(2, 5)]
        for wire in wires:
            await wire.send(GET)
            assert await wire.answer() == 200
        new = await server.connect("127.0.0.9")
        await new.send(GET)
        assert await new.answer() == 200
        assert await wires[0].ended()
        assert len(server.connections) == 3


async def test_when_none_is_idle_the_network_with_most_half_sent_requests_makes_room(
    app: FastAPI, settings: Settings
) -> None:
    async with served(app, settings, most=4) as server:
        honest = await server.connect("127.0.0.2")
        await honest.send(GET[:-2])
        many = [await server.connect("127.0.0.3") for _ in range(3)]
        for wire in many:
            await wire.send(GET[:-2])
        await until(lambda: server.connections.sending == 4)
        new = await server.connect("127.0.0.4")
        await new.send(GET)
        assert await new.answer() == 200
        assert await many[0].ended()
        await honest.send(b"\r\n")
        assert await honest.answer() == 200
