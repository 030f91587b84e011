"""Each rule of the table: refused to the author with a sentence, and skipped by everybody else with the same one."""

from __future__ import annotations

import pytest

from duolog.documents.applied import Membership
from duolog.documents.bodies import Answer, Body
from duolog.documents.journal import describe
from duolog.documents.kinds.boundary import describe_boundary, view_boundary
from duolog.documents.kinds.boundary_texts import Accept, Amend, Contest, Counter, Decline, Propose, Retire, TakeBack
from duolog.documents.timeline import Item
from duolog.errors import NotAllowed
from tests.documents.evening import ADA, KIM, SAM, START, VOICE, Evening, answer, wording

SECOND = 1 / (24 * 3600)  # of a day


def refused(evening: Evening, author: bytes, body: Body, sentence: str) -> None:
    """Refused before sending; and, when it was sent all the same, skipped without a trace in the boundaries."""
    with pytest.raises(NotAllowed, match=sentence) as refusal:
        evening.write(author, body)
    before = evening.state.boundaries
    assert evening.forge(author, body).skipped == str(refusal.value)
    assert evening.state.boundaries == before


def agreed(evening: Evening, text: str = "No late chats.") -> Item:
    item = evening.propose(ADA, text)
    evening.write(SAM, Accept(answers=answer(item)))
    assert evening.stage() == "in_force"
    return item


def test_only_partners_take_steps() -> None:
    evening = Evening()
    refused(evening, KIM, Propose(wording=wording()), "only they take steps")


def test_alone_there_is_nobody_to_agree_with() -> None:
    evening = Evening(context=Membership(frozenset({ADA})))
    refused(evening, ADA, Propose(wording=wording()), "Invite your partner first")


def test_a_new_partner_takes_no_step_in_a_boundary_between_others() -> None:
    evening = Evening()
    first = evening.propose()
    evening.context = Membership(frozenset({ADA, KIM}))
    refused(evening, KIM, Accept(answers=answer(first)), "between two other people")


def test_binding_only_the_other_is_refused_kindly() -> None:
    evening = Evening()
    refused(evening, ADA, Propose(wording=wording(binds="you")), "binds only the other person can't be proposed")
    first = evening.propose(binds="me")
    refused(evening, SAM, Counter(answers=answer(first), wording=wording("Other", "you")), "bind both")


def test_a_step_counts_only_for_the_very_message_that_is_held() -> None:
    evening = Evening()
    first = evening.propose()
    other = Answer(entry=first.applied.entry, message=bytes(32))
    refused(evening, SAM, Accept(answers=other), "other words than the ones that are here")
    nowhere = Answer(entry=bytes(16), message=first.applied.message)
    refused(evening, SAM, Accept(answers=nowhere), "not here, or did not count")


def test_a_step_that_did_not_count_can_not_be_answered() -> None:
    evening = Evening()
    forged = evening.forge(KIM, Propose(wording=wording()))
    refused(evening, SAM, Accept(answers=answer(forged)), "did not count")


@pytest.mark.parametrize("step", [Accept, Decline])
def test_nobody_answers_their_own_words(step: type[Accept] | type[Decline]) -> None:
    evening = Evening()
    first = evening.propose()
    refused(evening, ADA, step(answers=answer(first)), "One acceptance is not in force")


def test_only_what_waits_can_be_answered() -> None:
    evening = Evening()
    first = evening.propose()
    evening.write(SAM, Decline(answers=answer(first), why="Not like this."))
    assert evening.stage() == "declined"
    assert evening.boundary.texts[first.applied.entry].answer_why == "Not like this."
    refused(evening, SAM, Accept(answers=answer(first)), "was declined")
    refused(evening, SAM, Counter(answers=answer(first), wording=wording("B")), "was declined")


def test_a_proposal_lapses_after_14_days_and_not_a_second_before() -> None:
    evening = Evening()
    first = evening.propose()
    evening.day = 14 + SECOND
    refused(evening, SAM, Accept(answers=answer(first)), "lapsed")
    refused(evening, SAM, Decline(answers=answer(first)), "lapsed")
    evening.day = 14
    evening.write(SAM, Accept(answers=answer(first)))
    assert evening.stage() == "in_force"


def test_a_declined_text_can_not_be_repeated_within_14_days_by_anybody() -> None:
    evening = Evening()
    first = evening.propose()
    evening.day = 3
    evening.write(SAM, Decline(answers=answer(first)))
    evening.day = 17 - SECOND
    refused(evening, ADA, Propose(wording=wording()), "less than 14 days ago")
    refused(evening, SAM, Propose(wording=wording()), "less than 14 days ago")
    evening.day = 17
    evening.propose()


