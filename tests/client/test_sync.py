"""Fetching, writing and delivering against a server that cheats, crashes or is away."""

from pathlib import Path
from typing import Any

import anyio
import pytest
from fastapi import FastAPI

from duolog.api.pages import Placed, PulledPage
from duolog.client import Duolog
from duolog.client.home.store import typed
from duolog.client.log.notes import note
from duolog.client.log.stored_logs import freeze, load_log, newest_receipt, save_log
from duolog.client.server.transport import Transport
from duolog.documents import journal as journal_module
from duolog.documents.account_kinds import NotedHead
from duolog.documents.journal import parse_state
from duolog.documents.registry import KINDS
from duolog.errors import (
    HomeError,
    JournalFrozen,
    NotAllowed,
    Rollback,
    TransportError,
    VerificationError,
    Withheld,
)
from duolog.protocol.entries import Header
from duolog.protocol.log import StatementItem, entry_item
from duolog.protocol.messages import Attachment, Document, Message
from duolog.protocol.roster_statements import Close
from duolog.protocol.statements import Signature, SignedStatement
from duolog.seal.entries import readers_of, seal_entry
from tests.app.attachments.files import send_bare
from tests.client.couple import UNLOCK, Clock, Tampered, couple, register

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def note_of(text: str) -> dict[str, str]:
    return {"text": text}


async def texts(person: Duolog, journal: bytes) -> list[str]:
    return [item.body["text"] for item in await person.timeline(journal) if item.body is not None]


async def crafted(person: Duolog, journal: bytes, **changes: Any) -> None:
    """An entry that this person's own client would never write: its message or header changed."""
    context = person._context
    roster = context.standing(journal).require_open()
    seen = newest_receipt(context.store, journal)
    assert seen is not None
    message = Message(Document("note", 1, 1, note_of("crafted")), seen, changes.pop("follows", None))
    attachments = changes.pop("attachments", ())
    if changes.pop("carries", False):
        message = Message(message.document, seen, None, (), (Attachment(bytes(16), bytes(32), bytes(32), 1, "a/b"),))
    network: Any = context.network.transport
    for attachment in attachments:
        await send_bare(network._client, network._token, journal, attachment)
    header = Header(journal, changes.pop("entry", bytes(15) + b"\x01"), roster.epoch, person.account, 1, attachments)
    key = context.epochs(journal)[roster.epoch]
    assert key is not None
    data = message.encode()
    blob = seal_entry(header, data, key, context.identity.secret, readers_of(roster, context.chains))
    await context.network.call(Transport.push, journal, [Placed(0, entry_item(header.encode(), blob))])


async def test_what_was_written_offline_is_delivered_once_and_in_order(app: FastAPI, tmp_path: Path) -> None:
    async with couple(app, tmp_path) as two:
        network: Any = two.sam._context.network.transport
        real = network._client._transport
        network._client._transport = _Dead()
        for number in range(3):
            written = await two.sam.write(two.journal, "note", note_of(f"note {number}"))
            assert not written.delivered
            assert isinstance(written.problem, TransportError)
        assert (await two.sam.journal(two.journal)).waiting == 3
        network._client._transport = real
        report = await two.sam.sync()
        assert report.delivered == 3
        await two.sam.sync()
        await two.ada.sync()
        assert await texts(two.ada, two.journal) == ["note 0", "note 1", "note 2"]
        assert (await two.sam.journal(two.journal)).waiting == 0


async def test_an_answer_lost_after_acceptance_does_not_double_an_entry(app: FastAPI) -> None:
    async with couple(app) as two:
        sam = _tamper(two.sam, app)

        def lose(answer: Any) -> Any:
            raise TransportError("the line went dead after the server had taken it")

        sam.changes["push"] = lose
        assert not (await two.sam.write(two.journal, "note", note_of("once"))).delivered
        sam.changes.clear()
        await two.sam.sync()
        await two.ada.sync()
        assert await texts(two.ada, two.journal) == ["once"]
        assert await texts(two.sam, two.journal) == ["once"]


async def test_what_waits_and_what_was_verified_survive_a_crash(app: FastAPI, tmp_path: Path) -> None:
    person, network, _ = await register(app, tmp_path / "ada")
    journal = await person.create_journal()
    network.changes["push"] = _raise(TransportError("away"))
    await person.write(journal, "note", note_of("kept"))
    # No close: the process is gone, its lock with it.
    import os

    os.close(person._context.home._lock or 0)
    async with await Duolog.open(home=tmp_path / "ada", unlock=UNLOCK, server=Tampered(app)) as again:
        assert [item.seq for item in await again.timeline(journal)] == [None]
        await again.sync()
        assert await texts(again, journal) == ["kept"]
        stored = b"".join(path.read_bytes() for path in (tmp_path / "ada").iterdir())
        assert b"kept" not in stored


