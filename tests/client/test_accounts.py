"""Registering, restoring and logging in at a server that answers with something else than the truth."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from duolog.api.accounts import EarlierSeed, OwnAccount
from duolog.api.common import AccountStatementModel
from duolog.client import Duolog
from duolog.client.account.rotating import Wanted, rotate
from duolog.client.server.transport import Transport
from duolog.errors import (
    ChainViolation,
    DuologError,
    HomeError,
    KeystoreLocked,
    MalformedData,
    NotAllowed,
    PinMismatch,
    Rollback,
    ServerRefused,
    TransportError,
    VerificationError,
    Withheld,
    WrongAccount,
)
from duolog.protocol.accounts import (
    KeyholderSet,
    SignedAccountStatement,
    encode_rotation,
    parse_set,
)
from duolog.protocol.statements import statement_hash
from duolog.seal.keys import GenerationSecret
from duolog.seal.packages import wrap_earlier_seed, wrap_package
from tests.client.couple import UNLOCK, Tampered, couple, register

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def signed(secret: GenerationSecret, statement: bytes) -> AccountStatementModel:
    return AccountStatementModel.of(SignedAccountStatement(statement, (secret.sign(statement),)))


def with_sets(person: Duolog, own: OwnAccount, *sets: KeyholderSet) -> OwnAccount:
    """The account with these keyholder sets, signed by its own key."""
    secret = person._context.identity.secret
    return own.model_copy(update={"sets": [signed(secret, item.encode()) for item in sets]})


def rotated(person: Duolog) -> tuple[AccountStatementModel, GenerationSecret]:
    """The next generation of this account, as its owner would make it."""
    identity, chain = person._context.identity, person._context.chains[person.account]
    newer = GenerationSecret.new(2)
    statement = encode_rotation(
        account=person.account,
        generation=2,
        prev=chain.newest.statement_hash,
        sign_key=newer.sign_key,
        box_key=newer.box_key,
        kem_key=newer.kem_key,
        keyholders=bytes(32),
        at=20_000,
    )
    both = (identity.secret.sign(statement), newer.sign(statement))
    return AccountStatementModel.of(SignedAccountStatement(statement, both)), newer


def two_generations(person: Duolog, own: OwnAccount, *, with_earlier: bool) -> OwnAccount:
    """The account after a rotation, without a set of the new generation."""
    model, newer = rotated(person)
    chains = person._context.chains
    longer = type(chains)(person._context.store).pin(
        person.account, [*chains.statements(person.account), model.signed()]
    )
    keyholder = person._context.home.keyholder.public
    older = person._context.identity.secret
    seed = wrap_earlier_seed(older, person.account, longer.generation(1), longer.newest)
    return own.model_copy(
        update={
            "chain": [*own.chain, model],
            "generation": 2,
            "package": wrap_package(newer, person.account, longer.newest, keyholder),
            "earlier_seeds": [EarlierSeed(generation=1, sealed=seed)] if with_earlier else [],
        }
    )


def showing(**changes: Any) -> Callable[[OwnAccount], OwnAccount]:
    """The true account with some of it replaced."""
    return lambda own: own.model_copy(update=changes)


async def sees(network: Tampered, person: Duolog, own: Any, expected: type[DuologError]) -> str:
    """What the error is called when the server shows this account."""
    network.changes["own_account"] = lambda _: own
    with pytest.raises(expected) as caught:
        await person.sync()
    return getattr(caught.value, "check", "")


async def test_a_machine_with_only_the_words_reads_everything(app: FastAPI) -> None:
    async with couple(app) as two:
        await two.sam.write(two.journal, "note", {"text": "I hid two messages."})
        restored = await Duolog.restore(Tampered(app), two.words, home=None)
        async with restored:
            await restored.sync()
            texts = [item.body["text"] for item in await restored.timeline(two.journal) if item.body]
            assert texts == ["I hid two messages."]
            assert (await restored.status()).unconfirmed
            with pytest.raises(NotAllowed, match="not confirmed"):
                await restored.create_journal()
            assert (await restored.write(two.journal, "note", {"text": "I read it."})).delivered


async def test_a_restored_home_is_confirmed_by_words_of_its_keys_and_of_a_journal(app: FastAPI) -> None:
    async with couple(app) as two, await Duolog.restore(Tampered(app), two.words, home=None) as restored:
        await restored.sync()
        heads = await two.sam.heads()
        mine = next(item.words for item in heads.accounts if item.account == two.ada.account)
        theirs = next(item.words for item in heads.accounts if item.account == two.sam.account)
        journal = {two.journal: heads.journals[0].words}
        with pytest.raises(PinMismatch):
            await restored.confirm_restored(theirs, journal)
        with pytest.raises(PinMismatch):
            await restored.confirm_restored(mine, {two.journal: theirs})
        with pytest.raises(NotAllowed):
            await restored.confirm_restored(mine, {})
        assert (await restored.status()).unconfirmed
        await restored.confirm_restored(mine, journal)
        assert not (await restored.status()).unconfirmed


async def test_restoring_checks_the_anchor_before_it_believes_the_server(app: FastAPI) -> None:
    ada, _, words = await register(app)
    for anchor, check in ((None, "client.anchor_shown"), (bytes(32), "seal.anchor")):
        network = Tampered(app)
        network.changes["own_account"] = showing(anchor=anchor)
        with pytest.raises(WrongAccount) as caught:
            await Duolog.restore(network, words, home=None)
        assert caught.value.check == check
    await ada.close()


async def test_a_server_that_hands_over_another_account_is_caught(app: FastAPI) -> None:
    ada, network, _ = await register(app)
    sam, _, _ = await register(app)
    other = await sam._context.network.call(Transport.own_account)
    assert await sees(network, ada, other, WrongAccount) == "client.own_account"
    with pytest.raises(WrongAccount):
        ada._context.chains.pin(ada.account, sam._context.chains.statements(sam.account))


async def test_a_server_that_keeps_back_newer_keys_or_sets_is_caught(app: FastAPI) -> None:
    ada, network, _ = await register(app)
    own = await ada._context.network.call(Transport.own_account)
    newer = own.model_copy(update={"generation": 2})
    assert await sees(network, ada, newer, WrongAccount) == "client.package_generation"
    without = two_generations(ada, own, with_earlier=False)
    assert await sees(network, ada, without, ChainViolation) == "accounts.set_newest", "it has the earlier seed itself"
    # The rotation was seen, and is a pin now: the older chain is a rollback.
    assert await sees(network, ada, own, Rollback) == "accounts.chain_rollback"


async def test_a_server_that_keeps_back_an_earlier_key_from_a_new_home_is_caught(app: FastAPI) -> None:
    ada, _, words = await register(app)
    await rotate(ada._context, Wanted())
    restoring = Tampered(app)
    restoring.changes["own_account"] = showing(earlier_seeds=[])
    with pytest.raises(Withheld) as caught:
        await Duolog.restore(restoring, words, home=None)
    assert caught.value.check == "client.earlier_seed"


async def test_a_rotation_without_its_set_is_caught(app: FastAPI) -> None:
    ada, network, _ = await register(app)
    own = await ada._context.network.call(Transport.own_account)
    without = two_generations(ada, own, with_earlier=True)
    assert await sees(network, ada, without, ChainViolation) == "accounts.set_newest"


async def test_keyholders_that_the_account_was_not_made_for_are_caught(app: FastAPI) -> None:
    ada, network, words = await register(app)
    own = await ada._context.network.call(Transport.own_account)
    first, second = (parse_set(item.statement) for item in own.sets)

    def linked(one: KeyholderSet, **changes: Any) -> KeyholderSet:
        fields = {name: getattr(second, name) for name in KeyholderSet.__slots__}
        return KeyholderSet(**(fields | {"prev": statement_hash(one.encode())} | changes))

    other_journal = linked(first, account_journal=bytes(32))
    assert await sees(network, ada, with_sets(ada, own, first, other_journal), WrongAccount) == "client.set_descent"
    sheet = next(item for item in first.keyholders if item.kind == "recovery_sheet")
    alone = KeyholderSet(1, None, 1, sheet.id, None, None, (sheet,))
    device = next(item for item in first.keyholders if item.kind == "device")
    dropped = linked(second, version=3, keyholders=(device,), rotator=device.id)
    for shown, expected in (
        (with_sets(ada, own, alone, linked(alone, keyholders=(sheet,), rotator=sheet.id)), "accounts.set_commitment"),
        (with_sets(ada, own, first, second, dropped), "client.keyholder_listed"),
    ):
        restoring = Tampered(app)
        restoring.changes["own_account"] = showing(sets=shown.sets)
        with pytest.raises((ChainViolation, WrongAccount)) as caught:
            await Duolog.restore(restoring, words, home=None)
        assert caught.value.check == expected


async def test_a_server_under_another_name_or_key_is_caught(app: FastAPI) -> None:
    ada, network, _ = await register(app)
    network.changes["server_info"] = lambda info: info.model_copy(update={"origin": "https://elsewhere.example"})
    with pytest.raises(NotAllowed):
        await ada.sync()
    other = "receipt_keys"
    network.changes["server_info"] = lambda info: info.model_copy(
        update={other: [info.receipt_keys[0].model_copy(update={"key": bytes(32)})]}
    )
    with pytest.raises(PinMismatch):
        await ada.sync()


async def test_a_registration_for_another_account_is_refused_and_can_go_on(app: FastAPI, tmp_path: Path) -> None:
    network = Tampered(app)
    network.changes["register"] = lambda answer: answer.model_copy(update={"account": bytes(32)})
    with pytest.raises(WrongAccount):
        await Duolog.register(network, home=tmp_path / "ada", unlock=UNLOCK)
    with pytest.raises(NotAllowed, match="not finished"):
        await Duolog.open(home=tmp_path / "ada", unlock=UNLOCK, server=network)
    network.changes.clear()
    new = await Duolog.register(network, home=tmp_path / "ada", unlock=UNLOCK)
    async with new.duolog as ada:
        await ada.check_recovery_words(new.words)
        await ada.sync()
    with pytest.raises(NotAllowed):
        await Duolog.register(network, home=tmp_path / "ada", unlock=UNLOCK)


async def test_a_lost_answer_to_a_registration_makes_one_account(app: FastAPI, tmp_path: Path) -> None:
    network = Tampered(app)
    accounts = []

    def lose(answer: Any) -> Any:
        accounts.append(answer.account)
        raise TransportError("the line went dead")

    network.changes["register"] = lose
    with pytest.raises(TransportError):
        await Duolog.register(network, home=tmp_path / "ada", unlock=UNLOCK)
    network.changes.clear()
    new = await Duolog.register(network, home=tmp_path / "ada", unlock=UNLOCK)
    async with new.duolog as ada:
        assert [ada.account] == accounts


async def test_words_of_another_account_or_wrong_words_get_a_sentence(app: FastAPI) -> None:
    ada, _, words = await register(app)
    _, _, others = await register(app)
    await ada.check_recovery_words(words)
    with pytest.raises(NotAllowed):
        await ada.check_recovery_words(others)
    with pytest.raises(MalformedData, match="Word 1 "):
        await ada.check_recovery_words("zzzz " + words.partition(" ")[2])
    unknown = ("abandon " * 23 + "art").split()
    with pytest.raises(ServerRefused, match="no account for these words"):
        await Duolog.restore(Tampered(app), unknown, home=None)


async def test_a_home_opens_with_its_passphrase_alone(app: FastAPI, tmp_path: Path) -> None:
    ada, _, _ = await register(app, tmp_path / "ada")
    await ada.close()
    wrong = type(UNLOCK)(passphrase=lambda new: b"wrong", keyring=False)
    with pytest.raises(KeystoreLocked):
        await Duolog.open(home=tmp_path / "ada", unlock=wrong, server=Tampered(app))
    with pytest.raises(HomeError):
        await Duolog.open(home=tmp_path / "nobody", unlock=UNLOCK, server=Tampered(app))
    async with await Duolog.open(home=tmp_path / "ada", unlock=UNLOCK, server=Tampered(app)) as again:
        assert again.account == ada.account
        await again.sync()


async def test_a_server_that_hides_the_account_journal_is_caught(app: FastAPI) -> None:
    ada, network, _ = await register(app)
    network.changes["journals"] = lambda page: page.model_copy(update={"journals": []})
    with pytest.raises(VerificationError) as caught:
        await ada.sync()
    assert caught.value.check == "client.account_journal_listed"


async def test_restoring_goes_on_in_the_home_in_which_it_was_cut_off(app: FastAPI, tmp_path: Path) -> None:
    ada, _, words = await register(app)
    other, _, others = await register(app)
    async with ada, other:
        network, asked = Tampered(app), []

        def lose(answer: Any) -> Any:
            asked.append(answer)
            if len(asked) == 2:  # the first one was for a home in memory: nothing is kept unless all is true
                raise TransportError("the line went dead")
            return answer

        network.changes["own_account"] = lose
        with pytest.raises(TransportError):
            await Duolog.restore(network, words, home=tmp_path / "home", unlock=UNLOCK)
        with pytest.raises(HomeError):
            await Duolog.restore(Tampered(app), others, home=tmp_path / "home", unlock=UNLOCK)
        async with await Duolog.restore(network, words, home=tmp_path / "home", unlock=UNLOCK) as restored:
            assert restored.account == ada.account
        with pytest.raises(HomeError):
            await Duolog.restore(network, words, home=tmp_path / "home", unlock=UNLOCK)


async def test_a_lost_answer_to_a_log_in_puts_nobody_out(app: FastAPI) -> None:
    """The challenge is used up. It takes a second refusal to say that this device was taken out."""
    ada, network, _ = await register(app)
    async with ada:
        await ada.log_out()
        changes: Any = network
        real = changes.log_in

        async def twice(request: Any) -> Any:
            del changes.log_in
            await real(request)
            return await real(request)

        changes.log_in = twice
        await ada.sync()


async def test_a_deletion_that_never_arrived_is_forgotten_when_the_account_is_there(app: FastAPI) -> None:
    ada, network, _ = await register(app)
    async with ada:
        changes: Any = network

        async def never() -> None:
            raise TransportError("the line went dead")

        changes.delete_account = never
        with pytest.raises(TransportError):
            await ada.delete_account()
        del changes.delete_account
        await ada.sync()
        await ada.log_out()

        async def refused(_: Any) -> Any:
            raise ServerRefused("No.", code="login_refused", status=401)

        changes.log_in = refused
        with pytest.raises(ServerRefused):
            await ada.sync()
        del changes.log_in
        await ada.sync()
        assert not await ada.is_deleted()
