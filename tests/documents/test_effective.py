"""Whose clock counts: effective times, what is asked before sending, and what is shown where two times differ."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duolog.documents.applied import DAY, AppliedDocument, effective_time, expected_receipt
from duolog.documents.journal import describe, last_of
from duolog.documents.kinds.boundary import describe_boundary
from duolog.documents.kinds.boundary_texts import Accept, Contest, Decline, Propose
from duolog.documents.kinds.note import Note
from duolog.documents.voice import Voice
from duolog.errors import NotAllowed
from duolog.protocol.messages import Document
from tests.documents.evening import ADA, SAM, START, VOICE, Evening, answer, wording


@pytest.mark.parametrize(
    ("at", "effective"),
    [
        (START, START),
        (START + DAY, START + DAY),
        (START + DAY + 1, START + DAY),
        (2**53 - 1, START + DAY),
        (START - 7 * DAY, START - 7 * DAY),
        (START - 7 * DAY - 1, START - 7 * DAY),
        (0, START - 7 * DAY),
    ],
)
def test_a_clock_is_believed_from_a_week_before_the_receipt_to_a_day_after(at: int, effective: int) -> None:
    assert effective_time(at, START) == effective


def test_where_no_receipt_is_known_the_clock_is_all_there_is() -> None:
    assert effective_time(2**53 - 1, 0) == 2**53 - 1


@given(at=st.integers(-(2**70), 2**70), received=st.integers(1, 2**60))
def test_effective_times_never_leave_the_neighbourhood_of_the_receipt(at: int, received: int) -> None:
    assert received - 7 * DAY <= effective_time(at, received) <= received + DAY
    assert effective_time(effective_time(at, received), received) == effective_time(at, received)


def _own(at: int, received: int) -> AppliedDocument:
    return AppliedDocument(bytes(16), 1, ADA, bytes(32), Document("note", 1, at, {"text": "A"}), received)


def test_a_receipt_is_expected_by_the_clock_but_not_before_the_newest_one() -> None:
    assert expected_receipt(START, START - DAY, None) == START
    assert expected_receipt(START, START + 9 * DAY, None) == START + 9 * DAY


def test_a_clock_that_was_ahead_last_time_is_ahead_now_unless_it_was_put_back() -> None:
    ahead = _own(START + 120 * DAY, START)
    assert expected_receipt(START + 121 * DAY, START, ahead) == START + DAY
    assert expected_receipt(START + DAY, START, ahead) == START + DAY
    assert expected_receipt(START + DAY, START, _own(START - 9 * DAY, START)) == START + DAY  # written offline
    assert expected_receipt(START + DAY, 0, _own(START, 0)) == START + DAY


def test_what_is_asked_before_sending_is_judged_by_the_receipt_it_would_have() -> None:
    evening = Evening()
    evening.write(SAM, Decline(answers=answer(evening.propose(ADA))))
    evening.day, evening.late = 120, -120
    refusal = evening.forge(ADA, Propose(wording=wording())).skipped
    with pytest.raises(NotAllowed) as asked:
        evening.write(ADA, Propose(wording=wording()))
    assert str(asked.value) == refusal
    evening.forge(ADA, Note(text="Hello."), "note")
    last = last_of(evening.state, ADA)
    assert last is not None
    assert expected_receipt(START + 120 * DAY, START, last) == START


def test_where_two_times_differ_both_are_shown_and_which_counts() -> None:
    evening = Evening()
    evening.day, evening.late = 100, -100
    first = evening.propose(ADA)
    evening.day, evening.late = 0, 0
    accepted = evening.write(SAM, Accept(answers=answer(first)))
    evening.late = 10
    evening.write(SAM, Contest(answers=answer(first), words="No."))
    text = describe_boundary(evening.boundary, START, VOICE)
    assert "Ada's text, day 100 (by a clock that was ahead: day 1 counts)" in text
    assert "Sam accepted exactly this text, day 0\n" in text
    assert "Sam contests it, day 0 (received more than a week later: day 3 counts):" in text
    assert "Dated day 100 (by a clock that was ahead: day 1 counts)" in describe(evening.state, first, VOICE)
    assert "Dated" not in describe(evening.state, accepted, VOICE)


def test_a_time_that_both_agree_on_is_shown_once() -> None:
    voice = Voice(name=lambda _: "", when=str)
    assert voice.dated(7, 7) == "7"
