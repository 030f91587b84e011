"""A real server process to measure against, and accounts that use it by bare HTTP."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import httpx2

from tests.app.people import Diary, Person
from tools.local_server import LocalServer

RATES = dict.fromkeys(
    (
        "rate_anonymous",
        "rate_register",
        "rate_login",
        "rate_bad_token",
        "rate_large",
        "rate_carried",
        "rate_carried_network",
        "rate_session",
    ),
    "1000000/minute",
)

QUOTAS = dict.fromkeys(("journals_per_day", "entries_per_day", "entry_mib_per_day", "invitations_per_day"), "1000000")


@contextmanager
def serving(folder: Path) -> Iterator[LocalServer]:
    """A server on SQLite in `folder`, with rate limits that a measurement doesn't reach."""
    with LocalServer(folder, **RATES, **QUOTAS) as server:
        yield server


@asynccontextmanager
async def person_at(origin: str) -> AsyncIterator[Person]:
    """A registered account with a session."""
    async with httpx2.AsyncClient(base_url=origin, timeout=60) as http:
        yield await registered(Person(http), origin)


async def registered(person: Person, origin: str) -> Person:
    """The person with an account and a session at `origin`."""
    answer = await person.http.post("/v1/accounts", json=person.registration())
    answer.raise_for_status()
    (await person.log_in(origin=origin)).raise_for_status()
    return person


async def journal_of(person: Person) -> Diary:
    """A new journal, with its founder alone."""
    return await Diary(person).create()
