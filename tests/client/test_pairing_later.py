"""Pairing when somebody rotates between its steps: what was signed before still counts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from fastapi import FastAPI

from app.settings import Settings
from duolog.client import Duolog, PairingStage
from duolog.client.account.rotating import Wanted, rotate
from duolog.errors import NotAllowed, ServerRefused, TransportError
from tests.client.couple import Clock, couple, pair, register
from tests.client.test_confidants import DAY, trio
from tests.conftest import running

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def lost(*_: Any) -> Any:
    raise TransportError("The answer was lost.")


async def rotated(someone: Duolog, *others: Duolog) -> None:
    """New keys, which everybody has seen in a journal that they share."""
    await rotate(someone._context, Wanted())
    for person in (someone, *others):
        await person.sync()


@pytest.mark.parametrize("when", ["invited", "answered", "added"])
@pytest.mark.parametrize("who", ["founder", "partner"])
async def test_a_couple_begins_a_second_journal_while_one_of_them_rotates(app: FastAPI, who: str, when: str) -> None:
    async with couple(app) as two:
        people = [two.ada, two.sam] if who == "founder" else [two.sam, two.ada]
        journal = await two.ada.create_journal()
        invitation = await two.ada.invite(journal)
        if when == "invited":
            await rotated(*people)
        await two.sam.join(invitation.link)
        if when == "answered":
            await rotated(*people)
        await two.ada.sync()
        if when == "added":
            await rotated(*people)
        for _ in range(2):
            for person in (two.sam, two.ada):
                assert not (await person.sync()).problems
        for person in (two.sam, two.ada):
            assert (await person.pairing(journal)).stage is PairingStage.VERIFIED
            assert (await person.write(journal, "note", {"text": "here we are"})).delivered


async def test_an_answer_that_never_arrived_is_sent_as_it_was_signed(app: FastAPI) -> None:
    ada, _, _ = await register(app)
    sam, network, _ = await register(app)
    async with ada, sam:
        journal = await ada.create_journal()
        invitation = await ada.invite(journal)

        async def never(*_: object) -> None:
            raise TransportError("The line went dead.")

        kept: Any = network
        kept.answer_invitation = never
        with pytest.raises(TransportError):
            await sam.join(invitation.link)
        del kept.answer_invitation
        await rotated(sam)
        await sam.join(invitation.link)
        await ada.sync()
        await sam.sync()
        assert (await ada.pairing(journal)).words == (await sam.pairing(journal)).words is not None


async def test_an_answer_whose_receipt_was_lost_counts_when_it_is_sent_again(app: FastAPI) -> None:
    """It is sealed with another nonce then, so the server takes it for another one."""
    ada, _, _ = await register(app)
    sam, network, _ = await register(app)
    async with ada, sam:
        journal = await ada.create_journal()
        invitation = await ada.invite(journal)
        kept: Any = network
        send = network.answer_invitation

        async def arrives(*given: bytes) -> None:
            await send(*given)
            raise TransportError("The line went dead.")

        kept.answer_invitation = arrives
        with pytest.raises(TransportError):
            await sam.join(invitation.link)
        del kept.answer_invitation
        await sam.join(invitation.link)
        await ada.sync()
        await sam.sync()
        assert (await ada.pairing(journal)).words == (await sam.pairing(journal)).words is not None


@asynccontextmanager
async def too_late(app: FastAPI) -> AsyncIterator[tuple[Duolog, str]]:
    """Somebody whose answer never arrived, and the link that somebody else has answered since."""
    ada, _, _ = await register(app)
    sam, network, _ = await register(app)
    other, _, _ = await register(app)
    async with ada, sam, other:
        invitation = await ada.invite(await ada.create_journal())
        kept: Any = network
        kept.answer_invitation = lost
        with pytest.raises(TransportError):
            await sam.join(invitation.link)
        del kept.answer_invitation
        await other.join(invitation.link)
        yield sam, invitation.link


async def test_an_answer_that_came_after_somebody_elses_is_told_so(app: FastAPI) -> None:
    async with too_late(app) as (sam, link):
        with pytest.raises(ServerRefused, match="it was used"):
            await sam.join(link)


async def test_a_sync_says_that_somebody_else_answered_an_answer_that_never_arrived(app: FastAPI) -> None:
    async with too_late(app) as (sam, _link):
        [problem] = (await sam.sync()).problems
        assert "somebody else answered it" in str(problem)
        assert not (await sam.sync()).problems, "it is said once"


async def test_a_confidant_who_rotates_before_they_are_proposed_is_shown(settings: Settings) -> None:
    """Ada knows them from a journal of their own, and so has seen their new keys. Sam sees what they accepted."""
    async with trio(settings) as three:
        await pair(three.ada, three.friend)
        until = three.clock() + 30 * DAY
        await three.friend.join((await three.ada.members(three.journal).invite("read", until)).link)
        await rotated(three.friend, three.ada)
        await three.friend.sync()
        words = (await three.friend.pairing(three.journal)).words
        assert words is not None
        await three.ada.members(three.journal).confirm(words)
        [proposal] = await three.sam.members(three.journal).proposals()
        assert proposal.words == words
        await three.sam.members(three.journal).sign(proposal.id, words)
        await three.sync()
        assert len(await three.friend.members(three.journal).list()) == 3


async def test_an_invitation_that_nobody_answers_or_takes_in_time_is_over(settings: Settings) -> None:
    clock = Clock()
    async with running(settings, clock) as app:
        ada, _, _ = await register(app, clock=clock)
        sam, _, _ = await register(app, clock=clock)
        async with ada, sam:
            unanswered, journal = await ada.create_journal(), await ada.create_journal()
            for one in (unanswered, journal):
                invitation = await ada.invite(one)
            await sam.join(invitation.link)
            clock.now += DAY + 1
            assert not (await sam.sync()).problems
            clock.now += 30 * DAY
            [problem] = (await sam.sync()).problems
            assert "Ask for a new link" in str(problem)
            assert not (await sam.sync()).problems, "it is said once"
            assert not (await ada.sync()).problems
            for person, one in ((ada, unanswered), (ada, journal), (sam, journal)):
                with pytest.raises(NotAllowed, match="No invitation"):
                    await person.pairing(one)
            assert set((await ada.account_state()).ended.values()) == {"expired"}
            await sam.join((await ada.invite(journal)).link)
            await ada.sync()
            await sam.sync()
            assert (await ada.pairing(journal)).words == (await sam.pairing(journal)).words is not None
