"""Announcements between the processes that serve one PostgreSQL database, by its LISTEN and NOTIFY.

Rules
- A notice follows the commit, on a connection of its own. NOTIFY within a write's transaction would make all commits of
  the database wait for each other.
- What is announced while a notice is on its way goes together in the next one, each journal once.
- A notice holds ids alone: `j` and a journal's, or `a` and the id of an account whose sessions ended. The process that
  hears it asks the database what its listeners may be told.
- When the connection was lost, a process looks at the accounts of all its listeners once it listens again.
- A SQLite database has one serving process, and needs no notices.
"""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy.engine import make_url

from app.logs import describe, log
from app.settings import Settings
from app.waking.hub import Hub
from app.waking.notes import Notes
from duolog.errors import MalformedData
from duolog.protocol import sizes
from duolog.protocol.codec import encode_b64, parse_b64

CHANNEL = "duolog_moved"
GAP_SECONDS = 0.02  # between two notices: a process that hears them tells no more often
RETRY_SECONDS = 1.0, 30.0  # until the next try to connect: at first, and at most
PER_NOTICE = 1024  # ids in one statement
LISTENING = f"LISTEN {CHANNEL}"
_NOTIFY = "SELECT pg_notify(%s, payload) FROM unnest(%s::text[]) AS payload"
KEEPALIVE: dict[str, Any] = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}


if TYPE_CHECKING:
    from psycopg import AsyncConnection


@asynccontextmanager
async def noticing(settings: Settings, hub: Hub) -> AsyncIterator[None]:
    """While it lasts, hear the notices of other processes, and send them this one's."""
    if settings.database_file is not None:
        yield
        return
    notices = Notices(settings, hub)
    hub.forward = notices.add
    tasks = [asyncio.create_task(notices.listen()), asyncio.create_task(notices.send())]
    try:
        yield
    finally:
        hub.forward = None
        await notices.finish()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class Notices:
    """The notices of one process."""

    def __init__(self, settings: Settings, hub: Hub) -> None:
        url = make_url(settings.database_url).set(drivername="postgresql+psycopg")
        dialect = url.get_dialect()
        self._driver = dialect.import_dbapi()  # which a server on SQLite doesn't load
        _, self._where = dialect().create_connect_args(url)
        self._hub = hub
        self._waiting = Notes()
        self._bell = asyncio.Event()
        self._pid = 0  # of the connection that sends
        self._idle = asyncio.Event()
        self._idle.set()

    def add(self, notes: Notes) -> None:
        """Let the next notice say this too."""
        self._waiting.add(notes)
        self._idle.clear()
        self._bell.set()

    async def finish(self) -> None:
        """Wait for a moment until everything is sent."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), 1)

    async def send(self) -> None:
        """Send notices, one after the other. One that gets lost is made good by the beats of the other processes."""
        await self._keep(self._send)

    async def listen(self) -> None:
        """Hear the notices of other processes."""
        await self._keep(self._listen)

    async def _send(self, connection: "AsyncConnection[Any]") -> None:
        self._pid = connection.info.backend_pid
        while True:
            await self._bell.wait()
            self._bell.clear()
            notes, self._waiting = self._waiting, Notes()
            payloads = [f"j{encode_b64(journal)}" for journal in sorted(notes.journals)]
            payloads += [f"a{encode_b64(account)}" for account in sorted(notes.accounts)]
            for start in range(0, len(payloads), PER_NOTICE):
                await connection.execute(_NOTIFY, (CHANNEL, payloads[start : start + PER_NOTICE]))
            if not self._waiting:
                self._idle.set()
            await asyncio.sleep(GAP_SECONDS)

    async def _listen(self, connection: "AsyncConnection[Any]") -> None:
        await connection.execute(LISTENING)
        self._hub.hear_all()
        async for notice in connection.notifies():
            if notice.pid != self._pid:
                self._hub.hear(parse_notice(notice.payload))

    async def _keep(self, use: Callable[["AsyncConnection[Any]"], Awaitable[None]]) -> None:
        """Connect, and again whenever the connection is lost."""
        wait, longest = RETRY_SECONDS
        while True:
            try:
                async with await self._driver.AsyncConnection.connect(
                    **self._where, **KEEPALIVE, autocommit=True
                ) as one:
                    wait = RETRY_SECONDS[0]
                    await use(one)
            except (self._driver.Error, OSError) as error:
                log().warning("notices wait", **describe(error))
            await asyncio.sleep(wait * random.uniform(0.5, 1))  # noqa: S311 - no secret
            wait = min(2 * wait, longest)


def parse_notice(payload: str) -> Notes:
    """The notes of one notice. A payload that is none says nothing."""
    try:
        one = parse_b64(payload[1:], sizes.HASH)
    except MalformedData:
        return Notes()
    if payload[0] == "j":
        return Notes(journals={one})
    return Notes(accounts={one}) if payload[0] == "a" else Notes()
