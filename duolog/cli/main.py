"""`duolog`: all commands together."""

import gc
import resource
import signal
import sys
import threading
from collections.abc import Callable
from functools import cache
from typing import Any

import typer
from typer.main import get_command

from duolog.cli import (
    account,
    asking,
    attachments,
    boundary,
    breaches,
    check_ins,
    confidant,
    confidant_terms,
    copies,
    devices,
    drafts,
    export,
    forks,
    helping,
    importing,
    joining,
    journals,
    leaving,
    letters,
    moving,
    news,
    notes,
    pairing,
    pauses,
    promises,
    proposals,
    recovery,
    reminder,
    replies,
    report,
    search,
    timeline,
    today,
    unlocking,
    webapp,
)
from duolog.cli.command import group, has_home
from duolog.cli.sections import AllCommands

COLLECT_AFTER = 50_000  # objects: loading what a command needs makes so many, and none of them is garbage
PURPOSE = """A shared journal for two people, sealed on this computer before it leaves it.

Start with `duolog register`. One of you runs `duolog invite`, the other `duolog join`; then both compare words with
`duolog verify`. After that, `duolog` alone says what is new, and `duolog today` what is open for you. `duolog COMMAND
--help` has examples.

Where one of you is afraid of the other, begin with `duolog find-help`: it needs no account.
"""


def make_app() -> typer.Typer:
    """All commands. `duolog.cli.sections` has the order in which the help lists them."""
    app = group(
        "duolog",
        PURPOSE,
        *(account.app, pairing.app, notes.app, replies.app, news.app, today.app, timeline.app, search.app, report.app),
        *(letters.app, check_ins.app, pauses.app, promises.app),
        *(journals.app, export.app, moving.app, leaving.app, helping.app, importing.app, unlocking.app),
        cls=AllCommands,
    )
    app.callback(invoke_without_command=False)(_version)
    for part in (
        group("boundary", "What the two of you agree on, by an explicit act of each.", boundary.app),
        group("attachment", "Files that your notes carry.", attachments.app),
        group("breach", "Two accounts of one event, side by side.", breaches.app),
        group("checkins", "Check-ins and reviews: answers that open together.", check_ins.group),
        group("app", "Your journal in a browser, from this computer.", webapp.app, cls=webapp.AppCommands),
        group("letter", "The letters: list them, and open one.", letters.letter),
        group("promise", "The promises: list them, mark, renew and end your own.", promises.promise),
        group("draft", "Drafts: what you write for yourself first. Nobody is told that there is a draft.", drafts.app),
        group("reminder", "A reminder of your own. On this computer alone, off until you turn it on.", reminder.app),
        group(
            "confidant",
            "Somebody who reads along for a time, by consent of both. A therapist, a counsellor, a friend.",
            *(confidant.app, proposals.app, confidant_terms.app),
        ),
        group("partner", "The other one of the two, and taking them out.", confidant_terms.partner),
        group(
            "journal",
            "Your journals: list them, make or copy into another.",
            journals.journal,
            copies.app,
            leaving.journal,
        ),
        group("device", "Your devices, and other ways into your account.", joining.app, devices.app),
        group("session", "Where you are logged in.", devices.session),
        group("recovery", "The 24 recovery words.", recovery.app),
        group("account", "Your account as a whole.", leaving.account, forks.app),
    ):
        app.add_typer(part)
    return app


@cache
def _command() -> Callable[..., Any]:
    """All commands, read once for all that one process runs."""
    return get_command(make_app())


def main(arguments: list[str] | None = None) -> None:
    """Run one command, and exit with its code. Without one, say what is new to somebody who has an account here, or
    show the help."""
    _leave_no_image()
    gc.set_threshold(COLLECT_AFTER)
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, asking.on_interrupt)
    if not (sys.argv[1:] if arguments is None else arguments):
        arguments = ["news"] if asking.at_terminal() and has_home() else ["--help"]
    try:
        _command()(arguments, prog_name="duolog")
    except BrokenPipeError:
        # The reader of the output has seen enough and is gone. Nobody reads more of it.
        sys.stderr.close()
        sys.exit(0)


def _leave_no_image() -> None:
    """Let a crash write no image of the memory, which holds texts and keys. Programs started from here neither."""
    now, most = resource.getrlimit(resource.RLIMIT_CORE)
    if now:  # check: cli.core_image
        resource.setrlimit(resource.RLIMIT_CORE, (0, most))


def _say_version(on: bool) -> None:
    if on:
        from importlib.metadata import version

        print("duolog", version("duolog"))
        raise typer.Exit


def _version(
    version: bool = typer.Option(False, "--version", help="Show the version.", is_eager=True, callback=_say_version),
) -> None:
    pass
