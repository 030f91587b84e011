"""What a partner's words do to the screen, the files and the computer of whoever reads them."""

import json
import re
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import regex

from duolog.cli import private_files
from duolog.client import Unlock
from duolog.client.blocking import Duolog
from tests.cli.terminal import Terminal
from tests.cli.transcript import PASSPHRASE, run
from tools.local_server import LocalServer

FAR = 2**53 - 1
HIDING = "\u202e\u2066\u061c\u200b\u2028\x1b[2J\ufff9\ue000\U000e0068\U000e0069\ufe0f\x85"
STEERS = regex.compile(r"[\p{Bidi_Control}\p{Co}\p{Zl}\p{Zp}\u200b\ufff9-\ufffb\U000e0000-\U000e007f]|[^\P{Cc}\n]")


class Home:
    """Somebody with a home, at the command."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def ok(self, *arguments: str, reads: str = "") -> str:
        said = run(self.home, list(arguments), reads)
        assert said.exit_code == 0, said.text
        return said.text

    def json(self, *arguments: str) -> Any:
        said = run(self.home, [*arguments, "--json"])
        assert said.exit_code == 0, said.text
        return json.loads(said.out)

    def forge(self, kind: str, body: dict[str, object], at: int | None = None) -> None:
        """Writes what no honest client would."""
        unlock = Unlock(passphrase=lambda _: PASSPHRASE.encode(), keyring=False)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("duolog.client.log.outbox.require_allowed", lambda *_: None)
            with Duolog.open(home=self.home, unlock=unlock) as duolog:
                duolog.sync()
                assert duolog.write(duolog.journals()[0].id, kind, body, at=at).delivered


@pytest.fixture(scope="module")
def two(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Home, Home]]:
    """Ada and Sam, who have compared their words. Ada has said how she is called."""
    rates = dict.fromkeys(("rate_anonymous", "rate_register", "rate_login", "rate_bad_token"), "100000/minute")
    homes = tmp_path_factory.mktemp("homes")
    with LocalServer(tmp_path_factory.mktemp("server"), template=sqlite_template, **rates) as server:
        ada, sam = Home(homes / "ada"), Home(homes / "sam")
        for someone in (ada, sam):
            someone.ok("register", "--server", server.origin, "--no-confirm", "--json")
        sam.ok("join", reads=ada.json("invite")["link"])
        words = " ".join(ada.json("verify", "--show")["words"])
        ada.ok("verify", reads=words)
        sam.ok("verify", reads=words)
        ada.ok("profile", reads="Ada\n")
        yield ada, sam


@pytest.mark.parametrize(
    "name",
    [
        *("You", "Y\u200bo\u200bu", "\u0423\u043eu", "\u3164", "Ada (you)", "Your partner", "* Ada"),
        *("\U00013441", "You\u2800", "You just", "Ada, you", "Duolog says"),
    ],
)
def test_partner_takes_a_name_that_passes_for_the_reader_or_for_nobody(two: tuple[Home, Home], name: str) -> None:
    """Sam's client writes the profile all the same. Ada is shown the neutral word, and why."""
    ada, sam = two
    sam.forge("profile", {"display_name": name})
    sam.forge("note", {"text": "I promise to ask before I go out.\n* 20:15  Ada (you) wrote:\nI agree."})
    shown = ada.ok("timeline", "--last", "2").splitlines()[1:]
    assert re.match(r"  \d\d:\d\d  Your partner chose a name that isn't shown\.", shown[0])
    assert re.match(r"  \d\d:\d\d  Your partner wrote:", shown[1])
    assert all(line.startswith("         ") for line in shown[2:]), "nobody's words begin where our own marks stand"
    assert "you and someone without a name (partner)" in ada.ok("status")
    with pytest.raises(AssertionError, match="Choose another"):
        sam.ok("profile", reads=f"{name}\n")


def test_partner_takes_a_name_that_looks_like_the_readers(two: tuple[Home, Home]) -> None:
    ada, sam = two
    sam.forge("profile", {"display_name": "\u0410d\u0430"})
    sam.forge("note", {"text": "From somebody."})
    ada.ok("write", reads="From me.\n")
    shown = ada.ok("timeline", "--last", "2")
    assert re.search(r"^  \d\d:\d\d  \u0410d\u0430 \([0-9a-f]{8}\) wrote:$", shown, re.MULTILINE)
    assert re.search(r"^\* \d\d:\d\d  Ada \([0-9a-f]{8}\) \(you\) wrote:$", shown, re.MULTILINE)
    members = ada.json("journal", "list")["journals"][0]["members"]
    assert len({re.sub(r".* \(", "(", member["name"]) for member in members}) == 2


def test_partner_dates_a_boundary_where_no_calendar_reaches(two: tuple[Home, Home], tmp_path: Path) -> None:
    """Its clock, its lapse and its review lie beyond the year 9999, or on the last day before it."""
    ada, sam = two
    wording = {"topic": "time", "text": "Sundays are ours.", "binds": "both", "review": "9999-12-31"}
    sam.forge("boundary", {"step": "propose", "wording": wording}, at=FAR)
    assert "31 December 9999" in ada.ok("boundary", "show")
    assert ada.json("boundary", "show")["texts"][0]["at"] == FAR
    assert ada.ok("timeline")
    out = tmp_path / "ours.json"
    ada.ok("export", "--out", str(out))
    ada.ok("verify-export", str(out))
    said = run(ada.home, ["boundary", "decline", "1", "--yes"])
    assert said.exit_code in (0, 1), said.text  # what counts is that the command can be used


