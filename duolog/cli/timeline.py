"""The timeline: everything that the members of a journal wrote, in order."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, Annotated

import typer

from duolog.cli import times
from duolog.cli.command import JournalOption, OfflineOption, command, commands
from duolog.cli.desk import WAITS
from duolog.cli.filters import (
    Asked,
    ByOption,
    FeelingOption,
    FromOption,
    KindOption,
    SinceOption,
    TagOption,
    UntilOption,
    asked_filter,
)
from duolog.cli.run import Run
from duolog.cli.screen import OWN
from duolog.cli.shapes import b64, entry_shape
from duolog.cli.things import OPENED_BY
from duolog.documents.dates import wall_time
from duolog.documents.names import SOMEBODY

if TYPE_CHECKING:
    from duolog.client import JournalView, TimelineEntry
    from duolog.client.blocking import Duolog

app = commands()

CLOSED = "This journal is closed. Nothing more is written here."


@command(
    app,
    "timeline",
    examples=(
        "duolog timeline",
        "duolog timeline --last 10 --json",
        "duolog timeline --from me --kind note --since 2026-11-01",
        "duolog timeline --by happened",
    ),
    ephemeral=True,
)
def timeline(
    run: Run,
    journal: JournalOption = None,
    last: Annotated[int, typer.Option("--last", metavar="N", min=1, help="How many of the newest to show.")] = 50,
    numbers: Annotated[
        bool, typer.Option("--numbers", help="Number the entries, for `withdraw`, `keep` and `erase`.")
    ] = False,
    kind: KindOption = None,
    who: FromOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    tag: TagOption = False,
    feeling: FeelingOption = False,
    by: ByOption = "written",
    offline: OfflineOption = False,
) -> int:
    """Read the journal, oldest first. All of it, or what you ask for. Nobody is told that you read."""
    with run.in_journal(journal, offline=offline) as (duolog, meant):
        where = asked_filter(duolog, [meant], Asked(kind, who, since, until, by, tag=tag, feeling=feeling))
        names = {member.account: member.called for member in meant.members}
        if where is None:
            entries = _last(duolog, meant, last)
        else:
            entries = duolog.timeline(meant.id, limit=last, where=replace(where, in_things=False))
        run.screen.result({"journal": b64(meant.id), "entries": [entry_shape(item) for item in entries]})
        if not entries:
            run.screen.say("Nothing is written here yet." if where is None else "Nothing here is like that.")
        say_entries(run, entries, names, numbers=numbers, by_happened=by == "happened")
        if over := meant.former or (CLOSED if meant.closed else None):
            run.screen.aside(over, style="careful")
        return run.frozen(meant)


def say_entries(
    run: Run, entries: "Sequence[TimelineEntry]", names: dict[bytes, str], *, numbers: bool, by_happened: bool = False
) -> None:
    """Show entries under the days on which they were received, or happened."""
    day, opens = "", {} if numbers else _opening(entries)
    for item in entries if numbers else _once(run, entries):
        if item.words_of is not None and item.words_of.step in opens and item.hidden is None:
            continue
        when = item.received or item.at
        under = "" if when is None else times.day(when)
        if by_happened and item.happened is not None:
            under = wall_time(item.happened).partition(",")[0]
        if under not in ("", day):
            day = under
            run.screen.say(day, style="strong")
        _say(run, item, names, numbers)
        if item.entry in opens:
            run.screen.say(f"(`{opens[item.entry]}` opens it)", indent=9, style="quiet")


def _once(run: Run, entries: "Sequence[TimelineEntry]") -> "Iterator[TimelineEntry]":
    """The entries, with the first alone of those in a row that can't be read for one reason, and until when they go."""
    for _, group in groupby(
        entries, key=lambda item: (item.unreadable, item.entry if item.unreadable is None else b"")
    ):
        first, *rest = group
        yield first
        if rest and (until := rest[-1].received) is not None:
            run.screen.say(f"(so is what follows, until {times.moment(until)})", indent=9, style="careful")


def _last(duolog: "Duolog", journal: "JournalView", count: int) -> "tuple[TimelineEntry, ...]":
    """The newest entries that are shown. A log has other items too, so this looks back until it has found enough."""
    back = count
    while True:
        after = max(journal.seq - back, 0)
        found = duolog.timeline(journal.id, after=after, limit=back)
        entries = tuple(one for one in found if not one.in_thing_alone)
        if len(entries) >= count or after == 0:
            return entries[-count:]
        back *= 4


def _say(run: Run, item: "TimelineEntry", names: dict[bytes, str], numbers: bool) -> None:
    say = run.screen.say
    when = item.received or item.at
    stamp = times.clock(when) if when is not None else "     "
    if numbers and item.seq is not None:
        stamp = f"{stamp}  {item.seq}"
    if item.unreadable is not None:
        say(f"{stamp}  Unreadable: {item.unreadable}", indent=2, style="careful")
        return
    folded = _folded(item, names)
    if item.hidden is not None and item.text is None:
        say(f"{stamp}  {item.hidden}", indent=2)
        return
    shown = item.text or f"Something of a kind that this version doesn't know ({item.kind})."
    first, *rest = (shown if folded is None else folded).split("\n")
    if item.mine:
        say(f"{OWN}{stamp}  {first}", style="own")
    else:
        say(f"{stamp}  {first}", indent=len(OWN))
    for line in rest:
        say(line, indent=9)
    if item.seq is None:
        say(WAITS, indent=9, style="careful")
    if item.without_effect is not None:
        say(f"(without effect: {item.without_effect})", indent=9, style="careful")
    if item.hidden is not None:
        say(f"({item.hidden})", indent=9, style="careful")
    if item.not_delivered_to:
        others = ", ".join(names.get(account, SOMEBODY) for account in item.not_delivered_to)
        say(f"(not delivered to {others})", indent=9, style="careful")


def _opening(entries: "Sequence[TimelineEntry]") -> dict[bytes, str]:
    """The command that opens the words of a step, by the step. Where both are shown, the note has no line."""
    here = {item.entry for item in entries}
    return {
        item.words_of.step: opens
        for item in entries
        if item.words_of is not None and item.words_of.step in here and (opens := _opened_by(item))
    }


def _opened_by(item: "TimelineEntry") -> str:
    """The command that shows words inside their thing, or nothing."""
    found = item.words_of
    if found is None or found.number is None or found.kind not in OPENED_BY:
        return ""
    return f"{OPENED_BY[found.kind]} {found.number}"


def _folded(item: "TimelineEntry", names: dict[bytes, str]) -> str | None:
    """A line instead of words that are shown inside a thing; None for anything else."""
    opens = _opened_by(item)
    return f"{names.get(item.author, SOMEBODY)} wrote what `{opens}` opens" if opens else None
