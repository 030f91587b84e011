"""Promises: who is shown what, what time ends, and what counts alone or while nobody is certain."""

from __future__ import annotations

from dataclasses import replace

import pytest

from duolog.documents.applied import DAY, Membership
from duolog.documents.journal import describe, encode_state, parse_state
from duolog.documents.journal_state import Item
from duolog.documents.kinds import promise
from duolog.documents.kinds.promise import EndPromise, MakePromise, MarkPromise, Promise, RenewPromise
from duolog.documents.voice import Look
from duolog.errors import NotAllowed
from duolog.protocol.messages import Document
from tests.documents.evening import ADA, BOTH, JOURNAL, SAM, START, VOICE, Evening, answer

OFFER = MakePromise(form="offer", text="My calendar is open to you.", until=START + 20 * DAY)
HABIT = MakePromise(form="habit", text="I call at noon.", rhythm="on workdays")


def kept(evening: Evening) -> Promise:
    """The newest."""
    return list(evening.state.part(promise.KIND).values())[-1]


def seen(evening: Evening, me: bytes, day: int) -> str:
    return promise.show(kept(evening), Look(me, START + day * DAY, VOICE))


def today(evening: Evening, me: bytes, day: int) -> tuple[str, ...]:
    return promise.today(kept(evening), Look(me, START + day * DAY, VOICE))


def make(evening: Evening, body: MakePromise = HABIT) -> Item:
    return evening.write(SAM, body, "promise")


def test_an_offer_runs_until_its_day_and_can_be_renewed_after_it() -> None:
    evening = Evening()
    made = make(evening, OFFER)
    assert seen(evening, ADA, 1) == "Sam offers, until day 20:\n    My calendar is open to you."
    assert "It ran until day 20." in seen(evening, ADA, 21)
    evening.day = 21
    with pytest.raises(NotAllowed, match="This offer ran out"):
        evening.write(SAM, MarkPromise(answers=answer(made)), "promise")
    renewed = evening.write(SAM, RenewPromise(answers=answer(made), until=START + 30 * DAY), "promise")
    evening.state = parse_state(encode_state(evening.state))
    assert seen(evening, ADA, 29).startswith("Sam offers, until day 30:")
    assert describe(evening.state, renewed, VOICE) == "Sam renewed “My calendar is open to you.”, until day 30"


def test_only_the_owner_is_told_that_an_offer_ends_and_where_the_plan_is() -> None:
    evening = Evening()
    make(evening, OFFER)
    assert today(evening, SAM, 16) == ()
    assert "ends on day 20 by itself. Renew it only if you want to." in today(evening, SAM, 17)[0]
    assert today(evening, SAM, 21) == ()
    assert today(evening, ADA, 18) == ()
    make(evening, MakePromise(form="plan", text="When I am alone", first_step="I go out."))
    assert (today(evening, SAM, 3), today(evening, ADA, 3)) == (("Your plan is here.",), ())


def test_the_newest_mark_is_repeated_to_the_owner_alone() -> None:
    evening = Evening()
    made = make(evening)
    evening.write(SAM, MarkPromise(answers=answer(made), words="From the bus."), "promise")
    last = evening.write(SAM, MarkPromise(answers=answer(made), words="From the office."), "promise")
    assert describe(evening.state, last, VOICE) == "Sam did “I call at noon.”\n  Words: From the office."
    assert "From the office." in seen(evening, SAM, 1)
    assert "From the bus." not in seen(evening, SAM, 1)
    assert seen(evening, ADA, 1) == "Sam promises:\n    I call at noon.\n  Rhythm: on workdays"


def test_its_owner_ends_it_at_any_time_also_when_alone_or_provisional() -> None:
    for context in (replace(BOTH, provisional=True), Membership(frozenset({SAM}), journal=JOURNAL)):
        evening = Evening()
        made = make(evening, OFFER)
        evening.day, evening.context = 40, context
        evening.write(SAM, EndPromise(answers=answer(made), words="It is enough."), "promise")
        assert "Sam ended this on day 40.\n  Words: It is enough." in seen(evening, ADA, 41)
        assert today(evening, SAM, 19) == ()


def test_nobody_makes_or_ends_one_for_another() -> None:
    evening = Evening()
    made = make(evening)
    with pytest.raises(NotAllowed, match="its owner's alone"):
        evening.write(ADA, EndPromise(answers=answer(made)), "promise")


def test_none_is_made_while_provisional() -> None:
    with pytest.raises(NotAllowed, match="eight words"):
        make(Evening(context=replace(BOTH, provisional=True)))


@pytest.mark.parametrize("fields", [{"form": "plan"}, {"form": "habit", "calls": "My brother"}])
def test_a_plan_and_nothing_else_has_the_fields_of_a_plan(fields: dict[str, str]) -> None:
    item = Evening().append(SAM, Document("promise", 1, START, {"step": "make", "text": "x", **fields}))
    assert "a plan says at least one" in (item.skipped or "")


def test_what_it_grew_from_has_no_effect_and_is_said() -> None:
    evening = Evening()
    body = {**HABIT.encode_json(), "from": {"entry": "A" * 22, "message": "A" * 43}}
    item = evening.append(SAM, Document("promise", 1, START, body))
    assert item.skipped is None
    assert "It grew from something else in this journal." in describe(evening.state, item, VOICE)
    assert kept(evening).made.encode_json() == body
    evening.state = parse_state(encode_state(evening.state))
    assert kept(evening).made.from_ is not None


def test_a_field_goes_by_its_name_in_a_message_alone() -> None:
    evening = Evening()
    body = {**HABIT.encode_json(), "from_": {"entry": "A" * 22, "message": "A" * 43}}
    evening.append(SAM, Document("promise", 1, START, body))
    assert kept(evening).made.from_ is None
