"""A long file is attached and saved, against libsodium's secretstream alone; and the memory of both ends."""

import os
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from secrets import token_bytes
from statistics import median

from bench.claim import Claim, Figure, Stage
from bench.clients import UNLOCK, alone, profiled_here
from bench.limits import secret_stream
from bench.machine import all_computed_seconds, forget_peak, peak, resident
from bench.servers import serving
from duolog.client import Duolog, NewAttachment

MB = 1_000_000
SIZE = 200  # MB
MOST = 64.0  # MiB above idle


@dataclass(frozen=True, slots=True)
class Took:
    """The seconds of an act, and for how many of them the client and the server computed."""

    seconds: float
    client: float
    server: float


async def attach_and_save(
    origin: str, server: int, folder: Path, profile: Path | None
) -> tuple[tuple[Took, Took], float]:
    """The times of attaching and of saving; and by how many MiB this process grew. `server`: its process."""
    size = (folder / "large").stat().st_size
    new = await Duolog.register(origin, home=folder / "home", unlock=UNLOCK)
    async with new.duolog as ada:
        journal = await ada.create_journal()
        await _there_and_back(ada, server, journal, folder / "small")
        forget_peak(os.getpid())
        before = resident(os.getpid())
        took = await _there_and_back(ada, server, journal, folder / "large")
        grown = peak(os.getpid()) - before
        if profile is not None:
            with profiled_here(profile):
                await _there_and_back(ada, server, journal, folder / "large")
    if (folder / "large.again").stat().st_size != size:
        raise RuntimeError("the file came back with another size")
    return took, grown


async def _there_and_back(ada: Duolog, server: int, journal: bytes, file: Path) -> tuple[Took, Took]:
    start = _now(server)
    written = await ada.write(journal, "note", {"text": file.name}, attachments=[NewAttachment(file)])
    if not written.delivered:
        raise RuntimeError(f"the file was not sent: {written.problem}")
    attached = _since(start, server)
    [view] = await ada.attachments(journal).list(written.entry)
    again = file.with_name(f"{file.name}.again")
    again.unlink(missing_ok=True)
    start = _now(server)
    await ada.attachments(journal).save(written.entry, view.id, again)
    return attached, _since(start, server)


def _now(server: int) -> Took:
    return Took(time.perf_counter(), time.process_time(), all_computed_seconds(server))


def _since(start: Took, server: int) -> Took:
    now = _now(server)
    return Took(now.seconds - start.seconds, now.client - start.client, now.server - start.server)


async def measure(stage: Stage) -> Sequence[Figure]:
    size = stage.scaled(SIZE, 5) * MB
    with (stage.folder / "large").open("wb") as file:
        for _ in range(size // MB):
            file.write(token_bytes(MB))
    (stage.folder / "small").write_bytes(bytes(1000))
    with serving(stage.folder / "server") as server:
        forget_peak(server.pid)
        idle = resident(server.pid)
        profile = None if stage.profiles is None else stage.profiles / "attachments.txt"
        pairs, grown = list[tuple[tuple[Took, Took], tuple[float, float]]](), 0.0
        for number in range(stage.rounds):  # a new account each, so that each round has its limits beside it
            folder = stage.folder / f"round-{number}"
            folder.mkdir()
            for name in ("large", "small"):
                (folder / name).hardlink_to(stage.folder / name)
            last = number == stage.rounds - 1
            took, more = alone(attach_and_save, server.origin, server.pid, folder, profile if last else None)
            pairs.append((took, (secret_stream(size, opened=False), secret_stream(size, opened=True))))
            grown = max(grown, more)
            shutil.rmtree(folder)
        served = peak(server.pid) - idle
    mb = size / MB
    attached = [(mb / took[0].seconds, mb / limits[0]) for took, limits in pairs]
    saved = [(mb / took[1].seconds, mb / limits[1]) for took, limits in pairs]
    computed = [
        {
            "the client computed, s": median(took[at].client for took, _ in pairs),
            "the server computed, s": median(took[at].server for took, _ in pairs),
        }
        for at in (0, 1)
    ]
    what = f"a file of {mb:.0f} MB"
    sealing, opening = "sealing as many bytes by bare secretstream", "opening as many bytes by bare secretstream"
    return [
        Figure(f"attaching {what}", "MB/s", sealing, attached, at_least=0.3, also=computed[0]),
        Figure(f"saving {what}", "MB/s", opening, saved, at_least=0.3, also=computed[1]),
        Figure("the client's memory above idle, at its peak", "MiB", "64 MiB", [(grown, MOST)], at_most=1.0),
        Figure("the server's memory above idle, at its peak", "MiB", "64 MiB", [(served, MOST)], at_most=1.0),
    ]


CLAIM = Claim(
    "attachments", "A long file moves at a third of the cipher's own speed, and never stands in memory.", measure
)
