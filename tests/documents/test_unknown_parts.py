"""What this version can't show can't be agreed to here; what is longer than may be written is still read."""

from __future__ import annotations

import dataclasses

import pytest
from pydantic import TypeAdapter

from duolog.documents import journal, judging
from duolog.documents.account import require_allowed_account
from duolog.documents.account_kinds import NotedHead, Rotated
from duolog.documents.account_state import AccountState
from duolog.documents.applied import Membership
from duolog.documents.bodies import HIDDEN_TO_AGREE, UPDATE_TO_AGREE, has_unknown_parts, parse_body
from duolog.documents.journal import apply, describe, encode_state, parse_state, require_allowed
from duolog.documents.journal_state import JournalState
from duolog.documents.kinds.boundary import describe_boundary
from duolog.documents.kinds.boundary_texts import Accept, Contest, Counter, Decline, Propose, Retire
from duolog.documents.kinds.copy import copy_body
from duolog.documents.registry import KINDS, make_document
from duolog.documents.things import value_of
from duolog.documents.timeline import Item
from duolog.documents.voice import HIDDEN, PARTS_UNSHOWN
from duolog.errors import MalformedData, NotAllowed
from duolog.protocol.codec import JsonObject
from duolog.protocol.messages import Document
from tests.documents.evening import ADA, BOTH, SAM, START, VOICE, Evening, answer, wording

_ROTATED = TypeAdapter(Rotated)
TERMS: JsonObject = {"topic": "communication", "text": "No late chats.", "binds": "both"}


def _propose(evening: Evening, **fields: object) -> Item:
    return evening.append(ADA, Document("boundary", 1, START, {"step": "propose", "wording": TERMS} | fields))


@pytest.mark.parametrize(
    "fields",
    [
        {"wording": TERMS | {"also": "I decide."}},
        {"wording": TERMS | {"also": {"deep": [{"er": 0}]}}},
        {"also": False},
    ],
)
def test_a_text_with_an_unknown_part_is_not_accepted_here_but_counts_when_it_was_elsewhere(
    fields: JsonObject,
) -> None:
    evening = Evening()
    first = _propose(evening, **fields)
    with pytest.raises(NotAllowed, match="can't show") as refusal:
        evening.write(SAM, Accept(answers=answer(first)))
    assert str(refusal.value) == UPDATE_TO_AGREE
    assert PARTS_UNSHOWN in describe(evening.state, first, VOICE)
    assert PARTS_UNSHOWN in describe_boundary(evening.boundary, START, VOICE)
    evening.write(SAM, Counter(answers=answer(first), wording=wording("Other.")))
    other = _propose(evening, **fields | {"wording": {**TERMS, **fields.get("wording", {}), "text": "B"}})
    evening.state = parse_state(encode_state(evening.state))
    with pytest.raises(NotAllowed, match="can't show"):
        evening.write(SAM, Accept(answers=answer(other)))
    assert evening.forge(SAM, Accept(answers=answer(other))).skipped is None
    assert evening.stage() == "in_force"
    assert PARTS_UNSHOWN in describe_boundary(evening.boundary, START, VOICE)


def test_an_unknown_part_that_is_null_says_nothing() -> None:
    evening = Evening()
    first = _propose(evening, wording=TERMS | {"also": None})
    evening.write(SAM, Accept(answers=answer(first)))
    assert PARTS_UNSHOWN not in describe_boundary(evening.boundary, START, VOICE)


def test_an_ask_with_an_unknown_part_is_not_confirmed_here() -> None:
    evening = Evening()
    first = _propose(evening, wording=TERMS | {"also": "I decide."})
    evening.forge(SAM, Accept(answers=answer(first)))
    evening.write(SAM, Retire(answers=answer(first)))  # asking to end it needs no sight of all of it
    evening.day = 40
    body = Retire(answers=answer(first)).encode_json()
    ask = evening.append(ADA, Document("boundary", 1, START + 40 * 86400, body | {"only_if": "you go"}))
    assert ask.skipped is None
    with pytest.raises(NotAllowed, match="can't show"):
        evening.write(SAM, Retire(answers=answer(ask)))


HIDDEN_TEXTS = ["Yes." + "".join(chr(0xE0000 + ord(one)) for one in " and I decide"), "e" + "\u0301" * 9, "a\u202eb"]


@pytest.mark.parametrize("hidden", HIDDEN_TEXTS)
@pytest.mark.parametrize("part", ["text", "why", "if_compromised"])
def test_a_text_with_hidden_characters_is_neither_written_nor_accepted_here(hidden: str, part: str) -> None:
    evening = Evening()
    body = Propose(wording=wording(**{"text": "Quiet.", part: hidden}))
    with pytest.raises(NotAllowed, match="nobody could agree to it: U\\+"):
        evening.write(ADA, body)
    item = evening.forge(ADA, body)
    assert item.skipped is None
    assert HIDDEN in describe(evening.state, item, VOICE)
    assert HIDDEN in describe_boundary(evening.boundary, START, VOICE)
    in_a_file = dataclasses.replace(VOICE, clean=str)
    assert HIDDEN not in describe_boundary(evening.boundary, START, in_a_file), "no table that moves has a say there"
    with pytest.raises(NotAllowed) as refusal:
        evening.write(SAM, Accept(answers=answer(item)))
    assert str(refusal.value) == HIDDEN_TO_AGREE
    assert evening.forge(SAM, Accept(answers=answer(item))).skipped is None, "reducers follow no table that moves"
    evening.write(SAM, Contest(answers=answer(item), words="I never saw that."))


