"""Write a note."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from duolog.cli import forms
from duolog.cli.attachments import FILES_HINT, AttachOption, KeepOption, files_form, parse_files, say_before
from duolog.cli.command import JournalOption, command, commands
from duolog.cli.desk import KEPT
from duolog.cli.failures import OK
from duolog.cli.filters import typed_wall_time
from duolog.cli.run import Run
from duolog.cli.shapes import b64
from duolog.cli.texts import sheet_of, write_text
from duolog.cli.uncompared import warn_uncompared
from duolog.cli.waiting import may_wait, require_writer

if TYPE_CHECKING:
    from duolog.client.attachments.sources import NewAttachment

app = commands()


HappenedOption = Annotated[
    str | None,
    typer.Option(
        "--happened",
        metavar="DAY",
        help="When it happened, as 2026-11-03 or '2026-11-03 21:30'. It stands beside the time of writing.",
    ),
]
NowOption = Annotated[bool, typer.Option("--yes", help="Send it now, also while the other takes a pause.")]


@command(
    app,
    "write",
    examples=(
        "duolog write",
        "duolog write < letter.md",
        "duolog write --attach us.jpg",
        "duolog write --happened 2026-11-03",
    ),
)
def write(
    run: Run,
    journal: JournalOption = None,
    happened: HappenedOption = None,
    attach: AttachOption = None,
    keep_photo_data: KeepOption = False,
    yes: NowOption = False,
) -> int:
    """Write a note. In your editor ($EDITOR) or from standard input; it is sealed here before it is sent.

    Pictures lose what a camera writes into them. Other files go as they are. A line `File 1 shows: ...` at the top says
    what a file shows, for somebody who can't see it.
    """
    told = {} if happened is None else {"happened": typed_wall_time("--happened", happened)}
    files = attach or []
    with run.opened() as duolog:
        meant = run.journal(duolog, journal)
        require_writer(meant)
        warn_uncompared(run, duolog, meant)
        if files:
            say_before(run, duolog, meant.id)
        start = files_form(files) + forms.note_form()
        hint = f"{forms.NOTE_HINT}\n{FILES_HINT}" if files else forms.NOTE_HINT

        def parse(text: str) -> "tuple[list[NewAttachment], dict[str, Any]] | None":
            attachments, rest = parse_files(text, files, keep=keep_photo_data)
            body = forms.parse_note(rest)
            return (attachments, {**body, **told}) if body else None

        def send(whole: "tuple[list[NewAttachment], dict[str, Any]]") -> int:
            attachments, body = whole
            if not files and may_wait(run, duolog, meant, given=yes):
                kept = duolog.drafts().keep(meant.id, "note", body)
                run.screen.done({"draft": b64(kept), "journal": b64(meant.id)}, KEPT)
                return OK
            with run.screen.carrying("Sealing and sending") as tell:
                written = duolog.write(meant.id, "note", body, attachments=attachments, progress=tell)
            return run.wrote(duolog, meant.id, written, "Written and sent.")

        return write_text(run, sheet_of("write", meant.id, start=start, hint=hint), parse, send)
