"""Attacks on consent: on proposals, on the acceptance of a confidant, and on the end of their term."""

import secrets
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from fastapi import FastAPI

from duolog.api.common import JournalStatementModel
from duolog.api.invitations import OwnInvitationList
from duolog.api.journals import Chain, Proposal
from duolog.api.pages import Placed
from duolog.client.home.pairings import Invited, all_invited
from duolog.client.pairing.listed_proposals import verify_waiting
from duolog.errors import (
    DuologError,
    NotAllowed,
    OpenError,
    PinMismatch,
    RosterViolation,
    ServerRefused,
    VerificationError,
)
from duolog.protocol.codec import sha256
from duolog.protocol.log import StatementItem
from duolog.protocol.roster_statements import Acceptance, Member, SignedAcceptance, parse_acceptance
from duolog.protocol.statements import statement_hash
from duolog.seal.links import parse_link as parse_whole_link
from duolog.seal.pairing import InvitationSecret
from duolog.seal.proposals import ProposalContext, seal_context
from hostile.account_attacks import models
from hostile.false_account import FalseAccount
from hostile.liar import Attack
from hostile.pairing_attacks import InterceptAnswer
from hostile.proposal_attacks import PlantProposal, ReplayProposal, TamperContext
from hostile.roster_attacks import OneSidedChange
from tests.attacks.conftest import liar_for
from tests.attacks.people import Couple, Insider, Someone, expect_freeze, register, trouble
from tests.attacks.test_keyholders import phone_of

DAY = 24 * 3600


@pytest.fixture
async def friend(real: FastAPI) -> AsyncIterator[Someone]:
    someone = await register(liar_for(real))
    yield someone
    await someone.duolog.close()


async def accepted(ada: Someone, friend: Someone, journal: bytes) -> tuple[str, ...]:
    """Ada invites, the friend accepts; the words as the friend reads them."""
    until = ada.duolog._context.clock() + 30 * DAY
    await friend.duolog.join((await ada.duolog.members(journal).invite("read", until)).link)
    await ada.duolog.sync()
    await friend.duolog.sync()
    words = (await friend.duolog.pairing(journal)).words
    assert words is not None
    return words


def kept(ada: Someone, journal: bytes) -> Invited:
    """What Ada's home holds of the invitation."""
    [invited] = all_invited(ada.duolog._context.home, journal)
    return invited


def adding(insider: Insider, member: Member, acceptance: SignedAcceptance, *, spoil: tuple[bytes, ...] = ()) -> Placed:
    """An `add` with Ada's signature alone, by a client of her own making."""
    members = [*insider.roster.members, member]
    return insider.change("add", members, account=member.account, acceptance=acceptance, spoil=spoil)


def proposed(insider: Insider, placed: Placed, context: ProposalContext) -> Proposal:
    """How a server would show it."""
    assert isinstance(placed.item, StatementItem)
    signed = placed.item.signed
    identifier = statement_hash(signed.statement)
    sealed = seal_context(insider.keys[insider.roster.epoch], insider.journal, identifier, context)
    whole = JournalStatementModel.of(signed, dict(placed.grants))
    return Proposal(
        statement=whole.statement,
        signatures=whole.signatures,
        grants=whole.grants,
        context=sealed,
        proposal=identifier,
        proposed_at=1_795_600_000,
    )


async def is_shown(sam: Someone, journal: bytes, proposal: Proposal) -> bool:
    """Whether Sam's client shows a proposal that his server plants; one that isn't shown can't be signed."""
    sam.lied_to(PlantProposal(proposal))
    members = sam.duolog.members(journal)
    found = proposal.proposal in {item.id for item in await members.proposals()}
    if not found:
        with pytest.raises(NotAllowed):
            await members.sign(proposal.proposal, ("abandon",) * 8)
    sam.lied_to(Attack())
    return found


async def test_acceptance_is_replayed_in_another_role(couple: Couple, friend: Someone) -> None:
    """The friend accepted to read for a month. With that, somebody makes them a partner, or lets them write."""
    ada, journal = couple.ada, couple.journal
    await accepted(ada, friend, journal)
    invited, insider = kept(ada, journal), await Insider.open(ada, journal)
    acceptance = invited.signed_acceptance
    assert acceptance is not None
    member = parse_acceptance(acceptance.statement).member
    insider.chains[friend.account] = ada.duolog._context.chains[friend.account]
    others = (
        replace(member, role="partner", rights="write", until=None),
        replace(member, rights="write"),
        replace(member, until=(member.until or 0) + DAY),
    )
    for other in others:
        with pytest.raises(ServerRefused) as refused:
            await insider.push(adding(insider, other, acceptance))
        assert refused.value.code == "rule_broken"
    chain = Chain(account=friend.account, statements=models(ada.duolog._context.chains.statements(friend.account)))
    couple.sam.lied_to(OneSidedChange(adding(insider, others[1], acceptance), chains=[chain]))
    await expect_freeze(couple.sam, journal, RosterViolation, "roster.acceptance_member")


