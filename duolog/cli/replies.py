"""Comments, thanks and small wins: short texts that move nothing and ask nothing."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from duolog.cli.command import JournalOption, command, commands
from duolog.cli.failures import Usage
from duolog.cli.named_entries import link_to, numbered
from duolog.cli.run import Run
from duolog.cli.texts import Sheet, sheet_of, write_text
from duolog.cli.uncompared import warn_uncompared
from duolog.cli.waiting import require_writer

if TYPE_CHECKING:
    from duolog.client import JournalView
    from duolog.client.blocking import Duolog

app = commands()

AboutOption = Annotated[
    int | None,
    typer.Option("--about", metavar="ENTRY", min=1, help="What it is about, as `timeline --numbers` numbers it."),
]
COMMENT_HINT = "Write your comment above. It is no step, and asks for no answer. You can withdraw it within a day."
THANKS_HINT = """Write above what you thank the other for. You can withdraw it within a day.
`duolog prompts appreciation` has questions to begin with."""
WIN_HINT = "Write above what the two of you managed, large or small. You can withdraw it within a day."
CLOSED = "This takes no comments now. What you want to say can stand in a note of your own: `duolog write`."


@command(app, "comment", examples=("duolog comment 12", "duolog comment 12 < words.md"))
def comment(
    run: Run,
    number: Annotated[int, typer.Argument(metavar="ENTRY", min=1, help="As `duolog timeline --numbers` shows it.")],
    journal: JournalOption = None,
) -> int:
    """Comment on an entry. In your editor ($EDITOR) or from standard input.

    A letter takes comments once it was answered. Until then what you say about it is a step of the letter.
    """
    from duolog.documents.links import takes_comments

    with run.in_journal(journal) as (duolog, meant):
        require_writer(meant)
        item = numbered(duolog, meant, number)
        if takes_comments(duolog.state(meant.id), item.applied) is not True:
            raise Usage(CLOSED)
        answers = {"answers": link_to(item)}
        return _write(
            run, duolog, meant, "comment", answers, sheet_of(f"comment {number}", meant.id, hint=COMMENT_HINT)
        )


@command(app, "thank", examples=("duolog thank", "duolog thank --about 12 < words.md"))
def thank(run: Run, about: AboutOption = None, journal: JournalOption = None) -> int:
    """Thank the other for something. In your editor ($EDITOR) or from standard input."""
    return _appreciate(run, "you", about, journal, THANKS_HINT)


@command(app, "win", examples=("duolog win", "duolog win --about 12 < words.md"))
def win(run: Run, about: AboutOption = None, journal: JournalOption = None) -> int:
    """Note a small win of the two of you. In your editor ($EDITOR) or from standard input."""
    return _appreciate(run, "us", about, journal, WIN_HINT)


def _appreciate(run: Run, of: str, about: int | None, journal: str | None, hint: str) -> int:
    with run.in_journal(journal) as (duolog, meant):
        require_writer(meant)
        more: dict[str, Any] = {"of": of}
        if about is not None:
            more["about"] = link_to(numbered(duolog, meant, about))
        sheet = sheet_of(f"appreciation {of} {about or 0}", meant.id, hint=hint)
        return _write(run, duolog, meant, "appreciation", more, sheet)


def _write(run: Run, duolog: "Duolog", meant: "JournalView", kind: str, more: dict[str, Any], sheet: Sheet) -> int:
    def send(text: str) -> int:
        with run.screen.busy("Sealing and sending"):
            written = duolog.write(meant.id, kind, {"text": text, **more})
        return run.wrote(duolog, meant.id, written, "Written and sent.")

    warn_uncompared(run, duolog, meant)
    return write_text(run, sheet, str.strip, send)
