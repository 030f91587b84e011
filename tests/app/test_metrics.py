"""Numbers for Prometheus: off unless asked for, on this machine alone, and about nobody."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator

import httpx2
import pytest
from fastapi import FastAPI

from app.commands.serve import bind_metrics
from app.main import create_app
from app.metrics import METHODS
from app.settings import Settings
from app.state import State
from duolog.protocol.codec import encode_b64
from tests.app.operating import Operator
from tests.app.people import Diary, Person

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def listener() -> socket.socket:
    return socket.create_server(("127.0.0.1", 0))


@pytest.fixture
async def app(settings: Settings, listener: socket.socket) -> AsyncIterator[FastAPI]:
    settings.receipt_key_path.parent.mkdir(parents=True, exist_ok=True)
    application = create_app(settings)
    state: State = application.state.duolog
    state.metrics_listener = listener
    async with application.router.lifespan_context(application):
        yield application


async def scrape(
    listener: socket.socket, request: bytes = b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"
) -> tuple[int, str]:
    reader, writer = await asyncio.open_connection(*listener.getsockname())
    writer.write(request)
    async with asyncio.timeout(30):
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    return int(head.split()[1]), body.decode()


async def test_requests_items_and_faults_are_counted_and_nobody_is_named(
    app: FastAPI, couple: Diary, ada: Person, sam: Person, listener: socket.socket
) -> None:
    await couple.push(ada, couple.entry(ada))
    await ada.get("/v1/journals/nothing/entries")
    await ada.http.request("BREW", "/health")
    state: State = app.state.duolog
    state.database.faults.tell("SQLITE_FULL", "the disk is full")
    status, text = await scrape(listener)
    assert status == 200
    route = 'route="/v1/journals/{journal}/entries"'
    assert f'duolog_requests_total{{method="POST",{route},status="2xx"}} 3.0' in text
    assert "duolog_items_accepted_total 3.0" in text
    assert 'duolog_storage_faults_total{cause="the disk is full",place="database"} 1.0' in text
    assert "duolog_writes_waiting 0.0" in text
    assert re.search(rf"duolog_request_seconds_count{{{route}}} \d", text)
    for named in (ada.account, sam.account, couple.journal, ada.device.id):
        assert encode_b64(named) not in text
    assert "127.0.0.1" not in text
    assert set(re.findall(r'method="(\w+)"', text)) <= {*METHODS, "other"}
    known = {getattr(route, "path", "") for route in app.routes} | {*app.openapi()["paths"], "none"}
    assert set(re.findall(r'route="([^"]+)"', text)) <= known


async def test_addresses_and_methods_without_end_are_one_number(
    http: httpx2.AsyncClient, listener: socket.socket
) -> None:
    for number in range(30):
        await http.get(f"/nothing/{number}")
        await http.request(f"VERB{number}", "/health")
    _, text = await scrape(listener)
    assert 'duolog_requests_total{method="GET",route="none",status="4xx"} 30.0' in text
    assert "nothing/" not in text
    assert "VERB" not in text


async def test_the_public_address_has_no_numbers(http: httpx2.AsyncClient) -> None:
    assert (await http.get("/metrics")).status_code == 404


@pytest.mark.parametrize("request_", [b"GET / HTTP/1.1\r\n\r\n", b"POST /metrics HTTP/1.1\r\n\r\n"])
async def test_the_listener_has_nothing_else(app: FastAPI, listener: socket.socket, request_: bytes) -> None:
    assert await scrape(listener, request_) == (404, "")


async def test_a_long_request_ends_without_an_answer(app: FastAPI, listener: socket.socket) -> None:
    reader, writer = await asyncio.open_connection(*listener.getsockname())
    writer.write(b"GET /metrics HTTP/1.1\r\n" + b"X: a\r\n" * 2000)
    async with asyncio.timeout(30):
        try:
            assert await reader.read() == b""
        except ConnectionError:
            assert reader.at_eof()
    writer.close()


async def test_there_is_no_listener_unless_it_is_named(database_url: str) -> None:
    assert bind_metrics(Settings()) is None
    assert Settings(metrics="9330").metrics_address == ("127.0.0.1", 9330)
    assert Settings(metrics="[::1]:9330").metrics_address == ("::1", 9330)


@pytest.mark.parametrize("value", ["here", "host:9330", "99999", "0", ":", "9330:"])
def test_a_wrong_address_is_a_sentence(database_url: str, operator: Operator, value: str) -> None:
    assert "DUOLOG_METRICS: write a port, as 9330" in operator.refused("serve", DUOLOG_METRICS=value)


def test_a_taken_port_is_a_sentence(database_url: str, operator: Operator, listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    said = operator.refused("serve", DUOLOG_PORT="0", DUOLOG_METRICS=str(port))
    assert f"Can't listen at 127.0.0.1 port {port}" in said
    assert "DUOLOG_METRICS" in said
