"""What waits to be sent looks as it will look once it is sent, and is marked as waiting."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from duolog.cli.desk import UNSENT, WAITS
from tests.cli.people import Person, in_one_line, paired
from tools.local_server import LocalServer

WORDS = """Topic: other

No phones at dinner.
"""


@contextmanager
def offline(server: LocalServer) -> Iterator[None]:
    server.stop()
    try:
        yield
    finally:
        server.start()


@pytest.fixture
def couple(ada: Person, sam: Person) -> tuple[Person, Person]:
    paired(ada, sam)
    ada.ok("sync")
    return ada, sam


def told(text: str) -> str:
    """A timeline's lines without their times."""
    return in_one_line(" ".join(line[8:] for line in text.splitlines() if WAITS not in line and line[:1] in "* "))


def test_the_timeline_tells_unsent_entries_in_the_words_that_it_tells_them_in_later(
    couple: tuple[Person, Person], server: LocalServer
) -> None:
    ada, _ = couple
    with offline(server):
        assert ada.say("write", reads="Feelings: calm\n\nA quiet evening.").exit_code == 4
        assert ada.say("boundary", "propose", reads=WORDS).exit_code == 4
        assert ada.say("thank", reads="For the tea.").exit_code == 4
        assert ada.say("disclose", reads="About: A thing\n\nWhat I did not say.").exit_code == 4
        before = ada.ok("timeline", "--offline")
        filtered = ada.ok("timeline", "--offline", "--from", "me")
    assert before.count(WAITS) >= 3
    assert filtered.count(WAITS) >= 3
    assert "Feelings: calm" in before
    assert "A step of yours" not in before
    ada.ok("sync")
    after = ada.ok("timeline")
    assert WAITS not in after
    assert told(before) == told(after)
    assert told(filtered) == told(ada.ok("timeline", "--from", "me"))


def test_an_unsent_step_shows_in_its_list_and_whole(couple: tuple[Person, Person], server: LocalServer) -> None:
    ada, sam = couple
    ada.ok("boundary", "propose", reads=WORDS)
    assert "waits for your answer" in sam.ok("boundary", "list")
    with offline(server):
        assert sam.say("boundary", "accept", "--yes").exit_code == 4
        listed, shown = sam.ok("boundary", "list"), sam.ok("boundary", "show")
        assert "in force" in listed
        assert UNSENT in in_one_line(listed)
        assert "Accepted by" in shown
        assert UNSENT in in_one_line(shown)
        assert "duolog boundary accept" not in shown
        assert "waits for your answer" not in sam.ok("today")
        assert sam.say("boundary", "contest", "1", reads="No.").exit_code != 0
    sam.ok("sync")
    assert UNSENT not in sam.ok("boundary", "list")
    assert UNSENT not in sam.ok("boundary", "show")


def test_a_thing_that_was_begun_offline_is_listed_with_its_words(
    couple: tuple[Person, Person], server: LocalServer
) -> None:
    ada, _ = couple
    with offline(server):
        assert ada.say("disclose", "--yes", reads="About: The evening\n\nI was late.").exit_code == 4
        listed, shown = ada.ok("letter", "list"), ada.ok("letter", "show")
        things = json.loads(ada.ok("letter", "list", "--json"))["things"]
        line = ada.ok("timeline", "--offline")
    assert UNSENT in in_one_line(listed)
    assert "I was late." in shown
    assert WAITS in in_one_line(shown)
    assert [one["waits"] for one in things] == [True]
    assert "letter show 1" in line
    ada.ok("sync")
    assert "I was late." in ada.ok("letter", "show")
    assert WAITS not in ada.ok("letter", "show")


def test_a_readable_export_says_what_waits(ada: Person, server: LocalServer) -> None:
    ada.ok("journal", "create")
    with offline(server):
        assert ada.say("write", reads="For later.").exit_code == 4
        pages = ada.home.parent / "pages"
        ada.ok("export", "--out", str(ada.home.parent / "mine.json"), "--readable", str(pages))
    told = "".join(page.read_text() for page in pages.rglob("*.md"))
    assert told.count("For later") == 1
    assert "Waits here until the server can be reached" in told
