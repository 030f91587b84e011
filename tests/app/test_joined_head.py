"""The head of an answer goes out with its body, or alone in the loop's next turn."""

import asyncio
from collections.abc import Iterable

import pytest

from app.joined_head import JoinedHead


class Wire(asyncio.Transport):
    """A transport that remembers each call to the system."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[bytes] = []
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.calls.append(bytes(data))

    def writelines(self, list_of_data: Iterable[bytes | bytearray | memoryview]) -> None:
        self.calls.append(b"".join(list_of_data))

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed


@pytest.fixture
async def wire() -> Wire:
    return Wire()


@pytest.fixture
async def answer(wire: Wire) -> JoinedHead:
    return JoinedHead(wire, asyncio.get_running_loop())


async def turn() -> None:
    await asyncio.sleep(0)
    await asyncio.sleep(0)


async def test_a_head_and_the_first_of_its_body_are_one_call(answer: JoinedHead, wire: Wire) -> None:
    answer.write(b"head ")
    assert wire.calls == []
    for piece in (b"one", b"two"):
        answer.write(piece)
    await turn()
    assert wire.calls == [b"head one", b"two"]


async def test_a_head_without_a_body_waits_for_the_next_turn_only(answer: JoinedHead, wire: Wire) -> None:
    answer.write(b"head")
    await turn()
    assert wire.calls == [b"head"]
    answer.write(b"an event, later")
    assert wire.calls == [b"head", b"an event, later"]


async def test_closing_sends_a_head_that_waits(answer: JoinedHead, wire: Wire) -> None:
    answer.write(b"head")
    answer.close()
    await turn()
    assert (wire.calls, wire.closed) == ([b"head"], True)


async def test_a_connection_that_was_closed_meanwhile_gets_no_head(answer: JoinedHead, wire: Wire) -> None:
    answer.write(b"head")
    wire.close()
    await turn()
    assert wire.calls == []
    assert answer.is_closing()


async def test_an_empty_body_ends_the_waiting(answer: JoinedHead, wire: Wire) -> None:
    answer.write(b"head")
    answer.write(b"")
    await turn()
    assert wire.calls == [b"head"]
