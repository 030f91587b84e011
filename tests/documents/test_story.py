"""Story 1 at the reducers: boundary by consent."""

from __future__ import annotations

import pytest

from duolog.documents.bodies import Answer
from duolog.documents.kinds.boundary import describe_boundary
from duolog.documents.kinds.boundary_texts import Accept, Contest, Counter, Retire
from duolog.errors import NotAllowed
from tests.documents.evening import ADA, KIM, SAM, START, VOICE, Evening, answer, wording

FIRST = "No late-night chats with people we're attracted to."
SECOND = "After 22:00 no private chats about our relationship; group chats are fine."
IF_IT_HAPPENS = "If it happens, we tell each other within a day."


def test_a_boundary_comes_into_force_by_two_acts_and_ends_by_two() -> None:
    evening = Evening()
    first = evening.propose(ADA, FIRST)
    assert evening.stage() == "proposed"  # one acceptance is not in force

    with pytest.raises(NotAllowed, match="One acceptance is not in force"):
        evening.write(ADA, Accept(answers=answer(first)))
    evening.day = 1
    countered = evening.write(
        SAM, Counter(answers=answer(first), wording=wording(SECOND, if_compromised=IF_IT_HAPPENS))
    )
    with pytest.raises(NotAllowed, match="replaced by a newer one"):
        evening.write(ADA, Accept(answers=answer(first)))
    assert evening.stage() == "proposed"

    evening.write(ADA, Accept(answers=answer(countered)))
    boundary = evening.boundary
    assert boundary.stage == "in_force"
    assert boundary.agreed_text is not None
    assert boundary.agreed_text.wording == wording(SECOND, if_compromised=IF_IT_HAPPENS)

    ask = evening.write(SAM, Retire(answers=answer(countered)))
    with pytest.raises(NotAllowed):
        evening.write(SAM, Retire(answers=answer(ask)))  # neither retires it alone
    assert evening.stage() == "in_force"

    evening.write(SAM, Contest(answers=answer(countered), words="I did not mean my brother."))
    assert evening.stage() == "contested"
    read = describe_boundary(evening.boundary, START, VOICE)
    assert SECOND in read
    assert "I did not mean my brother." in read


def test_an_acceptance_that_no_partner_wrote_brings_nothing_into_force() -> None:
    evening = Evening()
    first = evening.propose(ADA, FIRST)
    item = evening.forge(KIM, Accept(answers=answer(first)))
    assert item.skipped is not None
    other_words = Answer(entry=first.applied.entry, message=bytes(32))
    assert evening.forge(SAM, Accept(answers=other_words)).skipped is not None
    assert evening.stage() == "proposed"
