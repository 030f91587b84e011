"""Two API processes on one PostgreSQL: twice the interpreter, where the cores are there."""

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from bench.claim import Claim, Figure, Stage, interleave
from bench.load import Load
from bench.machine import all_computed_seconds
from bench.servers import port_of, postgresql, serving
from bench.sides import Side
from bench.writers import check_counts, plans, writers_at

CLIENTS = 16
REQUESTS = 50  # of each client in a round


class Cores:
    """How many cores some processes, with their children, keep busy: what they leave is all that one more can win."""

    def __init__(self, *pids: int) -> None:
        self._pids, self._computed, self._seconds = pids, 0.0, 0.0

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Count what they compute while the block runs."""
        start, before = time.perf_counter(), self._all()
        yield
        self._computed += self._all() - before
        self._seconds += time.perf_counter() - start

    @property
    def busy(self) -> float:
        return self._computed / self._seconds

    def _all(self) -> float:
        return sum(map(all_computed_seconds, self._pids))


async def measure(stage: Stage) -> Sequence[Figure]:
    with ExitStack() as stack:
        cluster = stack.enter_context(postgresql())
        common = {"database": cluster.database("shared"), "receipt_key_file": str(stage.folder / "receipt.key")}
        one = stack.enter_context(serving(stage.folder / "one", **common))
        two = stack.enter_context(serving(stage.folder / "two", **common))
        load = stack.enter_context(Load())
        writers = await writers_at(one.origin, CLIENTS)
        each = stage.scaled(REQUESTS, 4)
        made = [[[writer.push(1) for _ in range(each)] for writer in writers] for _ in range(2 * stage.rounds + 2)]
        both, alone = Side(load), Side(load)
        of_both, of_alone = Cores(one.pid, two.pid, cluster.pid), Cores(one.pid, cluster.pid)

        def over_both(number: int) -> float:
            pushes = made[2 * number]
            half = CLIENTS // 2
            with of_both.counted():
                return both.once([*plans(port_of(one), pushes[:half]), *plans(port_of(two), pushes[half:])])

        def over_one(number: int) -> float:
            with of_alone.counted():
                return alone.once(plans(port_of(one), made[2 * number + 1]))

        rounds = interleave(stage.rounds, over_both, over_one)
        also = both.also()
        also["cores busy, two processes and their PostgreSQL"] = of_both.busy
        also["cores busy, one process and its PostgreSQL"] = of_alone.busy
        also["cores of the machine"] = os.cpu_count() or 0
        also["entries counted afterwards, each once"] = await check_counts(writers)
    name = f"push, 1 entry a request, {CLIENTS} clients, two API processes on one PostgreSQL"
    return [Figure(name, "requests/s", "one API process on the same PostgreSQL", rounds, at_least=1.3, also=also)]


CLAIM = Claim(
    "processes", "A second API process on the same PostgreSQL takes more pushes, and none is lost or doubled.", measure
)
