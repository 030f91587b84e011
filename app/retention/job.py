"""The background task of a running server: a round of retention now and then."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.logs import describe, log
from app.restoring.marker import HOUR, renew
from app.retention.service import retain
from app.state import State


@asynccontextmanager
async def retaining(state: State) -> AsyncIterator[None]:
    """While it lasts, rounds follow each other as often as the settings say."""
    if state.settings.retention_seconds == 0:
        yield
        return
    task = asyncio.create_task(_rounds(state))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _rounds(state: State) -> None:
    """Run rounds. A failed round is logged by its type of error, and the next round follows."""
    renewed = state.now()
    while True:
        # Several servers on one database should not all come at once.
        await asyncio.sleep(state.settings.retention_seconds * random.uniform(0.5, 1.5))  # noqa: S311 - no secret
        try:
            counts = await retain(state.database, state.store, state.settings, state.receipts, state.now())
            if state.now() - renewed >= HOUR:
                await renew(state.database, state.settings)
                renewed = state.now()
        except Exception as error:  # noqa: BLE001 - whatever it was, the next round must come
            log().error("retention failed", **describe(error))
        else:
            if any(counts.values()):
                log().info("retention", **{name.replace(" ", "_"): count for name, count in counts.items() if count})
