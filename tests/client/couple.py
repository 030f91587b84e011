"""A couple for tests: two homes of their own, on the whole server in memory."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from fastapi import FastAPI

from duolog.client import Duolog, HttpTransport, Unlock
from tests.conftest import ORIGIN
from tests.kept_pairs import Kept, can_keep, keep

UNLOCK = Unlock(passphrase=lambda new: b"a passphrase for tests", keyring=False)


class Clock:
    """A clock that a test sets."""

    def __init__(self, now: int = 1_795_600_000) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


@dataclass
class Couple:
    """Ada, who founded, and Sam; the journal that they share; and Ada's recovery words."""

    ada: Duolog
    sam: Duolog
    journal: bytes
    words: tuple[str, ...]


def transport(network: httpx2.AsyncBaseTransport | FastAPI) -> HttpTransport:
    """A transport to a server in memory, or to whatever stands between."""
    if isinstance(network, FastAPI):
        network = httpx2.ASGITransport(network)
    return HttpTransport(ORIGIN, network=network)


async def pair(ada: Duolog, sam: Duolog) -> bytes:
    """Ada invites, Sam accepts, both compare their words; the id of their journal."""
    journal = await ada.create_journal()
    invitation = await ada.invite(journal)
    await sam.join(invitation.link)
    await ada.sync()
    await sam.sync()
    hers, his = await ada.pairing(journal), await sam.pairing(journal)
    assert hers.words is not None
    assert hers.words == his.words
    await ada.verify(journal, his.words or ())
    await sam.verify(journal, hers.words)
    await ada.sync()
    await sam.sync()
    return journal


@asynccontextmanager
async def couple(app: FastAPI, tmp_path: Path | None = None) -> AsyncIterator[Couple]:
    """Two registered and paired people; in memory when there is no path, and then copies of the first such two."""
    copied = tmp_path is None and can_keep(app)
    if copied and _kept:
        ada, sam = _kept[0].put_back(app, transport(app), transport(app))
        async with ada, sam:
            yield Couple(ada, sam, *_kept[0].known)
        return
    homes = {name: tmp_path / name if tmp_path else None for name in ("ada", "sam")}
    new = await Duolog.register(transport(app), home=homes["ada"], unlock=UNLOCK)
    other = await Duolog.register(transport(app), home=homes["sam"], unlock=UNLOCK)
    async with new.duolog as ada, other.duolog as sam:
        journal = await pair(ada, sam)
        if copied:
            _kept.append(keep(app, (ada, sam), (journal, new.words)))
        yield Couple(ada, sam, journal, new.words)


_kept: list[Kept[tuple[bytes, tuple[str, ...]]]] = []


class Tampered(HttpTransport):
    """A transport whose answers a test changes: `changes` maps a method's name to what becomes of its answer."""

    def __init__(self, app: FastAPI) -> None:
        super().__init__(ORIGIN, network=httpx2.ASGITransport(app))
        self.changes: dict[str, Callable[[Any], Any]] = {}

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        changes = super().__getattribute__("__dict__").get("changes", {})
        if name not in changes:
            return found

        async def changed(*arguments: Any) -> Any:
            return changes[name](await found(*arguments))

        return changed


async def register(app: FastAPI, home: Path | None = None, clock: Clock | None = None) -> tuple[Duolog, Tampered, str]:
    """One person, in memory unless there is a path; their transport, and their 24 words."""
    network = Tampered(app)
    new = await Duolog.register(network, home=home, unlock=UNLOCK, clock=clock or (lambda: int(time.time())))
    return new.duolog, network, " ".join(new.words)
