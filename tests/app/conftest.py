"""People for the server's tests."""

from collections.abc import Awaitable, Callable

import httpx2
import pytest

from tests.app.people import Diary, Person


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
