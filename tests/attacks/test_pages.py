"""The server lies in the pages of a log, in receipts and in sizes: what isn't whole and true is not taken."""

import anyio
import pytest
from fastapi import FastAPI

from duolog.client import Duolog, HttpTransport
from duolog.errors import BadReceipt, LogViolation, MalformedData, PinMismatch, TransportError, VerificationError
from duolog.protocol import sizes
from hostile.flood_attacks import DripAnswers
from hostile.liar import Attack
from hostile.page_attacks import (
    EndlessPages,
    EndPageEarly,
    PageOfAnotherJournal,
    RepeatPage,
    SamePageForEver,
    SkipPage,
    WithholdNewest,
)
from hostile.receipt_attacks import (
    FlipReceiptSignature,
    ForgetReceiptKey,
    MoveReceiptSeq,
    MoveReceiptTime,
    ReceiptAttack,
    ReceiptOfAnotherJournal,
    SignWithReplacedKey,
)
from hostile.size_attacks import (
    CutAnswer,
    NameLargerSize,
    NameSmallerSize,
    WrongCount,
    WrongFrameLength,
    WrongInnerLength,
)
from hostile.wire import serving
from tests.attacks.conftest import liar_for
from tests.attacks.people import UNLOCK, Couple, connect, expect_freeze

THIRD, FOURTH = "the third note", "the fourth note"
UNREADABLE = (MalformedData, TransportError)
FIRST_TWO = ["the first note", "the second note"]


async def two_more(couple: Couple) -> None:
    """Two entries that Sam hasn't seen."""
    await couple.ada.note(couple.journal, THIRD)
    await couple.ada.note(couple.journal, FOURTH)


async def test_server_ends_a_page_early(couple: Couple) -> None:
    """It can only delay so: each sync takes a part, in the true order."""
    await two_more(couple)
    couple.sam.lied_to(EndPageEarly())
    await couple.sam.duolog.sync()
    assert await couple.sam.texts(couple.journal) == [*FIRST_TWO, THIRD]
    await couple.sam.duolog.sync()
    assert await couple.sam.texts(couple.journal) == [*FIRST_TWO, THIRD, FOURTH]


async def test_server_repeats_pages_that_were_fetched(couple: Couple) -> None:
    await two_more(couple)
    couple.sam.lied_to(RepeatPage())
    await expect_freeze(couple.sam, couple.journal, LogViolation, "log.gapless")


async def test_server_skips_a_page(couple: Couple) -> None:
    await two_more(couple)
    couple.sam.lied_to(SkipPage())
    await expect_freeze(couple.sam, couple.journal, LogViolation, "log.gapless")


async def test_server_shows_the_page_of_another_journal(couple: Couple) -> None:
    await two_more(couple)
    couple.sam.lied_to(PageOfAnotherJournal())
    await expect_freeze(couple.sam, couple.journal, LogViolation, "log.gapless")


async def test_server_shows_a_new_home_the_page_of_another_journal(couple: Couple, real: FastAPI) -> None:
    liar = liar_for(real)
    restored = await Duolog.restore(connect(liar), couple.sam.words, home=None, unlock=UNLOCK)
    liar.attack = PageOfAnotherJournal()
    async with restored:
        with pytest.raises(VerificationError) as caught:
            await restored.sync()
        assert caught.value.check == "log.genesis_journal"


async def test_server_shows_the_same_page_for_ever(couple: Couple) -> None:
    couple.sam.lied_to(SamePageForEver())
    with anyio.fail_after(30):
        await expect_freeze(couple.sam, couple.journal, LogViolation, "log.gapless")


async def test_server_has_one_more_page_for_ever(couple: Couple, monkeypatch: pytest.MonkeyPatch) -> None:
    """What came is kept and quarantined, the rest waits for the next sync, and other journals aren't held up."""
    monkeypatch.setattr(sizes, "MAX_PAGES", 5)
    other = await couple.sam.duolog.create_journal()
    endless = EndlessPages()
    couple.sam.lied_to(endless)
    with anyio.fail_after(30), pytest.raises(MalformedData, match="without end"):
        await couple.sam.duolog.sync()
    assert endless.pages == 5
    view = await couple.sam.duolog.journal(couple.journal)
    assert (view.frozen, view.unreadable) == (None, 5)
    assert await couple.sam.texts(couple.journal) == FIRST_TWO
    written = await couple.sam.duolog.write(other, "note", {"text": "in another journal"})
    assert written.delivered


