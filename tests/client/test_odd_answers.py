"""Answers as no server writes them, over a real connection: each is "no server there just now", and none takes long."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import anyio
import pytest

from duolog.api.common import REQUEST_HEADER
from duolog.api.journals import JournalList
from duolog.client import HttpTransport
from duolog.errors import TransportError

OK = b"HTTP/1.1 200 OK\r\n"
JSON = b"Content-Type: application/json\r\n"
LIST = b'{"journals":[],"more":false}'
LENGTH = b"Content-Length: %d\r\n" % len(LIST)
ODD = {
    "nothing": b"",
    "no HTTP": b"SSH-2.0-OpenSSH_9.6\r\n",
    "half a line": b"HTTP/1.1 20",
    "half the headers": OK + JSON,
    "an empty body": OK + JSON + b"Content-Length: 0\r\n\r\n",
    "a body that is too short": OK + JSON + LENGTH + b"\r\n" + LIST[:-5],
    "a length that is no number": OK + JSON + b"Content-Length: x\r\n\r\n" + LIST,
    "two lengths": OK + JSON + LENGTH + b"Content-Length: 3\r\n\r\n" + LIST,
    "a body that is cut and ends with the line": OK + JSON + b"\r\n" + LIST[:-5],
    "HTTP/1.0 that is cut": b"HTTP/1.0 200 OK\r\n" + JSON + b"\r\n" + LIST[:-5],
    "chunks that are cut": OK + JSON + b'Transfer-Encoding: chunked\r\n\r\n5\r\n{"jou\r\n',
    "chunks that are none": OK + JSON + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    "gzip that is none": OK + JSON + b"Content-Encoding: gzip\r\n" + LENGTH + b"\r\n" + LIST,
    "another protocol": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n" + LIST,
    "only a continue": b"HTTP/1.1 100 Continue\r\n\r\n",
    "a header without end": OK + b"X: " + b"x" * 200_000,
    "a redirect": b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n",
    "a redirect to itself": b"HTTP/1.1 307 T\r\nLocation: /v1/journals\r\nContent-Length: 0\r\n\r\n",
}


@asynccontextmanager
async def saying(answer: Callable[[bytes], bytes]) -> AsyncIterator[str]:
    """A server that says `answer` of each request's head, and ends the line; its address."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            while said := answer(await reader.readuntil(b"\r\n\r\n")):
                writer.write(said)
                await writer.drain()
                if b"\r\nX-Stays: 1" not in said:
                    break
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("duolog.client.server.http.PAUSE", 0.0)


async def asked(origin: str, ask: Callable[[HttpTransport], Awaitable[object]]) -> object:
    transport = HttpTransport(origin)
    try:
        with anyio.fail_after(20):
            return await ask(transport)
    finally:
        await transport.close()


@pytest.mark.parametrize("said", ODD.values(), ids=ODD)
async def test_an_odd_answer_is_no_server(said: bytes) -> None:
    async with saying(lambda head: said) as origin:
        with pytest.raises(TransportError):
            await asked(origin, lambda transport: transport.journals(None))


async def test_answers_without_end_that_say_nothing_end(monkeypatch: pytest.MonkeyPatch) -> None:
    async with saying(lambda head: b"HTTP/1.1 100 Continue\r\n\r\n" * 500) as origin:
        with pytest.raises(TransportError):
            await asked(origin, lambda transport: transport.journals(None))


@pytest.mark.parametrize("head", [b"HTTP/1.0 200 OK\r\n", b"HTTP/1.1 100 Continue\r\n\r\n" + OK])
async def test_an_old_or_a_hesitating_way_of_answering_is_understood(head: bytes) -> None:
    async with saying(lambda _: head + JSON + LENGTH + b"\r\n" + LIST) as origin:
        assert await asked(origin, lambda transport: transport.journals(None)) is not None


async def test_an_answer_that_stands_behind_another_is_not_taken_for_the_next() -> None:
    """Two answers to one request, on a line that stays: the second one names the first request."""
    heads: list[bytes] = []

    def twice(head: bytes) -> bytes:
        heads.append(head.split(b"\r\n")[0])
        found = re.search(rf"{REQUEST_HEADER}: (\S+)".encode(), head, re.IGNORECASE)
        assert found is not None
        one = b"HTTP/1.1 204 No Content\r\nX-Stays: 1\r\n%s: %s\r\n\r\n" % (REQUEST_HEADER.encode(), found[1])
        return one + one

    async def ask(transport: HttpTransport) -> None:
        await transport.let_go(b"a" * 32)
        await transport.drop_closing(b"b" * 32)

    async with saying(twice) as origin:
        await asked(origin, ask)
    assert [head.split()[0] for head in heads].count(b"DELETE") == len(heads) >= 2
    assert any(b"/closing" in head for head in heads), "the second request was answered itself"


MEANINGLESS = {
    "a key twice": b'{"journals":[],"more":true,"more":false}',
    "a key twice, once escaped": b'{"journals":[],"more":true,"m\\u006fre":false}',
    "a key twice in what nobody knows": b'{"journals":[],"more":false,"new":{"a":1,"a":2}}',
    "a number that no other program reads alike": b'{"journals":[],"more":false,"new":9007199254740993}',
    "half a character": b'{"journals":[],"more":false,"new":"\\ud800"}',
    "no number": b'{"journals":[],"more":false,"new":NaN}',
    "a mark before it": b'\xef\xbb\xbf{"journals":[],"more":false}',
}


@pytest.mark.parametrize("body", MEANINGLESS.values(), ids=MEANINGLESS)
async def test_an_answer_with_more_than_one_meaning_is_no_server(body: bytes) -> None:
    said = OK + JSON + b"Content-Length: %d\r\n\r\n" % len(body) + body
    async with saying(lambda _: said) as origin:
        with pytest.raises(TransportError, match="The answer is not what the protocol says"):
            await asked(origin, lambda transport: transport.journals(None))


async def test_a_refusal_with_more_than_one_meaning_is_no_refusal() -> None:
    body = b'{"type":"a","title":"b","status":401,"code":"not_found","code":"session_missing","detail":"c"}'
    said = b"HTTP/1.1 401 No\r\nContent-Type: application/problem+json\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    async with saying(lambda _: said) as origin:
        with pytest.raises(TransportError):
            await asked(origin, lambda transport: transport.journals(None))


async def test_a_newer_servers_fields_are_passed_over() -> None:
    body = b'{"journals":[],"new":{"a":[1,2.5,"\\u00e4"]},"more":false}'
    async with saying(lambda _: OK + JSON + b"Content-Length: %d\r\n\r\n" % len(body) + body) as origin:
        found = await asked(origin, lambda transport: transport.journals(None))
    assert found == JournalList(journals=[], more=False)
