"""The load generator sends every prepared request, and takes nothing but success for an answer."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from bench.load import Load, LoadFailed, Plan, Sent, send
from bench.writers import Miscounted, bare_get, require_same

OK = b"HTTP/1.1 201 Created\r\nContent-Length: 5\r\nx: y\r\n\r\nhello"


@asynccontextmanager
async def answering(answer: Callable[[bytes], list[bytes]]) -> AsyncIterator[int]:
    """A server that answers each request's head by these pieces; its port."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                for piece in answer(await reader.readuntil(b"\r\n\r\n")):
                    writer.write(piece)
                    await asyncio.sleep(0.001)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def test_each_request_is_sent_once_in_order_over_its_connection() -> None:
    seen: list[bytes] = []

    def answer(head: bytes) -> list[bytes]:
        seen.append(head.split()[1])
        return [OK]

    async with answering(answer) as port:
        sent = await send([Plan(port, [bare_get(f"/{name}{number}") for number in range(3)]) for name in "ab"], None)
    assert [path for path in seen if path.startswith(b"/a")] == [b"/a0", b"/a1", b"/a2"]
    assert len(seen) == sent.requests == len(sent.waits) == 6
    assert sent.received == 6 * 5


@pytest.mark.parametrize("cut", range(1, len(OK), 7))
async def test_an_answer_in_pieces_is_one_answer(cut: int) -> None:
    async with answering(lambda _: [OK[:cut], OK[cut:]]) as port:
        sent = await send([Plan(port, [bare_get()] * 3)], None)
    assert (sent.requests, sent.received) == (3, 15)


async def test_with_seconds_the_requests_begin_anew() -> None:
    seen: list[bytes] = []

    def answer(head: bytes) -> list[bytes]:
        seen.append(head.split()[1])
        return [OK if len(seen) < 5 else OK.replace(b"201", b"500")]

    async with answering(answer) as port:
        with pytest.raises(LoadFailed):
            await send([Plan(port, [bare_get("/a"), bare_get("/b")])], 3600)
    assert seen == [b"/a", b"/b", b"/a", b"/b", b"/a"]


@pytest.mark.parametrize("status", [b"429 Too Many Requests", b"500 Internal Server Error", b"304 Not Modified"])
async def test_a_refusal_ends_the_run(status: bytes) -> None:
    async with answering(lambda _: [b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\n\r\n"]) as port:
        with pytest.raises(LoadFailed, match=status.decode()):
            await send([Plan(port, [bare_get()])], None)


async def test_a_connection_that_is_closed_ends_the_run() -> None:
    def close(head: bytes) -> list[bytes]:
        raise ConnectionError

    async with answering(close) as port:
        with pytest.raises(LoadFailed, match="closed"):
            await send([Plan(port, [bare_get()])], None)


async def test_the_process_serves_one_run_after_another() -> None:
    async with answering(lambda head: [OK if b"good" in head else OK.replace(b"201", b"404")]) as port:
        with Load() as load:
            sent = await asyncio.to_thread(load.run, [Plan(port, [bare_get("/good")])])
            with pytest.raises(LoadFailed, match="404"):
                await asyncio.to_thread(load.run, [Plan(port, [bare_get("/bad")])])
            again = await asyncio.to_thread(load.run, [Plan(port, [bare_get("/good")] * 2)])
    assert (sent.requests, again.requests) == (1, 2)


def test_the_share_is_that_of_one_core() -> None:
    assert Sent(requests=10, received=0, seconds=2.0, processor=0.5, waits=[0.1]).share == 0.25


@pytest.mark.parametrize(("pulled", "says"), [("ab", "1 acknowledged entries are lost"), ("abcc", "1 are there too")])
def test_a_lost_or_doubled_entry_is_told(pulled: str, says: str) -> None:
    with pytest.raises(Miscounted, match=says):
        require_same([one.encode() for one in "abc"], [one.encode() for one in pulled])
