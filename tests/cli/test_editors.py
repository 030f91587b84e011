"""The editor: which is started, with what, and where its file lies."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from duolog.cli import texts
from duolog.cli.editors import KNOWN, chosen_editor, edit, known_as
from duolog.cli.failures import Usage


def script(folder: Path, name: str, does: str) -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{does}\n")
    path.chmod(0o700)
    return path


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_a_known_editor_gets_its_options_behind_the_persons_own(name: str, tmp_path: Path) -> None:
    program, file = script(tmp_path, name, 'printf "%s\\n" "$@" > told; pwd >> told'), tmp_path / "text.md"
    file.touch()
    edit([str(program), "-x", "two words"], file)
    told = (tmp_path / "told").read_text().splitlines()
    assert told == ["-x", "two words", *KNOWN[name], str(file), str(tmp_path)]


def test_an_editor_is_known_by_the_file_behind_its_name(tmp_path: Path) -> None:
    program = script(tmp_path, "vim.basic", "true")
    (tmp_path / "vi").symlink_to(program)
    assert known_as(str(tmp_path / "vi")) == "vim"
    assert known_as(str(script(tmp_path, "emacs-28.2", "true"))) == "emacs"
    assert known_as(str(script(tmp_path, "emacsclient", "true"))) is None
    assert known_as(str(script(tmp_path, "code", "true"))) is None


def test_the_persons_choice_is_read_as_a_shell_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDITOR", "'/a folder/vim' -u \"my rc\"")
    monkeypatch.setenv("VISUAL", " ")
    assert chosen_editor() == ["/a folder/vim", "-u", "my rc"]
    monkeypatch.setenv("VISUAL", "vim 'unfinished")
    with pytest.raises(Usage, match="no end"):
        chosen_editor()


def test_an_editor_that_fails_or_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(Usage, match="ended with an error"):
        edit([str(script(tmp_path, "vim", "exit 3"))], tmp_path / "text.md")
    with pytest.raises(Usage, match="can't be started"):
        edit([str(tmp_path / "nowhere")], tmp_path / "text.md")


def test_memory_is_the_users_own_or_the_shared_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "_file_system", lambda place: "tmpfs")
    own = tmp_path / "own"
    own.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(own))
    assert texts._memory_folder() == own
    own.chmod(0o755)  # others may look into it
    assert texts._memory_folder() != own
    own.chmod(0o700)
    monkeypatch.setattr(texts, "_file_system", lambda place: "ext4")
    assert texts._memory_folder() is None


def test_what_is_removed_is_overwritten_first(tmp_path: Path) -> None:
    folder = tmp_path / "duolog-x"
    (folder / "deeper").mkdir(parents=True)
    (folder / "text.md").write_text("a secret")
    (folder / "deeper" / "text.md.save").write_text("another secret")
    (tmp_path / "link").hardlink_to(folder / "text.md")
    texts._destroy(folder)
    assert not folder.exists()
    assert (tmp_path / "link").read_bytes() == b""


@pytest.mark.parametrize("name", ["vim", "nvim"])
def test_a_real_vim_takes_the_options_without_a_word(name: str, tmp_path: Path) -> None:
    program = shutil.which(name)
    if program is None:
        pytest.skip(f"{name} is not installed")
    file = tmp_path / "text.md"
    file.write_text("first\nsecond\n")
    done = subprocess.run(
        [program, "-es", *KNOWN[name], "-c", "1 normal ddp", "-c", "wq", str(file)],
        env={"HOME": str(tmp_path), "TERM": "dumb"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, file.read_text()) == (0, "second\nfirst\n"), done.stderr
    assert [
        path.name for path in tmp_path.rglob("*") if path.is_file() and "second" in path.read_text(errors="replace")
    ] == ["text.md"]
