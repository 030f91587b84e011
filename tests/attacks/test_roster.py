"""The server meddles with who is a member and which key is in force."""

import pytest
from fastapi import FastAPI

from duolog.api.journals import Chain
from duolog.client import Duolog
from duolog.errors import BadSignature, MalformedData, NotAllowed, RosterViolation, ServerRefused, VerificationError
from duolog.protocol.accounts import verify_chain
from duolog.seal.grants import Epoch, wrap_grants
from duolog.seal.keys import EpochKey
from hostile.account_attacks import models
from hostile.false_account import FalseAccount
from hostile.roster_attacks import (
    ForgeClose,
    GhostMember,
    OneSidedChange,
    PlantGrant,
    ReencodeStatement,
    WithholdGrant,
)
from tests.attacks.conftest import liar_for
from tests.attacks.people import UNLOCK, Couple, Insider, connect, expect_freeze, register


async def test_server_adds_a_ghost_member(couple: Couple) -> None:
    couple.sam.lied_to(GhostMember())
    await expect_freeze(couple.sam, couple.journal, VerificationError, "roster.unnamed")
    view = await couple.sam.duolog.journal(couple.journal)
    assert {member.account for member in view.members} == {couple.ada.account, couple.sam.account}


async def test_server_closes_the_journal_in_a_partners_name(couple: Couple) -> None:
    couple.sam.lied_to(ForgeClose())
    await expect_freeze(couple.sam, couple.journal, BadSignature, "signature")
    assert not (await couple.sam.duolog.journal(couple.journal)).closed


async def test_server_plants_a_grant(couple: Couple) -> None:
    """A grant that opens and holds a key of the server's own: the roster names another."""
    insider = await Insider.open(couple.ada, couple.journal)
    await insider.push(insider.rotate())
    roster = insider.roster
    key = EpochKey.new(roster.epoch)
    planted = wrap_grants(key, Epoch.made_by(roster), roster.members, insider.chains)[couple.sam.account]
    couple.sam.lied_to(PlantGrant(planted))
    await expect_freeze(couple.sam, couple.journal, RosterViolation, "seal.grant_digest")


async def test_server_hands_out_a_garbage_grant(couple: Couple) -> None:
    insider = await Insider.open(couple.ada, couple.journal)
    await insider.push(insider.rotate())
    couple.sam.lied_to(PlantGrant())
    await expect_freeze(couple.sam, couple.journal, RosterViolation, "seal.grant_digest")


async def test_server_withholds_a_grant(couple: Couple) -> None:
    insider = await Insider.open(couple.ada, couple.journal)
    await insider.push(insider.rotate())
    couple.sam.lied_to(WithholdGrant())
    await expect_freeze(couple.sam, couple.journal, RosterViolation, "client.grant_missing")


async def test_partner_makes_an_epoch_that_the_other_cannot_open(couple: Couple) -> None:
    """Not the server's fault, so nothing freezes:

    Sam's client says so in the log, and the journal goes on with a new key.
    """
    insider = await Insider.open(couple.ada, couple.journal)
    await insider.push(insider.rotate(spoil=[couple.sam.account]))
    for _ in range(3):
        await couple.settle()
    assert (await couple.sam.duolog.journal(couple.journal)).frozen is None
    await couple.sam.note(couple.journal, "a key that works")
    await couple.settle()
    assert "a key that works" in await couple.ada.texts(couple.journal)


async def test_server_shows_statements_in_other_json(couple: Couple, real: FastAPI) -> None:
    liar = liar_for(real)
    restored = await Duolog.restore(connect(liar), couple.sam.words, home=None, unlock=UNLOCK)
    liar.attack = ReencodeStatement()
    async with restored:
        with pytest.raises((MalformedData, VerificationError)):
            await restored.sync()
        with pytest.raises(NotAllowed):
            await restored.timeline(couple.journal)


async def test_partner_adds_a_member_alone(couple: Couple) -> None:
    """One partner's consent adds nobody: the server refuses, and a server that helps is disbelieved."""
    insider = await Insider.open(couple.ada, couple.journal)
    friend = FalseAccount()
    insider.chains[friend.account] = verify_chain(friend.chain)
    alone = insider.add_confidant(friend)
    with pytest.raises(ServerRefused) as caught:
        await insider.transport.push(couple.journal, [alone])
    assert caught.value.code == "rule_broken"
    chain = Chain(account=friend.account, statements=models(friend.chain))
    couple.sam.lied_to(OneSidedChange(alone, chains=[chain]))
    await expect_freeze(couple.sam, couple.journal, RosterViolation, "roster.signer_count")


async def test_partner_evicts_the_other(couple: Couple) -> None:
    """A verified partner can't be removed, by nobody and with no help."""
    insider = await Insider.open(couple.ada, couple.journal)
    alone = insider.evict(couple.sam.account)
    with pytest.raises(ServerRefused) as caught:
        await insider.transport.push(couple.journal, [alone])
    assert caught.value.code == "rule_broken"
    couple.sam.lied_to(OneSidedChange(alone))
    await expect_freeze(couple.sam, couple.journal, RosterViolation, "roster.evict")


async def test_someone_who_was_never_here_reads_nothing(couple: Couple, real: FastAPI) -> None:
    stranger = await register(liar_for(real))
    insider = await Insider.open(stranger)
    for call in (insider.transport.pull(couple.journal, 0), insider.transport.chains(couple.journal)):
        with pytest.raises(ServerRefused) as caught:
            await call
        assert (caught.value.status, caught.value.code) == (404, "not_found")
    await stranger.duolog.close()
