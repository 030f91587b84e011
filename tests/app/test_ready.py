"""`/ready` says whether the server can take work, `/health` whether it is alive, and each GET answers HEAD too."""

import asyncio
import re
import sqlite3
from functools import partial

import anyio
import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from app import readiness
from app.callers import is_session
from app.edge import Edge
from app.limits import Gate
from app.metrics import Metrics
from app.settings import Settings
from app.state import State
from app.web_origins import WebOrigins
from duolog.protocol import sizes
from tests.app.attachments.files import File
from tests.app.people import Diary, Person
from tests.conftest import running


class Clock:
    """The monotonic clock of the checks."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr("app.readiness.time.monotonic", lambda: self.now)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


async def test_a_server_that_can_write_is_ready(http: httpx2.AsyncClient) -> None:
    answer = await http.get("/ready")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready"})


async def test_asking_often_costs_one_write_in_five_seconds(
    app: FastAPI, http: httpx2.AsyncClient, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    state: State = app.state.duolog
    written, write = 0, state.database.write

    async def counting(*arguments: object) -> object:
        nonlocal written
        written += 1
        return await write(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(state.database, "write", counting)
    answers = await asyncio.gather(*(http.get("/ready") for _ in range(20)))
    assert {answer.status_code for answer in answers} == {200}
    assert written == 1
    clock.now += readiness.KEPT_SECONDS
    await http.get("/ready")
    assert written == 2


FAULTS = {
    "SQLITE_FULL": (507, "storage_full"),
    "SQLITE_READONLY": (503, "unavailable"),
    "SQLITE_IOERR": (503, "unavailable"),
}


@pytest.mark.parametrize("name", FAULTS)
async def test_a_database_that_takes_no_writes_is_not_ready_until_it_does_again(
    http: httpx2.AsyncClient, clock: Clock, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def fail(_: Connection, __: str) -> bool:
        error = sqlite3.OperationalError("no")
        error.sqlite_errorname = name
        raise OperationalError("UPDATE", {}, error)

    with monkeypatch.context() as patch:
        patch.setattr(readiness, "touch", fail)
        answer = await http.get("/ready")
        assert (answer.status_code, answer.json()["code"]) == FAULTS[name]
        assert (await http.get("/health")).json() == {"status": "ok"}
    assert (await http.get("/ready")).status_code == FAULTS[name][0]
    clock.now += readiness.KEPT_SECONDS
    assert (await http.get("/ready")).status_code == 200


async def test_a_database_of_another_version_is_not_ready(
    http: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readiness, "newest_revision", lambda: "9999")
    answer = await http.get("/ready")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


async def test_every_get_answers_head_with_the_same_headers_and_no_body(
    app: FastAPI, couple: Diary, ada: Person
) -> None:
    file = File()
    await file.send(couple, ada)
    entry = couple.entry(ada, attachments=(file.id,))
    assert (await couple.push(ada, entry)).status_code == 201
    journal = couple.path.rpartition("/")[2]
    filled = {"{journal}": journal, "{attachment}": file.path(couple).rpartition("/")[2], "{name}": "none"}
    endless = "/v1/events"  # a stream, which a HEAD ends
    templates = [path for path, item in app.openapi()["paths"].items() if "get" in item and path != endless]
    paths = [re.sub(r"{\w+}", lambda found: filled.get(found[0], "A" * 22), path) for path in templates]
    assert len(paths) > 10
    for path in [*paths, "/", "/join", "/install", "/docs", "/spec", "/schemas", "/icon.svg", "/openapi.json", "/no"]:
        got = await ada.get(path)
        head = await ada.http.head(path, headers=ada.headers)
        assert head.content == b"", path
        assert head.status_code == got.status_code, path
        assert dict(head.headers) == dict(got.headers), path
    assert int((await ada.http.head(file.path(couple), headers=ada.headers)).headers["content-length"]) == file.size


async def test_head_of_the_events_ends_at_once(ada: Person) -> None:
    with anyio.fail_after(20):
        head = await ada.http.head("/v1/events", headers=ada.headers)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"] == "text/event-stream"


async def test_head_reads_no_more_of_a_file_than_its_first_part_and_takes_no_range(
    app: FastAPI, couple: Diary, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = File()
    await file.send(couple, ada)
    assert (await couple.push(ada, couple.entry(ada, attachments=(file.id,)))).status_code == 201
    state: State = app.state.duolog
    read, get = [], state.store.get

    async def counting(place: bytes, number: int, start: int, end: int) -> bytes | None:
        read.append(number)
        return await get(place, number, start, end)

    monkeypatch.setattr(state.store, "get", counting)
    head = await ada.http.head(file.path(couple), headers=ada.headers | {"range": "bytes=5-9"})
    assert (head.status_code, head.headers["content-length"]) == (200, str(file.size))
    assert read == [0]
    assert file.size > sizes.ATTACHMENT_PART


async def test_head_where_nothing_is_got_is_refused_as_get_is(http: httpx2.AsyncClient) -> None:
    answer = await http.head("/v1/accounts")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


async def test_an_error_in_the_middle_ends_a_head_answer_whole(settings: Settings) -> None:
    """The headers have been sent, and a body was never to come."""
    sent = []

    async def failing(scope: object, receive: object, send: object) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})  # type: ignore[operator]
        raise RuntimeError

    async def keep(message: object) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "HEAD", "path": "/", "headers": []}
    async with running(settings) as app:
        state: State = app.state.duolog
        gate = Gate(state.rates, partial(is_session, state))
        await Edge(failing, Metrics(), gate, WebOrigins(""))(scope, None, keep)  # type: ignore[arg-type]
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]  # type: ignore[index]
