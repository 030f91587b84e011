"""One bad item never stops a home: numbers that no log reaches and errors that nobody foresaw end where they began."""

import io
import json
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from fastapi import FastAPI

from duolog.client import Duolog, sync
from duolog.client.export import verify_export
from duolog.client.export.exporting import export
from duolog.client.home import chains
from duolog.client.home.outbox_rows import count_waiting
from duolog.client.journals import telling
from duolog.client.log import fetching, folding, pull, verify, verify_authors
from duolog.client.log.context import Context
from duolog.client.log.outbox import post
from duolog.client.pairing import listed_proposals
from duolog.documents.kinds.note import Note
from duolog.documents.registry import make_document
from duolog.errors import (
    ChainViolation,
    HomeError,
    LogViolation,
    MalformedData,
    TransportError,
    Unforeseen,
    VerificationError,
)
from duolog.protocol import messages, receipts
from duolog.protocol.codec import encode_b64
from duolog.protocol.receipts import Receipt
from hostile.bounds_attacks import ImpossibleNumber, Where
from hostile.liar import Attack
from tests.attacks.conftest import liar_for
from tests.attacks.people import (
    UNLOCK,
    Couple,
    Insider,
    Someone,
    connect,
    expect_freeze,
    expect_quarantine,
    pair,
    register,
)
from tests.attacks.test_confidants import accepted

NUMBERS = [2**53, 2**63, 2**64 - 1]
FORESEEN_BY_NOBODY = "nobody foresaw"


def having_seen(insider: Insider, seq: int, text: str = "poison") -> bytes:
    """A message that has seen a place `seq` with a receipt that is nobody's, written as no honest client can."""
    seen = insider.receipts[-1]
    raw = seq.to_bytes(8, "big") + seen.head + seen.time.to_bytes(8, "big") + seen.signature
    return json.dumps(json.loads(insider.message(text)) | {"seen": encode_b64(raw)}).encode()


async def other_journal(couple: Couple) -> bytes:
    """A second journal of both, with something new for Sam."""
    other = await pair(couple.ada, couple.sam)
    await couple.settle()
    await couple.ada.note(other, "in another journal")
    return other


@pytest.fixture
async def friend(real: FastAPI) -> AsyncIterator[Someone]:
    someone = await register(liar_for(real))
    yield someone
    await someone.duolog.close()


# --- numbers that no log reaches --------------------------------------------------------------------------------------


@pytest.mark.parametrize("seq", [*NUMBERS, 0])
async def test_partner_has_seen_a_place_that_no_log_reaches(couple: Couple, real: FastAPI, seq: int) -> None:
    other = await other_journal(couple)
    insider = await Insider.open(couple.ada, couple.journal)
    await insider.push(insider.entry(having_seen(insider, seq)))
    await couple.ada.note(couple.journal, "and life goes on")
    await expect_quarantine(couple.sam, couple.journal, "")
    assert (await couple.sam.texts(couple.journal))[-1] == "and life goes on"
    assert await couple.sam.texts(other) == ["in another journal"]
    restored = await Duolog.restore(connect(liar_for(real)), couple.sam.words, home=None, unlock=UNLOCK)
    async with restored as second:
        await second.sync()
        assert [item.unreadable for item in await second.timeline(couple.journal) if item.unreadable] != []
        assert (await second.timeline(couple.journal))[-1].body == {"text": "and life goes on"}
    await couple.sam.duolog.leaving(couple.journal).close()
    assert (await couple.sam.duolog.journal(couple.journal)).closed


