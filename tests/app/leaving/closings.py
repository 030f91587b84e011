"""A clock that a test moves, a couple on it, and closings that wait."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
from fastapi import FastAPI

from app.retention.service import Counts, retain
from app.settings import Settings
from duolog.api.pages import MEDIA_TYPE
from duolog.protocol.codec import encode_b64
from duolog.protocol.roster_statements import Close, close_timing
from tests.app.people import Diary, Json, Person
from tests.conftest import http_client, running

FRIDAY = 1_800_000_000


@dataclass
class Evening:
    """Ada and Sam share a journal; the server's clock stands still until a test moves it."""

    app: FastAPI
    http: httpx2.AsyncClient
    clock: list[int]
    ada: Person
    sam: Person
    couple: Diary

    async def retain(self) -> Counts:
        state = self.app.state.duolog
        return await retain(state.database, state.store, state.settings, state.receipts, state.now())

    async def answers(self, person: Person, diary: Diary | None = None) -> dict[str, bytes]:
        """Everything that a member is answered about a journal, byte for byte."""
        path = (diary or self.couple).path
        paths = ("/v1/journals", *(path + tail for tail in ("/entries", "/chains", "/proposals", "/invitations")))
        found = {tail: (await person.get(tail)).content for tail in (*paths, path + "/closing")}
        found["binary"] = (await person.get(path + "/entries", headers={"accept": MEDIA_TYPE})).content
        return found


@asynccontextmanager
async def evening(settings: Settings) -> AsyncIterator[Evening]:
    """The server with a clock, a couple and one entry of each."""
    clock = [FRIDAY]
    async with running(settings, lambda: clock[0]) as app, http_client(app) as http:
        ada, sam = await Person(http).register(), await Person(http).register()
        couple = await (await Diary(ada).create()).make_couple(sam)
        for person in (ada, sam):
            await couple.push(person, couple.entry(person))
        yield Evening(app, http, clock, ada, sam, couple)


def closing(diary: Diary, author: Person, not_before: int, **other: Any) -> Json:
    """A closing that waits; `other` replaces fields of the request, or of the statement."""
    salt = secrets.token_bytes(32)
    fields: Json = {
        "journal": diary.journal,
        "account": author.account,
        "generation": 1,
        "nonce": secrets.token_bytes(32),
        "timing": close_timing(salt, not_before),
        "receipt_key": None,
    }
    fields |= {name: other.pop(name) for name in tuple(other) if name in fields}
    statement = Close(**fields).encode()
    body: Json = {
        "statement": encode_b64(statement),
        "signature": encode_b64(author.secret.sign(statement)),
        "salt": encode_b64(salt),
        "not_before": not_before,
        "ends": [],
    }
    return body | other


async def tell_time(person: Person, clock: list[int], now: int) -> None:
    """Move the clock; the person logs in again, since the session may be over by then."""
    clock[0] = now
    await person.log_in()
