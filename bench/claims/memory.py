"""The server's memory while it is as busy as it can be with pushes, pages and polls."""

import time
from asyncio import create_task, to_thread
from collections.abc import Sequence
from statistics import median

from bench.claim import Claim, Figure, Stage
from bench.load import Load, Plan
from bench.machine import resident
from bench.servers import port_of, serving
from bench.writers import BINARY, JSON, Push, Writer, check_counts, fill, writers_at

CLIENTS = 8
PUSHES = 4  # of each client in a burst: a large one, and small ones
MANY = 50  # entries of the large one
READERS = 8  # requests of each reader in a burst
MOST = 200.0  # MiB
WARM_UP = 3  # bursts, until caches and pools are full


def _pushes(writers: Sequence[Writer]) -> list[list[Push]]:
    return [[writer.push(MANY), *(writer.push(1) for _ in range(PUSHES - 1))] for writer in writers]


def _plans(port: int, writers: Sequence[Writer], pushes: Sequence[Sequence[Push]]) -> list[Plan]:
    """Writers and readers at once: each writer pushes, pulls both forms, and polls, in turn."""
    made = []
    for writer, own in zip(writers, pushes, strict=True):
        made.append(Plan(port, [push.request for push in own]))
        reading = [writer.page(1, 500, BINARY), writer.page(1, 500, JSON), writer.get("/v1/journals")]
        made.append(Plan(port, (reading * READERS)[:READERS]))
    return made


async def measure(stage: Stage) -> Sequence[Figure]:
    with serving(stage.folder / "server") as server, Load() as load:
        writers = await writers_at(server.origin, CLIENTS)
        for writer in writers:
            await fill(writer, stage.scaled(500, 20))
        idle = resident(server.pid)
        line, bursts = list[tuple[float, float]](), 0
        start, following = time.monotonic(), _pushes(writers)
        while time.monotonic() - start < stage.minutes * 60 or bursts < 3 * WARM_UP:
            sending = create_task(to_thread(load.run, _plans(port_of(server), writers, following)))
            following = await to_thread(_pushes, writers)  # the next, while these are sent
            await sending
            bursts += 1
            if bursts > WARM_UP:
                line.append((time.monotonic() - start, resident(server.pid)))
        # What was prepared for a burst that never came is pushed too, so that the count is right.
        load.run(_plans(port_of(server), writers, following))
        counted = await check_counts(writers)
    third = len(line) // 3
    first, last = (median(value for _, value in part) for part in (line[:third], line[-third:]))
    also = {"idle, MiB": idle, "bursts of requests": bursts, "entries counted afterwards, each once": counted}
    minutes = f"over {stage.minutes:g} minutes"
    return [
        Figure(
            "the server's memory under the full load",
            "MiB",
            "200 MiB",
            [(max(y for _, y in line), MOST)],
            at_most=1.0,
            also=also,
            line=line,
        ),
        Figure(f"its memory in the last third, {minutes}", "MiB", "in the first third", [(last, first)], at_most=1.1),
    ]


CLAIM = Claim("memory", "The server's memory stays small and flat under load.", measure)
