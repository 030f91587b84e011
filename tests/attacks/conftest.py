"""A real server, a liar in front of each person, and Ada and Sam."""

import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from fastapi import FastAPI

from app.settings import Settings
from hostile.liar import Attack, Liar
from tests.attacks.moved import Two
from tests.attacks.people import ORIGIN, Couple, Someone, connect, pair, register
from tests.client.couple import pair as pair_homes
from tests.client.servers import ELSEWHERE, Servers, other_settings
from tests.conftest import running
from tests.kept_pairs import Kept, keep


@pytest.fixture
def attacked_settings(sqlite_template: Path, tmp_path: Path) -> Settings:
    """A server on SQLite: what a database does differently is the server's tests' business."""
    data = tmp_path / "server"
    data.mkdir()
    shutil.copy(sqlite_template, data / "duolog.db")
    return Settings(
        data=data,
        database=f"sqlite:///{data / 'duolog.db'}",
        origin=ORIGIN,
        rate_anonymous="100000/minute",
        rate_register="100000/minute",
        rate_login="100000/minute",
        rate_bad_token="100000/minute",
        rate_large="100000/minute",
        rate_carried="100000/minute",
        rate_carried_network="100000/minute",
        body_processes=0,
        rate_session="100000/minute",
    )


@pytest.fixture
async def real(attacked_settings: Settings) -> AsyncIterator[FastAPI]:
    async with running(attacked_settings) as application:
        yield application


def liar_for(application: FastAPI) -> Liar:
    """An honest wrapper that can begin to lie."""
    return Liar(application, Attack(), lambda: application.state.duolog.receipts)


@pytest.fixture
async def met(request: pytest.FixtureRequest, real: FastAPI) -> Couple | None:
    """A couple with two notes that both have read, where a test asks for it."""
    if "couple" not in request.fixturenames:
        return None
    liars = [liar_for(real), liar_for(real)]
    if _kept:
        journal, *words = _kept[0].known
        people = _kept[0].put_back(real, *map(connect, liars))
        ada, sam = (Someone(*one) for one in zip(people, liars, words, strict=True))
        return Couple(ada, sam, journal)
    ada, sam = [await register(liar) for liar in liars]
    made = Couple(ada, sam, await pair(ada, sam))
    await ada.note(made.journal, "the first note")
    await sam.duolog.sync()
    await sam.note(made.journal, "the second note")
    await ada.duolog.sync()
    assert await sam.texts(made.journal) == ["the first note", "the second note"]
    _kept.append(keep(real, (ada.duolog, sam.duolog), (made.journal, ada.words, sam.words)))
    return made


_kept: list[Kept[tuple[bytes, tuple[str, ...], tuple[str, ...]]]] = []


@pytest.fixture
async def ada(met: Couple | None, real: FastAPI) -> AsyncIterator[Someone]:
    someone = await register(liar_for(real)) if met is None else met.ada
    yield someone
    await someone.duolog.close()


@pytest.fixture
async def sam(met: Couple | None, real: FastAPI) -> AsyncIterator[Someone]:
    someone = await register(liar_for(real)) if met is None else met.sam
    yield someone
    await someone.duolog.close()


@pytest.fixture
def couple(met: Couple, ada: Someone, sam: Someone) -> Couple:
    """Verified, with two notes that both have read: copies of the first such couple in this process."""
    return met


@pytest.fixture
async def servers(
    request: pytest.FixtureRequest, real: FastAPI, attacked_settings: Settings, tmp_path: Path
) -> AsyncIterator[Servers]:
    async with AsyncExitStack() as stack:
        other = other_settings(request, attacked_settings, tmp_path, ELSEWHERE)
        yield Servers({ORIGIN: real, ELSEWHERE: await stack.enter_async_context(running(other))})


@pytest.fixture
async def two(servers: Servers) -> AsyncIterator[Two]:
    ada, words = await servers.register()
    sam, _ = await servers.register()
    journal = await pair_homes(ada, sam)
    await ada.write(journal, "note", {"text": "first"})
    await sam.sync()
    yield Two(ada, sam, journal, words)
    await ada.close()
    await sam.close()
