"""An unlock that lasts, and the choice of a passphrase: real commands in a real shell at a real terminal."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest

from duolog.client import Unlock, lock_home, unlock_home, unlocked_until
from duolog.client.home.agent import asking
from duolog.client.home.passphrases import TOO_LONG, UNSEEN, UNTYPABLE, WEAK
from tests.cli.terminal import DUOLOG, Shell, Terminal, plain
from tests.cli.transcript import PASSPHRASE, run
from tools.local_server import LocalServer

pytestmark = pytest.mark.slow

SOON = 20.0  # seconds; a busy machine is slow
KNOWING = Unlock(passphrase=lambda new: PASSPHRASE.encode(), keyring=False)


@pytest.fixture(autouse=True)
def stretched_once() -> None:
    """Not here: these tests are about the keystore itself, and each key is made anew."""


@pytest.fixture(scope="module")
def registered(server: LocalServer, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A home with an account, and its words."""
    folder = tmp_path_factory.mktemp("ada") / "home"
    said = run(folder, ["register", "--server", server.origin, "--no-confirm", "--json"])
    return folder, " ".join(json.loads(said.out)["words"])


@pytest.fixture
def home(registered: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A locked home with an account. In this process somebody has logged in; a shell has a session of its own."""
    (tmp_path / "here").write_text("STATE=active\n")
    monkeypatch.setattr(asking, "SESSIONS", tmp_path)
    monkeypatch.setenv("XDG_SESSION_ID", "here")
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    yield registered[0]
    lock_home(registered[0])


def asks(home: Path, *command: str) -> bool:
    """Whether a command asks for the passphrase. Nobody answers."""
    environment = os.environ | {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
    done = subprocess.run(
        [*DUOLOG, *command, "--home", str(home)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert done.returncode in (0, 2), done.stderr
    return done.returncode == 2 and "locked with a passphrase" in done.stderr


def test_one_answer_lasts_for_the_commands_that_follow_until_it_is_locked(home: Path) -> None:
    script = "duolog unlock --for 1h; duolog status; duolog timeline --offline; duolog lock; duolog lock; duolog status"
    with Shell([script], home) as screen:
        screen.wait("Passphrase:")
        screen.type(PASSPHRASE)
        screen.wait("Unlocked. It locks after 1 hour without a command, when you log out, and at ")
        screen.wait("Unlocked until ")
        screen.wait("There is no journal yet.")
        screen.wait("Locked.")
        screen.wait("It was not unlocked.")
        screen.wait("Passphrase:")
        screen.type(PASSPHRASE)
        assert screen.ended() == 0
        said = plain(screen.seen)
    assert said.count("Passphrase:") == 2
    assert said.count("Unlocked until ") == 1
    assert PASSPHRASE not in said


def test_logging_out_locks(home: Path) -> None:
    with Shell(["duolog unlock; duolog status"], home) as screen:
        screen.wait("Passphrase:")
        screen.type(PASSPHRASE)
        screen.wait("Unlocked until ")
        assert screen.ended() == 0
    end = time.monotonic() + SOON
    while unlocked_until(home) is not None:
        assert time.monotonic() < end
        time.sleep(0.1)
    assert asks(home, "status")


def test_closing_the_terminal_locks(home: Path) -> None:
    with Shell(["duolog unlock; duolog status; read line"], home) as screen:
        screen.wait("Passphrase:")
        screen.type(PASSPHRASE)
        screen.wait("Unlocked until ")
    end = time.monotonic() + SOON
    while unlocked_until(home) is not None:
        assert time.monotonic() < end
        time.sleep(0.1)


def test_a_terminal_that_runs_nothing_else_is_not_a_log_in(home: Path) -> None:
    with Terminal(["unlock"], home) as screen:
        screen.wait("Passphrase:")
        screen.type(PASSPHRASE)
        assert screen.ended() == 1
        said = " ".join(plain(screen.seen).split())
    assert "No log-in session is known here whose end would lock the home again" in said


def test_after_the_idle_time_it_asks_again(home: Path) -> None:
    unlock_home(home, KNOWING, idle=60)
    assert not asks(home, "status")
    unlock_home(home, KNOWING, idle=1)
    time.sleep(2)
    assert asks(home, "status")


def test_a_wrong_passphrase_unlocks_nothing(home: Path) -> None:
    assert run(home, ["unlock"], passphrase="another one").exit_code == 3
    assert asks(home, "status")


def test_a_passphrase_that_is_given_is_used_and_no_agent_is(home: Path) -> None:
    assert run(home, ["unlock"]).exit_code == 0
    assert not asks(home, "status")
    assert run(home, ["status"], passphrase="another one").exit_code == 3


def test_json_says_until_when(home: Path) -> None:
    before = int(time.time())
    unlocked = json.loads(run(home, ["unlock", "--for", "1h30m", "--json"]).out)
    assert set(unlocked) == {"needed", "idle", "until", "latest"}
    assert (unlocked["needed"], unlocked["idle"]) == (True, 5400)
    assert 0 <= unlocked["until"] - before - 5400 < SOON
    assert unlocked["latest"] - unlocked["until"] == 12 * 3600 - 5400
    until = json.loads(run(home, ["status", "--json"]).out)["unlocked_until"]
    assert abs(until - unlocked["until"]) < SOON
    assert json.loads(run(home, ["lock", "--json"]).out) == {"was_unlocked": True}
    assert json.loads(run(home, ["lock", "--json"]).out) == {"was_unlocked": False}
    assert json.loads(run(home, ["status", "--json"]).out)["unlocked_until"] is None


@pytest.mark.parametrize("typed", ["0m", "59", "13h", "12h1m", "a while", "-5m", "999h"])
def test_an_idle_time_beyond_its_bounds_is_refused_before_anything_is_asked(home: Path, typed: str) -> None:
    said = run(home, ["unlock", f"--for={typed}"])
    assert said.exit_code == 2
    assert "--for takes a time from 1m to 12h." in said.err
    assert asks(home, "status")


def test_a_home_in_the_systems_keyring_needs_no_unlocking(
    server: LocalServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from duolog.cli.main import main

    kept: dict[tuple[str, str], str] = {}
    monkeypatch.setattr(keyring, "set_password", lambda service, name, text: kept.update({(service, name): text}))
    monkeypatch.setattr(keyring, "get_password", lambda service, name: kept.get((service, name)))
    place = ["--home", str(tmp_path / "home")]
    for command in (["register", "--server", server.origin, "--no-confirm"], ["unlock"], ["unlock", "--json"]):
        with pytest.raises(SystemExit) as ended:
            main([*command, *place])
        assert ended.value.code == 0
    said = capsys.readouterr().out
    assert "Nothing is needed: your system's keyring unlocks this home." in said
    assert '"needed": false' in said
    assert unlocked_until(tmp_path / "home") is None


def test_without_an_account_there_is_nothing_to_unlock(tmp_path: Path) -> None:
    said = run(tmp_path / "none", ["unlock"])
    assert said.exit_code == 2
    assert "There is no account in" in said.err
    assert run(tmp_path / "none", ["lock"]).exit_code == 0
    assert not (tmp_path / "none").exists()


# --- choosing a passphrase --------------------------------------------------------------------------------------------


def test_a_weak_passphrase_is_asked_for_again(server: LocalServer, tmp_path: Path) -> None:
    with Terminal(["register", "--server", server.origin, "--no-confirm"], tmp_path / "home") as screen:
        for weak in ("x", "12345678"):
            screen.wait("Choose a passphrase")
            screen.type(weak)
            screen.wait(WEAK)
        screen.wait("Choose a passphrase")
        screen.type(PASSPHRASE)
        screen.wait("Once more:")
        screen.type(PASSPHRASE)
        assert screen.ended() == 0
        assert "12345678" not in screen.seen


@pytest.mark.parametrize(
    ("passphrase", "sentence"),
    [
        *(("x", WEAK), ("password1", WEAK), ("kitchen lamp river " * 60, TOO_LONG)),
        *(("kitchen lamp river ", UNSEEN), ("\ufeffkitchen lamp river", UNSEEN)),
    ],
    ids=lambda value: value[:12],
)
@pytest.mark.parametrize("command", ["register", "restore", "device join"])
def test_a_weak_passphrase_from_a_descriptor_is_refused(
    server: LocalServer, registered: tuple[Path, str], tmp_path: Path, command: str, passphrase: str, sentence: str
) -> None:
    arguments = [*command.split(), "--server", server.origin]
    said = run(tmp_path / "home", arguments, registered[1] + "\n", passphrase=passphrase)
    assert said.exit_code == 1
    assert " ".join(said.err.split()).endswith(sentence)
    assert not (tmp_path / "home" / "keystore").exists()


def test_bytes_that_are_no_text_are_refused_as_a_passphrase(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.write(writing, b"\xff\xfe lamp\n")
    os.close(writing)
    program = [*DUOLOG, "register", "--server", "http://127.0.0.1:9", "--home", str(tmp_path / "home")]
    done = subprocess.run(
        [*program, "--passphrase-fd", str(reading)], pass_fds=[reading], capture_output=True, text=True, check=False
    )
    os.close(reading)
    assert done.returncode == 2
    assert f"from file descriptor {reading} isn't UTF-8 text" in done.stderr
    assert UNTYPABLE.startswith("This passphrase isn't text.")


def test_a_terminal_with_another_encoding_gets_a_sentence(home: Path) -> None:
    with Terminal(["status"], home) as screen:
        screen.wait("Passphrase:")
        os.write(screen._fd, b"gr\xfcne Wolken\r")
        assert screen.ended() == 2
        assert "The passphrase isn't UTF-8 text." in plain(screen.seen)


def test_opening_a_home_loads_no_lists_of_words(home: Path) -> None:
    program = """if True:
        import sys
        from duolog.cli.main import main
        try:
            main(sys.argv[1:])
        except SystemExit as ended:
            print(ended.code, "zxcvbn" in sys.modules)
    """
    unlock_home(home, KNOWING)
    done = subprocess.run(
        [sys.executable, "-c", program, "status", "--home", str(home)], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "0 False"
