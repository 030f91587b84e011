"""The person's own editor, started so that it keeps no copy of a text: no swap, undo, backup or history.

An editor that isn't in the table is started without such options, and the person is told once.
"""

import os
import re
import shlex
import shutil
import signal
import subprocess  # the user's own editor
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Final

from duolog.cli.failures import Ended, Usage
from duolog.cli.screen import asked

# What is typed and not saved yet is written beside the file where an editor can do that: its folder is private, and a
# closed terminal takes the editor along. These options follow the person's own arguments, so that they win. Checked
# with vim 9.0, nvim 0.7, nano 7.2, emacs 28, micro 2.0, joe 4.6, kakoune 2022; helix and ed keep nothing by themselves.
_VIM = (
    *("-n", "-i", "NONE", "--cmd", "set nomodeline", "-c", "set nobackup nowritebackup noundofile noswapfile"),
    *("-c", "silent! set viminfo=", "-c", "silent! set shada=", "-c", "set updatetime=1000"),
    *("-c", "autocmd CursorHold,CursorHoldI,TextChanged * silent! keepalt write! unsaved.md"),
)
_EMACS = (
    "--eval",
    "(setq make-backup-files nil auto-save-default t auto-save-timeout 1 auto-save-list-file-prefix nil"
    " auto-save-file-name-transforms nil create-lockfiles nil kill-emacs-hook nil)",
)
_MICRO = ("-backup", "false", "-savehistory", "false", "-saveundo", "false", "-savecursor", "false")
_JOE = ("-nobackups", "-nodeadjoe", "--joe_state")
KNOWN: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(("vim", "nvim", "view", "rvim", "ex"), _VIM),
    "gvim": ("-f", *_VIM),
    **dict.fromkeys(("nano", "rnano"), ("--restricted",)),
    "emacs": _EMACS,
    "micro": _MICRO,
    **dict.fromkeys(("joe", "jmacs", "jpico", "jstar", "rjoe"), _JOE),
    **dict.fromkeys(("hx", "helix", "kak", "ed", "red"), ()),
}
_USUAL = ("editor", "nano", "vim", "vi")  # when neither variable names one
_GRACE = 2.0  # seconds for an editor to end when the command is ended


def chosen_editor() -> list[str] | None:
    """The program and its arguments: $VISUAL, $EDITOR, else a usual one, else None. Raises: Usage."""
    for name in ("VISUAL", "EDITOR"):
        if text := os.environ.get(name, "").strip():
            try:
                return shlex.split(text)
            except ValueError as error:
                raise Usage(f"${name} can't be read: a quotation mark in it has no end. Set it anew.") from error
    return next(([path] for name in _USUAL if (path := shutil.which(name))), None)


def known_as(program: str) -> str | None:
    """The name of a program in the table, by its own name or that of the file behind it; None for an unknown one."""
    path = shutil.which(program) or program
    for name in (Path(program).name, Path(path).resolve().name):
        found = re.match(r"[a-z]+", name)  # as vim.basic and emacs-28.2
        if found and found[0] in KNOWN:
            return found[0]
    return None


def edit(editor: list[str], file: Path, lock: int) -> None:
    """Run the editor on the file, in the file's folder, until it ends. Raises: Usage, Ended.

    `lock`: a descriptor that the editor inherits, so that the folder stays locked while it runs.
    """
    program, *arguments = editor
    known = known_as(program)
    command = [shutil.which(program) or program, *arguments, *(KNOWN[known] if known else ()), str(file)]
    try:
        # In the file's folder, so that files that a killed editor leaves are found and removed there.
        running = subprocess.Popen(command, cwd=file.parent, pass_fds=[lock])  # noqa: S603 - the user's choice
    except OSError as error:
        raise Usage(f"The editor {program} can't be started. Set EDITOR to another one.") from error
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the editor, which has not inherited this
    try:
        with asked():
            code = running.wait()
    except BaseException:
        _stop(running)
        raise
    finally:
        signal.signal(signal.SIGINT, before)
    if code != 0:
        raise Usage("The editor ended with an error, so nothing was sent.")


def _stop(running: "subprocess.Popen[bytes]") -> None:
    running.terminate()
    with suppress(subprocess.TimeoutExpired):
        running.wait(_GRACE)
        return
    running.kill()
    running.wait()


@contextmanager
def ending() -> Iterator[None]:
    """Inside, the first SIGTERM or SIGHUP raises `Ended`, so that the caller tidies up. Later ones are ignored."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}

    def end(number: int, _frame: FrameType | None) -> None:
        for one in before:
            signal.signal(one, signal.SIG_IGN)
        raise Ended(number)

    for number in before:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
