"""Rotations: durable before they are sent, finished by whoever comes next, and raced by other devices."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from app.settings import Settings
from duolog.api.common import ReceiptModel
from duolog.client import Duolog
from duolog.client.account import rotating
from duolog.client.home.begun import ROTATION
from duolog.client.home.identity import Identity
from duolog.client.home.outbox_rows import count_waiting
from duolog.client.home.store import typed
from duolog.client.log.folding import journal_state
from duolog.client.log.verify import verify_server
from duolog.client.server.transport import Transport
from duolog.documents.judging import NOT_DELIVERED
from duolog.errors import BadReceipt, ServerRefused, TransportError, Withheld
from duolog.protocol.log import empty_log
from duolog.protocol.receipts import parse_receipt
from duolog.seal.keys import KeyholderSecret
from duolog.seal.words import parse_words
from tests.client.couple import UNLOCK, Clock, Tampered, couple, pair, register
from tests.client.devices import enroll
from tests.client.test_confidants import Three, trio
from tests.client.test_keyholders import id_of, texts
from tests.conftest import running

DAY = 24 * 3600


class Killed(BaseException):
    """The process is gone: nothing after this line happens."""


def killed(_: Any) -> Any:
    raise Killed


def lost(_: Any) -> Any:
    raise TransportError("the line went dead")


def generation(person: Duolog) -> int:
    return person._context.identity.secret.generation


def revoke_before_the_next_rotation(
    other: Duolog, keyholder: bytes, network: Tampered, then: dict[str, Callable[[Any], Any]] | None = None
) -> None:
    """Another device revokes a keyholder just before the next rotation over `network`. `then`: answers changed then."""
    real = network.rotate

    async def after_another(request: Any) -> Any:
        network.rotate = real  # type: ignore[method-assign]
        await other.keyholders.revoke([keyholder])
        network.changes.update(then or {})
        return await real(request)

    network.rotate = after_another  # type: ignore[method-assign]


async def at_home(app: FastAPI, folder: Path) -> tuple[Duolog, Tampered, Duolog, bytes, KeyholderSecret]:
    """Ada in a folder, with Sam and two journals, and her sheet as a second keyholder that can be revoked."""
    ada, network, words = await register(app, folder)
    sam, _, _ = await register(app)
    journal = await pair(ada, sam)
    await ada.create_journal()
    await ada.write(journal, "note", {"text": "before"})
    return ada, network, sam, journal, KeyholderSecret(parse_words(words), "recovery_sheet")


async def reopen(app: FastAPI, folder: Path, gone: Duolog) -> Duolog:
    """The same home after the process ended."""
    gone._context.home.close()
    return await Duolog.open(home=folder, unlock=UNLOCK, server=Tampered(app))


STEPS: dict[str, tuple[str, Callable[[Any], Any], type[BaseException]]] = {
    "the answer was lost": ("rotate", lost, TransportError),
    "killed before the answer was kept": ("rotate", killed, Killed),
    "killed before the account journal was read": ("pull", killed, Killed),
    "killed before the first journal was lifted": ("push", killed, Killed),
    "lifted without an answer": ("push", lost, TransportError),
}


@pytest.mark.parametrize("step", STEPS)
async def test_a_revocation_that_was_interrupted_is_finished_by_the_next_sync(
    app: FastAPI, tmp_path: Path, step: str
) -> None:
    ada, network, sam, journal, sheet = await at_home(app, tmp_path / "ada")
    method, fault, error = STEPS[step]
    if method == "pull":
        network.changes["pull"] = lambda page: killed(page) if generation(ada) == 2 else page
    else:
        network.changes[method] = fault
    if error is TransportError and method == "push":
        await ada.keyholders.revoke([sheet.id])  # what could not be lifted now follows later
        network.changes.clear()
    else:
        with pytest.raises(error):
            await ada.keyholders.revoke([sheet.id])
    ada = await reopen(app, tmp_path / "ada", ada)
    async with ada, sam:
        await ada.sync()
        assert generation(ada) == 2
        assert sheet.id not in [item.id for item in await ada.keyholders.list()]
        assert not ROTATION.is_set(ada._context.home)
        assert (await ada.write(journal, "note", {"text": "after"})).delivered
        await sam.sync()
        for person in (ada, sam):
            assert texts(await person.timeline(journal)) == ["before", "after"]
        report = await ada.sync()
        assert (report.problems, report.frozen) == ((), {})
        with pytest.raises(ServerRefused):
            await Duolog.restore(Tampered(app), _words(sheet), home=None)


def _words(sheet: KeyholderSecret) -> tuple[str, ...]:
    from duolog.seal.words import encode_words

    return encode_words(sheet.seed)


async def test_a_rotation_that_was_never_sent_is_sent_again_byte_for_byte(app: FastAPI, tmp_path: Path) -> None:
    ada, network, sam, _, sheet = await at_home(app, tmp_path / "ada")
    sent: list[bytes] = []
    real = network.rotate

    async def unreachable(request: Any) -> Any:
        sent.append(request.model_dump_json())
        raise TransportError("no line")

    network.rotate = unreachable  # type: ignore[method-assign]
    with pytest.raises(TransportError):
        await ada.keyholders.revoke([sheet.id])
    assert ROTATION.is_set(ada._context.home)
    assert generation(ada) == 1
    with pytest.raises(TransportError):
        await ada.sync()
    assert sent[0] == sent[1]
    network.rotate = real  # type: ignore[method-assign]
    async with ada, sam:
        await ada.sync()
        assert generation(ada) == 2
        await ada.sync()
        assert generation(ada) == 2


async def test_two_devices_that_rotate_at_once_both_get_what_they_wanted(app: FastAPI) -> None:
    async with couple(app) as two:
        phone, network = await enroll(app, two.ada)
        laptop, _ = await enroll(app, two.ada)
        async with phone, laptop:
            passkey = await two.ada.keyholders.add_passkey(bytes(range(32)))
            await phone.sync()
            revoke_before_the_next_rotation(two.ada, await id_of(laptop), network)
            await phone.keyholders.revoke([passkey])
            await two.ada.sync()
            assert generation(phone) == generation(two.ada) == 3
            kinds = [item.kind for item in await two.ada.keyholders.list()]
            assert kinds == ["device", "recovery_sheet", "device"]
            assert (await two.ada.write(two.journal, "note", {"text": "from Ada"})).delivered
            assert (await phone.write(two.journal, "note", {"text": "from the phone"})).delivered
            await two.sam.sync()
            assert texts(await two.sam.timeline(two.journal)) == ["from Ada", "from the phone"]


async def test_a_revocation_that_lost_a_race_and_then_the_line_is_finished_by_the_next_sync(app: FastAPI) -> None:
    async with couple(app) as two:
        phone, network = await enroll(app, two.ada)
        laptop, _ = await enroll(app, two.ada)
        async with phone, laptop:
            passkey = await two.ada.keyholders.add_passkey(bytes(range(32)))
            await phone.sync()
            revoke_before_the_next_rotation(two.ada, await id_of(laptop), network, then={"pull": lost})
            with pytest.raises(TransportError, match="the line went dead"):
                await phone.keyholders.revoke([passkey])
            network.changes.clear()
            await phone.sync()
            assert generation(phone) == 3
            assert [item.kind for item in await phone.keyholders.list()] == ["device", "recovery_sheet", "device"]


async def test_what_was_wanted_is_not_done_twice_when_another_device_did_it(app: FastAPI) -> None:
    async with couple(app) as two:
        phone, network = await enroll(app, two.ada)
        laptop, _ = await enroll(app, two.ada)
        async with phone, laptop:
            await phone.sync()
            gone = await id_of(laptop)
            revoke_before_the_next_rotation(two.ada, gone, network)
            await phone.keyholders.revoke([gone])
            assert generation(phone) == 2


@pytest.mark.parametrize("is_signed", [True, False])
async def test_a_receipt_for_something_else_is_not_believed(app: FastAPI, tmp_path: Path, is_signed: bool) -> None:
    """Neither one that the server didn't sign, nor one that it signed for another push."""
    ada, network, sam, _, sheet = await at_home(app, tmp_path / "ada")
    row = ada._context.store.row(
        "SELECT receipt FROM receipt WHERE journal = ? ORDER BY seq DESC", ada._context.identity.account_journal
    )
    assert row is not None
    earlier = ReceiptModel.of(parse_receipt(typed(bytes, row[0])))

    def another(answer: Any) -> Any:
        changed = answer.receipt.model_copy(update={"seq": answer.receipt.seq + 1})
        return answer.model_copy(update={"receipt": earlier if is_signed else changed})

    network.changes["rotate"] = another
    with pytest.raises(BadReceipt) as caught:
        await ada.keyholders.revoke([sheet.id])
    assert (caught.value.check == "client.rotation_receipt") is is_signed
    assert ROTATION.is_set(ada._context.home)
    network.changes.clear()
    async with ada, sam:
        await ada.sync()
        assert generation(ada) == 2
        assert not ROTATION.is_set(ada._context.home)


