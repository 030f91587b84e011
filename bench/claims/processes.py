"""Two API processes on one PostgreSQL: twice the interpreter, where the cores are there."""

from collections.abc import Sequence
from contextlib import ExitStack

from bench.claim import Claim, Figure, Stage, interleave
from bench.load import Load
from bench.servers import port_of, postgresql, serving
from bench.sides import Side
from bench.writers import check_counts, plans, writers_at

CLIENTS = 16
REQUESTS = 50  # of each client in a round


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

        def over_both(number: int) -> float:
            pushes = made[2 * number]
            half = CLIENTS // 2
            return both.once([*plans(port_of(one), pushes[:half]), *plans(port_of(two), pushes[half:])])

        rounds = interleave(
            stage.rounds, over_both, lambda number: alone.once(plans(port_of(one), made[2 * number + 1]))
        )
        also = both.also()
        also["entries counted afterwards, each once"] = await check_counts(writers)
    name = f"push, 1 entry a request, {CLIENTS} clients, two API processes on one PostgreSQL"
    return [Figure(name, "requests/s", "one API process on the same PostgreSQL", rounds, at_least=1.3, also=also)]


CLAIM = Claim(
    "processes", "A second API process on the same PostgreSQL takes more pushes, and none is lost or doubled.", measure
)
