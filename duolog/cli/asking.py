"""Questions to a person: secrets, lines, consent. Questions go to standard error, answers come from standard input."""

import getpass
import os
import select
import stat
import sys
import termios
import threading
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Any

from duolog.cli.failures import INTERRUPTED, Usage
from duolog.cli.screen import asked
from duolog.documents.safe_text import clean_line

MAX_SECRET = 4096  # bytes read from a passphrase file descriptor
MAX_TEXT = 256 * 1024  # bytes read from standard input; a document is smaller anyway
MAX_LINE = 64 * 1024  # characters
PASTE_PAUSE = 0.1  # seconds in which the next line of a paste is there


def at_terminal() -> bool:
    """Whether a person at a terminal can answer."""
    return sys.stdin is not None and sys.stdin.isatty()


def ask_line(question: str) -> str:
    """One line: the answer at a terminal, else the next line of standard input. Raises: Usage."""
    question = clean_line(question)
    with asked():
        if at_terminal() and sys.stdout.isatty():
            import readline  # noqa: F401 - gives the question line editing

            return input(f"{question} ").strip()
        if at_terminal():
            sys.stderr.write(f"{question} ")
            sys.stderr.flush()
        line = sys.stdin.readline(MAX_LINE)
    if not line:
        raise Usage(f"Standard input ended before the answer to: {question}")
    return line.strip()


def ask_pasted(question: str, is_whole: Callable[[str], bool]) -> str:
    """A text that may have been pasted with line breaks: lines until `is_whole`, or until no more come. Raises: Usage.

    At a terminal the rest of a paste is taken too, so that no later question and no shell reads it.
    """
    text = ask_line(question)
    with asked():
        while not is_whole(text) and len(text) < MAX_LINE and (not at_terminal() or _more_waits()):
            line = sys.stdin.readline(MAX_LINE)
            if not line:
                break
            text += "\n" + line.rstrip("\r\n")
        while at_terminal() and _more_waits() and sys.stdin.readline(MAX_LINE):
            continue
    return text


def _more_waits() -> bool:
    """Whether more of a paste waits at the terminal."""
    return bool(select.select([sys.stdin], [], [], PASTE_PAUSE)[0])


def ask_server() -> str:
    """The address of a server, from a person who may leave its `https://` out. Raises: Usage without a terminal."""
    if not at_terminal():
        raise Usage("Say where the account is: --server https://journal.example. Your recovery sheet names the server.")
    while True:
        address = ask_line("The server where your account is (your sheet names it):")
        if address:
            return address if "://" in address else f"https://{address}"
        sys.stderr.write("Type its address, for example https://journal.example.\n")


def ask_words() -> list[str]:
    """The recovery words, from a question or from standard input, over as many lines as they take. Raises: Usage."""
    words: list[str] = []
    question = "Your 24 recovery words:"
    while len(words) < 24:
        try:
            line = ask_line(question)
        except (Usage, EOFError):
            if not words:
                raise
            break
        words += [word.strip(".,;:()").lower() for word in line.split() if not word.strip(".,;:()").isdigit()]
        question = f"{24 - len(words)} more:"
    return words


def ask_heard(question: str) -> list[str]:
    """Words that somebody reads aloud, with spaces or commas between them. Raises: Usage."""
    return ask_line(question).lower().replace(",", " ").split()


def ask_yes(question: str, *, given: bool, empty: bool = False) -> bool:
    """Whether the person says yes. `given`: `--yes` was on the command line. `empty`: what an empty answer means.

    Raises: Usage without a terminal.
    """
    if given:
        return True
    if not at_terminal():
        raise Usage(f"{question} Nobody is there to answer: run this at a terminal, or add --yes.")
    while True:
        answer = ask_line(f"{question} (yes/no)").lower()
        if answer in ("yes", "y"):
            return True
        if answer in ("no", "n"):
            return False
        if not answer:
            return empty
        sys.stderr.write("Please type yes or no.\n")


def ask_passphrase(fd: int | None, question: str = "Passphrase:") -> str:
    """A passphrase, from the file descriptor, or typed without being shown. Raises: Usage."""
    if fd is not None:
        return _read_secret(fd)
    if not at_terminal():
        raise Usage("The keys are locked with a passphrase. Run this at a terminal, or give it with --passphrase-fd.")
    try:
        with asked(), _AWAY:
            typed = getpass.getpass(f"{question} ")
        typed.encode()
    except UnicodeError as error:
        raise Usage("The passphrase isn't UTF-8 text. Set the terminal to UTF-8, and try again.") from error
    return typed


class _Away:
    """A question that is open in another thread than the main one, where Ctrl-C doesn't arrive."""

    def __init__(self) -> None:
        self.asking = False
        self._terminal: list[Any] = []

    def __enter__(self) -> None:
        if threading.current_thread() is not threading.main_thread():
            self._terminal = termios.tcgetattr(sys.stdin)
            self.asking = True

    def __exit__(self, *_: object) -> None:
        self.asking = False

    def give_up(self) -> None:
        """End the process. Nothing is open, and the other thread can't be woken."""
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, self._terminal)
        sys.stderr.write("\nStopped. Nothing was changed.\n")
        sys.stderr.flush()
        os._exit(INTERRUPTED)


_AWAY = _Away()


def on_interrupt(_signal: int, _frame: FrameType | None) -> None:
    """Handle Ctrl-C, also while the library asks for the passphrase. Raises: KeyboardInterrupt."""
    if _AWAY.asking:
        _AWAY.give_up()
    raise KeyboardInterrupt


def ask_new_passphrase(fd: int | None) -> str:
    """A new passphrase, typed twice, and asked for again while it is too easy to guess. Raises: Usage."""
    from duolog.client import check_passphrase
    from duolog.errors import NotAllowed

    if fd is not None:
        return _read_secret(fd)
    while True:
        first = ask_passphrase(None, "Choose a passphrase for this computer (a few words are good):")
        if not first:
            sys.stderr.write("It can't be empty.\n")
            continue
        try:
            check_passphrase(first.encode())
        except NotAllowed as error:
            sys.stderr.write(f"{error}\n")
            continue
        if first == ask_passphrase(None, "Once more:"):
            return first
        sys.stderr.write("The two were not the same. Once again.\n")


def _read_secret(fd: int) -> str:
    data = b""
    try:
        while len(data) < MAX_SECRET and b"\n" not in data and (part := os.read(fd, MAX_SECRET)):
            data += part
    except OSError as error:
        raise Usage(f"File descriptor {fd} can't be read. With bash: --passphrase-fd 3 3<file") from error
    secret = data.split(b"\n")[0].rstrip(b"\r")
    if not secret:
        raise Usage(f"File descriptor {fd} held no passphrase: its first line is empty.")
    try:
        return secret.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Usage(f"The passphrase from file descriptor {fd} isn't UTF-8 text.") from error


def read_text() -> str:
    """A whole text from standard input, without empty lines around it. Raises: Usage."""
    data = sys.stdin.buffer.read(MAX_TEXT + 1)
    if len(data) > MAX_TEXT:
        raise Usage("The text is too long: a document holds 64 KiB. Shorten it, or split it in two.")
    try:
        return data.decode("utf-8").strip("\n").rstrip()
    except UnicodeDecodeError as error:
        raise Usage("The text on standard input isn't UTF-8. Convert it first, for example with iconv.") from error


def is_a_file() -> bool:
    """Whether standard input is a file that stays, and not a pipe or what a shell makes of its own lines."""
    with suppress(OSError, ValueError):
        found = os.fstat(sys.stdin.fileno())
        return stat.S_ISREG(found.st_mode) and found.st_nlink > 0
    return False
