"""The server is killed without warning while entries are pushed: what it acknowledged must be there, and only once."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx2
import pytest

from duolog.api.pages import Placed
from duolog.api.server import ServerInfo
from duolog.protocol.entries import parse_header
from duolog.protocol.log import EntryItem, LogState, append_push, empty_log
from tests.app.people import Diary, Person
from tools.local_server import LocalServer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

ROUNDS = 20
AT_ONCE = 6  # journals pushing at the same time, so that kills fall into group commits
PUSHES = 40  # for each journal in each round, unless the server dies first
RATES = dict.fromkeys(
    ("rate_anonymous", "rate_register", "rate_login", "rate_bad_token", "rate_session"), "1000000/minute"
)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LocalServer]:
    with LocalServer(tmp_path / "server", **RATES, entries_per_day="1000000", journals_per_day="1000") as running:
        yield running


@pytest.fixture
async def ada(server: LocalServer) -> AsyncIterator[Person]:
    async with httpx2.AsyncClient(base_url=server.origin, timeout=20) as http:
        person = Person(http)
        assert (await http.post("/v1/accounts", json=person.registration())).status_code == 201
        assert (await person.log_in(origin=server.origin)).status_code == 201
        yield person


class Writer:
    """One journal, what was acknowledged in it, and the push that is waiting for its answer."""

    def __init__(self, diary: Diary) -> None:
        self.diary = diary
        self.acknowledged: dict[bytes, int] = {}
        self.waiting: list[Placed] = []

    async def write(self, ada: Person) -> None:
        """Push until the server is gone. What got no answer is pushed again, byte for byte, when it is back."""
        for _ in range(PUSHES):
            self.waiting = self.waiting or [self.diary.entry(ada) for _ in range(random.randint(1, 5))]
            try:
                answer = await self.diary.push(ada, *self.waiting, follow=False)
            except httpx2.TransportError:
                return
            assert answer.status_code == 201, answer.text
            for placed, place in zip(self.waiting, answer.json()["places"], strict=True):
                self.acknowledged[entry_id(placed)] = place["seq"]
            self.waiting = []

    async def verify(self, ada: Person, receipt_key: bytes) -> None:
        """Pull everything: the chain and its receipts verify; what was acknowledged stands at its place, once."""
        places: dict[bytes, int] = {}
        state: LogState = empty_log(self.diary.journal)
        while pushes := (await self.diary.pull(ada, state.seq)).pushes:
            for push in pushes:
                items = [placed.item for placed in push.items]
                for placed in push.items[0 if state.seq else 1 :]:
                    assert entry_id(placed) not in places, "an entry stands in the log twice"
                    places[entry_id(placed)] = placed.seq
                state = append_push(state, items, push.receipt, receipt_key, self.diary.chains)
        assert self.acknowledged.items() <= places.items()
        waiting = {entry_id(placed) for placed in self.waiting}
        assert places.keys() - self.acknowledged.keys() <= waiting, "an entry that nobody waits for"


def entry_id(placed: Placed) -> bytes:
    assert isinstance(placed.item, EntryItem)
    return parse_header(placed.item.header).entry


async def test_nothing_acknowledged_is_lost_and_nothing_is_doubled_by_kill_9(server: LocalServer, ada: Person) -> None:
    info = ServerInfo.model_validate_json((await ada.http.get("/.well-known/duolog")).content)
    receipt_key = info.receipt_keys[-1].key
    writers = [Writer(await Diary(ada).create()) for _ in range(AT_ONCE)]
    for _ in range(ROUNDS):
        writing = [asyncio.create_task(writer.write(ada)) for writer in writers]
        await asyncio.sleep(random.uniform(0.02, 0.4))
        await asyncio.to_thread(server.stop, kill=True)
        await asyncio.gather(*writing)
        await asyncio.to_thread(server.start)
        for writer in writers:
            await writer.verify(ada, receipt_key)
    assert sum(len(writer.acknowledged) for writer in writers) > ROUNDS, "the kills came before anything was pushed"
    for writer in writers:
        await writer.write(ada)
        assert not writer.waiting
        await writer.verify(ada, receipt_key)
