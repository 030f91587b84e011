"""Eight clients push a hundred entries a request, against the same rows written by the bare driver."""

from collections.abc import Sequence

from bench.claim import Claim, Figure, Stage, interleave
from bench.load import Load
from bench.raw_inserts import SqliteInserts
from bench.servers import port_of, serving
from bench.sides import pushes
from bench.writers import check_counts, writers_at

CLIENTS = 8
REQUESTS = 4  # of each client in a round
EACH = 100  # entries


async def measure(stage: Stage) -> Sequence[Figure]:
    with serving(stage.folder / "server") as server, Load() as load:
        writers = await writers_at(server.origin, CLIENTS)
        each, more = stage.scaled(REQUESTS), stage.rounds + 2  # one to warm up, one for the profile
        made = [[[writer.push(EACH) for _ in range(each)] for writer in writers] for _ in range(more)]
        bare = [
            [(writer.diary.journal, push) for writer, own in zip(writers, one, strict=True) for push in own]
            for one in made
        ]
        inserts = SqliteInserts(stage.folder / "raw.db", like=stage.folder / "server" / "duolog.db")
        side, push = pushes(load, port_of(server), made)
        rounds = interleave(stage.rounds, lambda number: push(number) * EACH, lambda number: inserts.rate(bare[number]))
        inserts.close()
        also = side.also()
        with stage.profile("push_many", server.pid):
            push(stage.rounds + 1)
        also["entries counted afterwards, each once"] = await check_counts(writers)
    name = f"push, {EACH} entries a request, {CLIENTS} clients, SQLite"
    limit = "raw inserts by sqlite3: same columns, indexes, bytes and hashes, one synced commit a push"
    return [Figure(name, "entries/s", limit, rounds, at_least=0.5, also=also)]


CLAIM = Claim("push_many", "A full push costs at most twice the bare inserts of its rows.", measure)
