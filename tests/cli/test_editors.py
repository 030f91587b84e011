"""The editor: which is started, with what, and where its file lies."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from duolog.cli import private_files, texts
from duolog.cli.editors import KNOWN, chosen_editor, edit, known_as
from duolog.cli.failures import Ended, Usage
from duolog.client.home.begun import RescuedText
from duolog.errors import HomeError


def script(folder: Path, name: str, does: str) -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{does}\n")
    path.chmod(0o700)
    return path


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_a_known_editor_gets_its_options_behind_the_persons_own(name: str, tmp_path: Path) -> None:
    program, file = script(tmp_path, name, 'printf "%s\\n" "$@" > told; pwd >> told'), tmp_path / "text.md"
    file.touch()
    edit([str(program), "-x", "two words"], file, 0)
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
        edit([str(script(tmp_path, "vim", "exit 3"))], tmp_path / "text.md", 0)
    with pytest.raises(Usage, match="can't be started"):
        edit([str(tmp_path / "nowhere")], tmp_path / "text.md", 0)


def test_memory_is_the_users_own_or_the_shared_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(private_files, "_file_system", lambda place: "tmpfs")
    own = tmp_path / "own"
    own.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(own))
    assert private_files.memory_folder() == own
    own.chmod(0o755)  # others may look into it
    assert private_files.memory_folder() != own
    own.chmod(0o700)
    monkeypatch.setattr(private_files, "_file_system", lambda place: "ext4")
    assert private_files.memory_folder() is None


def test_what_is_removed_is_overwritten_first(tmp_path: Path) -> None:
    folder = tmp_path / "duolog-x"
    (folder / "deeper").mkdir(parents=True)
    (folder / "text.md").write_text("a secret")
    (folder / "deeper" / "text.md.save").write_text("another secret")
    (tmp_path / "link").hardlink_to(folder / "text.md")
    private_files.destroy(folder)
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


class Typing:
    """A run of a command, as far as an editor needs one: its home, what it said, and what it sealed."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.screen = folder, self
        self.said: list[str] = []
        self.sealed: list[str] = []
        self.before_sealing: list[Callable[[], object]] = []

    def drafts(self) -> Typing:
        return self

    def aside(self, text: str, **_style: str) -> None:
        self.said.append(text)

    warn = say = aside

    def account(self) -> Typing:
        return self

    def journals(self) -> list[object]:
        return []

    def rescue(self, text: str, of: str = "") -> str:
        if self.before_sealing:
            self.before_sealing.pop(0)()
        self.sealed.append(text)
        return text

    def rescued(self) -> list[RescuedText]:
        return [RescuedText(text, "", 0, text) for text in self.sealed]

    def drop_rescued(self, name: str) -> None:
        self.sealed.remove(name)

    def write(self, start: str = "") -> str:
        """Writes a text in the editor. A command would send it."""
        found: list[str] = []
        sheet = texts.sheet_of("write", start=start, hint="Write.")

        def send(text: str) -> int:
            found.append(text)
            return 0

        texts.write_text(self, sheet, str, send)  # type: ignore[arg-type]
        return found[0]

    def start_anew(self) -> None:
        texts.rescue_leftovers(self)  # type: ignore[arg-type]

    def folders(self) -> list[Path]:
        return [
            found
            for place in private_files.places(self.folder)
            for found in place.glob(f"{private_files.prefix(self.folder)}*")
        ]


@pytest.fixture
def typing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Typing]:
    """Somebody at a terminal, whose editor writes one line above whatever it is given."""
    monkeypatch.setattr(texts, "at_terminal", lambda: True)
    program = script(tmp_path, "vim", 'for file; do :; done; echo "typed" > "$file"')
    monkeypatch.setenv("VISUAL", str(program))
    (tmp_path / "home").mkdir()
    run = Typing(tmp_path / "home")
    yield run
    for folder in run.folders():
        private_files.destroy(folder)


def fail(error: BaseException) -> Callable[[], Any]:
    def raises() -> None:
        raise error

    return raises


@pytest.mark.parametrize("error", [HomeError("disk full"), OSError("no room"), MemoryError(), KeyboardInterrupt()])
@pytest.mark.parametrize("code", [0, 3])
def test_a_text_that_cannot_be_sealed_stays_where_it_was_typed(
    typing: Typing, error: BaseException, code: int, tmp_path: Path
) -> None:
    script(tmp_path, "vim", f'for file; do :; done; echo "typed" > "$file"; exit {code}')
    typing.before_sealing = [fail(error), fail(error)]
    with pytest.raises(type(error)):
        typing.write()
    [folder] = typing.folders()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert (folder / "text.md").read_text() == "typed\n"
    assert [str(folder) in line for line in typing.said] == [True]
    typing.before_sealing = [fail(error)]
    with pytest.raises(type(error)):
        typing.start_anew()  # the disk is still full
    assert typing.folders() == [folder]
    typing.before_sealing = []
    typing.start_anew()
    assert (typing.sealed, typing.folders(), typing.said[-1]) == (["typed"], [], texts.FOUND)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_command_that_is_ended_while_it_seals_has_sealed(typing: Typing, number: int) -> None:
    """Until then the only copy is in memory, and the signal would end the process."""
    typing.before_sealing = [lambda: os.kill(os.getpid(), number)]
    before = signal.signal(number, signal.SIG_IGN)
    try:
        with pytest.raises(Ended):
            typing.write()
    finally:
        signal.signal(number, before)
    assert (typing.sealed, typing.folders(), typing.said) == (["typed"], [], [texts.RESCUED])


def test_a_text_is_sealed_before_its_file_is_removed(typing: Typing) -> None:
    seen: list[list[Path]] = []
    typing.before_sealing = [lambda: seen.append(typing.folders())]
    assert typing.write() == "typed"
    assert [len(folders) for folders in seen] == [1]
    assert (typing.sealed, typing.folders(), typing.said) == ([], [], [])


@pytest.mark.parametrize("start", ["Feelings:\nTags:", "a draft\n\nof two paragraphs\n"])
def test_an_untouched_form_is_nothing_that_somebody_typed(typing: Typing, start: str, tmp_path: Path) -> None:
    script(tmp_path, "vim", 'for file; do :; done; cp "$file" "$file~"; exit 3')
    with pytest.raises(Usage):
        typing.write(start)
    assert (typing.sealed, typing.folders(), typing.said) == ([], [], [])


def test_an_untouched_form_of_a_killed_command_is_removed_without_a_word(typing: Typing, tmp_path: Path) -> None:
    for name, typed in (("untouched", "Tags: a"), ("changed", "Tags: a, b")):
        folder = typing.folder / (private_files.prefix(typing.folder) + name)
        folder.mkdir()
        file = texts._opened_with(folder, texts.sheet_of("write", start="Tags: a", hint="Write."))
        file.write_text(file.read_text().replace("Tags: a", typed))
    typing.start_anew()
    assert (typing.sealed, typing.folders(), typing.said) == (["Tags: a, b"], [], [texts.FOUND])
