"""Pauses: what each is shown, and that they end without anybody's leave."""

from __future__ import annotations

from dataclasses import replace

import pytest

from duolog.documents.applied import DAY, Membership
from duolog.documents.journal import describe, encode_state, parse_state
from duolog.documents.journal_state import Item
from duolog.documents.kinds import pause
from duolog.documents.kinds.pause import Call, Extend, Pause, Return
from duolog.documents.voice import Look, Voice
from duolog.errors import NotAllowed
from tests.documents.evening import ADA, BOTH, JOURNAL, NAMES, SAM, START, Evening, answer

HOUR = 3600
CLOCK = Voice(name=NAMES.__getitem__, when=lambda at: f"{(at - START) / HOUR:g} h")


def called(evening: Evening, author: bytes = ADA, hours: int = 2, words: str | None = "I need air.") -> Item:
    until = START + int(evening.day * DAY) + hours * HOUR
    return evening.write(author, Call(until=until, words=words), "pause")


def newest(evening: Evening) -> Pause:
    return list(evening.state.part(pause.KIND).values())[-1]


def look(me: bytes, hours: float) -> Look:
    return Look(me, START + int(hours * HOUR), CLOCK)


def test_each_is_told_when_the_other_plans_to_be_back() -> None:
    evening = Evening()
    item = called(evening)
    assert describe(evening.state, item, CLOCK) == "Ada took a pause until 2 h\n  Note: I need air."
    told = "Ada is taking a pause and plans to be back on 2 h.\n  Note: I need air."
    assert pause.show(newest(evening), look(SAM, 1)) == told
    assert pause.show(newest(evening), look(ADA, 1)) == told + "\n  Come back, extend it once, or let it pass."
    after = "Ada planned to be back on 2 h.\n  Note: I need air."
    assert pause.show(newest(evening), look(SAM, 3)) == pause.show(newest(evening), look(ADA, 90)) == after


def test_today_says_it_until_the_end_of_its_day_and_nothing_later() -> None:
    evening = Evening()
    item = called(evening, hours=1)
    assert pause.today(newest(evening), look(SAM, 0.5))[0].startswith("Ada is taking a pause")
    assert pause.today(newest(evening), look(SAM, 1.01))[0].startswith("Ada planned to be back on 1 h.")
    assert pause.today(newest(evening), look(SAM, 49)) == ()
    evening.write(ADA, Return(answers=answer(item)), "pause")
    assert pause.today(newest(evening), look(SAM, 0.5)) == ()


def test_it_is_extended_once() -> None:
    evening = Evening()
    item = called(evening)
    more = evening.write(ADA, Extend(answers=answer(item), until=START + 5 * HOUR), "pause")
    evening.state = parse_state(encode_state(evening.state))
    assert describe(evening.state, more, CLOCK) == "Ada extended a pause until 5 h"
    assert "plans to be back on 5 h" in pause.show(newest(evening), look(ADA, 4))
    assert "extend it" not in pause.show(newest(evening), look(ADA, 4))
    with pytest.raises(NotAllowed, match="extended once"):
        evening.write(ADA, Extend(answers=answer(item), until=START + 6 * HOUR), "pause")


def test_one_that_nobody_ended_blocks_nothing() -> None:
    evening = Evening()
    called(evening)
    called(evening, SAM)
    with pytest.raises(NotAllowed, match="You are on a pause already"):
        called(evening)
    evening.day = 1
    called(evening)
    things = evening.state.part(pause.KIND)
    [possible] = pause.MACHINE.steps(things, None, ADA, START + DAY, BOTH)
    assert possible.why_not == "You are on a pause already: extend it, or return."
    [possible] = pause.MACHINE.steps(things, None, SAM, START + DAY, BOTH)
    assert possible.why_not is None


def test_one_can_be_taken_and_ended_while_provisional_and_ended_alone() -> None:
    evening = Evening(context=replace(BOTH, provisional=True))
    first = called(evening)
    evening.context = Membership(frozenset({ADA}), journal=JOURNAL)
    back = evening.write(ADA, Return(answers=answer(first), words="Thank you."), "pause")
    assert describe(evening.state, back, CLOCK) == "Ada returned from a pause\n  Words: Thank you."
    assert pause.show(newest(evening), look(SAM, 1)) == "Ada is back.\n  Words: Thank you.\n  Note: I need air."
    with pytest.raises(NotAllowed, match="There is nobody here yet"):
        called(evening)


def test_a_pause_is_named_by_the_step_that_called_it() -> None:
    evening = Evening()
    item = called(evening)
    [*_, possible] = pause.MACHINE.steps(evening.state.part(pause.KIND), newest(evening), ADA, START + HOUR, BOTH)
    assert (possible.step, possible.names, possible.why_not) == ("return", item.applied.entry, None)
