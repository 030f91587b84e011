"""Every sentence of every kind with steps: none watches, counts or presses.

The sentences are collected by walking through short logs of each kind: what the timeline says of a step, and what each
reader is shown of a thing, and told today, at several times. Refusals come from the rows. People's own texts in these
logs are harmless, so that what is found is Duolog's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import pytest

from duolog.documents.applied import DAY
from duolog.documents.effects import Make, Stage, WhenBoth
from duolog.documents.guards import At
from duolog.documents.kernel import Machine
from duolog.documents.kinds.check_in_answers import ReviewAnswer, WeekAnswer, answer_lines
from duolog.documents.registry import KINDS
from duolog.documents.voice import Look
from tests.documents.evening import ADA, KIM, SAM, START, VOICE
from tests.documents.rows import ALL
from tests.documents.walking import Visit, visits

FORBIDDEN = re.compile(
    r"\b(?:reads|opens|opened it|still|yet|since|overdue|missed|missing|broken|late|lately|finally|ignored|failed"
    r"|forgot|streaks?|rates?|averages?|scores?|counted? so far|in a row|times in all|how often"
    r"|has(?: not|n't)|have(?: not|n't)|had(?: not|n't)|did(?: not|n't)|never (?:answered|wrote)|no answer from"
    r"|(?:more|less|better|worse|sooner|later|first|longer) than (?:you|the other|Ada|Sam)|as often as|compared)\b",
    re.IGNORECASE,
)
DATE = re.compile(r"\bday -?\d+|\w+day \d{1,2} [A-Z][a-z]+ \d{4}")
# Numbers of rules, which say how long something is possible for everybody, and nothing of a person.
RULES = re.compile(r"(?:within|less than|for) (?:14|90) days|from 20 minutes to 24 hours")
SLIDER = re.compile(r": \d{1,2} of 10$")  # what somebody said of themselves
# A journal with one partner: said of the journal, and of nobody's omission.
ALONE = re.compile(r"nobody (?:here|in this journal) yet")
BEYOND = 10**11  # no calendar goes there
TIMES = [START + seconds for seconds in (0, 3600, 8 * DAY, 15 * DAY, 89 * DAY, 200 * DAY)]


def offends(sentence: str) -> list[str]:
    """The forbidden words of a sentence, and its numbers but for dates and rules."""
    left = ALONE.sub("", RULES.sub("", DATE.sub("", SLIDER.sub("", sentence))))
    return FORBIDDEN.findall(left) + re.findall(r"\d+", left)


def walked(kind: str) -> Iterator[Visit]:
    rows = ALL[kind]
    yield from visits(rows.machine, rows.alphabet, 4, each=1, most=40, along=rows.along)


@cache
def told(kind: str) -> tuple[frozenset[str], frozenset[str]]:
    """The sentences of a kind, and the stages that were met."""
    listed, found, stages = KINDS[kind], set[str](), set[str]()
    assert listed.title is not None
    assert listed.show is not None
    assert listed.today is not None
    for visit in walked(kind):
        if visit.after is None:
            continue
        found |= set(listed.describe(visit.one.applied, visit.one.step, VOICE, visit.after).splitlines())
        for thing in visit.after.values():
            stages.add(thing.standing)
            found.add(listed.title(thing))
            for look in (Look(me, now, VOICE) for me in (ADA, SAM, KIM) for now in TIMES):
                found |= set(listed.show(thing, look).splitlines()) | set(listed.today(thing, look))
    return frozenset(found), frozenset(stages)


def refusals(machine: Machine) -> Iterator[str]:  # type: ignore[type-arg]
    for row in machine.rows:
        for guard in row.only:
            yield guard.says
            yield from guard.became.values() if isinstance(guard, At) else ()


@pytest.mark.parametrize("kind", ALL)
def test_no_sentence_watches_counts_or_presses(kind: str) -> None:
    found, _ = told(kind)
    assert {sentence: offends(sentence) for sentence in found if offends(sentence)} == {}


@pytest.mark.parametrize("kind", ALL)
def test_no_refusal_watches_counts_or_presses(kind: str) -> None:
    said = set(refusals(ALL[kind].machine))
    assert {sentence: offends(sentence) for sentence in said if offends(sentence)} == {}


@pytest.mark.parametrize("kind", ALL)
def test_every_stage_was_met(kind: str) -> None:
    effects = (effect for row in ALL[kind].machine.rows for effect in row.then)
    assert {one.stage for one in effects if isinstance(one, Make | Stage | WhenBoth)} == told(kind)[1]


@pytest.mark.parametrize("kind", ALL)
def test_a_confidant_is_told_nothing_of_today(kind: str) -> None:
    today = KINDS[kind].today
    assert today is not None
    for visit in walked(kind):
        for thing in () if visit.after is None else visit.after.values():
            assert all(today(thing, Look(KIM, now, VOICE)) == () for now in TIMES)


@pytest.mark.parametrize("kind", ALL)
def test_today_says_nothing_of_what_a_client_leaves_unread(kind: str) -> None:
    today, today_until = KINDS[kind].today, KINDS[kind].today_until
    assert today is not None
    assert today_until is not None
    ends = set()
    for visit in walked(kind):
        for thing in () if visit.after is None else visit.after.values():
            until = today_until(thing)
            ends.add(until > TIMES[-1])
            after = {*TIMES, *(time for at in TIMES[:1] for time in range(at, at + 20 * DAY, DAY // 2)), until + 1}
            for look in (Look(me, now, VOICE) for me in (ADA, SAM) for now in after if until < now < BEYOND):
                assert today(thing, look) == ()
    assert False in ends  # in each kind a thing is over some day


def test_no_timeline_tells_who_sealed_or_opened_an_answer() -> None:
    for visit in walked("check_in"):
        if visit.after is not None and visit.one.step.step in ("commit", "reveal"):
            assert KINDS["check_in"].describe(visit.one.applied, visit.one.step, VOICE, visit.after) == ""


def test_an_opened_answer_is_told_without_a_judgement() -> None:
    week = WeekAnswer(form="week", went_well="The walk.", need="Rest.", closeness=3, trust=10, stress=0)
    review = ReviewAnswer(form="review", summary="Mild.", change="Mornings.")
    for line in (*answer_lines(week, ADA, VOICE), *answer_lines(review, SAM, VOICE)):
        assert offends(line) == []


@pytest.mark.parametrize(
    "sentence",
    [
        "Sam has not answered.",
        "Sam opens your letter.",
        "No answer since Monday 2 November 2026.",
        "Ada missed it.",
        "Ada still waits.",
        "You wrote 3 notes.",
        "Ada answered sooner than you.",
        "A streak of days",
        "It is late.",
    ],
)
def test_the_rule_sees_what_it_forbids(sentence: str) -> None:
    assert offends(sentence)
