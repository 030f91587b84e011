"""Long texts: from the editor or from standard input, never from an argument.

The editor works on a file of mode 0600 in a private folder, in memory where the system offers that, else in the
home. It is removed as soon as the text is safe: sent, in the outbox, or given up. If something fails in between, the
file stays and its path is said.
"""

import os
import shlex
import shutil
import stat
import subprocess  # the user's own editor
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from duolog.cli.asking import at_terminal
from duolog.cli.failures import Usage
from duolog.cli.screen import Screen

MAX_TEXT = 256 * 1024  # bytes read from standard input; a document is smaller anyway
CUT = "------ Everything below this line is left out. ------"
EDITORS = ("sensible-editor", "nano", "vim", "vi")


@contextmanager
def written_text(screen: Screen, *, start: str, hint: str, fallback: Path) -> Iterator[str]:
    """A text, while it is being made safe: the caller seals it inside the `with`. Empty means: the person gave it up.

    `start` is what the editor opens with; `hint` explains below the cut. `fallback` is a folder for the file where the
    system has none in memory. Raises: Usage.
    """
    if not at_terminal():
        yield _from_stdin()
        return
    editor = _editor()
    if editor is None:
        yield _from_terminal(screen, hint)
        return
    folder = Path(tempfile.mkdtemp(prefix="duolog-", dir=_memory_folder() or fallback))
    keep = False
    try:
        file = folder / "text.md"
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as opened:
            opened.write(f"{start}\n\n{CUT}\n{hint}\nSave and close to go on; save it empty to give up.\n")
        _edit(editor, file)
        text = cut(file.read_text(encoding="utf-8", errors="replace"))
        keep = bool(text.strip()) and text.strip() != start.strip()
        yield text if keep else ""
        keep = False
    except BaseException:
        if keep:
            screen.aside(f"Your text isn't lost: it is in {file}, unencrypted. Delete it when you don't need it.")
        raise
    finally:
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)


def cut(text: str) -> str:
    """What stands above the cut, without empty lines around it."""
    return text.split(CUT, 1)[0].strip("\n").rstrip()


def _from_stdin() -> str:
    data = sys.stdin.buffer.read(MAX_TEXT + 1)
    if len(data) > MAX_TEXT:
        raise Usage("The text is too long: a document holds 64 KiB. Shorten it, or split it in two.")
    try:
        return data.decode("utf-8").strip("\n").rstrip()
    except UnicodeDecodeError as error:
        raise Usage("The text on standard input isn't UTF-8. Convert it first, for example with iconv.") from error


def _from_terminal(screen: Screen, hint: str) -> str:
    screen.aside(hint)
    screen.aside("No editor was found (set EDITOR to choose one). Write here; end with Ctrl-D on an empty line.")
    return sys.stdin.read(MAX_TEXT).strip("\n").rstrip()


def _editor() -> list[str] | None:
    for name in ("VISUAL", "EDITOR"):
        if chosen := os.environ.get(name, "").strip():
            return shlex.split(chosen)
    return next(([path] for name in EDITORS if (path := shutil.which(name))), None)


def _edit(editor: list[str], file: Path) -> None:
    try:
        done = subprocess.run([*editor, str(file)], check=False)  # noqa: S603 - the editor that the user chose
    except OSError as error:
        raise Usage(f"The editor {editor[0]} can't be started. Set EDITOR to another one.") from error
    if done.returncode != 0:
        raise Usage("The editor ended with an error, so nothing was sent.")


def _memory_folder() -> Path | None:
    for place in (os.environ.get("XDG_RUNTIME_DIR"), "/dev/shm"):  # noqa: S108 - memory, and a private folder inside it
        if place and stat.S_ISDIR(_mode(place)) and os.access(place, os.W_OK | os.X_OK):
            return Path(place)
    return None


def _mode(place: str) -> int:
    try:
        return Path(place).stat().st_mode
    except OSError:
        return 0
