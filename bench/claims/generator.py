"""The load generator is not the bottleneck: it sends far more than the fastest limit answers."""

from collections.abc import Sequence

from bench.bare import bare_server
from bench.claim import Claim, Figure, Stage, interleave
from bench.load import Load, Plan
from bench.sides import Side, bare_gets
from bench.writers import bare_get

CONNECTIONS = 8


async def measure(stage: Stage) -> Sequence[Figure]:
    with bare_server("raw") as raw, bare_server("get") as bare, Load() as load:
        side, plan = Side(load), [Plan(raw, [bare_get()])] * CONNECTIONS
        rounds = interleave(stage.rounds, lambda _: side.repeat(plan), bare_gets(load, bare, CONNECTIONS))
    limit = "the bare FastAPI application, the fastest of all that it is used on for small requests"
    figure = Figure("GETs to a bare socket", "requests/s", limit, rounds, at_least=1.5, also=side.also())
    return [figure]


CLAIM = Claim("generator", "The load generator sends more than the servers that it measures can take.", measure)
