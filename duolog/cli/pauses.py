"""Pauses: a time-out for yourself, with a planned return. It needs nobody's leave."""

import time
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from duolog.cli import times
from duolog.cli.command import commands
from duolog.cli.failures import Usage
from duolog.cli.steps import Names, Option, Verb, add_verbs
from duolog.cli.things import ThingDesk, add_list

app = commands()

NumberArgument = Annotated[
    int | None, typer.Argument(metavar="NUMBER", help="Which pause, as `duolog pauses` numbers them.")
]
ForOption = Annotated[
    str | None, typer.Option("--for", metavar="TIME", help="For how long: 30m, 2h, 1h30m. From 20 minutes to 24 hours.")
]
UntilOption = Annotated[str | None, typer.Option("--until", metavar="HH:MM", help="Until when, today or tomorrow.")]
HOW_LONG = "Say how long, with --for 30m or --until 20:30: from 20 minutes to 24 hours."


class PauseDesk(ThingDesk[Any]):
    """The pauses of one journal, for one command."""

    kind, group = "pause", "duolog"

    @property
    def noun(self) -> str:
        """The word for one of them."""
        return self.kind


def _lasts(typed: str | None) -> Mapping[str, Any]:
    seconds = None if typed is None else times.parse_span(typed)
    if typed is not None and seconds is None:
        raise Usage(HOW_LONG)
    return {} if seconds is None else {"until": int(time.time()) + seconds}


def _until(typed: str | None) -> Mapping[str, Any]:
    return {} if typed is None else {"until": times.next_clock(typed, int(time.time()))}


LENGTH_OPTIONS = (Option("lasts", ForOption, _lasts), Option("until", UntilOption, _until))
LENGTH_NEEDS = ("until", HOW_LONG)
MINE = Names(
    "You are on no pause.",
    "This pause is over.",
    also=lambda desk, pause: pause.owner == desk.me and pause.runs(desk.now),
)

VERBS = (
    Verb(
        "call",
        "Take a pause, and say when you plan to be back. The other is told, and need not agree.",
        ("--for 30m", "--until 20:30", "--for 2h --words"),
        "You take a pause. `duolog return` ends it, `duolog extend` lengthens it once, or let it pass.",
        words=True,
        name="pause",
        options=LENGTH_OPTIONS,
        needs=LENGTH_NEEDS,
    ),
    Verb(
        "extend",
        "Lengthen your pause, once.",
        ("--for 1h",),
        "Your pause is longer now.",
        MINE,
        options=LENGTH_OPTIONS,
        needs=LENGTH_NEEDS,
    ),
    Verb(
        "return",
        "Come back from your pause. If only to say that you need more time.",
        ("", "--words"),
        "You are back.",
        MINE,
        words=True,
    ),
)
add_verbs(app, PauseDesk, NumberArgument, VERBS)
add_list(app, "pauses", PauseDesk, "List the pauses of both.", "No pause yet. `duolog pause --for 30m` takes one.")