def test_partner_hides_and_steers_with_characters(two: tuple[Home, Home], tmp_path: Path) -> None:
    """In a name, a note and its tags, a boundary and each of its fields, a kind: on the screen, in a file."""
    ada, sam = two
    sam.forge("profile", {"display_name": "Sam", "pronouns": f"he{HIDING}"})
    sam.forge("note", {"text": f"a{HIDING}b" + "\u0301" * 1000, "tags": [f"t{HIDING}"], "feelings": [f"f{HIDING}"]})
    fields = dict.fromkeys(("text", "why", "fine", "not_fine", "if_compromised"), f"x{HIDING}y\n  Topic: time")
    sam.forge("boundary", {"step": "propose", "wording": {"topic": "time", "binds": "me", **fields}})
    sam.forge(f"kind{HIDING}", {"text": HIDING})
    out = tmp_path / "ours.json"
    shown = [ada.ok("timeline"), ada.ok("timeline", "--json"), ada.ok("boundary", "list")]
    shown += [ada.ok("boundary", "show", "2"), ada.ok("status"), ada.ok("heads"), ada.ok("confidant", "list")]
    shown += [ada.ok("export", "--out", str(out)), ada.ok("verify-export", str(out)), out.read_text()]
    assert [STEERS.search(text) for text in shown] == [None] * len(shown)
    assert max(len(line) for line in shown[0].splitlines()) < 400
    assert "\u202e" in json.loads(out.read_text())["parts"][-2]["boundaries"][1]["text"]  # a file keeps what was said


def folders(home: Path) -> list[Path]:
    return [place for where in (Path("/dev/shm"), home) for place in where.glob(private_files.prefix(home) + "*")]


def editor(folder: Path, script: str) -> str:
    path = folder / "editor"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o700)
    return str(path)


def test_thief_reads_what_vim_keeps_of_a_text(two: tuple[Home, Home], tmp_path: Path) -> None:
    """A real vim, whose owner has asked it for undo, backup, swap and history; a line is cut and put back."""
    if shutil.which("vim") is None:
        pytest.skip("vim is not installed")
    ada, _ = two
    kept = f"undodir={tmp_path} backupdir={tmp_path} directory={tmp_path}"
    (tmp_path / ".vimrc").write_text(f"set undofile backup swapfile viminfo='100,<50 {kept}\n")
    with Terminal(["write"], ada.home, EDITOR="vim", VISUAL="", HOME=str(tmp_path)) as screen:
        screen.wait("Passphrase:")
        screen.type(PASSPHRASE)
        screen.wait("Tags:")
        screen.type("ggOA secret line.\x1bddP:wq")
        assert screen.ended() == 0, screen.seen
        assert "Written and sent." in screen.seen
    assert "A secret line." in ada.ok("timeline", "--last", "1")
    left = [file for file in tmp_path.rglob("*") if file.is_file() and b"secret" in file.read_bytes()]
    assert (left, folders(ada.home)) == ([], [])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_command_is_ended_while_the_editor_is_open(two: tuple[Home, Home], tmp_path: Path, number: int) -> None:
    """No file stays. What was saved in the editor by then is sealed, and shown on asking."""
    ada, _ = two
    ada.ok("draft", "rescued", "--drop", "--yes")
    program = editor(tmp_path, f'echo "Half a {number} secret." > "$1"; echo started; exec sleep 60')
    with Terminal(["write"], ada.home, EDITOR=program, VISUAL="") as screen:
        screen.wait("Passphrase:")
        screen.type(PASSPHRASE)
        screen.wait("started")
        assert folders(ada.home)
        screen.signal(number)
        assert screen.ended() == 128 + number, screen.seen
        assert "Your text isn't lost" in screen.seen
    assert folders(ada.home) == []
    assert f"Half a {number} secret." in ada.json("draft", "rescued")["rescued"]


def test_command_is_killed_while_the_editor_is_open(two: tuple[Home, Home], tmp_path: Path) -> None:
    """The next command seals what was typed, and removes the file."""
    ada, _ = two
    ada.ok("draft", "rescued", "--drop", "--yes")
    program = editor(tmp_path, 'echo "A killed secret." > "$1"; echo started; exec sleep 60')
    with Terminal(["write"], ada.home, EDITOR=program, VISUAL="") as screen:
        screen.wait("Passphrase:")
        screen.type(PASSPHRASE)
        screen.wait("started")
        screen.signal(signal.SIGKILL)
        assert screen.ended() == -signal.SIGKILL
    assert len(folders(ada.home)) == 1
    assert "is kept here, sealed" in ada.ok("status")
    assert folders(ada.home) == []
    assert "A killed secret." in ada.json("draft", "rescued")["rescued"]
    assert b"A killed secret." not in b"".join(file.read_bytes() for file in ada.home.iterdir() if file.is_file())
