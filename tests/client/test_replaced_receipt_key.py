"""The operator replaces the server's receipt key: a line more in its file, and a restart. Nobody notices, nor loses."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.receipts.service import add_receipt_key
from app.settings import Settings
from duolog.client import Duolog
from duolog.client.export.verify_export import verify_export
from duolog.client.home.receipt_keys import EarlierKey, load_earlier
from duolog.errors import NotAllowed
from tests.client.couple import UNLOCK, Clock, pair
from tests.client.devices import enroll
from tests.client.old_backups import Machine, machine_of
from tests.client.servers import ELSEWHERE, Servers, other_settings
from tests.conftest import ORIGIN, running


@dataclass
class Evening:
    """Ada and Sam on a server whose key can be replaced, with Ada's words."""

    machine: Machine
    ada: Duolog
    sam: Duolog
    journal: bytes
    words: str

    async def replace_key(self) -> None:
        await self.machine.stop()
        add_receipt_key(self.machine.settings.receipt_key_path)
        await self.machine.start()

    async def note(self, person: Duolog, text: str) -> bytes:
        written = await person.write(self.journal, "note", {"text": text})
        assert written.delivered, written.problem
        return written.entry

    def keys(self) -> list[bytes]:
        return [item.key for item in self.machine.state.receipts.keys]


async def texts(person: Duolog, journal: bytes) -> list[str]:
    timeline = await person.timeline(journal)
    assert [item.unreadable for item in timeline if item.unreadable is not None] == []
    return [item.body["text"] for item in timeline if item.kind == "note" and item.body is not None]


@pytest.fixture
async def evening(request: pytest.FixtureRequest, settings: Settings, tmp_path: Path) -> AsyncIterator[Evening]:
    machine = machine_of(request, settings, Clock(), tmp_path)
    await machine.start()
    ada, words = await machine.register(tmp_path / "ada")
    sam, _ = await machine.register()
    evening = Evening(machine, ada, sam, await pair(ada, sam), words)
    await evening.note(ada, "first")
    await sam.sync()
    yield evening
    await ada.close()
    await sam.close()
    await machine.stop()


async def test_both_write_and_read_on(evening: Evening) -> None:
    """Also what one of them hasn't seen yet, which the old key signed; and the same when that happens again."""
    await evening.note(evening.ada, "second")
    await evening.replace_key()
    await evening.note(evening.ada, "third")
    await evening.note(evening.ada, "fourth")
    await evening.sam.sync()
    await evening.note(evening.sam, "fifth")
    await evening.replace_key()
    await evening.replace_key()
    await evening.note(evening.sam, "sixth")
    await evening.ada.sync()
    for person in (evening.ada, evening.sam):
        assert await texts(person, evening.journal) == ["first", "second", "third", "fourth", "fifth", "sixth"]
        assert (await person.journal(evening.journal)).frozen is None
    assert evening.machine.faults() == 0


async def test_every_home_knows_which_key_signed_which_stretch(evening: Evening) -> None:
    await evening.note(evening.ada, "second")
    [old] = evening.keys()
    await evening.replace_key()
    await evening.note(evening.ada, "third")
    for person in (evening.ada, evening.sam):
        await person.sync()
        seq = (await person.timeline(evening.journal))[-2].seq
        assert load_earlier(person._context.store, evening.journal) == (EarlierKey(seq or 0, ORIGIN, old),)


async def test_a_home_that_comes_after_it_reads_everything(evening: Evening) -> None:
    await evening.replace_key()
    await evening.note(evening.sam, "second")
    restored = await Duolog.restore(evening.machine.line(), evening.words, home=None, unlock=UNLOCK)
    async with restored as again:
        await again.sync()
        assert await texts(again, evening.journal) == ["first", "second"]
        assert load_earlier(again._context.store, evening.journal) == load_earlier(
            evening.sam._context.store, evening.journal
        )


async def test_a_new_device_is_confirmed_by_an_old_one_that_has_not_synced_since(evening: Evening) -> None:
    await evening.replace_key()
    app = evening.machine.app
    assert app is not None
    phone, _ = await enroll(app, evening.ada)
    async with phone:
        await evening.note(phone, "from the new phone")
        await evening.ada.sync()
        assert (await texts(evening.ada, evening.journal))[-1] == "from the new phone"


async def test_an_invitation_from_before_is_accepted_after_it_and_one_from_after_by_an_older_home(
    evening: Evening,
) -> None:
    second = await evening.ada.create_journal()
    link = (await evening.ada.invite(second)).link
    await evening.replace_key()
    await evening.sam.join(link)
    third = await evening.sam.create_journal()
    await evening.replace_key()
    await evening.sam.sync()
    await evening.ada.join((await evening.sam.invite(third)).link)
    for person in (evening.ada, evening.sam) * 2:
        assert (await person.sync()).problems == ()
    for journal in (second, third):
        await evening.ada.write(journal, "note", {"text": "read by both"})
        await evening.sam.sync()
        assert await texts(evening.sam, journal) == ["read by both"]


async def test_a_text_from_before_can_not_be_withdrawn_after_it(evening: Evening) -> None:
    """As after a move: a change of keys is the one thing that all homes see, so that all decide alike."""
    entry = await evening.note(evening.ada, "second")
    await evening.replace_key()
    await evening.note(evening.ada, "third")
    with pytest.raises(NotAllowed):
        await evening.ada.leaving(evening.journal).withdraw(entry)


async def test_an_export_verifies_across_it(evening: Evening, tmp_path: Path) -> None:
    await evening.replace_key()
    await evening.note(evening.ada, "second")
    await evening.ada.export(tmp_path / "export")
    with (tmp_path / "export").open("rb") as file:
        proven = verify_export(file)
    assert set(proven.receipt_keys) >= set(evening.keys())


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_journal_moves_on_with_both_stretches(
    evening: Evening, request: pytest.FixtureRequest, settings: Settings, tmp_path: Path
) -> None:
    """The follower has seen less than the mover, and nothing of the new key."""
    await evening.note(evening.ada, "second")
    await evening.replace_key()
    await evening.note(evening.ada, "third")
    async with running(other_settings(request, settings, tmp_path, ELSEWHERE)) as other:
        app = evening.machine.app
        assert app is not None
        servers = Servers({ORIGIN: app, ELSEWHERE: other})
        for person in (evening.ada, evening.sam):
            servers.know(person)
        await evening.ada.moving.to(ELSEWHERE)
        await evening.sam.moving.follow(ELSEWHERE)
        await evening.note(evening.sam, "at the new server")
        await evening.ada.sync()
        restored = await servers.restore(evening.words, ELSEWHERE)
        async with restored as again:
            await again.sync()
            for person in (evening.ada, evening.sam, again):
                assert await texts(person, evening.journal) == ["first", "second", "third", "at the new server"]


async def test_a_server_that_goes_back_behind_it_is_brought_forward(evening: Evening) -> None:
    await evening.machine.back_up("monday")
    await evening.note(evening.ada, "second")
    await evening.replace_key()
    await evening.note(evening.ada, "third")
    await evening.sam.sync()
    evening.machine.clock.now += 24 * 3600
    await evening.machine.put_back("monday")
    for person in (evening.ada, evening.sam, evening.ada, evening.sam):
        await person.sync()
    await evening.note(evening.sam, "fourth")
    await evening.ada.sync()
    for person in (evening.ada, evening.sam):
        assert await texts(person, evening.journal) == ["first", "second", "third", "fourth"]
    assert evening.machine.faults() == 0
