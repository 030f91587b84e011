"""Others beside one client that sends the worst that the limits allow: `python -m bench worst_bodies`.

A real server with its default limits. Others ask `/health`, push an entry and pull a few, one after the other; they are
measured alone, before and after all attackers, and while each of these is at work from another network. A ratio is
their 99th percentile against that of the same run without an attacker. Their journals are long from the beginning, so
that no later measurement costs more than the first. The memory is the peak of the server and the process beside it.
"""

import asyncio
import json
import statistics
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import httpx2

from app.addresses import TABLE
from app.receipts.service import ReceiptSigner
from bench.attackers import Shot, attack
from bench.claim import Claim, Figure, Stage
from bench.machine import peak
from bench.writers import registered
from duolog.api import pages
from duolog.protocol import sizes
from duolog.protocol.codec import encode_b64
from duolog.protocol.log import EntryItem
from tests.app.elsewhere import Elsewhere
from tests.app.people import Diary, Person
from tools.local_server import LocalServer

SECONDS = 20.0  # each measurement
PAUSE = 0.01  # between two probes
NETWORKS = 40  # of those who are measured
PEOPLE = 4
LENGTH = 600  # entries of each journal of those who are measured, at the beginning
PUSHES = 24  # different ones that the attacker has made
JSON = {"content-type": "application/json"}
Times = dict[str, list[float]]


@dataclass(frozen=True, slots=True)
class Worst:
    """The effect of one attacker on others. `ratios`: of each probe's 99th percentile."""

    name: str
    times: Times
    sent: Counter[str]


def percentile(times: Sequence[float], percent: int) -> float:
    """In milliseconds."""
    return statistics.quantiles(times, n=100, method="inclusive")[percent - 1] * 1000


async def probe(origin: str, others: Sequence[tuple[Person, Diary]], seconds: float) -> Times:
    """The times of others' requests, seconds each. They are several, on many networks: no limit stops them."""
    made = [[diary.entry(ada, "a line that somebody wrote") for _ in range(400)] for ada, diary in others]
    clients = [
        httpx2.AsyncClient(
            base_url=origin, timeout=60, transport=httpx2.AsyncHTTPTransport(local_address=f"127.0.1.{number}")
        )
        for number in range(1, NETWORKS + 1)
    ]
    times: Times = {"health": [], "push": [], "pull": []}

    async def one(what: str, client: httpx2.AsyncClient, method: str, path: str, **options: object) -> None:
        start = time.perf_counter()
        answer = await client.request(method, path, **options)  # type: ignore[arg-type]
        times[what].append(time.perf_counter() - start)
        answer.raise_for_status()
        await asyncio.sleep(PAUSE)

    end = time.monotonic() + seconds
    number = 0
    while time.monotonic() < end and made[number % len(others)]:
        (ada, diary), entries = others[number % len(others)], made[number % len(others)]
        client = clients[number % len(clients)]
        await one("health", client, "GET", "/health")
        body = pages.encode_push([entries.pop()])
        headers = ada.headers | {"content-type": pages.MEDIA_TYPE}
        await one("push", client, "POST", f"{diary.path}/entries", content=body, headers=headers)
        headers = ada.headers | {"accept": pages.MEDIA_TYPE}
        await one("pull", client, "GET", f"{diary.path}/entries?since=1&limit=20", headers=headers)
        number += 1
    for client in clients:
        await client.aclose()
    return times


async def filled(person: Person) -> Diary:
    """A journal of `LENGTH` entries."""
    diary = await Diary(person).create()
    for start in range(0, LENGTH, 100):
        entries = [diary.entry(person, f"line {start + number}") for number in range(100)]
        (await diary.push(person, *entries)).raise_for_status()
    return diary


def anonymous_bodies() -> list[Shot]:
    """For every address that needs no session, and some that do: as many values and bytes as it takes, all wrong."""
    shots = []
    for takes in TABLE:
        if takes.body:
            path = takes.path.replace("{number}", "1").replace("{role}", "new").replace("{rendezvous}", "A" * 22)
            path = path.replace("{journal}", "A" * 43).replace("{invitation}", "A" * 22)
            size = takes.limit(signed_in=False)
            shots += [Shot(takes.method, path, JSON, body) for body in (wrong(size, takes.values), empty_lists(size))]
    return shots


