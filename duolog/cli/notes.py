"""Write a note."""

from duolog.cli import forms
from duolog.cli.command import JournalOption, command, commands
from duolog.cli.failures import OK
from duolog.cli.run import Run
from duolog.cli.texts import written_text

app = commands()


@command(app, "write", examples=("duolog write", "duolog write < letter.md"))
def write(run: Run, journal: JournalOption = None) -> int:
    """Write a note, in your editor ($EDITOR) or from standard input. It is sealed here before it is sent."""
    with run.opened() as duolog:
        meant = run.journal(duolog, journal)
        with written_text(run, start=forms.note_form(), hint=forms.NOTE_HINT) as text:
            body = forms.parse_note(text)
            if not body:
                run.screen.say("Nothing was written.")
                return OK
            with run.screen.busy("Sealing and sending"):
                written = duolog.write(meant.id, "note", body)
        return run.wrote(duolog, meant.id, written, "Written and sent.")
