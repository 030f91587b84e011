"""The largest requests pass Caddy and nginx as `deploy` configures them, and both name the caller."""

import ssl
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from app.addresses import MAX_BODY, TABLE
from app.connections import MAX_HEAD
from duolog.api.pages import encode_push
from duolog.protocol import sizes
from tests.app.attachments.files import File, shared
from tests.app.people import Diary, Person
from tests.deploy.proxies import LONG, echo, free_port, half_arrived, proxy
from tools.local_server import LocalServer

BOTH = pytest.mark.parametrize("name", ["caddy", "nginx"])


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def behind() -> Iterator[int]:
    with echo() as found:
        yield found


def caller(port: int, trust: ssl.SSLContext) -> httpx2.Client:
    return httpx2.Client(base_url=f"https://localhost:{port}", verify=trust, trust_env=False, timeout=30)


@BOTH
def test_every_size_that_the_server_takes_passes_and_one_more_byte_than_any_does_not(
    name: str, tmp_path: Path, behind: int, port: int
) -> None:
    with proxy(name, tmp_path, behind, port) as trust, caller(port, trust) as http:
        for size in sorted({takes.body for takes in TABLE} | {MAX_BODY}):
            answer = http.post("/v1/any", content=bytes(size))
            assert (answer.status_code, answer.text.split()[:2]) == (200, [str(size), "127.0.0.1"])
        assert http.post("/v1/any", content=bytes(MAX_BODY + 1)).status_code in (413, 502)


@BOTH
def test_the_caller_is_the_one_that_the_proxy_sees_whatever_they_claim(
    name: str, tmp_path: Path, behind: int, port: int
) -> None:
    with proxy(name, tmp_path, behind, port) as trust, caller(port, trust) as http:
        answer = http.post("/", content=b"abc", headers={"X-Forwarded-For": "203.0.113.7", "Forwarded": "for=1.2.3.4"})
        assert answer.text.split()[1] == "127.0.0.1"
        assert answer.text.split()[2].startswith("localhost")
        large = {f"x-{number}": "y" * 7000 for number in range(2)}
        assert sum(map(len, large.values())) > MAX_HEAD * 0.8
        assert http.post("/", content=b"abc", headers=large).status_code == 200


@BOTH
def test_a_long_answer_arrives_while_it_is_being_sent(name: str, tmp_path: Path, behind: int, port: int) -> None:
    with (
        proxy(name, tmp_path, behind, port) as trust,
        caller(port, trust) as http,
        http.stream("GET", "/") as answer,
    ):
        got = 0
        for piece in answer.iter_bytes():
            got += len(piece)
            if got >= LONG // 2:
                half_arrived.set()
        assert got == LONG


@pytest.mark.slow
@BOTH
async def test_a_couple_pushes_a_megabyte_and_sends_a_file_through_it(name: str, tmp_path: Path, port: int) -> None:
    origin, behind = f"https://localhost:{port}", free_port()
    settings = {"origin": origin, "port": str(behind), "trusted_proxies": "127.0.0.1"}
    with LocalServer(tmp_path / "server", **settings), proxy(name, tmp_path, behind, port) as trust:
        async with httpx2.AsyncClient(base_url=origin, verify=trust, trust_env=False, timeout=60) as http:
            ada, sam = Person(http), Person(http)
            for person in (ada, sam):
                await person.register()
                assert (await person.log_in(origin=origin)).status_code == 201
            diary = await (await Diary(ada).create()).make_couple(sam)
            entries = [diary.entry(ada, "x" * 60_000) for _ in range(14)]
            assert sizes.MAX_PUSH_BYTES * 0.8 < len(encode_push(entries)) < sizes.MAX_PUSH_BYTES
            assert (await diary.push(ada, *entries)).status_code == 201
            file = File(40 * sizes.ATTACHMENT_PART)
            await shared(diary, ada, file)
            assert (await file.fetch(diary, sam)).content == file.data
            assert (await diary.pull(sam)).pushes