async def test_server_withholds_the_newest_entries(couple: Couple) -> None:
    """Nothing tells, and nothing is lost: what Sam writes waits here until the server takes it."""
    couple.sam.lied_to(WithholdNewest())
    await couple.sam.duolog.sync()
    await two_more(couple)
    assert not (await couple.sam.duolog.sync()).problems
    assert not (await couple.sam.duolog.write(couple.journal, "note", {"text": "said meanwhile"})).delivered
    assert await couple.sam.texts(couple.journal) == [*FIRST_TWO, "said meanwhile"]
    couple.sam.lied_to(Attack())
    await couple.settle()
    whole = [*FIRST_TWO, THIRD, FOURTH, "said meanwhile"]
    assert await couple.sam.texts(couple.journal) == await couple.ada.texts(couple.journal) == whole


@pytest.mark.parametrize(
    ("attack", "checks"),
    [
        (FlipReceiptSignature(), ("receipts.signature", "log.receipt_signature")),
        (MoveReceiptTime(), ("receipts.signature", "log.receipt_signature")),
        (MoveReceiptSeq(), ("log.receipt_head", "receipts.signature", "log.receipt_signature")),
        (ReceiptOfAnotherJournal(), ("receipts.signature", "log.receipt_signature")),
    ],
    ids=lambda item: type(item).__name__ if isinstance(item, ReceiptAttack) else "",
)
async def test_server_tampers_with_receipts(couple: Couple, attack: ReceiptAttack, checks: tuple[str, ...]) -> None:
    await two_more(couple)
    couple.sam.lied_to(attack)
    await expect_freeze(couple.sam, couple.journal, BadReceipt, *checks)


async def test_server_names_another_receipt_key_alone(couple: Couple) -> None:
    await two_more(couple)
    couple.sam.lied_to(ForgetReceiptKey())
    with pytest.raises(PinMismatch) as caught:
        await couple.sam.duolog.sync()
    assert caught.value.check == "client.receipt_key"
    couple.sam.lied_to(Attack())
    await couple.sam.duolog.sync()
    assert await couple.sam.texts(couple.journal) == [*FIRST_TWO, THIRD, FOURTH]


async def test_server_replaces_its_receipt_key_and_goes_on_signing_with_the_old_one(couple: Couple) -> None:
    await two_more(couple)
    couple.sam.lied_to(SignWithReplacedKey())
    checks = ("receipts.signature", "log.receipt_signature")
    await expect_freeze(couple.sam, couple.journal, BadReceipt, *checks, true=[THIRD, FOURTH])


async def test_server_says_other_lengths_and_counts_than_there_are(couple: Couple) -> None:
    """Nothing of such a page is stored, and the next honest one is taken."""
    await two_more(couple)
    lengths = [WrongFrameLength(by) for by in (1, -1, 2**31, -(2**31))]
    for attack in (*lengths, WrongInnerLength(), WrongInnerLength(0), CutAnswer(r".*/entries")):
        couple.sam.lied_to(attack)
        with anyio.fail_after(30), pytest.raises(UNREADABLE):
            await couple.sam.duolog.sync()
        assert (await couple.sam.duolog.journal(couple.journal)).frozen is None
        assert await couple.sam.texts(couple.journal) == FIRST_TWO
    couple.sam.lied_to(Attack())
    await couple.sam.duolog.sync()
    assert await couple.sam.texts(couple.journal) == [*FIRST_TWO, THIRD, FOURTH]


async def test_server_counts_other_signatures_than_there_are(couple: Couple, real: FastAPI) -> None:
    liar = liar_for(real)
    restored = await Duolog.restore(connect(liar), couple.sam.words, home=None, unlock=UNLOCK)
    async with restored:
        for attack in (WrongCount(), WrongCount(lambda _: 255), WrongCount(lambda _: 0)):
            liar.attack = attack
            with anyio.fail_after(30), pytest.raises(UNREADABLE):
                await restored.sync()
        liar.attack = Attack()
        await restored.sync()
        assert len(await restored.timeline(couple.journal)) > 1


@pytest.mark.parametrize(
    ("attack", "error"),
    [
        (NameLargerSize(".*"), TransportError),
        (NameSmallerSize(".*"), TransportError),
        (CutAnswer(".*"), TransportError),
    ],
)
async def test_server_names_another_size_than_its_answer_has(
    real: FastAPI, attack: NameLargerSize, error: type[Exception]
) -> None:
    liar = liar_for(real)
    async with serving(liar) as address:
        liar.attack = attack
        transport = HttpTransport(address, patience=5)
        with anyio.fail_after(20), pytest.raises(error):
            await transport.server_info()
        liar.attack = Attack()
        assert (await transport.server_info()).receipt_keys
        await transport.close()


async def test_server_drips_and_a_whole_sync_ends_with_the_first_exchange(couple: Couple) -> None:
    network = couple.ada.duolog._context.network.transport
    assert isinstance(network, HttpTransport)
    network._patience = 0.3
    couple.ada.lied_to(DripAnswers(pause=0.05))
    with anyio.fail_after(5), pytest.raises(TransportError, match="too long"):
        await couple.ada.duolog.sync()