def test_writing_that_needs_invisible_characters_is_agreed_to() -> None:
    evening = Evening()
    first = evening.propose(ADA, "نامه‌ای می‌خواهم\r\n👨‍👩‍👧‍👦 ❤️‍🔥 e\u0302\u0301")
    assert HIDDEN not in describe(evening.state, first, VOICE)
    evening.write(SAM, Accept(answers=answer(first)))
    assert evening.stage() == "in_force"


def test_a_reason_with_hidden_characters_is_not_confirmed_here() -> None:
    evening = Evening()
    first = evening.propose(ADA)
    evening.write(SAM, Accept(answers=answer(first)))
    many = "".join(map(chr, range(0xE0041, 0xE0048)))
    with pytest.raises(NotAllowed, match=r"U\+E0045 and others\. Remove"):
        evening.write(ADA, Retire(answers=answer(first), why=many + "a"))
    ask = evening.forge(ADA, Retire(answers=answer(first), why="a" + many))
    with pytest.raises(NotAllowed, match="nobody can agree"):
        evening.write(SAM, Retire(answers=answer(ask)))
    evening.write(SAM, Decline(answers=answer(ask)))


def test_the_rule_asks_every_kind_that_declares_what_is_consented_to(monkeypatch: pytest.MonkeyPatch) -> None:
    held = parse_body(KINDS["profile"].body, {"display_name": "A", "oath": "I do."})
    sworn = dataclasses.replace(KINDS["profile"], consents_to=lambda state, body: held)
    monkeypatch.setattr(journal, "KINDS", {**KINDS, "profile": sworn})
    with pytest.raises(NotAllowed, match="can't show"):
        require_allowed(JournalState(), Document("profile", 1, START, {"display_name": "B"}), ADA, BOTH)


def test_a_copy_says_what_it_can_not_show() -> None:
    evening = Evening()
    for item in (
        _propose(evening, wording=TERMS | {"also": "I decide."}),
        evening.append(ADA, Document("note", 1, START, {"text": "Rain.", "weather": 3})),
    ):
        copied = evening.append(ADA, Document("copy", 1, START, copy_body(bytes(32), item.applied)))
        assert PARTS_UNSHOWN in describe(evening.state, copied, VOICE)


def test_what_has_no_unknown_part_has_none() -> None:
    assert not has_unknown_parts(None)
    assert not has_unknown_parts(Propose(wording=wording()))


def test_a_longer_text_than_may_be_written_is_read() -> None:
    long = wording("x" * 20_001)
    with pytest.raises(MalformedData, match="text: it is too long: 20000 fit"):
        require_allowed(JournalState(), make_document("boundary", Propose(wording=long), START), ADA, BOTH)
    require_allowed(JournalState(), make_document("boundary", Propose(wording=wording("x" * 20_000)), START), ADA, BOTH)
    evening = Evening()
    assert evening.forge(ADA, Propose(wording=long)).skipped is None
    with pytest.raises(MalformedData, match="2000 fit"):
        evening.propose(ADA, "A", why="x" * 2_001)


def test_a_longer_list_than_may_be_written_is_read() -> None:
    heads = tuple(NotedHead(journal=bytes(32), seq=1, head=bytes(32)) for _ in range(401))
    body = {"generation": 2, "heads": [head.encode_json() for head in heads]}
    with pytest.raises(MalformedData, match="400 fit"):
        require_allowed_account(AccountState(), Document("rotated", 1, START, body))
    assert len(parse_body(_ROTATED, body).heads) == 401
    make_document("rotated", Rotated(generation=2), START)


def test_a_state_of_other_kinds_than_are_known_now_is_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was skipped as unknown when a snapshot was taken would stay hidden after an update."""
    evening = Evening()
    with monkeypatch.context() as before:
        older = {name: kind for name, kind in KINDS.items() if name != "boundary"}
        before.setattr(journal, "KINDS", older)
        before.setattr(judging, "KINDS", older)
        item = evening.append(ADA, make_document("boundary", Propose(wording=wording()), START))
        snapshot = encode_state(evening.state)
        assert parse_state(snapshot).boundaries == {}
    with pytest.raises(MalformedData, match="another version"):
        parse_state(snapshot)
    assert apply(JournalState(), item.applied, Membership(frozenset({ADA, SAM}))).boundaries


def test_an_unknown_field_is_no_other_field_under_its_name_in_python() -> None:
    body = {"step": "open", "as": "own", "as_": "saw", "text": {"entry": "A" * 22, "message": "A" * 43}}
    step = parse_body(KINDS["breach"].body, body)
    assert value_of(step, "as") == "own"
    assert Evening().append(ADA, Document("breach", 1, START, body)).skipped is None


@pytest.mark.parametrize("name", ["feelings", "tags", "attachments", "happened", "imported"])
def test_an_optional_field_that_is_null_means_the_same_as_one_that_is_absent(name: str) -> None:
    found, without = (parse_body(KINDS["note"].body, {"text": "Rain."} | more) for more in ({name: None}, {}))
    assert getattr(found, name) == getattr(without, name)
