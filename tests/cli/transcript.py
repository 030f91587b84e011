"""Readable transcripts of the `duolog` command.

    # words for the reader
    ada$ duolog invite
    < a line of standard input, with {values} filled in
    Give this link to the other person:
      [link]                      the rest of the line, kept as {link}; [word] within a line keeps what is there
    ...                           any lines
    It is good for [..] hours.    anything within the line
    ? 1                           the exit code, when it isn't 0

Standard output and error are shown together, in the order in which they were written. Each name before `$` has a home
of its own, and every command gets its passphrase through a file descriptor. Commands run in this process, by
`duolog.cli.main.main`.
"""

import io
import os
import re
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from duolog.cli.main import main

PASSPHRASE = "a quiet passphrase"


@dataclass
class Step:
    """One command with what it reads, and what it must say."""

    line: int
    person: str
    command: str
    reads: list[str] = field(default_factory=list)
    expects: list[str] = field(default_factory=list)
    exit_code: int = 0


@dataclass
class Said:
    """What a command said, both streams together and apart, and its exit code."""

    text: str
    out: str
    err: str
    exit_code: int


def parse(text: str) -> list[Step]:
    """The steps of a transcript."""
    steps: list[Step] = []
    for number, line in enumerate(text.splitlines(), 1):
        if found := re.fullmatch(r"(\w+)\$ (.*)", line):
            steps.append(Step(number, found[1], found[2]))
        elif line.startswith("#") or not steps:
            continue
        elif line.startswith("< ") or line == "<":
            steps[-1].reads.append(line[2:])
        elif found := re.fullmatch(r"\? (\d+)", line):
            steps[-1].exit_code = int(found[1])
        else:
            steps[-1].expects.append(line)
    return steps


def play(text: str, homes: Path, values: dict[str, str]) -> None:
    """Run every step and compare."""
    for step in parse(text):
        arguments = shlex.split(fill(step.command, values))[1:]
        said = run(homes / step.person, arguments, "".join(fill(line, values) + "\n" for line in step.reads))
        place = f"line {step.line}: {step.person}$ {step.command}\n--- it said ---\n{said.text}"
        assert said.exit_code == step.exit_code, f"exit code {said.exit_code}, not {step.exit_code}; {place}"
        expects = [fill(line, values) for line in step.expects]
        kept = match(expects, said.text)
        assert kept is not None, f"{place}--- expected ---\n" + "\n".join(expects)
        values.update(kept)


def fill(text: str, values: dict[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: values[found[1]], text)


def match(expects: list[str], text: str) -> dict[str, str] | None:
    """The values that the placeholders caught, or None where the text differs. Empty lines don't count."""
    pattern = ""
    for line in expects:
        if not line.strip():
            continue
        pattern += r"(?:.*\n)*?" if line.strip() == "..." else _line_pattern(line.rstrip()) + r" *\n"
    lines = [line.rstrip() for line in text.splitlines() if line.strip()]
    found = re.fullmatch(pattern, "".join(line + "\n" for line in lines))
    return None if found is None else found.groupdict()


def _line_pattern(line: str) -> str:
    pattern = ""
    for part in re.split(r"(\[\.\.\]|\[[a-z_]+\])", line):
        if part == "[..]":
            pattern += ".*?"
        elif re.fullmatch(r"\[[a-z_]+\]", part):
            pattern += f"(?P<{part[1:-1]}>.+?)"
        else:
            pattern += re.escape(part)
    return pattern


def run(home: Path, arguments: list[str], reads: str = "", passphrase: str = PASSPHRASE) -> Said:
    """One command, in this process."""
    out, err, both = io.StringIO(), io.StringIO(), io.StringIO()
    reading, writing = os.pipe()
    os.write(writing, passphrase.encode() + b"\n")
    os.close(writing)
    common = ["--home", str(home), "--passphrase-fd", str(reading)]
    if "--help" in arguments:
        common = []
    with _streams(io.TextIOWrapper(io.BytesIO(reads.encode())), _Tee(out, both), _Tee(err, both)):
        try:
            main([*arguments, *common])
            code = 0
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 1
    os.close(reading)
    return Said(both.getvalue(), out.getvalue(), err.getvalue(), code)


class _Tee(io.StringIO):
    """Writes into two buffers, so that both the order and the stream are known."""

    def __init__(self, one: io.StringIO, both: io.StringIO) -> None:
        super().__init__()
        self._one, self._both = one, both

    def write(self, text: str) -> int:
        self._both.write(text)
        return self._one.write(text)


@contextmanager
def _streams(stdin: io.TextIOBase, stdout: io.TextIOBase, stderr: io.TextIOBase) -> Iterator[None]:
    before = sys.stdin, sys.stdout, sys.stderr
    sys.stdin, sys.stdout, sys.stderr = stdin, stdout, stderr
    try:
        yield
    finally:
        sys.stdin, sys.stdout, sys.stderr = before
