"""How a request's body is read: strictly, late, bounded, and where it is large beside the loop."""

import asyncio
import json
import multiprocessing
import os
import signal
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from app.addresses import LARGE, MIB, TABLE, find
from app.beside import Beside
from app.bodies import PACE, Bodies, Sender
from app.problems import Busy, Malformed, TooSlow
from app.reading import BytesBody, JsonBody, parse_json
from app.settings import Settings
from duolog.api.entries import Push
from duolog.api.pages import MEDIA_TYPE
from duolog.api.sessions import ChallengeRequest
from tests.app.keys import Rotation
from tests.app.people import Diary, Person, code
from tests.conftest import http_client, running

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

KEY = "A" * 43
JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    "body",
    [
        f'{{"keyholder":"{KEY}","keyholder":"{KEY}"}}',
        f'{{"keyholder":"{KEY}","nested":{{"a":1,"a":2}}}}',
        f'{{"keyholder":"{KEY}","a":NaN}}',
        f'{{"keyholder":"{KEY}","a":-Infinity}}',
        f'{{"keyholder":"{KEY}","a":1e999}}',
        f'{{"keyholder":"{KEY}","a":9007199254740992}}',
        f'{{"keyholder":"{KEY}","a":{"9" * 1000}}}',
        f'{{"keyholder":"{KEY}","a":"\\ud800"}}',
        f'{{"keyholder":"{KEY}","a":{"[" * 200}{"]" * 200}}}',
        f'\ufeff{{"keyholder":"{KEY}"}}',
        f'{{"keyholder":"{KEY}"}} x',
        "[{}]",
        f'"{KEY}"',
        "",
        "null",
    ],
)
async def test_json_that_has_not_one_meaning_is_refused(http: httpx2.AsyncClient, body: str) -> None:
    answer = await http.post("/v1/challenges", content=body.encode(), headers=JSON)
    assert code(answer) == (422, "malformed")
    assert KEY not in answer.text


async def test_bytes_that_are_no_utf_8_are_refused(http: httpx2.AsyncClient) -> None:
    answer = await http.post("/v1/challenges", content=b'{"keyholder":"\xff"}', headers=JSON)
    assert code(answer) == (422, "malformed")


@pytest.mark.parametrize("media", ["", "text/plain", "application/xml", "application/json+x", MEDIA_TYPE])
async def test_json_is_read_where_the_request_says_that_it_is_json(http: httpx2.AsyncClient, media: str) -> None:
    body = json.dumps({"keyholder": KEY}).encode()
    headers = {"content-type": media} if media else {}
    assert code(await http.post("/v1/challenges", content=body, headers=headers)) == (415, "unsupported_media_type")
    headers = {"content-type": "Application/JSON; charset=utf-8"}
    assert (await http.post("/v1/challenges", content=body, headers=headers)).status_code == 201


async def test_a_repeated_key_of_a_push_is_refused(couple: Diary, ada: Person) -> None:
    body = b'{"items":[],"items":[{"kind":"entry"}]}'
    answer = await ada.post(f"{couple.path}/entries", content=body, headers=JSON)
    assert code(answer) == (422, "malformed")


def _operations(app: FastAPI) -> dict[tuple[str, str], list[Any]]:
    return {
        (method, route.path_format or ""): [dependency.call for dependency in route.dependant.dependencies]
        for route in iter_route_contexts(app.routes)
        if isinstance(route.original_route, APIRoute)
        for method in route.methods or ()
    }


async def test_every_address_that_takes_a_body_reads_it_last_and_in_this_way_alone(app: FastAPI) -> None:
    with_body = set()
    for operation, calls in _operations(app).items():
        readers = [number for number, call in enumerate(calls) if isinstance(call, JsonBody | BytesBody)]
        if readers:
            assert readers == [len(calls) - 1], f"{operation}: who calls must be known before the body is read"
            with_body.add(operation)
    assert with_body == {(takes.method, takes.path) for takes in TABLE if takes.body}
    for route in iter_route_contexts(app.routes):
        assert not isinstance(route.original_route, APIRoute) or route.body_field is None, route.path_format


def test_what_is_not_in_the_table_takes_no_body(settings: Settings) -> None:
    assert find("GET", "/health").body == find("POST", "/v1/nothing").body == 0
    assert find("POST", "/v1/accounts/x").body == 0
    assert find("POST", "/v1/journals/a/entries").path == "/v1/journals/{journal}/entries"
    assert find("PUT", "/v1/rendezvous/a/new/1").rate == "rendezvous"


