"""Attacks on the ways into an account: at enrolment, after a revocation, with an old sheet."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from duolog.client import Duolog, Enrollment, HttpTransport
from duolog.client.home.keystore import load_keystore, save_keystore
from duolog.client.server.transport import Transport
from duolog.errors import MalformedData, PinMismatch, Rollback, ServerRefused, VerificationError, WrongAccount
from duolog.protocol.codec import encode_canonical, parse_canonical
from duolog.seal.devices import DeviceKeys, parse_code
from duolog.seal.keys import GenerationSecret, KeyholderSecret
from hostile.log_attacks import RollBack, SpoilEntries
from tests.attacks.conftest import liar_for
from tests.attacks.people import UNLOCK, Couple, Insider, Someone, connect, expect_quarantine


def straight(someone: Someone) -> HttpTransport:
    """Another connection of the same person, through the same liar."""
    return connect(someone.liar)


async def phone_of(someone: Someone) -> Duolog:
    enrollment = await Enrollment.begin(straight(someone), home=None)
    words = await someone.duolog.keyholders.begin_adding(enrollment.code)
    await someone.duolog.keyholders.confirm_adding(words)
    phone = await enrollment.finish()
    assert phone is not None
    await phone.sync()
    return phone


async def revoke(someone: Someone, kind: str) -> None:
    chosen = [item.id for item in await someone.duolog.keyholders.list() if item.kind == kind and not item.here]
    await someone.duolog.keyholders.revoke(chosen)


async def test_server_substitutes_the_new_devices_keys(ada: Someone) -> None:
    network = straight(ada)
    enrollment = await Enrollment.begin(network, home=None)
    thief, code = KeyholderSecret.new("device").public, parse_code(enrollment.code)
    sealed = code.seal("new", 1, DeviceKeys(thief.sign_key, thief.kem_key).encode())
    mine = ada.duolog._context.network.transport

    async def swapped(*_: Any) -> Any:
        answer = await network.fetch_message(code.rendezvous, "new", 1)
        return answer.model_copy(update={"sealed": sealed})

    mine.fetch_message = swapped  # type: ignore[method-assign, assignment]
    with pytest.raises(VerificationError) as caught:
        await ada.duolog.keyholders.begin_adding(enrollment.code)
    assert caught.value.check == "seal.device_keys"
    await enrollment.close()


async def test_photographed_code_is_answered_by_somebody_elses_account(ada: Someone, sam: Someone) -> None:
    enrollment = await Enrollment.begin(straight(ada), home=None)
    await sam.duolog.keyholders.begin_adding(enrollment.code)
    shown = await enrollment.words()
    assert shown == (await sam.duolog.status()).account_words
    with pytest.raises(ServerRefused) as refused:
        await ada.duolog.keyholders.begin_adding(enrollment.code)
    assert refused.value.code == "rendezvous_used"
    with pytest.raises(PinMismatch):
        await ada.duolog.keyholders.confirm_adding(shown or ())
    await enrollment.close()


async def test_server_shows_a_new_device_another_account_than_the_old_one_did(ada: Someone, sam: Someone) -> None:
    network = straight(ada)
    enrollment = await Enrollment.begin(network, home=None)
    words = await ada.duolog.keyholders.begin_adding(enrollment.code)
    await ada.duolog.keyholders.confirm_adding(words)
    own, other = await own_account(ada), await own_account(sam)
    for changes, check in (
        ({"chain": other.chain}, "client.enrolled_chain"),
        ({"sets": own.sets[:1]}, "client.enrolled_sets"),
    ):

        async def shown(*_: int, changes: dict[str, Any] = changes) -> Any:
            return own.model_copy(update=changes)

        network.own_account = shown  # type: ignore[method-assign, assignment]
        with pytest.raises(WrongAccount) as caught:
            await enrollment.finish()
        assert caught.value.check == check
    await enrollment.close()


async def own_account(someone: Someone) -> Any:
    """The account as the server shows it to its owner."""
    return await someone.duolog._context.network.call(Transport.own_account)


async def test_server_shows_a_new_device_another_receipt_key(ada: Someone) -> None:
    network = straight(ada)
    info = await network.server_info()
    other = info.receipt_keys[0].model_copy(update={"key": GenerationSecret.new(1).sign_key})

    async def lie(*_: int) -> Any:
        return info.model_copy(update={"receipt_keys": [other]})

    network.server_info = lie  # type: ignore[method-assign]
    enrollment = await Enrollment.begin(network, home=None)
    words = await ada.duolog.keyholders.begin_adding(enrollment.code)
    for step in (enrollment.words, enrollment.finish):
        with pytest.raises(PinMismatch) as caught:
            await step()
        assert caught.value.check == "client.enrolled_receipt_key"
    await ada.duolog.keyholders.confirm_adding(words)
    await enrollment.close()


async def test_server_shows_a_new_device_another_account_journal(couple: Couple, real: FastAPI) -> None:
    """Its own receipts are valid, and so is all that it shows: the old device has said where it stood."""
    liar = liar_for(real)
    journal = couple.ada.duolog._context.identity.account_journal
    for attack in (SpoilEntries(journal), RollBack(1, only=journal)):
        attack.shared = False
        liar.attack = attack
        other = await Enrollment.begin(connect(liar), home=None)
        words = await couple.ada.duolog.keyholders.begin_adding(other.code)
        await couple.ada.duolog.keyholders.confirm_adding(words)
        with pytest.raises(Rollback) as caught:
            await other.finish()
        assert caught.value.check == "client.enrolled_head"
        await other.close()


async def test_server_suppresses_a_revocation_towards_an_own_device(couple: Couple) -> None:
    phone = await phone_of(couple.ada)
    before = await own_account(couple.ada)
    await revoke(couple.ada, "recovery_sheet")
    await phone.sync()
    network = phone._context.network.transport

    async def old(*_: int) -> Any:
        return before

    network.own_account = old  # type: ignore[method-assign, assignment]
    with pytest.raises(Rollback) as caught:
        await phone.sync()
    assert caught.value.check == "accounts.chain_rollback"
    await phone.close()


async def test_the_old_sheet_opens_nothing_after_it_was_replaced(couple: Couple) -> None:
    insider = await Insider.open(couple.ada, couple.journal)
    await couple.ada.duolog.keyholders.new_sheet()
    await couple.ada.duolog.keyholders.replace_sheet()
    with pytest.raises(ServerRefused) as caught:
        await insider.transport.own_account()
    assert caught.value.code == "session_missing"
    with pytest.raises(ServerRefused):
        await Insider.open(couple.ada)
    with pytest.raises(ServerRefused):
        await Duolog.restore(straight(couple.ada), couple.ada.words, home=None)


async def test_an_entry_by_older_keys_of_mine_behind_their_end_is_quarantined(couple: Couple) -> None:
    """A revoked holder of the old keys writes, with the server's help, where the roster has not moved yet."""
    phone = await phone_of(couple.ada)
    insider = await Insider.open(couple.ada, couple.journal)
    network = couple.ada.duolog._context.network.transport
    real = network.push

    async def unreachable(*_: Any) -> Any:
        raise ServerRefused("later", code="unavailable", status=503)

    network.push = unreachable  # type: ignore[method-assign, assignment]
    rotating = network.rotate

    async def after_the_thief(request: Any) -> Any:
        network.rotate = rotating  # type: ignore[method-assign]
        await insider.transport.push(couple.journal, [insider.entry(insider.message("not Ada's words"))])
        return await rotating(request)

    network.rotate = after_the_thief  # type: ignore[method-assign]
    await revoke(couple.ada, "recovery_sheet")
    network.push = real  # type: ignore[method-assign]
    await expect_quarantine(couple.ada, couple.journal, "had been replaced already")
    await phone.close()


async def test_keystore_asks_for_a_weaker_derivation(tmp_path: Path) -> None:
    save_keystore(tmp_path, KeyholderSecret.new("device"), UNLOCK)
    file = tmp_path / "keystore"
    value = parse_canonical(file.read_bytes())
    for change in ({"passes": 1}, {"memory": 8192}):
        file.write_bytes(encode_canonical({**value, **change}))
        with pytest.raises(MalformedData, match="weaker"):
            load_keystore(tmp_path, replace(UNLOCK))
