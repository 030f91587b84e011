"""Story 2, owning up and being heard, through the command: the second evening of the demo, as `make demo` plays it."""

from pathlib import Path

import pytest

from tests.stories.in_process import InProcess
from tests.stories.test_story_1_cli import server  # noqa: F401 - a fixture
from tools import demo
from tools.evening import TOLD, pair
from tools.local_server import LocalServer


def test_sam_is_heard_before_ada_responds(server: LocalServer, tmp_path: Path) -> None:  # noqa: F811 - the fixture
    ada = InProcess("Ada", tmp_path / "ada", "ada's passphrase")
    sam = InProcess("Sam", tmp_path / "sam", "sam's passphrase")
    pair(ada, sam, server.origin)
    demo.own_up(ada, sam)
    assert demo.both_heard(ada, sam)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nothing_shows_sam_that_ada_opened_his_letter(server: LocalServer, tmp_path: Path) -> None:  # noqa: F811
    ada = InProcess("Ada", tmp_path / "ada", "ada's passphrase")
    sam = InProcess("Sam", tmp_path / "sam", "sam's passphrase")
    pair(ada, sam, server.origin)
    told = sam.duolog("disclose", reads=f"About: Robin\n\n{TOLD}")
    assert "What you share can be kept by the other" in told.err
    looks = (("letter", "show", "1"), ("timeline", "--json"), ("today", "--json"))
    before = [sam.duolog(*look).out for look in looks]
    assert TOLD in ada.duolog("letter", "show", "1").out
    assert [sam.duolog(*look).out for look in looks] == before
