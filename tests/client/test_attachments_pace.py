"""How many parts of an attachment one request carries, on quick and slow networks and behind narrow ones."""

from collections.abc import Callable

import anyio
import pytest

from duolog.api.attachments import AttachmentState
from duolog.client.attachments.pace import MOST, QUICK, Pace
from duolog.client.attachments.sealing import seal_content
from duolog.client.attachments.sending import send_attachment
from duolog.client.home.attachment_files import AttachmentFiles
from duolog.errors import DuologError, ServerRefused, TooLargeOnTheWay
from duolog.protocol import sizes
from duolog.protocol.attachments import stored_size

PART = sizes.ATTACHMENT_PART
SIZE = 11 * PART


class Zeros:
    """Content that is read in order."""

    def __init__(self, size: int) -> None:
        self._left = size

    def read(self, size: int) -> bytes:
        size = min(size, self._left)
        self._left -= size
        return bytes(size)


async def sent(took: Callable[[int], float], refused: Callable[[int], DuologError | None]) -> list[tuple[int, int]]:
    """The first part, and the number of parts, of each request. `took`: seconds of one that carries so many parts."""
    files, total, journal = AttachmentFiles(None), stored_size(SIZE), bytes(32)
    named, requests, stored = seal_content(files, journal, Zeros(SIZE), SIZE, "", lambda *_: None), [], bytearray()
    clock = [0.0]

    def state() -> AttachmentState:
        return AttachmentState(parts=-(-total // PART), received=-(-len(stored) // PART))

    async def begin() -> AttachmentState:
        return state()

    async def send(number: int, parts: bytes) -> AttachmentState:
        count = -(-len(parts) // PART)
        requests.append((number, count))
        clock[0] += took(count)
        if error := refused(len(parts)):
            raise error
        assert number * PART == len(stored)
        stored.extend(parts)
        return state()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(anyio, "current_time", lambda: clock[0])
        await send_attachment(files, named, begin, send, lambda *_: None)
    assert len(stored) == total
    files.close()
    return requests


async def test_a_quick_network_carries_ever_more_and_four_parts_at_most() -> None:
    assert await sent(lambda _: 0.1, lambda _: None) == [(0, 1), (1, 2), (3, 4), (7, 4), (11, 1)]
    assert MOST == 4


async def test_a_slow_network_carries_single_parts() -> None:
    assert [count for _, count in await sent(lambda count: QUICK * count, lambda _: None)] == [1] * 12


@pytest.mark.parametrize(
    "error", [TooLargeOnTheWay("no", size=2 * PART), ServerRefused("no", code="too_large", status=413)]
)
async def test_where_something_takes_no_more_than_a_part_single_ones_go(error: DuologError) -> None:
    requests = await sent(lambda _: 0.1, lambda size: error if size > PART else None)
    assert requests[:3] == [(0, 1), (1, 2), (1, 1)]
    assert [count for _, count in requests[2:]] == [1] * 11


async def test_what_refuses_a_single_part_refuses_the_attachment() -> None:
    with pytest.raises(TooLargeOnTheWay):
        await sent(lambda _: 0.1, lambda size: TooLargeOnTheWay("no", size=size))


async def test_another_refusal_makes_nothing_smaller() -> None:
    with pytest.raises(ServerRefused, match="full"):
        await sent(lambda _: 0.1, lambda size: ServerRefused("full", code="storage_full", status=507))


async def test_a_request_that_failed_says_nothing_about_the_next_one() -> None:
    pace = Pace()
    with pytest.raises(ServerRefused), pace.measured():
        raise ServerRefused("no", code="internal", status=500)
    assert pace.parts == 1
