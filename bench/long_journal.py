"""A journal of 20,000 documents of every kind: first opening, opening again, one more, a search; time and memory.

Opening again and adding cost what is new, and not what is old. So each is compared with the same in a journal of a
tenth of the length, by the same code: a ratio of 10 says that it costs what is old. Only the first opening may.
"""

import asyncio
import multiprocessing
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.queues import SimpleQueue
from pathlib import Path
from typing import Any

from bench.limits import opened_entries
from bench.log import TEXT
from bench.measure import Figure
from bench.mixed import write_mixed
from duolog.client import Duolog, TimelineFilter, Unlock
from duolog.client.home.snapshot_rows import forget_snapshot
from duolog.client.log.outbox import post
from duolog.documents.journal import apply
from duolog.protocol.messages import Document
from tests.client.couple import pair

DOCUMENTS = 20_000
SHORT = DOCUMENTS // 10
SIZE = 1024  # bytes of a padded entry with this text
OFTEN = 20  # times that something short is repeated; the shortest counts
UNLOCK = Unlock(passphrase=lambda new: b"only for measuring", keyring=False)


@dataclass(frozen=True, slots=True)
class Costs:
    """The seconds that each act took, and the MiB by which it raised the memory of its process."""

    seconds: dict[str, float]
    memory: dict[str, int]


async def long_journal(origin: str, folder: Path) -> list[Figure]:
    """The figures of a long journal, each against the same of a short one."""
    print(f"Writing {DOCUMENTS:,} and {SHORT:,} documents of two people.", file=sys.stderr)
    long, short = folder / "long", folder / "short"
    journals = {home: await _written(origin, home, count) for home, count in ((long, DOCUMENTS), (short, SHORT))}
    costs = {home: _costs(home / "ada", journal) for home, journal in journals.items()}
    first = costs[long].seconds["first"]
    figures = [
        Figure(
            f"first opening of {DOCUMENTS:,} documents",
            DOCUMENTS,
            first,
            opened_entries(DOCUMENTS, SIZE),
            "bare decryption and hashes",
            {"MiB more": costs[long].memory["first"]},
        )
    ]
    for name, what in (
        ("again", "opening them again, and showing the newest 50"),
        ("one more", "writing one more document"),
        ("fold", "reading one more document, with the state kept"),
        ("filter", "the newest 50 of one kind"),
        ("today", "opening them again, and what is open today"),
        ("oldest", "opening them again, and showing the oldest letter"),
        ("search", "the newest 50 that have two words"),
    ):
        also = {"MiB more": costs[long].memory[name]}
        limit = costs[short].seconds[name]
        figures.append(Figure(what, 1, costs[long].seconds[name], limit, f"the same with {SHORT:,} documents", also))
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
    seconds, memory = dict[str, float](), dict[str, int]()
    for name in ("first", "again", "one more", "fold", "filter", "today", "oldest", "search"):
        queue: SimpleQueue[Any] = multiprocessing.get_context("spawn").SimpleQueue()
        process = multiprocessing.get_context("spawn").Process(target=_measured, args=(name, home, journal, queue))
        process.start()
        seconds[name], memory[name] = queue.get()
        process.join()
    return Costs(seconds, memory)


def _measured(name: str, home: Path, journal: bytes, results: "SimpleQueue[Any]") -> None:
    results.put(asyncio.run(_act(name, home, journal)))


async def _act(name: str, home: Path, journal: bytes) -> tuple[float, int]:
    async with await Duolog.open(home=home, unlock=UNLOCK) as ada:
        context = ada._context
        await ada.status()  # what any journal needs: names, keys, the account's own journal
        seq = (await ada.journal(journal)).seq
        letter = (await ada.disclosures(journal).list())[0].entry if name == "oldest" else b""
        if name == "first":
            forget_snapshot(context.store, journal)
        _clear_peak()
        before = _peak()

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
        return best, _peak() - before


def _clear_peak() -> None:
    """Let the peak begin anew: unlocking the home took more memory than all that follows."""
    Path("/proc/self/clear_refs").write_text("5")


def _peak() -> int:
    """The most memory that this process had since its peak was cleared, in MiB. Linux alone says so."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) // 1024
    raise RuntimeError("this system doesn't say how much memory a process had")
