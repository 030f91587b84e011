"""Somebody at a terminal: a real process on a real pseudo-terminal."""

import os
import pty
import re
import select
import shlex
import signal
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import keyring
import keyring.backends.fail

from duolog.cli.main import main

ROOT = Path(__file__).parent.parent.parent
PATIENCE = int(os.environ.get("PATIENCE", "120"))  # seconds; a busy machine is slow


DUOLOG = [sys.executable, "-c", "from duolog.cli.main import main; main()"]


class Terminal:
    """`with Terminal(["status"], home) as screen: screen.wait("Passphrase:"); screen.type("...")`."""

    def __init__(self, arguments: list[str], home: Path, **environment: str) -> None:
        self.seen = ""
        self._from = 0
        self._status: int | None = None
        self._pid, self._fd = pty.fork()
        if self._pid == 0:
            os.chdir(ROOT)
            kept = {name: value for name, value in os.environ.items() if not name.startswith("DUOLOG_")}
            # No keyring service: the passphrase is asked for.
            kept |= {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring", "TERM": "xterm", "COLUMNS": "88"}
            program = self._program(arguments, home)
            os.execve(program[0], program, {**kept, **environment})

    def _program(self, arguments: list[str], home: Path) -> list[str]:
        return [*DUOLOG, *arguments, "--home", str(home)]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._status is None:
            os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)
        os.close(self._fd)

    def wait(self, text: str) -> str:
        """Waits until the text appears, after what was waited for before; all that appeared with it."""
        end = time.monotonic() + PATIENCE
        while (found := self._new().find(text)) < 0:
            assert time.monotonic() < end, f"{text!r} never came:\n{self.seen}"
            if not self._read():
                raise AssertionError(f"it ended before {text!r}:\n{self.seen}")
        before = self._new()[: found + len(text)]
        self._from += len(before)
        return before

    def last_line(self) -> str:
        """The line in which the cursor stands, with what was written over it."""
        while select.select([self._fd], [], [], 0)[0] and self._read():
            pass
        return plain(self.seen.rsplit("\n", 1)[-1].rsplit("\r", 1)[-1]).rstrip()

    def type(self, text: str, end: str = "\r") -> None:
        """Types a line."""
        os.write(self._fd, (text + end).encode())

    def signal(self, number: int) -> None:
        """Sends a signal to the command alone."""
        os.kill(self._pid, number)

    def ended(self) -> int:
        """Reads to the end; the exit code."""
        end = time.monotonic() + PATIENCE
        while self._read():
            assert time.monotonic() < end, f"it never ended:\n{self.seen}"
        _, status = os.waitpid(self._pid, 0)
        self._status = os.waitstatus_to_exitcode(status)
        return self._status

    def _new(self) -> str:
        return self.seen[self._from :]

    def _read(self) -> bool:
        if not select.select([self._fd], [], [], 1)[0]:
            return True
        try:
            data = os.read(self._fd, 65536)
        except OSError:  # Linux says so when the other end is gone
            return False
        self.seen += data.decode(errors="replace").replace("\r\n", "\n")
        return bool(data)


class Shell(Terminal):
    """A shell that somebody has logged in to, which runs one script: `Shell(["duolog unlock; duolog today"], home)`."""

    def _program(self, arguments: list[str], home: Path) -> list[str]:
        duolog = f'duolog() {{ {shlex.join(DUOLOG)} "$@" --home {shlex.quote(str(home))}; }}'
        return ["/bin/sh", "-c", f"{duolog}\n{' '.join(arguments)}\ntrue"]


def plain(text: str) -> str:
    """Without colours and cursor movements."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)


class Forked(Terminal):
    """A command at a terminal that begins as a copy of this process: the same program, without its start.

    `before`: what the copy does first. It may put something in the place of what a test can't bring about.
    `passphrase`: the command reads it from a descriptor; without it, it asks.
    """

    def __init__(
        self,
        arguments: list[str],
        home: Path,
        environment: Mapping[str, str],
        *,
        before: Callable[[], None],
        passphrase: str | None,
    ) -> None:
        self.seen = ""
        self._from = 0
        self._status: int | None = None
        reads, writes = os.pipe()
        os.write(writes, f"{passphrase}\n".encode())
        os.close(writes)
        arguments = [*arguments, *(["--passphrase-fd", str(reads)] if passphrase else []), "--home", str(home)]
        self._pid, self._fd = pty.fork()
        if self._pid == 0:
            try:
                os._exit(_played(arguments, before, environment))
            finally:
                os._exit(70)  # whatever happens, no second test run goes on from here
        os.close(reads)


def _played(arguments: list[str], before: Callable[[], None], environment: Mapping[str, str]) -> int:
    """Run a command in this process, on the terminal of its descriptors; the exit code."""
    for number in (signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    os.environ.update({"TERM": "xterm", "COLUMNS": "88", **environment})
    keyring.set_keyring(keyring.backends.fail.Keyring())  # type: ignore[no-untyped-call]
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")  # noqa: SIM115  # until the process ends
    code = 0
    try:
        before()
        main(arguments)
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    except BaseException:  # noqa: BLE001  # the copy ends here
        traceback.print_exc()
        code = 70
    sys.stdout.flush()
    sys.stderr.flush()
    return code
