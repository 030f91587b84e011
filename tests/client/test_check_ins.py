"""Check-ins: both answers open together or the other's stays sealed, on every device and with any partner."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from app.settings import Settings
from duolog.client import Duolog
from duolog.client.home.item_rows import save_fault
from duolog.client.home.snapshot_rows import forget_snapshot
from duolog.client.journals import answering
from duolog.client.journals.filters import TimelineFilter
from duolog.client.log import outbox
from duolog.client.log.folding import journal_state
from duolog.documents.kinds.check_in import KIND, CheckIn, CommitAnswer
from duolog.errors import NotAllowed, TransportError
from duolog.protocol.codec import encode_b64
from tests.client.couple import UNLOCK, Clock, Tampered, pair, transport
from tests.client.devices import enroll
from tests.conftest import running

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

DAY = 24 * 3600
HERS, HIS = {"need": "One phone-free evening."}, {"struggle": "I dread Sundays."}


@dataclass
class Week:
    """Ada and Sam on a clock that a test sets."""

    app: FastAPI
    ada: Duolog
    sam: Duolog
    journal: bytes
    clock: Clock
    words: tuple[str, ...]

    async def begun(self) -> bytes:
        """Ada begins with her answer, and Sam has it; the check-in's id."""
        written = await self.ada.check_ins(self.journal).begin("week", HERS)
        assert written.delivered
        await self.sam.sync()
        return written.entry

    async def shown(self, person: Duolog, check_in: bytes) -> list[str]:
        """Each answer as this person sees it: hers, then his."""
        views = {one.account: one for one in await person.check_ins(self.journal).answers(check_in)}
        return [
            " ".join(views[one].lines[1:]) or str(views[one].problem) for one in (self.ada.account, self.sam.account)
        ]

    def thing(self, person: Duolog, check_in: bytes) -> CheckIn:
        found: CheckIn = journal_state(person._context, self.journal).part(KIND)[check_in]
        return found


OPEN = ["  What I need: One phone-free evening.", "  What is hard for me: I dread Sundays."]
CLOSED = "It is not open."


@pytest.fixture
async def week(settings: Settings) -> AsyncIterator[Week]:
    clock = Clock()
    async with running(settings, clock) as app:
        hers = await Duolog.register(transport(app), home=None, unlock=UNLOCK, clock=clock)
        his = await Duolog.register(transport(app), home=None, unlock=UNLOCK, clock=clock)
        async with hers.duolog as ada, his.duolog as sam:
            yield Week(app, ada, sam, await pair(ada, sam), clock, tuple(hers.words))


async def away(*_: Any) -> Any:
    raise TransportError("The server is away.")


async def test_both_answers_open_together(week: Week) -> None:
    check_in = await week.begun()
    assert await week.shown(week.ada, check_in) == [OPEN[0], CLOSED]
    assert await week.shown(week.sam, check_in) == [CLOSED, CLOSED]
    await week.sam.check_ins(week.journal).answer(check_in, HIS)
    assert await week.shown(week.sam, check_in) == [CLOSED, OPEN[1]]  # she has not been here since
    await week.ada.sync()
    await week.sam.sync()
    for person in (week.ada, week.sam):
        assert await week.shown(person, check_in) == OPEN
        assert week.thing(person, check_in).standing == "opened"
    with pytest.raises(NotAllowed, match="answered already"):
        await week.sam.check_ins(week.journal).answer(check_in, HERS)


async def test_an_answer_that_nobody_joined_passes_unopened(week: Week) -> None:
    check_in = await week.begun()
    week.clock.now += 8 * DAY
    for person in (week.ada, week.sam):
        await person.sync()
        assert "passed unopened" in (await person.check_ins(week.journal).show(check_in)).text
    assert await week.shown(week.sam, check_in) == [CLOSED, CLOSED]
    assert week.thing(week.sam, check_in).of("keys", week.ada.account) is None
    assert (await week.ada.check_ins(week.journal).begin("week", HERS)).delivered


