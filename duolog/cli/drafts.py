"""Drafts: notes that their author keeps, sealed, on all of their own devices, until they send them."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from duolog.cli import asking, forms, times
from duolog.cli.command import JournalOption, command, commands
from duolog.cli.failures import OK, Usage
from duolog.cli.run import Run
from duolog.cli.shapes import b64
from duolog.cli.texts import sheet_of, write_text
from duolog.cli.uncompared import warn_uncompared
from duolog.cli.waiting import may_wait

if TYPE_CHECKING:
    from duolog.client.blocking import Duolog
    from duolog.documents.account_kinds import Draft

app = commands()

NumberArgument = Annotated[int, typer.Argument(metavar="NUMBER", help="As `duolog draft list` shows it.")]
YesOption = Annotated[bool, typer.Option("--yes", help="Don't ask once more.")]


@command(app, "keep", examples=("duolog draft keep", "duolog draft keep 1", "duolog draft keep < letter.md"))
def keep(
    run: Run,
    number: Annotated[
        int | None,
        typer.Argument(
            metavar="[NUMBER]", help="Change this one, as `duolog draft list` shows it.", show_default=False
        ),
    ] = None,
    journal: JournalOption = None,
) -> int:
    """Keep a note as a draft, in your editor ($EDITOR) or from standard input; or change one."""
    with run.synced() as duolog:
        before = None if number is None else _numbered(duolog, number)
        if before is not None and (before.document is None or before.document.kind != "note"):
            raise Usage("Only a note is changed here. Drop this draft, and write anew.")
        meant = run.journal(duolog, journal).id if before is None else before.journal
        start = forms.note_form() if before is None else forms.note_form(_body(before))

        def send(body: dict[str, Any]) -> int:
            with run.screen.busy("Sealing and sending"):
                kept = duolog.drafts().keep(meant, "note", body, draft=None if before is None else before.draft)
            shape = {"draft": b64(kept), "journal": b64(meant)}
            run.screen.done(shape, "Kept for yourself. `duolog draft send` writes it into the journal.")
            return OK

        about = (meant,) if before is None else (meant, before.draft)
        sheet = sheet_of("draft keep", *about, start=start, hint=forms.NOTE_HINT)
        return write_text(run, sheet, forms.parse_note, send)


@command(app, "list", examples=("duolog draft list",))
def list_drafts(run: Run) -> int:
    """List your drafts, oldest first."""
    with run.synced() as duolog:
        drafts = duolog.drafts().list()
        shapes = [
            {"number": number, "draft": b64(one.draft), "journal": b64(one.journal), **_shown(one)}
            for number, one in enumerate(drafts, 1)
        ]
        run.screen.result({"drafts": shapes})
        if not drafts:
            run.screen.say("No draft.")
        for number, one in enumerate(drafts, 1):
            about = _shown(one)["about"]
            title = f"{number:>2}  for {run.label(one.journal)}" + (f": {about}" if about else "")
            run.screen.say(title, style="strong")
            run.screen.say(_shown(one)["text"] or f"(of the kind {_shown(one)['kind']})", indent=4)
    return OK


@command(app, "send", examples=("duolog draft send 1",))
def send(run: Run, number: NumberArgument, yes: YesOption = False) -> int:
    """Write a draft into its journal. It is a draft no longer."""
    with run.synced() as duolog:
        found = _numbered(duolog, number)
        run.screen.say(_shown(found)["text"] or "")
        warn_uncompared(run, duolog, duolog.journal(found.journal))
        question = f"Write this into {run.label(found.journal)}?"
        if not run.agreed(question, given=yes, otherwise="Nothing was sent."):
            return OK
        if may_wait(run, duolog, duolog.journal(found.journal), given=yes):
            run.screen.say("It stays a draft.")
            return OK
        with run.screen.busy("Sealing and sending"):
            written = duolog.drafts().send(found.draft)
        return run.wrote(duolog, found.journal, written, "Written and sent.")


@command(app, "drop", examples=("duolog draft drop 1",))
def drop(run: Run, number: NumberArgument, yes: YesOption = False) -> int:
    """Throw a draft away."""
    with run.synced() as duolog:
        found = _numbered(duolog, number)
        if not run.agreed("Throw this draft away? It can't be brought back.", given=yes):
            return OK
        duolog.drafts().drop(found.draft)
        run.screen.done({"draft": b64(found.draft), "dropped": True}, "Thrown away.")
    return OK


@command(app, "rescued", examples=("duolog draft rescued", "duolog draft rescued --drop"))
def rescued(
    run: Run,
    drop: Annotated[bool, typer.Option("--drop", help="Then throw them away.")] = False,
    yes: YesOption = False,
) -> int:
    """Show what you typed in a command that failed or was cut off. It is sealed, and on this computer alone."""
    with run.opened() as duolog:
        found = duolog.drafts().rescued()
        run.screen.result({"rescued": [one.text for one in found]})
        if not found:
            run.screen.say("Nothing was cut off here.")
            return OK
        for number, one in enumerate(found, 1):
            run.screen.say(f"{number:>2}  {times.moment(one.at)}", style="strong")
            run.screen.say(one.text, indent=4)
        if drop and asking.ask_yes("Throw all of this away? It can't be brought back.", given=yes):
            for one in found:
                duolog.drafts().drop_rescued(one.name)
            run.screen.say("Thrown away.", style="good")
    return OK


def _numbered(duolog: "Duolog", number: int) -> "Draft":
    drafts = duolog.drafts().list()
    if not 1 <= number <= len(drafts):
        raise Usage(f"There is no draft {number}. `duolog draft list` shows them.")
    return drafts[number - 1]


def _body(draft: "Draft") -> dict[str, Any]:
    return {} if draft.document is None else draft.document.body


def _shown(draft: "Draft") -> dict[str, Any]:
    """The kind of a draft, and its text where it has one."""
    body, document = _body(draft), draft.document
    wording, beside = body.get("wording"), None if document is None else document.words
    places = (beside or {}, wording if isinstance(wording, dict) else {}, body)
    found = (place.get(name) for place in places for name in ("text", "words"))
    text = next((one for one in found if isinstance(one, str)), None)
    kind = None if document is None else document.kind
    return {"kind": kind, "about": body.get("about"), "text": text}
