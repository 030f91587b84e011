"""A request that asks nothing: the price of the framework's layers and of our own."""

from collections.abc import Sequence

from bench.bare import bare_server
from bench.claim import Claim, Figure, Stage, interleave
from bench.load import Load, Plan
from bench.servers import port_of, serving
from bench.sides import Side, bare_gets
from bench.writers import bare_get

CONNECTIONS = 8


async def measure(stage: Stage) -> Sequence[Figure]:
    with serving(stage.folder) as server, bare_server("get") as bare, Load() as load:
        side, plan = Side(load), [Plan(port_of(server), [bare_get()])] * CONNECTIONS
        rounds = interleave(stage.rounds, lambda _: side.repeat(plan), bare_gets(load, bare, CONNECTIONS))
        also = side.also()
        with stage.profile("get", server.pid):
            side.repeat(plan)
    limit = "a FastAPI application with one route, on the same uvicorn"
    return [Figure("GET /health", "requests/s", limit, rounds, at_least=0.7, also=also)]


CLAIM = Claim("get", "The server's own layers cost less than a third of a trivial request.", measure)
