"""The screen: plain lines, calm colours, and a sign of life when something takes longer than a second."""

import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import IO, TYPE_CHECKING, Any, ClassVar, Protocol

from duolog.documents.safe_text import clean

if TYPE_CHECKING:
    from rich.console import Console

PATIENCE = 1.0  # seconds of silence before a sign of life
LOOK = 0.25  # seconds between two looks for a Ctrl-C while a question is open
WIDTH = 88  # columns; longer lines are hard to read

OWN = "* "  # marks the reader's own words; nobody else's text is ever shown in these columns

# Colour repeats what the words say; it never stands alone.
STYLES = {"good": "green", "own": "cyan", "careful": "yellow", "stop": "bold red", "quiet": "dim", "strong": "bold"}


class Counting(Protocol):
    """How much is done, and of how much (0: unknown). `words`: how a number is shown."""

    def __call__(self, done: int, total: int, words: Callable[[int], str] = str) -> None: ...


class Screen:
    """Standard output for results, standard error for everything around them."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        self._gave_result = False
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="replace")

    @cached_property
    def _out(self) -> "Console":
        return _console(sys.stdout)

    @cached_property
    def _err(self) -> "Console":
        return _console(sys.stderr)

    def say(self, text: str = "", *, style: str = "", indent: int = 0) -> None:
        """A line, or a paragraph, of the result. Silent with `--json`."""
        if not self.as_json:
            _print(self._out, text, style, indent)

    def plain(self, text: str) -> None:
        """A line to be copied. It stays whole and is never wrapped."""
        if not self.as_json:
            sys.stdout.write(clean(text) + "\n")
            sys.stdout.flush()

    def aside(self, text: str = "", *, style: str = "") -> None:
        """Advice or a warning beside the result, on standard error."""
        _print(self._err, text, style, 0)

    def warn(self, text: str) -> None:
        """A warning to read before going on."""
        self.aside("Careful: " + text, style="careful")

    def result(self, value: Mapping[str, Any]) -> None:
        """The result for scripts. Silent without `--json`."""
        if self.as_json:
            self._gave_result = True
            sys.stdout.write(json.dumps(value, indent=2) + "\n")
            sys.stdout.flush()

    def line(self, value: Mapping[str, Any]) -> None:
        """One of many results for scripts, each an object on a line of its own. Silent without `--json`."""
        if self.as_json:
            self._gave_result = True
            sys.stdout.write(json.dumps(value) + "\n")
            sys.stdout.flush()

    def end(self) -> None:
        """End a command. One that had nothing to do gives scripts an empty object, and not an empty text."""
        if not self._gave_result:
            self.result({})

    def done(self, value: Mapping[str, Any], sentence: str) -> None:
        """The result of a command that has changed something: `value` for scripts, a sentence for a person."""
        self.result(value)
        self.say(sentence, style="good")

    @contextmanager
    def carrying(self, what: str) -> Iterator[Callable[[int, int], None]]:
        """As `busy`, for work that counts bytes."""
        with self.busy(what) as tell:
            yield in_bytes(tell)

    @contextmanager
    def busy(self, what: str) -> Iterator[Counting]:
        """Say on a terminal what is going on, once it has taken a second.

        It yields a function for work that can count.
        """
        if not sys.stderr.isatty():
            yield lambda done, total, words=str: None
            return
        sign = _Sign(self._err, what + " …")

        def tell(done: int, total: int, words: Callable[[int], str] = str) -> None:
            sign.update(f"{what} … {words(done)}" + (f" of {words(total)}" if total else ""))

        with sign.shown():
            yield tell


def in_bytes(tell: Counting) -> Callable[[int, int], None]:
    """Counting of bytes, as people read them."""
    from duolog.client.attachments.names import readable_size

    return lambda done, total: tell(done, total, readable_size)


class _Sign:
    """The sign of life of one work. It comes after `PATIENCE`, and goes for as long as a question is open."""

    newest: "ClassVar[_Sign | None]" = None

    def __init__(self, console: "Console", text: str) -> None:
        self._status = console.status(text)
        self._timer: threading.Timer | None = None

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Let it come while something works."""
        before, _Sign.newest = _Sign.newest, self
        self.wait()
        try:
            yield
        finally:
            self.go()
            _Sign.newest = before

    def update(self, text: str) -> None:
        """Show another text."""
        self._status.update(text)

    def wait(self) -> None:
        """Come, unless it goes before."""
        self._timer = threading.Timer(PATIENCE, self._status.start)
        self._timer.daemon = True
        self._timer.start()

    def go(self) -> None:
        """Leave the screen. Once it has returned, nothing is drawn any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer.join()
        self._status.stop()


BEFORE_ASKING: list[Callable[[], None]] = []  # what lets go of a home while a person thinks


@contextmanager
def asked() -> Iterator[None]:
    """Give the screen to a question: every one is asked in here, and no sign of life is drawn over it.

    Meanwhile other commands may use the home.
    """
    sign, _Sign.newest = _Sign.newest, None
    if sign is not None:
        sign.go()
    try:
        if threading.current_thread() is threading.main_thread():  # in another one, the library itself asks
            for let_go in BEFORE_ASKING:
                let_go()
            with _looking_up():
                yield
        else:
            yield
    finally:
        _Sign.newest = sign
        if sign is not None:
            sign.wait()


@contextmanager
def _looking_up() -> Iterator[None]:
    """Interrupt the wait for an answer now and then.

    Python sees a Ctrl-C that came between the question and the wait only once the wait is interrupted.
    """
    handler = signal.signal(signal.SIGALRM, lambda *_: None)
    before = signal.setitimer(signal.ITIMER_REAL, LOOK, LOOK)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, *before)
        signal.signal(signal.SIGALRM, handler)


def _console(stream: IO[str]) -> "Console":
    from rich.console import Console

    # A pipe gets whole lines, so that tools that read lines find them.
    wide = not stream.isatty()
    console = Console(file=stream, highlight=False, markup=False, emoji=False, soft_wrap=wide)
    if not wide:
        console.width = min(WIDTH, os.get_terminal_size(stream.fileno()).columns or WIDTH)
    return console


def _print(console: "Console", text: str, style: str, indent: int) -> None:
    from rich.text import Text

    lines = clean(text).split("\n")
    if console.soft_wrap:
        for line in lines:
            console.print(Text((" " * indent + line).rstrip(), style=STYLES.get(style, "")))
        return
    for line in lines:
        # Wrapped lines keep the indentation of their first.
        own = indent + len(line) - len(line.lstrip(" "))
        for part in Text(line.strip()).wrap(console, max(console.width - own, 20)) or [Text("")]:
            part.rstrip()
            part.style = STYLES.get(style, "")
            console.print(Text(" " * own) + part if part.plain else Text(""))