async def test_a_body_is_read_after_the_caller_is_known(http: httpx2.AsyncClient, couple: Diary, sam: Person) -> None:
    read = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(20):
            read += 1
            yield b" " * 65_536

    path = f"{couple.path}/entries"
    assert code(await http.post(path, content=body(), headers=JSON)) == (401, "session_missing")
    assert read == 0
    stranger = await Person(http).register()
    assert code(await stranger.post(path, content=body(), headers=JSON)) == (404, "not_found")
    assert read == 0


@pytest.mark.parametrize(
    ("method", "path", "rate"),
    [
        ("POST", "/v1/accounts", "rate_register"),
        ("POST", "/v1/carried/accounts", "rate_register"),
        ("POST", "/v1/challenges", "rate_login"),
        ("POST", "/v1/sessions", "rate_login"),
        ("PUT", f"/v1/rendezvous/{'A' * 22}/new/1", "rate_rendezvous"),
    ],
)
async def test_a_rate_counts_before_a_body_is_read(settings: Settings, method: str, path: str, rate: str) -> None:
    async with running(settings.model_copy(update={rate: "1/hour"})) as app, http_client(app) as client:
        read = 0

        async def body() -> AsyncIterator[bytes]:
            nonlocal read
            read += 1
            yield b"{}"

        assert code(await client.request(method, path, content=body(), headers=JSON)) == (422, "malformed")
        assert read == 1
        assert code(await client.request(method, path, content=body(), headers=JSON)) == (429, "slow_down")
        assert read == 1


async def test_large_bodies_have_a_rate_of_their_own_for_each_account(settings: Settings) -> None:
    async with running(settings.model_copy(update={"rate_large": "2/minute"})) as app, http_client(app) as http:
        ada, sam = await Person(http).register(), await Person(http).register()
        large = b'{"items":"' + b"A" * LARGE + b'"}'
        for person in (ada, sam):
            path = f"{(await Diary(person).create()).path}/entries"
            codes = [code(await person.post(path, content=large, headers=JSON))[1] for _ in range(3)]
            assert codes == ["malformed", "malformed", "slow_down"]
            assert code(await person.post(path, content=b"{}", headers=JSON)) == (422, "malformed")


async def test_carried_pages_have_a_rate_of_their_own_for_each_account(settings: Settings) -> None:
    async with running(settings.model_copy(update={"rate_carried": "2/minute"})) as app, http_client(app) as http:
        for person in (await Person(http).register(), await Person(http).register()):
            path = f"/v1/carried/journals/{KEY}"
            codes = [code(await person.post(path, content=b"{}", headers=JSON))[1] for _ in range(3)]
            assert codes == ["malformed", "malformed", "slow_down"]


async def test_a_network_has_a_rate_of_carried_pages(settings: Settings) -> None:
    few = settings.model_copy(update={"rate_carried_network": "2/minute"})
    async with running(few) as app, http_client(app) as http, http_client(app, "192.0.2.7") as elsewhere:
        path = f"/v1/carried/journals/{KEY}"
        people = [await Person(http).register() for _ in range(3)]
        codes = [code(await person.post(path, content=b"{}", headers=JSON))[1] for person in people]
        assert codes == ["malformed", "malformed", "slow_down"]
        people[2].http = elsewhere
        assert code(await people[2].post(path, content=b"{}", headers=JSON)) == (422, "malformed")


class Sent:
    """A request whose body comes when it is told."""

    def __init__(self, size: int) -> None:
        self.headers = {"content-length": str(size)}
        self.more = asyncio.Event()
        self._size = size

    async def stream(self) -> AsyncIterator[bytes]:
        yield b"x" * self._size
        await self.more.wait()


def _stop(_: float) -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


async def _hold(bodies: Bodies, request: Any, caller: str, network: str = "home") -> int:
    async with AsyncExitStack() as held:
        return len(await bodies.read(request, 5_000_000, Sender(caller, network), held))


async def test_one_large_body_of_a_caller_is_read_at_a_time(settings: Settings) -> None:
    bodies = Bodies(1_000_000, turn_seconds=0)
    first, small, other = Sent(100_000), Sent(100), Sent(100_000)
    held = asyncio.create_task(_hold(bodies, first, "ada"))
    await asyncio.sleep(0)
    with pytest.raises(Busy):
        await _hold(bodies, Sent(100_000), "ada")
    small.more.set()
    assert await _hold(bodies, small, "ada") == 100
    other.more.set()
    assert await _hold(bodies, other, "sam") == 100_000
    first.more.set()
    assert await held == 100_000
    again = Sent(100_000)
    again.more.set()
    assert await _hold(bodies, again, "ada") == 100_000
    assert bodies.callers == 0


