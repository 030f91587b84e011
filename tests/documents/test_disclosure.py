"""Disclosures between two people: their words, what withdrawing leaves, and what counts while nobody is certain."""

from __future__ import annotations

from dataclasses import replace

import pytest

from duolog.documents.applied import DAY, Membership
from duolog.documents.bodies import Answer
from duolog.documents.journal import describe, encode_state, parse_state
from duolog.documents.journal_state import Item
from duolog.documents.kinds import disclosure, disclosure_views
from duolog.documents.kinds.disclosure import Acknowledge, Heard, NotQuite, Reflect, Respond, SetAside, Tell
from duolog.documents.kinds.note import Note
from duolog.documents.kinds.withdrawn import Withdrawn
from duolog.documents.voice import Look
from duolog.errors import MalformedData, NotAllowed
from duolog.protocol.messages import Document
from tests.documents.evening import ADA, BOTH, KIM, SAM, START, VOICE, Evening, answer

PROVISIONAL = replace(BOTH, provisional=True)
NOWHERE = Answer(entry=bytes(16), message=bytes(32))


def told(evening: Evening, text: Answer = NOWHERE) -> Item:
    return evening.write(SAM, Tell(form="disclosure", text=text, about="The money"), "disclosure")


def stage(evening: Evening) -> str:
    return list(evening.state.part(disclosure.KIND).values())[-1].standing


def test_told_reflected_heard_answered_and_each_step_in_words() -> None:
    evening = Evening()
    letter = told(evening)
    said = evening.write(ADA, Reflect(answers=answer(letter), text=NOWHERE, asks="Since when?"), "disclosure")
    missed = evening.write(SAM, NotQuite(answers=answer(said), words="And the year."), "disclosure")
    said = evening.write(ADA, Reflect(answers=answer(letter), text=NOWHERE), "disclosure")
    evening.write(SAM, Heard(answers=answer(said)), "disclosure")
    evening.state = parse_state(encode_state(evening.state))
    last = evening.write(ADA, Respond(answers=answer(letter), text=NOWHERE), "disclosure")
    assert stage(evening) == "answered"
    assert describe(evening.state, letter, VOICE) == "Sam wrote a disclosure\n  About: The money"
    assert "And the year." in describe(evening.state, missed, VOICE)
    assert describe(evening.state, last, VOICE) == "Ada responded to “The money”"


def test_withdrawing_the_note_hides_the_text_and_leaves_the_step() -> None:
    evening = Evening()
    note = evening.write(SAM, Note(text="I borrowed it."), "note")
    letter = told(evening, answer(note))
    evening.write(SAM, Withdrawn(answers=answer(note)), "withdrawn")
    with pytest.raises(NotAllowed, match="This is a step"):
        evening.write(SAM, Withdrawn(answers=answer(letter)), "withdrawn")
    evening.write(ADA, Acknowledge(answers=answer(letter)), "disclosure")
    assert stage(evening) == "read"


def test_while_provisional_one_can_let_go_and_nothing_else() -> None:
    evening = Evening()
    letter = told(evening)
    evening.context = PROVISIONAL
    with pytest.raises(NotAllowed, match="eight words"):
        evening.write(ADA, Acknowledge(answers=answer(letter)), "disclosure")
    evening.write(ADA, SetAside(answers=answer(letter), words="Not now."), "disclosure")
    evening.context = Membership(frozenset({SAM}))
    evening.write(SAM, SetAside(answers=answer(letter)), "disclosure")
    assert set(evening.state.part(disclosure.KIND)[letter.applied.entry].marks["aside"]) == {ADA, SAM}


def test_a_reflection_that_was_not_delivered_does_not_wait_and_setting_aside_stands() -> None:
    evening = Evening()
    letter = told(evening)
    said = evening.write(ADA, Reflect(answers=answer(letter), text=NOWHERE), "disclosure")
    aside = evening.write(ADA, SetAside(answers=answer(letter)), "disclosure")
    refused = (said.applied.seq, aside.applied.seq)
    evening.append(SAM, evening.document("note", Note(text="?")), refused=refused)
    [one] = evening.state.part(disclosure.KIND).values()
    assert (one.standing, set(one.marks["aside"])) == ("told", {ADA})


def test_what_may_be_done_now_and_why_not_the_rest() -> None:
    evening = Evening()
    letter = told(evening)
    things = evening.state.part(disclosure.KIND)
    steps = disclosure.MACHINE.steps(things, things[letter.applied.entry], ADA, START, BOTH)
    may = {one.step: one.why_not for one in steps}
    assert {step for step, why_not in may.items() if why_not is None} == {"acknowledge", "reflect", "set_aside"}
    assert may["respond"] == "Reflect first: say what you hear, until it is “heard”."
    assert may["heard"] == "This is not the reflection that waits."
    assert [one.why_not for one in disclosure.MACHINE.steps(things, None, ADA, START, BOTH)] == [None]


