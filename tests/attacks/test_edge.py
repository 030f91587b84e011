"""Attacks on the server's outer edge, by whoever reaches it: large, strange, slow and too many requests."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from fastapi import FastAPI

from app.bodies import Bodies
from app.connections import MAX_HEAD, MAX_HEADERS
from app.problems import Malformed
from app.settings import Settings
from duolog.protocol.codec import parse_message_json
from tests.app.people import Person, code
from tests.app.raw import served, until
from tests.conftest import http_client, running

JSON = {"content-type": "application/json"}
GET = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
MIB = 1024 * 1024


@pytest.fixture
def faults(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many faults were collected for each refusal."""
    counts: list[int] = []
    say = Malformed.at

    def count(given: Sequence[Any]) -> Malformed:
        counts.append(len(given))
        return say(given)

    monkeypatch.setattr(Malformed, "at", count)
    return counts


@pytest.fixture
def taken_apart(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sizes of the bodies that were taken apart."""
    sizes: list[int] = []
    parse = parse_message_json

    def note(data: bytes, what: str) -> dict[str, Any]:
        sizes.append(len(data))
        return parse(data, what)

    monkeypatch.setattr("app.reading.parse_message_json", note)
    return sizes


async def test_anybody_sends_a_list_of_wrong_items(real: FastAPI, faults: list[int]) -> None:
    filled = b'{"chain":[' + b"0," * 15_000 + b'0],"sets":"' + b"A" * MIB + b'"}'
    async with http_client(real) as http:
        answer = await http.post("/v1/carried/accounts", content=filled, headers=JSON)
    assert code(answer) == (422, "malformed")
    assert faults == [4]  # the chain's first item, and each field that is missing or wrong
    assert len(answer.content) < 1000


async def test_anybody_sends_a_million_values(real: FastAPI, taken_apart: list[int]) -> None:
    async with http_client(real) as http:
        for item in (b"[]", b"{}", b"0", b'"a":0'):
            body = b"[" + (item + b",") * (MIB // len(item)) + b"0]"
            answer = await http.post("/v1/carried/accounts", content=body, headers=JSON)
            assert code(answer) == (422, "malformed")
    assert taken_apart == []


async def test_anybody_sends_bodies_beyond_a_rate(attacked_settings: Settings) -> None:
    few = attacked_settings.model_copy(update={"rate_register": "2/hour"})
    read = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(16):
            read += 1
            yield b" " * 65_536

    async with running(few) as application, http_client(application) as http:
        codes = [code(await http.post("/v1/carried/accounts", content=body(), headers=JSON))[0] for _ in range(4)]
    assert codes == [422, 422, 429, 429]
    assert read == 32


@pytest.mark.parametrize("web_origins", ["", "https://app.example", "*"])
async def test_a_strange_page_asks_through_a_visitors_browser(attacked_settings: Settings, web_origins: str) -> None:
    """It can send what a browser sends for any page, reads no answer unless it is let in, and is nobody even then."""
    settings = attacked_settings.model_copy(update={"web_origins": web_origins})
    strange = {"origin": "https://strange.example"}
    asked = strange | {"access-control-request-method": "DELETE", "access-control-request-headers": "authorization"}
    async with running(settings) as application, http_client(application) as http:
        person = await Person(http).register()
        preflight = await http.options("/v1/account", headers=asked)
        assert (preflight.status_code == 204) is (web_origins == "*")
        for path in ("/v1/account", "/v1/journals", "/v1/sessions"):
            answer = await http.get(path, headers=strange)
            assert code(answer) == (401, "session_missing")
            assert ("access-control-allow-origin" in answer.headers) is (web_origins == "*")
        simple = {"content-type": "text/plain"} | strange  # a browser sends this without asking
        refused = await http.post("/v1/challenges", content=b"{}", headers=simple)
        assert code(refused) == (415, "unsupported_media_type")
        for answer in (preflight, refused, await person.get("/v1/account")):
            assert not {"set-cookie", "access-control-allow-credentials"} & set(answer.headers)


async def test_somebody_sends_more_than_the_server_has_room_for(attacked_settings: Settings) -> None:
    async with running(attacked_settings) as application, http_client(application) as http:
        person = await Person(http).register()
        application.state.duolog.bodies = Bodies(400_000)
        body = b'{"items":"' + b"A" * 500_000 + b'"}'
        answer = await person.post("/v1/carried/journals/" + "A" * 43, content=body, headers=JSON)
        assert code(answer) == (503, "busy")
        assert int(answer.headers["retry-after"]) > 0
        answer = await person.post("/v1/carried/journals/" + "A" * 43, content=body[-100_000:], headers=JSON)
        assert code(answer) == (422, "malformed")


async def test_a_network_sends_all_but_the_last_byte_of_large_bodies(attacked_settings: Settings) -> None:
    count = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal count
        for _ in range(4 * MIB // 65_536 - 1):
            yield b" " * 65_536
        yield b" " * 65_535
        count += 1
        await asyncio.sleep(3600)

    async with running(attacked_settings) as application, http_client(application) as http:
        bodies = application.state.duolog.bodies = Bodies(attacked_settings.body_memory, pause_seconds=2)
        people = [await Person(http).register() for _ in range(8)]
        headers = JSON | {"content-length": str(4 * MIB)}
        path = "/v1/carried/journals/" + "A" * 43
        held = [asyncio.create_task(one.post(path, content=body(), headers=headers)) for one in people]
        await until(lambda: count + sum(task.done() for task in held) == 8)
        assert count == 1
        await Person(http).register()
        challenge = b'{"keyholder":"' + b"A" * 43 + b'"}'
        assert (await http.post("/v1/challenges", content=challenge, headers=JSON)).status_code == 201
        async with http_client(application, "192.0.2.7") as elsewhere:
            page = b'{"items":"' + b"A" * MIB + b'"}'
            other = await Person(elsewhere).register()
            assert code(await other.post(path, content=page, headers=JSON)) == (422, "malformed")
        codes = [code(await task) for task in held]
        assert sorted(codes) == [(408, "too_slow")] + [(503, "busy")] * 7
        assert bodies.callers == 0


async def test_somebody_names_a_key_twice(real: FastAPI) -> None:
    async with http_client(real) as http:
        body = b'{"keyholder":"' + b"A" * 43 + b'","keyholder":"' + b"B" * 43 + b'"}'
        assert code(await http.post("/v1/challenges", content=body, headers=JSON)) == (422, "malformed")


@pytest.mark.parametrize(
    ("start", "more"),
    [
        (b"GET /", b"a" * 1024),
        (b"GET / HTTP/1.1\r\nX: ", b"a" * 1024),
        (b"GET / HTTP/1.1\r\n", b"X: a\r\n" * (MAX_HEADERS // 8)),
        (b"POST /v1/challenges HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: ", b"a" * 1024),
    ],
    ids=["address", "header", "headers", "trailer"],
)
async def test_anybody_sends_a_head_without_end(
    real: FastAPI, attacked_settings: Settings, start: bytes, more: bytes
) -> None:
    async with served(real, attacked_settings) as server:
        wire = await server.connect()
        await wire.send(start)
        sent = 0
        while len(server.connections) and sent < 64 * MAX_HEAD:
            try:
                await wire.send(more)
                await asyncio.sleep(0)
            except ConnectionError:
                break
            sent += len(more)
        assert await wire.ended()
        assert sent < 64 * MAX_HEAD


async def test_anybody_begins_requests_and_ends_none(real: FastAPI, attacked_settings: Settings) -> None:
    async with served(real, attacked_settings.model_copy(update={"request_seconds": 1})) as server:
        wire = await server.connect()
        await wire.send(
            b"POST /v1/challenges HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{"
        )
        assert await wire.answer() == 408
        assert await wire.ended()


async def test_a_network_opens_more_connections_than_it_may(real: FastAPI, attacked_settings: Settings) -> None:
    async with served(real, attacked_settings.model_copy(update={"max_connections_network": 5})) as server:
        for number in range(5):
            await (await server.connect("127.0.0.2")).send(GET[:-2])
            await until(lambda number=number: server.connections.sending == number + 1)  # type: ignore[misc]
        assert await (await server.connect("127.0.0.2")).answer() == 503
        other = await server.connect("127.0.0.3")
        await other.send(GET)
        assert await other.answer() == 200


async def test_a_network_holds_all_connections(real: FastAPI, attacked_settings: Settings) -> None:
    async with served(real, attacked_settings, most=8) as server:
        for number in range(8):
            await (await server.connect("127.0.0.2")).send(GET[:-2])
            await until(lambda number=number: server.connections.sending == number + 1)  # type: ignore[misc]
        for number in range(3, 6):
            other = await server.connect(f"127.0.0.{number}")
            await other.send(GET)
            assert await other.answer() == 200
        assert len(server.connections) == 8


async def test_somebody_sends_requests_without_waiting_for_answers(real: FastAPI, attacked_settings: Settings) -> None:
    async with served(real, attacked_settings) as server:
        wire = await server.connect()
        await wire.send(GET * 1000)
        assert await wire.ended()
        assert len(server.connections) == 0


async def test_somebody_asks_much_and_reads_none_of_it(real: FastAPI, attacked_settings: Settings) -> None:
    @real.get("/much")
    async def much() -> str:
        return "x" * (64 * MIB)

    async with served(real, attacked_settings.model_copy(update={"unread_seconds": 1})) as server:
        await (await server.connect()).send(b"GET /much HTTP/1.1\r\nHost: x\r\n\r\n")
        await until(lambda: len(server.connections) == 1)
        await until(lambda: len(server.connections) == 0)
