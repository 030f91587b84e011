"""`python -m bench.events`: many idle listeners on one process: the memory of each, and how long a wake-up takes.

The listeners are accounts of their own, each with two journals, written into the database as rows. Their connections
are bare sockets in this process, which is the load generator. One couple more writes, and the partner's stream tells
when the wake-up came.
"""

import argparse
import asyncio
import json
import secrets
import sqlite3
import statistics
import tempfile
import time
from pathlib import Path

import httpx2

from app.access.repository import hash_token
from bench.servers import serving
from bench.writers import registered
from duolog.protocol.codec import encode_b64
from tests.app.people import Diary, Person

CONNECTING = 20  # at a time
SETTLE_SECONDS = 3
IDLE_SECONDS = 30


def add_listeners(file: Path, count: int) -> list[bytes]:
    """Write sessions of `count` accounts, in couples with a journal of their own and one together; the tokens."""
    tokens, now = [secrets.token_bytes(32) for _ in range(count)], int(time.time())
    database = sqlite3.connect(file)
    names = [row[1] for row in database.execute("PRAGMA table_info(journals)")]
    row = dict(zip(names, database.execute("SELECT * FROM journals LIMIT 1").fetchone(), strict=True))
    with database:
        shared = b""
        for number, token in enumerate(tokens):
            account, own = secrets.token_bytes(32), secrets.token_bytes(32)
            shared = secrets.token_bytes(32) if number % 2 == 0 else shared
            for journal in {own, shared} if number % 2 == 0 else {own}:
                values = list((row | {"journal": journal}).values())
                database.execute(f"INSERT INTO journals VALUES ({', '.join('?' * len(values))})", values)
            for journal in (own, shared):
                database.execute(
                    "INSERT INTO memberships (account, journal, role, rights) VALUES (?, ?, 'partner', 'write')",
                    (account, journal),
                )
            database.execute(
                "INSERT INTO sessions (account, token_hash, keyholder, created, used, expires) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (account, hash_token(token), bytes(32), now, now, now + 86_400),
            )
    database.close()
    return tokens


async def listen(origin: str, token: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A stream whose first event has come."""
    host, _, port = origin.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port), limit=4096)
    writer.write(f"GET /v1/events HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    if b" 200 " not in head.split(b"\r\n", 1)[0]:
        raise SystemExit(head.decode())
    await reader.readuntil(b"\n\n")
    return reader, writer


def memory(pid: int) -> int:
    """Resident bytes of a process."""
    fields = Path(f"/proc/{pid}/status").read_text().split("VmRSS:")[1].split()
    return int(fields[0]) * 1024


def cpu(pid: int) -> float:
    """Seconds that a process has computed."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


async def wake_ups(origin: str, diary: Diary, partner: Person, count: int) -> list[float]:
    """Seconds from sending a push to the partner's event, and of the push alone."""
    reader, writer = await listen(origin, partner.headers["authorization"].removeprefix("Bearer "))
    waits, pushes = [], []

    async def heard(seq: int) -> float:
        while f'"seq":{seq}}}'.encode() not in await reader.readuntil(b"\n\n"):
            pass
        return time.perf_counter()

    for _ in range(count):
        entry = diary.entry(diary.founder)
        waiting = asyncio.create_task(heard(diary.state.seq + 1))
        begun = time.perf_counter()
        answer = await diary.push(diary.founder, entry)
        pushes.append(time.perf_counter() - begun)
        assert answer.status_code == 201, answer.text
        waits.append(await waiting - begun)
        await asyncio.sleep(0.03)
    writer.close()
    return [*_spread(waits), *_spread(pushes)]


def _spread(values: list[float]) -> tuple[float, float]:
    ordered = statistics.quantiles(values, n=100)
    return ordered[49], ordered[98]


async def measure(folder: Path, listeners: int, wakes: int) -> dict[str, float]:
    """All figures of one server."""
    room = {"listeners": str(listeners + 2), "max_connections": "65536", "max_connections_network": "65536"}
    with serving(folder, **room) as server:
        async with httpx2.AsyncClient(base_url=server.origin, timeout=60) as http:
            ada, sam = [await registered(Person(http), server.origin) for _ in range(2)]
            diary = await (await Diary(ada).create()).make_couple(sam)
            alone = await wake_ups(server.origin, diary, sam, wakes)
            tokens = add_listeners(folder / "duolog.db", listeners)
            first = [await listen(server.origin, encode_b64(token)) for token in tokens[:100]]
            await asyncio.sleep(SETTLE_SECONDS)
            before, streams = memory(server.pid), list(first)
            for start in range(100, listeners, CONNECTING):
                some = tokens[start : start + CONNECTING]
                streams += await asyncio.gather(*(listen(server.origin, encode_b64(token)) for token in some))
            await asyncio.sleep(SETTLE_SECONDS)
            each = (memory(server.pid) - before) / (listeners - 100)
            computed, begun = cpu(server.pid), time.monotonic()
            await asyncio.sleep(IDLE_SECONDS)
            idle = (cpu(server.pid) - computed) / (time.monotonic() - begun)
            among = await wake_ups(server.origin, diary, sam, wakes)
            for _, writer in streams:
                writer.close()
    names = ("wake_p50", "wake_p99", "push_p50", "push_p99")
    figures = {f"{name}_ms_alone": 1000 * value for name, value in zip(names, alone, strict=True)}
    figures |= {f"{name}_ms": 1000 * value for name, value in zip(names, among, strict=True)}
    return {"listeners": listeners, "bytes_each": each, "cpu_while_idle": idle} | figures


def main() -> None:
    """Measure and print JSON."""
    parser = argparse.ArgumentParser(prog="python -m bench.events", description="Idle listeners, and a wake-up.")
    parser.add_argument("--listeners", type=int, default=10_000)
    parser.add_argument("--wakes", type=int, default=200)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="duolog-bench-") as folder:
        figures = asyncio.run(measure(Path(folder) / "server", arguments.listeners, arguments.wakes))
    print(json.dumps({name: round(value, 2) for name, value in figures.items()}, indent=2))


if __name__ == "__main__":
    main()
