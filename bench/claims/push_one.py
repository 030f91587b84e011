"""Sixteen clients push one entry a request: each is on disk before its answer, and they share the syncs."""

from collections.abc import Sequence

from bench.bare import bare_server
from bench.claim import Claim, Figure, Stage, interleave
from bench.load import Load
from bench.servers import port_of, serving
from bench.sides import bare_gets, pushes
from bench.writers import check_counts, writers_at

CLIENTS = 16
REQUESTS = 50  # of each client in a round


async def singles(stage: Stage, profile: str, name: str, at_least: float, **settings: str) -> Figure:
    """The figure, on the database of these settings."""
    with serving(stage.folder / "server", **settings) as server, bare_server("get") as bare, Load() as load:
        writers = await writers_at(server.origin, CLIENTS)
        each, more = stage.scaled(REQUESTS, 4), stage.rounds + 2  # one to warm up, one for the profile
        made = [[[writer.push(1) for _ in range(each)] for writer in writers] for _ in range(more)]
        side, push = pushes(load, port_of(server), made)
        rounds = interleave(stage.rounds, push, bare_gets(load, bare, CLIENTS))
        also = side.also()
        with stage.profile(profile, server.pid):
            push(stage.rounds + 1)
        also["entries counted afterwards, each once"] = await check_counts(writers)
    limit = "a GET of the bare FastAPI application, over as many connections"
    return Figure(name, "requests/s", limit, rounds, at_least=at_least, also=also)


async def measure(stage: Stage) -> Sequence[Figure]:
    return [await singles(stage, "push_one", f"push, 1 entry a request, {CLIENTS} clients, SQLite", 0.15)]


CLAIM = Claim("push_one", "A push of one entry is durable at a sixth of the speed of a trivial request.", measure)
