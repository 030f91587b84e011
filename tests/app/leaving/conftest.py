"""The evening on which somebody leaves."""

from collections.abc import AsyncIterator

import pytest

from app.settings import Settings
from tests.app.leaving.closings import Evening, evening


@pytest.fixture
async def friday(settings: Settings) -> AsyncIterator[Evening]:
    async with evening(settings) as opened:
        yield opened
