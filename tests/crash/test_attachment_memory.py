"""A real server, a file of 200 MB, up and down, cut off and resumed on the way: the server never has it in memory."""

import hashlib
import secrets
from pathlib import Path

import httpx2
import pytest

from bench.machine import peak
from bench.servers import RATES
from bench.writers import registered
from duolog.protocol.codec import encode_b64
from tests.app.attachments.conftest import moto, new_bucket
from tests.app.attachments.files import OCTETS, PART
from tests.app.people import Diary, Person
from tools.local_server import LocalServer

SIZE = 200 * 1000 * 1000  # bytes
__all__ = ["moto"]

MOST = 64  # MiB that the server may grow by

pytestmark = pytest.mark.slow


def part(number: int) -> bytes:
    """The bytes of a part, always the same, and another for each number."""
    size = min(PART, SIZE - number * PART)
    return (hashlib.sha256(number.to_bytes(4, "big")).digest() * (PART // 32))[:size]


@pytest.mark.parametrize("store", ["folder", "moto"])
async def test_a_file_of_200_mb_goes_up_and_down_in_64_mib(
    tmp_path: Path, store: str, request: pytest.FixtureRequest
) -> None:
    chosen = {} if store == "folder" else new_bucket(request.getfixturevalue(store), tmp_path)
    settings = (
        RATES | {name: str(value) for name, value in chosen.items()} | {"retention_seconds": "0", "body_processes": "0"}
    )
    with LocalServer(tmp_path / "server", **settings) as server:
        async with httpx2.AsyncClient(base_url=server.origin, timeout=60) as http:
            ada = await registered(Person(http), server.origin)
            diary = await Diary(ada).create()
            assert (await diary.push(ada, diary.entry(ada))).status_code == 201
            attachment = secrets.token_bytes(16)
            path = f"{diary.path}/attachments/{encode_b64(attachment)}"
            parts = -(-SIZE // PART)
            assert (await ada.put(path, {"size": SIZE})).json() == {"parts": parts, "received": 0}
            before = peak(server.pid)
            for number in range(parts):
                if number == parts // 2:  # cut off, and resumed by another process
                    assert peak(server.pid) - before < MOST
                    server.stop(kill=True)
                    server.start()
                    assert (await ada.put(path, {"size": SIZE})).json()["received"] == number
                    before = peak(server.pid)
                answer = await http.put(f"{path}/parts/{number}", content=part(number), headers=ada.headers | OCTETS)
                assert answer.json()["received"] == number + 1
            pushed = await diary.push(ada, diary.entry(ada, attachments=(attachment,)))
            assert pushed.status_code == 201
            for first in (0, SIZE // 3):
                await fetch(http, path, ada, first)
            assert peak(server.pid) - before < MOST


async def fetch(http: httpx2.AsyncClient, path: str, ada: Person, first: int) -> None:
    """Fetch from `first` to the end, and compare with what was sent, part by part."""
    at, waiting = first, bytearray()
    async with http.stream("GET", path, headers=ada.headers | {"range": f"bytes={first}-"}) as answer:
        assert answer.status_code == 206
        async for piece in answer.aiter_bytes():
            waiting += piece
            while waiting and (len(waiting) >= PART or at + len(waiting) == SIZE):
                number = at // PART
                end = min((number + 1) * PART, SIZE)
                length = end - at
                assert bytes(waiting[:length]) == part(number)[at - number * PART :]
                del waiting[:length]
                at = end
    assert at == SIZE
