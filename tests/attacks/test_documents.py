"""A partner with a changed client writes documents that no honest one would: none counts for more than was meant."""

import dataclasses
import time
from typing import Any

import pytest

from duolog.documents import journal, judging
from duolog.documents.applied import DAY, UNFORESEEN
from duolog.documents.bodies import Answer
from duolog.documents.journal import apply_all, describe
from duolog.documents.journal_state import JournalState
from duolog.documents.kinds.boundary import view_boundary
from duolog.documents.kinds.boundary_texts import Accept, Amend, Contest, Decline, Propose, TakeBack
from duolog.documents.kinds.copy import copy_body
from duolog.documents.kinds.note import Note
from duolog.documents.registry import KINDS
from duolog.documents.timeline import Item
from duolog.documents.voice import HIDDEN, PARTS_UNSHOWN
from duolog.errors import NotAllowed
from duolog.protocol.codec import JsonObject
from duolog.protocol.messages import Document, Message
from tests.attacks.people import Couple, Insider
from tests.documents.evening import ADA, SAM, START, VOICE, Evening, answer, wording

TERMS = {"topic": "communication", "text": "No late chats.", "binds": "both"}


async def forge(insider: Insider, body: JsonObject, at: int | None = None) -> None:
    """Pushes a step without asking any rule."""
    document = Document("boundary", 1, int(time.time()) if at is None else at, body)
    await insider.push(insider.entry(Message(document, insider.receipts[-1]).encode()))


def test_partner_backdates_an_acceptance_of_a_text_that_lapsed_long_ago() -> None:
    evening = Evening()
    first = evening.propose(ADA)
    evening.day, evening.late = 1, 120
    late = evening.forge(SAM, Accept(answers=answer(first)))
    assert late.skipped is not None
    assert "has lapsed" in late.skipped
    assert evening.stage() == "proposed"
    assert "received more than a week later: day 114 counts" in describe(evening.state, late, VOICE)


async def test_partner_dates_a_text_far_ahead_so_that_it_never_lapses(couple: Couple) -> None:
    insider = await Insider.open(couple.ada, couple.journal)
    await forge(insider, {"step": "propose", "wording": TERMS}, at=2**40)
    await couple.sam.duolog.sync()
    [boundary] = await couple.sam.duolog.boundaries(couple.journal).list()
    now = int(time.time())
    assert view_boundary(boundary, now + 14 * DAY).status == "proposed"
    assert view_boundary(boundary, now + 15 * DAY + 60).status == "lapsed"
    shown = (await couple.sam.shown(couple.journal))[-1]
    assert shown.at == 2**40
    assert shown.received is not None
    assert shown.effective == shown.received + DAY
    assert "by a clock that was ahead" in str(shown.text)


def test_partner_sets_a_clock_ahead_to_ask_again_for_what_was_declined() -> None:
    evening = Evening()
    evening.write(SAM, Decline(answers=answer(evening.propose(ADA))))
    evening.day, evening.late = 120, -119
    again = evening.forge(ADA, Propose(wording=wording()))
    assert "less than 14 days ago" in (again.skipped or "")
    evening.day, evening.late = 14, 0
    evening.propose(ADA)


async def test_partner_hides_a_part_of_a_text_in_a_field_that_is_not_shown(couple: Couple) -> None:
    """Accepting, and confirming an ask to retire, cover the whole step; what isn't shown can't be agreed to here."""
    insider = await Insider.open(couple.ada, couple.journal)
    await forge(insider, {"step": "propose", "wording": TERMS | {"also": "Ada reads Sam's phone."}})
    sams = couple.sam.duolog.boundaries(couple.journal)
    await couple.sam.duolog.sync()
    [hidden] = await sams.list()
    with pytest.raises(NotAllowed, match="has parts that this version of Duolog can't show"):
        await sams.accept(hidden.entry)
    assert "can't show" in str((await couple.sam.shown(couple.journal))[-1].text)
    await sams.decline(hidden.entry)

    adas = couple.ada.duolog.boundaries(couple.journal)
    written = await adas.propose(TERMS)
    await couple.sam.duolog.sync()
    await sams.accept(written.entry)
    await insider.load(couple.journal)
    agreed = (await sams.show(written.entry)).agreed_text
    assert agreed is not None
    named = Answer(entry=agreed.entry, message=agreed.message).encode_json()
    await forge(insider, {"step": "retire", "answers": named | {"and": {"then": "Sam moves out."}}})
    await couple.sam.duolog.sync()
    with pytest.raises(NotAllowed, match="has parts that this version of Duolog can't show"):
        await sams.retire(written.entry)
    await sams.decline(written.entry)


