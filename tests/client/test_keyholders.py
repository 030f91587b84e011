"""An account's ways in: devices, sheets and passkeys that come and go, on the real server."""

from pathlib import Path

import pytest
from fastapi import FastAPI

from duolog.client import Duolog, Enrollment, restore_with_passkey
from duolog.client.server.transport import Transport
from duolog.errors import DuologError, MalformedData, NotAllowed, PinMismatch, ServerRefused
from tests.client.couple import UNLOCK, Tampered, couple, register
from tests.client.devices import enroll

PRF = bytes(range(32))


def texts(entries: object) -> list[str]:
    return [item.body["text"] for item in entries if item.body and item.kind == "note"]  # type: ignore[attr-defined]


async def id_of(person: Duolog) -> bytes:
    return next(item.id for item in await person.keyholders.list() if item.here)


async def test_a_second_device_reads_and_writes_what_the_first_does(app: FastAPI) -> None:
    async with couple(app) as two:
        await two.sam.write(two.journal, "note", {"text": "before the phone"})
        phone, _ = await enroll(app, two.ada)
        async with phone:
            assert not (await phone.status()).unconfirmed
            assert texts(await phone.timeline(two.journal)) == ["before the phone"]
            assert (await phone.write(two.journal, "note", {"text": "from the phone"})).delivered
            await two.ada.sync()
            await two.sam.sync()
            for person in (two.ada, two.sam):
                assert texts(await person.timeline(two.journal)) == ["before the phone", "from the phone"]
            here = [item.here for item in await phone.keyholders.list()]
            assert here.count(True) == 1
            assert [item.kind for item in await phone.keyholders.list()] == ["device", "recovery_sheet", "device"]


async def test_a_new_keyholder_is_announced_to_the_owner_and_named_everywhere(app: FastAPI) -> None:
    async with couple(app) as two:
        phone, _ = await enroll(app, two.ada)
        tablet, _ = await enroll(app, phone)
        async with phone, tablet:
            assert [item.id for item in (await two.ada.sync()).new_keyholders] == [await id_of(tablet)]
            assert (await phone.sync()).new_keyholders == ()
            assert [item.new for item in await two.ada.keyholders.list()].count(True) == 1
            assert (await two.ada.sync()).new_keyholders == ()
            await phone.keyholders.name(await id_of(tablet), "the tablet in the kitchen")
            await two.ada.sync()
            labels = {item.id: item.label for item in await two.ada.keyholders.list()}
            assert labels[await id_of(tablet)] == "the tablet in the kitchen"
            with pytest.raises(NotAllowed):
                await phone.keyholders.name(bytes(32), "nobody")
            with pytest.raises(NotAllowed):
                await phone.keyholders.review(bytes(32))


async def test_a_revoked_device_is_out_and_the_others_go_on(app: FastAPI) -> None:
    async with couple(app) as two:
        phone, _ = await enroll(app, two.ada)
        laptop, _ = await enroll(app, two.ada)
        async with phone, laptop:
            await two.ada.write(two.journal, "note", {"text": "everybody reads this"})
            await phone.sync()
            before = await two.ada.heads()
            done = await two.ada.keyholders.revoke([await id_of(phone)])
            assert (done.generation, done.behind) == (2, ())
            with pytest.raises(ServerRefused, match="taken out of the account"):
                await phone.sync()
            assert texts(await phone.timeline(two.journal)) == ["everybody reads this"]
            assert await phone.heads() == before
            await two.ada.write(two.journal, "note", {"text": "without the phone"})
            await laptop.sync()
            assert (await laptop.write(two.journal, "note", {"text": "from the laptop"})).delivered
            await two.sam.write(two.journal, "note", {"text": "from Sam"})
            for person in (two.ada, laptop, two.sam):
                await person.sync()
                assert texts(await person.timeline(two.journal)) == [
                    "everybody reads this",
                    "without the phone",
                    "from the laptop",
                    "from Sam",
                ]
                assert (await person.journal(two.journal)).frozen is None
            with pytest.raises(NotAllowed):
                await two.ada.keyholders.revoke([await id_of(two.ada)])


async def test_several_are_revoked_at_once_and_a_device_restored_from_words_may_do_it(app: FastAPI) -> None:
    async with couple(app) as two:
        phone, _ = await enroll(app, two.ada)
        async with phone, await Duolog.restore(Tampered(app), two.words, home=None) as restored:
            await restored.sync()
            done = await restored.keyholders.revoke([await id_of(two.ada), await id_of(phone)])
            assert done.generation == 2
            assert [item.kind for item in await restored.keyholders.list()] == ["recovery_sheet"]
            for gone in (two.ada, phone):
                with pytest.raises(ServerRefused):
                    await gone.sync()
            with pytest.raises(NotAllowed, match="shut itself out"):
                await restored.keyholders.new_sheet()
            with pytest.raises(NotAllowed, match="not confirmed"):
                await restored.keyholders.add_passkey(PRF)