@pytest.mark.parametrize("form", ["supplement", "impact"])
def test_only_a_supplement_answers(form: str) -> None:
    named = {} if form == "supplement" else {"answers": NOWHERE.encode_json()}
    body = {"step": "tell", "form": form, "text": NOWHERE.encode_json(), "about": "More", **named}
    item = Evening().append(SAM, Document("disclosure", 1, START, body))
    assert "a supplement answers a disclosure" in (item.skipped or "")


@pytest.mark.parametrize("about", ["", " ", "two\nlines"])
def test_what_it_is_about_is_one_line(about: str) -> None:
    body = {"step": "tell", "form": "impact", "text": NOWHERE.encode_json(), "about": about}
    assert "about" in (Evening().append(SAM, Document("disclosure", 1, START, body)).skipped or "")
    with pytest.raises(MalformedData):
        Evening().write(SAM, Tell(form="impact", text=NOWHERE, about="a" * 121), "disclosure")


def shown(evening: Evening, me: bytes, day: int = 0) -> str:
    """What the newest letter shows, without its two first lines."""
    letter = list(evening.state.part(disclosure.KIND).values())[-1]
    wrote, about, *rest = disclosure_views.show(letter, Look(me, START + day * DAY, VOICE)).splitlines()
    assert (wrote, about) == ("Sam wrote a disclosure", "  About: The money")
    return " ".join(line.strip() for line in rest)


def today(evening: Evening, me: bytes) -> tuple[str, ...]:
    letter = list(evening.state.part(disclosure.KIND).values())[-1]
    return disclosure_views.today(letter, Look(me, START, VOICE))


def test_each_stage_is_told_to_reader_and_writer_in_their_own_words() -> None:
    evening = Evening()
    letter = told(evening)
    to = answer(letter)
    assert shown(evening, SAM) == "It is there."
    assert shown(evening, ADA).startswith("Open it when you want; nobody can tell whether you do. You can acknowledge")
    assert (today(evening, ADA), today(evening, SAM)) == (("A letter of Sam's is here.",), ())
    evening.write(ADA, Acknowledge(answers=to), "disclosure")
    assert shown(evening, ADA) == "You acknowledged it. You can say what you hear, or set it aside."
    assert shown(evening, SAM) == "Ada acknowledged it."
    said = evening.write(ADA, Reflect(answers=to, text=NOWHERE), "disclosure")
    assert shown(evening, ADA, 7) == "You said what you hear."
    assert shown(evening, ADA, 8) == "You said what you hear. You may respond."
    assert shown(evening, SAM) == "Ada says what they hear. Is it right? You can say heard, or not quite."
    assert (today(evening, ADA), today(evening, SAM)) == ((), ("Ada says what they hear in “The money”.",))
    evening.write(SAM, NotQuite(answers=answer(said), words="And the year."), "disclosure")
    assert shown(evening, ADA) == "Sam says: not quite. You can try again, or set it aside."
    said = evening.write(ADA, Reflect(answers=to, text=NOWHERE), "disclosure")
    evening.write(SAM, NotQuite(answers=answer(said), words="Nor that."), "disclosure")
    assert shown(evening, ADA) == "Sam says: not quite. You can try again, respond, or set it aside."
    assert shown(evening, SAM) == "You said: not quite."
    said = evening.write(ADA, Reflect(answers=to, text=NOWHERE), "disclosure")
    evening.write(SAM, Heard(answers=answer(said)), "disclosure")
    assert shown(evening, ADA) == "Sam says: heard. A response is possible, not expected."
    assert shown(evening, SAM) == "You said: heard."
    assert (today(evening, ADA), today(evening, SAM)) == ((), ())
    evening.write(ADA, Respond(answers=to, text=NOWHERE), "disclosure")
    assert shown(evening, ADA) == shown(evening, SAM) == "It was answered."


def test_who_set_it_aside_is_told_that_it_asks_nothing() -> None:
    evening = Evening()
    letter = told(evening)
    evening.write(ADA, SetAside(answers=answer(letter)), "disclosure")
    assert shown(evening, ADA) == "You set this aside. It asks nothing of you."
    assert shown(evening, SAM) == "Ada isn't ready for this now. Only Ada can take it up."
    assert (today(evening, ADA), today(evening, SAM)) == ((), ())
    evening.write(SAM, SetAside(answers=answer(letter)), "disclosure")
    assert shown(evening, SAM).startswith("You ask for nothing more here.")
    assert shown(evening, ADA).endswith("Sam asks for nothing more here. You can respond if you want.")
    evening.write(ADA, Respond(answers=answer(letter), text=NOWHERE), "disclosure")
    assert shown(evening, ADA) == "It was answered before “heard”."


def test_a_confidant_is_shown_no_more_of_a_letter_than_its_line() -> None:
    evening = Evening()
    told(evening)
    assert (shown(evening, KIM), today(evening, KIM)) == ("", ())
