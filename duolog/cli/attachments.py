"""Files that notes carry: list, save, open, and let a text go without them."""

import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from duolog.cli import times
from duolog.cli.command import JournalOption, OfflineOption, command, commands
from duolog.cli.failures import OK, Usage
from duolog.cli.run import Run
from duolog.cli.shapes import Shape, attachment_shape, b64
from duolog.documents.safe_text import clean_line

if TYPE_CHECKING:
    from duolog.client import AttachmentView, JournalView, NewAttachment
    from duolog.client.blocking import Duolog

app = commands()

WAITS = "waits"
FILES_HINT = "The lines at the top say what a file shows, for somebody who can't see it. They may stay empty."
_SHOWS = re.compile(r"File (\d{1,2})(?: \(.*\))? shows:(.*)(?:\n|$)", re.IGNORECASE)

NumberArgument = Annotated[
    str, typer.Argument(metavar="NUMBER", help="As `duolog attachment list` has it; the entry's, if it has one file.")
]
AttachOption = Annotated[
    list[Path] | None,
    typer.Option("--attach", metavar="FILE", help="A file that the note carries. May be given up to eight times."),
]
KeepOption = Annotated[
    bool,
    typer.Option("--keep-photo-data", help="Send pictures as they are, with place, time and device of the camera."),
]


def say_before(run: Run, duolog: "Duolog", journal: bytes) -> None:
    """Say once what it means to share a file."""
    from duolog.client import BEFORE_ATTACHING

    if duolog.attachments(journal).is_first():
        run.screen.aside(BEFORE_ATTACHING, style="careful")


def files_form(files: Sequence[Path]) -> str:
    """A line for each file, above the form of a note."""
    return "".join(f"File {number} ({clean_line(path.name)}) shows:\n" for number, path in enumerate(files, 1))


def parse_files(text: str, files: Sequence[Path], *, keep: bool) -> "tuple[list[NewAttachment], str]":
    """The files with what they show, from the lines at the top of a form; and the rest of the form."""
    from duolog.client import NewAttachment

    shown, rest = dict[int, str](), text.lstrip("\n")
    while files and (line := _SHOWS.match(rest)):
        shown[int(line[1])] = line[2].strip()
        rest = rest[line.end() :]
    new = [
        NewAttachment(path, alt=shown.get(number) or None, keep_photo_data=keep) for number, path in enumerate(files, 1)
    ]
    return new, rest


@command(app, "list", examples=("duolog attachment list", "duolog attachment list --json"), ephemeral=True)
def show(run: Run, journal: JournalOption = None, offline: OfflineOption = False) -> int:
    """List the files that the entries carry. Nothing is fetched, and nobody is told."""
    with run.in_journal(journal, offline=offline) as (duolog, meant):
        numbered = _numbered(duolog, meant)
        shapes: list[Shape] = [attachment_shape(number, view) for number, view in numbered.items()]
        run.screen.result({"journal": b64(meant.id), "attachments": shapes})
        if not numbered:
            run.screen.say("No entry carries a file.")
        for number, view in numbered.items():
            run.screen.say(f"{number:>6}  {_described(view)}")
            if view.alt is not None:
                run.screen.say(view.alt, indent=8)
    return OK


@command(
    app,
    "save",
    examples=("duolog attachment save 12", "duolog attachment save 12.2 --to letters/march.pdf"),
    ephemeral=True,
)
def save(
    run: Run,
    number: NumberArgument,
    to: Annotated[
        Path | None,
        typer.Option("--to", metavar="PATH", help="The file to make, or a folder for it; else it is put here."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file of this name.")] = False,
    journal: JournalOption = None,
) -> int:
    """Fetch a file, check all of it, and save it. A download that was cut off goes on. Nobody is told."""
    with run.in_journal(journal) as (duolog, meant):
        view = _chosen(duolog, meant, number)
        with run.screen.carrying("Fetching") as tell:
            saved = duolog.attachments(meant.id).save(view.entry, view.id, to or Path(), force=force, progress=tell)
        run.screen.done(
            {"journal": b64(meant.id), "entry": b64(view.entry), "attachment": b64(view.id), "file": str(saved)},
            f"Saved as {saved}. It isn't sealed there: whoever can read this file sees it.",
        )
    return OK


@command(app, "open", examples=("duolog attachment open 12",))
def open_(run: Run, number: NumberArgument, journal: JournalOption = None) -> int:
    """Show a picture, sound, text or PDF in this computer's own program for it.

    A copy for that program lies unsealed in your home until the next command runs.
    """
    with run.in_journal(journal) as (duolog, meant):
        view = _chosen(duolog, meant, number)
        with run.screen.carrying("Fetching") as tell:
            path = duolog.attachments(meant.id).open(view.entry, view.id, progress=tell)
        shape = {"journal": b64(meant.id), "entry": b64(view.entry), "attachment": b64(view.id), "file": str(path)}
        viewer = shutil.which("open" if sys.platform == "darwin" else "xdg-open")
        if viewer is None:
            run.screen.done(shape, f"No program for it was found here. Until the next command it lies at {path}.")
            return OK
        quiet = subprocess.DEVNULL
        subprocess.Popen([viewer, str(path)], stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True)  # noqa: S603
        run.screen.done(shape, "Opened. The copy for that program goes with the next command.")
    return OK


@command(app, "drop", examples=("duolog attachment drop",))
def drop(
    run: Run,
    journal: JournalOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask; for scripts.")] = False,
) -> int:
    """Send a text that waits here without its files, when the server doesn't take them."""
    with run.in_journal(journal) as (duolog, meant):
        waiting = [view for view in duolog.attachments(meant.id).list() if view.waiting]
        if not waiting:
            raise Usage("No file waits to be sent.")
        first = [view for view in waiting if view.entry == waiting[0].entry]
        for view in first:
            run.screen.say(_described(view))
        which = times.count(len(first), "file")
        if not run.agreed(f"Send the text that carries this without its {which}?", given=yes):
            return OK
        duolog.attachments(meant.id).drop(first[0].entry)
        run.sync(duolog)
        shape = {"journal": b64(meant.id), "entry": b64(first[0].entry), "dropped": [b64(view.id) for view in first]}
        run.screen.done(shape, f"The text goes without its {which}.")
    return OK


def _numbered(duolog: "Duolog", journal: "JournalView") -> "dict[str, AttachmentView]":
    """The attachments by number: the entry's seq, a dot, and their order there."""
    found: dict[str, AttachmentView] = {}
    for view in duolog.attachments(journal.id).list():
        entry = WAITS if view.seq is None else str(view.seq)
        found[f"{entry}.{sum(other.startswith(f'{entry}.') for other in found) + 1}"] = view
    return found


def _chosen(duolog: "Duolog", journal: "JournalView", number: str) -> "AttachmentView":
    numbered = _numbered(duolog, journal)
    found = [view for known, view in numbered.items() if number in (known, known.rpartition(".")[0])]
    if len(found) > 1:
        raise Usage(f"Entry {number} carries several files: name one, as {number}.1.")
    if not found:
        raise Usage(f"There is no file {number!r}. `duolog attachment list` shows them.")
    if found[0].missing:
        raise Usage("The note names this file, and doesn't carry it. Ask its author to send it again.")
    return found[0]


def _described(view: "AttachmentView") -> str:
    from duolog.client.attachments.names import readable_size

    name = view.name or "a file that the note doesn't name"
    if view.missing:
        return f"{name} (named, and not there)"
    waits = ", waits to be sent" if view.waiting else ""
    return f"{name} ({view.type}, {readable_size(view.size)}{waits})"
