"""Request bodies that are taken in pieces: in the memory of one piece, with the limits of every body."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing
from typing import Any

import pytest

from app.bodies import Bodies, Sender
from app.problems import Busy, TooLarge

KIB = 1024
SENDER = Sender("ada", "home")


class Sent:
    """A request whose body comes in chunks."""

    def __init__(self, *chunks: int, announced: bool = True) -> None:
        self.headers = {"content-length": str(sum(chunks))} if announced else {}
        self._chunks = chunks

    async def stream(self) -> AsyncIterator[bytes]:
        at = 0
        for length in self._chunks:
            yield bytes((at + number) % 251 for number in range(length))
            at += length
        yield b""


async def pieces(bodies: Bodies, request: Any, size: int, limit: int = 4096 * KIB) -> list[bytes]:
    async with aclosing(bodies.pieces(request, limit, SENDER, size)) as found:
        return [piece async for piece in found]


@pytest.mark.parametrize("announced", [True, False])
@pytest.mark.parametrize(
    "chunks", [(), (1,), (100,), (300,), (100, 100), (99, 1, 101, 99), (250, 1), (1,) * 203], ids=str
)
async def test_pieces_are_the_body_however_it_comes(chunks: tuple[int, ...], announced: bool) -> None:
    found = await pieces(Bodies(1_000_000), Sent(*chunks, announced=announced), 100)
    assert b"".join(found) == bytes(number % 251 for number in range(sum(chunks)))
    assert all(len(piece) == 100 for piece in found[:-1])
    assert all(found)


async def test_a_body_in_pieces_takes_the_memory_of_one() -> None:
    bodies, chunks = Bodies(512 * KIB), (64 * KIB,) * 32
    assert len(await pieces(bodies, Sent(*chunks), 128 * KIB)) == 16
    with pytest.raises(Busy):
        async with AsyncExitStack() as held:
            await bodies.read(Sent(*(64 * KIB,) * 8), 4096 * KIB, SENDER, held)  # type: ignore[arg-type]
    assert bodies.callers == 0


async def test_all_pieces_together_have_the_limit_of_the_body() -> None:
    found = list[bytes]()
    async with aclosing(Bodies(1_000_000).pieces(Sent(*(50,) * 9, announced=False), 400, SENDER, 100)) as taken:  # type: ignore[arg-type]
        with pytest.raises(TooLarge):
            found.extend([piece async for piece in taken])
    assert await pieces(Bodies(1_000_000), Sent(*(50,) * 8), 100, limit=400) != []


async def test_whoever_stops_early_gives_turn_and_memory_back() -> None:
    bodies = Bodies(512 * KIB, turn_seconds=0)
    for _ in range(3):
        async with aclosing(bodies.pieces(Sent(*(64 * KIB,) * 4), 4096 * KIB, SENDER, 128 * KIB)) as taken:  # type: ignore[arg-type]
            assert len(await anext(taken)) == 128 * KIB
            assert bodies.callers == 1
    assert bodies.callers == 0
