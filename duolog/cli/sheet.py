"""The recovery words as a page to print, in a file that nobody else on this computer can read."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from duolog.cli import times
from duolog.cli.failures import Usage
from duolog.cli.run import Run

if TYPE_CHECKING:
    from duolog.client.blocking import Duolog

SheetOption = Annotated[
    Path | None,
    typer.Option("--sheet", metavar="FILE", help="Also write a page to print, with the words on it. Remove it after."),
]


def write_sheet(run: Run, duolog: "Duolog", words: tuple[str, ...], path: Path) -> None:
    """A page to print, readable by nobody else on this computer. Raises: Usage when the file is there already."""
    from duolog.client.account.recovery_sheet import make_sheet
    from duolog.client.home.keystore import write_atomically

    if path.exists():
        raise Usage(f"{path} is there already. Name another file.")
    status = duolog.status()
    page = make_sheet(words, status.account_words, status.server, times.day(int(time.time())))
    write_atomically(path, page.encode())
    run.screen.say(f"The page is in {path}. Print it, and delete the file: it opens your account.", style="careful")
