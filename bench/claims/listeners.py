"""Many idle listeners on one process: the memory of each, and how long a wake-up takes.

The listeners are accounts of their own, each with two journals, written into the database as rows. Their connections
are bare sockets in this process, which is the load generator. One couple more writes, and the partner's stream tells
when the wake-up came.
"""

import asyncio
import secrets
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import quantiles

from app.access.repository import hash_token
from bench.claim import Claim, Figure, Note, Stage
from bench.machine import computed_seconds, descriptors, resident
from bench.servers import serving
from bench.writers import person_at
from duolog.protocol.codec import encode_b64
from duolog.protocol.sizes import KIB
from tests.app.people import Diary, Person

LISTENERS = 10_000
MOST = 15.0  # KiB
FIRST = 100  # listeners, until pools and caches are full
CONNECTING = 20  # at a time
WAKES = 200
SETTLE_SECONDS = 3
IDLE_SECONDS = 30
BEAT_SECONDS = 25  # as the server has it by itself
PATIENCE = 120  # seconds in which every stream must hear a beat
PAUSE_SECONDS = 0.03  # between two pushes: wake-ups that come together are told as one


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


async def wake_ups(origin: str, diary: Diary, partner: Person, count: int) -> tuple[list[float], list[float]]:
    """Milliseconds from sending a push to the partner's event, and of the push alone."""
    reader, writer = await listen(origin, partner.headers["authorization"].removeprefix("Bearer "))
    waits, pushes = list[float](), list[float]()

    async def heard(seq: int) -> float:
        while f'"seq":{seq}}}'.encode() not in await reader.readuntil(b"\n\n"):
            pass
        return time.perf_counter()

    for _ in range(count):
        entry = diary.entry(diary.founder)
        waiting = asyncio.create_task(heard(diary.state.seq + 1))
        begun = time.perf_counter()
        (await diary.push(diary.founder, entry)).raise_for_status()
        pushes.append(1000 * (time.perf_counter() - begun))
        waits.append(1000 * (await waiting - begun))
        await asyncio.sleep(PAUSE_SECONDS)
    writer.close()
    return waits, pushes


def _percentile(values: Sequence[float], percent: int) -> float:
    return quantiles(values, n=100, method="inclusive")[percent - 1]


async def measure(stage: Stage) -> Sequence[Figure]:
    listeners, wakes = stage.scaled(LISTENERS, FIRST + 50), stage.scaled(WAKES, 20)
    folder = stage.folder / "server"
    room = {"listeners": str(listeners + 2), "max_connections": "65536", "max_connections_network": "65536"}
    room["event_seconds"] = str(stage.scaled(BEAT_SECONDS, 1))
    with serving(folder, **room) as server:
        ada, sam = await person_at(server.origin), await person_at(server.origin)
        diary = await (await Diary(ada).create()).make_couple(sam)
        alone, _ = await wake_ups(server.origin, diary, sam, wakes)
        tokens = add_listeners(folder / "duolog.db", listeners)
        streams = [await listen(server.origin, encode_b64(token)) for token in tokens[:FIRST]]
        await asyncio.sleep(SETTLE_SECONDS)
        rounds, before, counted = list[tuple[float, float]](), resident(server.pid), FIRST
        for part in range(1, stage.rounds + 1):  # the listeners that each round adds
            until = FIRST + (listeners - FIRST) * part // stage.rounds
            for start in range(counted, until, CONNECTING):
                some = tokens[start : min(start + CONNECTING, until)]
                streams += await asyncio.gather(*(listen(server.origin, encode_b64(token)) for token in some))
            await asyncio.sleep(SETTLE_SECONDS)
            counted = until
            rounds.append(((resident(server.pid) - before) * KIB / (counted - FIRST), MOST))
        computed, begun = computed_seconds(server.pid), time.monotonic()
        await asyncio.sleep(stage.scaled(IDLE_SECONDS, 3))
        idle = (computed_seconds(server.pid) - computed) / (time.monotonic() - begun)
        among, pushes = await wake_ups(server.origin, diary, sam, wakes)
        # A stream that the server had dropped would cost nothing.
        if descriptors(server.pid) < len(streams):
            raise SystemExit("the server ended some of the streams")
        async with asyncio.timeout(PATIENCE):
            for reader, _ in streams:
                await reader.readuntil(b":\n\n")
        for _, writer in streams:
            writer.close()
    also: dict[str, Note] = {
        "listeners, each of which heard a beat": len(streams),
        "the server's share of a core while all are idle": idle,
    }
    said: dict[str, Note] = {
        "p99, ms": _percentile(among, 99),
        "p99 with no other listener, ms": _percentile(alone, 99),
        "p50 of the push alone, ms": _percentile(pushes, 50),
    }
    return [
        Figure("memory of each idle listener", "KiB", f"{MOST:g} KiB", rounds, at_most=1.0, also=also),
        Figure(
            f"from a push to the partner's wake-up, among {listeners:,} listeners, p50",
            "ms",
            "the same with no other listener",
            [(_percentile(among, 50), _percentile(alone, 50))],
            also=said,
        ),
    ]


CLAIM = Claim("listeners", "Ten thousand devices listen to one process, and one hears of a push at once.", measure)
