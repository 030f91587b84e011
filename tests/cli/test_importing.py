"""`duolog import` as a person meets it: what it says, what it writes, and what it refuses."""

import json
from pathlib import Path

import pytest

from tests.cli.transcript import Said, run
from tests.imports.builders import SAMPLES, day_one, zip_of
from tools.local_server import LocalServer

DIARY = str(SAMPLES / "markdown")
TEXTS = str(SAMPLES / "jrnl" / "journal.txt")


class Writer:
    """Somebody with a home, who brings a diary along."""

    def __init__(self, home: Path, server: LocalServer) -> None:
        self.home = home
        self.ok("register", "--server", server.origin, "--no-confirm", "--json")

    def say(self, *arguments: str) -> Said:
        return run(self.home, list(arguments), "")

    def ok(self, *arguments: str) -> str:
        said = self.say(*arguments)
        assert said.exit_code == 0, said.text
        return said.out


@pytest.fixture
def ada(server: LocalServer, homes: Path) -> Writer:
    return Writer(homes / "ada", server)


def test_a_dry_run_a_run_and_another_one(ada: Writer) -> None:
    assert ada.ok("import", TEXTS, "--new", "--dry-run").splitlines() == [
        "A diary of jrnl.",
        "3 entries would be written into a new private journal.",
        "Nothing was written. Without --dry-run it is.",
    ]
    assert json.loads(ada.ok("journal", "list", "--json"))["journals"] == []
    assert "\n3 entries written into journal " in ada.ok("import", TEXTS, "--new")
    assert ada.ok("import", TEXTS).splitlines() == [
        "A diary of jrnl.",
        "Nothing new was written.",
        "Here already: 3 entries.",
    ]
    shown = ada.ok("timeline")
    assert "This is the first entry" in shown
    assert "It happened on" in shown


def test_broken_items_are_named_and_scripts_get_all_of_them(ada: Writer) -> None:
    said = ada.ok("import", DIARY, "--new")
    assert "Left out, 2 items:" in said
    assert "  bomb.md: Its front matter refers to itself (& and *). Write the value out." in said
    assert "Photos and recordings that the export names and doesn't have: 1." in said
    found = json.loads(ada.ok("import", DIARY, "--json"))
    assert (found["app"], found["written"], found["here"], found["waiting"]) == ("markdown", 0, 3, 0)
    assert [item["where"] for item in found["broken"]] == ["bomb.md", "empty.md"]


def test_what_a_stranger_named_a_file_steers_no_screen(ada: Writer, tmp_path: Path) -> None:
    folder = tmp_path / "diary"
    folder.mkdir()
    (folder / "a.md").write_text("Text.")
    (folder / "\x1b[2Jb\u202e.md").write_bytes(b"\xff")
    said = ada.ok("import", str(folder), "--new")
    assert "\x1b" not in said
    assert "\u202e" not in said


@pytest.mark.parametrize(
    ("arguments", "exit_code", "says"),
    [
        ((TEXTS,), 2, "You have no private journal. --new makes one for this diary."),
        ((TEXTS, "--new", "--journal", "5e1f0a2b"), 2, "--new makes a journal, and --journal names one"),
        ((TEXTS, "--new", "--from", "diaro"), 2, "--from takes dayone, journey, jrnl or markdown."),
        (("nothing.zip", "--new"), 2, "There is no file or folder nothing.zip."),
        ((TEXTS, "--journal", "5e1f0a2b"), 2, "There is no journal '5e1f0a2b' here."),
    ],
)
def test_what_cannot_be_done_says_what_to_do(
    ada: Writer, arguments: tuple[str, ...], exit_code: int, says: str
) -> None:
    said = ada.say("import", *arguments)
    assert (said.exit_code, says in said.err.replace("\n", " ")) == (exit_code, True), said.text


def test_a_journal_to_which_somebody_is_invited_is_refused(ada: Writer) -> None:
    ada.ok("invite")
    said = ada.say("import", TEXTS)
    assert (said.exit_code, "Somebody is invited to this journal" in said.err) == (1, True), said.text
    ada.ok("import", TEXTS, "--new")


def test_a_bomb_is_refused_and_makes_no_journal(ada: Writer, tmp_path: Path) -> None:
    bomb = zip_of(tmp_path / "bomb.zip", [("Journal.json", bytes(300 * 1024 * 1024))])
    said = ada.say("import", str(bomb), "--new")
    assert (said.exit_code, "would unpack to far more than a diary has" in said.err) == (2, True), said.text
    assert json.loads(ada.ok("journal", "list", "--json"))["journals"] == []


def test_several_private_journals_are_listed(ada: Writer, tmp_path: Path) -> None:
    ada.ok("journal", "create")
    ada.ok("journal", "create")
    said = ada.say("import", str(day_one(tmp_path / "a.zip", [{"uuid": "A" * 32, "text": "Text."}])))
    assert (said.exit_code, "You have several private journals" in said.err) == (2, True), said.text
