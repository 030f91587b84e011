"""The recovery words: show them, check them, replace them, and print a page of them."""

import secrets
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from duolog.cli import asking, times
from duolog.cli.command import command, commands
from duolog.cli.devices import BEFORE_REVOKING
from duolog.cli.failures import OK, REFUSED, Usage
from duolog.cli.run import Run
from duolog.cli.shapes import b64

if TYPE_CHECKING:
    from duolog.client.blocking import Duolog

app = commands()

COLUMNS = 4
TYPED_BACK = 3

ABOUT_WORDS = (
    "These 24 words are the only other way into your account. Nobody can restore it without them: not the server, "
    "not your partner, not us.\nWrite them on paper, in this order, and keep the paper where only you look. "
    "Whoever has them can read everything that you can."
)
SheetOption = Annotated[
    Path | None,
    typer.Option("--sheet", metavar="FILE", help="Also write a page to print, with the words on it. Remove it after."),
]
NoConfirmOption = Annotated[bool, typer.Option("--no-confirm", help="Don't ask to type words back. For scripts.")]


@command(app, "check", examples=("duolog recovery check",))
def check(run: Run) -> int:
    """Say whether the words on your paper open this account. Nothing is changed."""
    with run.opened() as duolog:
        words = asking.ask_words()
        with run.screen.busy("Trying the words"):
            duolog.check_recovery_words(words)
        opens = {"opens": True, "account": b64(duolog.account)}
        run.screen.done(opens, "These words open your account. Put the paper back where it was.")
        return OK


@command(app, "replace", examples=("duolog recovery replace", "duolog recovery replace --sheet sheet.html"))
def replace(
    run: Run,
    sheet: SheetOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
    no_confirm: NoConfirmOption = False,
) -> int:
    """Make new recovery words. Once they are on paper, the old ones open nothing any more.

    With --json the words are part of the result: treat it as a secret.
    """
    with run.synced() as duolog:
        words = duolog.keyholders.new_sheet()
        if sheet is not None:
            write_sheet(run, duolog, words, sheet)
        if not _agreed(run, words, sheet, yes=yes, no_confirm=no_confirm):
            run.screen.say("Nothing was changed. Run this again, and the same new words wait for you.")
            return REFUSED
        with run.screen.busy("Making new keys"):
            done = duolog.keyholders.replace_sheet()
        shape = {"account": b64(duolog.account), "words": list(words), "generation": done.generation}
        run.screen.done(shape, "The new words open your account. Burn or shred the old paper.")
    return OK


def _agreed(run: Run, words: tuple[str, ...], sheet: Path | None, *, yes: bool, no_confirm: bool) -> bool:
    """Whether the new words shall replace the old ones. After a no, the page with the new words is removed."""
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


@command(app, "print", examples=("duolog recovery print sheet.html",))
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


def show_words(run: Run, words: tuple[str, ...], *, confirm: bool) -> bool:
    """Show the 24 words once, on a page of the terminal that leaves no trace. The person types some of them back.

    Whether they were typed back, or a script doesn't want them to be.
    """
    screen = run.screen
    if screen.as_json:
        return True
    ask = confirm and asking.at_terminal()
    if ask:
        _other_page(True)
    try:
        screen.say(ABOUT_WORDS)
        screen.say()
        rows = len(words) // COLUMNS
        for row in range(rows):
            numbered = (f"{i + 1:>2} {words[i]:<12}" for i in range(row, len(words), rows))
            screen.plain("  " + "".join(numbered).rstrip())
        screen.say()
        if ask:
            _type_back(words)
    finally:
        if ask:
            _other_page(False)
    if ask:
        screen.say("Well copied. The words are gone from this screen, and stored nowhere else.")
    return ask or not confirm


def _type_back(words: tuple[str, ...]) -> None:
    asking.ask_line("Press Enter when they are on paper.")
    for number in sorted(secrets.SystemRandom().sample(range(1, len(words) + 1), TYPED_BACK)):
        while asking.ask_line(f"Word {number}:").lower() != words[number - 1]:
            sys.stderr.write("That isn't what stands above. Look again at your paper.\n")


def _other_page(on: bool) -> None:
    """Switch to the terminal's second page or back, so that the words don't stay in its history."""
    if sys.stdout.isatty():
        sys.stdout.write("\x1b[?1049h\x1b[H\x1b[2J" if on else "\x1b[2J\x1b[?1049l")
        sys.stdout.flush()


def write_sheet(run: Run, duolog: "Duolog", words: tuple[str, ...], path: Path) -> None:
    """Write the page, for this user's eyes alone. Raises: Usage when the file is there already."""
    from duolog.client.account.recovery_sheet import make_sheet
    from duolog.client.home.keystore import write_atomically

    if path.exists():
        raise Usage(f"{path} is there already. Name another file.")
    status = duolog.status()
    page = make_sheet(words, status.account_words, status.server, times.day(int(time.time())))
    write_atomically(path, page.encode())
    run.screen.say(f"The page is in {path}. Print it, and delete the file: it opens your account.", style="careful")