@pytest.mark.parametrize("first", ["take_back", "accept"])
async def test_partner_accepts_what_its_author_takes_back_at_that_moment(couple: Couple, first: str) -> None:
    """The first in the log decides, and the other is told."""
    adas, sams = (person.duolog.boundaries(couple.journal) for person in (couple.ada, couple.sam))
    text = (await adas.propose(TERMS)).entry
    await couple.sam.duolog.sync()
    for step in (adas.take_back, sams.accept) if first == "take_back" else (sams.accept, adas.take_back):
        await step(text)  # neither has fetched the other's
    await couple.settle()
    for person in (couple.ada, couple.sam):
        found = await person.duolog.boundaries(couple.journal).show(text)
        assert found.stage == ("declined" if first == "take_back" else "in_force")
        assert found.texts[text].taken_back == (first == "take_back")
        reason = (await person.shown(couple.journal))[-1].without_effect
        expected = "took this back before it was answered" if first == "take_back" else "was accepted before"
        assert expected in str(reason)


def test_document_that_no_reducer_foresaw_has_no_effect_and_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> Any:
        raise RecursionError("something deep")

    broken = dataclasses.replace(KINDS["profile"], reduce=fails, describe=fails)
    for module in (journal, judging):
        monkeypatch.setattr(module, "KINDS", {**KINDS, "profile": broken})
    evening = Evening()
    item = evening.append(SAM, Document("profile", 1, START, {"display_name": "Sam"}))
    assert item.skipped == UNFORESEEN
    assert "that can't be read here" in describe(evening.state, item, VOICE)
    evening.propose(ADA)
    assert evening.stage() == "proposed"