def test_a_lapsed_text_can_not_be_repeated_within_14_days_by_anybody() -> None:
    evening = Evening()
    evening.propose()
    evening.day = 28 - SECOND
    refused(evening, SAM, Propose(wording=wording()), "less than 14 days ago")
    evening.day = 28
    evening.propose(SAM)


def test_a_declined_text_does_not_come_back_as_a_counter_or_an_amendment() -> None:
    evening = Evening()
    evening.write(SAM, Decline(answers=answer(evening.propose(text="A"))))
    other = evening.propose(text="B")
    refused(evening, SAM, Counter(answers=answer(other), wording=wording("A")), "less than 14 days ago")
    evening.write(SAM, Accept(answers=answer(other)))
    refused(evening, ADA, Amend(answers=answer(other), wording=wording("A")), "less than 14 days ago")


def test_a_text_that_waits_or_is_agreed_can_not_be_proposed_once_more() -> None:
    evening = Evening()
    first = evening.propose()
    refused(evening, SAM, Propose(wording=wording()), "waits for an answer")
    evening.write(SAM, Accept(answers=answer(first)))
    refused(evening, SAM, Propose(wording=wording()), "agreed already")
    refused(evening, SAM, Accept(answers=answer(first)), "agreed already")


def test_the_agreed_text_stays_in_force_until_the_other_accepts_the_new_one() -> None:
    evening = Evening()
    first = agreed(evening)
    second = evening.write(SAM, Amend(answers=answer(first), wording=wording("B")))
    assert evening.stage() == "in_force"
    assert evening.boundary.agreed == first.applied.entry
    third = evening.write(ADA, Counter(answers=answer(second), wording=wording("C")))
    refused(evening, ADA, Accept(answers=answer(second)), "replaced by a newer one")
    evening.write(SAM, Accept(answers=answer(third)))
    assert evening.boundary.agreed == third.applied.entry
    refused(evening, SAM, Contest(answers=answer(first), words="No."), "not the text that both agreed on")
    refused(evening, SAM, Accept(answers=answer(first)), "accepted before")


def test_a_declined_amendment_leaves_the_agreed_text_in_force() -> None:
    evening = Evening()
    first = agreed(evening)
    second = evening.write(SAM, Amend(answers=answer(first), wording=wording("B")))
    evening.write(ADA, Decline(answers=answer(second)))
    assert (evening.stage(), evening.boundary.agreed) == ("in_force", first.applied.entry)


def test_the_others_words_are_answered_before_new_ones_are_written() -> None:
    evening = Evening()
    first = agreed(evening)
    evening.write(SAM, Amend(answers=answer(first), wording=wording("B")))
    refused(evening, ADA, Amend(answers=answer(first), wording=wording("C")), "wait for an answer")
    refused(evening, ADA, Retire(answers=answer(first)), "wait for an answer")
    evening.day = 15  # it has lapsed
    evening.write(ADA, Amend(answers=answer(first), wording=wording("C")))


def test_ones_own_amendment_gives_way_to_a_better_one() -> None:
    evening = Evening()
    first = agreed(evening)
    second = evening.write(SAM, Amend(answers=answer(first), wording=wording("B")))
    third = evening.write(SAM, Amend(answers=answer(first), wording=wording("C")))
    refused(evening, ADA, Accept(answers=answer(second)), "replaced by a newer one")
    evening.write(ADA, Accept(answers=answer(third)))


def test_only_the_agreed_text_is_amended_contested_or_retired() -> None:
    evening = Evening()
    first = evening.propose()
    for author in (ADA, SAM):
        refused(evening, author, Amend(answers=answer(first), wording=wording("B")), "not the text that both agreed")
        refused(evening, author, Contest(answers=answer(first), words="No."), "not the text that both agreed")
        refused(evening, author, Retire(answers=answer(first)), "not the text that both agreed")


def test_nobody_retires_alone() -> None:
    evening = Evening()
    first = agreed(evening)
    ask = evening.write(SAM, Retire(answers=answer(first), why="We have grown."))
    refused(evening, SAM, Retire(answers=answer(ask)), "nobody answers their own words")
    refused(evening, SAM, Retire(answers=answer(first)), "waits for an answer")
    refused(evening, ADA, Retire(answers=answer(first)), "wait for an answer")
    refused(evening, ADA, Accept(answers=answer(ask)), "Confirm with retire")
    assert evening.stage() == "in_force"
    evening.write(ADA, Retire(answers=answer(ask)))
    assert evening.stage() == "retired"
    assert evening.boundary.agreed_text is not None  # still readable
    refused(evening, ADA, Contest(answers=answer(first), words="No."), "was retired")
    evening.propose()  # the same words may hold again


