"""Stories 2 and 3 through the command: two homes, a process for each command, a real server process."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.evening import Person, pair
from tools.local_server import LocalServer

TOLD = "Robin messaged on Tuesday. I replied twice and hid it. I felt flattered, then ashamed."
FIRST = "You hid it because you feared losing my trust?"
SECOND = "You hid it because you feared my anger."
RESPONSE = "I was hurt most by the hiding. Please tell me the same day."
WIN = "We paused and came back."


@pytest.fixture
def server(database_url: str, tmp_path: Path) -> Iterator[LocalServer]:
    database = database_url if database_url.startswith("postgresql") else ""
    with LocalServer(tmp_path / "process", database=database) as running:
        yield running


@pytest.fixture
def two(server: LocalServer, tmp_path: Path) -> tuple[Person, Person]:
    ada = Person("Ada", tmp_path / "ada", "ada's passphrase")
    sam = Person("Sam", tmp_path / "sam", "sam's passphrase")
    pair(ada, sam, server.origin)
    return ada, sam


def test_story_2_sam_owns_up_and_ada_responds_once_he_is_heard(two: tuple[Person, Person]) -> None:
    ada, sam = two
    sam.duolog("disclose", "--yes", reads=f"About: Robin\n\n{TOLD}")

    # She opens it, and nothing shows him that she did.
    assert TOLD not in ada.duolog("timeline").out
    before = sam.duolog("letter", "show", "1").out
    assert TOLD in ada.duolog("letter", "show", "1").out
    assert sam.duolog("letter", "show", "1").out == before

    # Read; not ready; a pause until later, which asks nobody.
    ada.duolog("acknowledge", "--yes")
    ada.duolog("set-aside", "--yes")
    ada.duolog("pause", "--for", "30m", "--yes")
    assert "planned to be back" not in sam.duolog("pauses").out
    assert "plans to be back" in sam.duolog("pauses").out
    ada.duolog("return", "--yes")

    # A response before "heard" is refused.
    refused = ada.duolog("respond", "--yes", reads=RESPONSE, expect=1)
    assert "Reflect first" in refused.err

    ada.duolog("reflect", "--yes", reads=FIRST)
    sam.duolog("not-quite", "--yes", reads="I feared your anger.")
    ada.duolog("reflect", "--yes", reads=SECOND)
    sam.duolog("heard", "--yes")
    ada.duolog("respond", "--yes", reads=RESPONSE)
    for person in (ada, sam):
        shown = person.duolog("letter", "show", "1").out
        for words in (TOLD, FIRST, "I feared your anger.", SECOND, RESPONSE):
            assert words in shown


def test_story_3_answers_open_together_and_the_meeting_moves(two: tuple[Person, Person]) -> None:
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