def wrong(size: int, values: int) -> bytes:
    """A carried account's chain of wrong items: as many values as are taken, and the rest one long text."""
    items = b",".join([b"0"] * min(values - 8, size // 4))
    head = b'{"log_in":0,"chain":[' + items + b'],"sets":"'
    return head + b"A" * (size - len(head) - 2) + b'"}'


def empty_lists(size: int) -> bytes:
    """Nothing but values."""
    return b"[" + b",".join([b"[]"] * ((size - 2) // 3)) + b"]"


async def pushes(ada: Person, diary: Diary) -> list[Shot]:
    """As many entries as a push takes, filled up to its bytes, in the binary form and as JSON."""
    path, size = f"{diary.path}/entries", sizes.MAX_PUSH_BYTES // sizes.MAX_PUSH_ITEMS - 800
    shots = []
    for number in range(PUSHES):
        placed = [diary.entry(ada, "x" * size) for _ in range(sizes.MAX_PUSH_ITEMS)]
        if number % 2:
            headers, body = {"content-type": pages.MEDIA_TYPE}, pages.encode_push(placed)
        else:
            items = [
                {"kind": "entry", "header": encode_b64(one.item.header), "blob": encode_b64(one.item.blob or b"")}
                for one in placed
                if isinstance(one.item, EntryItem)
            ]
            headers, body = JSON, json.dumps({"items": items}).encode()
        shots.append(Shot("POST", path, ada.headers | headers, body))
    return shots


def carried_pages(ada: Person) -> list[Shot]:
    """Journals that begin anew under another server's key with each request, with a receipt for each item."""
    size = sizes.MAX_PUSH_BYTES // sizes.MAX_PUSH_ITEMS - 800
    shots = []
    for _ in range(4):
        diary = Diary(ada)
        entries = [diary.entry(ada, "x" * size) for _ in range(sizes.MAX_PUSH_ITEMS - 1)]
        for key in (b"\x07" * 32, b"\x08" * 32):
            elsewhere = Elsewhere(diary, ReceiptSigner([key]))
            for entry in entries:
                elsewhere._take(entry)
            body = json.dumps(elsewhere.page(ada) | {"last": False}).encode()
            shots.append(Shot("POST", f"/v1/carried/journals/{encode_b64(diary.journal)}", ada.headers | JSON, body))
    # Eight senders take every eighth: both histories of one journal in turn.
    return [shots[number] for number in (0, 2, 4, 6, 1, 3, 5, 7)]


async def _all(origin: str, seconds: float) -> list[Worst]:
    """Alone, and with each attacker."""
    async with httpx2.AsyncClient(base_url=origin, timeout=60) as http:
        people = [await registered(Person(http), origin) for _ in range(PEOPLE + 2)]
        others = [(person, await filled(person)) for person in people[2:]]
        mallory, mover = people[:2]  # each with limits of their own
        theirs = await Diary(mallory).create()
        await probe(origin, others, 2)
        attackers: list[tuple[str, list[Shot], bool]] = [
            ("bodies without a session", anonymous_bodies(), False),
            ("pushes", await pushes(mallory, theirs), False),
            ("carried pages", carried_pages(mover), False),
            ("connections that are half open", [], True),
        ]
        alone = Worst("nobody", await probe(origin, others, seconds), Counter())
        done = [alone]
        for name, shots, half_open in attackers:
            with attack(origin, shots, half_open=half_open) as sent:
                times = await probe(origin, others, seconds)
            done.append(Worst(name, times, sent))
        for what, more in (await probe(origin, others, seconds)).items():
            alone.times[what] += more
        return done


async def measure(stage: Stage) -> Sequence[Figure]:
    """A real server with its default limits."""
    with LocalServer(stage.folder / "server") as server:
        idle, *attacked = await _all(server.origin, max(2.0, SECONDS * stage.size))
        memory = peak(server.pid)
    figures = []
    for one in attacked:
        for what, times in one.times.items():
            pair = percentile(times, 99), percentile(idle.times[what], 99)
            also: dict[str, str | float] = {"p50, ms": percentile(times, 50), "times": len(times)}
            also |= {f"attacker: {answer}": count for answer, count in sorted(one.sent.items())}
            figures.append(Figure(f"{what} beside {one.name}, p99", "ms", "the same alone", [pair], also=also))
    return [*figures, Figure("the server's memory at its peak", "MiB", "200 MiB", [(memory, 200.0)])]


CLAIM = Claim("worst_bodies", "One who sends the worst that the limits allow slows others down by little.", measure)
