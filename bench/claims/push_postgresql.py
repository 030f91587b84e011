"""Both kinds of pushes on PostgreSQL, with its syncs: against the bare GET, and against the same rows by psycopg."""

from collections.abc import Sequence
from dataclasses import replace

from bench.claim import Claim, Figure, Stage, interleave
from bench.claims.push_many import CLIENTS, EACH, REQUESTS
from bench.claims.push_one import singles
from bench.load import Load
from bench.raw_inserts import PostgresInserts
from bench.servers import Cluster, port_of, postgresql, serving
from bench.sides import pushes
from bench.writers import check_counts, writers_at


async def measure(stage: Stage) -> Sequence[Figure]:
    with postgresql() as cluster:
        name = "push, 1 entry a request, 16 clients, PostgreSQL"
        one_folder = replace(stage, folder=stage.folder / "one")
        one = await singles(one_folder, "push_postgresql_one", name, 0.1, database=cluster.database("singles"))
        return [one, await _many(stage, cluster)]


async def _many(stage: Stage, cluster: Cluster) -> Figure:
    raw = cluster.database("raw")
    with serving(stage.folder / "raw", database=raw):
        pass  # its tables are there now
    with serving(stage.folder / "many", database=cluster.database("many")) as server, Load() as load:
        writers = await writers_at(server.origin, CLIENTS)
        each, more = stage.scaled(REQUESTS), stage.rounds + 2  # one to warm up, one for the profile
        made = [[[writer.push(EACH) for _ in range(each)] for writer in writers] for _ in range(more)]
        bare = [[(writer.diary.journal, own) for writer, own in zip(writers, one, strict=True)] for one in made]
        inserts = PostgresInserts(raw, CLIENTS)
        side, push = pushes(load, port_of(server), made)
        rounds = interleave(stage.rounds, lambda number: push(number) * EACH, lambda number: inserts.rate(bare[number]))
        inserts.close()
        also = side.also()
        with stage.profile("push_postgresql_many", server.pid):
            push(stage.rounds + 1)
        also["entries counted afterwards, each once"] = await check_counts(writers)
    name = f"push, {EACH} entries a request, {CLIENTS} clients, PostgreSQL"
    limit = "raw inserts by psycopg (executemany) in the same transactions and connections, with the same hashes"
    return Figure(name, "entries/s", limit, rounds, at_least=0.4, also=also)


CLAIM = Claim(
    "push_postgresql", "Pushing is as close to the limit on PostgreSQL, where several servers share it.", measure
)
