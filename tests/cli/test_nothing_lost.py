"""What somebody typed survives faults, closed terminals and killed commands, and other commands work meanwhile."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from duolog.cli import private_files
from tests.cli.terminal import Terminal, plain
from tests.cli.transcript import PASSPHRASE, run
from tools.local_server import LocalServer


@pytest.fixture(scope="module")
def home(server: LocalServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a journal for two, whose words were compared."""
    ada, sam = (tmp_path_factory.mktemp("homes") / name for name in ("ada", "sam"))
    for folder in (ada, sam):
        made = run(folder, ["register", "--server", server.origin, "--no-confirm", "--json"])
        (folder.parent / f"{folder.name}.words").write_text(" ".join(json.loads(made.out)["words"]) + "\n")
    link = json.loads(run(ada, ["invite", "--json"]).out)["link"]
    assert run(sam, ["join"], link).exit_code == 0
    words = " ".join(json.loads(run(ada, ["verify", "--show", "--json"]).out)["words"])
    for folder in (ada, sam):
        assert run(folder, ["verify"], words).exit_code == 0
    return ada


def editor(folder: Path, script: str) -> str:
    """An $EDITOR that does what the script says with the file `$1`."""
    path = folder / "editor"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o700)
    return str(path)


def rescued(home: Path) -> list[str]:
    found: list[str] = json.loads(run(home, ["draft", "rescued", "--json"]).out)["rescued"]
    return found


def opened(arguments: list[str], home: Path, **environment: str) -> Terminal:
    """A command at a terminal, behind its passphrase."""
    screen = Terminal(arguments, home, VISUAL="", **environment)
    screen.wait("Passphrase:")
    screen.type(PASSPHRASE)
    return screen


def said(screen: Terminal) -> str:
    """What is on the screen, in one line."""
    return " ".join(plain(screen.seen).split())


