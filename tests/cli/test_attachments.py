"""Files that are opened in another program, or that the server takes no more of."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from duolog.cli.attachments import files_form, parse_files
from tests.cli.transcript import run
from tools.local_server import LocalServer


@pytest.fixture(scope="module")
def server(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    """A server that takes three attachments a day."""
    settings = {"attachments_per_day": "3", "rate_anonymous": "100000/minute", "rate_session": "100000/minute"}
    with LocalServer(tmp_path_factory.mktemp("server"), template=sqlite_template, **settings) as running:
        yield running


@pytest.fixture
def ada(server: LocalServer, homes: Path) -> Path:
    """Ada's home, with a private journal."""
    home = homes / "ada"
    assert run(home, ["register", "--server", server.origin, "--no-confirm", "--json"]).exit_code == 0
    assert run(home, ["journal", "create"]).exit_code == 0
    return home


def page(folder: Path) -> Path:
    path = folder / "letter.txt"
    path.write_text("My answer.")
    return path


def listed(home: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run(home, ["attachment", "list", "--json"]).out)["attachments"]
    return found


def test_a_file_is_handed_to_the_computers_own_program(
    ada: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(ada, ["write", "--attach", str(page(tmp_path))], "Read this.\n").exit_code == 0
    [one] = listed(ada)
    called: list[list[str]] = []
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(subprocess, "Popen", lambda command, **_: called.append(command))
    said = run(ada, ["attachment", "open", one["number"]])
    assert said.exit_code == 0, said.text
    [[program, path]] = called
    assert program in ("/usr/bin/xdg-open", "/usr/bin/open")
    assert Path(path).read_text() == "My answer."
    assert Path(path).is_relative_to(ada)
    monkeypatch.setattr("shutil.which", lambda name: None)
    said = run(ada, ["attachment", "open", one["number"].partition(".")[0]])
    assert "No program for it was found" in said.out
    assert not Path(path).exists(), "the next command removes it"


def test_a_text_goes_without_the_files_that_the_server_does_not_take(ada: Path, tmp_path: Path) -> None:
    files = ["--attach", str(page(tmp_path))] * 4
    said = run(ada, ["write", *files], "Four of them.\n")
    assert said.exit_code == 1
    assert "Saved here, and not sent yet" in said.out
    assert [one["waiting"] for one in listed(ada)] == [True] * 4
    assert run(ada, ["attachment", "drop"]).exit_code == 2  # nobody is there to answer
    said = run(ada, ["attachment", "drop", "--yes"])
    assert said.exit_code == 0, said.text
    assert "The text goes without its 4 files." in said.out
    assert listed(ada) == []
    assert "Four of them." in run(ada, ["timeline"]).out
    assert run(ada, ["attachment", "drop", "--yes"]).exit_code == 2


def test_lines_at_the_top_say_what_files_show() -> None:
    files = [Path("us.jpg"), Path("a (1).pdf")]
    form = files_form(files) + "Feelings:\n\nText"
    assert form.startswith("File 1 (us.jpg) shows:\nFile 2 (a (1).pdf) shows:\n")
    new, rest = parse_files(form, files, keep=True)
    assert [(one.alt, one.keep_photo_data) for one in new] == [(None, True)] * 2
    assert rest == "Feelings:\n\nText"
    new, rest = parse_files("file 2 shows: the plan: ours\nFile 9 shows: x\nFile 1 shows:\nText", files, keep=False)
    assert [one.alt for one in new] == [None, "the plan: ours"]
    assert rest == "Text"
    assert parse_files("File 1 shows: it\nText", [], keep=False) == ([], "File 1 shows: it\nText")
