"""Write a note."""

from typing import Annotated

import typer

from duolog.cli import forms
from duolog.cli.command import JournalOption, command, commands
from duolog.cli.desk import KEPT
from duolog.cli.failures import OK
from duolog.cli.run import Run
from duolog.cli.shapes import b64
from duolog.cli.texts import written_text
from duolog.cli.waiting import may_wait

app = commands()


@command(app, "write", examples=("duolog write", "duolog write < letter.md"))
def write(
    run: Run,
    journal: JournalOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Send it now, also while the other takes a pause.")] = False,
) -> int:
    """Write a note, in your editor ($EDITOR) or from standard input. It is sealed here before it is sent."""
    with run.opened() as duolog:
        meant = run.journal(duolog, journal)
        with written_text(run, start=forms.note_form(), hint=forms.NOTE_HINT) as text:
            body = forms.parse_note(text)
            if not body:
                run.screen.say("Nothing was written.")
                return OK
            if may_wait(run, duolog, meant, given=yes):
                kept = duolog.drafts().keep(meant.id, "note", body)
                run.screen.done({"draft": b64(kept), "journal": b64(meant.id)}, KEPT)
                return OK
            with run.screen.busy("Sealing and sending"):
                written = duolog.write(meant.id, "note", body)
        return run.wrote(duolog, meant.id, written, "Written and sent.")
