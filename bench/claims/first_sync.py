"""The first sync of a long journal in a new home: pull, verify, open, reduce, store."""

import time
from collections.abc import Sequence
from pathlib import Path

from bench.claim import Claim, Figure, Stage, interleave
from bench.clients import UNLOCK, alone, note, profiled_here, with_notes
from bench.limits import durable_inserts, opened_entries
from bench.servers import serving
from duolog.client import Duolog
from duolog.protocol.messages import Message
from duolog.protocol.receipts import Receipt

ENTRIES = 10_000
SIZE = 1024  # bytes of a padded entry
PAGE = 500  # rows of one commit of the limit


async def sync_anew(
    origin: str, words: Sequence[str], home: Path, journal: bytes, count: int, profile: Path | None
) -> float:
    """The seconds from an account that was just restored until all of the journal is verified, kept and shown."""
    async with await Duolog.restore(origin, words, home=home, unlock=UNLOCK) as second:
        with profiled_here(profile):
            start = time.perf_counter()
            await second.sync()
            await second.timeline(journal, limit=50)
            taken = time.perf_counter() - start
        shown = await second.timeline(journal, limit=count + 1)
    if len(shown) != count:
        raise RuntimeError(f"{len(shown)} entries arrived, not {count}")
    return taken


def primitives(folder: Path, count: int) -> float:
    """The seconds of the prescribed primitives, `json.loads` and the inserts alone."""
    message = Message(note(count), Receipt(0, bytes(32), 0, bytes(64))).encode()
    pages = [[bytes(SIZE)] * PAGE] * (count // PAGE)
    return opened_entries(count, message.ljust(SIZE)) + durable_inserts(folder, pages)


async def measure(stage: Stage) -> Sequence[Figure]:
    count = stage.scaled(ENTRIES, PAGE)
    with serving(stage.folder / "server") as server:
        words, journal = await with_notes(server.origin, None, count)

        def first(number: int, profile: Path | None = None) -> float:
            return alone(sync_anew, server.origin, words, stage.folder / f"home-{number}", journal, count, profile)

        rounds = interleave(stage.rounds, first, lambda _: primitives(stage.folder, count))
        if stage.profiles is not None:
            first(stage.rounds + 1, stage.profiles / "first_sync.txt")
    limit = "the prescribed primitives, `json.loads` and one synced insert a page"
    return [Figure(f"first sync of {count:,} entries", "s", limit, rounds, at_most=2.5)]


CLAIM = Claim("first_sync", "A new device reads a long journal at the speed of its cryptography.", measure)
