"""Watching: sync whenever the server says that something is new, and tell what others wrote.

Rules
- An event is believed in nothing but when to look. A sync fetches and verifies as always.
- A sync follows each connection to the stream, so nothing that came before it is missed.
- A lost stream is opened again after a pause that grows, and that differs from home to home. A server without events,
  or without room for another listener, is asked once in a minute or two instead.
- Other programs use the home while the server is quiet.
- Kinds and authors are told, never how many, and nothing of what somebody did not write. Nobody learns of the watching.
"""

import random
from collections.abc import Callable

import anyio

from duolog.client.home.log_rows import verified_journals
from duolog.client.journals.news import JournalNews, news_behind
from duolog.client.log.context import Context
from duolog.client.log.my_journals import shown_journals
from duolog.client.log.session import Session
from duolog.client.log.stored_logs import load_log
from duolog.client.server.events import Events
from duolog.client.server.transport import Transport
from duolog.client.sync import sync
from duolog.errors import MalformedData, ServerRefused, TransportError

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0  # seconds
POLL_SECONDS = 60.0
_ROOMLESS = ("not_found", "method_not_allowed", "slow_down", "busy")  # refusals by a server that has no events for us
_LATER = ("slow_down", "busy", "unavailable", "internal")

Draw = Callable[[float, float], float]


class Watch:
    """An asynchronous iterator over news, as they come. Each step gives those of the journals with any."""

    def __init__(self, session: Session, *, draw: Draw = random.uniform) -> None:
        self._session, self._draw = session, draw
        self._events: Events | None = None
        self._last = ""
        self._told: dict[bytes, int] | None = None  # how far each journal was told; at first what was here
        self._looked = False
        self._pause = FIRST_PAUSE
        self._behind = False  # the newest sync failed
        self._closed = False
        self._scope: anyio.CancelScope | None = None

    def __aiter__(self) -> "Watch":
        return self

    async def __anext__(self) -> tuple[JournalNews, ...]:
        """Wait for news. Raises: as `Duolog.sync`. A server that can't be reached is waited for."""
        with anyio.CancelScope() as self._scope:
            if self._told is None:
                async with self._session.alone() as context:
                    self._told = _seqs(context)
            while not self._closed:
                await self._wait()
                if came := await self._look():
                    return came
        await self._drop()
        raise StopAsyncIteration

    async def close(self) -> None:
        """End the watching, and the step that waits."""
        self._closed = True
        if self._scope is not None:
            self._scope.cancel()
        await self._drop()

    # --- when to look -------------------------------------------------------------------------------------------------

    async def _wait(self) -> None:
        """Return when something may be new: an event says so, the stream was opened, or it is time to ask."""
        if self._behind:
            await self._sleep()
            return
        if self._events is None:
            await self._open()
            return
        await self._session.step_aside()
        while True:
            try:
                wakes = await self._events.next()
            except (TransportError, MalformedData):
                wakes = None
            if wakes is None:
                await self._drop()
                await self._sleep()
                await self._open()
                return
            self._last, self._pause = self._events.last, FIRST_PAUSE
            async with self._session.alone() as context:
                here = {journal: load_log(context.store, journal).seq for journal in verified_journals(context.store)}
            if any(wake.seq > here.get(wake.journal, 0) for wake in wakes):
                return
            await self._session.step_aside()

    async def _open(self) -> None:
        """Open the stream; where the server has none for us, wait as long as a polite poll does."""
        while True:
            try:
                async with self._session.alone() as context:
                    self._events = await context.network.call(Transport.listen, self._last)
                return
            except ServerRefused as error:
                if error.code not in _ROOMLESS and error.code not in _LATER:
                    raise
                if self._looked:
                    seconds = max(POLL_SECONDS, error.retry_after or 0)
                    await self._session.step_aside()
                    await anyio.sleep(seconds * self._draw(1, 2))
                return
            except TransportError:
                await self._sleep()

    async def _sleep(self) -> None:
        await self._session.step_aside()
        await anyio.sleep(self._pause * self._draw(0.5, 1))
        self._pause = min(2 * self._pause, LONGEST_PAUSE)

    async def _drop(self) -> None:
        events, self._events = self._events, None
        if events is not None:
            await events.close()

    # --- what came ----------------------------------------------------------------------------------------------------

    async def _look(self) -> tuple[JournalNews, ...]:
        """Sync; what others wrote since the last look."""
        async with self._session.alone() as context:
            try:
                await sync(context)
            except (TransportError, ServerRefused) as error:
                if isinstance(error, ServerRefused) and error.code not in _LATER:
                    raise
                self._behind = True
                return ()
            self._behind = False
            return self._news(context)

    def _news(self, context: Context) -> tuple[JournalNews, ...]:
        before, self._told, self._looked = self._told or {}, _seqs(context), True
        found = (news_behind(context, journal, before.get(journal, 0)) for journal in self._told)
        return tuple(one for one in found if one.came)


def _seqs(context: Context) -> dict[bytes, int]:
    """How far each journal has been verified here."""
    return {journal: load_log(context.store, journal).seq for journal in shown_journals(context)}