async def test_a_key_that_is_granted_to_newer_keys_than_are_here_stops(app: FastAPI) -> None:
    """The roster names keys of mine that this device was not given: no entry may pass as merely unreadable."""
    async with couple(app) as two:
        await two.ada.keyholders.new_sheet()
        await two.ada.keyholders.replace_sheet()
        context = two.ada._context
        page = await context.network.call(Transport.pull, two.journal, 0)
        known = replace(context.known(two.journal), epochs={}, acknowledged={})
        older = Identity(context.account, {1: context.identity.secrets[1]}, context.identity.sets)
        *before, last = page.pushes
        state = empty_log(two.journal)
        for push in before:
            state = verify_server(state, push, older, known).state
        with pytest.raises(Withheld) as caught:
            verify_server(state, last, older, known)
        assert caught.value.check == "client.own_secret"


async def test_the_rotator_rotates_by_chance_once_in_thirty_days(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    clock, asked = Clock(), []

    def draw(count: int) -> int:
        asked.append(count)
        return 0 if len(asked) == 2 else 1

    monkeypatch.setattr(rotating, "draw", draw)
    ada, _, _ = await register(app, clock=clock)
    phone, _ = await enroll(app, ada)
    async with ada, phone:
        await ada.sync()
        assert asked == []  # the day on which it began
        for expected in (1, 2, 2):
            clock.now += DAY
            await ada.sync()
            await ada.sync()
            assert generation(ada) == expected
        assert asked == [30, 30, 30]
        await phone.sync()
        assert generation(phone) == 2
        assert len(asked) == 3, "only the device that the set names draws"
        kinds = [item.rotator for item in await ada.keyholders.list()]
        assert kinds.count(True) == 1


async def test_a_device_goes_on_by_itself_after_another_one_rotated(app: FastAPI) -> None:
    async with couple(app) as two:
        phone, _ = await enroll(app, two.ada)
        async with phone:
            await phone.sync()
            await two.ada.keyholders.replace_sheet() if await two.ada.keyholders.new_sheet() else None
            # The phone hasn't heard of it: its write is refused as of older keys, and goes out again with the new ones.
            assert (await phone.write(two.journal, "note", {"text": "with the new keys"})).delivered
            assert generation(phone) == 2
            await two.sam.sync()
            assert texts(await two.sam.timeline(two.journal)) == ["with the new keys"]
            assert (await phone.journal(two.journal)).unreadable == 0


async def test_a_journal_that_this_device_has_never_fetched_survives_a_revocation(app: FastAPI) -> None:
    """The phone that is revoked had begun it. What it wrote until then is its owner's own."""
    ada, _, _ = await register(app)
    async with ada:
        phone, _ = await enroll(app, ada)
        async with phone:
            journal, gone = await phone.create_journal(), await id_of(phone)
            await phone.write(journal, "note", {"text": "on the way home"})
        await ada.keyholders.revoke([gone])
        await ada.sync()
        assert texts(await ada.timeline(journal)) == ["on the way home"]


async def test_the_partner_pins_a_later_generation_once(app: FastAPI) -> None:
    async with couple(app) as two:
        await two.ada.keyholders.new_sheet()
        await two.ada.keyholders.replace_sheet()
        await two.sam.sync()
        await two.sam.sync()
        pins = (await two.sam.account_state()).pins[two.ada.account]
        assert sorted(pins) == [1, 2]
        assert (await two.sam.account_state()).conflicts == ()


async def test_an_entry_of_mine_by_older_keys_is_written_again_and_nothing_is_lost(app: FastAPI) -> None:
    """It was under way while another own device rotated, and stands behind the place that the rotation noted."""
    async with couple(app) as two:
        phone, network = await enroll(app, two.ada)
        async with phone:
            await phone.sync()
            push, held = network.push, []

            async def hold(*arguments: Any) -> Any:
                held.append(arguments)
                raise TransportError("later")

            network.push = hold  # type: ignore[method-assign, assignment]
            wording = {"topic": "money", "text": "We both see every account.", "binds": "both"}
            written = await phone.write(two.journal, "boundary", {"step": "propose", "wording": wording})
            assert not written.delivered
            other = two.ada._context.network.transport
            rotate = other.rotate

            async def overtaken(request: Any) -> Any:
                other.rotate = rotate  # type: ignore[method-assign]
                answer = await rotate(request)
                await push(*held[0])  # the server takes it: this journal still names the older keys
                return answer

            other.rotate = overtaken  # type: ignore[method-assign]
            await two.ada.keyholders.new_sheet()
            await two.ada.keyholders.replace_sheet()
            network.push = push  # type: ignore[method-assign]

            await two.sam.sync()
            assert list(journal_state(two.sam._context, two.journal).boundaries) == [written.entry]
            for person in (phone, two.sam, two.ada):
                await person.sync()
                assert (await person.journal(two.journal)).frozen is None
            assert count_waiting(phone._context.store, two.journal) == 0
            states = [journal_state(person._context, two.journal) for person in (two.ada, phone, two.sam)]
            assert states[0].boundaries == states[1].boundaries == states[2].boundaries
            [again] = states[0].boundaries
            assert again != written.entry
            first = states[2].find(written.entry)
            assert first is not None
            assert (first.taken_back, first.skipped) == (True, NOT_DELIVERED)
            for mine in (two.ada, phone):
                assert (await mine.journal(two.journal)).unreadable == 1
            assert (await two.sam.write(two.journal, "note", {"text": "I have seen it"})).delivered


async def test_a_confidant_who_only_reads_names_their_new_keys_and_a_partner_begins_the_new_epoch(
    settings: Settings,
) -> None:
    clock = Clock()
    async with running(settings, clock) as app:
        (ada, one, _), (sam, two, _), (friend, three, _) = [await register(app, clock=clock) for _ in range(3)]
        async with ada, sam, friend:
            networks = {ada.account: one, sam.account: two, friend.account: three}
            all_three = Three(ada, sam, friend, networks, await pair(ada, sam), clock, app)
            await all_three.let_in(ada, sam, "read")
            await ada.write(all_three.journal, "note", {"text": "before"})
            await all_three.sync()
            before = all_three.roster(friend)
            await friend.keyholders.new_sheet()
            done = await friend.keyholders.replace_sheet()
            assert done.behind == ()
            refreshed = all_three.roster(friend)
            assert refreshed.find(friend.account).generation == 2  # type: ignore[union-attr]
            assert (refreshed.epoch, refreshed.stale) == (before.epoch, True)
            assert (await sam.write(all_three.journal, "note", {"text": "after"})).delivered
            await all_three.sync()
            assert (all_three.roster(friend).epoch, all_three.roster(friend).stale) == (before.epoch + 1, False)
            for person in (ada, sam, friend):
                assert texts(await person.timeline(all_three.journal)) == ["before", "after"]
                assert (await person.journal(all_three.journal)).frozen is None


async def test_a_program_that_dies_before_it_has_judged_again_does_so_when_it_is_started(
    app: FastAPI, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody with the old keys wrote behind the place that the rotation noted, and this home had believed it."""
    ada, network, _ = await register(app)
    async with ada:
        phone, _ = await enroll(app, ada, tmp_path / "phone")
        journal = await ada.create_journal()
        await phone.sync()
        changes: Any = network
        real = changes.rotate

        async def after_the_phone(request: Any) -> Any:
            await phone.write(journal, "note", {"text": "behind it"})
            phone._context.store.write("DELETE FROM written")  # as if somebody else had written it
            return await real(request)

        changes.rotate, changes.push = after_the_phone, away
        await rotating.rotate(ada._context, rotating.Wanted())
        del changes.rotate, changes.push
        assert texts(await phone.timeline(journal)) == ["behind it"]
        with monkeypatch.context() as patch:
            patch.setattr("duolog.client.log.pull.judge_again", killed)
            with pytest.raises(Killed):
                await phone.sync()
        phone = await reopen(app, tmp_path / "phone", phone)
        async with phone:
            await phone.sync()
            assert texts(await phone.timeline(journal)) == []


async def away(*_: Any) -> Any:
    raise TransportError("The server is away.")


@pytest.mark.parametrize("most", [3, 4])
async def test_a_full_push_has_room_for_the_statements_before_it(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """A confidant's term is over, and own keys are newer: both stand before what waited."""
    async with trio(settings) as three:
        await three.let_in(three.ada, three.sam, days=1)
        network: Any = three.networks[three.ada.account]
        network.push = away
        for number in range(5):
            await three.ada.write(three.journal, "note", {"text": str(number)})
        await rotating.rotate(three.ada._context, rotating.Wanted())
        del network.push
        three.clock.now += 2 * DAY
        with monkeypatch.context() as patch:
            patch.setattr("duolog.protocol.sizes.MAX_PUSH_ITEMS", most)
            await three.ada.sync()
        assert texts(await three.ada.timeline(three.journal)) == ["0", "1", "2", "3", "4"]
        assert len(await three.ada.members(three.journal).list()) == 2


async def test_a_rotation_that_the_server_puts_off_stops_nothing_else(app: FastAPI) -> None:
    """There were too many today: it waits, and the journal goes on."""
    async with couple(app) as two:
        network: Any = two.ada._context.network.transport

        async def later(_: Any) -> Any:
            raise ServerRefused("Try again tomorrow.", code="slow_down", status=429, retry_after=3600)

        network.rotate = later
        with pytest.raises(ServerRefused):
            await rotating.rotate(two.ada._context, rotating.Wanted())
        await two.sam.write(two.journal, "note", {"text": "meanwhile"})
        report = await two.ada.sync()
        assert [str(item) for item in report.problems] == ["Try again tomorrow."]
        assert texts(await two.ada.timeline(two.journal)) == ["meanwhile"]
        assert (await two.ada.write(two.journal, "note", {"text": "and on"})).delivered
        del network.rotate
        assert not (await two.ada.sync()).problems
        assert generation(two.ada) == 2
