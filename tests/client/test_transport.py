"""What the transport asks of a server for sessions and at a rendezvous, on the real server."""

import pytest
from fastapi import FastAPI

from duolog.errors import ServerRefused
from tests.client.couple import register, transport

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def test_sessions_are_listed_and_ended(app: FastAPI) -> None:
    person, network, _ = await register(app)
    await person.sync()
    (own,) = (await network.sessions()).sessions
    assert own.current
    await network.end_other_sessions()
    assert (await network.sessions()).sessions == [own]
    await network.end_session(own.session)
    with pytest.raises(ServerRefused) as caught:
        await network.sessions()
    assert caught.value.code == "session_missing"


async def test_messages_are_left_and_fetched(app: FastAPI) -> None:
    person, network, _ = await register(app)
    await person.sync()
    newcomer, place = transport(app), bytes(16)
    assert (await network.fetch_message(place, "new", 1)).sealed is None
    await newcomer.leave_message(place, "new", 1, b"k" * 64)
    assert (await network.fetch_message(place, "new", 1)).sealed == b"k" * 64
    await network.leave_message(place, "old", 2, b"a" * 64)
    assert (await newcomer.fetch_message(place, "old", 2)).sealed == b"a" * 64
    with pytest.raises(ServerRefused) as caught:
        await newcomer.leave_message(place, "old", 1, b"x" * 64)
    assert caught.value.code == "session_missing"
