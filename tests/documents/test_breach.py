"""Breaches: two accounts side by side, of things that were agreed, and closed by each for themselves."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from duolog.documents import dates
from duolog.documents.applied import DAY, Membership
from duolog.documents.bodies import Answer
from duolog.documents.journal import describe, encode_state, parse_state
from duolog.documents.kinds import breach
from duolog.documents.kinds.boundary_texts import Accept
from duolog.documents.kinds.breach import Breach, CloseBreach, GiveAccount, OpenBreach, ReopenBreach
from duolog.documents.kinds.note import Note
from duolog.documents.timeline import Item
from duolog.documents.voice import Look
from duolog.errors import NotAllowed
from duolog.protocol.messages import Document
from tests.documents.evening import ADA, BOTH, JOURNAL, KIM, SAM, START, VOICE, Evening, answer

NOTE = Answer(entry=bytes(16), message=bytes(32))


def agreed(evening: Evening, binds: str = "both") -> Item:
    """A text of Ada's that Sam accepted."""
    item = evening.propose(ADA, "Quiet evenings.", binds=binds)
    evening.write(SAM, Accept(answers=answer(item)))
    return item


def saw(evening: Evening, author: bytes, text: Item) -> Item:
    return evening.write(author, OpenBreach(as_="saw", text=NOTE, answers=answer(text)), "breach")


def owned(evening: Evening, author: bytes = SAM, **fields: object) -> Item:
    return evening.write(author, OpenBreach.model_validate({"as": "own", "text": NOTE, **fields}), "breach")


def newest(evening: Evening) -> Breach:
    return list(evening.state.part(breach.KIND).values())[-1]


def seen(evening: Evening, me: bytes = ADA) -> str:
    return breach.show(newest(evening), Look(me, START, VOICE))


def today(evening: Evening, me: bytes, now: int = START) -> tuple[str, ...]:
    said = breach.today(newest(evening), Look(me, now, VOICE))
    assert not said or now <= breach.today_until(newest(evening))
    return said


def test_nobody_is_held_to_what_they_never_agreed_to() -> None:
    evening = Evening()
    text = agreed(evening, "me")
    saw(evening, SAM, text)
    with pytest.raises(NotAllowed, match="Only a text that both accepted"):
        saw(evening, ADA, text)
    waiting = evening.propose(ADA, "Another text.")
    with pytest.raises(NotAllowed, match="Only a text that both accepted"):
        saw(evening, SAM, waiting)


def test_a_text_agreed_with_somebody_else_binds_nobody_here() -> None:
    evening = Evening()
    text = agreed(evening)
    evening.context = Membership(frozenset({ADA, KIM}), journal=JOURNAL)
    with pytest.raises(NotAllowed, match="between the two of you"):
        saw(evening, ADA, text)
    with pytest.raises(NotAllowed, match="between two other people"):
        saw(evening, KIM, text)


def test_an_acceptance_that_was_not_delivered_holds_nobody() -> None:
    evening = Evening()
    item = evening.propose(ADA, "Quiet evenings.")
    accept = evening.write(SAM, Accept(answers=answer(item)))
    named = evening.forge(SAM, OpenBreach(as_="saw", text=NOTE, answers=answer(item)), "breach")
    assert named.skipped is None
    evening.append(ADA, evening.document("note", Note(text="?")), refused=(accept.applied.seq,))
    skipped = evening.state.find(named.applied.entry)
    assert skipped is not None
    assert "Only a text that both accepted" in (skipped.skipped or "")
    assert not evening.state.part(breach.KIND)