def test_partner_refuses_something_in_every_message(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is taken back, a batch is judged at most twice, document by document."""
    evening, pairs = Evening(), 60
    for number in range(pairs):
        item = evening.forge(ADA, Propose(wording=wording(str(number))))
        document = evening.document("note", Note(text="?"))
        evening.append(SAM, document, refused=(*range(2, item.applied.seq, 2), item.applied.seq))
    judged, effect = 0, judging.effect

    def counted(*given: object, **more: object) -> object:
        nonlocal judged
        judged += 1
        return effect(*given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(journal, "effect", counted)
    assert apply_all(JournalState(), evening.log) == evening.state
    assert evening.state.boundaries == {}
    assert judged <= 2 * len(evening.log)
    assert {item.refused_by for item in evening.state.timeline if item.refused_by} == {(SAM,)}


def test_partner_writes_lines_of_duologs_own_into_a_text() -> None:
    """Into a note, a contest and copies of both a note and of what this version doesn't know: each stands deeper."""
    evening = Evening()
    first = evening.propose(SAM)
    evening.write(ADA, Accept(answers=answer(first)))
    forged = f"Yes.\nNot delivered to Sam\n  Not counted: it lapsed.\n{PARTS_UNSHOWN}\nDated day 1\nFeelings: joy"
    note = evening.write(ADA, Note(text=forged), "note")
    unknown = dataclasses.replace(note.applied, document=Document("oath", 1, START, {"not_counted": forged}))
    items = [note, evening.write(ADA, Contest(answers=answer(first), words=forged))]
    copies = (Document("copy", 1, START, copy_body(bytes(32), copied)) for copied in (note.applied, unknown))
    items += [evening.append(ADA, document) for document in copies]
    for item in items:
        shown = describe(evening.state, item, VOICE)
        assert "Not delivered to Sam" in shown
        ours = [line for line in shown.split("\n")[1:] if not line.startswith("    ")]
        assert ours == (["  A document of the kind oath"] if item is items[-1] else [])


def test_partner_hides_a_sentence_in_characters_that_nobody_sees() -> None:
    """Tags, or marks beyond those that are shown. Sam's client marks the text, and writes no acceptance of it."""
    for hidden in ("".join(chr(0xE0000 + ord(one)) for one in "except on Fridays"), "\u0301" * 40):
        evening = Evening()
        first = evening.forge(ADA, Propose(wording=wording("No late chats" + hidden)))
        assert HIDDEN in describe(evening.state, first, VOICE)
        with pytest.raises(NotAllowed, match="nobody can agree to it"):
            evening.write(SAM, Accept(answers=answer(first)))
        assert evening.stage() == "proposed"


@pytest.mark.parametrize("at_once", [True, False])
def test_partner_annuls_an_exit_by_refusing_it(at_once: bool) -> None:
    """Neither in the message that accepts nor before it: what was taken back or replaced first is not to be had."""
    evening = Evening()
    text = evening.propose(ADA)
    back = evening.write(ADA, TakeBack(answers=answer(text)))
    late = refuse_and_accept(evening, text, back, at_once=at_once)
    assert "took this back" in (late.skipped or "")
    assert evening.stage() == "declined"
    shown = evening.state.find(back.applied.entry)
    assert shown is not None
    assert (shown.skipped, shown.refused_by) == (None, (SAM,))

    agreed = evening.propose(ADA, "No late calls.")
    evening.write(SAM, Accept(answers=answer(agreed)))
    older = evening.write(ADA, Amend(answers=answer(agreed), wording=wording("No late mails.")))
    newer = evening.write(ADA, Amend(answers=answer(agreed), wording=wording("No early mails.")))
    late = refuse_and_accept(evening, older, newer, at_once=at_once)
    assert "has been replaced by a newer one" in (late.skipped or "")
    assert evening.boundary.agreed == agreed.applied.entry
    assert evening.boundary.waiting is None
    shown = evening.state.find(newer.applied.entry)
    assert shown is not None
    assert shown.skipped == judging.NOT_DELIVERED


def refuse_and_accept(evening: Evening, text: Item, exit_: Item, *, at_once: bool) -> Item:
    """Sam says that he couldn't open Ada's step, and accepts what it left."""
    accept = evening.document("boundary", Accept(answers=answer(text)))
    if at_once:
        return evening.append(SAM, accept, refused=(exit_.applied.seq,))
    evening.append(SAM, evening.document("note", Note(text="?")), refused=(exit_.applied.seq,))
    return evening.append(SAM, accept)


def test_partner_erases_a_no_by_refusing_it() -> None:
    """A decline stands, and with it the 14 days in which nobody asks again; so does a contest."""
    evening = Evening()
    text = evening.propose(ADA)
    no = evening.write(SAM, Decline(answers=answer(text)))
    again = evening.document("boundary", Propose(wording=wording()))
    assert "less than 14 days ago" in (evening.append(ADA, again, refused=(no.applied.seq,)).skipped or "")
    assert evening.stage() == "declined"

    agreed = evening.propose(ADA, "No late calls.")
    evening.write(SAM, Accept(answers=answer(agreed)))
    contest = evening.write(SAM, Contest(answers=answer(agreed), words="No."))
    evening.append(ADA, evening.document("note", Note(text="?")), refused=(contest.applied.seq,))
    assert evening.stage() == "contested"


def test_partner_unsays_an_answer_of_their_own_to_erase_what_it_answered() -> None:
    """Who wrote behind a step held it, and by naming that answer too they get no second word."""
    evening = Evening()
    text = evening.propose(SAM)
    accepted = evening.write(ADA, Accept(answers=answer(text)))
    seen = evening.write(SAM, Note(text="Good."), "note")
    named = (accepted.applied.seq, seen.applied.seq)
    evening.append(SAM, evening.document("note", Note(text="?")), refused=named)
    assert evening.stage() == "in_force"
    assert all(not item.refused_by for item in evening.state.timeline)
