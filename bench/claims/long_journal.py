"""A journal of 20,000 documents of every kind: first opening, opening again, one more, a search; time and memory.

Opening again and adding cost what is new, and not what is old. So each is compared with the same in a journal of a
tenth of the length, by the same code: a ratio of 10 says that it costs what is old. Only the first opening may.
"""

import asyncio
import multiprocessing
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.queues import SimpleQueue
from pathlib import Path
from typing import Any

from bench.claim import Claim, Figure, Stage
from bench.clients import UNLOCK
from bench.limits import opened_entries
from bench.machine import forget_peak, peak
from bench.mixed import write_mixed
from bench.servers import serving
from bench.writers import TEXT
from duolog.client import Duolog, TimelineFilter
from duolog.client.home.snapshot_rows import forget_snapshot
from duolog.client.log.outbox import post
from duolog.documents.journal import apply
from duolog.protocol.messages import Document
from tests.client.couple import pair

DOCUMENTS = 20_000
SIZE = 1024  # bytes of a padded entry with this text
OFTEN = 20  # times that something short is repeated; the shortest counts
ACTS = {
    "again": "opening them again, and showing the newest 50",
    "one more": "writing one more document",
    "fold": "reading one more document, with the state kept",
    "filter": "the newest 50 of one kind",
    "today": "opening them again, and what is open today",
    "oldest": "opening them again, and showing the oldest letter",
    "search": "the newest 50 that have two words",
}


@dataclass(frozen=True, slots=True)
class Costs:
    """The seconds that each act took, and the MiB by which it raised the memory of its process."""

    seconds: dict[str, float]
    memory: dict[str, float]


async def measure(stage: Stage) -> Sequence[Figure]:
    """The figures of a long journal, each against the same of a short one. Each act is its own best of many."""
    count = stage.scaled(DOCUMENTS, 200)
    long, short = stage.folder / "long", stage.folder / "short"
    with serving(stage.folder / "server") as server:
        sizes = {long: count, short: count // 10}
        journals = {home: await _written(server.origin, home, least) for home, least in sizes.items()}
        costs = {home: _costs(home / "ada", journal) for home, journal in journals.items()}
    first, limit = costs[long].seconds["first"], opened_entries(count, b'"%s"' % (b"x" * (SIZE - 2)))
    also = {"MiB more": costs[long].memory["first"]}
    figures = [Figure(f"first opening of {count:,} documents", "s", "bare primitives", [(first, limit)], also=also)]
    for name, what in ACTS.items():
        pair = costs[long].seconds[name], costs[short].seconds[name]
        more = {"MiB more": costs[long].memory[name]}
        figures.append(Figure(what, "s", f"the same with {count // 10:,} documents", [pair], also=more))
    return figures


async def _written(origin: str, folder: Path, count: int) -> bytes:
    """A couple's journal of mixed documents in the homes of both, in `folder`; its id."""
    hers = await Duolog.register(origin, home=folder / "ada", unlock=UNLOCK)
    his = await Duolog.register(origin, home=folder / "sam", unlock=UNLOCK)
    async with hers.duolog as ada, his.duolog as sam:
        journal = await pair(ada, sam)
        await write_mixed(ada, sam, journal, count)
        return journal


def _costs(home: Path, journal: bytes) -> Costs:
    """Each in a process of its own, so that none profits from what another has in memory."""
    seconds, memory = dict[str, float](), dict[str, float]()
    for name in ("first", *ACTS):
        queue: SimpleQueue[Any] = multiprocessing.get_context("spawn").SimpleQueue()
        process = multiprocessing.get_context("spawn").Process(target=_measured, args=(name, home, journal, queue))
        process.start()
        seconds[name], memory[name] = queue.get()
        process.join()
    return Costs(seconds, memory)


def _measured(name: str, home: Path, journal: bytes, results: "SimpleQueue[Any]") -> None:
    results.put(asyncio.run(_act(name, home, journal)))


async def _act(name: str, home: Path, journal: bytes) -> tuple[float, float]:
    async with await Duolog.open(home=home, unlock=UNLOCK) as ada:
        context = ada._context
        await ada.status()  # what any journal needs: names, keys, the account's own journal
        seq = (await ada.journal(journal)).seq
        letter = (await ada.disclosures(journal).list())[0].entry if name == "oldest" else b""
        if name == "first":
            forget_snapshot(context.store, journal)
        forget_peak(os.getpid())  # unlocking the home took more memory than all that follows
        before = peak(os.getpid())

        def forget() -> None:
            context.states.clear()
            context.pages.clear()

        async def again() -> None:
            forget()
            await ada.timeline(journal, after=seq - 50)

        async def today() -> None:
            forget()
            await ada.today()

        async def oldest() -> None:
            forget()
            await ada.disclosures(journal).show(letter)

        async def fold() -> None:
            state = await ada.state(journal)
            last = state.timeline[-1].applied
            document = Document("note", 1, last.at, {"text": TEXT})
            one = type(last)(bytes(16), last.seq + 1, last.author, bytes(32), document, last.received)
            apply(state, one, state.contexts[-1][1])

        async def one_more() -> None:
            post(context, journal, Document("note", 1, int(time.time()), {"text": TEXT}))

        kinds = TimelineFilter(frozenset(["note"]))
        acts: dict[str, Callable[[], Any]] = {
            "first": again,
            "again": again,
            "one more": one_more,
            "fold": fold,
            "today": today,
            "oldest": oldest,
            "filter": lambda: ada.timeline(journal, limit=50, where=kinds),
            "search": lambda: ada.search("ordinary evening", journals=[journal]),
        }
        best = float("inf")
        for _ in range(1 if name == "first" else OFTEN):
            start = time.perf_counter()
            await acts[name]()
            best = min(best, time.perf_counter() - start)
        return best, peak(os.getpid()) - before


CLAIM = Claim("long_journal", "Opening a long journal again, and adding to it, cost what is new.", measure)
