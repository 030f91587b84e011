"""Write a note."""

from typing import Annotated

import typer

from duolog.cli import forms
from duolog.cli.command import JournalOption, command, commands
from duolog.cli.failures import OK
from duolog.cli.filters import typed_wall_time
from duolog.cli.run import Run
from duolog.cli.texts import written_text

app = commands()


HappenedOption = Annotated[
    str | None,
    typer.Option(
        "--happened",
        metavar="DAY",
        help="When it happened, as 2026-11-03 or '2026-11-03 21:30'. It stands beside the time of writing.",
    ),
]


@command(app, "write", examples=("duolog write", "duolog write < letter.md", "duolog write --happened 2026-11-03"))
def write(run: Run, journal: JournalOption = None, happened: HappenedOption = None) -> int:
    """Write a note, in your editor ($EDITOR) or from standard input. It is sealed here before it is sent."""
    told = {} if happened is None else {"happened": typed_wall_time("--happened", happened)}
    with run.opened() as duolog:
        meant = run.journal(duolog, journal)
        with written_text(run, start=forms.note_form(), hint=forms.NOTE_HINT) as text:
            body = forms.parse_note(text)
            if not body:
                run.screen.say("Nothing was written.")
                return OK
            with run.screen.busy("Sealing and sending"):
                written = duolog.write(meant.id, "note", {**body, **told})
        return run.wrote(duolog, meant.id, written, "Written and sent.")
