"""The first sync of a long journal: a new home, made from the words, fetches and verifies everything."""

import sys
import time
from pathlib import Path

from bench.limits import durable_inserts, opened_entries
from bench.log import TEXT, loopback
from bench.measure import Figure
from duolog.client import Duolog, Unlock
from duolog.client.log.outbox import post
from duolog.protocol.messages import Document
from duolog.protocol.sizes import MAX_PAGE_ITEMS

ENTRIES = 10_000
SIZE = 1024  # bytes of a padded entry with this text; a tenth more or less changes no ratio
UNLOCK = Unlock(passphrase=lambda new: b"only for measuring", keyring=False)


async def first_sync(origin: str, folder: Path) -> Figure:
    """Logging in, fetching, verifying and keeping; the limit does the same work unchecked."""
    made = await Duolog.register(origin, home=None, unlock=UNLOCK)
    async with made.duolog as ada:
        journal = await ada.create_journal()
        print(f"Writing {ENTRIES:,} entries for the first sync.", file=sys.stderr)
        for at in range(ENTRIES):
            # By its outbox, without a push for each: only the reading is measured.
            post(ada._context, journal, Document("note", 1, at, {"text": f"{at} {TEXT}"}))
        await ada.sync()
    start = time.perf_counter()
    async with await Duolog.restore(origin, made.words, home=folder / "second", unlock=UNLOCK) as second:
        await second.sync()
        taken = time.perf_counter() - start
        shown = await second.timeline(journal, limit=ENTRIES + 1)
    if len(shown) != ENTRIES:
        raise RuntimeError(f"{len(shown)} entries arrived, not {ENTRIES}")
    row = bytes(SIZE)
    pages = [[row] * MAX_PAGE_ITEMS] * (ENTRIES // MAX_PAGE_ITEMS + 1)
    limit = opened_entries(ENTRIES, SIZE) + durable_inserts(folder, pages) + await loopback(ENTRIES * SIZE)
    return Figure(
        f"first sync of {ENTRIES:,} entries", ENTRIES, taken, limit, "bare decryption and hashes, inserts, loopback"
    )
