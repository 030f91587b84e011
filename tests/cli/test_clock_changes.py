"""What the command does with a typed time in the nights in which the clocks change."""

import json
import sys
from collections.abc import Callable

import pytest

from duolog.cli import asking, times
from duolog.cli.failures import Usage
from tests.cli.people import Person
from tests.documents.test_clock_changes import APIA, BERLIN, at, zone

__all__ = ["zone"]

TWICE, NEVER = "2027-10-31 02:30", "2027-03-28 02:30"


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Somebody at a terminal gives these answers; the questions that they were asked."""

    def answering(*given: str) -> list[str]:
        asked, left = list[str](), list(given)

        def ask(question: str) -> str:
            asked.append(question)
            return left.pop(0)

        monkeypatch.setattr(asking, "at_terminal", lambda: True)
        monkeypatch.setattr(asking, "ask_line", ask)
        return asked

    return answering


@pytest.mark.parametrize("zone", [BERLIN], indirect=True)
@pytest.mark.parametrize(
    ("typed", "first", "second"),
    [
        (TWICE, "2027-10-31 02:30+02:00", "2027-10-31 02:30+01:00"),
        (NEVER, "2027-03-28 01:30+01:00", "2027-03-28 03:30+02:00"),
    ],
)
def test_a_time_with_two_meanings_is_asked_about_with_both(
    zone: str, answers: Callable[..., list[str]], typed: str, first: str, second: str
) -> None:
    found = times.typed_moment(typed)
    for number in (1, 2):
        asked = answers("", "yes", str(number))
        assert times.one_meaning(typed, found) == found.seconds[number - 1]
        assert len(asked) == 3
        assert all(f"1, {first}, or 2, {second}" in question for question in asked)
    assert not answers()
    assert times.one_meaning("2027-10-31 04:00", times.typed_moment("2027-10-31 04:00")) == at("2027-10-31 03:00")


@pytest.mark.parametrize("zone", [BERLIN], indirect=True)
@pytest.mark.parametrize("typed", [TWICE, NEVER])
def test_without_a_terminal_the_command_says_how_to_write_it(zone: str, typed: str) -> None:
    with pytest.raises(Usage, match=r'Say which one you mean: ".*[+]0[12]:00" or ".*[+]0[12]:00"[.]'):
        times.one_meaning(typed, times.typed_moment(typed))


@pytest.mark.parametrize("zone", [BERLIN], indirect=True)
def test_a_closing_is_not_scheduled_at_a_time_with_two_meanings(zone: str, ada: Person, sam: Person) -> None:
    sam.ok("join", reads=ada.link("invite"))
    journal = json.loads(ada.ok("journal", "list", "--json"))["journals"][-1]["short"]
    refused = ada.say("close", "--at", "2029-10-28 02:30", "--journal", journal, "--yes")
    assert refused.exit_code == 2
    assert '"2029-10-28 02:30+02:00" or "2029-10-28 02:30+01:00"' in " ".join(refused.text.split())
    assert "Nothing waits." in ada.ok("close", "show", "--journal", journal)
    done = ada.ok("close", "--at", "2029-10-28 02:30+01:00", "--journal", journal, "--yes")
    assert "28 October 2029, 02:30 (UTC+01:00)" in " ".join(done.split())


@pytest.mark.parametrize("zone", [BERLIN], indirect=True)
@pytest.mark.parametrize(
    ("now", "typed", "meant"),
    [
        ("2026-10-24 21:50", "23:30", "2026-10-25 22:30"),  # 25 hours later it is still the same day
        ("2026-10-25 00:10", "00:10", "2026-10-25 23:10"),
        ("2026-10-25 00:45", "02:30", "2026-10-25 01:30"),  # the first 02:30 is over
        ("2026-03-29 00:45", "02:30", "2026-03-29 01:30"),
        ("2026-11-27 20:00", "20:30", "2026-11-28 19:30"),
    ],
)
def test_the_next_time_of_day_is_always_ahead(zone: str, now: str, typed: str, meant: str) -> None:
    assert times.next_clock(typed, at(now)) == at(meant)


@pytest.mark.parametrize("zone", [BERLIN], indirect=True)
def test_a_time_of_day_that_comes_twice_tonight_is_asked_about(zone: str, answers: Callable[..., list[str]]) -> None:
    asked = answers("2")
    assert times.next_clock("02:30", at("2026-10-24 22:00")) == at("2026-10-25 01:30")
    assert len(asked) == 1
    assert sys.stdin is not None


@pytest.mark.parametrize("zone", [APIA], indirect=True)
def test_a_day_that_the_calendar_skips_has_no_end(zone: str) -> None:
    with pytest.raises(Usage, match="skips 2011-12-30"):
        times.end_of("2011-12-30")
    assert times.end_of("2011-12-29") == at("2011-12-30 09:59")
