"""A person who forgot an option or made a slip is asked, or asked again."""

import json
from pathlib import Path

import pytest

from tests.cli.terminal import Terminal, plain
from tests.cli.transcript import PASSPHRASE, run
from tools.local_server import LocalServer


@pytest.fixture(scope="module")
def registered(server: LocalServer, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A home with an account, and its 24 words."""
    home = tmp_path_factory.mktemp("registered") / "home"
    said = run(home, ["register", "--server", server.origin, "--no-confirm", "--json"])
    assert said.exit_code == 0, said.text
    return home, " ".join(json.loads(said.out)["words"])


def test_restoring_asks_for_the_server_at_a_terminal(
    server: LocalServer, registered: tuple[Path, str], tmp_path: Path
) -> None:
    with Terminal(["restore"], tmp_path / "home") as screen:
        screen.wait("The server where your account is (your sheet names it):")
        screen.type("")
        screen.wait("Type its address")
        screen.wait("The server where your account is (your sheet names it):")
        screen.type(server.origin)
        screen.wait("Your 24 recovery words:")
        screen.type(registered[1])
        screen.wait("Choose a passphrase")
        screen.type(PASSPHRASE)
        screen.wait("Once more:")
        screen.type(PASSPHRASE)
        screen.wait("Your account is back on this computer.")
        assert screen.ended() == 0


def test_restoring_from_a_file_needs_the_server_and_says_where_it_stands(
    server: LocalServer, registered: tuple[Path, str], tmp_path: Path
) -> None:
    said = run(tmp_path / "home", ["restore"], reads=registered[1])
    assert said.exit_code == 2
    assert "--server https://journal.example" in said.err
    assert "sheet names the server" in " ".join(said.err.split())
    assert run(tmp_path / "home", ["restore", "--server", server.origin], reads=registered[1]).exit_code == 0


def test_a_slip_in_a_device_code_is_typed_again(registered: tuple[Path, str]) -> None:
    with Terminal(["device", "add"], registered[0]) as screen:
        screen.wait("Passphrase:")
        screen.type(PASSPHRASE)
        screen.wait("The code on the new device:")
        screen.type("not-a-code")
        screen.wait("characters where")
        screen.wait("The code on the new device:")
        screen.type("")
        screen.wait("Type the code")
        screen.wait("The code on the new device:")
        screen.type("", end="\x03")
        assert screen.ended() == 130
        assert "Traceback" not in plain(screen.seen)
    said = run(registered[0], ["device", "add"], reads="not-a-code\n")
    assert said.exit_code == 2
    assert "Copy all of it" in " ".join(said.err.split())
