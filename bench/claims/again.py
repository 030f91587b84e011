"""Opening a long journal again, and adding one entry: they cost what is new, and not what is old."""

import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from bench.claim import Claim, Figure, Stage, interleave
from bench.claims.first_sync import ENTRIES, PAGE, sync_anew
from bench.clients import UNLOCK, alone, note, profiled_here, with_notes
from bench.servers import serving
from duolog.client import Duolog
from duolog.client.log.outbox import post

LONG, SHORT = 20_000, 20
OFTEN = 20  # times that an entry is added in a round; the median counts


async def open_again(home: Path, journal: bytes, profile: Path | None) -> float:
    """The seconds until the newest 50 are shown, in a home whose key is unlocked already."""
    async with await Duolog.open(home=home, unlock=UNLOCK) as ada:
        with profiled_here(profile):
            start = time.perf_counter()
            shown = await ada.timeline(journal, limit=50)
            taken = time.perf_counter() - start
    if not shown:
        raise RuntimeError("nothing was shown")
    return taken


async def add_some(home: Path, journal: bytes, profile: Path | None) -> tuple[float, float]:
    """The median seconds of writing one note into the home, and of writing, sending and showing one."""
    posted, sent = list[float](), list[float]()
    async with await Duolog.open(home=home, unlock=UNLOCK) as ada:
        await ada.timeline(journal, limit=1)
        with profiled_here(profile):
            for at in range(OFTEN):
                start = time.perf_counter()
                post(ada._context, journal, note(at))
                posted.append(time.perf_counter() - start)
            await ada.sync()
            for at in range(OFTEN):
                start = time.perf_counter()
                written = await ada.write(journal, "note", {"text": f"one more, {at}"})
                if not written.delivered:
                    raise RuntimeError(f"an entry was not sent: {written.problem}")
                await ada.timeline(journal, after=(await ada.journal(journal)).seq - 1)
                sent.append(time.perf_counter() - start)
    return median(posted), median(sent)


async def measure(stage: Stage) -> Sequence[Figure]:
    count, long, short = stage.scaled(ENTRIES, PAGE), stage.scaled(LONG, 2 * SHORT), SHORT
    with serving(stage.folder / "server") as server:
        words, journal = await with_notes(server.origin, None, count)
        homes = [stage.folder / f"home-{number}" for number in range(stage.rounds + 1)]

        def anew(number: int) -> float:
            return alone(sync_anew, server.origin, words, homes[number], journal, count, None)

        anew(0)
        again = [(alone(open_again, homes[0], journal, None), anew(number)) for number in range(1, stage.rounds + 1)]
        figures = [
            Figure("opening again, and showing the newest 50", "s", f"the first sync of {count:,}", again, at_most=0.1)
        ]
        large, small = stage.folder / "long", stage.folder / "short"
        journals = {
            home: (await with_notes(server.origin, home, of_home))[1]
            for home, of_home in ((large, long), (small, short))
        }
        adding = dict[tuple[Path, int], tuple[float, float]]()

        def add(home: Path, number: int) -> float:
            adding[home, number] = alone(add_some, home, journals[home], None)
            return adding[home, number][0]

        posted = interleave(stage.rounds, lambda number: add(large, number), lambda number: add(small, number))
        sent = [(adding[large, one][1], adding[small, one][1]) for one in range(1, stage.rounds + 1)]
        if stage.profiles is not None:
            alone(add_some, large, journals[large], stage.profiles / "again.txt")
    what = f"the same in a journal of {short}"
    return [
        *figures,
        Figure(f"adding one entry to {long:,}", "s", what, posted, at_most=1.2),
        Figure(f"adding one to {long:,}, sending and showing it", "s", what, sent, at_most=1.2),
    ]


CLAIM = Claim("again", "Opening again and adding an entry don't grow with the journal.", measure)
