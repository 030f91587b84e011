"""Invitations that were begun on one own device, and are finished on another."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from fastapi import FastAPI

from duolog.client import AdmissionStage, Duolog, NewInvitation, PairingStage
from duolog.client.account.rotating import Wanted, rotate
from duolog.errors import NotAllowed
from tests.client.couple import Tampered, pair, register
from tests.client.devices import enroll

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
DAY = 24 * 3600


@dataclass
class House:
    """Ada with two devices, Sam, and a friend."""

    app: FastAPI
    old: Duolog
    new: Duolog
    sam: Duolog
    friend: Duolog
    networks: dict[str, Tampered] = field(repr=False)

    async def ask_friend(self, journal: bytes) -> NewInvitation:
        """Ada's old device invites the friend, who accepts."""
        until = self.old._context.clock() + 30 * DAY
        invitation = await self.old.members(journal).invite("read", until)
        await self.friend.join(invitation.link)
        return invitation

    async def words(self, person: Duolog, journal: bytes) -> tuple[str, ...]:
        await person.sync()
        words = (await person.pairing(journal)).words
        assert words is not None
        return words


@pytest.fixture
async def house(app: FastAPI) -> AsyncIterator[House]:
    old, first, _ = await register(app)
    sam, third, _ = await register(app)
    friend, fourth, _ = await register(app)
    async with old, sam, friend:
        new, second = await enroll(app, old)
        async with new:
            networks = {"old": first, "new": second, "sam": third, "friend": fourth}
            yield House(app, old, new, sam, friend, networks)


async def test_another_device_takes_the_answer_to_a_partner(house: House) -> None:
    journal = await house.old.create_journal()
    await house.sam.join((await house.old.invite(journal)).link)
    await house.new.sync()
    words = await house.words(house.sam, journal)
    assert await house.words(house.new, journal) == words
    await house.new.verify(journal, words)
    await house.sam.verify(journal, words)
    for person in (house.new, house.old, house.sam):
        await person.sync()
        assert not (await person.sync()).problems
        assert (await person.pairing(journal)).stage is PairingStage.VERIFIED
    assert house.sam.account in (await house.old.account_state()).verified


async def test_another_device_compares_the_words_of_a_partner_who_is_in_already(house: House) -> None:
    journal = await house.old.create_journal()
    await house.sam.join((await house.old.invite(journal)).link)
    await house.old.sync()
    words = await house.words(house.sam, journal)
    await rotate(house.old._context, Wanted())  # the invitation shows Ada's keys of before
    assert await house.words(house.new, journal) == words
    await house.new.verify(journal, words)
    await house.sam.sync()
    await house.sam.verify(journal, words)
    assert not (await house.new.sync()).problems
    assert not (await house.new.journal(journal)).provisional


async def test_a_partner_who_was_removed_is_not_let_in_by_another_device(house: House) -> None:
    journal = await house.old.create_journal()
    await house.sam.join((await house.old.invite(journal)).link)
    await house.new.sync()
    assert (await house.new.journal(journal)).provisional
    await house.old.sync()
    await house.old.members(journal).remove_partner()
    for _ in range(2):
        assert not (await house.new.sync()).problems
        assert not (await house.old.sync()).problems
    assert len((await house.new.journal(journal)).members) == 1
    await house.friend.join((await house.new.invite(journal)).link)
    words = [await house.words(person, journal) for person in (house.old, house.friend, house.new)]
    assert words[0] == words[1] == words[2]


async def test_another_device_admits_a_confidant(house: House) -> None:
    journal = await pair(house.old, house.sam)
    await house.ask_friend(journal)
    await house.new.sync()
    [admission] = await house.new.members(journal).admissions()
    assert admission.stage is AdmissionStage.COMPARE
    words = await house.words(house.friend, journal)
    assert admission.words == words
    await house.new.members(journal).confirm(words)
    [proposal] = await house.sam.members(journal).proposals()
    await house.sam.members(journal).sign(proposal.id, words)
    for person in (house.new, house.old, house.friend):
        assert not (await person.sync()).problems
        assert len((await person.journal(journal)).members) == 3
    for person in (house.new, house.old):
        assert await person.members(journal).admissions() == ()


async def test_two_devices_that_confirm_the_same_make_one_proposal(house: House) -> None:
    journal = await pair(house.old, house.sam)
    await house.ask_friend(journal)
    words = None
    for person in (house.old, house.new, house.friend):
        await person.sync()
    words = await house.words(house.friend, journal)
    for person in (house.old, house.new):
        await person.members(journal).confirm(words)
    [proposal] = await house.sam.members(journal).proposals()
    await house.sam.members(journal).decline(proposal.id)
    for person in (house.new, house.old):
        await person.sync()
        [admission] = await person.members(journal).admissions()
        assert admission.stage is AdmissionStage.DECLINED
    assert len((await house.new.account_state()).declined) == 1
    assert await house.sam.members(journal).proposals() == ()


async def test_what_one_device_revokes_is_over_on_the_other(house: House) -> None:
    journal = await pair(house.old, house.sam)
    invitation = await house.ask_friend(journal)
    await house.new.sync()
    await house.old.sync()
    assert len(await house.new.members(journal).admissions()) == 1
    await house.old.revoke_invitation(journal, invitation.id)
    for _ in range(2):
        await house.new.sync()
        assert await house.new.members(journal).admissions() == ()
    alone = await house.old.create_journal()
    partner = await house.old.invite(alone)
    await house.new.sync()
    assert (await house.new.pairing(alone)).stage is PairingStage.WAITING_FOR_ANSWER
    await house.old.revoke_invitation(alone, partner.id)
    await house.new.sync()
    with pytest.raises(NotAllowed, match="No invitation"):
        await house.new.pairing(alone)


@pytest.mark.parametrize("added", [False, True])
async def test_an_acceptance_goes_on_from_another_device(house: House, *, added: bool) -> None:
    """Ada's two devices are on the joining side: the second has the invitation from the server, or makes it anew."""
    journal = await house.sam.create_journal()
    await house.old.join((await house.sam.invite(journal)).link)
    if added:
        await house.sam.sync()
    await house.new.sync()
    await house.sam.sync()
    words = await house.words(house.sam, journal)
    assert await house.words(house.new, journal) == words
    await house.new.verify(journal, words)
    await house.sam.verify(journal, words)
    for person in (house.new, house.old):
        assert not (await person.sync()).problems
        assert (await person.pairing(journal)).stage is PairingStage.VERIFIED


async def test_an_acceptance_as_a_confidant_goes_on_from_another_device(house: House) -> None:
    journal = await pair(house.sam, house.friend)
    until = house.sam._context.clock() + 30 * DAY
    await house.old.join((await house.sam.members(journal).invite("write", until)).link)
    await house.sam.sync()
    words = await house.words(house.new, journal)
    await house.sam.members(journal).confirm(words)
    [proposal] = await house.friend.members(journal).proposals()
    await house.friend.members(journal).sign(proposal.id, words)
    await house.new.verify(journal, words)
    assert not (await house.new.sync()).problems
    assert (await house.new.pairing(journal)).stage is PairingStage.VERIFIED
    assert (await house.new.write(journal, "note", {"text": "from the second"})).delivered
