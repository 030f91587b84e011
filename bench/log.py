"""Pushing to and pulling from one journal by HTTP, in the binary form."""

import asyncio
import time
from pathlib import Path

from bench.limits import durable_inserts
from bench.measure import Figure
from bench.serving import journal_of, person_at
from duolog.api import pages
from duolog.api.pages import Placed
from duolog.protocol.log import EntryItem
from duolog.protocol.sizes import MAX_PUSH_ITEMS
from tests.app.people import Diary, Person

TEXT = "a line that somebody wrote on an ordinary evening. " * 8
BATCHES = 20
SINGLES = 200
AT_ONCE = 32


def row_of(placed: Placed) -> bytes:
    """The row that the server must store of an entry."""
    assert isinstance(placed.item, EntryItem)
    return placed.item.header + (placed.item.blob or b"")


async def push_batches(origin: str, folder: Path) -> tuple[Figure, Figure]:
    """Full pushes of one journal one after the other, and then pulling them all."""
    async with person_at(origin) as ada:
        diary = await journal_of(ada)
        batches = [[diary.entry(ada, TEXT) for _ in range(MAX_PUSH_ITEMS)] for _ in range(BATCHES)]
        start = time.perf_counter()
        for batch in batches:
            (await diary.push(ada, *batch, follow=False)).raise_for_status()
        taken = time.perf_counter() - start
        rows = [[row_of(placed) for placed in batch] for batch in batches]
        limit = durable_inserts(folder, rows)
        count = BATCHES * MAX_PUSH_ITEMS
        pushed = Figure(
            "push, 256 entries at a time", count, taken, limit, "bare SQLite inserts, one synced commit a push"
        )
        return pushed, await pull_all(ada, diary, count, sum(len(row) for group in rows for row in group))


async def pull_all(ada: Person, diary: Diary, count: int, size: int) -> Figure:
    """Page after page until the end; the limit moves as many bytes over loopback."""
    start = time.perf_counter()
    since = 0
    while True:
        answer = await ada.get(
            f"{diary.path}/entries", params={"since": since, "limit": 1024}, headers={"accept": pages.MEDIA_TYPE}
        )
        page = pages.parse_page(answer.raise_for_status().content)
        if not page.pushes:
            break
        since = page.pushes[-1].receipt.seq
    taken = time.perf_counter() - start
    assert since == count + 1, f"pulled up to {since}, not {count + 1}"
    return Figure(
        "pull, 1024 entries a page", count, taken, await loopback(size), "the same bytes over a bare loopback socket"
    )


async def loopback(size: int) -> float:
    """Seconds to move `size` bytes over a bare loopback connection."""
    data = bytes(64 * 1024)

    async def send(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _chunk in range(size // len(data) + 1):
            writer.write(data)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(send, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    start = time.perf_counter()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while await reader.read(len(data)):
        pass
    taken = time.perf_counter() - start
    writer.close()
    server.close()
    return taken


async def push_singles(origin: str, folder: Path) -> Figure:
    """Many journals push one entry each at the same time: the group commit's purpose."""
    async with person_at(origin) as ada:
        diaries = [await journal_of(ada) for _ in range(AT_ONCE)]
        entries = [[diary.entry(ada, TEXT) for _ in range(SINGLES // AT_ONCE)] for diary in diaries]

        async def push_own(diary: Diary, own: list[Placed]) -> None:
            for placed in own:
                (await diary.push(ada, placed, follow=False)).raise_for_status()

        start = time.perf_counter()
        await asyncio.gather(*(push_own(diary, own) for diary, own in zip(diaries, entries, strict=True)))
        taken = time.perf_counter() - start
        rows = [[row_of(placed)] for own in entries for placed in own]
        name = f"push, 1 entry at a time, {AT_ONCE} journals at once"
        return Figure(
            name, len(rows), taken, durable_inserts(folder, rows), "bare SQLite inserts, one synced commit an entry"
        )
