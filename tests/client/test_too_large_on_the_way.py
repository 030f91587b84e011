"""A proxy in front of the server takes smaller requests than the server. Pushes and carried pages become smaller."""

import pytest
from fastapi import FastAPI

from duolog.client import Duolog, HttpTransport
from duolog.errors import TooLargeOnTheWay
from tests.client.couple import couple
from tests.client.on_the_way import MIB, Narrow

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def texts(person: Duolog, journal: bytes) -> list[str]:
    return [item.body["text"] for item in await person.timeline(journal) if item.kind == "note" and item.body]


def behind(person: Duolog, app: FastAPI) -> Narrow:
    narrow = Narrow(app)
    network = person._context.network.transport
    assert isinstance(network, HttpTransport)
    network._client._transport = narrow
    return narrow


async def test_pushes_become_smaller_until_they_get_through(app: FastAPI) -> None:
    async with couple(app) as two:
        narrow = behind(two.ada, app)
        narrow.most = 0
        written = [f"{number} " + "x" * 5000 for number in range(12)]
        for text in written:
            assert isinstance((await two.ada.write(two.journal, "note", {"text": text})).problem, TooLargeOnTheWay)
        narrow.most, narrow.sizes[:] = 20_000, []
        report = await two.ada.sync()
        assert report.delivered == 12
        refused = [size for size in narrow.sizes if size > narrow.most]
        assert len(refused) <= 4, "it halves"
        assert max(narrow.sizes[len(refused) :]) > narrow.most // 4, "and goes no smaller than it must"
        narrow.sizes.clear()
        await two.ada.write(two.journal, "note", {"text": "one more"})
        assert max(narrow.sizes) <= narrow.most, "the size that gets through is remembered"
        await two.sam.sync()
        assert await texts(two.sam, two.journal) == [*written, "one more"]


async def test_one_text_that_is_too_large_on_the_way_waits_and_says_whom_to_ask(app: FastAPI) -> None:
    async with couple(app) as two:
        narrow = behind(two.ada, app)
        narrow.most = 2000
        written = await two.ada.write(two.journal, "note", {"text": "x" * 9000})
        assert "client_max_body_size 4m" in str(written.problem)
        assert len(narrow.sizes) == 2, "it isn't tried again and again"
        narrow.most = MIB
        assert (await two.ada.sync()).delivered == 1
        await two.sam.sync()
        assert await texts(two.sam, two.journal) == ["x" * 9000]
