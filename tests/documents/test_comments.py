"""Comments and appreciations: who may write them, on what, and that they move nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from duolog.documents.applied import Membership
from duolog.documents.bodies import Answer
from duolog.documents.journal import describe, encode_state, parse_state, require_allowed
from duolog.documents.kinds.appreciation import Appreciation
from duolog.documents.kinds.boundary_texts import Accept, Retire
from duolog.documents.kinds.comment import Comment
from duolog.documents.kinds.copy import copy_body
from duolog.documents.kinds.disclosure import Acknowledge, Reflect, Respond, SetAside, Tell
from duolog.documents.kinds.note import Note
from duolog.documents.kinds.profile import Profile
from duolog.documents.kinds.withdrawn import Withdrawn
from duolog.documents.names import YOU
from duolog.documents.registry import KINDS, is_step
from duolog.documents.timeline import Item, Timeline
from duolog.documents.voice import PARTS_UNSHOWN
from duolog.errors import MalformedData, NotAllowed
from duolog.protocol.messages import Document
from tests.documents.evening import ADA, BOTH, KIM, SAM, START, VOICE, Evening, answer

NOWHERE = Answer(entry=bytes(16), message=bytes(32))
ALONE = Membership(frozenset({ADA}))


def on(item: Item | Answer, text: str = "I see it so too.") -> Comment:
    return Comment(answers=item if isinstance(item, Answer) else answer(item), text=text)


def comment(evening: Evening, item: Item | Answer, author: bytes = SAM) -> Item:
    return evening.write(author, on(item), "comment")


def refused(evening: Evening, item: Item | Answer, match: str, author: bytes = SAM) -> None:
    """Its author's client refuses it, and everybody else skips it with the same sentence."""
    with pytest.raises(NotAllowed, match=match) as refusal:
        comment(evening, item, author)
    assert evening.forge(author, on(item), "comment").skipped == str(refusal.value)


def shown(evening: Evening, item: Item) -> str:
    found = evening.state.find(item.applied.entry)
    assert found is not None
    return describe(evening.state, found, VOICE)


def letter(evening: Evening) -> Item:
    return evening.write(SAM, Tell(form="disclosure", text=NOWHERE, about="The money"), "disclosure")


# --- what takes comments ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("author", [ADA, SAM, KIM])
def test_every_text_takes_comments_of_every_member_also_of_a_confidant(author: bytes) -> None:
    evening = Evening()
    note = evening.write(ADA, Note(text="Rain."), "note")
    copied = evening.append(ADA, Document("copy", 1, START, copy_body(bytes(32), note.applied)))
    thanks = evening.write(SAM, Appreciation(text="You waited."), "appreciation")
    said = comment(evening, note, author)
    for item in (copied, thanks, said):
        comment(evening, item, author)
    assert shown(evening, said).split("\n") == [
        f"{VOICE.name(author)} commented:",
        "    I see it so too.",
        "  About: what Ada wrote, day 0",
    ]


def test_one_s_own_words_are_named_within_a_sentence() -> None:
    evening = Evening()
    said = comment(evening, evening.write(ADA, Note(text="Rain."), "note"))
    mine = replace(VOICE, name=lambda account: YOU if account == ADA else "Sam")
    assert "  About: what you wrote, day 0" in describe(evening.state, said, mine)


def test_a_boundary_takes_comments_always_and_on_each_of_its_steps() -> None:
    evening = Evening()
    proposed = evening.propose(ADA)
    first = comment(evening, proposed)
    accepted = evening.write(SAM, Accept(answers=answer(proposed)))
    second = comment(evening, accepted, ADA)
    evening.write(ADA, Retire(answers=answer(proposed)))
    ask = evening.state.timeline[-1]
    evening.write(SAM, Retire(answers=answer(ask)))
    assert evening.stage() == "retired"
    for item in (first, second, comment(evening, proposed), comment(evening, ask)):
        assert "  About: “No late chats.”" in shown(evening, item)


def test_a_letter_takes_comments_once_it_was_answered() -> None:
    evening = Evening()
    told = letter(evening)
    steps = [told]
    refused(evening, told, "takes no comments now", ADA)
    for body in (
        Acknowledge(answers=answer(told)),
        Reflect(answers=answer(told), text=NOWHERE),
        SetAside(answers=answer(told)),
    ):
        steps.append(evening.write(ADA, body, "disclosure"))
        for step in steps:
            refused(evening, step, "takes no comments now", KIM)
    evening.write(SAM, SetAside(answers=answer(told)), "disclosure")
    steps.append(evening.write(ADA, Respond(answers=answer(told), text=NOWHERE), "disclosure"))
    for step in steps:
        comment(evening, step)


