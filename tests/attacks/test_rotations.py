"""Attacks around a rotation: by who was revoked, by a thief who rotates first, and by a server that hides it."""

import time
from dataclasses import replace
from typing import Any

import pytest
from fastapi import FastAPI

from duolog.api.accounts import SetRequest
from duolog.api.common import AccountStatementModel
from duolog.api.invitations import OpenInvitation
from duolog.client import Duolog, restore_with_passkey
from duolog.client.log.statements import make_genesis
from duolog.client.log.stored_logs import load_log
from duolog.errors import (
    AccountFork,
    BadSignature,
    ChainViolation,
    DuologError,
    JournalFrozen,
    NotAllowed,
    OpenError,
    PinMismatch,
    Rollback,
    ServerRefused,
    VerificationError,
    Withheld,
    WrongAccount,
)
from duolog.protocol.accounts import SignedAccountStatement, verify_chain
from duolog.protocol.keyholder_sets import KeyholderSet, parse_set
from duolog.protocol.statements import statement_hash
from duolog.seal.keys import GenerationSecret, KeyholderSecret
from duolog.seal.links import Link
from duolog.seal.pairing import Invitation, InvitationSecret
from hostile.account_attacks import Chain, OlderChain, forged_rotation
from hostile.liar import Attack
from hostile.log_attacks import RollBack, SpoilEntries
from hostile.page_attacks import WithholdRotation
from hostile.roster_attacks import HideJournals, OneSidedChange
from tests.attacks.conftest import liar_for
from tests.attacks.people import ORIGIN, UNLOCK, Couple, Insider, Someone, connect, expect_freeze
from tests.attacks.test_accounts import shown
from tests.attacks.test_containment import exported
from tests.attacks.test_keyholders import own_account, phone_of, revoke, straight

PRF = bytes(range(32))
DAY = 24 * 3600


async def new_sheet(someone: Someone) -> None:
    """Rotate; whoever has the old words is out."""
    await someone.duolog.keyholders.new_sheet()
    await someone.duolog.keyholders.replace_sheet()


async def here(duolog: Duolog) -> bytes:
    """The keyholder id of this home."""
    return next(item.id for item in await duolog.keyholders.list() if item.here)


async def own_words(duolog: Duolog) -> tuple[str, ...]:
    """What its owner reads out: the words of the account's newest keys."""
    return next(item.words for item in (await duolog.heads()).accounts if item.me)


# --- keyholders planted by who was revoked ----------------------------------------------------------------------------


async def test_revoked_device_had_planted_a_keyholder_before(couple: Couple) -> None:
    """It is a way in until somebody looks: so the revocation shows it, and it is taken out in the same way."""
    ada, phone = couple.ada.duolog, await phone_of(couple.ada)
    planted = await phone.keyholders.add_passkey(PRF, label="backup")
    done = await ada.keyholders.revoke([await here(phone)])
    assert [item.id for item in done.review.keyholders] == [planted]
    assert [item.id for item in (await ada.sync()).new_keyholders] == [planted]
    async with await restore_with_passkey(straight(couple.ada), PRF, home=None, unlock=UNLOCK) as thief:
        assert thief.account == ada.account
    done = await ada.keyholders.revoke([planted])
    assert done.review.keyholders == ()
    with pytest.raises(ServerRefused):
        await restore_with_passkey(straight(couple.ada), PRF, home=None, unlock=UNLOCK)
    await phone.close()


async def test_revoked_device_plants_a_keyholder_afterwards(couple: Couple) -> None:
    """It has the keys of before, and the server on its side; the sets go on from the new ones alone."""
    ada, insider = couple.ada.duolog, await Insider.open(couple.ada)
    await revoke(couple.ada, "recovery_sheet")
    own, before = await own_account(couple.ada), await ada.keyholders.list()
    planted = KeyholderSecret.new("device").public
    network = ada._context.network.transport
    real = network.own_account
    checks = []
    for generation in (1, 2):
        more = _with(parse_set(own.sets[-1].statement), planted, generation)
        statement = AccountStatementModel.of(
            SignedAccountStatement(more.encode(), (insider.secret.sign(more.encode()),))
        )
        with pytest.raises(ServerRefused) as refused:
            await insider.transport.change_set(SetRequest(set=statement, packages=[], anchors=[]))
        assert refused.value.code == "session_missing"

        async def lie(*_: int, statement: AccountStatementModel = statement) -> Any:
            return own.model_copy(update={"sets": [*own.sets, statement]})

        network.own_account = lie  # type: ignore[method-assign, assignment]
        with pytest.raises((ChainViolation, BadSignature)) as caught:
            await ada.sync()
        checks.append(caught.value.check)
    assert checks == ["accounts.set_generation", "signature"]
    network.own_account = real  # type: ignore[method-assign]
    await ada.sync()
    assert await ada.keyholders.list() == before


