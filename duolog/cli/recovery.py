"""The recovery words on paper: new ones instead of the old, and a page to print."""

from pathlib import Path
from typing import Annotated

import typer

from duolog.cli import asking
from duolog.cli.account import recovery, show_words
from duolog.cli.command import command
from duolog.cli.devices import BEFORE_REVOKING
from duolog.cli.failures import OK, REFUSED
from duolog.cli.run import Run
from duolog.cli.shapes import b64
from duolog.cli.sheet import SheetOption, write_sheet

group_of_words = recovery  # with the commands of this file too


@command(recovery, "replace", examples=("duolog recovery replace", "duolog recovery replace --sheet sheet.html"))
def replace(
    run: Run,
    sheet: SheetOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
    no_confirm: Annotated[
        bool, typer.Option("--no-confirm", help="Don't ask to type words back. For scripts.")
    ] = False,
) -> int:
    """Make new recovery words. Once they are on paper, the old ones open nothing any more.

    With --json the words are part of the result: treat it as a secret.
    """
    with run.opened() as duolog:
        run.sync(duolog)
        words = duolog.keyholders.new_sheet()
        if sheet is not None:
            write_sheet(run, duolog, words, sheet)
        if not _agreed(run, words, sheet, yes=yes, no_confirm=no_confirm):
            run.screen.say("Nothing was changed. Run this again, and the same new words wait for you.")
            return REFUSED
        with run.screen.busy("Making new keys"):
            done = duolog.keyholders.replace_sheet()
        run.screen.result({"account": b64(duolog.account), "words": list(words), "generation": done.generation})
        run.screen.say("The new words open your account. Burn or shred the old paper.", style="good")
    return OK


def _agreed(run: Run, words: tuple[str, ...], sheet: Path | None, *, yes: bool, no_confirm: bool) -> bool:
    """Whether the new words are to be the ones. A page with words that aren't is not left behind."""
    agreed = False
    try:
        show_words(run, words, confirm=not no_confirm)
        run.screen.aside(BEFORE_REVOKING, style="careful")
        agreed = asking.ask_yes("Are the new words on paper, and shall the old ones end?", given=yes)
    finally:
        if sheet is not None and not agreed:
            sheet.unlink(missing_ok=True)
            run.screen.aside(f"The page {sheet} was removed again.")
    return agreed


@command(recovery, "print", examples=("duolog recovery print sheet.html",))
def print_sheet(
    run: Run, path: Annotated[Path, typer.Argument(metavar="FILE", help="The page to write, for a browser to print.")]
) -> int:
    """Write a page to print from the words that you have. They are asked for, checked, and kept nowhere else."""
    with run.opened() as duolog:
        words = asking.ask_words()
        duolog.check_recovery_words(words)
        write_sheet(run, duolog, tuple(words), path)
        run.screen.result({"file": str(path), "account": b64(duolog.account)})
    return OK
