"""Export everything that you may read into a file of your own, and check such a file without a server."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from duolog.cli import times
from duolog.cli.command import command, commands
from duolog.cli.failures import OK, Usage, explain
from duolog.cli.run import Run
from duolog.cli.shapes import b64, exported_shape, proven_shape, short
from duolog.errors import VerificationError

if TYPE_CHECKING:
    from duolog.client.export.verify_export import ProvenExport

app = commands()

NOT_WHOLE = (
    "The file was changed or damaged after it was made, and shows nothing by itself. Your journals aren't concerned.",
    "Look for another copy of it, or make a new one: `duolog export`.",
)

OutOption = Annotated[Path, typer.Option("--out", metavar="FILE", help="The file to make.")]
WhichOption = Annotated[
    str | None, typer.Option("--journal", metavar="JOURNAL", help="Which journal; all of them unless given.")
]
ForceOption = Annotated[bool, typer.Option("--force", help="Replace a file of this name.")]
FilesOption = Annotated[
    Path | None,
    typer.Option("--files", metavar="FOLDER", help="A new folder for the files that notes carry; the server is asked."),
]
ReadableOption = Annotated[
    Path | None,
    typer.Option(
        "--readable", metavar="FOLDER", help="Also write it for reading, as Markdown and as a page, into a new folder."
    ),
]
CheckOption = Annotated[
    Path | None, typer.Option("--files", metavar="FOLDER", help="The folder with the files of the export.")
]
FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="An export.")]


@command(
    app,
    "export",
    examples=(
        "duolog export --out ours.json",
        "duolog export --journal 5e1f0a2b --out ours.json --readable ours",
        "duolog export --out ours.json --files ours-files",
    ),
    ephemeral=True,
)
def export(
    run: Run,
    out: OutOption,
    journal: WhichOption = None,
    readable: ReadableOption = None,
    files: FilesOption = None,
    force: ForceOption = False,
) -> int:
    """Write all that you may read into one file. It can be checked without any server.

    Nobody is told. The texts are not sealed in the file: anybody who has it can read them.
    """
    with run.synced() as duolog:
        chosen = None if journal is None else [run.journal(duolog, journal).id]
        with run.screen.busy("Writing the export") as tell:
            done = duolog.export(out, journals=chosen, force=force, progress=tell)
        brought = None
        if files is not None:
            with run.screen.carrying("Fetching the files") as tell:
                brought = duolog.export_files(files, journals=chosen, progress=tell)
        pages = 0 if readable is None else duolog.export_readable(readable, journals=chosen, files=brought)
        run.screen.done(
            {**exported_shape(done, brought), "readable": None if readable is None else str(readable)},
            f"Written: {times.count(done.documents, 'text')} of {times.count(done.journals, 'journal')}, in {out}.",
        )
        if readable is not None:
            run.screen.say(f"And for reading: {times.count(pages, 'page')}, in {readable}.")
        if done.unreadable:
            run.screen.say(f"{done.unreadable} more can't be read here; the file says of each why.")
        if brought is not None:
            run.screen.say(f"With {times.count(brought.files, 'attachment')}, opened in the folder {files}.")
            if brought.missing:
                run.screen.say(f"{times.count(brought.missing, 'attachment')} can't be had; the list there says why.")
        for account in done.unproven:
            run.screen.say(
                f"This home no longer has all keys that account {short(account)} had in these journals. "
                "The texts are in the file, but it can't be checked.",
                style="careful",
            )
        checks = out.name if files is None else f"{out.name} --files {files.name}"
        run.screen.say(
            "Whoever has this file can read it. Keep it where only you look. "
            f"`duolog verify-export {checks}` checks it, on any computer, without a server."
        )
        return run.frozen(*duolog.journals())


@command(
    app, "verify-export", examples=("duolog verify-export ours.json", "duolog verify-export ours.json --files ours")
)
def verify(run: Run, file: FileArgument, files: CheckOption = None) -> int:
    """Check an export by itself: no server, no account, no home. Say what it proves, and to whom."""
    from duolog.client.export.files import verify_files
    from duolog.client.export.verify_export import verify_export

    if not file.is_file():
        raise Usage(f"There is no file {file}.")
    try:
        with run.screen.busy("Checking") as tell, file.open("rb") as opened:
            proven = verify_export(opened, lambda count: tell(count, 0))
            checked = None if files is None else verify_files(files, proven, tell)
    except VerificationError as error:
        return run.fail(replace(explain(error), next=NOT_WHOLE))
    run.screen.result(proven_shape(proven, checked))
    _say(run, proven)
    if checked is not None:
        run.screen.say(f"{times.count(checked.files, 'file')} are those that the texts carry.", style="good")
        if checked.missing:
            run.screen.say(f"{checked.missing} more are not in the folder.", indent=2)
    return OK


def _say(run: Run, proven: "ProvenExport") -> None:
    say = run.screen.say
    say("The file is whole, and everything in it fits together.", style="good")
    say(f"It says that account {short(proven.account)} wrote it on {times.moment(proven.at)}, from {proven.origin}.")
    for account in proven.forked:
        say(
            f"The keys of account {short(account)} stand here in more than one branch: "
            "somebody else had one of them. Which branch is the true one, only its owner can say.",
            style="careful",
        )
    for key in proven.receipt_keys:
        run.screen.plain(f"Receipt key: {b64(key)}")
    for one in proven.journals:
        say(f"Journal {short(one.journal)}, {times.count(one.seq, 'item')}: {', '.join(one.members)}", style="strong")
        run.screen.plain("  " + " ".join(one.head_words))
        say(f"From {times.moment(one.first)} to {times.moment(one.last)}.", indent=2)
        texts = times.count(one.documents, "text")
        say(f"{texts}, {one.unreadable} unreadable, {one.gone} gone, {one.unsent} never sent.", indent=2)
        if one.closed:
            say("It is closed.", indent=2)
        if one.frozen is not None:
            say(f"It was read-only: {one.frozen}", indent=2, style="careful")
    say("What this proves", style="strong")
    for sentence in proven.proves:
        say(sentence, indent=2)
    say("What it doesn't", style="strong")
    for sentence in proven.proves_not:
        say(sentence, indent=2)
