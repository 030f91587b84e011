"""Something else answers in the server's place: a portal, a proxy, a cache, another site. It is never the server.

Every operation meets every answer. What a person wrote waits, nothing is taken for sent, and reading goes on.
"""

import inspect
import json
import time
from collections.abc import Awaitable
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from duolog.api.common import REQUEST_HEADER, Model
from duolog.client import Duolog, HttpTransport
from duolog.client.server.transport import Transport
from duolog.errors import ServerRefused, TooLargeOnTheWay, TransportError
from tests.client.couple import UNLOCK, couple
from tests.client.on_the_way import Portal
from tests.conftest import ORIGIN

PAGE = b"<!DOCTYPE html><title>Log in</title><form action='/login'></form>"
PROBLEM = {"type": "about:blank", "title": "t", "status": 404, "code": "not_found", "detail": "It is gone."}
HTML, JSON, TEXT, OURS, BYTES, PROBLEMS = (
    "text/html; charset=utf-8",
    "application/json",
    "text/plain",
    "application/vnd.duolog.v1",
    "application/octet-stream",
    "application/problem+json",
)
STRANGE: list[tuple[int, str | None, bytes]] = [
    *((status, HTML, PAGE) for status in (200, 201, 203, 206, 302, 307, 400, 401, 403, 404, 405, 407, 409, 410, 413)),
    *((status, HTML, PAGE) for status in (421, 422, 429, 451, 500, 502, 503, 504, 507, 511, 520, 525, 599)),
    *((status, HTML, b"") for status in (200, 302, 401, 404, 502)),
    *((status, None, b"") for status in (200, 201, 202, 204, 205, 304, 401, 403, 404, 502)),
    *((status, TEXT, b"ok") for status in (200, 404)),
    *((status, JSON, b'{"error":"login required"}') for status in (200, 401, 403, 404, 409, 413, 503)),
    *((status, JSON, json.dumps(PROBLEM | {"status": status}).encode()) for status in (401, 404, 409)),
    *((status, PROBLEMS, json.dumps(PROBLEM).encode()) for status in (401, 403, 409, 500)),  # it says 404 itself
    *((200, JSON, body) for body in (b"", b"null", b"[]", b"{}", b'{"origin":"http', b"\xff\xfe", b"[" * 5000)),
    (404, PROBLEMS, b'{"type":"about:blank","title":"Not Found","status":404}'),
    (401, PROBLEMS, b'{"type":"about:blank","title":"t","status":401,"code":"login","detail":"d"}'),
    *((200, form, PAGE) for form in (OURS, BYTES)),
]
OPERATIONS = [
    name
    for name, method in vars(Transport).items()
    if inspect.iscoroutinefunction(method) and not name.startswith("_") and name != "close"
]


def answering(status: int, form: str | None, body: bytes, **more: str) -> HttpTransport:
    headers = more if form is None else {"Content-Type": form, **more}
    headers["Location"] = "http://portal.example/login"
    return HttpTransport(
        ORIGIN, network=httpx2.MockTransport(lambda request: httpx2.Response(status, content=body, headers=headers))
    )


def ask(transport: HttpTransport, name: str) -> Awaitable[Any]:
    """One operation, with arguments of the right kinds."""
    given: list[Any] = []
    for parameter in list(inspect.signature(getattr(Transport, name)).parameters.values())[1:]:
        kind = parameter.annotation
        if isinstance(kind, type) and issubclass(kind, Model):
            given.append(kind.model_construct())
        elif kind is int:
            given.append(296)
        elif parameter.name == "role":
            given.append("new")
        elif parameter.name == "items":
            given.append([])
        elif parameter.name == "span":
            given.append((0, 31))
        else:
            given.append(bytes({"sealed": 64, "message": 64, "entry": 16}.get(parameter.name, 32)))
    result: Awaitable[Any] = getattr(transport, name)(*given)
    return result


@pytest.mark.filterwarnings("ignore")  # models without their fields
@pytest.mark.parametrize("name", OPERATIONS)
async def test_no_operation_takes_something_else_for_the_server(name: str) -> None:
    for status, form, body in STRANGE:
        transport = answering(status, form, body)
        transport.use_session(bytes(32))
        with pytest.raises(TransportError) as caught:
            await ask(transport, name)
        assert not isinstance(caught.value, ServerRefused), (status, form, body)
        assert isinstance(caught.value, TooLargeOnTheWay) == (status == 413), (status, form, body)


