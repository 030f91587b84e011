"""Keep a home unlocked for a time, so that commands don't ask for its passphrase; and lock it again."""

import dataclasses
from typing import Annotated, Any

import typer

from duolog.cli import times
from duolog.cli.command import command, commands
from duolog.cli.failures import OK, Usage
from duolog.cli.run import Run

app = commands()


@command(app, "unlock", examples=("duolog unlock", "duolog unlock --for 1h"))
def unlock(
    run: Run,
    idle: Annotated[
        str, typer.Option("--for", metavar="TIME", help="Lock after this time without a command: 1m to 12h.")
    ] = "15m",
) -> int:
    """Ask for the passphrase once, and not at each command.

    The home locks again when no command has used it for a while, when you log out, after 12 hours, and by `duolog
    lock`. Until then, anybody at this computer who is logged in as you reads what you can read.
    """
    from duolog.client import unlock_home

    seconds = _parse_idle(idle)
    run.require_account()
    with run.screen.busy("Unlocking"):
        unlocked = unlock_home(run.folder, dataclasses.replace(run.unlock(), agent=False), seconds)
    if unlocked is None:
        run.screen.done(_shape(needed=False), "Nothing is needed: your system's keyring unlocks this home.")
        return OK
    run.screen.done(
        {**_shape(needed=True), "idle": unlocked.idle, "until": unlocked.until, "latest": unlocked.latest},
        f"Unlocked. It locks after {_length(unlocked.idle)} without a command, when you log out, and at "
        f"{times.moment(unlocked.latest)} in any case.",
    )
    run.screen.say("`duolog lock` locks it now.")
    return OK


@command(app, "lock", examples=("duolog lock",))
def lock(run: Run) -> int:
    """Lock what `duolog unlock` has unlocked. Commands ask for the passphrase again."""
    from duolog.client import lock_home

    was_unlocked = lock_home(run.folder)
    run.screen.done({"was_unlocked": was_unlocked}, "Locked." if was_unlocked else "It was not unlocked.")
    return OK


def say_unlocked(run: Run, until: int | None) -> None:
    """Say until when the home is unlocked, if it is."""
    if until is not None:
        run.screen.say(
            f"Unlocked until {times.moment(until)}, and longer while you use it. `duolog lock` locks it now.",
            indent=2,
            style="careful",
        )


def _shape(*, needed: bool) -> dict[str, Any]:
    return {"needed": needed, "idle": None, "until": None, "latest": None}


def _parse_idle(typed: str) -> int:
    from duolog.client import LONGEST_UNLOCKED

    seconds = times.parse_span(typed)
    if seconds is None or not 60 <= seconds <= LONGEST_UNLOCKED:
        raise Usage("--for takes a time from 1m to 12h. Write it as 30m, 2h or 1h30m.")
    return seconds


def _length(seconds: int) -> str:
    """A length of time in hours and minutes, whole."""
    hours, minutes = divmod(seconds // 60, 60)
    return " and ".join(times.count(n, word) for n, word in ((hours, "hour"), (minutes, "minute")) if n)
