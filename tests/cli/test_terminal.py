"""At a terminal: questions, the words typed back, the editor, and what happens when somebody changes their mind."""

import json
import re
import time
from pathlib import Path

import pytest

from duolog.client.blocking import Duolog
from tests.cli.terminal import Terminal, plain
from tests.cli.transcript import PASSPHRASE, run
from tools.local_server import LocalServer


@pytest.fixture(scope="module")
def home(server: LocalServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with an account and a journal of one."""
    folder = tmp_path_factory.mktemp("writer") / "home"
    assert run(folder, ["register", "--server", server.origin, "--no-confirm"]).exit_code == 0
    assert run(folder, ["journal", "create"]).exit_code == 0
    return folder


def editor(folder: Path, script: str) -> str:
    """An $EDITOR that does what the script says with the file `$1`."""
    path = folder / "editor"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o700)
    return str(path)


def test_registering_asks_for_three_of_the_words_and_leaves_none_on_the_screen(
    server: LocalServer, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    with Terminal(["register", "--server", server.origin], home) as screen:
        screen.wait("Choose a passphrase")
        screen.type("one passphrase")
        screen.wait("Once more:")
        screen.type("another")
        screen.wait("The two were not the same.")
        screen.wait("Choose a passphrase")
        screen.type(PASSPHRASE)
        screen.wait("Once more:")
        screen.type(PASSPHRASE)
        shown = plain(screen.wait("Press Enter when they are on paper."))
        words = {int(number): word for number, word in re.findall(r"(\d+) ([a-z]+)", shown) if int(number) <= 24}
        assert sorted(words) == list(range(1, 25))
        screen.type("")
        for turn in range(3):
            number = int(re.search(r"Word (\d+):$", screen.wait("Word ") + screen.wait(":"))[1])  # type: ignore[index]
            if turn == 0:
                screen.type("nonsense")
                screen.wait("That isn't what stands above.")
                screen.wait(f"Word {number}:")
            screen.type(words[number])
        assert screen.ended() == 0
        # The words stood on the terminal's second page, and that page is gone.
        assert screen.seen.index("\x1b[?1049h") < screen.seen.index("Press Enter") < screen.seen.index("\x1b[?1049l")
        assert not re.search(r"\b24 [a-z]+", plain(screen.seen.split("\x1b[?1049l")[1]))
    assert Duolog.has_account(home)


def test_a_question_stays_on_the_screen_however_slowly_it_is_answered(server: LocalServer, tmp_path: Path) -> None:
    with Terminal(["register", "--server", server.origin, "--no-confirm"], tmp_path / "home") as screen:
        for question in ("Choose a passphrase for this computer (a few words are good):", "Once more:"):
            screen.wait(question)
            time.sleep(1.5)  # more than the command's own patience with a silent screen
            for letter in PASSPHRASE:
                screen.type(letter, end="")
                time.sleep(0.02)
            assert screen.last_line().endswith(question)
            screen.type("")
        assert screen.ended() == 0, screen.seen
    assert Duolog.has_account(tmp_path / "home")


def test_a_wrong_passphrase_opens_nothing(home: Path) -> None:
    with Terminal(["timeline", "--offline"], home) as screen:
        screen.wait("Passphrase:")
        screen.type("not this one")
        assert screen.ended() == 3
        assert "not this one" not in screen.seen


def test_a_text_from_the_editor_is_kept_private_and_removed(home: Path, tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    script = f'stat -c "%a %n" "$1" > {seen}; stat -c %a "$(dirname "$1")" >> {seen}; echo "From the editor." > "$1"'
    with Terminal(["write"], home, EDITOR=editor(tmp_path, script), VISUAL="") as screen:
        screen.wait("Passphrase:")
        screen.type(PASSPHRASE)
        assert screen.ended() == 0, screen.seen
        assert "Written and sent." in screen.seen
    mode, path = seen.read_text().splitlines()[0].split(" ", 1)
    assert (mode, seen.read_text().splitlines()[1]) == ("600", "700")
    assert not Path(path).parent.exists()
    assert "From the editor." in run(home, ["timeline"]).out


def test_an_editor_that_changes_nothing_sends_nothing(home: Path, tmp_path: Path) -> None:
    before = run(home, ["timeline", "--json"]).out
    with Terminal(["write"], home, EDITOR=editor(tmp_path, "true"), VISUAL="") as screen:
        screen.wait("Passphrase:")
        screen.type(PASSPHRASE)
        assert screen.ended() == 0
        assert "Nothing was written." in screen.seen
    assert run(home, ["timeline", "--json"]).out == before


def test_a_text_that_is_refused_is_not_lost(home: Path, tmp_path: Path) -> None:
    script = 'head -c 70000 /dev/zero | tr "\\0" "a" > "$1"'
    with Terminal(["write"], home, EDITOR=editor(tmp_path, script), VISUAL="") as screen:
        screen.wait("Passphrase:")
        screen.type(PASSPHRASE)
        assert screen.ended() != 0
        said = " ".join(plain(screen.seen).split())
    assert "Your text isn't lost: it is kept here, sealed. `duolog draft rescued` shows it." in said
    assert json.loads(run(home, ["draft", "rescued", "--json"]).out)["rescued"] == ["a" * 70000]
    assert "Thrown away." in run(home, ["draft", "rescued", "--drop", "--yes"]).out
    assert json.loads(run(home, ["draft", "rescued", "--json"]).out)["rescued"] == []


def test_an_unknown_editor_is_warned_of_once(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "my-own-editor"
    path.write_text("#!/bin/sh\n")
    path.chmod(0o700)
    warned = []
    for _ in range(2):
        with Terminal(["write"], home, EDITOR=f"'{path}' --flag", VISUAL="") as screen:
            screen.wait("Passphrase:")
            screen.type(PASSPHRASE)
            assert screen.ended() == 0
            warned.append("doesn't know the editor my-own-editor" in " ".join(plain(screen.seen).split()))
    assert warned == [True, False]


def test_interrupting_a_question_says_that_nothing_is_lost(home: Path) -> None:
    with Terminal(["write"], home) as screen:
        screen.wait("Passphrase:")
        screen.type("\x03", end="")
        assert screen.ended() == 130
        assert "Stopped." in screen.seen
        assert "Traceback" not in screen.seen
