"""Leaving: close a journal now or later, let it go, withdraw or erase a text, delete the account."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from duolog.cli import times
from duolog.cli.command import JournalOption, command, commands
from duolog.cli.failures import OK, Usage
from duolog.cli.run import Run
from duolog.cli.shapes import b64, waiting_closing_shape

if TYPE_CHECKING:
    from duolog.client import JournalView, TimelineEntry
    from duolog.client.blocking import Duolog, Leaving

app = commands()
journal = commands()
account = commands()

YesOption = Annotated[bool, typer.Option("--yes", help="Don't ask once more.")]
NumberArgument = Annotated[
    int, typer.Argument(metavar="NUMBER", min=1, help="As `duolog timeline --numbers` shows it.")
]

MAY_SHOW = (
    "If you revoke your other devices before that time, the other can notice that your keys have changed. That also "
    "happens by itself, on each day of use with a chance of 1 in 30."
)
STILL_POSSIBLE = (
    "Taken back. It may still happen: a dishonest server that had it could use it until your keys in this journal have "
    "moved on. `duolog close show` says when that is over."
)


@command(
    app,
    "close",
    examples=(
        "duolog close",
        'duolog close --at "2026-11-27 09:00" --end-other-devices',
        "duolog close show",
        "duolog close cancel",
    ),
    ephemeral=True,
)
def close(
    run: Run,
    what: Annotated[str, typer.Argument(metavar="[now|show|cancel]", help="What to do.", show_default=False)] = "now",
    journal: JournalOption = None,
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help='When, by your own clock: "2026-11-27 09:00".')
    ] = None,
    held_by: Annotated[
        str,
        typer.Option(
            "--held-by",
            metavar="server|device",
            help="Who closes at that time: the server, or whichever device of yours comes first after it. Choose "
            "`device` when the other person may run the server.",
        ),
    ] = "server",
    end_other_devices: Annotated[
        bool, typer.Option("--end-other-devices", help="From that time on the server refuses your other devices.")
    ] = False,
    yes: YesOption = False,
) -> int:
    """Close a journal for good, now or at a time. The other isn't told before it happens.

    `show` says what waits, and `cancel` takes it back.
    """
    if what not in ("now", "show", "cancel"):
        raise Usage(
            f"`duolog close {what}` isn't known. Say `duolog close`, `duolog close show` or `duolog close cancel`."
        )
    typed, holder = None if at is None else times.typed_moment(at), _holder(held_by)
    with run.in_journal(journal) as (duolog, meant):
        leaving = duolog.leaving(meant.id)
        if what == "show":
            return _show(run, meant, leaving)
        if what == "cancel":
            return _cancel(run, meant, leaving)
        _say_before(run)
        if at is None or typed is None:
            if run.agreed("Close it now, for good?", given=yes):
                leaving.close()
                said = f"{run.label(meant.id, first=True)} is closed. `duolog timeline` and `duolog export` go on."
                run.screen.done({"journal": b64(meant.id), "closed": True}, said)
            return OK
        return _schedule(run, leaving, times.one_meaning(at, typed), holder, end_other_devices, yes)


def _schedule(
    run: Run, leaving: "Leaving", moment: int, held: Literal["server", "device"], end_others: bool, yes: bool
) -> int:
    ends = leaving.other_devices() if end_others else ()
    if not run.agreed(f"Close it on {times.moment(moment)}?", given=yes):
        return OK
    waiting = leaving.schedule(moment, held=held, ends=ends)
    said = f"It will be closed on {times.moment(moment)}. Until then everything goes on as before."
    run.screen.done(waiting_closing_shape(waiting), said)
    if held == "device":
        run.screen.say("Your first device that is used after that time closes it. The server knows nothing of it.")
    if ends:
        _say_ends(run, len(ends))
        run.screen.say(MAY_SHOW)
    return OK


def _say_ends(run: Run, devices: int) -> None:
    run.screen.say(f"From then on {times.count(devices, 'other device')} of yours won't get in.")


def _show(run: Run, meant: "JournalView", leaving: "Leaving") -> int:
    waiting, possible = leaving.waiting(), leaving.may_still_happen()
    shown = {} if waiting is None else waiting_closing_shape(waiting)
    run.screen.result(
        {"journal": b64(meant.id), "closed": meant.closed, "waiting": shown or None, "may_happen": possible}
    )
    if meant.closed:
        run.screen.say("This journal is closed.")
    elif waiting is not None:
        who = "the server" if waiting.held == "server" else "your first device that is used after it"
        run.screen.say(f"It will be closed on {times.moment(waiting.not_before)}, by {who}.")
        if waiting.ends:
            _say_ends(run, len(waiting.ends))
    elif possible:
        run.screen.say(
            "Nothing waits. What you took back may still happen until your keys have moved on.", style="careful"
        )
    else:
        run.screen.say("Nothing waits.")
    return OK


def _cancel(run: Run, meant: "JournalView", leaving: "Leaving") -> int:
    certain = leaving.cancel()
    run.screen.result({"journal": b64(meant.id), "cancelled": True, "may_happen": not certain})
    if certain:
        run.screen.say("Taken back. The journal stays open.", style="good")
    else:
        run.screen.say(STILL_POSSIBLE, style="careful")
    return OK


def _say_before(run: Run) -> None:
    """Say, before each closing, which copies remain where."""
    from duolog.client import BEFORE_CLOSING

    for sentence in BEFORE_CLOSING:
        run.screen.aside(sentence)
    run.screen.aside("An export is yours for good: `duolog export --out FILE`.")


def _holder(text: str) -> Literal["server", "device"]:
    if text == "server":
        return "server"
    if text == "device":
        return "device"
    raise Usage(f"`--held-by {text}` isn't known. Write server, or device.")


# --- one text ---------------------------------------------------------------------------------------------------------


@command(app, "withdraw", examples=("duolog withdraw 12",))
def withdraw(run: Run, number: NumberArgument, journal: JournalOption = None, yes: YesOption = False) -> int:
    """Take back a text that you wrote within the last day. Steps of a boundary stand.

    The other sees that something was withdrawn. If they had kept it, or read it, it stays with them.
    """
    with _entry(run, journal, number) as (duolog, meant, entry):
        if not run.agreed(f"Withdraw {_title(entry)}?", given=yes):
            return OK
        written = duolog.leaving(meant.id).withdraw(entry.entry)
        return run.wrote(duolog, meant.id, written, "Withdrawn. The text is gone from here and from the server.")


@command(app, "keep", examples=("duolog keep 12",))
def keep(run: Run, number: NumberArgument, journal: JournalOption = None) -> int:
    """Keep a text, even if the other withdraws it. They aren't told."""
    with _entry(run, journal, number) as (duolog, meant, entry):
        duolog.leaving(meant.id).keep(entry.entry)
        kept = {"journal": b64(meant.id), "entry": b64(entry.entry), "kept": True}
        run.screen.done(kept, "Kept. It stays with you, whatever the other does. They aren't told.")
    return OK


