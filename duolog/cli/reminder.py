"""A reminder of one's own: local, off until it is turned on, and without content."""

import re
import shutil
import subprocess  # the desktop's own notifier
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from duolog.cli.command import command, commands
from duolog.cli.failures import OK, Usage
from duolog.cli.run import Run
from duolog.documents.safe_text import clean_line

if TYPE_CHECKING:
    from duolog.client import Reminder

app = commands()

ADVICE = (
    "`duolog reminder calendar > reminder.ics` makes a file for your calendar. "
    "Everybody who sees the calendar sees the title and the time."
)
NOTIFIERS = {
    "notify-send": ("--app-name=Duolog", "--"),
    "osascript": ("-e", "on run argv", "-e", "display notification (item 1 of argv)", "-e", "end run", "--"),
}
NOTIFIED_WITHIN = 20  # seconds
STAYS = "An event that your calendar took over stays there until you delete it there."


@command(
    app, "on", examples=("duolog reminder on --every sunday --at 18:00", "duolog reminder on --every day --at 21:30")
)
def turn_on(
    run: Run,
    every: Annotated[str, typer.Option("--every", metavar="DAY", help="A weekday in English, or `day`.")],
    at: Annotated[str, typer.Option("--at", metavar="HH:MM", help="By the clock on your wall.")],
    title: Annotated[
        str | None, typer.Option("--title", metavar="TITLE", help="What your calendar shows. Neutral unless you say.")
    ] = None,
) -> int:
    """Turn your reminder on. It stays on this computer, sealed; nobody else learns of it."""
    from duolog.client.journals.reminders import TITLE

    found = re.fullmatch(r"([01]?[0-9]|2[0-3]):([0-5][0-9])", at.strip(), re.ASCII)
    if found is None:
        raise Usage(f"`--at {at}` isn't a time. Write it as 18:00.")
    with run.opened() as duolog:
        minute = int(found[1]) * 60 + int(found[2])
        reminder = duolog.reminders().turn_on(every.strip().lower(), minute, TITLE if title is None else title)
        run.screen.done(_shape(reminder), f"On: {_words(reminder)}.")
        run.screen.aside(ADVICE)
    return OK


@command(app, "off", examples=("duolog reminder off",))
def turn_off(run: Run) -> int:
    """Turn your reminder off, and forget it."""
    with run.opened() as duolog:
        duolog.reminders().turn_off()
        run.screen.done(_shape(None), f"Off. {STAYS}")
    return OK


@command(app, "show", examples=("duolog reminder show",))
def show(run: Run) -> int:
    """Show whether your reminder is on, and when it comes."""
    with run.opened() as duolog:
        reminder = duolog.reminders().find()
        run.screen.result(_shape(reminder))
        run.screen.say("Off." if reminder is None else f"On: {_words(reminder)}.")
    return OK


@command(app, "due", examples=("duolog reminder due", "duolog reminder due --notify"))
def due(
    run: Run,
    notify: Annotated[
        bool, typer.Option("--notify", help="Also show your title as a notification on the desktop.")
    ] = False,
) -> int:
    """Print your title from its time to the end of its day, and nothing otherwise; for your shell's start-up file.

    With --notify it is for a timer of your system. The notification has your title and nothing else.
    """
    with run.opened() as duolog:
        reminder = duolog.reminders().due()
        run.screen.result({"due": reminder is not None})
        if reminder is not None:
            run.screen.say(reminder.title)
            if notify:
                _notify(clean_line(reminder.title))
    return OK


def _notify(title: str) -> None:
    """Show a notification by the desktop's own program. Raises: Usage when there is none."""
    for program, arguments in NOTIFIERS.items():
        if path := shutil.which(program):
            # The title goes as an argument of its own; on a Mac it is read by the script, and is no part of it.
            subprocess.run([path, *arguments, title], check=False, timeout=NOTIFIED_WITHIN)  # noqa: S603
            return
    raise Usage(f"This computer shows no notifications: it has none of {', '.join(NOTIFIERS)}.")


@command(app, "calendar", examples=("duolog reminder calendar > reminder.ics",))
def calendar(run: Run) -> int:
    """Print your reminder as a calendar file (.ics): a repeating event with your title, and nothing else."""
    with run.opened() as duolog:
        text = duolog.reminders().calendar()
        run.screen.result({"calendar": text})
        if not run.screen.as_json:
            sys.stdout.write(text)
            sys.stdout.flush()
    return OK


def _words(reminder: "Reminder") -> str:
    day = "day" if reminder.every == "day" else reminder.every.capitalize()
    return f"every {day} at {_clock(reminder)}, \u201c{reminder.title}\u201d"


def _clock(reminder: "Reminder") -> str:
    return f"{reminder.minute // 60:02}:{reminder.minute % 60:02}"


def _shape(reminder: "Reminder | None") -> dict[str, object]:
    if reminder is None:
        return {"on": False, "every": None, "at": None, "title": None}
    return {"on": True, "every": reminder.every, "at": _clock(reminder), "title": reminder.title}
