"""A program that dies at any point of a pairing, and is started again: a sync goes on, and what ended is noted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from fastapi import FastAPI

from duolog.client import Duolog, PairingStage
from duolog.errors import NotAllowed
from tests.client.couple import UNLOCK, register, transport
from tests.client.devices import enroll
from tests.client.mortal import Life, is_killed

pytestmark = [
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
    pytest.mark.parametrize("quick", [True, pytest.param(False, marks=pytest.mark.slow)], ids=["changes", "points"]),
]

Act = Callable[[Duolog], Awaitable[object]]


@dataclass
class Mortal:
    """A person whose program dies, and is started again from their home."""

    app: FastAPI
    home: Path
    now: Duolog

    @classmethod
    async def register(cls, app: FastAPI, home: Path) -> Mortal:
        person, _, _ = await register(app, home)
        return cls(app, home, person)

    async def dies(self, points: int, act: Act, *, quick: bool) -> bool:
        """Do something that ends at a point; then a new program is there. Whether it came to its end before."""
        Life(self.now, points, quick=quick)
        try:
            await act(self.now)
        except BaseException as error:
            if not is_killed(error):
                raise
            done = False
        else:
            done = True
        self.now._context.home.close()
        self.now = await Duolog.open(home=self.home, unlock=UNLOCK, server=transport(self.app))
        return done


async def agreed(*people: Duolog) -> None:
    """Everybody syncs until each has seen what the others did, and nobody is told of a problem."""
    for person in (*people, *people):
        assert not (await person.sync()).problems


async def verified(founder: Duolog, newcomer: Duolog, journal: bytes) -> None:
    """Both compare the same eight words, and are verified."""
    words = (await founder.pairing(journal)).words
    assert words is not None
    assert (await newcomer.pairing(journal)).words == words
    for person in (founder, newcomer):
        await person.verify(journal, words)
    await agreed(newcomer, founder)
    for person in (founder, newcomer):
        assert (await person.pairing(journal)).stage is PairingStage.VERIFIED


async def at_each_point(once: Callable[[int], Awaitable[bool]]) -> int:
    """Play something with a death at the first point, the second ..., until it ends before; how many there are."""
    for points in range(1, 400):
        if await once(points):
            return points - 1
    pytest.fail("it never came to an end")


async def test_a_founder_who_dies_while_letting_somebody_in_notes_the_end_of_the_invitation(
    app: FastAPI, tmp_path: Path, quick: bool
) -> None:
    async def once(points: int) -> bool:
        ada = await Mortal.register(app, tmp_path / str(points))
        sam, _, _ = await register(app)
        journal = await ada.now.create_journal()
        invitation = await ada.now.invite(journal)
        await sam.join(invitation.link)
        done = await ada.dies(points, lambda ada: ada.sync(), quick=quick)
        await agreed(ada.now, sam)
        assert (await ada.now.account_state()).ended == {invitation.id: "added"}, points
        await verified(ada.now, sam, journal)
        await ada.now.close()
        return done

    assert await at_each_point(once) > 3


async def test_a_newcomer_who_dies_before_the_answer_arrived_is_joined_by_the_next_sync(
    app: FastAPI, tmp_path: Path, quick: bool
) -> None:
    async def once(points: int) -> bool:
        ada, _, _ = await register(app)
        sam = await Mortal.register(app, tmp_path / str(points))
        journal = await ada.create_journal()
        link = (await ada.invite(journal)).link
        done = await sam.dies(points, lambda sam: sam.join(link), quick=quick)
        await agreed(sam.now)
        try:
            await sam.now.pairing(journal)
        except NotAllowed:  # nothing was accepted yet
            await sam.now.join(link)
        await agreed(ada, sam.now)
        await verified(ada, sam.now, journal)
        await sam.now.close()
        return done

    assert await at_each_point(once) > 3


async def test_another_own_device_sends_the_answer_that_the_first_one_only_noted(
    app: FastAPI, tmp_path: Path, quick: bool
) -> None:
    async def once(points: int) -> bool:
        ada, _, _ = await register(app)
        sam = await Mortal.register(app, tmp_path / str(points))
        other, _ = await enroll(app, sam.now)
        journal = await ada.create_journal()
        link = (await ada.invite(journal)).link
        done = await sam.dies(points, lambda sam: sam.join(link), quick=quick)
        await agreed(other)
        if journal in (await other.account_state()).sent:
            await agreed(ada, other)
            await verified(ada, other, journal)
        await sam.now.close()
        return done

    assert await at_each_point(once) > 3


async def test_a_founder_who_dies_while_taking_an_invitation_back_has_taken_it_back_or_not(
    app: FastAPI, tmp_path: Path, quick: bool
) -> None:
    async def once(points: int) -> bool:
        ada = await Mortal.register(app, tmp_path / str(points))
        journal = await ada.now.create_journal()
        invitation = await ada.now.invite(journal)
        done = await ada.dies(points, lambda ada: ada.revoke_invitation(journal, invitation.id), quick=quick)
        await agreed(ada.now)
        waits = not (await ada.now.account_state()).ended
        if waits:
            assert (await ada.now.pairing(journal)).stage is PairingStage.WAITING_FOR_ANSWER
            await ada.now.revoke_invitation(journal, invitation.id)
        assert (await ada.now.account_state()).ended == {invitation.id: "revoked"}, points
        with pytest.raises(NotAllowed, match="No invitation"):
            await ada.now.pairing(journal)
        await ada.now.close()
        return done

    assert await at_each_point(once) > 1
