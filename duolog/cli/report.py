"""A report of a time, as one page for reading together."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from duolog.cli import times
from duolog.cli.command import JournalOption, OfflineOption, command, commands
from duolog.cli.failures import Usage
from duolog.cli.filters import typed_day
from duolog.cli.run import Run
from duolog.cli.shapes import b64
from duolog.documents import dates

if TYPE_CHECKING:
    from duolog.client.looking.report import Report

app = commands()

USUAL = 90  # days of a report without a first day: a quarter of a year
FirstOption = Annotated[
    str | None,
    typer.Option("--from", metavar="DAY", help="The first day, as 2026-07-01; 90 days before the last else."),
]
LastOption = Annotated[str | None, typer.Option("--to", metavar="DAY", help="The last day; today unless given.")]
PageOption = Annotated[Path, typer.Option("--out", metavar="FILE", help="The page to make, as ours.html.")]
ForceOption = Annotated[bool, typer.Option("--force", help="Replace a file of this name.")]


@command(
    app,
    "report",
    examples=("duolog report --out ours.html", "duolog report --from 2026-07-01 --to 2026-12-31 --out ours.html"),
    ephemeral=True,
)
def report(
    run: Run,
    out: PageOption,
    first: FirstOption = None,
    last: LastOption = None,
    journal: JournalOption = None,
    force: ForceOption = False,
    offline: OfflineOption = False,
) -> int:
    """Write a page to look back on together: a report of a time. Boundaries, letters, promises, check-ins, wins.

    Any browser shows and prints it, without a network. Nobody is told. The texts are not sealed in it.
    """
    until = dates.on_day(int(time.time())) if last is None else typed_day("--to", last)
    if until is None:
        raise Usage("This computer's clock shows no day. Set it right, or say the last day with --to.")
    since = typed_day("--from", first) if first is not None else dates.days_before(until, USUAL)
    with run.in_journal(journal, offline=offline) as (duolog, meant):
        with run.screen.busy("Writing the report"):
            made = duolog.report(meant.id, out, since=since, until=until, force=force)
        run.screen.done(report_shape(meant.id, out, made), f"Written: {out}.")
        run.screen.say(f"From {times.day_of(made.since)} to {times.day_of(made.until)}.")
        run.screen.say("Whoever has this page can read it. Keep it where only you look.")
        return run.frozen(meant)


def report_shape(journal: bytes, out: Path, made: "Report") -> dict[str, object]:
    """One report that was written."""
    days = {"from": dates.iso_day(made.since), "to": dates.iso_day(made.until)}
    return {"journal": b64(journal), "file": str(out), **days, "sections": [one.heading for one in made.sections]}
