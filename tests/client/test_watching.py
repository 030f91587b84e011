"""`Duolog.watch`: what others write comes as it is written, through lost streams and from servers without events."""

from collections.abc import AsyncIterator, Callable

import anyio
import httpx2
import pytest
from fastapi import FastAPI

from app.settings import Settings
from duolog.api.events import Wake
from duolog.client import Duolog, Watch
from duolog.client import watching as module
from duolog.client.server.http import HttpTransport
from duolog.errors import MalformedData, ServerRefused, TransportError
from duolog.protocol.codec import encode_b64
from tests.app.raw import served
from tests.client.couple import couple
from tests.conftest import ORIGIN

PATIENCE = 60  # seconds after which a test gives up
WAKE = b'data: {"journal":"%s","seq":7}\n\n' % encode_b64(bytes(32)).encode()
EVENTS = {"Content-Type": "text/event-stream"}


def answering(make: Callable[[httpx2.Request], httpx2.Response]) -> HttpTransport:
    return HttpTransport(ORIGIN, network=httpx2.MockTransport(make))


async def in_pieces(data: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


@pytest.mark.parametrize("size", [1, 7, 1000])
async def test_a_stream_is_read_in_pieces_of_any_size(size: int) -> None:
    data = b":\r\n\r\nevent: message\n" + b"id: one\r\n" + WAKE + b":\n\n" + WAKE + b"id: two\n" + WAKE
    events = await answering(lambda _: httpx2.Response(200, headers=EVENTS, content=in_pieces(data, size))).listen("")
    heard: list[Wake] = []
    while (wakes := await events.next()) is not None:
        heard += wakes
    assert [(wake.journal, wake.seq) for wake in heard] == 3 * [(bytes(32), 7)]
    assert events.last == "two"
    await events.close()


@pytest.mark.parametrize(
    "data",
    [
        b"data: {}\n\n",
        b"data: " + b"x" * 5000,
        b"id: \xff\n" + WAKE,
        b"id: " + b"x" * 65 + b"\n" + WAKE,
        b"data: [[\n\n",
    ],
)
async def test_what_is_no_event_is_refused(data: bytes) -> None:
    events = await answering(lambda _: httpx2.Response(200, headers=EVENTS, content=in_pieces(data, 999))).listen("")
    with pytest.raises(MalformedData):
        await events.next()


async def test_a_portal_in_the_place_of_the_server_is_no_stream() -> None:
    for status, headers in ((200, {"Content-Type": "text/html"}), (302, {"Location": "/login"}), (404, {}), (503, {})):
        with pytest.raises(TransportError):
            await answering(lambda _: httpx2.Response(status, headers=headers, content=b"<html>")).listen("")  # noqa: B023


async def test_the_newest_id_is_sent_along_and_kept() -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        assert request.headers["Last-Event-ID"] == "before"
        return httpx2.Response(200, headers=EVENTS, content=b":\n\n")

    events = await answering(answer).listen("before")
    assert await events.next() is None
    assert events.last == "before"


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses are short."""
    for name in ("FIRST_PAUSE", "LONGEST_PAUSE", "POLL_SECONDS"):
        monkeypatch.setattr(module, name, 0.05)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("refusal", [404, 0], ids=["a server without events", "a stream that breaks off"])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_news_come_without_a_stream_too(app: FastAPI, refusal: int, monkeypatch: pytest.MonkeyPatch) -> None:
    real = HttpTransport.listen

    async def listen(self: HttpTransport, last: str) -> object:
        if refusal:
            raise ServerRefused("There is nothing here.", code="not_found", status=refusal)
        return await real(answering(lambda _: httpx2.Response(200, headers=EVENTS, content=b":\n\n")), last)

    monkeypatch.setattr(HttpTransport, "listen", listen)
    async with couple(app) as both:
        watch = both.ada.watch()
        with anyio.fail_after(PATIENCE):
            async with anyio.create_task_group() as group:
                group.start_soon(_write_once_watched, both.sam, both.journal, watch)
                (news,) = await anext(watch)
        assert news.journal == both.journal
        assert news.came == {both.sam.account: ("note",)}
        await watch.close()
        with pytest.raises(StopAsyncIteration):
            await anext(watch)


async def _write_once_watched(sam: Duolog, journal: bytes, watch: Watch) -> None:
    while not watch._looked:  # noqa: ASYNC110 - it has looked once
        await anyio.sleep(0.01)
    await sam.write(journal, "note", {"text": "while you watch"})


class Near(httpx2.AsyncHTTPTransport):
    """The network, where the server's address leads to a port of this machine."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self._port = port

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        request.url = request.url.copy_with(scheme="http", host="127.0.0.1", port=self._port)
        return await super().handle_async_request(request)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_a_partner_writes_comes_as_it_is_written(app: FastAPI, settings: Settings) -> None:
    hub = app.state.duolog.hub
    async with couple(app) as both, served(app, settings) as server:
        both.ada._context.network.transport._client._transport = Near(server.port)  # type: ignore[attr-defined]
        watch = both.ada.watch()
        with anyio.fail_after(PATIENCE):
            async with anyio.create_task_group() as group:
                group.start_soon(_write_once_watched, both.sam, both.journal, watch)
                (news,) = await anext(watch)
            assert news.came == {both.sam.account: ("note",)}
            assert len(hub) == 1
            hub.end()  # as a server that stops
            hub.stopping = False
            async with anyio.create_task_group() as group:
                group.start_soon(both.sam.write, both.journal, "note", {"text": "and after a restart"})
                (news,) = await anext(watch)
            assert news.came == {both.sam.account: ("note",)}
        await watch.close()
