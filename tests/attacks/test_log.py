"""The server lies about a journal's log. Server faults freeze; nothing false is ever shown."""

from pathlib import Path

import anyio
import pytest
from fastapi import FastAPI

from duolog.client import Duolog
from duolog.client.sync import clock_apart
from duolog.errors import (
    BadReceipt,
    BadSignature,
    Fork,
    LogViolation,
    MalformedData,
    NotAllowed,
    Rollback,
    TransportError,
    VerificationError,
    Withheld,
)
from duolog.protocol import sizes
from duolog.protocol.receipts import Receipt
from hostile.liar import Attack
from hostile.log_attacks import (
    CutPage,
    DropEntry,
    DuplicateItem,
    FalsePushAnswer,
    FlipHeaderRaw,
    ForeignReceipts,
    ForgetPush,
    PromiseMore,
    ReorderConsistently,
    ReorderEntries,
    RewriteWithoutEntry,
    RollBack,
)
from hostile.roster_attacks import HideJournals
from hostile.time_attacks import ImplausibleTime, OtherTimes, TimeBackwards
from tests.attacks.conftest import liar_for
from tests.attacks.people import (
    UNLOCK,
    Couple,
    Insider,
    Someone,
    connect,
    expect_freeze,
    expect_quarantine,
)

DAY = 24 * 3600
THIRD, FOURTH = "the third note", "the fourth note"


async def _two_more(couple: Couple) -> None:
    """Two entries that Sam hasn't seen."""
    await couple.ada.note(couple.journal, THIRD)
    await couple.ada.note(couple.journal, FOURTH)


async def test_server_drops_an_entry(couple: Couple) -> None:
    await _two_more(couple)
    couple.sam.lied_to(DropEntry())
    await expect_freeze(couple.sam, couple.journal, LogViolation, "log.gapless")


async def test_server_rewrites_history_behind_the_mark(couple: Couple) -> None:
    """It drops the first note from a history that Sam has already verified, with valid receipts."""
    await _two_more(couple)
    couple.sam.lied_to(RewriteWithoutEntry())
    await expect_freeze(couple.sam, couple.journal, VerificationError, "log.receipt_head", "log.gapless")


async def test_server_reorders_entries(couple: Couple) -> None:
    await _two_more(couple)
    couple.sam.lied_to(ReorderEntries())
    await expect_freeze(couple.sam, couple.journal, BadReceipt, "log.receipt_head")


async def test_server_reorders_entries_consistently(couple: Couple) -> None:
    """Nothing of Sam's own contradicts the false order; what Ada had seen when she wrote the later one does."""
    await _two_more(couple)
    couple.sam.lied_to(ReorderConsistently())
    await expect_freeze(couple.sam, couple.journal, Fork, "client.fork")


async def test_server_duplicates_an_entry(couple: Couple) -> None:
    await _two_more(couple)
    couple.sam.lied_to(DuplicateItem())
    await expect_freeze(couple.sam, couple.journal, LogViolation, "log.gapless", true=[THIRD, FOURTH])


async def test_server_cuts_a_push_short(couple: Couple) -> None:
    await _two_more(couple)
    couple.sam.lied_to(CutPage())
    await expect_freeze(couple.sam, couple.journal, VerificationError, "log.receipt_head", "log.gapless")


async def test_server_signs_receipts_with_another_key(couple: Couple) -> None:
    await _two_more(couple)
    couple.sam.lied_to(ForeignReceipts())
    await expect_freeze(couple.sam, couple.journal, BadReceipt, "receipts.signature", "log.receipt_signature")


async def test_server_dates_a_receipt_before_the_last(couple: Couple) -> None:
    await _two_more(couple)
    couple.sam.lied_to(TimeBackwards())
    await expect_freeze(couple.sam, couple.journal, BadReceipt, "log.receipt_time", true=[THIRD])


@pytest.mark.parametrize("time", [1, sizes.EARLIEST_TIME - 1, sizes.LATEST_TIME + 1, sizes.MAX_INTEGER])
async def test_server_dates_a_receipt_at_a_time_that_no_clock_shows(couple: Couple, time: int) -> None:
    """Nothing of it is stored, so that true times behind it don't seem to run backwards."""
    before = await couple.sam.texts(couple.journal)
    await _two_more(couple)
    couple.sam.lied_to(ImplausibleTime(time))
    with pytest.raises(TransportError):
        await couple.sam.duolog.sync()
    assert (await couple.sam.duolog.journal(couple.journal)).frozen is None
    assert await couple.sam.texts(couple.journal) == before
    couple.sam.lied_to(Attack())
    await couple.sam.duolog.sync()
    assert await couple.sam.texts(couple.journal) == [*before, THIRD, FOURTH]
    await couple.sam.note(couple.journal, "and life goes on")


