"""Story 3, the week and the quarter, through the command: two homes, and a real server process."""

from pathlib import Path

import pytest

from tests.stories.in_process import InProcess
from tests.stories.test_story_1_cli import server  # noqa: F401 - a fixture
from tools.evening import Person, pair
from tools.local_server import LocalServer

WIN = "We paused and came back."


@pytest.fixture
def two(server: LocalServer, tmp_path: Path) -> tuple[Person, Person]:  # noqa: F811 - the fixture
    ada = InProcess("Ada", tmp_path / "ada", "ada's passphrase")
    sam = InProcess("Sam", tmp_path / "sam", "sam's passphrase")
    pair(ada, sam, server.origin)
    return ada, sam


def test_answers_open_together_and_the_meeting_moves(two: tuple[Person, Person]) -> None:
    ada, sam = two
    ada.duolog("checkin", "--yes", reads="Feelings: tired\n\n## What I need\nOne phone-free evening.")
    assert "phone-free" not in sam.duolog("checkins", "show", "1").out
    sam.duolog("checkin", "--yes", reads="## What is hard for me\nWork.")
    for person in (ada, sam, ada):
        person.duolog("sync")
    for person in (ada, sam):
        shown = person.duolog("checkins", "show", "1").out
        assert "One phone-free evening." in shown
        assert "Work." in shown

    ada.duolog("review", "--yes", reads="Fewer surprises.")
    sam.duolog("review", "--yes", reads="I dread Sundays.")
    for person in (ada, sam, ada):
        person.duolog("sync")
    for person in (ada, sam):
        shown = person.duolog("checkins", "show", "2").out
        assert "Fewer surprises." in shown
        assert "I dread Sundays." in shown

    sam.duolog("boundary", "propose", reads="Topic: time\nBinds: both\n\nWe meet on Saturdays.")
    ada.duolog("boundary", "accept", "--yes")
    assert sam.boundary()["status"] == "in_force"
    ada.duolog("win", reads=WIN)
    for person in (ada, sam):
        told = person.duolog("timeline").out
        assert WIN in told
        for never in ("streak", "in a row", "average", "score", "overdue", "missed"):
            assert never not in told.lower()
