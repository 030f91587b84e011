"""With `--json` standard output is one object, also from a command that had nothing to do."""

import json
from pathlib import Path

import pytest

from tests.cli.transcript import run
from tools.local_server import LocalServer


@pytest.fixture(scope="module")
def home(server: LocalServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with an account and a journal of one."""
    folder = tmp_path_factory.mktemp("scripted") / "home"
    assert run(folder, ["register", "--server", server.origin, "--no-confirm"]).exit_code == 0
    assert run(folder, ["journal", "create"]).exit_code == 0
    return folder


@pytest.mark.parametrize("command", ["write", "thank", "win", "profile", "journal name 1", "draft keep"])
def test_a_command_that_gets_no_text_prints_an_empty_object(home: Path, command: str) -> None:
    said = run(home, [*command.split(), "--json"], reads="\n")
    assert (said.exit_code, json.loads(said.out)) == (0, {}), said.text


@pytest.mark.parametrize(
    "command", ["sync", "status", "journal list", "reminder calendar", "reminder due", "write --journal 9"]
)
def test_a_command_that_has_something_to_say_prints_one_object(home: Path, command: str) -> None:
    said = run(home, [*command.split(), "--json"])
    assert len(json.loads(said.out)) > 0
