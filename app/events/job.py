"""The background tasks of a running server that wake its listeners."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.events.service import beats, rounds
from app.state import State
from app.waking.notices import noticing


@asynccontextmanager
async def waking(state: State) -> AsyncIterator[None]:
    """While it lasts, listeners are told of what moves, by this process and by others on the same database."""
    tasks = [asyncio.create_task(rounds(state)), asyncio.create_task(beats(state))]
    try:
        async with noticing(state.settings, state.hub):
            yield
    finally:
        state.hub.end()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