@pytest.mark.parametrize("seq", [1, 2**53 - 1])
async def test_partner_makes_the_home_look_up_what_nobody_signed(
    couple: Couple, seq: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A place in reach, but a receipt of nobody's: it is refused before the home is asked for anything."""
    insider = await Insider.open(couple.ada, couple.journal)
    await insider.push(insider.entry(having_seen(insider, seq)))
    asked = spied(monkeypatch)
    await expect_quarantine(couple.sam, couple.journal, "without proof")
    assert [seqs for seqs in asked if seqs] == []


async def test_server_vouches_for_a_place_ahead_and_the_home_does_not_look_there(
    couple: Couple, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the server's help the receipt is valid: it proves another history without any look at the home."""
    insider = await Insider.open(couple.ada, couple.journal)
    seen = couple.sam.liar.receipts.sign(couple.journal, 10**9, bytes(32), insider.receipts[-1].time)
    await insider.push(insider.entry(insider.message("ahead", seen)))
    asked = spied(monkeypatch)
    await expect_freeze(couple.sam, couple.journal, VerificationError, "client.fork")
    assert [seqs for seqs in asked if seqs] == []


@pytest.mark.parametrize(
    ("where", "number"),
    [("item", 2**53), ("receipt", 2**63), ("time", 2**64 - 1), ("end", 2**63), ("poll", 2**63)],
)
async def test_server_numbers_what_no_log_reaches(couple: Couple, where: Where, number: int) -> None:
    """Such an answer counts as none: nothing of it is stored, and the next one is taken."""
    await couple.ada.note(couple.journal, "the third note")
    couple.sam.lied_to(ImpossibleNumber(where, number))
    before = await couple.sam.texts(couple.journal)
    with pytest.raises(TransportError, match="not what the protocol says"):
        await couple.sam.duolog.sync()
    assert await couple.sam.texts(couple.journal) == before
    couple.sam.lied_to(Attack())
    await couple.sam.duolog.sync()
    assert (await couple.sam.texts(couple.journal))[len(before) :] == ["the third note"]


async def test_server_answers_a_push_with_a_number_that_no_log_reaches(couple: Couple) -> None:
    """Such an answer counts as none: the text waits, and the log that comes later shows it once."""
    couple.sam.lied_to(ImpossibleNumber("push", 2**53))
    written = await couple.sam.duolog.write(couple.journal, "note", {"text": "mine"})
    assert isinstance(written.problem, TransportError)
    assert not written.delivered
    couple.sam.lied_to(Attack())
    await couple.sam.duolog.sync()
    assert (await couple.sam.texts(couple.journal)).count("mine") == 1
    assert count_waiting(couple.sam.duolog._context.store, couple.journal) == 0


async def test_home_that_an_impossible_seq_has_stopped_heals_by_updating(
    couple: Couple, real: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    """First as it was: numbers of eight bytes, looked up before anything was verified. Then with what there is now."""
    other = await other_journal(couple)
    insider = await Insider.open(couple.ada, couple.journal)
    await insider.push(insider.entry(having_seen(insider, 2**63)))
    await couple.ada.note(couple.journal, "and life goes on")
    with as_it_was(monkeypatch):
        for _ in range(2):
            with pytest.raises(OverflowError):
                await pull.pull(couple.sam.duolog._context, couple.journal)
        assert "and life goes on" not in await couple.sam.texts(couple.journal)
    await expect_quarantine(couple.sam, couple.journal, "")
    assert (await couple.sam.texts(couple.journal))[-1] == "and life goes on"
    assert await couple.sam.texts(other) == ["in another journal"]
    assert couple.journal in {item.id for item in await couple.sam.duolog.journals()}
    restored = await Duolog.restore(connect(liar_for(real)), couple.sam.words, home=None, unlock=UNLOCK)
    async with restored as second:
        await second.sync()
        assert (await second.timeline(couple.journal))[-1].body == {"text": "and life goes on"}
    await couple.sam.duolog.leaving(couple.journal).close()
    assert (await couple.sam.duolog.journal(couple.journal)).closed


@contextmanager
def as_it_was(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The parser of receipts, and the order in which a home was asked, before numbers were bounded."""

    def unbounded(data: bytes) -> Receipt:
        return Receipt(int.from_bytes(data[:8], "big"), data[8:40], int.from_bytes(data[40:48], "big"), data[48:])

    def looking_first(pushes: Any, items: Sequence[Any], earlier: Any, known: Any) -> None:
        known.heads([item.parsed.seen.seq for item, _ in items if item.parsed is not None])

    with monkeypatch.context() as patched:
        for module in (receipts, messages):
            patched.setattr(module, "parse_receipt", unbounded)
        patched.setattr(verify_authors, "_judge_messages", looking_first)
        yield


def spied(monkeypatch: pytest.MonkeyPatch) -> list[Sequence[int]]:
    """The places whose heads a home is asked for from now on."""
    asked: list[Sequence[int]] = []
    known = Context.known

    def spying(context: Context, journal: bytes) -> verify.Known:
        found = known(context, journal)
        heads = found.heads

        def noted(seqs: Sequence[int]) -> dict[int, tuple[bytes, int]]:
            asked.append(seqs)
            return heads(seqs)

        found.heads = noted
        return found

    monkeypatch.setattr(Context, "known", spying)
    return asked


# --- errors that nobody foresaw: a pure step is made to raise one -----------------------------------------------------


def failing(
    monkeypatch: pytest.MonkeyPatch, module: object, name: str, when: Callable[..., bool], error: type[Exception]
) -> None:
    """From now on `module.name` raises, for the arguments of which `when` says so."""
    step = getattr(module, name)

    def fails(*arguments: Any, **options: Any) -> Any:
        if when(*arguments, **options):
            raise error("of another form")
        return step(*arguments, **options)

    monkeypatch.setattr(module, name, fails)


def is_poison(data: bytes, *_: object) -> bool:
    return b"poison" in data


@pytest.mark.parametrize(
    ("step", "when", "error"),
    [
        ("parse_header", lambda *_: True, KeyError),
        ("check_entry", lambda *_: True, RecursionError),
        ("parse_message", is_poison, OverflowError),
        ("signer_of", lambda *_: True, UnicodeError),
        ("_check_follows", lambda *_: True, AssertionError),
    ],
)
async def test_entry_leads_to_an_error_that_nobody_foresaw(
    couple: Couple, monkeypatch: pytest.MonkeyPatch, step: str, when: Callable[..., bool], error: type[Exception]
) -> None:
    other = await other_journal(couple)
    await couple.sam.duolog.sync()
    await couple.ada.note(couple.journal, "poison")
    with monkeypatch.context() as patched:
        failing(patched, verify_authors, step, when, error)
        await expect_quarantine(couple.sam, couple.journal, f"{FORESEEN_BY_NOBODY} ({error.__name__})")
    await couple.ada.note(couple.journal, "and life goes on")
    await couple.sam.duolog.sync()
    assert (await couple.sam.texts(couple.journal))[-1] == "and life goes on"
    assert await couple.sam.texts(other) == ["in another journal"]
    if step != "parse_header":  # a verifier that can read it would miss the name of the entry
        assert exported(couple.sam).journals[0].unreadable == 1


async def test_lookup_that_fails_is_no_entrys_fault(couple: Couple, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that can't be read stops the sync of this journal for now, and leaves no mark on anybody."""
    await couple.ada.note(couple.journal, "the third note")
    with monkeypatch.context() as patched:
        failing(patched, Context, "known", lambda _, journal: journal == couple.journal, HomeError)
        report = await couple.sam.duolog.sync()
    assert {type(problem) for problem in report.problems} == {HomeError}
    await couple.sam.duolog.sync()
    assert await couple.sam.unreadable(couple.journal) == []
    assert (await couple.sam.texts(couple.journal))[-1] == "the third note"


@pytest.mark.parametrize("step", ["append_item", "accept_receipt"])
async def test_push_leads_to_an_error_that_nobody_foresaw(
    couple: Couple, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    await couple.ada.note(couple.journal, "the third note")
    with monkeypatch.context() as patched:
        failing(patched, verify, step, lambda *_: True, RecursionError)
        await expect_freeze(couple.sam, couple.journal, LogViolation, "log.unforeseen")


async def test_server_shows_key_statements_that_lead_to_an_error_that_nobody_foresaw(
    couple: Couple, monkeypatch: pytest.MonkeyPatch
) -> None:
    insider = await Insider.open(couple.ada, couple.journal)
    await insider.push(insider.rotate())
    context = couple.sam.duolog._context
    statements = context.chains.statements(couple.ada.account)
    for verifying in ("verify_chain", "continue_chain"):  # a whole chain, and what comes after the stored one
        failing(monkeypatch, chains, verifying, lambda *_: True, RecursionError)
    for take in (context.chains.pin, context.chains.meet):
        with pytest.raises(ChainViolation, match=FORESEEN_BY_NOBODY):
            take(couple.ada.account, statements)


@pytest.mark.parametrize(
    ("module", "step"), [(fetching, "pull"), (fetching, "_check_pins"), (sync, "tidy"), (sync, "look_after")]
)
async def test_journal_leads_to_an_error_that_nobody_foresaw_and_the_others_go_on(
    couple: Couple, monkeypatch: pytest.MonkeyPatch, module: object, step: str
) -> None:
    other = await other_journal(couple)
    await couple.ada.note(couple.journal, "the third note")
    with monkeypatch.context() as patched:
        failing(patched, module, step, lambda *named: couple.journal in named, OverflowError)
        report = await couple.sam.duolog.sync()
    assert [type(problem) for problem in report.problems] == [Unforeseen]
    assert encode_b64(couple.journal)[:8] in str(report.problems[0])
    assert await couple.sam.texts(other) == ["in another journal"]
    assert not (await couple.sam.duolog.sync()).problems
    assert (await couple.sam.texts(couple.journal))[-1] == "the third note"


@pytest.mark.parametrize("step", ["deliver", "go_on"])
async def test_what_waits_for_one_journal_leads_to_an_error_that_nobody_foresaw(
    couple: Couple, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Sending and pairing: the rest is sent, and this one waits for the next sync."""
    other = await other_journal(couple)
    context = couple.sam.duolog._context
    for journal in (couple.journal, other):
        post(context, journal, make_document("note", Note(text="mine"), context.clock()))
        sealed = context.home.seal("pairing", b"of a pairing")
        context.store.write("INSERT OR IGNORE INTO pairing VALUES (?, ?)", journal, sealed)
    with monkeypatch.context() as patched:
        failing(patched, sync, step, lambda _, journal: journal == couple.journal, KeyError)
        report = await couple.sam.duolog.sync()
    assert Unforeseen in {type(problem) for problem in report.problems}
    assert report.delivered == (2 if step == "go_on" else 1)
    assert (await couple.sam.duolog.sync()).delivered == 2 - report.delivered
    assert await couple.sam.texts(other) == ["in another journal", "mine"]


async def test_account_journal_leads_to_an_error_that_nobody_foresaw(
    couple: Couple, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything rests on it, so the sync stops there, with words; it is no crash, and no journal is frozen."""
    with monkeypatch.context() as patched:
        failing(patched, sync, "judge_again", lambda *_: True, OverflowError)
        with pytest.raises(Unforeseen, match="own journal"):
            await couple.sam.duolog.sync()
    assert not (await couple.sam.duolog.sync()).frozen


async def test_proposal_leads_to_an_error_that_nobody_foresaw(
    couple: Couple, friend: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not in order, so nobody has proposed it. A disk that can't be read says nothing of it."""
    words = await accepted(couple.ada, friend, couple.journal)
    await couple.ada.duolog.members(couple.journal).confirm(words)
    members = couple.sam.duolog.members(couple.journal)
    with monkeypatch.context() as patched:
        failing(patched, listed_proposals, "check_proposal", lambda *_: True, RecursionError)
        assert await members.proposals() == ()
    with monkeypatch.context() as patched:
        failing(patched, listed_proposals, "check_proposal", lambda *_: True, HomeError)
        with pytest.raises(HomeError):
            await members.proposals()
    assert len(await members.proposals()) == 1


@pytest.mark.parametrize(
    ("error", "reason"), [(RecursionError, FORESEEN_BY_NOBODY), (MalformedData, "of another form")]
)
async def test_stored_entry_can_be_opened_no_longer(
    couple: Couple, monkeypatch: pytest.MonkeyPatch, error: type[Exception], reason: str
) -> None:
    """As after an update that takes less, or knows less: the entry is quarantined now, and its author hears of it."""
    await couple.ada.note(couple.journal, "poison")
    await couple.ada.note(couple.journal, "and life goes on")
    await couple.sam.duolog.sync()
    assert await couple.sam.unreadable(couple.journal) == []
    forget(couple.sam)
    with monkeypatch.context() as patched:
        failing(patched, folding, "parse_message", is_poison, error)
        assert reason in (await couple.sam.unreadable(couple.journal))[0]
    assert (await couple.sam.texts(couple.journal))[-1] == "and life goes on"
    assert exported(couple.sam).journals[0].unreadable == 1
    await couple.sam.note(couple.journal, "I could not read that")
    await couple.ada.duolog.sync()
    shown = next(item for item in await couple.ada.shown(couple.journal) if item.body == {"text": "poison"})
    assert shown.not_delivered_to == (couple.sam.account,)


def exported(someone: Someone) -> verify_export.ProvenExport:
    """Somebody's export, as a verifier finds it."""
    out = io.BytesIO()
    export(someone.duolog._context, out, None)
    return verify_export.verify_export(io.BytesIO(out.getvalue()))


def forget(someone: Someone) -> None:
    """Let the home read its journals again from what it has stored."""
    context = someone.duolog._context
    context.states.clear()
    context.store.write("DELETE FROM snapshot")


async def test_entry_cannot_be_put_into_words(couple: Couple, monkeypatch: pytest.MonkeyPatch) -> None:
    failing(
        monkeypatch, telling, "describe", lambda _, item, __: "first" in str(item.applied.document.body), ValueError
    )
    shown = await couple.sam.shown(couple.journal)
    troubled = [item for item in shown if item.unreadable is not None]
    assert [item.body for item in troubled] == [{"text": "the first note"}]
    assert FORESEEN_BY_NOBODY in str(troubled[0].unreadable)
    assert any(item.text is not None and "the second note" in item.text for item in shown)


async def test_export_leads_its_verifier_to_an_error_that_nobody_foresaw(
    couple: Couple, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, verify_export, "parse_page", lambda *_: True, RecursionError)
    with pytest.raises(VerificationError, match=FORESEEN_BY_NOBODY):
        exported(couple.sam)
