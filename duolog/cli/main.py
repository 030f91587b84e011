"""`duolog`: where the commands come together."""

import signal
import sys
import threading

import typer

from duolog.cli import (
    account,
    asking,
    boundary,
    confidant,
    copies,
    devices,
    drafts,
    export,
    journals,
    leaving,
    moving,
    notes,
    pairing,
    recovery,
    timeline,
)
from duolog.cli.command import group

PURPOSE = """A shared journal for two people, sealed on this computer before it leaves it.

Start with `duolog register`. One of you runs `duolog invite`, the other `duolog join`; then both compare words with
`duolog verify`. `duolog COMMAND --help` has an example for each.
"""


def make_app() -> typer.Typer:
    """All commands, in the order in which people meet them."""
    app = group("duolog", PURPOSE)
    app.callback(invoke_without_command=False)(_version)
    for part in (account.app, pairing.app, notes.app, timeline.app, journals.app, export.app, moving.app, leaving.app):
        app.registered_commands.extend(part.registered_commands)
    app.add_typer(boundary.app, name="boundary")
    app.add_typer(drafts.app, name="draft")
    app.add_typer(confidant.app, name="confidant")
    app.add_typer(confidant.partner, name="partner")
    app.add_typer(copies.app, name="journal")
    app.add_typer(devices.device, name="device")
    app.add_typer(devices.session, name="session")
    app.add_typer(recovery.group_of_words, name="recovery")
    app.add_typer(leaving.account, name="account")
    return app


def main(arguments: list[str] | None = None) -> None:
    """Runs one command and exits with its code."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, asking.on_interrupt)
    try:
        make_app()(arguments, prog_name="duolog")
    except BrokenPipeError:
        # Whoever read the output has seen enough. Nothing more can be said on it.
        sys.stderr.close()
        sys.exit(0)


def _say_version(on: bool) -> None:
    if on:
        from importlib.metadata import version

        print("duolog", version("duolog"))
        raise typer.Exit


def _version(
    version: bool = typer.Option(False, "--version", help="Show the version.", is_eager=True, callback=_say_version),
) -> None:
    pass
