"""The server lies about accounts: other people's keys, one's own, and what restoring from 24 words believes."""

from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI

from duolog.api import journals as api
from duolog.client import Duolog
from duolog.errors import (
    AccountFork,
    BadSignature,
    ChainViolation,
    DuologError,
    MalformedData,
    OpenError,
    PinMismatch,
    ServerRefused,
    VerificationError,
    Withheld,
    WrongAccount,
)
from duolog.protocol.accounts import verify_chain
from duolog.protocol.codec import encode_canonical, parse_canonical
from duolog.protocol.statements import statement_hash
from duolog.seal.keys import GenerationSecret
from duolog.seal.packages import wrap_package
from hostile.account_attacks import (
    Chain,
    ForgePackage,
    ForgeRotation,
    GhostInFirstSet,
    GhostKeyholder,
    HandOverAccount,
    HideAnchor,
    KeepAnchor,
    OlderChain,
    OlderSets,
    ReencodeChains,
    RegisterAnother,
    RelayLogIn,
    ReplaceChains,
    ReplacePackage,
    ReplaceReceiptKey,
    SwapPartnerKey,
    forged_rotation,
    models,
)
from hostile.confusions import CONFUSIONS
from hostile.false_account import FalseAccount
from hostile.liar import Attack, Liar
from hostile.log_attacks import ForeignReceipts
from hostile.roster_attacks import OneSidedChange
from tests.attacks.conftest import liar_for
from tests.attacks.people import UNLOCK, Couple, Insider, Someone, connect, expect_freeze, register


async def _refused_restore(
    real: FastAPI, someone: Someone, attack: Attack, error: type[DuologError], *checks: str
) -> None:
    """Restoring under this attack fails with this error, and leaves nothing behind."""
    liar = liar_for(real)
    liar.attack = attack
    with pytest.raises(error) as caught:
        async with await Duolog.restore(connect(liar), someone.words, home=None, unlock=UNLOCK) as restored:
            await restored.sync()
    if isinstance(caught.value, VerificationError):
        assert caught.value.check in checks, caught.value.check


# --- other people's keys ----------------------------------------------------------------------------------------------


async def test_server_swaps_partner_key(couple: Couple) -> None:
    """Ada has Sam pinned. A roster says that he has new keys, and the server shows her another account's as his."""
    sam, false = await Insider.open(couple.sam, couple.journal), FalseAccount()
    newest = replace(verify_chain(false.chain).newest, generation=2)
    before = await couple.ada.duolog.heads()
    couple.ada.lied_to(OneSidedChange(sam.refresh(newest, false.secret), chains=[shown(sam.account, false.chain)]))
    await expect_freeze(couple.ada, couple.journal, WrongAccount, "client.chain_account")
    assert (await couple.ada.duolog.heads()).accounts == before.accounts


async def test_server_swaps_partner_key_for_a_restored_home(couple: Couple, real: FastAPI) -> None:
    attack = SwapPartnerKey(couple.ada.account)
    await _refused_restore(real, couple.sam, attack, VerificationError, "client.chain_account", "accounts.fork")


async def test_server_swaps_every_partners_key(couple: Couple, real: FastAPI) -> None:
    attack = SwapPartnerKey()
    await _refused_restore(real, couple.sam, attack, VerificationError, "client.chain_account", "accounts.fork")


async def test_server_forges_a_partners_rotation(couple: Couple) -> None:
    """The new keys are the server's, and so is the signature that should be Sam's old key's."""
    sam, thief = await Insider.open(couple.sam, couple.journal), GenerationSecret.new(2)
    chain = (*sam.statements, forged_rotation(sam.statements, thief.sign, thief))
    newest = replace(sam.chains[sam.account].newest, generation=2, statement_hash=statement_hash(chain[-1].statement))
    couple.ada.lied_to(OneSidedChange(sam.refresh(newest, thief), chains=[shown(sam.account, chain)]))
    await expect_freeze(couple.ada, couple.journal, BadSignature, "signature")


async def test_server_forges_a_rotation_towards_a_restored_home(couple: Couple, real: FastAPI) -> None:
    await _refused_restore(real, couple.sam, ForgeRotation(couple.ada.account), BadSignature, "signature")


async def test_stolen_key_forks_an_account(couple: Couple) -> None:
    """Two true successors of Sam's first statement: whoever has seen one never takes the other."""
    sam = await Insider.open(couple.sam, couple.journal)
    first, one = _branch(sam, sam.statements, sam.secret)
    lifted = sam.refresh(verify_chain(first).newest, one)
    couple.ada.lied_to(OneSidedChange(lifted, chains=[shown(sam.account, first)]))
    await couple.ada.duolog.sync()
    assert (await couple.ada.duolog.journal(couple.journal)).frozen is None

    other, two = _branch(sam, sam.statements, sam.secret)
    other, three = _branch(sam, other, two)
    again = sam.refresh(verify_chain(other).newest, three, after=lifted)
    couple.ada.lied_to(OneSidedChange(lifted, again, chains=[shown(sam.account, other)]))
    await expect_freeze(couple.ada, couple.journal, AccountFork, "accounts.fork")


