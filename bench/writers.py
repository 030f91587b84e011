"""Accounts with a journal each, pushes that they prepared, and the count of what the server then has."""

import base64
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import httpx2

from bench.load import Plan
from duolog.api import pages
from duolog.api.pages import Placed
from duolog.protocol.entries import parse_header
from duolog.protocol.log import EntryItem
from tests.app.people import Diary, Person

TEXT = "a line that somebody wrote on an ordinary evening. " * 13  # an entry of this text is padded to about 1 KiB
BINARY, JSON = pages.MEDIA_TYPE, "application/json"


class Miscounted(Exception):
    """The server lost an acknowledged entry, or has one twice."""


@dataclass(slots=True)
class Push:
    """One prepared push: its entries, and the whole request."""

    entries: Sequence[Placed]
    request: bytes

    @property
    def items(self) -> list[EntryItem]:
        return [placed.item for placed in self.entries if isinstance(placed.item, EntryItem)]


class Writer:
    """An account with a session and a journal of its own on a server."""

    def __init__(self, person: Person, diary: Diary, host: str) -> None:
        self.person, self.diary, self._host = person, diary, host
        self.pushed: list[bytes] = []  # the ids of all entries in prepared pushes

    def get(self, path: str, accept: str = JSON) -> bytes:
        """A whole GET with this writer's session."""
        return self._head("GET", path, f"Accept: {accept}\r\n") + b"\r\n"

    def page(self, since: int, limit: int, accept: str) -> bytes:
        """The request for a page of the journal."""
        return self.get(f"{self.diary.path}/entries?since={since}&limit={limit}", accept)

    def push(self, count: int, form: str = BINARY) -> Push:
        """A push of `count` new, signed entries."""
        entries = [self.diary.entry(self.person, TEXT) for _ in range(count)]
        self.pushed += [entry_id(placed) for placed in entries]
        body = pages.encode_push(entries) if form == BINARY else _json(entries)
        head = self._head(
            "POST", f"{self.diary.path}/entries", f"Content-Type: {form}\r\nContent-Length: {len(body)}\r\n"
        )
        return Push(entries, head + b"\r\n" + body)

    async def pulled(self) -> list[bytes]:
        """The ids of all entries of the journal, as the server has them now."""
        ids, since = list[bytes](), 0
        while True:
            page = await self.diary.pull(self.person, since)
            if not page.pushes:
                return ids
            ids += [
                entry_id(placed) for push in page.pushes for placed in push.items if isinstance(placed.item, EntryItem)
            ]
            since = page.pushes[-1].receipt.seq

    def _head(self, method: str, path: str, more: str) -> bytes:
        authorization = f"Authorization: {self.person.headers['authorization']}\r\n"
        return f"{method} {path} HTTP/1.1\r\nHost: {self._host}\r\n{authorization}{more}".encode()


def entry_id(placed: Placed) -> bytes:
    """The id of an entry."""
    assert isinstance(placed.item, EntryItem)
    return parse_header(placed.item.header).entry


def bare_get(path: str = "/health") -> bytes:
    """A GET without a session."""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()


async def person_at(origin: str) -> Person:
    """A registered account with a session."""
    return await registered(Person(httpx2.AsyncClient(base_url=origin, timeout=60)), origin)


async def registered(person: Person, origin: str) -> Person:
    """The person with an account and a session at `origin`."""
    for answer in (
        await person.http.post("/v1/accounts", json=person.registration()),
        await person.log_in(origin=origin),
    ):
        if not answer.is_success:
            raise RuntimeError(f"an account couldn't be made: {answer.status_code} {answer.text}")
    return person


async def writers_at(origin: str, count: int) -> list[Writer]:
    """Accounts, each with one journal of its own beside the account's."""
    made = []
    for _ in range(count):
        person = await person_at(origin)
        made.append(Writer(person, await Diary(person).create(), origin.partition("//")[2]))
    return made


async def fill(writer: Writer, entries: int, each: int = 100) -> None:
    """Push entries, by the way that every client takes."""
    for start in range(0, entries, each):
        push = writer.push(min(each, entries - start))
        (await writer.diary.push(writer.person, *push.entries, follow=False)).raise_for_status()


def plans(port: int, pushes: Iterable[Sequence[Push]]) -> list[Plan]:
    """One connection for each sequence of pushes."""
    return [Plan(port, [push.request for push in each]) for each in pushes]


async def check_counts(writers: Iterable[Writer]) -> int:
    """Check that the server has each prepared entry once; returns how many. Raises: Miscounted."""
    total = 0
    for writer in writers:
        require_same(writer.pushed, await writer.pulled())
        total += len(writer.pushed)
    return total


def require_same(pushed: Iterable[bytes], pulled: Iterable[bytes]) -> None:
    """Check that both have the same ids, each as often. Raises: Miscounted."""
    wanted, found = Counter(pushed), Counter(pulled)
    if wanted != found:
        lost, more = (wanted - found).total(), (found - wanted).total()
        raise Miscounted(f"{lost} acknowledged entries are lost, and {more} are there too often")


def _json(entries: Iterable[Placed]) -> bytes:
    items = [
        {"kind": "entry", "header": _b64(placed.item.header), "blob": _b64(placed.item.blob or b"")}
        for placed in entries
        if isinstance(placed.item, EntryItem)
    ]
    return json.dumps({"items": items}, separators=(",", ":")).encode()


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
