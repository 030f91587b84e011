"""A liar in front of a server that runs already, over real sockets."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from duolog.client import Duolog, HttpTransport
from duolog.errors import MalformedData, TransportError
from hostile.control import Control
from hostile.liar import Answer, Attack, Call, Liar
from hostile.served import in_front_of, own_server
from hostile.wire import serving
from tests.attacks.people import UNLOCK
from tests.hostile.test_command import free_port


@pytest.fixture
async def behind(tmp_path: Path) -> AsyncIterator[tuple[Liar, str]]:
    """A real server that goes by the address of the liar in front of it, and the liar."""
    port = free_port()
    async with (
        own_server(tmp_path, as_origin=f"http://127.0.0.1:{port}") as (_, address),
        in_front_of(address, port, tmp_path / "receipt.key") as (liar, origin),
    ):
        yield liar, origin


async def test_a_client_is_served_through_the_liar_and_then_lied_to(behind: tuple[Liar, str]) -> None:
    liar, origin = behind
    made = await Duolog.register(HttpTransport(origin), home=None, unlock=UNLOCK)
    async with made.duolog as duolog:
        journal = await duolog.create_journal()
        assert (await duolog.write(journal, "note", {"text": "through the liar"})).delivered
        assert not (await duolog.sync()).problems
        control = Control(liar, as_json=True)
        assert json.loads(control.obey("commit cut-answer"))["attack"] == "cut-answer"
        with pytest.raises((MalformedData, TransportError)):
            await duolog.sync()
        assert json.loads(control.obey("stop"))["attack"] == "honest"
        assert not (await duolog.sync()).problems


async def test_a_lying_length_and_a_body_in_chunks_travel_as_they_are() -> None:
    class Echo(Attack):
        """Answers with what was sent."""

        async def answer(self, call: Call, server: Liar) -> Answer:
            return Answer(200, ((b"x-path", call.path.encode()),), call.body, claims=int(call.query or b"-1"))

    async def chunks() -> AsyncIterator[bytes]:
        yield b"one, "
        yield b"two"

    async with serving(Liar(_unused, Echo(), _unused)) as address, httpx2.AsyncClient(base_url=address) as http:  # type: ignore[arg-type]
        assert (await http.post("/a?8", content=chunks())).text == "one, two"
        with pytest.raises(httpx2.RemoteProtocolError):
            await http.post("/a?9", content=b"one, two")
        assert (await http.post("/a?3", content=b"one, two")).text == "one"


def _unused(*_: object) -> None:
    raise AssertionError
