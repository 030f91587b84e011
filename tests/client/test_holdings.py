"""Withdrawing, keeping, erasing: who still has the text, who is told what, and that the bytes are gone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import Mock

import pytest
from fastapi import FastAPI

from app.settings import Settings
from duolog.api.pages import ENTRY
from duolog.client import Duolog, TimelineEntry
from duolog.client.account.rotating import Wanted, rotate
from duolog.client.log.folding import journal_state
from duolog.errors import NotAllowed, TransportError
from tests.client.couple import UNLOCK, Clock, pair, transport
from tests.conftest import running

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
TEXT = "Something said in anger."


@dataclass
class Two:
    """Ada and Sam with homes on disk, on a clock that a test sets, and a note of Ada's that both have read."""

    app: FastAPI
    ada: Duolog
    sam: Duolog
    journal: bytes
    clock: Clock
    words: tuple[str, ...]
    his_words: tuple[str, ...]
    folder: Path
    entry: bytes

    async def seen(self, person: Duolog, entry: bytes) -> TimelineEntry:
        await person.sync()
        return next(item for item in await person.timeline(self.journal) if item.entry == entry)

    def blob(self, person: Duolog, entry: bytes) -> bytes | None:
        """The sealed bytes in somebody's home, without their nonce."""
        row = person._context.store.row("SELECT frame FROM item WHERE entry = ?", entry)
        assert row is not None
        assert isinstance(row[0], bytes)
        return row[0][-200:] if row[0][4] == ENTRY else None

    def on_disk(self, name: str, data: bytes) -> bool:
        return any(data in path.read_bytes() for path in (self.folder / name).iterdir())


@pytest.fixture
async def two(settings: Settings, tmp_path: Path) -> AsyncIterator[Two]:
    clock, folder = Clock(), tmp_path / "homes"
    async with running(settings, clock) as app:
        hers = await Duolog.register(transport(app), home=folder / "ada", unlock=UNLOCK, clock=clock)
        his = await Duolog.register(transport(app), home=folder / "sam", unlock=UNLOCK, clock=clock)
        async with hers.duolog as ada, his.duolog as sam:
            journal = await pair(ada, sam)
            written = await ada.write(journal, "note", {"text": TEXT})
            await sam.sync()
            yield Two(app, ada, sam, journal, clock, tuple(hers.words), tuple(his.words), folder, written.entry)


async def test_a_withdrawn_text_is_gone_from_both_homes_and_says_whose_doing_it_was(two: Two) -> None:
    blob = two.blob(two.sam, two.entry)
    assert blob is not None
    assert two.on_disk("sam", blob)
    assert (await two.ada.leaving(two.journal).withdraw(two.entry)).delivered
    for person, sentence in ((two.ada, "You withdrew this."), (two.sam, "Its author withdrew this.")):
        shown = await two.seen(person, two.entry)
        assert (shown.body, shown.text, shown.unreadable) == (None, None, None)
        assert shown.hidden == sentence
        assert two.blob(person, two.entry) is None
    for name in ("ada", "sam"):
        assert not two.on_disk(name, blob)
    with pytest.raises(NotAllowed):
        await two.ada.leaving(two.journal).withdraw(two.entry)


async def test_who_had_kept_it_keeps_it_and_nobody_is_told(two: Two) -> None:
    await two.sam.leaving(two.journal).keep(two.entry)
    written = await two.ada.leaving(two.journal).withdraw(two.entry)
    assert written.delivered
    shown = await two.seen(two.sam, two.entry)
    assert shown.body == {"text": TEXT}
    assert shown.hidden == "Its author withdrew this. You had kept it."
    assert (await two.seen(two.ada, two.entry)).hidden == "You withdrew this."


async def test_only_an_own_text_of_the_last_day_is_withdrawn(two: Two) -> None:
    with pytest.raises(NotAllowed, match="Only who wrote"):
        await two.sam.leaving(two.journal).withdraw(two.entry)
    step = await two.ada.boundaries(two.journal).propose({"topic": "time", "text": "Sundays.", "binds": "both"})
    with pytest.raises(NotAllowed, match="a step"):
        await two.ada.leaving(two.journal).withdraw(step.entry)
    await two.sam.sync()
    with pytest.raises(NotAllowed, match="a step"):
        await two.sam.leaving(two.journal).erase(step.entry)
    with pytest.raises(NotAllowed, match="no such"):
        await two.ada.leaving(two.journal).withdraw(bytes(16))
    two.clock.now += 24 * 3600 + 1
    with pytest.raises(NotAllowed, match="more than a day ago"):
        await two.ada.leaving(two.journal).withdraw(two.entry)


