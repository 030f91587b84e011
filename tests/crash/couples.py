"""Ada's two devices and Sam push to the same journals at once, and everything that they ask and hear is recorded."""

from __future__ import annotations

import asyncio
import copy
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from math import inf

import httpx2

from bench.writers import registered
from duolog.api import pages
from duolog.api.pages import Placed
from duolog.api.server import ServerInfo
from duolog.protocol.codec import parse_b64
from duolog.protocol.entries import parse_header
from duolog.protocol.log import EntryItem, LogState, append_push
from tests.app.keys import add_keyholder, new_device
from tests.app.people import Diary, Person
from tests.crash.history import Append, Entry, History, Outcome, Place, Read

JOURNALS = 2  # so that a kill falls into group commits too
MOST = 5  # entries of a push
AGAIN = 0.05  # seconds to wait after a refusal
TRIES = 1200  # of a push that waits: a minute at least

RATES = dict.fromkeys(
    ("rate_anonymous", "rate_register", "rate_login", "rate_bad_token", "rate_session"), "1000000/minute"
)
# Settings of a server that refuses nobody for writing too much, and starts no further process.
MANY = RATES | {"entries_per_day": "100000000", "entry_mib_per_day": "1000000", "journals_per_day": "1000"}
MANY |= {"body_processes": "0"}


def entry_of(placed: Placed) -> Entry:
    """An entry as the history knows it."""
    assert isinstance(placed.item, EntryItem)
    return Entry(parse_header(placed.item.header).entry, placed.item.digest)


@dataclass
class Shared:
    """A journal of both, its history, and the state that a reader who verifies everything has reached."""

    diary: Diary
    receipt_key: bytes
    history: History = field(init=False)
    log: list[Place] = field(default_factory=list)
    state: LogState = field(init=False)
    seen: int = field(init=False)

    def __post_init__(self) -> None:
        self.state = self.diary.state
        self.seen = self.state.seq
        self.history = History(self.state.seq)

    async def page(self, reader: Person, since: int) -> pages.PulledPage:
        """One page, recorded. Raises: httpx2.TransportError, Refused."""
        invoked = time.monotonic()
        answer = await reader.get(
            f"{self.diary.path}/entries", params={"since": since}, headers={"accept": pages.MEDIA_TYPE}
        )
        answered = time.monotonic()
        if answer.status_code != 200:
            raise Refused(answer)
        page = pages.parse_page(answer.content)
        places = [place for push in page.pushes for place in places_of(push)]
        self.history.reads.append(Read(tuple(places), page.seq, invoked, answered))
        return page

    async def verify(self, reader: Person) -> None:
        """Read to the end, verify heads and receipts as a client does, and check the history against all of it."""
        while pushes := (await self.page(reader, self.state.seq)).pushes:
            for push in pushes:
                items = [placed.item for placed in push.items]
                self.state = append_push(self.state, items, push.receipt, self.receipt_key, self.diary.chains)
                self.log += places_of(push)
        self.history.check(self.log)


class Refused(Exception):
    """The server answered, and not with what was asked for."""

    def __init__(self, answer: httpx2.Response) -> None:
        super().__init__(f"{answer.status_code} {answer.text}")
        self.status = answer.status_code
        self.text = answer.text


def places_of(push: pages.PulledPush) -> list[Place]:
    """The entries of a push, the last with the receipt's head."""
    last = push.items[-1].seq
    return [
        Place(placed.seq, entry_of(placed), push.receipt.head if placed.seq == last else None) for placed in push.items
    ]