async def _held(bodies: Bodies, requests: Sequence[Sent], network: str) -> list[asyncio.Task[int]]:
    held = [asyncio.create_task(_hold(bodies, one, f"{network} {n}", network)) for n, one in enumerate(requests)]
    for _ in range(3):
        await asyncio.sleep(0)
    return held


async def test_large_bodies_together_take_half_of_the_memory(settings: Settings) -> None:
    bodies = Bodies(500_000)
    requests = [Sent(100_000) for _ in range(2)]
    held = await _held(bodies, requests, "home")
    with pytest.raises(Busy):
        await _hold(bodies, Sent(100_000), "another", "elsewhere")
    small = Sent(10_000)
    small.more.set()
    assert await _hold(bodies, small, "another") == 10_000
    for one in requests:
        one.more.set()
    assert [await task for task in held] == [100_000, 100_000]
    again = Sent(200_000)
    again.more.set()
    assert await _hold(bodies, again, "another") == 200_000


async def test_large_bodies_of_a_network_have_a_share(settings: Settings) -> None:
    bodies = Bodies(32 * MIB)
    requests = [Sent(2 * MIB) for _ in range(2)]
    held = await _held(bodies, requests, "home")
    with pytest.raises(Busy):
        await _hold(bodies, Sent(100_000), "another", "home")
    other = Sent(4 * MIB)
    other.more.set()
    assert await _hold(bodies, other, "another", "elsewhere") == 4 * MIB
    for one in requests:
        one.more.set()
    assert [await task for task in held] == [2 * MIB, 2 * MIB]


async def test_small_bodies_of_a_caller_and_of_a_network_have_a_share(settings: Settings) -> None:
    bodies = Bodies(32 * 100_000)
    first = [Sent(50_000), Sent(50_000)]
    own = [asyncio.create_task(_hold(bodies, one, "ada")) for one in first]
    await asyncio.sleep(0)
    with pytest.raises(Busy):
        await _hold(bodies, Sent(1000), "ada")
    others = [Sent(50_000) for _ in range(6)]
    held = await _held(bodies, others, "home")
    with pytest.raises(Busy):
        await _hold(bodies, Sent(1000), "sam")
    elsewhere = Sent(50_000)
    elsewhere.more.set()
    assert await _hold(bodies, elsewhere, "sam", "elsewhere") == 50_000
    for one in first + others:
        one.more.set()
    assert [await task for task in own + held] == [50_000] * 8


class Dripped:
    """A request whose body comes in parts, each after a while."""

    def __init__(self, size: int, parts: int, seconds: float) -> None:
        self.headers = {"content-length": str(size * parts)}
        self._size, self._parts, self._seconds = size, parts, seconds

    async def stream(self) -> AsyncIterator[bytes]:
        for _ in range(self._parts):
            await asyncio.sleep(self._seconds)
            yield b"x" * self._size