async def test_a_key_that_is_withheld_is_shown_as_not_revealed(week: Week, monkeypatch: pytest.MonkeyPatch) -> None:
    check_in = await week.begun()
    with monkeypatch.context() as patch:
        patch.setattr(answering, "may_reveal", lambda *_: False)
        await week.sam.check_ins(week.journal).answer(check_in, HIS)
    await week.ada.sync()
    shown = await week.ada.check_ins(week.journal).show(check_in)
    assert "answer is not revealed" in shown.text
    assert await week.shown(week.ada, check_in) == [OPEN[0], CLOSED]


async def test_a_changed_answer_fails_its_commitment(week: Week, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sam has another secret than the one that he committed to."""
    check_in = await week.begun()
    with monkeypatch.context() as patch:
        patch.setattr(answering, "may_reveal", lambda *_: False)
        await week.sam.check_ins(week.journal).answer(check_in, HIS)
    await week.ada.sync()
    with monkeypatch.context() as patch:
        patch.setattr(outbox, "require_allowed", lambda *_: None)
        named = answering._named(week.thing(week.sam, check_in)).encode_json()
        body = {"step": "reveal", "answers": named, "k": encode_b64(bytes(32))}
        await week.sam.write(week.journal, "check_in", body)
    await week.ada.sync()
    assert "does not fit" in str((await week.ada.timeline(week.journal))[-1].without_effect)
    assert await week.shown(week.ada, check_in) == [OPEN[0], CLOSED]


async def test_a_copied_commit_is_not_opened_by_the_copied_key(week: Week, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sam commits to Ada's sealed answer as his own, and reveals with her key."""
    check_in = await week.begun()
    hers = week.thing(week.sam, check_in).of("commits", week.ada.account)
    assert hers is not None
    assert isinstance(hers.step, CommitAnswer)
    named = answering._named(week.thing(week.sam, check_in)).encode_json()
    copied = {"sealed": encode_b64(hers.step.sealed), "commitment": encode_b64(hers.step.commitment)}
    await week.sam.write(week.journal, "check_in", {"step": "commit", "answers": named, **copied})
    await week.ada.sync()
    await week.sam.sync()
    opening = week.thing(week.sam, check_in).opening(week.ada.account)
    assert opening is not None
    with monkeypatch.context() as patch:
        patch.setattr(outbox, "require_allowed", lambda *_: None)
        await week.sam.write(week.journal, "check_in", {"step": "reveal", "answers": named, "k": encode_b64(opening.k)})
    await week.ada.sync()
    assert "does not fit" in str((await week.ada.timeline(week.journal))[-1].without_effect)
    assert week.thing(week.ada, check_in).standing == "sealed"


async def test_another_own_device_reveals_what_the_first_committed_to(week: Week) -> None:
    check_in = await week.begun()
    phone, _ = await enroll(week.app, week.ada)
    async with phone:
        assert await week.shown(phone, check_in) == [OPEN[0], CLOSED]
        with pytest.raises(NotAllowed, match="answered already"):
            await phone.check_ins(week.journal).answer(check_in, HIS)
        await week.sam.check_ins(week.journal).answer(check_in, HIS)
        await phone.sync()
        await week.sam.sync()
        await phone.sync()
        assert await week.shown(phone, check_in) == OPEN
        assert await week.shown(week.sam, check_in) == OPEN
        await week.ada.sync()
        keys = [item for item in await week.ada.timeline(week.journal) if (item.body or {}).get("step") == "reveal"]
        assert len(keys) == 2


async def test_a_restored_home_reveals_from_the_account_journal(week: Week) -> None:
    check_in = await week.begun()
    await week.sam.check_ins(week.journal).answer(check_in, HIS)
    restored = await Duolog.restore(Tampered(week.app), week.words, home=None, unlock=UNLOCK, clock=week.clock)
    async with restored:
        await restored.sync()
        await week.sam.sync()
        await restored.sync()
        assert await week.shown(restored, check_in) == OPEN
        assert await week.shown(week.sam, check_in) == OPEN


async def test_of_two_that_begin_at_once_the_seconds_answer_is_sealed_anew_for_the_first(week: Week) -> None:
    changes: Any = week.sam._context.network.transport
    send = changes.push
    changes.push = away
    second = await week.sam.check_ins(week.journal).begin("week", HIS)
    assert not second.delivered
    first = await week.ada.check_ins(week.journal).begin("week", HERS)
    changes.push = send
    for _ in range(2):
        await week.sam.sync()
        await week.ada.sync()
    for person in (week.ada, week.sam):
        [only] = await person.check_ins(week.journal).list()
        assert only.entry == first.entry
        assert await week.shown(person, first.entry) == OPEN


async def test_a_commit_that_was_not_delivered_is_written_again_with_the_same_sealed_answer(
    week: Week, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_in = await week.begun()
    await week.sam.check_ins(week.journal).answer(check_in, HIS)
    before = week.thing(week.sam, check_in).of("commits", week.sam.account)
    assert before is not None
    await refuse_last(week, before.entry, monkeypatch)
    await week.sam.sync()
    after = week.thing(week.sam, check_in).of("commits", week.sam.account)
    assert after is not None
    assert isinstance(before.step, CommitAnswer)
    assert isinstance(after.step, CommitAnswer)
    assert after.entry != before.entry
    assert (after.step.sealed, after.step.commitment) == (before.step.sealed, before.step.commitment)


async def refuse_last(week: Week, entry: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ada's home fetches an entry that it can't open, and says so in her next message."""
    context = week.ada._context
    with monkeypatch.context() as patch:
        patch.setattr(answering, "_next_step", lambda *_: False)
        await week.ada.sync()
    item = journal_state(context, week.journal).find(entry)
    assert item is not None
    save_fault(context.store, week.journal, [item.applied.seq], "entries.open\nIt could not be opened.")
    forget_snapshot(context.store, week.journal)
    context.states.pop(week.journal, None)
    assert (await week.ada.write(week.journal, "note", {"text": "One of yours does not open here."})).delivered


async def test_after_a_day_past_its_time_a_key_is_published_only_by_its_owner(week: Week) -> None:
    check_in = await week.begun()
    await week.sam.check_ins(week.journal).answer(check_in, HIS)
    week.clock.now += 8 * DAY + 1
    await week.ada.sync()
    assert week.thing(week.ada, check_in).of("keys", week.ada.account) is None
    assert await week.ada.check_ins(week.journal).waits_for_me(check_in)
    await week.ada.check_ins(week.journal).reveal(check_in)
    await week.sam.sync()
    assert await week.shown(week.sam, check_in) == [OPEN[0], OPEN[1]]


async def test_an_answer_is_given_once_while_the_server_is_away(week: Week, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first one counts: a second would be kept for nothing."""
    check_in = await week.begun()
    sams = week.sam.check_ins(week.journal)
    with monkeypatch.context() as patch:
        patch.setattr(week.sam._context.network.transport, "push", away)
        assert not (await sams.answer(check_in, HIS)).delivered
        with pytest.raises(NotAllowed, match="answered already"):
            await sams.answer(check_in, {"struggle": "Nothing."})
    for person in (week.sam, week.ada, week.sam):
        await person.sync()
    assert await week.shown(week.ada, check_in) == OPEN


async def test_what_was_set_aside_opens_nothing(week: Week) -> None:
    check_in = await week.begun()
    await week.ada.check_ins(week.journal).set_aside(check_in)
    await week.sam.sync()
    with pytest.raises(NotAllowed):
        await week.sam.check_ins(week.journal).answer(check_in, HIS)
    assert await week.shown(week.sam, check_in) == [CLOSED, CLOSED]


async def test_no_list_for_a_person_shows_who_answered_first(week: Week, tmp_path: Path) -> None:
    check_in = await week.begun()
    await week.sam.check_ins(week.journal).answer(check_in, HIS)
    await week.ada.sync()
    await week.sam.sync()
    entries = await week.sam.timeline(week.journal, where=TimelineFilter(frozenset({"check_in"})))
    assert [one.body and one.body["step"] for one in entries] == ["begin", "commit", "commit", "reveal", "reveal"]
    assert [one.in_thing_alone for one in entries] == [False, True, True, True, True]
    left = TimelineFilter(frozenset({"check_in"}), in_things=False)
    assert [one.entry for one in await week.sam.timeline(week.journal, where=left)] == [check_in]
    hits = await week.sam.search("", where=TimelineFilter(frozenset({"check_in"})), limit=1)
    assert [hit.shown.entry for hit in hits] == [check_in]
    await week.sam.export_readable(tmp_path / "ours")
    [month] = (tmp_path / "ours").rglob("*.md")
    assert month.read_text().count("check-in") == 1