async def test_server_answers_a_push_with_a_time_that_no_clock_shows(couple: Couple) -> None:
    couple.sam.lied_to(FalsePushAnswer("time"))
    written = await couple.sam.duolog.write(couple.journal, "note", {"text": "taken in another century"})
    assert isinstance(written.problem, TransportError), "it waits here"
    couple.sam.lied_to(Attack())
    assert not (await couple.sam.duolog.sync()).problems
    assert "taken in another century" in await couple.sam.texts(couple.journal)


@pytest.mark.parametrize(("days", "says"), [(400, 400), (-400, -400)])
async def test_server_with_a_wrong_clock_freezes_nothing_and_is_told_of(
    couple: Couple, real: FastAPI, days: int, says: int
) -> None:
    """Either clock may be the wrong one. What nobody wrote to lately is no sign of it."""
    assert (await couple.sam.duolog.sync()).clock_apart == 0
    context, true = couple.sam.duolog._context, couple.sam.duolog._context.clock
    context.clock = lambda: true() - days * DAY
    assert (clock_apart(context) > 399 * DAY) == (days > 0)
    await couple.sam.note(couple.journal, "by my own clock")
    report = await couple.sam.duolog.sync()
    assert abs(report.clock_apart - says * DAY) < 60
    assert not report.frozen
    context.clock = true
    await couple.sam.note(couple.journal, "put right")
    assert (await couple.sam.duolog.sync()).clock_apart == 0


@pytest.mark.parametrize("field", ["journal", "entry", "epoch", "author", "generation", "attachments"])
async def test_server_flips_a_header_field_under_the_true_receipt(couple: Couple, field: str) -> None:
    await _two_more(couple)
    couple.sam.lied_to(FlipHeaderRaw(field))
    await expect_freeze(couple.sam, couple.journal, BadReceipt, "log.receipt_head", true=[THIRD])


async def test_server_rolls_back_behind_the_mark(couple: Couple) -> None:
    couple.sam.lied_to(RollBack(2))
    before = await couple.sam.texts(couple.journal)
    with pytest.raises(Rollback):
        await couple.sam.duolog.sync()
    assert await couple.sam.texts(couple.journal) == before


async def test_server_rolls_back_behind_the_mark_after_a_restart(real: FastAPI, ada: Someone, tmp_path: Path) -> None:
    """The mark is on disk before anything is shown: a new process knows it too."""
    liar = liar_for(real)
    made = await Duolog.register(connect(liar), home=tmp_path / "home", unlock=UNLOCK)
    journal = await made.duolog.create_journal()
    for text in ("one", "two"):
        assert (await made.duolog.write(journal, "note", {"text": text})).delivered
    await made.duolog.sync()
    await made.duolog.close()

    attack = RollBack(2)
    attack.shared = False
    liar.attack = attack
    async with await Duolog.open(home=tmp_path / "home", unlock=UNLOCK, server=connect(liar)) as again:
        with pytest.raises((Rollback, Withheld)):
            await again.sync()
        shown = [item.body["text"] for item in await again.timeline(journal) if item.body is not None]
        assert shown == ["one", "two"]


async def test_server_hides_a_journal(couple: Couple) -> None:
    couple.sam.lied_to(HideJournals(couple.journal))
    before = await couple.sam.texts(couple.journal)
    with pytest.raises(Withheld):
        await couple.sam.duolog.sync()
    assert await couple.sam.texts(couple.journal) == before


async def test_server_hides_a_journal_from_a_restored_home(couple: Couple, real: FastAPI) -> None:
    """The account journal, read first, says which journals there are."""
    liar = liar_for(real)
    restored = await Duolog.restore(connect(liar), couple.sam.words, home=None, unlock=UNLOCK)
    liar.attack = HideJournals(couple.journal)
    async with restored:
        with pytest.raises(Withheld):
            await restored.sync()


async def test_server_shows_no_journals_at_all(couple: Couple, real: FastAPI) -> None:
    liar = liar_for(real)
    liar.attack = HideJournals()
    with pytest.raises(Withheld):
        async with await Duolog.restore(connect(liar), couple.sam.words, home=None, unlock=UNLOCK) as restored:
            await restored.sync()


