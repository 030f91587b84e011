"""Every command line that README, the howtos and the help show can be typed as it stands."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.exceptions import TyperException
from typer.main import get_command

from duolog.cli.main import make_app

ROOT = Path(__file__).parent.parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs" / "howto").glob("*.md"))]


def shown(page: Path) -> Iterator[str]:
    """The lines of the page's shell blocks that call the command."""
    for block in re.findall(r"^ *```sh\n(.*?)^ *```", page.read_text(), re.DOTALL | re.MULTILINE):
        for line in block.splitlines():
            if re.match(r" *duolog\b", line):
                yield line.strip()


LINES = [(page.name, line) for page in PAGES for line in shown(page)]


@pytest.mark.parametrize(("page", "line"), LINES, ids=[f"{page}: {line}" for page, line in LINES])
def test_a_shown_line_parses(page: str, line: str) -> None:
    parse(line)


def examples(command: Any, path: str) -> Iterator[tuple[str, str]]:
    """The examples that the help shows, each with its command."""
    for line in (command.epilog or "").splitlines():
        if line.startswith("  duolog"):
            yield path, line.strip()
    for name, below in getattr(command, "commands", {}).items():
        yield from examples(below, f"{path} {name}")


COMMAND: Any = get_command(make_app())
EXAMPLES = list(examples(COMMAND, "duolog"))


@pytest.mark.parametrize(("command", "line"), EXAMPLES, ids=[line for _, line in EXAMPLES])
def test_an_example_of_the_help_parses_and_is_of_its_command(command: str, line: str) -> None:
    assert f"{line} ".startswith(f"{command} ")
    parse(line)


def test_each_command_has_an_example() -> None:
    assert len({command for command, _ in EXAMPLES}) > 70


@pytest.mark.parametrize(
    "line", ["duolog nonsense", "duolog write --nonsense", "duolog register", "duolog timeline --last none"]
)
def test_a_line_that_the_command_does_not_take_would_be_noticed(line: str) -> None:
    with pytest.raises((KeyError, TyperException)):
        parse(line)


def parse(line: str) -> None:
    """What the command itself does with the line, up to the point where it would begin to work. Raises as it does."""
    words = shlex.split(re.sub(r"\d?[<>] *\S+", "", line), comments=True)[1:]
    command = COMMAND
    while hasattr(command, "commands"):
        command = command.commands[words.pop(0)]
    command.make_context("duolog", words)


def test_the_howtos_show_commands() -> None:
    assert len(LINES) > 20
