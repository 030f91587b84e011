"""Logging in: a challenge and its answer."""

import time
from collections.abc import Sequence

from bench.claim import Claim, Figure, Stage
from bench.limits import durable_inserts, signatures
from bench.servers import serving
from bench.writers import person_at

LOG_INS = 100


async def measure(stage: Stage) -> Sequence[Figure]:
    rounds, count = list[tuple[float, float]](), stage.scaled(LOG_INS, 10)
    with serving(stage.folder / "server") as server:
        ada = await person_at(server.origin)
        for _ in range(stage.rounds):
            start = time.perf_counter()
            for _ in range(count):
                (await ada.log_in(origin=server.origin)).raise_for_status()
            taken = time.perf_counter() - start
            rounds.append((taken, signatures(count) + durable_inserts(stage.folder, [[bytes(64)]] * (2 * count))))
    limit = "a signature made and checked, and two synced commits, for each"
    return [Figure(f"{count} log-ins, one after the other", "s", limit, rounds)]


CLAIM = Claim("log_in", "Logging in costs a signature and two commits, and the requests.", measure)
