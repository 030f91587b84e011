"""Story 1, boundary by consent, by the command: two homes and a server process. `make evening` has a process for each
command.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stories.in_process import InProcess
from tools.evening import AGREED, CONTEST, FIRST, TOPIC, pair
from tools.local_server import LocalServer


@pytest.fixture
def server(database_url: str, sqlite_template: Path, tmp_path: Path) -> Iterator[LocalServer]:
    database = database_url if database_url.startswith("postgresql") else ""
    with LocalServer(tmp_path / "process", database=database, template=sqlite_template) as running:
        yield running


def test_a_boundary_comes_into_force_when_both_accept_the_same_text(server: LocalServer, tmp_path: Path) -> None:
    ada = InProcess("Ada", tmp_path / "ada", "ada's passphrase")
    sam = InProcess("Sam", tmp_path / "sam", "sam's passphrase")
    pair(ada, sam, server.origin)

    # One acceptance is not in force: Ada's own words wait for Sam.
    ada.duolog("boundary", "propose", reads=TOPIC + FIRST)
    assert ada.boundary()["status"] == "proposed"
    assert "nobody answers their own words" in ada.duolog("boundary", "accept", "1", "--yes", expect=1).err
    assert ada.boundary()["status"] == "proposed"

    # Sam counters; accepting the older text is refused, and changes nothing.
    sam.duolog("boundary", "counter", reads=TOPIC + AGREED)
    refused = ada.duolog("boundary", "accept", "1", "--text", "1", "--yes", expect=1)
    assert "replaced by a newer one" in refused.err
    assert ada.boundary()["status"] == sam.boundary()["status"] == "proposed"

    # Ada accepts Sam's exact text.
    accepted = ada.duolog("boundary", "accept", "--yes")
    assert AGREED in accepted.out
    assert "it is in force" in accepted.out
    for person in (ada, sam):
        boundary = person.boundary()
        assert boundary["status"] == "in_force"
        assert boundary["texts"][boundary["agreed_text"] - 1]["wording"]["text"] == AGREED

    # Neither retires it alone.
    sam.duolog("boundary", "retire", "--yes")
    assert ada.boundary()["status"] == "in_force"
    ada.duolog("boundary", "decline", "1", "--yes")

    # Sam marks it contested; both texts remain readable.
    sam.duolog("boundary", "contest", reads=CONTEST)
    for person in (ada, sam):
        shown = person.duolog("boundary", "show", "1").out
        assert "contested" in shown
        assert AGREED in shown
        assert FIRST in shown
        assert CONTEST in shown


def test_what_is_written_offline_is_kept_and_sent_once(server: LocalServer, tmp_path: Path) -> None:
    ada = InProcess("Ada", tmp_path / "ada", "ada's passphrase")
    sam = InProcess("Sam", tmp_path / "sam", "sam's passphrase")
    pair(ada, sam, server.origin)
    server.stop()

    kept = ada.duolog("write", reads="Written on the train.", expect=4)
    assert "Saved here. It will be sent when the server can be reached." in kept.out
    assert "Written on the train." in ada.duolog("timeline").out

    server.start()
    assert ada.duolog("sync", "--json").data["delivered"] == 1
    ada.duolog("sync")
    notes = [item for item in sam.duolog("timeline", "--json").data["entries"] if item["kind"] == "note"]
    assert [item["body"]["text"] for item in notes] == ["Written on the train."]