async def test_thief_rotates_in_secret_and_a_restored_home_is_unconfirmed(couple: Couple, real: FastAPI) -> None:
    """A true rotation that nobody has seen can't be told from Sam's own: its words show it, nothing is confirmed."""
    sam = await Insider.open(couple.sam, couple.journal)
    chain, _ = _branch(sam, sam.statements, sam.secret)
    liar = liar_for(real)
    liar.attack = ReplaceChains({sam.account: chain})
    async with await Duolog.restore(connect(liar), couple.ada.words, home=None, unlock=UNLOCK) as restored:
        await restored.sync()
        seen = {item.account: item for item in (await restored.heads()).accounts}
        true = {item.account: item for item in (await couple.ada.duolog.heads()).accounts}
        assert seen[sam.account].words != true[sam.account].words
        assert (await restored.status()).unconfirmed
        with pytest.raises(PinMismatch):
            await restored.confirm_restored(true[sam.account].words, {couple.journal: ("abandon",) * 8})


async def test_server_shows_an_older_chain(couple: Couple) -> None:
    sam = await Insider.open(couple.sam, couple.journal)
    chain, secret = _branch(sam, sam.statements, sam.secret)
    lifted = sam.refresh(verify_chain(chain).newest, secret)
    couple.ada.lied_to(OneSidedChange(lifted, chains=[shown(sam.account, chain)]))
    await couple.ada.duolog.sync()
    longer, third = _branch(sam, chain, secret)
    again = sam.refresh(verify_chain(longer).newest, third, after=lifted)
    couple.ada.lied_to(OneSidedChange(lifted, again, chains=[shown(sam.account, sam.statements)]))
    await expect_freeze(couple.ada, couple.journal, VerificationError, "accounts.chain_rollback")


@pytest.mark.parametrize("confusion", CONFUSIONS)
async def test_server_shows_account_statements_in_other_json(couple: Couple, real: FastAPI, confusion: str) -> None:
    attack = ReencodeChains(CONFUSIONS[confusion])
    liar = liar_for(real)
    liar.attack = attack
    with pytest.raises((MalformedData, VerificationError)):
        async with await Duolog.restore(connect(liar), couple.sam.words, home=None, unlock=UNLOCK) as restored:
            await restored.sync()


@pytest.mark.parametrize("confusion", CONFUSIONS)
async def test_every_json_confusion_differs_from_the_canonical_bytes(couple: Couple, confusion: str) -> None:
    """The confusions are real: the same values for a careless parser, other bytes, and ours takes none of them."""
    genesis = (await Insider.open(couple.ada)).statements[0].statement
    confused = CONFUSIONS[confusion](genesis)
    assert confused != genesis
    if confusion in ("unknown field", "base64 tail"):
        assert parse_canonical(confused) != parse_canonical(genesis)
    else:
        with pytest.raises(MalformedData):
            parse_canonical(confused)
    assert encode_canonical(parse_canonical(genesis)) == genesis


def _branch(insider: Insider, chain: Chain, old: GenerationSecret) -> tuple[Chain, GenerationSecret]:
    """The chain with one more true rotation, and the new generation's secret."""
    new = GenerationSecret.new(len(chain) + 1)
    assert insider.account == verify_chain(chain).account
    return (*chain, forged_rotation(chain, old.sign, new)), new


def shown(account: bytes, chain: Chain) -> api.Chain:
    """A chain as the server shows it."""
    return api.Chain(account=account, statements=models(chain))


# --- restoring from words ---------------------------------------------------------------------------------------------


async def test_server_hands_over_another_account_on_restore(real: FastAPI, sam: Someone) -> None:
    """Valid in itself and made for Sam's own sheet; only his words can say that it isn't his."""
    await _refused_restore(real, sam, HandOverAccount(), WrongAccount, "seal.anchor", "client.own_account")


async def test_server_hands_over_another_account_with_the_true_anchor(real: FastAPI, sam: Someone) -> None:
    await _refused_restore(real, sam, KeepAnchor(), WrongAccount, "seal.anchor", "client.own_account")


async def test_server_hides_the_anchor(real: FastAPI, sam: Someone) -> None:
    await _refused_restore(real, sam, HideAnchor(), WrongAccount, "client.anchor_shown")


async def test_server_forges_a_package(real: FastAPI, sam: Someone) -> None:
    await _refused_restore(real, sam, ForgePackage(), WrongAccount, "seal.derived_keys")


async def test_server_hands_out_a_foreign_package(real: FastAPI, ada: Someone, sam: Someone) -> None:
    """Ada's, for Ada's sheet; and Sam's own, sealed to another of his keyholders."""
    await _refused_restore(real, sam, ReplacePackage((await Insider.open(ada)).own.package), OpenError)