@dataclass
class Writer:
    """One device in one journal, and the push that waits for an answer."""

    person: Person
    shared: Shared
    waiting: list[Placed] = field(default_factory=list)
    refusals: list[Refused] = field(default_factory=list)

    async def write(self, until: asyncio.Event) -> None:
        """Push until told to end. A push without an answer is sent again, byte for byte."""
        while not until.is_set():
            self.waiting = self.waiting or [
                self.shared.diary.entry(self.person) for _ in range(random.randint(1, MOST))
            ]
            if not await self.push():
                await asyncio.sleep(AGAIN)

    async def push(self) -> bool:
        """Push what waits, and record it; whether it was stored."""
        sent, invoked = tuple(entry_of(placed) for placed in self.waiting), time.monotonic()
        note = self.shared.history.appends
        try:
            answer = await self.shared.diary.push(self.person, *self.waiting, follow=False)
        except httpx2.TransportError:
            note.append(Append(sent, invoked))
            return False
        answered = time.monotonic()
        if answer.status_code == 201:
            said = answer.json()
            seqs = tuple(place["seq"] for place in said["places"])
            head = parse_b64(said["receipt"]["head"]) if said["receipt"] else None
            note.append(Append(sent, invoked, answered, "stored", seqs, head))
            self.waiting = []
            return True
        refused = Refused(answer)
        self.refusals.append(refused)
        # The two answers after which nobody knows: the server, or its storage, failed on the way.
        outcome: Outcome = "unknown" if answer.status_code in (500, 503) else "refused"
        note.append(Append(sent, invoked, inf, outcome))
        return False


@dataclass
class House:
    """Ada's phone, her laptop and Sam, and the journals that they share."""

    phone: Person
    laptop: Person
    sam: Person
    shared: list[Shared]
    writers: list[Writer]

    @property
    def acknowledged(self) -> int:
        """Entries that the server has acknowledged."""
        return sum(one.history.acknowledged for one in self.shared)

    @property
    def unknown(self) -> int:
        """Pushes that got no answer that says what became of them."""
        return sum(one.history.unknown for one in self.shared)

    async def read(self, until: asyncio.Event) -> None:
        """Sam reads on in all journals, from wherever the last page ended, until told to end."""
        while not until.is_set():
            for one in self.shared:
                try:
                    page = await one.page(self.sam, one.seen)
                except (httpx2.TransportError, Refused):
                    await asyncio.sleep(AGAIN)
                    continue
                one.seen = page.pushes[-1].receipt.seq if page.pushes else one.seen
            await asyncio.sleep(0.02)

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Inside, everybody writes, and Sam reads."""
        until = asyncio.Event()
        tasks = [asyncio.create_task(writer.write(until)) for writer in self.writers]
        tasks.append(asyncio.create_task(self.read(until)))
        try:
            yield
        finally:
            until.set()
            await asyncio.gather(*tasks)

    async def deliver(self) -> None:
        """Send again what waits, until all of it is acknowledged."""
        for writer in self.writers:
            for _ in range(TRIES):
                if not writer.waiting or await writer.push():
                    break
                await asyncio.sleep(AGAIN)
            assert not writer.waiting, writer.refusals[-1:]

    async def verify(self) -> None:
        """Check every history. Raises: BrokenHistory, and what a client's own verification raises."""
        for one in self.shared:
            await one.verify(self.laptop)


@asynccontextmanager
async def house_at(origin: str) -> AsyncIterator[House]:
    """Ada with two devices, Sam, and their journals, at a server."""
    clients = [httpx2.AsyncClient(base_url=origin, timeout=20) for _ in range(3)]
    try:
        info = ServerInfo.model_validate_json((await clients[0].get("/.well-known/duolog")).content)
        receipt_key = info.receipt_keys[-1].key
        phone, sam = [await registered(Person(http), origin) for http in clients[:2]]
        device = new_device()
        await add_keyholder(phone, device)
        laptop = copy.copy(phone)
        laptop.http = clients[2]
        (await laptop.log_in(device, origin)).raise_for_status()
        diaries = [await (await Diary(phone).create()).make_couple(sam) for _ in range(JOURNALS)]
        shared = [Shared(diary, receipt_key) for diary in diaries]
        writers = [Writer(person, one) for person in (phone, laptop, sam) for one in shared]
        yield House(phone, laptop, sam, shared, writers)
    finally:
        for http in clients:
            await http.aclose()