async def test_a_second_program_on_one_home_gets_a_sentence(app: FastAPI, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("duolog.client.home.folder.WAIT", 0.1)
    person, _, _ = await register(app, tmp_path / "ada")
    with pytest.raises(HomeError, match="Another program"):
        await Duolog.open(home=tmp_path / "ada", unlock=UNLOCK, server=Tampered(app))
    await person.close()


async def test_a_stale_epoch_is_rotated_by_the_next_writer(app: FastAPI) -> None:
    async with couple(app) as two:
        context = two.ada._context
        from duolog.client.log.settle import push_statement
        from duolog.client.log.statements import make_bad_grant

        roster = context.standing(two.journal).require_open()
        await push_statement(context, two.journal, make_bad_grant(context, roster))
        assert (await two.sam.write(two.journal, "note", note_of("under a new key"))).delivered
        await two.ada.sync()
        assert await texts(two.ada, two.journal) == ["under a new key"]
        after = load_log(context.store, two.journal).roster
        assert after is not None
        assert (after.epoch, after.stale) == (roster.epoch + 1, False)


async def test_a_server_behind_the_mark_is_caught_after_a_restart(app: FastAPI, tmp_path: Path) -> None:
    person, _, _ = await register(app, tmp_path / "ada")
    journal = await person.create_journal()
    await person.write(journal, "note", note_of("seen"))
    await person.close()
    network = Tampered(app)
    async with await Duolog.open(home=tmp_path / "ada", unlock=UNLOCK, server=network) as again:
        network.changes["journals"] = _listing(journal, 1)
        with pytest.raises(Rollback):
            await again.sync()
        network.changes.clear()
        assert (await again.journal(journal)).frozen
        with pytest.raises(JournalFrozen):
            await again.write(journal, "note", note_of("more"))
        assert await texts(again, journal) == ["seen"]


async def test_a_page_behind_the_mark_and_a_page_that_is_kept_back_are_caught(app: FastAPI) -> None:
    person, network, _ = await register(app)
    journal = await person.create_journal()
    network.changes["journals"] = _listing(journal, 9)
    network.changes["pull"] = lambda page: PulledPage((), 9)
    with pytest.raises(Withheld), anyio.fail_after(20):
        await person.sync()
    network.changes["pull"] = lambda page: PulledPage((), 0)
    person._context.store.write("UPDATE journal SET frozen = NULL")
    with pytest.raises(Rollback) as caught:
        await person.sync()
    assert caught.value.check == "client.rollback"


async def test_a_server_that_hides_a_journal_is_caught(app: FastAPI) -> None:
    person, network, _ = await register(app)
    journal = await person.create_journal()
    network.changes["journals"] = lambda page: page.model_copy(
        update={"journals": [item for item in page.journals if item.journal != journal]}
    )
    with pytest.raises(Withheld) as caught:
        await person.sync()
    assert caught.value.check == "client.hidden_journal"


async def test_a_head_that_another_own_device_noted_must_be_there(app: FastAPI) -> None:
    person, _, _ = await register(app)
    journal = await person.create_journal()
    await note(person._context, "noted_head", NotedHead(journal=journal, seq=1, head=bytes(32)))
    with pytest.raises(Rollback) as caught:
        await person.sync()
    assert caught.value.check == "client.noted_head"


async def test_what_another_own_device_has_seen_is_fetched_or_missed_and_nothing_freezes(app: FastAPI) -> None:
    """It may have noted a head between this home's poll and its look at the account journal: that is nobody's fault."""
    person, _, _ = await register(app)
    journal = await person.create_journal()
    await note(person._context, "noted_head", NotedHead(journal=journal, seq=2, head=bytes(32)))
    with pytest.raises(Withheld) as caught:
        await person.sync()
    assert caught.value.check == "client.noted_ahead"
    assert (await person.journal(journal)).frozen is None


@pytest.mark.parametrize(
    ("check", "change"),
    [
        ("client.places", lambda pushed: pushed.model_copy(update={"places": []})),
        (
            "client.place_digest",
            lambda p: p.model_copy(update={"places": [p.places[0].model_copy(update={"digest": bytes(32)})]}),
        ),
        (
            "receipts.signature",
            lambda p: p.model_copy(update={"receipt": p.receipt.model_copy(update={"signature": bytes(64)})}),
        ),
    ],
)
async def test_a_false_promise_for_a_push_freezes_the_journal(app: FastAPI, check: str, change: Any) -> None:
    person, network, _ = await register(app)
    journal = await person.create_journal()
    network.changes["push"] = change
    with pytest.raises(VerificationError) as caught:
        await person.write(journal, "note", note_of("promised"))
    assert caught.value.check == check
    assert (await person.journal(journal)).frozen


async def test_an_accepted_entry_must_come_back(app: FastAPI) -> None:
    person, _, _ = await register(app)
    journal = await person.create_journal()
    store = person._context.store
    store.write("INSERT INTO acknowledged VALUES (?, 2, ?)", journal, bytes(32))
    with pytest.raises(Rollback) as caught:
        await person.write(journal, "note", note_of("another in its place"))
    assert caught.value.check == "client.acknowledged"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"follows": bytes(16)}, "follows one of its author"),
        ({"attachments": (bytes(16),)}, "other attachments"),
        ({"carries": True}, "other attachments"),
    ],
)
async def test_an_author_who_breaks_the_form_is_quarantined_alone(
    app: FastAPI, changes: dict[str, Any], sentence: str
) -> None:
    async with couple(app) as two:
        await crafted(two.sam, two.journal, **changes)
        await two.ada.sync()
        [entry] = await two.ada.timeline(two.journal)
        assert sentence in (entry.unreadable or "")
        assert (await two.ada.journal(two.journal)).frozen is None
        assert (await two.ada.write(two.journal, "note", note_of("it goes on"))).delivered
        await two.sam.sync()
        refused = [item for item in await two.sam.timeline(two.journal) if item.not_delivered_to]
        assert [item.not_delivered_to for item in refused] in ([], [(two.ada.account,)])