def _with(newest: KeyholderSet, planted: Any, generation: int) -> KeyholderSet:
    return replace(
        newest,
        version=newest.version + 1,
        prev=statement_hash(newest.encode()),
        generation=generation,
        account_head=None,
        keyholders=tuple(sorted((*newest.keyholders, planted), key=lambda item: item.id)),
    )


# --- a thief who rotates ----------------------------------------------------------------------------------------------


def _stolen(insider: Insider) -> tuple[Chain, GenerationSecret]:
    """Another branch from the keys that were stolen, two rotations long."""
    two, three = GenerationSecret.new(2), GenerationSecret.new(3)
    chain = (*insider.statements, forged_rotation(insider.statements, insider.secret.sign, two))
    return (*chain, forged_rotation(chain, two.sign, three)), three


async def _forked(couple: Couple) -> None:
    """Sam has rotated, and Ada has seen it; then the server shows her the thief's rotation of Sam's old keys."""
    thief = await Insider.open(couple.sam, couple.journal)
    await new_sheet(couple.sam)
    await couple.settle()
    chain, secret = _stolen(thief)
    thief.state = (await Insider.open(couple.ada, couple.journal)).state
    lifted = thief.refresh(verify_chain(chain).newest, secret)
    couple.ada.lied_to(OneSidedChange(lifted, chains=[shown(couple.sam.account, chain)]))
    await expect_freeze(couple.ada, couple.journal, AccountFork, "accounts.fork")


async def test_thief_forks_a_partners_account_and_compared_words_end_it(couple: Couple) -> None:
    await _forked(couple)
    ada, sam = couple.ada.duolog, couple.sam.duolog
    [fork] = await ada.keyholders.forks()
    assert (fork.account, fork.journals) == (sam.account, (couple.journal,))
    assert [branch.pinned for branch in fork.branches] == [True, False]
    with pytest.raises(PinMismatch):
        await ada.keyholders.choose_branch(sam.account, ("abandon",) * 8)
    assert (await ada.journal(couple.journal)).frozen
    couple.ada.lied_to(Attack())
    await ada.keyholders.choose_branch(sam.account, await own_words(sam))
    assert await ada.keyholders.forks() == ()
    await couple.ada.note(couple.journal, "it is you")
    await sam.sync()
    await couple.sam.note(couple.journal, "it is me")
    await ada.sync()
    for person in (couple.ada, couple.sam):
        assert (await person.texts(couple.journal))[-2:] == ["it is you", "it is me"]
        assert (await person.duolog.journal(couple.journal)).frozen is None


async def test_server_goes_on_showing_a_branch_that_was_refused(couple: Couple) -> None:
    await _forked(couple)
    ada, sam = couple.ada.duolog, couple.sam.duolog
    await ada.keyholders.choose_branch(sam.account, await own_words(sam))
    await expect_freeze(couple.ada, couple.journal, AccountFork, "client.branch_refused")
    assert await ada.keyholders.forks() == (), "nothing is asked again"


async def test_person_is_talked_into_the_thiefs_branch(couple: Couple) -> None:
    """They said its words: the journal, which names the true keys, can't go on, and the true branch is refused."""
    await _forked(couple)
    ada, sam = couple.ada.duolog, couple.sam.duolog
    [fork] = await ada.keyholders.forks()
    await ada.keyholders.choose_branch(sam.account, fork.branches[1].words)
    couple.ada.lied_to(Attack())
    assert couple.journal in (await ada.sync()).frozen
    assert await couple.ada.texts(couple.journal) == ["the first note", "the second note"]
    with pytest.raises(JournalFrozen):
        await ada.write(couple.journal, "note", {"text": "to whom?"})
    assert await ada.keyholders.forks() == ()


