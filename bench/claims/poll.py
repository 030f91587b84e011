"""The poll of every client, with nothing new: a session is looked up, and how far each journal has come."""

from collections.abc import Sequence

from bench.bare import bare_server
from bench.claim import Claim, Figure, Stage, interleave
from bench.load import Load, Plan
from bench.servers import port_of, serving
from bench.sides import Side, bare_gets
from bench.writers import writers_at

CLIENTS = 8


async def measure(stage: Stage) -> Sequence[Figure]:
    with serving(stage.folder) as server, bare_server("get") as bare, Load() as load:
        writers = await writers_at(server.origin, CLIENTS)
        side, plan = Side(load), [Plan(port_of(server), [writer.get("/v1/journals")]) for writer in writers]
        rounds = interleave(stage.rounds, lambda _: side.repeat(plan), bare_gets(load, bare, CLIENTS))
        also = side.also()
        with stage.profile("poll", server.pid):
            side.repeat(plan)
    limit = "a GET of the bare FastAPI application"
    return [Figure("idle poll of all my journals", "requests/s", limit, rounds, at_least=0.3, also=also)]


CLAIM = Claim("poll", "A poll with nothing new costs a few times a trivial request.", measure)