async def test_a_closed_or_foreign_journal_is_not_written(app: FastAPI) -> None:
    async with couple(app) as two:
        stranger, _, _ = await register(app)
        state = load_log(two.ada._context.store, two.journal)
        await stranger.sync()
        save_log(stranger._context.store, state)
        with pytest.raises(NotAllowed, match="not write"):
            await stranger.write(two.journal, "note", note_of("mine"))
        close = Close(two.journal, two.sam.account, 1, bytes(32), bytes(32)).encode()
        signature = Signature(two.sam.account, two.sam._context.identity.secret.sign(close))
        item = Placed(0, StatementItem(SignedStatement(close, (signature,))))
        await two.sam._context.network.call(Transport.push, two.journal, [item])
        await two.ada.sync()
        with pytest.raises(NotAllowed, match="This journal is closed"):
            await two.ada.write(two.journal, "note", note_of("too late"))


async def test_a_frozen_journal_is_read_and_not_written(app: FastAPI) -> None:
    person, _, _ = await register(app, clock=Clock())
    journal = await person.create_journal()
    await person.write(journal, "note", note_of("before"))
    freeze(person._context.store, journal, "the server was caught")
    with pytest.raises(JournalFrozen, match="caught"):
        await person.write(journal, "note", note_of("after"))
    assert await texts(person, journal) == ["before"]
    assert journal in (await person.sync()).frozen


async def test_heads_are_noted_once_a_day(app: FastAPI) -> None:
    clock = Clock()
    person, _, _ = await register(app, clock=clock)
    journal = await person.create_journal()
    await person.sync()
    assert (await person.account_state()).heads == {}
    clock.now += 86_400
    await person.sync()
    assert journal in (await person.account_state()).heads


class _Dead:
    async def handle_async_request(self, request: Any) -> Any:
        raise OSError("no network")

    async def aclose(self) -> None:
        return None


def _raise(error: Exception) -> Any:
    def change(_: Any) -> Any:
        raise error

    return change


def _listing(journal: bytes, seq: int) -> Any:
    def change(page: Any) -> Any:
        items = [item.model_copy(update={"seq": seq}) if item.journal == journal else item for item in page.journals]
        return page.model_copy(update={"journals": items})

    return change


def _tamper(person: Duolog, app: FastAPI) -> Tampered:
    network = Tampered(app)
    sealed = person._context.store.get("session")
    network.use_session(person._context.home.open("session", typed(bytes, sealed))[:32])
    person._context.network.transport = network
    return network