def test_the_accounts_stand_side_by_side_and_each_closes_for_themselves() -> None:
    evening = Evening()
    opened = saw(evening, ADA, agreed(evening))
    to = answer(opened)
    assert describe(evening.state, opened, VOICE) == "Ada wrote how they saw something that was agreed"
    first = "Ada wrote how they saw something that was agreed\n  Ada's account is here.\n"
    assert seen(evening) == first + "  It is open."
    account = evening.write(SAM, GiveAccount(answers=to, text=NOTE), "breach")
    assert describe(evening.state, account, VOICE) == "Sam gave an account of an event"
    with pytest.raises(NotAllowed, match="One account each"):
        evening.write(ADA, GiveAccount(answers=to, text=NOTE), "breach")
    closed = evening.write(SAM, CloseBreach(answers=to, words="I am at peace."), "breach")
    assert describe(evening.state, closed, VOICE).startswith("Sam closed, for themselves, an event\n  Words: I am")
    evening.state = parse_state(encode_state(evening.state))
    assert seen(evening).endswith("For Sam this is closed; for Ada it is open.\n  Sam says: I am at peace.")
    evening.write(ADA, CloseBreach(answers=to), "breach")
    assert "It is closed for both." in seen(evening)
    evening.write(SAM, ReopenBreach(answers=to, words="It came back."), "breach")
    assert "For Ada this is closed; for Sam it is open." in seen(evening)


def test_the_other_may_add_an_account_and_is_told_until_they_write_or_close() -> None:
    evening = Evening()
    to = answer(owned(evening, happened=date(2026, 11, 2)))
    line = "Sam wrote about an event of Monday 2 November 2026. You may add your own account."
    assert (today(evening, ADA), today(evening, SAM)) == ((line,), ())
    evening.write(ADA, CloseBreach(answers=to), "breach")
    assert today(evening, ADA) == ()
    evening.write(ADA, ReopenBreach(answers=to), "breach")
    evening.write(ADA, GiveAccount(answers=to, text=NOTE), "breach")
    assert today(evening, ADA) == today(evening, KIM) == ()


def test_a_day_to_look_again_is_its_own_authors_alone() -> None:
    evening = Evening()
    day = dates.parse_day("2026-11-02")
    to = answer(owned(evening, look_again=day))
    noon = dates.parse_local("2026-11-02 12:00").seconds[0]
    assert today(evening, SAM, noon) == ("Today is the day you set to look at an event again.",)
    assert today(evening, SAM, noon + DAY) == ()
    assert "look at" not in "".join(today(evening, ADA, noon))
    assert "You look at it again on Monday 2 November 2026." in seen(evening, SAM)
    assert "again" not in seen(evening, ADA)
    evening.write(ADA, CloseBreach(answers=to), "breach")
    assert today(evening, SAM, noon) == ("Today is the day you set to look at an event again.",)
    evening.write(SAM, CloseBreach(answers=to), "breach")
    assert breach.today_until(newest(evening)) == 0


def test_while_provisional_one_can_close_and_nothing_else() -> None:
    evening = Evening()
    to = answer(owned(evening))
    evening.context = replace(BOTH, provisional=True)
    with pytest.raises(NotAllowed, match="eight words"):
        evening.write(ADA, GiveAccount(answers=to, text=NOTE), "breach")
    evening.write(ADA, CloseBreach(answers=to), "breach")
    evening.context = Membership(frozenset({SAM}), journal=JOURNAL)
    evening.write(SAM, CloseBreach(answers=to), "breach")
    with pytest.raises(NotAllowed, match="There is nobody here yet"):
        owned(evening)


@pytest.mark.parametrize("fields", [{"as": "saw"}, {"as": "own", "answers": NOTE.encode_json()}])
def test_an_account_of_what_was_seen_and_no_other_names_a_text(fields: dict[str, object]) -> None:
    body = {"step": "open", "text": NOTE.encode_json(), **fields}
    item = Evening().append(SAM, Document("breach", 1, START, body))
    assert "answers a boundary's text" in (item.skipped or "")
    item = Evening().append(SAM, Document("breach", 1, START, body | {"as_": "own", "as": "else"}))
    assert "as" in (item.skipped or "")


def test_what_may_be_opened_is_known_before_it_is_written() -> None:
    things = Evening().state.part(breach.KIND)
    [possible] = breach.MACHINE.steps(things, None, ADA, START, BOTH)
    assert (possible.step, possible.names, possible.why_not) == ("open", None, None)