def test_what_a_person_says_of_themselves_takes_no_comments() -> None:
    evening = Evening()
    note = evening.write(ADA, Note(text="Rain."), "note")
    for item in (
        evening.write(ADA, Profile(display_name="Ada"), "profile"),
        evening.write(ADA, Withdrawn(answers=answer(note)), "withdrawn"),
    ):
        refused(evening, item, "takes no comments")


def test_another_text_than_the_one_that_is_here_is_not_commented_on() -> None:
    evening = Evening()
    note = evening.write(ADA, Note(text="Rain."), "note")
    other = Answer(entry=note.applied.entry, message=bytes(32))
    refused(evening, other, "other words than the ones that are here")
    assert "About: something that is not here" in shown(evening, evening.state.timeline[-1])


def test_a_kind_with_steps_takes_no_comments_unless_it_says_so() -> None:
    open_in = {name: kind.machine.comments_open for name, kind in KINDS.items() if kind.machine is not None}
    assert (open_in["boundary"], open_in["disclosure"]) == (("live", "retired"), ("answered",))
    for name, stages in open_in.items():
        machine = KINDS[name].machine
        assert machine is not None
        assert replace(machine).comments_open == stages
        assert type(machine)(machine.noun, machine.thing, machine.text, machine.digests, ()).comments_open == ()


# --- what is not here ------------------------------------------------------------------------------------------------


def test_nobody_comments_on_what_is_not_here_and_what_was_written_elsewhere_stays() -> None:
    """Another home may hold what this one doesn't: no home's gaps decide what another one is shown."""
    evening = Evening()
    unknown = evening.append(ADA, Document("ballad", 1, START, {"verses": 3}))
    newer = evening.append(ADA, Document("boundary", 2, START, {"verses": 3}))
    damaged = evening.append(ADA, Document("boundary", 1, START, {"step": "sing"}))
    without = evening.forge(KIM, Retire(answers=NOWHERE))
    for named in (NOWHERE, answer(unknown), answer(newer), answer(damaged), answer(without)):
        with pytest.raises(NotAllowed, match="is not here"):
            comment(evening, named)
        assert evening.forge(SAM, on(named), "comment").skipped is None
    assert "About: something that is not here" in shown(evening, evening.forge(SAM, on(NOWHERE), "comment"))
    assert "About: something that is not here" in shown(evening, evening.forge(SAM, on(without), "comment"))


def test_a_comment_on_what_was_withdrawn_stays() -> None:
    evening = Evening()
    note = evening.write(ADA, Note(text="in anger"), "note")
    said = comment(evening, note)
    evening.write(ADA, Withdrawn(answers=answer(note)), "withdrawn")
    assert shown(evening, said).endswith("    I see it so too.\n  About: something that is not here")
    assert parse_state(encode_state(evening.state)) == evening.state


@pytest.mark.parametrize("step", [True, False])
def test_a_comment_on_what_was_not_delivered_stays(step: bool) -> None:
    evening = Evening()
    item = evening.propose(ADA) if step else evening.write(ADA, Note(text="Rain."), "note")
    said = evening.write(KIM, on(item), "comment")
    evening.append(SAM, evening.document("note", Note(text="?")), refused=(item.applied.seq,))
    found = evening.state.find(said.applied.entry)
    assert found is not None
    assert found.skipped is None
    assert "About: something that is not here" in shown(evening, said)


def test_a_comment_is_judged_as_if_what_was_taken_back_had_never_been_written() -> None:
    """Without the response the letter isn't answered, so a comment on it comes too early."""
    evening = Evening()
    told = letter(evening)
    evening.write(SAM, SetAside(answers=answer(told)), "disclosure")
    response = evening.write(ADA, Respond(answers=answer(told), text=NOWHERE), "disclosure")
    said = evening.write(ADA, on(told), "comment")
    evening.append(SAM, evening.document("note", Note(text="?")), refused=(response.applied.seq,))
    assert "Not counted: This takes no comments now." in shown(evening, said)


# --- texts, and no steps ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["comment", "appreciation"])
def test_it_is_withdrawn_like_any_text_and_moves_nothing(kind: str) -> None:
    evening = Evening()
    proposed = evening.propose(ADA)
    before = encode_state(replace(evening.state, timeline=Timeline()))
    body = on(proposed) if kind == "comment" else Appreciation(text="You waited.", of="you")
    item = evening.write(ADA, body, kind)
    assert not is_step(kind)
    assert encode_state(replace(evening.state, timeline=Timeline())) == before
    with pytest.raises(NotAllowed, match="Only who wrote"):
        evening.write(SAM, Withdrawn(answers=answer(item)), "withdrawn")
    evening.write(ADA, Withdrawn(answers=answer(item)), "withdrawn")
    assert evening.state.withdrawn(item.applied.entry, ADA, item.applied.seq, START)