def test_a_declined_ask_to_retire_can_not_be_pressed() -> None:
    evening = Evening()
    first = agreed(evening)
    evening.write(ADA, Decline(answers=answer(evening.write(SAM, Retire(answers=answer(first))))))
    assert evening.stage() == "in_force"
    refused(evening, SAM, Retire(answers=answer(first)), "less than 14 days ago")
    refused(evening, ADA, Retire(answers=answer(first)), "less than 14 days ago")


def test_either_contests_alone_and_both_texts_stay() -> None:
    evening = Evening()
    first = agreed(evening)
    evening.write(ADA, Contest(answers=answer(first), words="It never fitted."))
    refused(evening, ADA, Contest(answers=answer(first), words="Again."), "contested already")
    assert evening.stage() == "contested"
    assert evening.boundary.agreed_text is not None
    assert evening.boundary.contests[ADA].words == "It never fitted."


def test_only_who_contests_settles_it() -> None:
    evening = Evening()
    first = agreed(evening)
    evening.write(ADA, Contest(answers=answer(first), words="It never fitted."))
    refused(evening, SAM, Accept(answers=answer(first)), "agreed already")
    evening.write(SAM, Contest(answers=answer(first), words="Nor for me."))
    evening.write(ADA, Accept(answers=answer(first)))
    assert evening.stage() == "contested"  # Sam's still stands
    evening.write(SAM, Accept(answers=answer(first)))
    assert evening.stage() == "in_force"


def test_a_new_text_that_both_accept_settles_a_contest() -> None:
    evening = Evening()
    first = agreed(evening)
    evening.write(ADA, Contest(answers=answer(first), words="It never fitted."))
    second = evening.write(ADA, Amend(answers=answer(first), wording=wording("B")))
    evening.write(SAM, Accept(answers=answer(second)))
    assert evening.stage() == "in_force"


def test_what_waits_is_taken_back_by_its_writer_alone_and_not_pressed_again() -> None:
    evening = Evening()
    first = evening.propose()
    refused(evening, SAM, TakeBack(answers=answer(first)), "Only who wrote it can take it back")
    evening.write(ADA, TakeBack(answers=answer(first)))
    assert (evening.stage(), evening.boundary.texts[first.applied.entry].outcome) == ("declined", "declined")
    assert view_boundary(evening.boundary, START).status == "taken_back"
    shown = describe_boundary(evening.boundary, START, VOICE)
    assert "taken back" in shown
    assert "Ada took it back" in shown
    for step in (Accept, Decline):
        refused(evening, SAM, step(answers=answer(first)), "Its author took this back before it was answered")
    refused(evening, SAM, Counter(answers=answer(first), wording=wording("B")), "took this back")
    refused(evening, ADA, TakeBack(answers=answer(first)), "took this back")
    evening.day = 14 - SECOND
    refused(evening, ADA, Propose(wording=wording()), "taken back or lapsed less than 14 days ago")
    refused(evening, SAM, Propose(wording=wording()), "less than 14 days ago")
    evening.day = 14
    evening.propose()


def test_a_declined_text_is_not_called_taken_back() -> None:
    evening = Evening()
    evening.write(SAM, Decline(answers=answer(evening.propose())))
    assert view_boundary(evening.boundary, START).status == "declined"
    assert "Sam declined it" in describe_boundary(evening.boundary, START, VOICE)


def test_an_amendment_and_an_ask_are_taken_back_and_the_agreed_text_stays() -> None:
    evening = Evening()
    first = agreed(evening)
    second = evening.write(SAM, Amend(answers=answer(first), wording=wording("B")))
    evening.write(SAM, TakeBack(answers=answer(second)))
    ask = evening.write(SAM, Retire(answers=answer(first)))
    taken = evening.write(SAM, TakeBack(answers=answer(ask)))
    assert "Sam took back what waited in" in describe(evening.state, taken, VOICE)
    assert (evening.stage(), evening.boundary.agreed) == ("in_force", first.applied.entry)
    assert view_boundary(evening.boundary, START).status == "in_force"
    refused(evening, ADA, Retire(answers=answer(ask)), "took this back")
    refused(evening, SAM, TakeBack(answers=answer(first)), "Only who wrote it")
    refused(evening, ADA, TakeBack(answers=answer(first)), "was accepted before")


def test_what_lapsed_is_not_taken_back() -> None:
    evening = Evening()
    first = evening.propose()
    evening.day = 14 + SECOND
    refused(evening, ADA, TakeBack(answers=answer(first)), "has lapsed")
