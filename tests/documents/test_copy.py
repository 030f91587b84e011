"""Copies: what they say of their origin, what may be copied, and that a copied step is none."""

from __future__ import annotations

import pytest

from duolog.documents.applied import AppliedDocument, Membership
from duolog.documents.journal import apply, describe, require_allowed
from duolog.documents.journal_state import JournalState
from duolog.documents.kinds.copy import copy_body
from duolog.documents.voice import Voice
from duolog.errors import MalformedData, NotAllowed
from duolog.protocol.codec import JsonObject, encode_b64
from duolog.protocol.messages import Document
from fuzz.documents import answer, bodies

ADA, SAM, THERE = b"a" * 32, b"s" * 32, b"j" * 32
PARTNERS = Membership(partners=frozenset({ADA, SAM}))
VOICE = Voice(name=lambda account: "Ada" if account == ADA else "Sam", when=lambda seconds: f"<{seconds}>")
WORDING = {"topic": "time", "text": "Sundays are ours.", "binds": "both", "why": "We lose each other."}


def applied(kind: str, body: JsonObject, author: bytes = SAM, seq: int = 1) -> AppliedDocument:
    return AppliedDocument(bytes([seq]) * 16, seq, author, b"m" * 32, Document(kind, 1, 1_700_000_000, body))


def shown(body: JsonObject) -> str:
    state = apply(JournalState(), applied("copy", body, ADA), PARTNERS)
    assert state.skipped == ()
    return describe(state, state.timeline[0], VOICE)


def test_a_copy_says_whose_it_was_when_and_from_where() -> None:
    body = copy_body(THERE, applied("note", {"text": "I hid it.", "feelings": ["shame"]}))
    assert body["of"] == {
        "journal": encode_b64(THERE),
        "entry": encode_b64(b"\x01" * 16),
        "message": encode_b64(b"m" * 32),
        "author": encode_b64(SAM),
        "at": 1_700_000_000,
    }
    text = shown(body)
    assert text.startswith("Ada copied here, as written by Sam on <1700000000>:")
    assert "I hid it." in text
    assert "Feelings: shame" in text


def test_a_shortened_copy_says_so() -> None:
    body = copy_body(THERE, applied("note", {"text": "I hid it, and more.", "tags": ["one"]}), "I hid it.")
    assert (body["left_out"], body["document"]["body"]["text"]) == (True, "I hid it.")
    assert "shortened" in shown(body)
    worded = copy_body(THERE, applied("boundary", {"step": "propose", "wording": WORDING}), "Sundays.")
    assert worded["document"]["body"]["wording"] == WORDING | {"text": "Sundays."}
    with pytest.raises(NotAllowed, match="no text"):
        copy_body(THERE, applied("boundary", {"step": "accept", "answers": {}}), "Shorter.")


def test_a_copied_step_is_no_step() -> None:
    body = copy_body(THERE, applied("boundary", {"step": "propose", "wording": WORDING}))
    state = apply(JournalState(), applied("copy", body, ADA), PARTNERS)
    assert state.boundaries == {}
    text = shown(body)
    assert "Sundays are ours." in text
    assert "We lose each other." in text


@pytest.mark.parametrize("kind", ["copy", "profile", "withdrawn", "words_differ", "went_on"])
def test_what_is_about_its_own_journal_is_not_copied(kind: str) -> None:
    with pytest.raises(NotAllowed, match="can't be copied"):
        copy_body(THERE, applied(kind, {"text": "x"}))


def test_nothing_is_copied_to_a_provisional_partner() -> None:
    body = copy_body(THERE, applied("note", {"text": "I hid it."}))
    provisional = Membership(partners=PARTNERS.partners, provisional=True)
    with pytest.raises(NotAllowed, match="eight words"):
        require_allowed(JournalState(), Document("copy", 1, 0, body), ADA, provisional)
    assert apply(JournalState(), applied("copy", body, ADA), provisional).skipped