async def test_a_long_journal_is_opened_from_its_snapshot_and_the_rest_of_the_log(app: FastAPI, tmp_path: Path) -> None:
    person, network, _ = await register(app, tmp_path / "ada")
    journal = await person.create_journal()
    network.changes["push"] = _raise(TransportError("away"))
    for number in range(70):
        await person.write(journal, "note", note_of(str(number)))
    network.changes.clear()
    await person.sync()
    await person.write(journal, "note", note_of("70"))
    await person.close()
    async with await Duolog.open(home=tmp_path / "ada", unlock=UNLOCK, server=Tampered(app)) as again:
        assert await texts(again, journal) == [str(number) for number in range(71)]
        assert [item.applied.document.body["text"] for item in (await again.state(journal)).timeline][-1] == "70"
        again._context.store.write("UPDATE snapshot SET sealed = x'00'")
        again._context.states.clear()
        assert len((await again.state(journal)).timeline) == 71


async def test_a_kind_that_was_unknown_before_an_update_is_shown_after_it(
    app: FastAPI, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A snapshot of before says what its maker knew; it is made anew, and at once replaced."""
    person, _, _ = await register(app, tmp_path / "ada")
    journal = await person.create_journal()
    await person.write(journal, "profile", {"display_name": "Ada"})
    await person.close()
    older = {name: kind for name, kind in KINDS.items() if name != "profile"}
    monkeypatch.setattr(journal_module, "KINDS", older)
    async with await Duolog.open(home=tmp_path / "ada", unlock=UNLOCK, server=Tampered(app)) as before:
        before._context.store.write("DELETE FROM snapshot")
        assert (await before.state(journal)).profiles == {}
    monkeypatch.setattr(journal_module, "KINDS", KINDS)
    async with await Duolog.open(home=tmp_path / "ada", unlock=UNLOCK, server=Tampered(app)) as updated:
        assert [item.display_name for item in (await updated.state(journal)).profiles.values()] == ["Ada"]
        sealed = updated._context.store.row("SELECT sealed FROM snapshot WHERE journal = ?", journal)
        assert sealed is not None
        assert parse_state(updated._context.home.open("snapshot", typed(bytes, sealed[0]))).profiles


async def test_a_journal_whose_making_was_cut_off_is_noted_for_the_other_devices(app: FastAPI) -> None:
    ada, network, _ = await register(app)
    async with ada:

        def cut(_: Any) -> Any:
            raise TransportError("the line went dead")

        network.changes["create_journal"] = cut
        with pytest.raises(TransportError):
            await ada.create_journal()
        network.changes.clear()
        await ada.sync()
        [view] = await ada.journals()
        assert list((await ada.account_state()).journals) == [view.id]


async def test_heads_are_noted_once_a_day_in_one_push_and_only_where_something_is_new(app: FastAPI) -> None:
    clock = Clock()
    ada, network, _ = await register(app, clock=clock)
    async with ada:
        journals = [await ada.create_journal() for _ in range(3)]
        own, pushes = ada._context.identity.account_journal, []

        def counted(answer: Any) -> Any:
            pushes.append(answer)
            return answer

        await ada.sync()
        network.changes["push"] = counted
        clock.now += 24 * 3600
        await ada.sync()
        assert len(pushes) == 1
        assert (await ada.account_state()).heads.keys() == set(journals)
        seq = load_log(ada._context.store, own).seq
        clock.now += 24 * 3600
        await ada.sync()
        assert load_log(ada._context.store, own).seq == seq
        await ada.write(journals[0], "note", note_of("something new"))
        clock.now += 24 * 3600
        await ada.sync()
        assert load_log(ada._context.store, own).seq == seq + 1


async def test_a_home_that_stored_an_impossible_time_goes_on(app: FastAPI) -> None:
    """From before times were bounded: an honest server doesn't run backwards behind it, and nothing names it again."""
    async with couple(app) as two:
        await two.ada.write(two.journal, "note", note_of("taken at an impossible time"))
        await two.sam.sync()
        store, time = two.ada._context.store, 2**62
        store.write("UPDATE journal SET time = ? WHERE id = ?", time, two.journal)
        seq, receipt = store.rows("SELECT seq, receipt FROM receipt WHERE journal = ? ORDER BY seq", two.journal)[-1]
        assert isinstance(receipt, bytes)
        spoilt = receipt[:40] + time.to_bytes(8, "big") + receipt[48:]
        store.write("UPDATE receipt SET receipt = ? WHERE journal = ? AND seq = ?", spoilt, two.journal, seq)
        assert (await two.ada.write(two.journal, "note", note_of("healed"))).delivered
        assert (await two.ada.sync()).clock_apart == 0
        await two.sam.sync()
        assert [item.unreadable for item in await two.sam.timeline(two.journal) if item.unreadable] == []
        assert (await two.ada.journal(two.journal)).frozen is None
