"""A program that dies at any request, and is started again: what was begun ends where it should, and once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from app.settings import Settings
from duolog.client import Duolog, HttpTransport
from duolog.client.log.stored_logs import load_log
from duolog.errors import NotAllowed
from tests.client.couple import UNLOCK, Clock, pair, register
from tests.conftest import ORIGIN, running

pytestmark = [
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
    pytest.mark.parametrize("after", [False, True]),
]
DAY = 24 * 3600


class Killed(BaseException):
    """The program is gone."""


class Killing(HttpTransport):
    """A transport in whose n-th request the program dies; `after`: when the server has carried it out."""

    def __init__(self, app: FastAPI, left: int, *, after: bool) -> None:
        super().__init__(ORIGIN, network=httpx2.ASGITransport(app))
        self._left, self._after = left, after

    async def _call(self, *arguments: Any, **options: Any) -> Any:
        self._left -= 1
        if self._left < 0 and not self._after:
            raise Killed
        answer = await super()._call(*arguments, **options)
        if self._left < 0:
            raise Killed
        return answer


@dataclass
class Two:
    """Ada, whose home is on a disk, and Sam; their journal, and what Ada's program does until it comes to an end."""

    app: FastAPI
    sam: Duolog
    friend: Duolog
    journal: bytes
    clock: Clock
    home: Path

    async def ada(self, left: int = 10_000, *, after: bool = False) -> Duolog:
        network = Killing(self.app, left, after=after)
        return await Duolog.open(home=self.home, unlock=UNLOCK, server=network, clock=self.clock)

    async def until_done(self, act: Callable[[Duolog], Awaitable[object]], *, after: bool) -> Duolog:
        """Ada's program, started again and again, each time with one more request to live; then it is still open."""
        for calls in range(60):
            ada = await self.ada(calls, after=after)
            try:
                await act(ada)
            except BaseException as error:
                ada._context.home.close()
                if not _is_killed(error):
                    raise
                continue
            ada._context.network.transport._left = 10_000  # type: ignore[attr-defined]
            assert calls > 2
            return ada
        pytest.fail("it never came to an end")


def _is_killed(error: BaseException) -> bool:
    if isinstance(error, BaseExceptionGroup):
        return any(_is_killed(item) for item in error.exceptions)
    return isinstance(error, Killed)


@pytest.fixture
async def two(settings: Settings, tmp_path: Path) -> AsyncIterator[Two]:
    clock = Clock()
    async with running(settings, clock) as app:
        ada, _, _ = await register(app, tmp_path / "ada", clock)
        sam, _, _ = await register(app, clock=clock)
        friend, _, _ = await register(app, clock=clock)
        async with sam, friend:
            journal = await pair(ada, sam)
            await ada.close()
            yield Two(app, sam, friend, journal, clock, tmp_path / "ada")


async def test_a_closing_is_cancelled(two: Two, after: bool) -> None:
    due = two.clock() + DAY
    ada = await two.ada()
    await ada.leaving(two.journal).schedule(due)
    await ada.close()

    async def cancel(ada: Duolog) -> None:
        await ada.sync()
        if await ada.leaving(two.journal).waiting() is not None:
            await ada.leaving(two.journal).cancel()

    ada = await two.until_done(cancel, after=after)
    await ada.sync()
    assert not await ada.leaving(two.journal).may_still_happen()
    two.clock.now = due + DAY
    for person in (ada, two.sam):
        await person.sync()
        assert not (await person.journal(two.journal)).closed
    assert (await two.sam.write(two.journal, "note", {"text": "still here"})).delivered
    assert list((await ada.account_state()).cancelled) == [two.journal]
    await ada.close()


async def test_an_account_is_deleted(two: Two, after: bool) -> None:
    ada = await two.until_done(lambda ada: ada.delete_account(), after=after)
    assert await ada.is_deleted()
    assert (await ada.status()).deleted
    await ada.delete_account()
    for step in (ada.sync(), ada.create_journal(), ada.write(two.journal, "note", {"text": "no more"})):
        with pytest.raises(NotAllowed, match="deleted"):
            await step
    assert await ada.timeline(two.journal) == ()
    await ada.close()
    ada = await two.ada()
    assert await ada.is_deleted()
    await ada.close()
    await two.sam.sync()
    assert (await two.sam.journal(two.journal)).closed
    await two.sam.leaving(two.journal).let_go()


async def admitted(two: Two, inviter: Duolog) -> tuple[str, ...]:
    """The friend is invited, and the inviter consents; the words."""
    until = two.clock() + 30 * DAY
    await two.friend.join((await inviter.members(two.journal).invite("read", until)).link)
    await inviter.sync()
    await two.friend.sync()
    words = (await two.friend.pairing(two.journal)).words
    assert words is not None
    await inviter.members(two.journal).confirm(words)
    return words


async def test_a_proposal_is_signed(two: Two, after: bool) -> None:
    words = await admitted(two, two.sam)
    before = load_log(two.sam._context.store, two.journal)

    async def sign(ada: Duolog) -> None:
        await ada.sync()
        for proposal in await ada.members(two.journal).proposals():
            await ada.members(two.journal).sign(proposal.id, words)

    ada = await two.until_done(sign, after=after)
    for person in (two.sam, two.friend, ada):
        assert not (await person.sync()).problems
        assert len((await person.journal(two.journal)).members) == 3
    assert load_log(ada._context.store, two.journal).seq == before.seq + 1
    for person in (ada, two.sam):
        assert two.friend.account in (await person.account_state()).verified
    await ada.close()


async def test_a_confidant_is_removed(two: Two, after: bool) -> None:
    words = await admitted(two, two.sam)
    ada = await two.ada()
    [proposal] = await ada.members(two.journal).proposals()
    await ada.members(two.journal).sign(proposal.id, words)
    await ada.close()
    for person in (two.sam, two.friend):
        await person.sync()
    before = load_log(two.sam._context.store, two.journal)
    ada = await two.until_done(lambda ada: ada.members(two.journal).remove(two.friend.account), after=after)
    for person in (ada, two.sam):
        assert not (await person.sync()).problems
        assert len((await person.journal(two.journal)).members) == 2
    assert load_log(ada._context.store, two.journal).seq == before.seq + 1
    await two.friend.sync()
    assert (await two.friend.journal(two.journal)).former is not None
    await ada.close()


async def test_a_text_is_withdrawn(two: Two, after: bool) -> None:
    ada = await two.ada()
    entry = (await ada.write(two.journal, "note", {"text": "taken back"})).entry
    await ada.close()

    async def withdraw(ada: Duolog) -> None:
        try:
            written = await ada.leaving(two.journal).withdraw(entry)
        except NotAllowed:
            await ada.sync()  # it was withdrawn before
        else:
            assert written.delivered

    ada = await two.until_done(withdraw, after=after)
    await two.sam.sync()
    for person in (ada, two.sam):
        [text, said] = await person.timeline(two.journal)
        assert text.hidden is not None
        assert text.text is None
        assert said.kind == "withdrawn"
        assert said.without_effect is None
    await ada.close()
