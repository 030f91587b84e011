"""Rounds of `kill -9` under load: `python -m tests.crash.kills [--rounds N] [MODE ...]`.

In each round three devices push to shared journals at once, and a fourth connection reads. Then something is killed:

- `sqlite`, `postgresql`: the server's process, on that database;
- `postmaster`: PostgreSQL with all its processes, below a server that goes on running;
- `failover`: the same with a synchronous standby, which takes the place of the primary.

What was killed is started again. Pushes without an answer are sent again, everything is read back and verified as a
client does it, and the exact check of the histories has the last word.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.conftest import migrate_database
from tests.crash.couples import MANY, House, house_at
from tests.crash.failover import Pair
from tests.crash.postgres import Cluster
from tests.crash.quick_server import QuickServer

TELL = 50  # rounds between two lines of figures
MODES = ("sqlite", "postgresql", "postmaster")
FAILOVER = "failover"
LOAD = (0.05, 0.4)  # seconds of a round before the kill


@dataclass
class Killing:
    """A server with something to kill. `kill` takes it down; `revive` brings it back and returns the seconds.
    `prepare` comes before each round."""

    mode: str
    origin: str
    kill: Callable[[], object]
    revive: Callable[[], float]
    prepare: Callable[[], object] = lambda: None
    times: list[float] = field(default_factory=list)

    def figures(self, house: House) -> dict[str, object]:
        """The rounds that are over, in figures. A loss, or any other broken promise, raises before it comes here."""
        return {
            "killed": self.mode,
            "rounds": len(self.times),
            "acknowledged": house.acknowledged,
            "unknown": house.unknown,
            "refusals": sorted({refused.status for writer in house.writers for refused in writer.refusals}),
            "lost": 0,
            "recovery_median_seconds": round(statistics.median(self.times), 3),
            "recovery_most_seconds": round(max(self.times), 3),
        }


@contextmanager
def on_sqlite(folder: Path) -> Iterator[Killing]:
    """A server on SQLite, and its process."""
    folder.mkdir(exist_ok=True)
    migrate_database(f"sqlite:///{folder / 'duolog.db'}")
    with QuickServer(folder, MANY) as server:
        server.start()
        yield Killing("sqlite", server.origin, server.kill, server.start)


@contextmanager
def on_postgresql(folder: Path, *, whole: bool) -> Iterator[Killing]:
    """A server on PostgreSQL. `whole`: the database is killed, and not the server."""
    folder.mkdir(exist_ok=True)
    with ExitStack() as stack:
        cluster = stack.enter_context(Cluster.new())
        migrate_database(cluster.address)
        server = stack.enter_context(QuickServer(folder, {**MANY, "database": cluster.address}))
        server.start()

        def revive() -> float:
            began = time.monotonic()
            cluster.start()
            server.wait_until_healthy()
            return time.monotonic() - began

        if whole:
            yield Killing("postmaster", server.origin, cluster.kill, revive)
        else:
            yield Killing("postgresql", server.origin, server.kill, server.start)


@contextmanager
def on_pair(folder: Path) -> Iterator[Killing]:
    """A server on a primary with a standby, and the primary. The server is never restarted, and told nothing."""
    folder.mkdir(exist_ok=True)
    with Pair.new() as pair:
        migrate_database(pair.address)
        with QuickServer(folder, {**MANY, "database": pair.address}) as server:
            server.start()

            def revive() -> float:
                began = time.monotonic()
                pair.promote()
                server.wait_until_healthy()
                return time.monotonic() - began

            yield Killing(FAILOVER, server.origin, pair.kill_primary, revive, pair.join)


@contextmanager
def victim(mode: str, folder: Path) -> Iterator[Killing]:
    """A running server for one of the modes."""
    if mode == "sqlite":
        chosen = on_sqlite(folder)
    elif mode == FAILOVER:
        chosen = on_pair(folder)
    else:
        chosen = on_postgresql(folder, whole=mode == "postmaster")
    with chosen as killing:
        yield killing


async def play(killing: Killing, rounds: int, load: tuple[float, float] = LOAD) -> House:
    """So many rounds. Raises: BrokenHistory, and what a client's own verification raises."""
    async with house_at(killing.origin) as house:
        for number in range(1, rounds + 1):
            await asyncio.to_thread(killing.prepare)
            async with house.at_work():
                await asyncio.sleep(random.uniform(*load))
                await asyncio.to_thread(killing.kill)
            killing.times.append(await asyncio.to_thread(killing.revive))
            await house.deliver()
            await house.verify()
            if number % TELL == 0 and number < rounds:
                print(json.dumps(killing.figures(house)), file=sys.stderr, flush=True)
        return house


def run(mode: str, rounds: int) -> dict[str, object]:
    """Play, and count."""
    with tempfile.TemporaryDirectory(prefix="duolog-kills-") as folder, victim(mode, Path(folder)) as killing:
        return killing.figures(asyncio.run(play(killing, rounds)))


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash.kills", description=__doc__.splitlines()[0])
    parser.add_argument("modes", nargs="*", choices=[*MODES, FAILOVER, "all"], default="all")
    parser.add_argument("--rounds", type=int, default=20)
    chosen = parser.parse_args()
    for mode in MODES if "all" in chosen.modes else chosen.modes:
        print(json.dumps(run(mode, chosen.rounds)), flush=True)


if __name__ == "__main__":
    main()
