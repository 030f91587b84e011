"""Comments and appreciations: short texts that move nothing and ask nothing."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from duolog.cli.command import JournalOption, command, commands
from duolog.cli.failures import OK, Usage
from duolog.cli.named_entries import link_to, numbered
from duolog.cli.run import Run
from duolog.cli.texts import written_text

if TYPE_CHECKING:
    from duolog.client import JournalView
    from duolog.client.blocking import Duolog

app = commands()

COMMENT_HINT = "Write your comment above. It is no step, and asks for no answer. You can withdraw it within a day."
THANKS_HINT = "Write your appreciation above. You can withdraw it within a day."
CLOSED = "This takes no comments now. What you want to say can stand in a note of your own: `duolog write`."


@command(app, "comment", examples=("duolog comment 12", "duolog comment 12 < words.md"))
def comment(
    run: Run,
    number: Annotated[int, typer.Argument(metavar="ENTRY", min=1, help="As `duolog timeline --numbers` shows it.")],
    journal: JournalOption = None,
) -> int:
    """Comment on an entry, in your editor ($EDITOR) or from standard input.

    A letter takes comments once it was answered. Until then what you say about it is a step of the letter.
    """
    from duolog.documents.links import takes_comments

    with run.in_journal(journal) as (duolog, meant):
        item = numbered(duolog, meant, number)
        if takes_comments(duolog.state(meant.id), item.applied) is not True:
            raise Usage(CLOSED)
        return _write(run, duolog, meant, "comment", {"answers": link_to(item)}, COMMENT_HINT)


@command(app, "appreciate", examples=("duolog appreciate --of you", "duolog appreciate --of us --about 12 < words.md"))
def appreciate(
    run: Run,
    of: Annotated[
        str | None, typer.Option("--of", metavar="you|us", help="Of the other, or of the two of you together.")
    ] = None,
    about: Annotated[
        int | None, typer.Option("--about", metavar="ENTRY", min=1, help="What it is about, by its number.")
    ] = None,
    journal: JournalOption = None,
) -> int:
    """Write an appreciation, or a small win, in your editor ($EDITOR) or from standard input."""
    if of not in (None, "you", "us"):
        raise Usage(f"`--of {of}` isn't known. Write you, or us.")
    with run.in_journal(journal) as (duolog, meant):
        more: dict[str, Any] = {} if of is None else {"of": of}
        if about is not None:
            more["about"] = link_to(numbered(duolog, meant, about))
        return _write(run, duolog, meant, "appreciation", more, THANKS_HINT)


def _write(run: Run, duolog: "Duolog", meant: "JournalView", kind: str, more: dict[str, Any], hint: str) -> int:
    with written_text(run, start="", hint=hint) as text:
        if not text.strip():
            run.screen.say("Nothing was written.")
            return OK
        with run.screen.busy("Sealing and sending"):
            written = duolog.write(meant.id, kind, {"text": text, **more})
    return run.wrote(duolog, meant.id, written, "Written and sent.")