async def test_the_old_words_open_nothing_once_the_sheet_is_replaced(app: FastAPI) -> None:
    async with couple(app) as two:
        with pytest.raises(NotAllowed, match="no new words"):
            await two.ada.keyholders.replace_sheet()
        words = await two.ada.keyholders.new_sheet()
        assert await two.ada.keyholders.new_sheet() == words
        await two.ada.check_recovery_words(two.words)
        await two.ada.keyholders.replace_sheet()
        await two.ada.check_recovery_words(words)
        with pytest.raises(NotAllowed):
            await two.ada.check_recovery_words(two.words)
        with pytest.raises(ServerRefused, match="no account for these words"):
            await Duolog.restore(Tampered(app), two.words, home=None)
        async with await Duolog.restore(Tampered(app), words, home=None) as restored:
            await restored.sync()
            assert [item.id for item in await restored.journals()] == [two.journal]


async def test_a_passkey_is_added_and_brings_the_account_back(app: FastAPI) -> None:
    async with couple(app) as two:
        passkey = await two.ada.keyholders.add_passkey(PRF, label="in the password manager")
        assert passkey in [item.id for item in await two.ada.keyholders.list() if item.kind == "passkey"]
        async with await restore_with_passkey(Tampered(app), PRF, home=None) as restored:
            await restored.sync()
            assert (await restored.status()).unconfirmed
            labels = [item.label for item in await restored.keyholders.list() if item.here]
            assert labels == ["in the password manager"]
        with pytest.raises(MalformedData):
            await two.ada.keyholders.add_passkey(PRF[:31])
        with pytest.raises(ServerRefused):
            await restore_with_passkey(Tampered(app), bytes(32), home=None)


async def test_enrolling_goes_on_after_an_interruption_on_either_side(app: FastAPI, tmp_path: Path) -> None:
    async with couple(app) as two:
        first = await Enrollment.begin(Tampered(app), home=tmp_path / "phone", unlock=UNLOCK)
        code = first.code
        await first.close()
        with pytest.raises(NotAllowed, match="not let in yet"):
            await Duolog.open(home=tmp_path / "phone", unlock=UNLOCK, server=Tampered(app))
        again = await Enrollment.begin(Tampered(app), home=tmp_path / "phone", unlock=UNLOCK)
        assert again.code == code
        assert await again.words() is None
        assert await again.finish() is None
        words = await two.ada.keyholders.begin_adding(code)
        assert await two.ada.keyholders.begin_adding(again.uri) == words
        with pytest.raises(PinMismatch):
            await two.ada.keyholders.confirm_adding(["abandon"] * 8)
        await two.ada.keyholders.confirm_adding(words, label="phone")
        with pytest.raises(NotAllowed, match="No new device"):
            await two.ada.keyholders.confirm_adding(words)
        phone = await again.finish()
        assert phone is not None
        await phone.sync()
        await phone.close()
        async with await Duolog.open(home=tmp_path / "phone", unlock=UNLOCK, server=Tampered(app)) as opened:
            assert opened.account == two.ada.account
        with pytest.raises(NotAllowed, match="already has an account"):
            await Enrollment.begin(Tampered(app), home=tmp_path / "phone", unlock=UNLOCK)


async def test_a_code_that_nobody_left_a_message_under_gets_a_sentence(app: FastAPI) -> None:
    async with couple(app) as two:
        enrollment = await Enrollment.begin(Tampered(app), home=None)
        other = await Enrollment.begin(Tampered(app), home=None)
        assert "<secret>" in repr(enrollment)
        assert enrollment.code not in repr(enrollment)
        await two.ada.keyholders.begin_adding(enrollment.code)
        await two.ada.keyholders.give_up_adding()
        with pytest.raises(NotAllowed):
            await two.ada.keyholders.confirm_adding(await enrollment.words() or ())
        with pytest.raises(MalformedData):
            await two.ada.keyholders.begin_adding(other.code[:-3])
        await enrollment.close()
        await other.close()


async def test_sessions_are_listed_and_ended(app: FastAPI) -> None:
    async with couple(app) as two:
        phone, _ = await enroll(app, two.ada)
        async with phone:
            listed = await two.ada.keyholders.sessions()
            assert [item.current for item in listed].count(True) == 1
            mine = await id_of(phone)
            theirs = next(item for item in listed if item.keyholder and item.keyholder.id == mine)
            await two.ada.keyholders.end_session(theirs.id)
            assert theirs.id not in [item.id for item in await two.ada.keyholders.sessions()]
            await phone.sync()
            await two.ada.keyholders.end_other_sessions()
            assert [item.current for item in await two.ada.keyholders.sessions()] == [True]


async def test_nothing_of_keyholders_reaches_a_partner(app: FastAPI) -> None:
    async with couple(app) as two:
        phone, _ = await enroll(app, two.ada)
        async with phone:
            sams = await two.sam._context.network.call(Transport.own_account)
            assert (await id_of(phone)).hex() not in sams.model_dump_json()
            assert (await two.sam.sync()).new_keyholders == ()


async def test_a_device_that_is_not_there_can_not_be_revoked(app: FastAPI) -> None:
    ada, _, _ = await register(app)
    with pytest.raises(DuologError):
        await ada.keyholders.revoke([bytes(32)])
    with pytest.raises(NotAllowed, match="Name the ways in to revoke"):
        await ada.keyholders.revoke([])
    await ada.close()