@pytest.mark.parametrize(
    ("status", "form", "says"),
    [
        (200, HTML, "log-in in a browser"),
        (302, HTML, "log-in in a browser"),
        (404, HTML, "log-in in a browser"),
        (511, HTML, "log-in in a browser"),
        (407, HTML, "A proxy on the way"),
        (502, HTML, "can't be reached just now"),
        (429, None, "can't be reached just now"),
        (413, HTML, "client_max_body_size"),
    ],
)
async def test_a_plain_sentence_says_what_it_seems_to_be(status: int, form: str | None, says: str) -> None:
    with pytest.raises(TransportError, match=says):
        await answering(status, form, PAGE).server_info()


async def test_an_answer_without_a_body_proves_itself_by_the_id_of_its_request() -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(204, headers={REQUEST_HEADER: request.headers[REQUEST_HEADER]})

    await HttpTransport(ORIGIN, network=httpx2.MockTransport(answer)).let_go(bytes(32))
    with pytest.raises(TransportError):
        await answering(204, None, b"").let_go(bytes(32))


async def test_an_answer_to_another_request_is_dropped_and_the_request_sent_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A cache, or a connection on which answers slipped by one."""
    monkeypatch.setattr("duolog.client.server.http.PAUSE", 0.0)
    seen: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        seen.append(request.headers[REQUEST_HEADER])
        named = "A" * 22 if len(seen) < 3 else seen[-1]
        return httpx2.Response(204, headers={REQUEST_HEADER: named})

    transport = HttpTransport(ORIGIN, network=httpx2.MockTransport(answer))
    await transport.let_go(bytes(32))
    assert len(seen) == 3
    seen.clear()
    await transport.let_go(bytes(16))
    assert len(set(seen)) == 1, "every try of one request has the same id"


@pytest.mark.parametrize("reaches", [False, True], ids=["instead", "after"])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_nothing_is_lost_doubled_or_ended_behind_a_portal(app: FastAPI, *, reaches: bool) -> None:
    """Also where the request reached the server, and the answer was replaced."""
    async with couple(app) as two:
        portal = Portal(app)
        two.ada._context.network.transport._client._transport = portal  # type: ignore[attr-defined]
        portal.reaches = reaches
        closing, count = two.ada.leaving(two.journal), 0
        await closing.schedule(int(time.time()) + 86_400)
        for number, strange in enumerate(STRANGE[::6]):
            portal.instead = strange
            written = await two.ada.write(two.journal, "note", {"text": f"text {number}"})
            assert isinstance(written.problem, TransportError), strange
            with pytest.raises(TransportError):
                await two.ada.sync()
            if not reaches:
                with pytest.raises(TransportError):
                    await closing.cancel()
            assert not two.ada._context.network.shut_out
            if reaches and number % 20 == 0:
                portal.instead = None
                await two.ada.sync()
            count += 1
        portal.instead = None
        await two.ada.sync()
        await two.sam.sync()
        for person in (two.ada, two.sam):
            texts = [
                item.body["text"] for item in await person.timeline(two.journal) if item.kind == "note" and item.body
            ]
            assert len(texts) == len(set(texts)) == count


@pytest.mark.parametrize("strange", [(200, HTML, PAGE), (404, HTML, PAGE), (401, JSON, b"{}"), (204, None, b"")])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_an_invitation_is_not_used_up_behind_a_portal(
    app: FastAPI, strange: tuple[int, str | None, bytes]
) -> None:
    portal = Portal(app)
    ada = (
        await Duolog.register(HttpTransport(ORIGIN, network=httpx2.ASGITransport(app)), home=None, unlock=UNLOCK)
    ).duolog
    sam = (await Duolog.register(HttpTransport(ORIGIN, network=portal), home=None, unlock=UNLOCK)).duolog
    journal = await ada.create_journal()
    link = (await ada.invite(journal)).link
    for portal.reaches in (False, True):
        portal.instead = strange
        with pytest.raises(TransportError):
            await sam.join(link)
    portal.instead = None
    await sam.join(link)
    await ada.sync()
    await sam.sync()
    assert (await ada.pairing(journal)).words == (await sam.pairing(journal)).words is not None
