"""Closing a journal: now, or at a time that the other doesn't learn."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest
from fastapi import FastAPI

from app.settings import Settings
from duolog.client import Duolog
from duolog.client.account.rotating import Wanted, rotate
from duolog.client.journals.closings import cancel, ended_keyholders, renewed_closings
from duolog.client.log.stored_logs import load_log, save_log
from duolog.errors import NotAllowed
from duolog.protocol.roster_statements import close_timing, parse_close
from duolog.seal.keys import GenerationSecret
from tests.client.couple import UNLOCK, Clock, pair, transport
from tests.conftest import running

FRIDAY = 1_795_770_000  # Unix seconds
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@dataclass
class Two:
    """Ada and Sam with one journal, on clocks that a test sets."""

    ada: Duolog
    sam: Duolog
    journal: bytes
    clock: Clock
    words: tuple[str, ...]
    app: FastAPI


@pytest.fixture
async def two(settings: Settings) -> AsyncIterator[Two]:
    clock = Clock()
    async with running(settings, clock) as app:
        hers = await Duolog.register(transport(app), home=None, unlock=UNLOCK, clock=clock)
        his = await Duolog.register(transport(app), home=None, unlock=UNLOCK, clock=clock)
        async with hers.duolog as ada, his.duolog as sam:
            yield Two(ada, sam, await pair(ada, sam), clock, hers.words, app)


async def test_a_closed_journal_is_read_and_never_written(two: Two) -> None:
    await two.ada.write(two.journal, "note", {"text": "the last word"})
    await two.ada.leaving(two.journal).close()
    await two.sam.sync()
    for person in (two.ada, two.sam):
        assert (await person.journal(two.journal)).closed
        assert [item.text for item in await person.timeline(two.journal) if item.kind == "note"]
        with pytest.raises(NotAllowed, match="closed"):
            await person.write(two.journal, "note", {"text": "one more"})
    await two.ada.leaving(two.journal).close()  # again: nothing happens
    assert two.journal in (await two.ada.account_state()).closed
    assert two.journal in (await two.sam.account_state()).closed


async def test_what_is_written_at_the_moment_of_closing_stays_here_and_says_so(two: Two) -> None:
    await two.ada.leaving(two.journal).close()
    written = await two.sam.write(two.journal, "note", {"text": "too late"})
    assert not written.delivered
    assert "closed" in str(written.problem)


async def test_one_that_a_device_holds_is_told_to_nobody_and_closes_when_it_is_due(two: Two) -> None:
    leaving = two.ada.leaving(two.journal)
    await leaving.schedule(FRIDAY, held="device")
    waiting = await leaving.waiting()
    assert waiting is not None
    assert (waiting.not_before, waiting.held, waiting.ends) == (FRIDAY, "device", ())
    two.clock.now = FRIDAY - 1
    await two.ada.sync()
    assert (await two.ada.write(two.journal, "note", {"text": "life goes on"})).delivered
    two.clock.now = FRIDAY
    await two.ada.sync()
    assert (await two.ada.journal(two.journal)).closed
    assert await leaving.waiting() is None
    await two.sam.sync()
    assert (await two.sam.journal(two.journal)).closed


async def test_any_own_device_closes_when_it_is_due(two: Two) -> None:
    await two.ada.leaving(two.journal).schedule(FRIDAY, held="device")
    other = await Duolog.restore(transport(two.app), two.words, home=None, unlock=UNLOCK, clock=two.clock)
    async with other:
        await other.sync()
        assert await other.leaving(two.journal).waiting() is not None
        two.clock.now = FRIDAY + 3600
        await other.sync()
        assert (await other.journal(two.journal)).closed
    await two.ada.sync()
    assert (await two.ada.journal(two.journal)).closed


async def test_one_that_a_device_holds_is_cancelled_for_certain(two: Two) -> None:
    leaving = two.ada.leaving(two.journal)
    await leaving.schedule(FRIDAY, held="device")
    assert await leaving.cancel()
    assert await leaving.waiting() is None
    two.clock.now = FRIDAY + 1
    await two.ada.sync()
    assert not (await two.ada.journal(two.journal)).closed
    with pytest.raises(NotAllowed, match="No closing"):
        await leaving.cancel()


async def test_what_can_not_be_scheduled(two: Two) -> None:
    leaving = two.ada.leaving(two.journal)
    with pytest.raises(NotAllowed, match="passed"):
        await leaving.schedule(two.clock.now)
    own = two.ada._context.home.keyholder.id
    for ends in ([own], [bytes(32)]):
        with pytest.raises(NotAllowed, match="other devices"):
            await leaving.schedule(FRIDAY, ends=ends)
    with pytest.raises(NotAllowed, match="account's own"):
        await two.ada.leaving(two.ada._context.identity.account_journal).close()
    with pytest.raises(NotAllowed, match="not here"):
        await two.ada.leaving(bytes(32)).close()
    with pytest.raises(NotAllowed, match="Close this journal first"):
        await leaving.let_go()


async def test_the_other_can_not_close_with_it_or_learn_of_it(two: Two) -> None:
    await two.ada.leaving(two.journal).schedule(FRIDAY, held="device")
    before = (await two.sam.journal(two.journal)).seq
    await two.sam.sync()
    assert (await two.sam.journal(two.journal)).seq == before
    assert (await two.sam.account_state()).closings == {}


async def test_a_rotation_signs_the_same_closing_anew(two: Two) -> None:
    """What the server holds alone; the time stays, and what is cancelled is left out."""
    leaving = two.ada.leaving(two.journal)
    await leaving.schedule(FRIDAY, held="device")
    later = GenerationSecret.new(2)
    assert renewed_closings(two.ada._context, 2, later) == []
    state = await two.ada.account_state()
    closing = state.closings[two.journal].model_copy(update={"held": "server"})
    state.closings[two.journal] = closing
    [renewed] = renewed_closings(two.ada._context, 2, later)
    statement = parse_close(renewed.statement)
    assert (statement.generation, statement.timing) == (2, close_timing(renewed.salt, FRIDAY))
    assert statement.nonce == parse_close(closing.statement).nonce
    assert ended_keyholders(two.ada._context) == frozenset()
    del state.closings[two.journal]
    assert renewed_closings(two.ada._context, 2, later) == []


async def test_a_confidant_closes_nothing(two: Two) -> None:
    """Asked before anything is signed; the server would refuse it too."""
    context = two.ada._context
    state = load_log(context.store, two.journal)
    assert state.roster is not None
    me = state.roster.find(two.ada.account)
    assert me is not None
    others = tuple(item for item in state.roster.members if item != me)
    members = (*others, replace(me, role="confidant", until=FRIDAY))
    save_log(context.store, replace(state, roster=replace(state.roster, members=members)))
    with pytest.raises(NotAllowed, match="Only a partner"):
        await two.ada.leaving(two.journal).close()


async def test_what_a_rotation_signed_anew_may_still_happen_when_it_is_taken_back(two: Two) -> None:
    """The server has the closing with the newer keys as well, so keys newer than those must come."""
    leaving = two.ada.leaving(two.journal)
    await leaving.schedule(FRIDAY)
    await rotate(two.ada._context, Wanted())
    await two.ada.sync()
    async with two.ada._session.alone() as context:
        await cancel(context, two.journal)
    assert await leaving.may_still_happen()
    await two.ada.sync()
    assert not await leaving.may_still_happen()
    assert two.ada._context.identity.secret.generation == 3


async def test_one_that_the_server_had_is_taken_back_when_a_device_holds_it_instead(two: Two) -> None:
    leaving = two.ada.leaving(two.journal)
    await leaving.schedule(FRIDAY)
    await leaving.schedule(FRIDAY, held="device")
    assert await leaving.may_still_happen()
    await two.ada.sync()
    assert not await leaving.may_still_happen()
    waiting = await leaving.waiting()
    assert waiting is not None
    assert waiting.held == "device"
    two.clock.now = FRIDAY
    await two.ada.sync()
    assert (await two.ada.journal(two.journal)).closed


async def test_closing_goes_by_the_keys_that_another_device_has_moved_to(two: Two) -> None:
    other = await Duolog.restore(transport(two.app), two.words, home=None, unlock=UNLOCK, clock=two.clock)
    async with other:
        await other.sync()
        await rotate(two.ada._context, Wanted())
        await two.ada.sync()
        await other.leaving(two.journal).close()
        assert (await other.journal(two.journal)).closed