@command(app, "erase", examples=("duolog erase 12",))
def erase(run: Run, number: NumberArgument, journal: JournalOption = None, yes: YesOption = False) -> int:
    """Erase a text for yourself, on all your devices. The other keeps it, and isn't told."""
    with _entry(run, journal, number) as (duolog, meant, entry):
        if not run.agreed(f"Erase {_title(entry)} for yourself? It can't be brought back.", given=yes):
            return OK
        duolog.leaving(meant.id).erase(entry.entry)
        erased = {"journal": b64(meant.id), "entry": b64(entry.entry), "erased": True}
        run.screen.done(erased, "Erased for you, here and for your other devices. The other keeps it, and isn't told.")
    return OK


@contextmanager
def _entry(run: Run, journal: str | None, number: int) -> Iterator[tuple["Duolog", "JournalView", "TimelineEntry"]]:
    """The open account, the journal that is meant, and its entry with this number. Raises: Usage."""
    with run.in_journal(journal) as (duolog, meant):
        found = [item for item in duolog.timeline(meant.id, after=number - 1, limit=1) if item.seq == number]
        if not found:
            raise Usage(f"There is no entry {number} here. `duolog timeline --numbers` shows the numbers.")
        yield duolog, meant, found[0]


def _title(entry: "TimelineEntry") -> str:
    text = entry.body.get("text") if entry.body is not None else None
    first = str(text).strip().split("\n")[0] if text else ""
    shown = first if len(first) <= 40 else first[:39].rstrip() + "…"
    return f"“{shown}”" if shown else f"entry {entry.seq}"


# --- the journal, the account -----------------------------------------------------------------------------------------


@command(journal, "let-go", examples=("duolog journal let-go",))
def let_go(run: Run, journal: JournalOption = None, yes: YesOption = False) -> int:
    """Give up a closed journal at the server. What this computer has stays readable here.

    When neither of you can fetch it any more, the server destroys it.
    """
    with run.in_journal(journal) as (duolog, meant):
        if not run.agreed(f"Let go of {run.label(meant.id)}? No new computer of yours can fetch it then.", given=yes):
            return OK
        duolog.leaving(meant.id).let_go()
        run.screen.done({"journal": b64(meant.id), "let_go": True}, "Let go. This computer still has what it has read.")
    return OK


@command(account, "delete", examples=("duolog account delete",))
def delete(run: Run, yes: YesOption = False) -> int:
    """Delete your account at the server. Journals that you share are closed first.

    Interrupted, it is begun again and goes on where it stopped.
    """
    with run.synced() as duolog:
        _say_before(run)
        if not run.agreed("Delete your account? Your recovery words open nothing then.", given=yes):
            return OK
        with run.screen.busy("Closing and deleting"):
            duolog.delete_account()
        run.screen.done({"deleted": True, "home": str(run.folder)}, "Your account is deleted at the server.")
        run.screen.say(
            f"What this computer has read is still in {run.folder}, sealed with its keys. When you don't need it any "
            "more, delete that folder. Paper with the recovery words can go, too."
        )
    return OK