async def test_a_large_body_comes_at_a_pace(settings: Settings) -> None:
    bodies = Bodies(32 * MIB, pause_seconds=0.5)
    with pytest.raises(TooSlow):
        await _hold(bodies, Sent(4 * MIB), "all but the last byte")
    with pytest.raises(TooSlow):
        await _hold(bodies, Dripped(1000, 100, 0.1), "a little, often")
    assert await _hold(bodies, Dripped(PACE // 4, 8, 0.1), "as much as must be") == 2 * PACE
    assert await _hold(bodies, Dripped(1000, 8, 0.1), "small") == 8000
    assert bodies.callers == 0


async def test_a_large_push_is_taken_apart_in_a_process_of_its_own(settings: Settings) -> None:
    own = settings.model_copy(update={"body_processes": 1})
    async with running(own) as app, http_client(app) as http:
        ada = await Person(http).register()
        diary = await Diary(ada).create()
        entries = [diary.entry(ada, "x" * 20_000) for _ in range(8)]
        assert (await diary.push(ada, *entries)).status_code == 201
        wrong = b'{"items":[' + b"0," * 9000 + b"0]}"
        answer = await ada.post(f"{diary.path}/entries", content=wrong, headers=JSON)
        assert code(answer) == (422, "malformed")
        assert "body.items.0" in answer.json()["detail"]
        too_many = b'{"items":[' + b"0," * 30_000 + b"0]}"
        answer = await ada.post(f"{diary.path}/entries", content=too_many, headers=JSON)
        assert code(answer) == (422, "malformed")
        assert "values" in answer.json()["detail"]


async def test_entries_in_frames_are_read_where_they_are_up_to_a_size(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To hand their parts over from another process takes longer. Statements take much longer to read than that."""
    beside = list[int]()
    async with running(settings) as app, http_client(app) as http:
        run = app.state.duolog.beside.run

        async def note(read: Any, body: bytes) -> object:
            beside.append(len(body))
            return await run(read, body)

        ada = await Person(http).register()
        diary = await Diary(ada).create()
        monkeypatch.setattr(app.state.duolog.beside, "run", note)
        for entries in ([diary.entry(ada) for _ in range(30)], [diary.entry(ada, "x" * 20_000) for _ in range(3)]):
            assert (await diary.push(ada, *entries)).status_code == 201
        assert beside == []
        rotate = diary.change("rotate", [ada], fresh=True)
        assert (await diary.push(ada, *(diary.entry(ada) for _ in range(30)), rotate)).status_code == 201
        large = [diary.entry(ada, "x" * 20_000) for _ in range(7)]
        assert (await diary.push(ada, *large)).status_code == 201
        assert len(beside) == 2


async def test_a_registration_and_a_rotation_are_verified_in_a_process_of_its_own(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.reading.INLINE", 0)
    read: list[object] = []
    async with running(settings.model_copy(update={"body_processes": 1})) as app, http_client(app) as http:
        beside = app.state.duolog.beside
        run = beside.run

        async def note(*args: Any) -> object:
            read.append(await run(*args))
            return read[-1]

        monkeypatch.setattr(beside, "run", note)
        ada = await Person(http).register()
        rotation = Rotation(ada, [ada.device, ada.sheet])
        assert (await ada.post("/v1/account/rotations", rotation.request)).status_code == 200
    kinds = [type(one).__name__ for one in read]
    assert (kinds[0], kinds[-1]) == ("VerifiedRegistration", "Rotation")


async def test_a_process_that_died_is_replaced(settings: Settings) -> None:
    beside = Beside(1)
    try:
        first = await beside.run(os.getpid)
        os.kill(first, signal.SIGKILL)
        second = await beside.run(os.getpid)
        assert len({first, second, os.getpid()}) == 3
        with pytest.raises(Busy):
            await beside.run(os.abort)
        assert await beside.run(os.getpid) not in (first, second)
    finally:
        await beside.close()


async def test_what_a_process_may_take_of_memory_is_bounded(settings: Settings) -> None:
    beside = Beside(1)
    try:
        with pytest.raises(Busy):
            await beside.run(bytearray, 512 * 1024 * 1024)
    finally:
        await beside.close()


@pytest.mark.parametrize("hang", [time.sleep, _stop], ids=["it works without end", "it is stopped"])
async def test_a_process_that_hangs_is_replaced(settings: Settings, hang: Callable[[float], None]) -> None:
    beside = Beside(1, seconds=10)
    try:
        first = await beside.run(os.getpid)
        beside._seconds = 1
        with pytest.raises(Busy):
            await beside.run(hang, 3600)
        with pytest.raises(ProcessLookupError):
            os.kill(first, 0)
        beside._seconds = 30
        assert await beside.run(os.getpid) not in (first, os.getpid())
    finally:
        for process in multiprocessing.active_children():
            process.kill()  # one that still hangs would hold up the end
        await beside.close()


async def test_a_body_waits_so_long_for_a_process(settings: Settings) -> None:
    beside = Beside(1, seconds=30)
    try:
        await beside.run(os.getpid)
        held = asyncio.create_task(beside.run(time.sleep, 2))
        await asyncio.sleep(0.2)
        beside._seconds = 0.2
        with pytest.raises(Busy):
            await beside.run(os.getpid)
        await held
    finally:
        await beside.close()


def test_a_request_of_many_values_is_refused_before_it_is_taken_apart(settings: Settings) -> None:
    with pytest.raises(Malformed) as caught:
        parse_json(Push, 100, b"[" * 101)
    assert "values" in caught.value.said
    with pytest.raises(Malformed):
        parse_json(ChallengeRequest, 100, b"{" * 50)
