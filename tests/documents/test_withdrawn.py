"""Withdrawing hides text, never a step; only its author can, within a day by the server's receipts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from duolog.documents.bodies import Answer
from duolog.documents.journal import apply, apply_all, describe, encode_state, parse_state
from duolog.documents.kinds.boundary_texts import Accept
from duolog.documents.kinds.note import Note
from duolog.documents.kinds.withdrawn import Withdrawn
from duolog.documents.timeline import Item
from duolog.errors import NotAllowed
from duolog.protocol import sizes
from tests.documents.evening import ADA, SAM, START, VOICE, Evening, answer


def take_back(item: Item) -> Withdrawn:
    return Withdrawn(answers=answer(item))


def late(evening: Evening, item: Item, seconds: int) -> Item:
    """Ada's withdrawal, received so many seconds after the note."""
    document = evening.document("withdrawn", take_back(item))
    applied = replace(evening.append(ADA, document).applied, received=START + seconds)
    before = apply_all(type(evening.state)(), evening.log[:-1])
    return apply(before, applied, evening.context).timeline[-1]


def test_a_text_is_taken_back_by_its_author() -> None:
    evening = Evening()
    note = evening.write(ADA, Note(text="in anger"), "note")
    item = evening.write(ADA, take_back(note), "withdrawn")
    state = evening.state
    assert state.withdrawn(note.applied.entry, ADA, note.applied.seq, START)
    assert not state.withdrawn(note.applied.entry, SAM, note.applied.seq, START)
    assert not state.withdrawn(note.applied.entry, ADA, note.applied.seq, START - sizes.WITHDRAW_WINDOW - 1)
    assert describe(state, item, VOICE) == "Ada withdrew something written within the last day"
    assert parse_state(encode_state(state)) == state


def test_nobody_takes_back_what_the_other_wrote() -> None:
    evening = Evening()
    note = evening.write(ADA, Note(text="in anger"), "note")
    with pytest.raises(NotAllowed, match="Only who wrote"):
        evening.write(SAM, take_back(note), "withdrawn")
    forged = evening.forge(SAM, take_back(note), "withdrawn")
    assert forged.skipped
    assert evening.state.withdrawals == {}


def test_a_step_is_never_taken_back() -> None:
    evening = Evening()
    proposal = evening.propose(ADA)
    accepted = evening.write(SAM, Accept(answers=answer(proposal)))
    assert evening.stage() == "in_force"
    with pytest.raises(NotAllowed, match="a step"):
        evening.write(SAM, take_back(accepted), "withdrawn")
    assert evening.forge(SAM, take_back(accepted), "withdrawn").skipped
    assert evening.stage() == "in_force"
    assert evening.state.withdrawals == {}


def test_a_withdrawal_itself_stands() -> None:
    evening = Evening()
    note = evening.write(ADA, Note(text="in anger"), "note")
    item = evening.write(ADA, take_back(note), "withdrawn")
    with pytest.raises(NotAllowed, match="already"):
        evening.write(ADA, take_back(note), "withdrawn")
    with pytest.raises(NotAllowed, match="a step"):
        evening.write(ADA, take_back(item), "withdrawn")


def test_after_a_day_it_has_no_effect() -> None:
    evening = Evening()
    note = evening.write(ADA, Note(text="in anger"), "note")
    assert late(evening, note, sizes.WITHDRAW_WINDOW).skipped is None
    assert "more than a day" in str(late(evening, note, sizes.WITHDRAW_WINDOW + 1).skipped)


def test_what_another_server_took_is_not_taken_back_at_the_next() -> None:
    """Two clocks say nothing about how much time has passed, whichever is ahead."""
    evening = Evening()
    note = evening.write(ADA, Note(text="in anger"), "note")
    document = evening.document("withdrawn", take_back(note))
    applied = replace(evening.append(ADA, document).applied, key_since=note.applied.seq + 1)
    state = apply(apply_all(type(evening.state)(), evening.log[:-1]), applied, evening.context)
    assert "another server" in str(state.timeline[-1].skipped)
    assert not state.withdrawn(note.applied.entry, ADA, note.applied.seq, START)


def test_a_gap_that_another_server_left_is_not_explained_by_a_withdrawal_at_the_next() -> None:
    evening = Evening()
    gone = evening.document("withdrawn", Withdrawn(answers=Answer(entry=b"g" * 16, message=bytes(32))))
    evening.append(ADA, gone)
    assert evening.state.withdrawn(b"g" * 16, ADA, 4, START)
    state = apply(type(evening.state)(), replace(evening.log[-1][0], key_since=5), evening.context)
    assert not state.withdrawn(b"g" * 16, ADA, 4, START)
    assert state.withdrawn(b"g" * 16, ADA, 5, START)
    assert parse_state(encode_state(state)).withdrawn(b"g" * 16, ADA, 4, START) is False


def test_another_text_than_the_one_that_is_here_is_not_meant() -> None:
    evening = Evening()
    note = evening.write(ADA, Note(text="in anger"), "note")
    other = Withdrawn(answers=Answer(entry=note.applied.entry, message=bytes(32)))
    assert evening.forge(ADA, other, "withdrawn").skipped
    assert evening.state.withdrawals == {}


def test_what_is_not_held_is_explained_for_its_author_alone() -> None:
    """A gap: the kind can't be looked at, and somebody else's word doesn't count for it."""
    evening = Evening()
    gone = Withdrawn(answers=Answer(entry=b"g" * 16, message=bytes(32)))
    assert evening.forge(SAM, gone, "withdrawn").skipped is None
    assert evening.forge(ADA, gone, "withdrawn").skipped is None
    assert evening.state.withdrawn(b"g" * 16, SAM, 1, START)
    assert evening.state.withdrawn(b"g" * 16, ADA, 1, START)


def test_folding_again_comes_to_the_same() -> None:
    """What one partner could not open is taken back; a withdrawal refused before stays refused."""
    evening = Evening()
    proposal = evening.propose(ADA)
    note = evening.write(ADA, Note(text="in anger"), "note")
    evening.forge(SAM, take_back(note), "withdrawn")
    evening.write(ADA, take_back(note), "withdrawn")
    later = evening.propose(ADA, "Something else.")
    evening.append(SAM, evening.document("note", Note(text="I could not read that")), refused=(later.applied.seq,))
    assert [bool(item.skipped) for item in evening.state.timeline] == [False, False, True, False, True, False]
    assert evening.state.withdrawn(note.applied.entry, ADA, note.applied.seq, START)
    assert proposal.applied.entry in evening.state.boundaries
