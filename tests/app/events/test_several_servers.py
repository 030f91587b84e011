"""Two servers on one PostgreSQL database: a write at one wakes the listeners of the other."""

import asyncio
from collections.abc import AsyncIterator

import psycopg
import pytest
from fastapi import FastAPI

from app.settings import Settings
from app.state import State
from app.waking.notes import Notes
from app.waking.notices import LISTENING, parse_notice
from duolog.protocol.codec import encode_b64
from tests.app.events.ears import listening
from tests.app.people import Diary, Person
from tests.conftest import running

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest.fixture
async def other(settings: Settings, app: FastAPI) -> AsyncIterator[FastAPI]:
    """Another server on the same database. Its beats are so rare that it hears by notices alone."""
    async with running(settings.model_copy(update={"event_seconds": 60})) as second:
        yield second


async def end_connections(settings: Settings, query: str) -> int:
    """End the connections of the database whose last command begins like this; how many there were."""
    async with await psycopg.AsyncConnection.connect(settings.database_url, autocommit=True) as admin:
        found = await admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND query LIKE %s",
            (f"{query}%",),
        )
        return len(await found.fetchall())


async def test_a_push_at_one_server_wakes_a_listener_at_the_other(other: FastAPI, couple: Diary, sam: Person) -> None:
    async with listening(other, sam) as ear:
        await ear.seqs(2)
        await couple.push(sam, couple.entry(sam))
        assert await ear.seqs(1) == {couple.journal: couple.state.seq}


async def test_a_session_that_ends_at_one_server_ends_its_stream_at_the_other(other: FastAPI, ada: Person) -> None:
    async with listening(other, ada) as ear:
        await ear.seqs(1)
        await ada.delete("/v1/sessions/current")
        assert await ear.ended()


async def test_nothing_is_lost_while_the_connection_for_notices_is(
    other: FastAPI, settings: Settings, couple: Diary, sam: Person
) -> None:
    async with listening(other, sam) as ear, listening(other, couple.founder) as adas:
        await ear.seqs(2)
        await adas.seqs(2)
        assert await end_connections(settings, LISTENING) == 2  # of both servers
        await couple.push(sam, couple.entry(sam))  # nobody is told
        assert await ear.seqs(1) == {couple.journal: couple.state.seq}
        await couple.push(sam, couple.entry(sam))  # and afterwards everybody is again
        for one in (ear, adas):
            async with asyncio.timeout(60):
                while await one.seqs(1) != {couple.journal: couple.state.seq}:
                    pass


async def test_many_writes_are_few_notices(app: FastAPI, settings: Settings, ada: Person) -> None:
    state: State = app.state.duolog
    async with await psycopg.AsyncConnection.connect(settings.database_url, autocommit=True) as third:
        await third.execute(LISTENING)
        for _ in range(1000):
            state.hub.announce(Notes(journals={ada.account}))
        heard = [notice.payload async for notice in third.notifies(timeout=0.3)]
    assert heard == [f"j{encode_b64(ada.account)}"]


async def test_a_notice_that_is_none_says_nothing(database_url: str) -> None:
    for payload in ("", "j", "x" * 44, "j" + "A" * 42, "a€", "J" + "A" * 43):
        assert not parse_notice(payload)
    assert parse_notice("a" + "A" * 43) == Notes(accounts={bytes(32)})