async def test_a_withdrawal_that_waits_goes_out_behind_the_rotation_of_its_journal(
    two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(two.ada._context.network.transport, "_call", away)
        assert not (await two.ada.leaving(two.journal).withdraw(two.entry)).delivered
    await rotate(two.ada._context, Wanted())  # the journal's roster names older keys of hers now
    report = await two.ada.sync()
    assert (report.delivered, report.problems) == (1, ())
    assert (await two.seen(two.sam, two.entry)).hidden == "Its author withdrew this."


async def test_a_withdrawal_waits_in_its_place_until_the_server_can_be_reached(
    two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(two.ada._context.network.transport, "_call", away)
        assert not (await two.ada.write(two.journal, "note", {"text": "before"})).delivered
        assert not (await two.ada.leaving(two.journal).withdraw(two.entry)).delivered
        assert not (await two.ada.write(two.journal, "note", {"text": "behind"})).delivered
    await two.ada.sync()
    assert (await two.ada.journal(two.journal)).waiting == 0
    assert (await two.seen(two.sam, two.entry)).hidden == "Its author withdrew this."
    kinds = [item.kind for item in await two.sam.timeline(two.journal)][-3:]
    assert kinds == ["note", "withdrawn", "note"]


async def test_what_was_written_behind_a_withdrawal_that_came_too_late_is_sent(
    two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says that it follows what came before: the withdrawal will never be there."""
    with monkeypatch.context() as patch:
        patch.setattr(two.ada._context.network.transport, "_call", away)
        for text in ("before", "behind", "last"):
            assert not (await two.ada.write(two.journal, "note", {"text": text})).delivered
            if text == "before":
                assert not (await two.ada.leaving(two.journal).withdraw(two.entry)).delivered
    two.clock.now += 24 * 3600 + 1
    for _ in range(2):
        await two.ada.sync()
    assert (await two.ada.journal(two.journal)).waiting == 0
    await two.sam.sync()
    for person in (two.ada, two.sam):
        shown = await person.timeline(two.journal)
        assert [item.unreadable for item in shown] == [None] * 4
        assert [item.body and item.body["text"] for item in shown] == [TEXT, "before", "behind", "last"]


async def test_what_is_erased_is_gone_for_me_on_every_device_and_stays_with_the_other(two: Two) -> None:
    blob = two.blob(two.ada, two.entry)
    assert blob is not None
    other = await Duolog.restore(transport(two.app), two.words, home=None, unlock=UNLOCK, clock=two.clock)
    async with other:
        await other.sync()
        await two.ada.leaving(two.journal).erase(two.entry)
        assert (await two.seen(two.ada, two.entry)).hidden == "You have erased this for yourself."
        assert not two.on_disk("ada", blob)
        assert (await two.seen(other, two.entry)).hidden == "You have erased this for yourself."
        assert two.blob(other, two.entry) is None
    shown = await two.seen(two.sam, two.entry)
    assert (shown.body, shown.hidden) == ({"text": TEXT}, None)


async def test_a_journal_in_which_nothing_was_taken_back_since_is_not_read_again(
    two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A long one takes a while, and every sync would wait for it."""
    await two.sam.sync()
    read = Mock(wraps=journal_state)
    monkeypatch.setattr("duolog.client.leaving.withdraw_keep_erase.journal_state", read)
    await two.sam.sync()
    read.assert_not_called()
    await two.ada.leaving(two.journal).withdraw(two.entry)
    read.reset_mock()
    await two.sam.sync()
    read.assert_called_once()
    assert two.blob(two.sam, two.entry) is None


class Killed(BaseException):
    """The program is gone."""


@pytest.mark.parametrize("when", ["away", "before the note"])
@pytest.mark.parametrize("act", ["keep", "erase"])
async def test_what_was_cut_off_is_finished_by_a_sync(
    two: Two, monkeypatch: pytest.MonkeyPatch, act: str, when: str
) -> None:
    """Or another own device would take what I erased for what the host removed, and let go of what I keep."""

    def killed(*_: object) -> None:
        raise Killed

    await two.sam.sync()
    step = getattr(two.sam.leaving(two.journal), act)
    with monkeypatch.context() as patch:
        if when == "away":
            patch.setattr(two.sam._context.network.transport, "hold", away)
        else:
            patch.setattr("duolog.client.leaving.withdraw_keep_erase.put_note", killed)
        with pytest.raises((Killed, TransportError), match="next sync" if when == "away" else None):
            await step(two.entry)
    await two.sam.sync()
    await two.ada.leaving(two.journal).withdraw(two.entry)
    other = await Duolog.restore(transport(two.app), two.his_words, home=None, unlock=UNLOCK, clock=two.clock)
    async with other:
        for person in (two.sam, other):
            shown = await two.seen(person, two.entry)
            kept = {"keep": {"text": TEXT}, "erase": None}[act]
            assert shown.body == kept
            assert shown.unreadable is None
            assert (shown.hidden == "You have erased this for yourself.") == (act == "erase")
    own = await two.sam.account_state()
    noted = {"keep": own.kept, "erase": own.erased}[act]
    assert two.entry in noted[two.journal]


async def away(*_: object, **__: object) -> bytes:
    raise TransportError("The server can't be reached.")