def test_a_field_that_is_refused_opens_the_editor_again_with_the_text_and_the_fault(home: Path, tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    script = (
        f'if [ -e {seen} ]; then cp "$1" {seen}; sed -i s/friendship/friendships/ "$1"; '
        f'else touch {seen}; printf "Topic: friendship\\n\\nWe tell first.\\n" > "$1"; fi'
    )
    with opened(["boundary", "propose"], home, EDITOR=editor(tmp_path, script)) as screen:
        assert screen.ended() == 0, screen.seen
        assert "There is no topic 'friendship'." in said(screen)
        assert "Your text is kept. The editor opens again." in said(screen)
    again = seen.read_text()
    assert again.startswith("Topic: friendship\n\nWe tell first.\n")
    assert "! There is no topic 'friendship'. Choose one of: " in again
    assert rescued(home) == []
    assert "We tell first." in run(home, ["boundary", "show"]).out


def test_an_editor_that_mends_nothing_is_not_opened_for_ever(home: Path, tmp_path: Path) -> None:
    script = f'echo >> {tmp_path}/times; printf "Binds: them\\n\\nNever.\\n" > "$1"'
    with opened(["boundary", "propose"], home, EDITOR=editor(tmp_path, script)) as screen:
        assert screen.ended() == 2
        assert said(screen).count("Your text isn't lost") == 1
    assert len((tmp_path / "times").read_text()) == 2
    assert rescued(home) == ["Binds: them\n\nNever."]
    run(home, ["draft", "rescued", "--drop", "--yes"])


@pytest.mark.parametrize("end", ["closed", "error"])
def test_the_next_write_offers_the_text_that_was_not_sent(home: Path, tmp_path: Path, end: str) -> None:
    does = {"closed": "echo started; exec sleep 60", "error": "exit 3"}[end]
    with opened(["write"], home, EDITOR=editor(tmp_path, f'echo "Half {end}." > "$1"; {does}')) as screen:
        if end == "closed":
            screen.wait("started")
            screen.signal(signal.SIGHUP)
        assert screen.ended() != 0
        assert "Your text isn't lost" in said(screen)
    with opened(["write"], home, EDITOR=editor(tmp_path, 'sed -i "1s/$/ And the rest./" "$1"')) as screen:
        screen.wait(f"Half {end}.")
        screen.wait("Go on with it?")
        screen.type("yes")
        assert screen.ended() == 0, screen.seen
    assert f"Half {end}. And the rest." in run(home, ["timeline", "--last", "1"]).out
    assert rescued(home) == []


def test_a_no_begins_anew_and_keeps_what_was_written_before(home: Path, tmp_path: Path) -> None:
    with opened(["write"], home, EDITOR=editor(tmp_path, 'echo "For another day." > "$1"; exit 1')) as screen:
        assert screen.ended() != 0
    with opened(["write"], home, EDITOR=editor(tmp_path, 'echo "Today." > "$1"')) as screen:
        screen.wait("Go on with it?")
        screen.type("no")
        assert screen.ended() == 0, screen.seen
    assert "Today." in run(home, ["timeline", "--last", "1"]).out
    assert rescued(home) == ["For another day."]
    # It is offered where it was written, and nowhere else.
    with opened(["win"], home, EDITOR=editor(tmp_path, 'echo "We talked." > "$1"')) as screen:
        assert screen.ended() == 0, screen.seen
        assert "Go on with it?" not in screen.seen
    run(home, ["draft", "rescued", "--drop", "--yes"])


def test_lines_typed_without_an_editor_survive_a_kill(home: Path, tmp_path: Path) -> None:
    with opened(["write"], home, EDITOR="", PATH=str(tmp_path)) as screen:
        screen.wait("end with Ctrl-D on an empty")
        screen.type("The first line.")
        screen.type("The second.")
        screen.wait("The second.")
        while not any("second" in file.read_text() for file in files_of(home)):
            pass
        screen.signal(signal.SIGKILL)
        assert screen.ended() == -signal.SIGKILL
    assert "is kept here, sealed" in run(home, ["status"]).text
    assert files_of(home) == []
    with opened(["write"], home, EDITOR="", PATH=str(tmp_path)) as screen:
        screen.wait("Go on with it?")
        screen.type("yes")
        screen.wait("end with Ctrl-D on an empty")
        screen.wait("The second.")
        screen.type("The third.")
        screen.type("\x04", end="")
        assert screen.ended() == 0, screen.seen
    assert rescued(home) == []
    shown = run(home, ["timeline", "--last", "1"]).out
    assert [line.strip() for line in shown.splitlines()][-3:] == ["The first line.", "The second.", "The third."]


def files_of(home: Path) -> list[Path]:
    """The files that an editor of this home has, or has left."""
    places = (Path("/dev/shm"), home)
    return [file for place in places for file in place.glob(private_files.prefix(home) + "*/text.md")]


def test_other_commands_work_beside_an_open_editor(home: Path, tmp_path: Path) -> None:
    go = tmp_path / "go"
    os.mkfifo(go)
    script = f'echo started; cat {go} > "$1"'
    with opened(["write"], home, EDITOR=editor(tmp_path, script)) as screen:
        screen.wait("started")
        assert "The home" not in run(home, ["timeline"]).text
        assert "Written and sent." in run(home, ["write"], "Meanwhile.\n").out
        assert "is kept here, sealed" not in run(home, ["status"]).text  # the editor's own file is no leftover
        go.write_text("And from the editor.\n")
        assert screen.ended() == 0, screen.seen
    shown = run(home, ["timeline", "--last", "2"]).out
    assert shown.index("Meanwhile.") < shown.index("And from the editor.")


def test_a_question_that_waits_keeps_no_other_command_out(home: Path) -> None:
    with Terminal(["timeline"], home) as screen:
        screen.wait("Passphrase:")
        assert run(home, ["status"]).exit_code == 0
        screen.type(PASSPHRASE)
        assert screen.ended() == 0


def test_a_text_from_a_pipe_that_is_refused_is_kept_and_forgotten_once_it_was_sent(home: Path) -> None:
    assert run(home, ["boundary", "propose"], "Topic: friendship\n\nWe tell first.\n").exit_code == 2
    assert rescued(home) == ["Topic: friendship\n\nWe tell first."]
    assert run(home, ["write"], "Topic: friendship\n\nWe tell first.\n").exit_code == 0
    assert rescued(home) == []


READING = (
    ["timeline"],
    ["timeline", "--offline"],
    ["status"],
    ["today"],
    ["journal", "list"],
    ["boundary", "list"],
    ["letter", "list"],
    ["heads"],
    ["device", "list"],
    ["draft", "list"],
    ["draft", "rescued"],
    ["attachment", "list"],
)


def full(monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk without room, as this program sees it."""

    def statvfs(path: Path) -> os.statvfs_result:
        found = list(real(path))
        found[4] = 0  # f_bavail
        return os.statvfs_result(found)

    real = os.statvfs
    monkeypatch.setattr(os, "statvfs", statvfs)


def test_on_a_full_disk_everything_can_be_read_and_exported_elsewhere(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(home, ["write"], "Written beside a full disk.\n")
    with monkeypatch.context() as patched:
        full(patched)
        for command in READING:
            done = run(home, command)
            assert (done.exit_code, "The disk is full" in done.err) == (0, True), (command, done.text)
        assert "Written beside a full disk." in run(home, ["timeline"]).out
        assert "Written [beside] a full disk." in run(home, ["search"], "beside\n").out
        out = tmp_path / "mine.json"
        assert run(home, ["export", "--out", str(out)]).exit_code == 0
        assert run(home, ["export", "--readable", "--out", str(tmp_path / "mine.txt")]).exit_code in (0, 2)
        done = run(home, ["write"], "No room for this.\n")
        assert done.exit_code == 1
        assert "The disk is full, so nothing can be written here." in " ".join(done.err.split())
    assert b"parts" in out.read_bytes()
    assert "No room for this." not in run(home, ["timeline"]).out


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """A small file system of its own, mounted with these options; mounted again with others when called again."""
    place = tmp_path / "disk"
    place.mkdir()

    def mount(options: str) -> Path:
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)], check=False, capture_output=True
        )
        if done.returncode:
            pytest.skip("this user can't mount a file system")
        return place

    yield mount
    subprocess.run(["umount", str(place)], check=False, capture_output=True)


def test_a_real_disk_that_is_full_or_read_only_is_read(
    server: LocalServer, mounted: Callable[[str], Path], tmp_path: Path
) -> None:
    home = mounted("size=6m") / "home"
    assert run(home, ["register", "--server", server.origin, "--no-confirm"]).exit_code == 0
    assert run(home, ["journal", "create"]).exit_code == 0
    assert run(home, ["write"], "A line on a small disk.\n").exit_code == 0
    filler = home.parent / "filler"
    with pytest.raises(OSError, match="No space left"):
        filler.write_bytes(bytes(8 * 2**20))
    shown = run(home, ["timeline"])
    assert (shown.exit_code, "A line on a small disk." in shown.out) == (0, True), shown.text
    assert run(home, ["export", "--out", str(tmp_path / "a.json")]).exit_code == 0
    filler.unlink()
    assert run(home, ["write"], "And another.\n").exit_code == 0
    assert run(home, ["timeline"]).err == ""
    mounted("remount,ro")
    shown = run(home, ["timeline"])
    assert (shown.exit_code, "And another." in shown.out) == (0, True), shown.text
    assert "can only be read" in shown.err
    assert run(home, ["export", "--out", str(tmp_path / "b.json")]).exit_code == 0


def test_what_a_killed_command_left_in_the_log_is_read_on_a_full_disk(
    home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """SQLite's log of a killed program is no longer than a moment old, and holds what was acknowledged last."""
    copy = tmp_path / "copy"
    script = (
        "import os, shutil, sys; from pathlib import Path; from duolog.client import Unlock; "
        "from duolog.client.blocking import Duolog; "
        "duolog = Duolog.open(home=Path(sys.argv[1]), unlock=Unlock(lambda _: sys.argv[3].encode(), keyring=False)); "
        "duolog.write(duolog.journals()[0].id, 'note', {'text': 'Before the kill.'}); "
        "shutil.copytree(sys.argv[1], sys.argv[2]); os._exit(9)"
    )
    done = subprocess.run([sys.executable, "-c", script, str(home), str(copy), PASSPHRASE], check=False)
    assert done.returncode == 9
    assert (copy / "log.sqlite-wal").stat().st_size > 0
    full(monkeypatch)
    assert "Before the kill." in run(copy, ["timeline"]).out


@pytest.mark.parametrize("end", ["Ctrl-C", "killed"])
def test_recovery_words_that_nobody_typed_back_count_as_unproven(server: LocalServer, tmp_path: Path, end: str) -> None:
    home = tmp_path / "home"
    with Terminal(["register", "--server", server.origin], home) as screen:
        for question in ("Choose a passphrase", "Once more:"):
            screen.wait(question)
            screen.type(PASSPHRASE)
        shown = plain(screen.wait("Press Enter when they are on paper."))
        words = {int(number): word for number, word in re.findall(r"(\d+) ([a-z]+)", shown) if int(number) <= 24}
        if end == "killed":
            screen.signal(signal.SIGKILL)
            assert screen.ended() == -signal.SIGKILL
        else:
            screen.type("")
            screen.wait("Word ")
            screen.type("\x03", end="")
            assert screen.ended() == 130
            assert said(screen).endswith("`duolog recovery replace` makes new ones. Stopped.")
    for command in (["status"], ["journal", "list"]):
        assert " ".join(run(home, command).err.split()).endswith("`duolog recovery replace` makes new ones.")
    assert json.loads(run(home, ["status", "--json"]).out)["unproven_sheet"] is True
    assert run(home, ["recovery", "check"], " ".join(words[number] for number in range(1, 25)) + "\n").err == ""
    assert json.loads(run(home, ["status", "--json"]).out)["unproven_sheet"] is False


def test_new_words_that_were_typed_back_are_proven(home: Path) -> None:
    assert json.loads(run(home, ["status", "--json"]).out)["unproven_sheet"] is False
    assert run(home, ["status"]).err == ""


def test_a_restored_computer_becomes_a_device_once_the_words_were_compared(
    server: LocalServer, home: Path, tmp_path: Path
) -> None:
    again = tmp_path / "again"
    back = run(again, ["restore", "--server", server.origin], (home.parent / "ada.words").read_text())
    assert back.exit_code == 0, back.text
    assert "this computer opens your account with the words of your paper" in " ".join(back.err.split())
    with opened(["verify"], again) as screen:
        screen.wait("Are all of them the same for both of you?")
        screen.type("yes")
        assert screen.ended() == 0, screen.seen
        assert "This computer is a device of its own now" in said(screen)
    assert json.loads(run(again, ["status", "--json"]).out)["keyholder"] == "device"
    assert run(again, ["recovery", "replace", "--no-confirm", "--yes"]).exit_code == 0
    assert run(again, ["write"], "From the new device.\n").exit_code == 0
    assert "From the new device." in run(home, ["timeline", "--last", "1"]).out


@pytest.mark.parametrize("name", ["vim", "nvim"])
def test_what_was_typed_in_vim_and_never_saved_survives_a_closed_terminal(
    home: Path, tmp_path: Path, name: str
) -> None:
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")
    with opened(["write"], home, EDITOR=name, HOME=str(tmp_path)) as screen:
        screen.wait("Tags:")
        screen.type(f"ggOHalf a thought in {name}.", end="")
        while not any("Half a thought" in file.read_text() for file in Path("/dev/shm").glob(_unsaved(home))):
            time.sleep(0.1)
        screen.signal(signal.SIGHUP)
        assert screen.ended() == 128 + signal.SIGHUP
    assert any(text.startswith(f"Half a thought in {name}.") for text in rescued(home))
    assert list(Path("/dev/shm").glob(_unsaved(home))) == []
    run(home, ["draft", "rescued", "--drop", "--yes"])


def _unsaved(home: Path) -> str:
    return f"{private_files.prefix(home)}*/unsaved.md"