async def test_journal_goes_on_under_the_thiefs_branch_and_its_export_shows_both(couple: Couple) -> None:
    """Begun under the true keys, lifted to the thief's: whoever exports it names the fork, and hides neither."""
    ada, sam, thief = couple.ada.duolog, couple.sam.duolog, await Insider.open(couple.sam, couple.journal)
    await new_sheet(couple.sam)
    await couple.settle()
    chain, secret = _stolen(thief)
    with pytest.raises(AccountFork):
        ada._context.chains.pin(sam.account, chain)
    [fork] = await ada.keyholders.forks()
    await ada.keyholders.choose_branch(sam.account, fork.branches[1].words)
    thief.state = (await Insider.open(couple.ada, couple.journal)).state
    lifted = thief.refresh(verify_chain(chain).newest, secret)
    couple.ada.lied_to(OneSidedChange(lifted, chains=[shown(sam.account, chain)]))
    await ada.sync()
    roster = load_log(ada._context.store, couple.journal).roster
    named = None if roster is None else roster.find(sam.account)
    assert named is not None
    assert named.chain_head == verify_chain(chain).newest.statement_hash
    proven = exported(couple.ada)
    assert proven.forked == (sam.account,)
    assert (proven.journals[0].documents, proven.journals[0].unreadable) == (2, 0)


async def test_thief_shows_an_own_device_another_rotation(couple: Couple) -> None:
    sam, thief = couple.sam.duolog, await Insider.open(couple.sam)
    await new_sheet(couple.sam)
    words = await own_words(sam)
    couple.sam.lied_to(OlderChain(_stolen(thief)[0]))
    with pytest.raises(AccountFork) as caught:
        await sam.sync()
    assert caught.value.check == "accounts.fork"
    with pytest.raises(NotAllowed, match="your own account"):
        await sam.keyholders.choose_branch(sam.account, words)
    couple.sam.lied_to(Attack())
    await sam.sync()
    assert await own_words(sam) == words
    await couple.sam.note(couple.journal, "with my own keys")


async def test_thief_rotates_first_and_puts_the_owner_out(couple: Couple) -> None:
    """The server can't tell them apart. The owner is told at once, and the words that they read out are others."""
    ada, sam = couple.ada.duolog, couple.sam.duolog
    before = await own_words(sam)
    thief = await Duolog.restore(straight(couple.sam), couple.sam.words, home=None, unlock=UNLOCK)
    await thief.sync()
    await thief.keyholders.revoke([await here(sam)])
    with pytest.raises(ServerRefused, match="taken out of the account"):
        await sam.sync()
    assert await couple.sam.texts(couple.journal) == ["the first note", "the second note"]
    await ada.sync()
    seen = next(item for item in (await ada.heads()).accounts if item.account == sam.account)
    assert (seen.generation, await own_words(sam)) == (2, before)
    assert seen.words != before
    await thief.close()


async def test_thief_invites_with_a_branch_that_ends_before_the_true_one(couple: Couple) -> None:
    """An invitation may be older than what is pinned, but only what the pinned chain begins with is older."""
    ada, thief = couple.ada.duolog, await Insider.open(couple.sam)
    for _ in range(2):
        await new_sheet(couple.sam)
    await couple.settle()
    two = GenerationSecret.new(2)
    chain = (*thief.statements, forged_rotation(thief.statements, thief.secret.sign, two))
    made = make_genesis(verify_chain(chain), two)
    key = ada._context.receipt_key()
    invitation = Invitation(chain, made.signed, "partner", "write", ORIGIN, key, reveal=bytes(32))
    secret = InvitationSecret.new()
    sealed = secret.seal("invitation", invitation.encode())

    async def opened(_: bytes) -> Any:
        return OpenInvitation(sealed=sealed, expires_at=int(time.time()) + DAY)

    ada._context.network.transport.open_invitation = opened  # type: ignore[method-assign, assignment]
    with pytest.raises(AccountFork):
        await ada.join(Link(ORIGIN, secret.secret).url)
    with pytest.raises(NotAllowed):
        await ada.pairing(made.roster.journal)
    [fork] = await ada.keyholders.forks()
    assert [branch.generation for branch in fork.branches] == [3, 2]


# --- a server that hides a rotation -----------------------------------------------------------------------------------


