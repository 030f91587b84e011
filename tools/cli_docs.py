"""Writes docs/cli.md from the command itself: `python -m tools.cli_docs`."""

import io
import os
import re
from collections.abc import Iterator
from contextlib import redirect_stdout, suppress
from pathlib import Path

import typer
from typer.main import get_command

from duolog.cli import failures
from duolog.cli.main import main, make_app
from duolog.cli.sections import CommandList

DOCUMENT = Path(__file__).parent.parent / "docs" / "cli.md"

INTRODUCTION = """# The `duolog` command

Written by `make cli-docs` from the command itself; a test keeps it true.

Results go to standard output. Questions, warnings and progress go to standard error. `--json` prints one object, in
ASCII, with times in UTC Unix seconds; [its shapes](cli-json.md) are stable. On the screen times are in your own zone.

Secrets and texts are asked for, or read from your editor (`$VISUAL`, `$EDITOR`), from standard input, or, for the
passphrase, from a file descriptor: `duolog timeline --passphrase-fd 3 3< file`. They are never arguments, and no
environment variable holds one. After `duolog unlock`, no command asks for the passphrase for a while; one that is given
with `--passphrase-fd` is used. `DUOLOG_HOME` chooses the home, as `--home` does.

What was written without a connection is kept, and sent later: the command then says so and ends with 4.

## Exit codes

"""


def document() -> str:
    """The whole page."""
    codes = re.findall(r"^    (\d+) +(.+)$", failures.__doc__ or "", re.MULTILINE)
    table = "| code | meaning |\n|---|---|\n" + "".join(f"| {code} | {meaning} |\n" for code, meaning in codes)
    parts = [f"## `{name}`\n\n```text\n{_help(name)}\n```\n" for name in names()]
    return INTRODUCTION + table + "\n" + "\n".join(parts)


def names() -> Iterator[str]:
    """Every command, in the order of the help: `duolog register`, `duolog boundary propose`."""
    yield "duolog"
    yield from _below("duolog", get_command(make_app()))


def _below(path: str, command: object) -> Iterator[str]:
    listed: list[str] = command.list_commands(None) if isinstance(command, CommandList) else []
    for name in listed:
        yield f"{path} {name}"
        yield from _below(f"{path} {name}", command.commands[name])  # type: ignore[attr-defined]


def _help(name: str) -> str:
    said = io.StringIO()
    os.environ["COLUMNS"] = "100"
    with redirect_stdout(said), suppress(SystemExit, typer.Exit):
        main([*name.split()[1:], "--help"])
    return "\n".join(line.rstrip() for line in said.getvalue().strip().split("\n"))


if __name__ == "__main__":
    DOCUMENT.write_text(document())