@pytest.mark.parametrize(
    ("fill", "checks"), [(False, ("client.rollback", "client.listed_rollback")), (True, ("client.acknowledged",))]
)
async def test_server_forgets_an_own_acknowledged_entry(couple: Couple, fill: bool, checks: tuple[str, ...]) -> None:
    """It took Sam's note, gave a receipt for it, and then shows a history in which it never was."""
    couple.sam.lied_to(ForgetPush(fill))

    async def write_and_sync() -> None:
        await couple.sam.note(couple.journal, "taken, and left out")
        await couple.sam.duolog.sync()

    with pytest.raises(Rollback) as caught:
        await write_and_sync()
    assert caught.value.check in checks
    assert (await couple.sam.duolog.journal(couple.journal)).frozen


async def test_server_shows_two_histories_and_the_next_entry_tells(couple: Couple) -> None:
    """Ada's third note is kept from Sam; the fourth says which history she has seen."""
    hidden = await couple.ada.note(couple.journal, "kept from Sam")
    couple.sam.lied_to(RewriteWithoutEntry(hidden))
    await couple.sam.duolog.sync()
    await couple.ada.duolog.sync()
    await couple.ada.note(couple.journal, "written after it")
    await expect_freeze(couple.sam, couple.journal, Fork, "client.fork")
    assert "written after it" not in await couple.sam.texts(couple.journal)


async def test_partner_lies_about_what_they_have_seen_and_nothing_freezes(couple: Couple) -> None:
    """A `seen` for another head without a valid receipt is its author's fault: only this entry is refused."""
    insider = await Insider.open(couple.ada, couple.journal)
    true = insider.receipts[-1]
    lies = (
        Receipt(true.seq, bytes(32), true.time, true.signature),
        Receipt(true.seq + 100, true.head, true.time, true.signature),
        Receipt(true.seq, true.head, true.time, bytes(64)),
    )
    for lie in lies:
        await insider.push(insider.entry(insider.message("a lie", seen=lie)))
    await expect_quarantine(couple.sam, couple.journal, "", count=len(lies))
    assert "a lie" not in await couple.sam.texts(couple.journal)
    await couple.sam.note(couple.journal, "and life goes on")


async def test_server_begins_a_journal_without_its_genesis(couple: Couple, real: FastAPI) -> None:
    liar = liar_for(real)
    restored = await Duolog.restore(connect(liar), couple.sam.words, home=None, unlock=UNLOCK)
    attack = RewriteWithoutEntry()
    attack.edit = lambda journal, log: log[1:]  # type: ignore[method-assign]
    liar.attack = attack
    async with restored:
        with pytest.raises((LogViolation, MalformedData, BadSignature, VerificationError)):
            await restored.sync()
        with pytest.raises(NotAllowed):
            await restored.timeline(couple.journal)


@pytest.mark.parametrize("empty", [False, True])
async def test_server_promises_more_for_ever(couple: Couple, empty: bool) -> None:
    """It says that something is new and shows nothing, or pushes without items: the client does not wait for ever."""
    before = await couple.sam.texts(couple.journal)
    couple.sam.lied_to(PromiseMore(empty))
    with anyio.fail_after(20), pytest.raises((Withheld, TransportError)):
        await couple.sam.duolog.sync()
    assert await couple.sam.texts(couple.journal) == before


@pytest.mark.parametrize(
    ("what", "check"),
    [("digest", "client.place_digest"), ("places", "client.places"), ("receipt", "receipts.signature")],
)
async def test_server_answers_a_push_falsely(couple: Couple, what: str, check: str) -> None:
    couple.sam.lied_to(FalsePushAnswer(what))
    with pytest.raises(VerificationError) as caught:
        await couple.sam.note(couple.journal, "taken for something else")
    assert caught.value.check == check
    assert (await couple.sam.duolog.journal(couple.journal)).frozen


async def test_server_dates_an_entry_differently_for_each_partner(couple: Couple) -> None:
    """One head, two receipts: the next entry of who saw the other time tells."""
    await couple.ada.note(couple.journal, "dated twice")
    couple.sam.lied_to(OtherTimes())
    await couple.sam.duolog.sync()
    await couple.sam.note(couple.journal, "written after it")
    await expect_freeze(couple.ada, couple.journal, Fork, "client.fork_time")
    assert "written after it" not in await couple.ada.texts(couple.journal)