async def test_server_hides_the_account_journal_after_a_rotation(couple: Couple) -> None:
    phone = await phone_of(couple.ada)
    await revoke(couple.ada, "recovery_sheet")
    couple.ada.lied_to(HideJournals(couple.ada.duolog._context.identity.account_journal))
    with pytest.raises(Withheld) as caught:
        await phone.sync()
    assert caught.value.check == "client.account_journal_listed"
    await phone.close()


async def test_server_shows_an_account_journal_behind_a_rotation(couple: Couple) -> None:
    """Another own device hasn't seen what the rotation names: it knows nevertheless that it is there."""
    phone = await phone_of(couple.ada)
    journal = phone._context.identity.account_journal
    await couple.ada.duolog.keyholders.name(await here(phone), "the phone")
    await revoke(couple.ada, "recovery_sheet")
    pushes = couple.ada.duolog._context.store.rows(
        "SELECT seq FROM receipt WHERE journal = ? AND seq > ?", journal, load_log(phone._context.store, journal).seq
    )
    attack = RollBack(len(list(pushes)), only=journal)
    attack.shared = False
    couple.ada.lied_to(attack)
    with pytest.raises(Rollback) as caught:
        await phone.sync()
    assert caught.value.check == "client.account_head"
    with pytest.raises(DuologError):
        await phone.keyholders.revoke([await here(couple.ada.duolog)])
    assert len(await phone.keyholders.list()) == 2
    await phone.close()


async def test_server_shows_another_account_journal_than_a_rotation_names(couple: Couple, real: FastAPI) -> None:
    """A home restored from words has nothing of its own to compare: what the rotation signed tells."""
    await couple.ada.duolog.keyholders.add_passkey(PRF)
    await revoke(couple.ada, "recovery_sheet")
    liar, attack = liar_for(real), SpoilEntries(couple.ada.duolog._context.identity.account_journal)
    attack.shared = False
    liar.attack = attack
    with pytest.raises(Rollback) as caught:
        async with await restore_with_passkey(connect(liar), PRF, home=None, unlock=UNLOCK) as restored:
            await restored.sync()
    assert caught.value.check == "client.account_head"


async def test_server_suppresses_a_revocation_towards_the_partner(couple: Couple) -> None:
    """Nothing tells but time: keys that are rotated monthly grow old."""
    await new_sheet(couple.ada)
    await couple.settle()
    phone = await phone_of(couple.ada)
    couple.sam.lied_to(WithholdRotation())
    await couple.sam.duolog.sync()
    await couple.ada.duolog.keyholders.revoke([await here(phone)])
    report = await couple.sam.duolog.sync()
    assert (report.frozen, report.problems) == ({}, ())
    shown_keys = next(item for item in (await couple.sam.duolog.heads()).accounts if not item.me)
    assert shown_keys.generation == 2
    assert shown_keys.words != await own_words(couple.ada.duolog)
    now = int(time.time())
    assert not shown_keys.stale(now)
    assert shown_keys.stale(now + 46 * DAY)
    couple.sam.lied_to(Attack())
    await couple.sam.duolog.sync()
    assert next(item for item in (await couple.sam.duolog.heads()).accounts if not item.me).generation == 3
    await phone.close()


async def test_server_replays_a_package_after_a_rotation(couple: Couple) -> None:
    """A device's package of the keys before opens, but never as the newest."""
    phone = await phone_of(couple.ada)
    network = phone._context.network.transport
    old = await network.own_account()
    await revoke(couple.ada, "recovery_sheet")
    new, real = await network.own_account(), network.own_account
    changes: tuple[tuple[dict[str, Any], type[DuologError]], ...] = (
        ({"package": old.package}, OpenError),
        ({"package": old.package, "generation": 1}, WrongAccount),
    )
    for change, error in changes:

        async def lie(*_: int, change: dict[str, Any] = change) -> Any:
            return new.model_copy(update=change)

        network.own_account = lie  # type: ignore[method-assign, assignment]
        with pytest.raises(error) as caught:
            await phone.sync()
        if isinstance(caught.value, VerificationError):
            assert caught.value.check == "client.package_generation"
        assert phone._context.identity.secret.generation == 1

    async def without(*_: int) -> Any:
        return new.model_copy(update={"earlier_seeds": []})

    network.own_account = without  # type: ignore[method-assign, assignment]
    await phone.sync()
    assert phone._context.identity.secrets.keys() == {1, 2}, "it holds the earlier seed itself"
    network.own_account = real  # type: ignore[method-assign]
    await phone.sync()
    await phone.close()
