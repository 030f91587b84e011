"""The rules by which the runner judges a client, alone."""

import pytest

from hostile.judging import Person, Shown, fault_in, lost_at_the_end, notice
from hostile.results import Result

WRITTEN = {"one": "Ada", "two": "Sam", "three": "Ada"}


def read(*readings: list[str], taken: tuple[str, ...] = ()) -> Person:
    return Person("Sam", taken=list(taken), shown=[Shown(texts, 0) for texts in readings])


@pytest.mark.parametrize(
    ("answers", "result"),
    [
        ([{}, {"journals": [{"state": "ok"}]}, {"entries": [{"text": "one"}]}], None),
        ([{"error": "refused", "say": "No."}], Result.REFUSED),
        ([{"error": "anything else"}], Result.REFUSED),
        ([{"error": "no server"}], Result.NO_SERVER),
        ([{"error": "frozen"}], Result.FROZEN),
        ([{"error": "no server"}, {"journals": [{"state": "frozen"}]}], Result.FROZEN),
        ([{"error": "refused"}, {"entries": [{"unreadable": "why"}]}], Result.QUARANTINED),
        ([{"journals": 5, "entries": "no list"}], None),
    ],
)
def test_what_a_client_says_is_its_result(answers: list[dict[str, object]], result: Result | None) -> None:
    assert notice(*answers) == result


@pytest.mark.parametrize(
    ("person", "result"),
    [
        (read(["one"], ["one", "two", "three"], taken=("two",)), None),
        (read(["one"], ["two", "one"]), None),  # of two authors, each in their own order
        (read(["one", "four"]), Result.FORGED),
        (read(["one", "one"]), Result.FORGED),
        (read(["three", "one"]), Result.FORGED),
        (read(["one", "two"], ["two"]), Result.LOST),
        (read(["one"], taken=("two",)), Result.LOST),
        (read(), None),
    ],
)
def test_a_forged_or_lost_text_is_a_failure(person: Person, result: Result | None) -> None:
    fault = fault_in(person, WRITTEN)
    assert (fault and fault[0]) == result


def test_what_is_due_at_the_end_is_there_or_shown_as_unreadable() -> None:
    person = read(["one", "two"])
    assert lost_at_the_end(person, WRITTEN, ["one", "two"]) is None
    missing = lost_at_the_end(person, WRITTEN, list(WRITTEN))
    assert missing is not None
    assert missing[0] is Result.LOST
    person.shown[-1].unreadable = 1
    assert lost_at_the_end(person, WRITTEN, list(WRITTEN)) is None
    person.shown[-1].unreadable = 0
    person.frozen = True
    assert lost_at_the_end(person, WRITTEN, list(WRITTEN)) is None
