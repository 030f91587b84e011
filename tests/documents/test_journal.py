"""State of a journal: nothing dropped, nothing that only one can read, everything restorable."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from duolog.documents import account, judging
from duolog.documents.account import apply_account, encode_account_state, parse_account_state
from duolog.documents.account_state import AccountState
from duolog.documents.applied import UNFORESEEN, AppliedDocument, Membership
from duolog.documents.bodies import parse_body
from duolog.documents.journal import apply, describe, encode_state, parse_state, require_allowed
from duolog.documents.journal_state import JournalState
from duolog.documents.kind import NEWER
from duolog.documents.kinds.boundary import describe_boundary, title_of, view_boundary
from duolog.documents.kinds.boundary_texts import Accept, Contest, Propose, today_until
from duolog.documents.kinds.note import Note
from duolog.documents.kinds.profile import Profile
from duolog.documents.registry import ACCOUNT_KINDS, KINDS, make_document
from duolog.errors import MalformedData, NotAllowed
from duolog.protocol.codec import encode_b64
from duolog.protocol.messages import Document
from tests.documents.evening import ADA, BOTH, KIM, SAM, START, VOICE, Evening, answer, wording

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)
BODIES = st.dictionaries(
    st.sampled_from(["step", "wording", "answers", "text", "display_name", "words", "feelings"]), JSON, max_size=4
)


NEAR = st.fixed_dictionaries(
    {"step": st.sampled_from(["propose", "accept", "counter", "retire", "take_back", "sing"])},
    optional={
        "wording": st.fixed_dictionaries({"topic": st.just("time"), "text": JSON | st.text(), "binds": JSON}) | JSON,
        "answers": st.just({"entry": "A" * 22, "message": "A" * 43}) | JSON,
        "why": JSON,
        "review": JSON,
    },
)
ANYTHING = st.tuples(
    st.sampled_from([*KINDS, "letter", ""]),
    st.sampled_from([1, 1, 1, 2, 2**53 - 1]),
    BODIES | NEAR | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), JSON, max_size=3),
    st.integers(0, 2**53 - 1) | st.integers(-(2**70), 2**70),
    st.integers(0, 2**53 - 1),
    st.integers(1, 20),
    st.lists(st.integers(0, 2**53 - 1) | st.integers(1, 20), max_size=3).map(tuple),
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(documents=st.lists(ANYTHING, min_size=1, max_size=4))
def test_whatever_an_entry_holds_ends_in_the_timeline(documents: list[tuple[Any, ...]]) -> None:
    """Any body of any kind and version, by any clock, in any order; what a seq passed over was applied already."""
    state, seqs = JournalState(), list[int]()
    for kind, v, body, at, received, seq, refused in documents:
        document = Document(kind, v, at, body)
        applied = AppliedDocument(seq.to_bytes(16, "big"), seq, ADA, bytes(32), document, received, refused)
        state = apply(state, applied, BOTH)
        seqs += [seq] if seq > max(seqs, default=0) else []
    assert [item.applied.seq for item in state.timeline] == seqs
    for item in state.timeline:
        assert describe(state, item, VOICE).startswith("Ada ")
    assert parse_state(encode_state(state)) == state


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(kind=st.sampled_from([*ACCOUNT_KINDS, "note"]), v=st.sampled_from([1, 2]), body=BODIES, at=st.integers())
def test_whatever_stands_in_an_account_journal_stops_nothing(kind: str, v: int, body: dict[str, Any], at: int) -> None:
    state = apply_account(AccountState(), AppliedDocument(bytes(16), 1, ADA, bytes(32), Document(kind, v, at, body)))
    assert state.seq == 1
    assert parse_account_state(encode_account_state(state)) == state


def test_what_no_reducer_of_the_account_journal_foresaw_has_no_effect(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> AccountState:
        raise KeyError("surprise")

    row = ACCOUNT_KINDS["kept"]
    monkeypatch.setattr(account, "ACCOUNT_KINDS", {"kept": dataclasses.replace(row, reduce=fails)})
    body = {"journal": encode_b64(bytes(32)), "entry": encode_b64(bytes(16))}
    state = apply_account(AccountState(), AppliedDocument(bytes(16), 1, ADA, bytes(32), Document("kept", 1, 0, body)))
    assert [item.reason for item in state.skipped] == [UNFORESEEN]


def test_a_computer_without_memory_is_no_documents_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> Any:
        raise MemoryError

    monkeypatch.setattr(judging, "KINDS", {**KINDS, "profile": dataclasses.replace(KINDS["profile"], reduce=fails)})
    with pytest.raises(MemoryError):
        Evening().append(ADA, Document("profile", 1, START, {"display_name": "Ada"}))


def test_an_unknown_kind_is_shown_as_such() -> None:
    evening = Evening()
    item = evening.append(ADA, Document("ballad\x1b[2J", 1, START, {"verses": 3}))
    assert item.skipped is None
    shown = describe(evening.state, item, VOICE)
    assert "of the kind ballad\ufffd[2J, which this version of Duolog doesn't know" in shown
    with pytest.raises(NotAllowed, match="can't write documents of the kind"):
        require_allowed(evening.state, item.applied.document, ADA, evening.context)


def test_a_newer_version_of_a_kind_is_shown_and_not_guessed_at() -> None:
    evening = Evening()
    item = evening.append(ADA, Document("profile", 2, START, {"display_name": "Ada"}))
    assert item.skipped == NEWER
    assert evening.state.profiles == {}


def test_unknown_fields_are_kept_and_passed_on() -> None:
    body = {"text": "Rain.", "weather": {"mm": 3.5, "wind": None}}
    note = parse_body(KINDS["note"].body, body)
    assert make_document("note", note, START).body == body


def test_a_document_that_can_not_be_read_is_skipped_without_quoting_it() -> None:
    evening = Evening()
    item = evening.append(ADA, Document("boundary", 1, START, {"step": "SECRET-STEP"}))
    assert item.skipped is not None
    assert "SECRET" not in item.skipped
    assert evening.state.skipped[0].reason == item.skipped
    with pytest.raises(MalformedData, match="binds: "):
        require_allowed(
            evening.state,
            Document("boundary", 1, START, {"step": "propose", "wording": {"topic": "time", "text": "A", "binds": 1}}),
            ADA,
            evening.context,
        )


def test_applying_a_document_twice_changes_nothing() -> None:
    evening = Evening()
    evening.propose()
    applied, context = evening.log[0]
    assert apply(evening.state, applied, context) is evening.state


def test_names_come_from_each_ones_own_newest_profile() -> None:
    evening = Evening()
    evening.write(ADA, Profile(display_name="Adele"), "profile")
    item = evening.write(ADA, Profile(display_name="Ada", pronouns="she/her", colour="#aa3366"), "profile")
    evening.write(SAM, Profile(display_name="Sam"), "profile")
    assert {account: profile.display_name for account, profile in evening.state.profiles.items()} == {
        ADA: "Ada",
        SAM: "Sam",
    }
    assert describe(evening.state, item, VOICE) == "Ada goes by Ada (she/her)"


def test_a_name_is_not_empty_and_a_colour_is_a_colour() -> None:
    evening = Evening()
    for body in ({"display_name": " "}, {"display_name": "A", "colour": "red"}, {}):
        with pytest.raises(MalformedData):
            require_allowed(evening.state, Document("profile", 1, START, body), ADA, evening.context)


def test_a_note_is_shown_with_feelings_and_tags_and_no_tricks_on_the_terminal() -> None:
    evening = Evening()
    item = evening.write(ADA, Note(text="Long day.\n\x1b[31mRed\u202e", feelings=("tired",), tags=("work",)), "note")
    assert describe(evening.state, item, VOICE) == (
        "Ada wrote:\n    Long day.\n    \ufffd[31mRed\ufffd\n  Feelings: tired\n  Tags: work"
    )


def test_what_a_partner_could_not_open_counts_for_nobody_until_written_again() -> None:
    evening = Evening()
    first = evening.propose(ADA)
    accepted = evening.write(SAM, Accept(answers=answer(first)))
    assert evening.stage() == "in_force"
    note = evening.document("note", Note(text="I could not open something."))
    evening.append(ADA, note, refused=(accepted.applied.seq,))
    assert evening.stage() == "proposed"
    shown = describe(evening.state, evening.state.timeline[1], VOICE)
    assert judging.NOT_DELIVERED in shown
    assert "Not delivered to Ada" in shown
    evening.write(SAM, Accept(answers=answer(first)))
    assert evening.stage() == "in_force"


def test_a_proposal_that_did_not_arrive_may_be_repeated_at_once() -> None:
    evening = Evening()
    first = evening.propose(ADA)
    evening.append(SAM, evening.document("note", Note(text="?")), refused=(first.applied.seq,))
    assert evening.state.boundaries == {}
    evening.propose(ADA)


def test_what_somebody_has_answered_they_can_not_unhold() -> None:
    evening = Evening()
    first = evening.propose(ADA)
    evening.write(SAM, Accept(answers=answer(first)))
    evening.append(SAM, evening.document("note", Note(text="?")), refused=(first.applied.seq,))
    assert evening.stage() == "in_force"
    assert evening.state.timeline[0].refused_by == ()


def test_a_confidant_who_could_not_open_an_entry_takes_nothing_back() -> None:
    evening = Evening()
    first = evening.propose(ADA)
    evening.append(KIM, evening.document("note", Note(text="?")), refused=(first.applied.seq, 77))
    assert evening.stage() == "proposed"
    assert evening.state.timeline[0].refused_by == (KIM,)


def test_some_kinds_wait_until_the_words_were_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    later = dataclasses.replace(KINDS["note"], while_provisional=False)
    monkeypatch.setattr(judging, "KINDS", {**KINDS, "note": later})
    evening = Evening(context=Membership(frozenset({ADA, SAM}), provisional=True))
    with pytest.raises(NotAllowed, match="Compare the eight words"):
        evening.write(ADA, Note(text="Something heavy."), "note")
    assert "Compare" in (evening.forge(ADA, Note(text="Something heavy."), "note").skipped or "")
    evening.context = Membership(frozenset({ADA, SAM}))
    evening.write(ADA, Note(text="Something heavy."), "note")


def test_what_a_thief_wrote_with_replaced_keys_is_no_answer_of_its_owner() -> None:
    evening = Evening()
    first = evening.propose(ADA)
    stolen = evening.append(SAM, evening.document("note", Note(text="By a thief.")))
    named = (first.applied.seq, stolen.applied.seq)
    evening.append(SAM, evening.document("note", Note(text="?")), refused=named, generation=2)
    assert evening.state.boundaries == {}
    assert evening.state.timeline[0].refused_by == (SAM,)


def test_a_roster_that_changed_is_remembered_when_state_is_made_again() -> None:
    evening = Evening(context=Membership(frozenset({ADA})))
    alone = evening.forge(ADA, Propose(wording=wording()))
    evening.context = Membership(frozenset({ADA, SAM}))
    first = evening.propose(ADA, "B")
    accepted = evening.write(SAM, Accept(answers=answer(first)))
    evening.append(ADA, evening.document("note", Note(text="?")), refused=(accepted.applied.seq,))
    assert evening.state.timeline[0] == alone
    assert [boundary.stage for boundary in evening.state.boundaries.values()] == ["proposed"]


def test_a_damaged_snapshot_is_refused() -> None:
    made_by = encode_state(JournalState()).partition(b"\n")[0] + b"\n"
    for data in (b"", b"{}x", b'{"timeline": 3}', b'{"timeline":[{"applied":{}}]}'):
        with pytest.raises(MalformedData, match="can't be read"):
            parse_state(made_by + data)
    assert parse_state(made_by + b"{}") == JournalState()


def test_a_view_says_what_has_lapsed_and_what_is_due_by_the_readers_now() -> None:
    evening = Evening()
    first = evening.propose(ADA, review=date(2023, 12, 1))
    lapsing = evening.boundary
    assert view_boundary(lapsing, START + 14 * 86400).status == "proposed"
    assert view_boundary(lapsing, START + 14 * 86400 + 1).status == "lapsed"
    assert "Silence is never consent" in describe_boundary(lapsing, START + 15 * 86400, VOICE)
    evening.write(SAM, Accept(answers=answer(first)))
    assert not view_boundary(evening.boundary, START).review_due
    assert view_boundary(evening.boundary, START + 20 * 86400).review_due
    assert today_until(evening.boundary) > START + 20 * 86400


def test_a_boundary_reads_whole_in_plain_words() -> None:
    evening = Evening()
    details = {"why": "I lie awake.", "fine": "Groups.", "not_fine": "Ex-partners.", "if_compromised": "We say so."}
    first = evening.propose(ADA, "x" * 80, **details)
    evening.write(SAM, Accept(answers=answer(first)))
    item = evening.write(SAM, Contest(answers=answer(first), words="Too long."))
    text = describe_boundary(evening.boundary, START, VOICE)
    for part in (
        *details.values(),
        "contested",
        "Sam accepted exactly this text, day 0",
        "Sam contests it",
        "Too long.",
    ):
        assert part in text
    assert len(title_of(evening.boundary)) == 60
    assert "Sam contested" in describe(evening.state, item, VOICE)
