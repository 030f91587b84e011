"""Logging in: a challenge and its answer."""

import time
from pathlib import Path

from bench.limits import durable_inserts, signatures
from bench.measure import Figure
from bench.serving import person_at

LOG_INS = 100


async def log_in(origin: str, folder: Path) -> Figure:
    """One log-in after the other; the limit signs, verifies and commits twice for each."""
    async with person_at(origin) as ada:
        start = time.perf_counter()
        for _ in range(LOG_INS):
            (await ada.log_in(origin=origin)).raise_for_status()
        taken = time.perf_counter() - start
    limit = signatures(LOG_INS) + durable_inserts(folder, [[b"x" * 64]] * (2 * LOG_INS))
    return Figure(
        "log in, one after the other", LOG_INS, taken, limit, "a signature made and checked, two synced commits"
    )