def test_one_that_was_not_delivered_says_so_and_stands() -> None:
    evening = Evening()
    note = evening.write(ADA, Note(text="Rain."), "note")
    said = comment(evening, note, ADA)
    evening.append(SAM, evening.document("note", Note(text="?")), refused=(said.applied.seq,))
    assert shown(evening, said).endswith("\n  Not delivered to Sam")


# --- appreciations ---------------------------------------------------------------------------------------------------


def test_an_appreciation_says_of_whom_and_what_it_is_about() -> None:
    evening = Evening()
    proposed = evening.propose(ADA)
    bodies = [
        Appreciation(text="You waited."),
        Appreciation(text="You waited.", of="you"),
        Appreciation(text="We talked.", of="us", about=answer(proposed)),
        Appreciation(text="We talked.", of="us", about=NOWHERE),  # a soft link: what it names has no effect
    ]
    assert [shown(evening, evening.write(SAM, body, "appreciation")) for body in bodies] == [
        "Sam wrote an appreciation:\n    You waited.",
        "Sam thanked the other:\n    You waited.",
        "Sam noted a win of the two together:\n    We talked.\n  About: “No late chats.”",
        "Sam noted a win of the two together:\n    We talked.\n  About: something that is not here",
    ]


def test_only_partners_appreciate_and_alone_nobody_is_meant_by_you() -> None:
    evening = Evening()
    body = Appreciation(text="You waited.")
    with pytest.raises(NotAllowed, match="between partners"):
        evening.write(KIM, body, "appreciation")
    assert "between partners" in (evening.forge(KIM, body, "appreciation").skipped or "")
    evening.context = ALONE
    of_you = Appreciation(text="You waited.", of="you")
    with pytest.raises(NotAllowed, match="nobody here yet"):
        evening.write(ADA, of_you, "appreciation")
    assert "nobody here yet" in (evening.forge(ADA, of_you, "appreciation").skipped or "")
    evening.write(ADA, body, "appreciation")
    evening.write(ADA, Appreciation(text="We are two.", of="us"), "appreciation")
    note = evening.write(ADA, Note(text="Rain."), "note")
    comment(evening, note, KIM)  # a counsellor there reads, and comments if allowed


def test_texts_may_be_written_before_the_words_were_compared() -> None:
    evening = Evening(context=replace(BOTH, provisional=True))
    note = evening.write(ADA, Note(text="Rain."), "note")
    comment(evening, note)
    evening.write(SAM, Appreciation(text="You waited.", of="you"), "appreciation")


@pytest.mark.parametrize("kind", ["comment", "appreciation"])
def test_its_text_is_short_and_not_blank(kind: str) -> None:
    more = {"answers": NOWHERE.encode_json()} if kind == "comment" else {}
    for text in ("", "  \n", None):
        item = Evening().append(SAM, Document(kind, 1, START, {"text": text, **more}))
        assert "text" in (item.skipped or "")
    long = {"text": "x" * 2_001, **more}
    assert Evening().append(SAM, Document(kind, 1, START, long)).skipped is None
    with pytest.raises(MalformedData, match="2000 fit"):
        require_allowed(Evening().state, Document(kind, 1, START, long), SAM, BOTH)


@pytest.mark.parametrize("kind", ["comment", "appreciation", "note"])
def test_parts_that_are_unknown_here_survive_and_are_said_to_be_there(kind: str) -> None:
    evening = Evening()
    note = evening.write(ADA, Note(text="Rain."), "note")
    body = {"text": "Yes.", "mood": {"deep": [1, None]}}
    body |= {"answers": answer(note).encode_json()} if kind == "comment" else {}
    item = evening.append(SAM, Document(kind, 1, START, body))
    assert item.skipped is None
    assert PARTS_UNSHOWN in shown(evening, item)
    again = parse_state(encode_state(evening.state))
    assert again == evening.state
    assert again.timeline[-1].applied.document.body == body
    copied = evening.append(ADA, Document("copy", 1, START, copy_body(bytes(32), item.applied)))
    assert copied.applied.document.body["document"]["body"] == body
    assert PARTS_UNSHOWN in shown(evening, copied)
    assert "    Yes." in shown(evening, copied).split("\n")