def test_a_copy_of_something_unknown_or_damaged_is_shown_as_such() -> None:
    unknown = copy_body(THERE, applied("letter", {"what_i_fear": "the \u202esilence", "more": [1]}))
    text = shown(unknown)
    assert "of the kind letter" in text
    assert "What i fear: the" in text
    assert "\u202e" not in text
    damaged = copy_body(THERE, applied("note", {"text": 7}))
    assert "can't be read here" in shown(damaged)
    with pytest.raises(MalformedData):
        require_allowed(JournalState(), Document("copy", 1, 0, {"document": {}}), ADA, PARTNERS)


def test_a_copied_note_leaves_its_attachments_and_says_how_many() -> None:
    attached = [{"id": encode_b64(bytes([n]) * 16), "name": f"{n}.jpg"} for n in range(3)]
    note = {"text": "I hid it.", "attachments": attached, "imported": {"app": "A", "id": "7"}, "happened": "2026-11-23"}
    body = copy_body(THERE, applied("note", note))
    assert body["document"]["body"] == {"text": "I hid it.", "happened": "2026-11-23"}
    assert (body["attachments_left_out"], "left_out" in body) == (3, False)
    text = shown(body)
    assert "It happened on Monday 23 November 2026" in text
    assert text.endswith("  Without 3 attachments, left where they were written")
    one = copy_body(THERE, applied("note", note | {"attachments": attached[:1]}), "Shorter.")
    assert (one["left_out"], one["attachments_left_out"]) == (True, 1)
    assert "shortened" in shown(one)
    assert shown(one).endswith("  Without 1 attachment, left where it was written")
    nothing: tuple[object, ...] = ([], None, "damaged")
    for none in nothing:
        assert "attachments_left_out" not in copy_body(THERE, applied("note", note | {"attachments": none}))
    other = copy_body(THERE, applied("letter", note))
    assert other["document"]["body"] == note, "nobody takes a part out of what isn't known here"


@pytest.mark.parametrize("kind", ["comment", "appreciation"])
def test_a_comment_and_an_appreciation_are_copied_as_their_text(kind: str) -> None:
    answers = {"answers": {"entry": encode_b64(bytes(16)), "message": encode_b64(bytes(32))}}
    body = copy_body(THERE, applied(kind, {"text": "You waited.", **(answers if kind == "comment" else {})}))
    assert shown(body) == "Ada copied here, as written by Sam on <1700000000>:\n    You waited."


STEPS = [item for item in bodies() if "step" in item["body"]]


@pytest.mark.parametrize("item", STEPS, ids=lambda item: f"{item['kind']}-{item['body']['step']}")
def test_a_copied_step_is_told_in_words(item: JsonObject) -> None:
    text = shown(copy_body(THERE, applied(item["kind"], item["body"])))
    assert "Step:" not in text
    assert "document of the kind" not in text
    assert all(line.startswith("  ") for line in text.split("\n")[1:])


def test_a_copied_acceptance_says_who_accepted() -> None:
    text = shown(copy_body(THERE, applied("boundary", {"step": "accept", "answers": answer(1)})))
    assert "\n  Sam accepted the text of" in text


def test_a_copied_step_of_a_newer_version_is_shown_as_one_of_its_kind() -> None:
    body = copy_body(THERE, applied("boundary", {"step": "accept", "answers": answer(1)}))
    body["document"]["v"] = 2
    assert "A document of the kind boundary" in shown(body)


def test_a_copied_step_with_parts_that_are_not_known_says_so() -> None:
    body = copy_body(THERE, applied("boundary", {"step": "accept", "answers": answer(1), "more": "x"}))
    assert "parts" in shown(body)


def test_the_words_beside_a_step_are_not_replaced_by_a_shorter_text() -> None:
    tell = {"step": "tell", "form": "disclosure", "about": "The money", "text": answer(9)}
    with pytest.raises(NotAllowed, match="no text"):
        copy_body(THERE, applied("disclosure", tell), "Shorter.")
