"""Copy one entry into another journal, for example for a therapist."""

from typing import TYPE_CHECKING, Annotated

import typer

from duolog.cli import asking
from duolog.cli.command import JournalOption, command, commands
from duolog.cli.failures import OK, Usage
from duolog.cli.run import Run
from duolog.cli.shapes import b64, entry_shape
from duolog.cli.texts import sheet_of, write_text
from duolog.documents.safe_text import clean

if TYPE_CHECKING:
    from duolog.client import JournalView, TimelineEntry
    from duolog.client.blocking import Duolog

app = commands()

EntryArgument = Annotated[
    int | None, typer.Argument(metavar="[ENTRY]", help="Its number. Without one, they are listed.", show_default=False)
]


@command(
    app,
    "copy",
    examples=("duolog journal copy --to 2", "duolog journal copy 12 --to 2 --shorter < excerpt.md"),
)
def copy(
    run: Run,
    to: Annotated[str, typer.Option("--to", metavar="JOURNAL", help="The journal that it is copied into.")],
    entry: EntryArgument = None,
    journal: JournalOption = None,
    shorter: Annotated[bool, typer.Option("--shorter", help="Write a shorter text for the copy.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask; for scripts.")] = False,
) -> int:
    """Copy an entry into another journal, whole or shortened. Nothing else becomes readable there.

    The copy says whose it was, and when. Those in the other journal can keep it: copies that were read can't be
    recalled.
    """
    from duolog.client import COPIES_STAY

    with run.synced() as duolog:
        target = run.journal(duolog, to)
        source = run.journal(duolog, journal, other_than=target.id)
        readable = [
            item
            for item in duolog.timeline(source.id, limit=max(source.seq, 1))
            if item.seq is not None and item.body is not None and not item.in_thing_alone
        ]
        if entry is None:
            run.screen.result({"journal": b64(source.id), "entries": [entry_shape(item) for item in readable]})
            for item in readable:
                run.screen.say(f"{item.seq:>4}  {_in_a_line(item)}")
            return OK
        chosen = next((item for item in readable if item.seq == entry), None)
        if chosen is None:
            raise Usage(f"There is no readable entry {entry}. `duolog journal copy` without a number lists them.")
        run.screen.say(chosen.text or "")
        run.screen.aside(f"{_readers(target)} {COPIES_STAY}", style="careful")
        if shorter:
            return _shortened(run, duolog, source, chosen, target)
        if not asking.ask_yes(f"Copy this into {run.label(target.id)}?", given=yes):
            return OK
        with run.screen.busy("Sealing and sending"):
            written = duolog.copy(source.id, chosen.entry, target.id)
        return run.wrote(duolog, target.id, written, "Copied.")


def _shortened(
    run: Run, duolog: "Duolog", source: "JournalView", chosen: "TimelineEntry", target: "JournalView"
) -> int:
    body = chosen.body or {}
    wording = body.get("wording")
    start = clean(str(wording.get("text", "") if isinstance(wording, dict) else body.get("text", "")))
    hint = "Shorten the text above. The copy will say that something was left out."

    def send(text: str) -> int:
        with run.screen.busy("Sealing and sending"):
            written = duolog.copy(source.id, chosen.entry, target.id, text)
        return run.wrote(duolog, target.id, written, "Copied, shortened.")

    sheet = sheet_of("journal copy", source.id, chosen.entry, target.id, start=start, hint=hint)
    return write_text(run, sheet, str.strip, send)


def _in_a_line(item: "TimelineEntry") -> str:
    """An entry in a line: its author, its kind, and its first words."""
    lines = [line.strip() for line in (item.text or "").splitlines() if line.strip()]
    shown = " ".join(lines[:2]) or str(item.kind)
    return shown if len(shown) <= 70 else shown[:69].rstrip() + "…"


def _readers(target: "JournalView") -> str:
    others = [one.name or f"a {one.role} without a name" for one in target.members if not one.me]
    return f"It will be read by {', '.join(others)}." if others else "Nobody else is in that journal now."
