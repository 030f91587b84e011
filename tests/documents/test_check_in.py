"""Check-ins: nothing opens before both have answered, nobody presses, and each can set one aside."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from duolog.documents import dates
from duolog.documents.applied import DAY, Membership
from duolog.documents.bodies import Answer
from duolog.documents.journal import describe, encode_state, parse_state
from duolog.documents.kinds import check_in
from duolog.documents.kinds.check_in import BeginCheckIn, CheckIn, CommitAnswer, Period, RevealAnswer, SetCheckInAside
from duolog.documents.kinds.check_in_answers import (
    ReviewAnswer,
    WeekAnswer,
    answer_lines,
    encode_answer,
    parse_answer,
)
from duolog.documents.kinds.note import Note
from duolog.documents.timeline import Item
from duolog.documents.voice import PARTS_UNSHOWN, Look
from duolog.errors import MalformedData, NotAllowed
from duolog.protocol.messages import Document
from duolog.seal.blind_pairs import PairSecret, open_answer, seal_answer
from tests.documents.evening import ADA, BOTH, JOURNAL, KIM, SAM, START, VOICE, Evening, answer

SECRETS = {ADA: PairSecret(b"A" * 32), SAM: PairSecret(b"S" * 32)}
ANSWERS = {
    ADA: WeekAnswer(form="week", appreciation="The soup.", feelings=("calm",), trust=6),
    SAM: WeekAnswer(form="week", need="A walk."),
}
NOWHERE = Answer(entry=bytes(16), message=bytes(32))


def begin(evening: Evening, author: bytes = SAM, **fields: object) -> Item:
    return evening.write(author, BeginCheckIn.model_validate({"form": "week", **fields}), "check_in")


def commit(evening: Evening, begun: Item, author: bytes) -> Item:
    pair, said = begun.applied.entry, encode_answer(ANSWERS[author])
    sealed, commitment = seal_answer(SECRETS[author], JOURNAL, pair, author, said)
    body = CommitAnswer(answers=answer(begun), sealed=sealed, commitment=commitment)
    return evening.write(author, body, "check_in")


def reveal(evening: Evening, begun: Item, author: bytes) -> Item:
    return evening.write(author, RevealAnswer(answers=answer(begun), k=SECRETS[author].k), "check_in")


def aside(evening: Evening, begun: Item, author: bytes) -> Item:
    return evening.write(author, SetCheckInAside(answers=answer(begun)), "check_in")


def newest(evening: Evening) -> CheckIn:
    return list(evening.state.part(check_in.KIND).values())[-1]


def seen(evening: Evening, me: bytes, day: float = 0) -> list[str]:
    shown = check_in.show(newest(evening), Look(me, START + int(day * DAY), VOICE))
    return [line.strip() for line in shown.splitlines()[1:]]


def today(evening: Evening, me: bytes, day: float = 0) -> tuple[str, ...]:
    return check_in.today(newest(evening), Look(me, START + int(day * DAY), VOICE))


def test_both_answers_open_together_and_are_told_side_by_side() -> None:
    evening = Evening()
    begun = begin(evening)
    commit(evening, begun, ADA)
    with pytest.raises(NotAllowed, match="once both have answered"):
        reveal(evening, begun, ADA)
    commit(evening, begun, SAM)
    assert seen(evening, ADA) == seen(evening, SAM) == ["Both have answered."]
    reveal(evening, begun, ADA)
    assert newest(evening).opening(SAM) is None
    reveal(evening, begun, SAM)
    evening.state = parse_state(encode_state(evening.state))
    assert seen(evening, ADA) == ["Both answers are open."]
    told = list[str]()
    for account in newest(evening).between:
        found = newest(evening).opening(account)
        assert found is not None
        assert repr(found) == "Opening(<secret>)"
        place = (JOURNAL, newest(evening).entry, found.author)
        opened = open_answer(PairSecret(found.k), *place, found.sealed, found.commitment)
        told += answer_lines(parse_answer(opened, newest(evening).form), account, VOICE)
    ada = ["Ada:", "  I appreciate: The soup.", "  Feelings: calm", "  Trust: 6 of 10"]
    assert told == [*ada, "Sam:", "  What I need: A walk."]


def test_nobody_is_told_who_has_answered_before_both_have() -> None:
    evening = Evening()
    begun = begin(evening)
    before = (seen(evening, SAM), today(evening, SAM))
    item = commit(evening, begun, ADA)
    assert (seen(evening, SAM), today(evening, SAM)) == before
    assert before == (
        ["It is open for answers until day 7."],
        ("A check-in of the week is open until day 7. You can answer it or set it aside.",),
    )
    assert seen(evening, ADA) == [*before[0], "Yours is sealed."]
    assert today(evening, ADA) == ()
    assert describe(evening.state, item, VOICE) == ""


def test_one_that_passed_asks_nothing_and_the_next_may_begin() -> None:
    evening = Evening()
    begun = begin(evening)
    commit(evening, begun, ADA)
    with pytest.raises(NotAllowed, match="One is open already"):
        begin(evening, ADA)
    begin(evening, ADA, form="review")
    [passed, _] = evening.state.part(check_in.KIND).values()
    look = Look(SAM, START + 8 * DAY, VOICE)
    assert check_in.show(passed, look) == "A check-in of the week\n  This one passed unopened."
    assert check_in.today(passed, look) == ()
    evening.day = 8
    with pytest.raises(NotAllowed, match="Its time has passed"):
        commit(evening, begun, SAM)
    begin(evening, ADA)


def test_who_was_told_no_waits_and_who_said_it_does_not() -> None:
    evening = Evening()
    aside(evening, begin(evening, ADA), SAM)
    assert seen(evening, ADA) == ["Sam set this one aside."]
    assert today(evening, ADA) == ()
    evening.day = 13
    with pytest.raises(NotAllowed, match="The other set one aside less than 14 days ago"):
        begin(evening, ADA)
    begin(evening, ADA, form="review")
    begin(evening, SAM)
    steps = check_in.MACHINE.steps(evening.state.part(check_in.KIND), None, ADA, START + 13 * DAY, BOTH)
    assert [(one.step, one.why_not) for one in steps] == [("begin", "One is open already. Answer it, or set it aside.")]


def test_a_check_in_with_a_partner_of_before_holds_nobody_up() -> None:
    evening = Evening()
    aside(evening, begin(evening, ADA), SAM)
    evening.context = Membership(frozenset({ADA, KIM}), journal=JOURNAL)
    begin(evening, ADA)


def test_a_key_that_does_not_fit_is_not_counted() -> None:
    evening = Evening()
    begun = begin(evening)
    commit(evening, begun, ADA)
    copied = newest(evening).of("commits", ADA)
    assert copied is not None
    assert isinstance(copied.step, CommitAnswer)
    evening.write(SAM, copied.step, "check_in")
    reveal(evening, begun, ADA)
    with pytest.raises(NotAllowed, match="does not fit"):
        evening.write(SAM, RevealAnswer(answers=answer(begun), k=SECRETS[ADA].k), "check_in")
    online = "A device does that by itself, the next time it is online."
    assert seen(evening, ADA) == ["Both have answered.", "Sam's answer is not revealed.", online]


def test_after_one_key_the_other_may_set_it_aside_and_stays_sealed() -> None:
    evening = Evening()
    begun = begin(evening)
    commit(evening, begun, ADA)
    commit(evening, begun, SAM)
    reveal(evening, begun, ADA)
    with pytest.raises(NotAllowed, match="You have opened your answer already"):
        aside(evening, begun, ADA)
    aside(evening, begun, SAM)
    assert seen(evening, ADA) == ["Sam set this one aside.", "Sam's answer is not revealed."]
    assert newest(evening).opening(ADA) is not None
    assert newest(evening).opening(SAM) is None


def test_a_commit_that_was_not_delivered_is_written_again_with_the_same_answer() -> None:
    evening = Evening()
    begun = begin(evening)
    item = commit(evening, begun, ADA)
    evening.append(SAM, evening.document("note", Note(text="?")), refused=(item.applied.seq,))
    assert newest(evening).standing == "begun"
    evening.append(ADA, item.applied.document)
    commit(evening, begun, SAM)
    assert newest(evening).standing == "sealed"


def test_while_provisional_one_can_set_it_aside_and_nothing_else() -> None:
    evening = Evening()
    begun = begin(evening)
    evening.context = replace(BOTH, provisional=True)
    with pytest.raises(NotAllowed, match="eight words"):
        commit(evening, begun, ADA)
    aside(evening, begun, ADA)
    evening.context = Membership(frozenset({SAM}), journal=JOURNAL)
    item = aside(evening, begun, SAM)
    assert describe(evening.state, item, VOICE) == "Sam set aside a check-in of the week"
    with pytest.raises(NotAllowed, match="There is nobody here yet"):
        begin(evening)


def test_a_review_says_its_period_and_the_day_to_talk_is_said_on_that_day() -> None:
    evening = Evening()
    period = Period(from_=date(2026, 1, 1), to=date(2026, 3, 31))
    talk = dates.parse_day("2026-11-29")
    begun = begin(evening, form="review", period=period, talk_on=talk, chosen=(NOWHERE,))
    assert begun.applied.document.body["period"] == {"from": "2026-01-01", "to": "2026-03-31"}
    title = "a review of Thursday 1 January 2026 to Tuesday 31 March 2026"
    assert check_in.title_of(newest(evening)) == title
    assert seen(evening, ADA)[-1] == "The day to talk is Sunday 29 November 2026."
    noon = dates.parse_local("2026-11-29 12:00").seconds[0]
    commit(evening, begun, SAM)
    commit(evening, begun, ADA)
    assert check_in.today(newest(evening), Look(ADA, noon, VOICE)) == ("Today is the day you set to talk.",)
    assert noon < check_in.today_until(newest(evening)) < noon + 3 * DAY
    assert check_in.today(newest(evening), Look(ADA, noon + DAY, VOICE)) == ()
    assert check_in.today(newest(evening), Look(KIM, noon, VOICE)) == ()


@pytest.mark.parametrize("field", [{"period": {"from": "2026-01-01", "to": "2026-03-31"}}, {"chosen": []}])
def test_only_a_review_looks_back(field: dict[str, object]) -> None:
    item = Evening().append(SAM, Document("check_in", 1, START, {"step": "begin", "form": "week", **field}))
    assert "only a review" in (item.skipped or "")


# --- answers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        b'{"form":"week"}',
        b'{"form":"week","need":null,"later":null}',
        b'{"form":"week","trust":11}',
        b'{"form":"week","trust":-1}',
        b'{"form":"week","trust":5.0}',
        b'{"form":"week","trust":"5"}',
        b'{"form":"week","need":" "}',
        b'{"form":"week","feelings":[]}',
        b'{"form":"review"}',
        b'{"form":"other","need":"Rest."}',
        b'{"need":"Rest."}',
        b'["week"]',
        b"\xff",
        b"",
    ],
)
def test_what_is_no_answer_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedData):
        parse_answer(data, "week")


def test_an_answer_to_other_questions_is_refused() -> None:
    data = encode_answer(ReviewAnswer(form="review", summary="A mild spring.", keep="Sundays.", chosen=(NOWHERE,)))
    told = answer_lines(parse_answer(data, "review"), ADA, VOICE)
    assert told[1:3] == ("  How it was: A mild spring.", "  What I want to keep: Sundays.")
    assert told[3] == "  With documents of this journal that matter to me."
    with pytest.raises(MalformedData, match="other questions"):
        parse_answer(data, "week")


def test_what_a_later_version_asks_is_kept_and_said_to_be_there() -> None:
    data = b'{"form":"week","need":"Rest.","hope":"Spring."}'
    found = parse_answer(data, "week")
    assert encode_answer(found) == data
    assert answer_lines(found, ADA, VOICE)[-1] == "  " + PARTS_UNSHOWN
    assert parse_answer(b'{"form":"week","hope":"Spring."}', "week").form == "week"


def test_limits_hold_for_writing_and_an_answer_fits_into_its_seal() -> None:
    long = b'{"form":"week","need":"' + b"x" * 2001 + b'"}'
    assert parse_answer(long, "week").form == "week"
    with pytest.raises(MalformedData, match="2000 fit"):
        parse_answer(long, "week", writing=True)
    full = WeekAnswer(form="week", need="x" * 2000, issue="ü" * 2000)
    with pytest.raises(MalformedData, match="4092 fit"):
        encode_answer(full)


def test_the_words_of_an_answer_pass_for_nobody_elses() -> None:
    told = answer_lines(WeekAnswer(form="week", need="Rest.\nSam:\u202e"), ADA, VOICE)
    assert told == ("Ada:", "  What I need: Rest.", "    Sam:\ufffd")
