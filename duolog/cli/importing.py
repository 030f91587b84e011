"""Import a diary of another app into a private journal."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from duolog.cli import times
from duolog.cli.command import JournalOption, command, commands
from duolog.cli.failures import OFFLINE, OK, REFUSED, Usage, explain
from duolog.cli.run import Run
from duolog.cli.shapes import b64
from duolog.documents.safe_text import clean_line
from duolog.errors import TransportError

if TYPE_CHECKING:
    from duolog.client import ImportReport
    from duolog.client.blocking import Duolog
    from duolog.imports.diary_entry import App

app = commands()

SHOWN = 20  # broken items that a person is shown; --json has all

DiaryArgument = Annotated[Path, typer.Argument(metavar="DIARY", help="A zip, a folder or a file.")]
FromOption = Annotated[
    str | None,
    typer.Option("--from", metavar="APP", help="dayone, journey, jrnl or markdown; recognised unless given."),
]
NewOption = Annotated[bool, typer.Option("--new", help="Import into a new private journal.")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Say what would be written, and write nothing.")]
PlaceOption = Annotated[bool, typer.Option("--keep-place", help="Keep the names of places, as a line of the text.")]
PhotoDataOption = Annotated[
    bool,
    typer.Option("--keep-photo-data", help="Import photos and films as they are, with place, time and device."),
]


@command(
    app,
    "import",
    examples=(
        "duolog import dayone.zip --new --dry-run",
        "duolog import dayone.zip --new",
        "duolog import ~/notes/diary --journal 5e1f0a2b",
    ),
)
def import_diary(
    run: Run,
    diary: DiaryArgument,
    app_name: FromOption = None,
    journal: JournalOption = None,
    new: NewOption = False,
    dry_run: DryRunOption = False,
    keep_place: PlaceOption = False,
    keep_photo_data: PhotoDataOption = False,
) -> int:
    """Import a diary into a private journal. Of Day One, Journey, jrnl, or a folder of Markdown. Nobody else reads it.

    It may be repeated: nothing is written twice. Places, weather and devices are left out.
    """
    chosen = _app(app_name)
    if new and journal is not None:
        raise Usage("--new makes a journal, and --journal names one: give one of them.")
    with run.synced() as duolog:
        target = None if new else _private(run, duolog, journal)
        with run.screen.busy("Reading" if dry_run else "Importing") as tell:
            report = duolog.importing.diary(
                diary.expanduser(),
                target,
                app=chosen,
                dry_run=dry_run,
                keep_place=keep_place,
                keep_photo_data=keep_photo_data,
                progress=tell,
            )
        run.screen.result(_shape(report, dry_run))
        _say(run, report, dry_run)
        return _outcome(run, report)


def _app(name: str | None) -> "App | None":
    from duolog.imports.diaries import APPS

    found = next((known for known in APPS if known == name), None)
    if name is not None and found is None:
        raise Usage(f"No diary comes from {name!r} here. --from takes {', '.join(APPS[:-1])} or {APPS[-1]}.")
    return found


def _private(run: Run, duolog: "Duolog", chosen: str | None) -> bytes:
    """The journal that is meant: the chosen one, else the only private one. Raises: Usage."""
    if chosen is not None:
        return run.journal(duolog, chosen).id
    private = [one.id for one in duolog.journals() if len(one.members) == 1 and not one.closed and one.former is None]
    if len(private) == 1:
        return private[0]
    if private:
        known = ", ".join(map(run.label, private))
        raise Usage(f"You have several private journals: {known}. Say which with --journal, or make one with --new.")
    raise Usage("You have no private journal. --new makes one for this diary.")


def _say(run: Run, report: "ImportReport", dry_run: bool) -> None:
    from duolog.imports.diaries import NAMES

    say = run.screen.say
    say(f"A diary of {NAMES[report.app]}.", style="strong")
    where = "a new private journal" if report.journal is None else run.label(report.journal)
    if dry_run:
        say(f"{_entries(report.written)} would be written into {where}.")
    elif report.written:
        say(f"{_entries(report.written)} written into {where}.", style="good")
    else:
        say("Nothing new was written.")
    if report.here:
        other = f", {report.elsewhere} of them in another private journal" if report.elsewhere else ""
        say(f"Here already: {_entries(report.here)}{other}.")
    if report.in_parts:
        say(f"In several notes, since one doesn't hold as much: {_entries(report.in_parts)}.")
    if report.media:
        say(f"Photos and recordings {'to be attached' if dry_run else 'attached'}: {report.media}.")
    if report.left_out:
        say(f"Photos and recordings left out: {report.left_out}. The notes name them.", style="careful")
    if report.missing:
        say(f"Photos and recordings that the export names and doesn't have: {report.missing}.", style="careful")
    if report.broken:
        say(f"Left out, {times.count(len(report.broken), 'item')}:", style="careful")
    for item in report.broken[:SHOWN]:
        say(f"{clean_line(item.where)}: {clean_line(item.why)}", indent=2)
    if len(report.broken) > SHOWN:
        say(f"and {len(report.broken) - SHOWN} more; --json lists all.", indent=2)
    if dry_run:
        say("Nothing was written. Without --dry-run it is.")


def _entries(number: int) -> str:
    return "1 entry" if number == 1 else f"{number} entries"


def _outcome(run: Run, report: "ImportReport") -> int:
    """Say what waits, and why; the exit code."""
    if report.problem is None:
        return OK
    run.screen.say(
        f"Waiting here, safe: {times.count(report.waiting, 'note')}. A later sync sends them.", style="careful"
    )
    failure = explain(report.problem)
    for line in (failure.what, *failure.next):
        run.screen.say(line, indent=2)
    return OFFLINE if isinstance(report.problem, TransportError) else REFUSED


def _shape(report: "ImportReport", dry_run: bool) -> dict[str, Any]:
    return {
        "app": report.app,
        "journal": None if report.journal is None else b64(report.journal),
        "dry_run": dry_run,
        "written": report.written,
        "here": report.here,
        "elsewhere": report.elsewhere,
        "in_parts": report.in_parts,
        "media": report.media,
        "left_out": report.left_out,
        "missing": report.missing,
        "broken": [{"where": item.where, "why": item.why} for item in report.broken],
        "waiting": report.waiting,
        "problem": None if report.problem is None else str(report.problem),
    }