async def test_server_replays_a_package(real: FastAPI, ada: Someone, sam: Someone) -> None:
    """A package for Sam's own sheet, made for another account than his: everything it is bound to must fit."""
    his, hers = await Insider.open(sam), await Insider.open(ada)
    chain = verify_chain(hers.statements)
    replayed = wrap_package(hers.secret, hers.account, chain.newest, his.keyholder.public)
    await _refused_restore(real, sam, ReplacePackage(replayed), OpenError)


async def test_server_hands_out_a_garbage_package(real: FastAPI, sam: Someone) -> None:
    await _refused_restore(real, sam, ReplacePackage(), OpenError)


async def test_server_adds_a_ghost_keyholder(real: FastAPI, sam: Someone) -> None:
    await _refused_restore(real, sam, GhostKeyholder(), BadSignature, "signature")


async def test_server_puts_a_ghost_keyholder_into_the_first_set(real: FastAPI, sam: Someone) -> None:
    await _refused_restore(real, sam, GhostInFirstSet(), VerificationError, "signature", "accounts.set_prev")


async def test_stolen_key_adds_a_keyholder_that_genesis_did_not_commit_to(real: FastAPI, sam: Someone) -> None:
    """Whoever holds the seed can sign sets, but not change what the first statement promised."""
    thief = await Insider.open(sam)
    attack = GhostInFirstSet()
    attack.sign = thief.secret.sign
    await _refused_restore(real, sam, attack, ChainViolation, "accounts.set_commitment")


async def test_server_shows_older_keyholder_sets(real: FastAPI, sam: Someone) -> None:
    await _refused_restore(real, sam, OlderSets(), Withheld, "client.set_journal")


async def test_server_answers_with_another_chain_on_restore(real: FastAPI, ada: Someone, sam: Someone) -> None:
    attack = OlderChain((await Insider.open(ada)).statements)
    await _refused_restore(real, sam, attack, WrongAccount, "client.chain_account")


async def test_thief_puts_a_home_out_of_its_own_account(real: FastAPI, sam: Someone) -> None:
    """A valid set, signed with the stolen seed, in which Sam's sheet no longer stands."""
    attack = GhostKeyholder()
    attack.sign = (await Insider.open(sam)).secret.sign
    await _refused_restore(real, sam, attack, WrongAccount, "client.keyholder_listed")


async def test_server_keeps_back_the_package_of_the_newest_keys(real: FastAPI, sam: Someone) -> None:
    """The chain has gone on, truly or by a thief; what Sam is given opens the keys of before."""
    insider = await Insider.open(sam)
    longer, _ = _branch(insider, insider.statements, insider.secret)
    await _refused_restore(real, sam, OlderChain(longer), WrongAccount, "client.package_generation")


async def test_server_answers_a_home_with_another_account(real: FastAPI, tmp_path: Path) -> None:
    """Not on restoring, but any day later: the home knows whose it is."""
    liar = liar_for(real)
    made = await Duolog.register(connect(liar), home=tmp_path / "home", unlock=UNLOCK)
    await made.duolog.close()
    liar.attack = HandOverAccount()
    async with await Duolog.open(home=tmp_path / "home", unlock=UNLOCK, server=connect(liar)) as again:
        with pytest.raises(WrongAccount) as caught:
            await again.sync()
        assert caught.value.check == "client.own_account"


async def test_server_registers_another_account(real: FastAPI) -> None:
    liar = liar_for(real)
    liar.attack = RegisterAnother()
    with pytest.raises(WrongAccount) as caught:
        await register(liar)
    assert caught.value.check == "client.chain_account"


# --- the server's key, and log-ins ------------------------------------------------------------------------------------


async def test_server_replaces_its_receipt_key(couple: Couple) -> None:
    class Both(ForeignReceipts):
        """A new key in the well-known document, and receipts of it."""

        named = ReplaceReceiptKey()

        async def answer(self, call, server):  # type: ignore[no-untyped-def]
            if call.path.startswith("/.well-known"):
                return await self.named.answer(call, server)
            return await super().answer(call, server)

    await couple.ada.note(couple.journal, "the third note")
    before = await couple.sam.texts(couple.journal)
    couple.sam.lied_to(Both())
    with pytest.raises((PinMismatch, VerificationError)):
        await couple.sam.duolog.sync()
    assert await couple.sam.texts(couple.journal) == before


async def test_log_in_relayed_to_another_host(real: FastAPI, sam: Someone) -> None:
    """Sam is told to use another address, whose server passes his log-in on to the real one."""
    relay = RelayLogIn("http://evil.test")
    liar = Liar(real, relay, lambda: real.state.duolog.receipts)
    with pytest.raises(ServerRefused) as caught:
        await Duolog.restore(connect(liar, "http://evil.test"), sam.words, home=None, unlock=UNLOCK)
    assert caught.value.code == "login_refused"
    assert relay.stolen == []
    assert relay.refused == [401, 401]  # a refusal counts when it comes twice
