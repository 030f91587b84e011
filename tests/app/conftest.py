"""People for the server's tests, and what they leave to its operator."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import httpx2
import pytest
import structlog

from app.settings import Settings
from tests.app.operating import Operator
from tests.app.people import ORIGIN, Diary, Person
from tests.conftest import http_client, running


@pytest.fixture(autouse=True)
def logs_of_this_test() -> Iterator[None]:
    """A command that configures the logs does so for its own test: its stream is closed when the test is over."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)


@pytest.fixture
async def ada(http: httpx2.AsyncClient) -> Person:
    return await Person(http).register()


@pytest.fixture
async def sam(http: httpx2.AsyncClient) -> Person:
    return await Person(http).register()


@pytest.fixture
async def stranger(http: httpx2.AsyncClient) -> Person:
    """Signed in, and a member of nothing here."""
    return await Person(http).register()


@pytest.fixture
async def diary(ada: Person) -> Diary:
    """Ada's journal, with her alone in it."""
    return await Diary(ada).create()


@pytest.fixture
async def couple(diary: Diary, sam: Person) -> Diary:
    """The same after Sam was added and verified."""
    return await diary.make_couple(sam)


Refused = Callable[[str, str], Awaitable[None]]


@pytest.fixture(scope="session")
def couples_folder(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a server that has stopped, with Ada, Sam, their own journals, and one that they share."""
    folder = tmp_path_factory.mktemp("couples")
    shutil.copy(sqlite_template, folder / "duolog.db")
    asyncio.run(_live(Settings(data=folder, origin=ORIGIN, body_processes=0, retention_seconds=0)))
    return folder


async def _live(settings: Settings) -> None:
    async with running(settings) as app, http_client(app) as http:
        ada, sam = await Person(http).register(), await Person(http).register()
        diary = await (await Diary(ada).create()).make_couple(sam)
        assert (await diary.push(ada, diary.entry(ada))).status_code == 201


@pytest.fixture
def operator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Operator:
    """The operator of the data folder `server`."""
    return Operator(tmp_path / "server", monkeypatch, capsys)


@pytest.fixture
def left(couples_folder: Path, operator: Operator) -> None:
    """The couple's data in the operator's folder, and no server."""
    shutil.copytree(couples_folder, operator.data)