async def test_server_replays_a_proposal_on_a_later_roster(couple: Couple, friend: Someone) -> None:
    words = await accepted(couple.ada, friend, couple.journal)
    sam = couple.sam.duolog.members(couple.journal)
    couple.sam.lied_to(ReplayProposal())
    await couple.ada.duolog.members(couple.journal).confirm(words)
    [first] = await sam.proposals()
    insider = await Insider.open(couple.ada, couple.journal)
    await insider.push(insider.rotate())
    assert await sam.proposals() == ()
    with pytest.raises(NotAllowed):
        await sam.sign(first.id, words)
    assert {item.account for item in await sam.list()} == {couple.ada.account, couple.sam.account}


@pytest.mark.parametrize("at", [0, 40, -1, None])
async def test_server_changes_what_a_proposals_words_are_made_of(
    couple: Couple, friend: Someone, at: int | None
) -> None:
    words = await accepted(couple.ada, friend, couple.journal)
    await couple.ada.duolog.members(couple.journal).confirm(words)
    sam = couple.sam.duolog.members(couple.journal)
    [proposal] = await sam.proposals()
    couple.sam.lied_to(TamperContext(at))
    assert await sam.proposals() == ()
    with pytest.raises(NotAllowed):
        await sam.sign(proposal.id, words)


async def test_server_plants_a_proposal(couple: Couple) -> None:
    """Everything is in order, an account of the server's has accepted; but no partner has signed it."""
    ghost, insider = FalseAccount(), await Insider.open(couple.ada, couple.journal)
    insider.chains[ghost.account] = ghost.verified
    until = couple.ada.duolog._context.clock() + 30 * DAY
    member = Member(ghost.account, 1, ghost.verified.newest.statement_hash, "confidant", "read", until)
    statement = Acceptance(couple.journal, sha256(b"no invitation"), member, secrets.token_bytes(32)).encode()
    acceptance = SignedAcceptance(statement, ghost.secret.sign(statement))
    placed = adding(insider, member, acceptance)
    context = ProposalContext(b"{}", bytes(32), tuple(ghost.chain))
    assert not await is_shown(couple.sam, couple.journal, proposed(insider, placed, context))
    assert isinstance(placed.item, StatementItem)
    [mine] = placed.item.signed.signatures
    forged = replace(mine, signature=ghost.secret.sign(placed.item.signed.statement))
    shown = Placed(0, StatementItem(replace(placed.item.signed, signatures=(forged,))), placed.grants)
    assert not await is_shown(couple.sam, couple.journal, proposed(insider, shown, context))


async def test_partner_proposes_other_terms_than_were_accepted(couple: Couple, friend: Someone) -> None:
    await accepted(couple.ada, friend, couple.journal)
    invited, insider = kept(couple.ada, couple.journal), await Insider.open(couple.ada, couple.journal)
    insider.chains[friend.account] = couple.ada.duolog._context.chains[friend.account]
    acceptance = invited.signed_acceptance
    assert acceptance is not None
    member = parse_acceptance(acceptance.statement).member
    chain = tuple(couple.ada.duolog._context.chains.statements(friend.account))
    context = ProposalContext(invited.plaintext, invited.nonce, chain)
    honest = proposed(insider, adding(insider, member, acceptance), context)
    assert await is_shown(couple.sam, couple.journal, honest)
    for other in (replace(member, rights="write"), replace(member, until=(member.until or 0) + DAY)):
        false = proposed(insider, adding(insider, other, acceptance), context)
        assert not await is_shown(couple.sam, couple.journal, false)
    mute = honest.model_copy(update={"context": None})
    assert not await is_shown(couple.sam, couple.journal, mute)
    pinned = couple.sam.duolog._context.chains
    with pytest.raises(VerificationError) as refused:
        verify_waiting(pinned, insider.keys[insider.roster.epoch], insider.roster, mute)
    assert refused.value.check == "client.proposal_context"


async def test_partner_shows_words_of_another_invitation(couple: Couple, friend: Someone) -> None:
    """The words that Sam compares with the friend must be made of the acceptance that he signs for."""
    await accepted(couple.ada, friend, couple.journal)
    invited, insider = kept(couple.ada, couple.journal), await Insider.open(couple.ada, couple.journal)
    ghost = FalseAccount()
    insider.chains[ghost.account] = ghost.verified
    member = Member(ghost.account, 1, ghost.verified.newest.statement_hash, "confidant", "read", invited.until)
    chain = tuple(couple.ada.duolog._context.chains.statements(friend.account))
    for named in (sha256(invited.plaintext), sha256(b"another invitation")):
        statement = Acceptance(couple.journal, named, member, secrets.token_bytes(32)).encode()
        acceptance = SignedAcceptance(statement, ghost.secret.sign(statement))
        placed = adding(insider, member, acceptance)
        for shown in (chain, tuple(ghost.chain)):
            for nonce in (invited.nonce, bytes(32)):
                context = ProposalContext(invited.plaintext, nonce, shown)
                seen = await is_shown(couple.sam, couple.journal, proposed(insider, placed, context))
                # The one that is true in itself is another account with words of its own: the friend reads others.
                assert seen == (named == sha256(invited.plaintext) and shown != chain and nonce == invited.nonce)


