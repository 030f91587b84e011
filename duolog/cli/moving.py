"""Move to another server with everything, or follow somebody who has moved."""

from typing import TYPE_CHECKING, Annotated

import typer

from duolog.cli import times
from duolog.cli.command import command, commands
from duolog.cli.failures import OK, REFUSED
from duolog.cli.run import Run
from duolog.cli.shapes import move_shape

if TYPE_CHECKING:
    from duolog.client import JournalView, MoveReport
    from duolog.client.blocking import Duolog

app = commands()

ToOption = Annotated[str, typer.Option("--to", metavar="URL", help="The new server's address.")]
MaybeToOption = Annotated[
    str | None, typer.Option("--to", metavar="URL", help="The new server's address, when nobody could leave a note.")
]
CodeOption = Annotated[
    str | None, typer.Option("--invite-code", metavar="CODE", help="Where the new server takes accounts by code.")
]

YesOption = Annotated[bool, typer.Option("--yes", help="Don't ask. For scripts.")]
SilentOption = Annotated[
    bool, typer.Option("--silent", help="Tell nobody where you go, not even your other devices, and close nothing.")
]


@command(app, "move", examples=("duolog move --to https://journal.example",))
def move(
    run: Run, to: ToOption, invite_code: CodeOption = None, silent: SilentOption = False, yes: YesOption = False
) -> int:
    """Take your account and all journals to another server. The old one need not help, or even answer.

    The others follow by themselves, with `duolog follow`. If this is interrupted, run it again: it goes on where it
    stopped.
    """
    with run.opened() as duolog:
        shared = _shared(duolog)
        run.screen.say(_before(run, duolog, to, shared, silent=silent))
        if not run.agreed("Move there now?", given=yes):
            return REFUSED
        with run.screen.busy("Carrying everything to the new server"):
            report = duolog.moving.to(to, invite_code=invite_code, tell=not silent)
        return _say(run, report, shared=bool(shared))


def _shared(duolog: "Duolog") -> "list[JournalView]":
    """The journals in which somebody else would be told."""
    return [one for one in duolog.journals() if len(one.members) > 1 and not one.closed and one.former is None]


def _before(run: Run, duolog: "Duolog", to: str, shared: "list[JournalView]", *, silent: bool) -> str:
    """Sentences on what a move does, before it is done."""
    count = times.count(len(duolog.journals()), "journal")
    text = f"Your account and {count} go from {duolog.server} to {to}, and this computer uses {to} from then on."
    if silent:
        return f"{text} Nobody is told, and nothing is closed at the old server."
    told = ", ".join(run.label(one.id).removeprefix("journal ") for one in shared)
    others = f" Those in your shared journals ({told}) are told where you go." if shared else ""
    return f"{text}{others} At the old server your journals are closed, which can't be undone there."


@command(app, "follow", examples=("duolog follow", "duolog follow --to https://journal.example"))
def follow(run: Run, to: MaybeToOption = None, invite_code: CodeOption = None) -> int:
    """Go to the server to which your partner has gone. Your account and all your journals come along."""
    with run.synced() as duolog:
        seen = duolog.moving.seen()
        with run.screen.busy("Carrying everything to the new server"):
            report = duolog.moving.follow(to, invite_code=invite_code)
        code = _say(run, report, shared=bool(_shared(duolog)))
        if not any(one.origin == report.new for one in seen):
            run.screen.warn(
                "nobody told this computer about that server. Compare the words of `duolog heads` together."
            )
        return code


def _say(run: Run, report: "MoveReport", *, shared: bool) -> int:
    from duolog.client import AFTER_MOVING

    say = run.screen.say
    run.screen.result(move_shape(report))
    count = times.count(len(report.journals), "journal")
    say(f"Your account and {count} are at {report.new} now. This computer uses it from here on.", style="good")
    if report.told and not shared:
        say("Your other devices go after it by themselves, at their next sync.")
    elif report.told:
        say("The others were told. Each of them goes after you with `duolog follow`, when they want to.")
    else:
        say(
            f"Not everybody could be told at {report.old}. Members who aren't here yet need the address from you: "
            f"`duolog follow --to {report.new}`. "
            "Then compare the words of `duolog heads`."
        )
    if report.open_logs:
        say(f"The old logs could not be closed: {report.old} may go on showing them as if they were yours.")
    for journal in report.behind:
        say(f"{run.label(journal, first=True)} stayed behind: no partner has brought it there. It stays readable here.")
    if report.files_left:
        say(
            f"{times.count(report.files_left, 'file')} of your notes could not be brought. What is left of them is at "
            f"{report.old} alone; the notes themselves are here.",
            style="careful",
        )
    for sentence in AFTER_MOVING:
        say(sentence)
    for problem in report.problems:
        run.screen.aside(f"Not everything could be done: {problem}")
    return OK
