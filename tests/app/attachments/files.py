"""Files for the tests of attachments: sealed bytes that go up in parts and come down again."""

import secrets
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
from fastapi import FastAPI
from sqlalchemy import Connection, func, select

from app.objects.table import attachments, doomed
from duolog.api.pages import Placed
from duolog.protocol import sizes
from duolog.protocol.codec import encode_b64
from tests.app.people import Diary, Person

PART = sizes.ATTACHMENT_PART
OCTETS = {"content-type": "application/octet-stream"}


@dataclass
class File:
    """Random bytes: what a sealed file looks like. `size`: three parts, the last of 5 bytes, unless told."""

    size: int = 2 * PART + 5
    id: bytes = field(default_factory=lambda: secrets.token_bytes(16))

    def __post_init__(self) -> None:
        self.data = secrets.token_bytes(self.size)

    @property
    def parts(self) -> list[bytes]:
        return [self.data[at : at + PART] for at in range(0, self.size, PART)]

    def path(self, diary: Diary) -> str:
        return f"{diary.path}/attachments/{encode_b64(self.id)}"

    async def begin(self, diary: Diary, person: Person, **other: object) -> httpx2.Response:
        return await person.put(self.path(diary), {"size": self.size} | other)

    async def part(self, diary: Diary, person: Person, number: int, data: bytes | None = None) -> httpx2.Response:
        content = self.parts[number] if data is None else data
        path = f"{self.path(diary)}/parts/{number}"
        return await person.http.put(path, content=content, headers=person.headers | OCTETS)

    async def send(self, diary: Diary, person: Person, first: int = 0, last: int | None = None) -> "File":
        """Begin, and send the parts from `first` to before `last`: all unless told."""
        assert (await self.begin(diary, person)).status_code == 200
        for number in range(first, len(self.parts) if last is None else last):
            answer = await self.part(diary, person, number)
            assert answer.json() == {"parts": len(self.parts), "received": number + 1}, answer.text
        return self

    async def fetch(self, diary: Diary, person: Person, wanted: str | None = None) -> httpx2.Response:
        return await person.get(self.path(diary), headers={} if wanted is None else {"range": wanted})


async def send_bare(http: httpx2.AsyncClient, token: bytes | None, journal: bytes, attachment: bytes) -> None:
    """Send an attachment of one byte with a session's token, past any client."""
    path = f"/v1/journals/{encode_b64(journal)}/attachments/{encode_b64(attachment)}"
    headers = {"authorization": f"Bearer {encode_b64(token or b'')}"}
    assert (await http.put(path, json={"size": 1}, headers=headers)).status_code == 200
    assert (await http.put(f"{path}/parts/0", content=b"x", headers=headers | OCTETS)).status_code == 200


def naming(diary: Diary, author: Person, *files: File) -> Placed:
    """An entry of `author` whose header names these files."""
    return diary.entry(author, attachments=tuple(file.id for file in files))


async def shared(diary: Diary, author: Person, *files: File) -> Placed:
    """Send these files, and push the entry that names them."""
    for file in files:
        await file.send(diary, author)
    placed = naming(diary, author, *files)
    answer = await diary.push(author, placed)
    assert answer.status_code == 201, answer.text
    return placed


async def rows(app: FastAPI) -> tuple[int, int]:
    """How many attachments with bytes, and how many doomed places, there are."""

    def read(connection: Connection) -> tuple[int, int]:
        attached = select(func.count()).select_from(attachments).where(attachments.c.place.is_not(None))
        ending = select(func.count()).select_from(doomed)
        return connection.execute(attached).scalar_one(), connection.execute(ending).scalar_one()

    found: tuple[int, int] = await app.state.duolog.database.read(read)
    return found


def objects(folder: Path) -> list[Path]:
    """The parts in a store that is a folder."""
    return sorted(path for path in folder.rglob("*") if path.is_file())