async def test_partner_proposes_an_epoch_that_the_other_cannot_open(couple: Couple, friend: Someone) -> None:
    words = await accepted(couple.ada, friend, couple.journal)
    invited, insider = kept(couple.ada, couple.journal), await Insider.open(couple.ada, couple.journal)
    insider.chains[friend.account] = couple.ada.duolog._context.chains[friend.account]
    acceptance = invited.signed_acceptance
    assert acceptance is not None
    member = parse_acceptance(acceptance.statement).member
    chain = tuple(couple.ada.duolog._context.chains.statements(friend.account))
    placed = adding(insider, member, acceptance, spoil=(couple.sam.account,))
    proposal = proposed(insider, placed, ProposalContext(invited.plaintext, invited.nonce, chain))
    couple.sam.lied_to(PlantProposal(proposal))
    with pytest.raises((OpenError, VerificationError)):
        await couple.sam.duolog.members(couple.journal).sign(proposal.proposal, words)
    assert friend.account not in {item.account for item in await couple.sam.duolog.members(couple.journal).list()}


async def test_server_serves_a_confidant_after_their_term(couple: Couple, friend: Someone) -> None:
    """Its clock stands still for them. The partners' clients seal nothing before they have removed them."""
    words = await accepted(couple.ada, friend, couple.journal)
    await couple.ada.duolog.members(couple.journal).confirm(words)
    [proposal] = await couple.sam.duolog.members(couple.journal).proposals()
    await couple.sam.duolog.members(couple.journal).sign(proposal.id, words)
    await couple.settle()
    await couple.sam.note(couple.journal, "within the term")
    await friend.duolog.sync()
    assert "within the term" in await friend.texts(couple.journal)
    later = couple.ada.duolog._context.clock() + 31 * DAY
    couple.ada.duolog._context.clock = lambda: later
    await couple.ada.note(couple.journal, "after the term")
    assert friend.account not in {item.account for item in await couple.ada.duolog.members(couple.journal).list()}
    await friend.duolog.sync()
    outsider = await Insider.open(couple.sam, couple.journal)
    assert outsider.roster.epoch not in friend.duolog._context.epochs(couple.journal)
    assert "after the term" not in await friend.texts(couple.journal)


async def test_man_in_the_middle_of_a_confidants_pairing_sees_the_words_differ(couple: Couple, friend: Someone) -> None:
    """He read the link and answered in the friend's place. The friend reads other words, so nothing is proposed."""
    members = couple.ada.duolog.members(couple.journal)
    invitation = await members.invite("read", couple.ada.duolog._context.clock() + 30 * DAY)
    middle = InterceptAnswer(parse_whole_link(invitation.link).secret)
    friend.lied_to(middle)
    await friend.duolog.join(invitation.link)
    for _ in range(2):
        await couple.ada.duolog.sync()
        await trouble(friend)
    [admission] = await members.admissions()
    assert admission.account == middle.false.account
    heard = (await friend.duolog.pairing(couple.journal)).words
    assert heard is None or heard != admission.words
    with pytest.raises(PinMismatch):
        await members.confirm(heard or ("abandon",) * 8)
    assert await couple.sam.duolog.members(couple.journal).proposals() == ()
    with pytest.raises(DuologError):
        await couple.sam.duolog.members(couple.journal).sign(bytes(32), ("abandon",) * 8)


async def test_server_gives_two_own_devices_two_answers_to_one_invitation(couple: Couple, friend: Someone) -> None:
    """It works together with somebody who has the link, and keeps both answers. The account takes one."""
    phone = await phone_of(couple.ada)
    until = couple.ada.duolog._context.clock() + 30 * DAY
    invitation = await couple.ada.duolog.members(couple.journal).invite("read", until)
    await friend.duolog.join(invitation.link)
    await couple.ada.duolog.sync()
    secret = InvitationSecret(parse_whole_link(invitation.link).secret)
    middle = InterceptAnswer(secret.secret)
    sealed = secret.seal("acceptance", middle.forge(kept(couple.ada, couple.journal).plaintext))
    network = phone._context.network.transport
    real = network.own_invitations

    async def other(journal: bytes) -> OwnInvitationList:
        items = [item.model_copy(update={"answer": sealed}) for item in (await real(journal)).invitations]
        return OwnInvitationList(invitations=items)

    network.own_invitations = other  # type: ignore[method-assign]
    with pytest.raises(VerificationError) as caught:
        await phone.sync()
    assert caught.value.check == "client.one_acceptance"
    [admission] = await phone.members(couple.journal).admissions()
    assert admission.words is None, "nothing was revealed, and there is nothing to compare"
    network.own_invitations = real  # type: ignore[method-assign]
    await phone.sync()
    await friend.duolog.sync()
    [admission] = await phone.members(couple.journal).admissions()
    assert admission.account == friend.account
    assert admission.words == (await friend.duolog.pairing(couple.journal)).words is not None
    await phone.close()
