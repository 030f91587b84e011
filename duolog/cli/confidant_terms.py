"""The terms of a confidant who is in: their end, their rights, their removal. And removing a wrong partner."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from duolog.cli import asking, times
from duolog.cli.command import JournalOption, command, commands
from duolog.cli.confidant import DAY, DaysOption, WriteOption, YesOption, is_alone
from duolog.cli.failures import OK, Usage
from duolog.cli.run import Run
from duolog.cli.shapes import journal_shape, means, short

if TYPE_CHECKING:
    from duolog.client import JournalView, MemberView
    from duolog.client.blocking import Duolog

app = commands()
partner = commands()

PROPOSED = "Proposed. It is not so before your partner signs it: `duolog confidant sign`."
WhoArgument = Annotated[
    str | None, typer.Argument(metavar="[WHO]", help="Their name or account, if there are several.", show_default=False)
]


@command(app, "extend", examples=("duolog confidant extend --days 60",))
def extend(run: Run, days: DaysOption, who: WhoArgument = None, journal: JournalOption = None) -> int:
    """Propose a later end. It takes both of you."""
    with _confidant(run, journal, who) as (duolog, meant, member):
        duolog.members(meant.id).extend(member.account, int(time.time()) + days * DAY)
        _done(run, duolog, meant, "Done." if is_alone(meant) else PROPOSED)
    return OK


@command(app, "rights", examples=("duolog confidant rights --may-write", "duolog confidant rights Okoro --may-read"))
def rights(run: Run, may_write: WriteOption, who: WhoArgument = None, journal: JournalOption = None) -> int:
    """Propose that they may write too, or read alone. It takes both of you."""
    with _confidant(run, journal, who) as (duolog, meant, member):
        duolog.members(meant.id).rights(member.account, "write" if may_write else "read")
        _done(run, duolog, meant, "Done." if is_alone(meant) else PROPOSED)
    return OK


@command(app, "shorten", examples=("duolog confidant shorten --days 7",))
def shorten(run: Run, days: DaysOption, who: WhoArgument = None, journal: JournalOption = None) -> int:
    """Set an earlier end. It takes you alone."""
    from duolog.client import COPIES_STAY

    with _confidant(run, journal, who) as (duolog, meant, member):
        until = int(time.time()) + days * DAY
        duolog.members(meant.id).shorten(member.account, until)
        _done(run, duolog, meant, f"It ends on {times.moment(until)}. {COPIES_STAY}")
    return OK


@command(app, "remove", examples=("duolog confidant remove", "duolog confidant remove Okoro --yes"))
def remove(run: Run, who: WhoArgument = None, journal: JournalOption = None, yes: YesOption = False) -> int:
    """End it now. It takes you alone. What they have read can't be recalled."""
    from duolog.client import COPIES_STAY

    with _confidant(run, journal, who) as (duolog, meant, member):
        name = member.name or "this confidant"
        run.screen.aside(COPIES_STAY, style="careful")
        if not asking.ask_yes(f"Do you end it for {name} now?", given=yes):
            return OK
        duolog.members(meant.id).remove(member.account)
        _done(run, duolog, meant, "Ended. Nothing that is written from now on opens for them.")
    return OK


@command(app, "leave", examples=("duolog confidant leave",))
def leave(run: Run, journal: JournalOption = None, yes: YesOption = False) -> int:
    """Leave a journal that you are a confidant of. It takes you alone."""
    with run.in_journal(journal) as (duolog, meant):
        if not asking.ask_yes("Do you leave this journal? What this computer has read stays on it.", given=yes):
            return OK
        duolog.members(meant.id).leave()
        _done(run, duolog, meant, "You have left. Both partners see that.")
    return OK


@command(partner, "remove", examples=("duolog partner remove", "duolog partner remove --yes"))
def remove_partner(run: Run, journal: JournalOption = None, yes: YesOption = False) -> int:
    """Remove somebody who joined, and whose words you never compared. Then invite anew.

    Once the words were compared, neither of you can remove the other.
    """
    with run.in_journal(journal) as (duolog, meant):
        if not asking.ask_yes("Do you remove the one who joined? They keep everything that they have read.", given=yes):
            return OK
        duolog.members(meant.id).remove_partner()
        _done(run, duolog, meant, "Removed. `duolog invite` makes a new link.")
    return OK


@contextmanager
def _confidant(
    run: Run, journal: str | None, who: str | None
) -> Iterator[tuple["Duolog", "JournalView", "MemberView"]]:
    """The open account, and the journal and the confidant that are meant. Raises: Usage, and as `Run.in_journal`."""
    with run.in_journal(journal) as (duolog, meant):
        known = [one for one in meant.members if one.role == "confidant"]
        if not known:
            raise Usage("There is no confidant in this journal.")
        fitting = [one for one in known if who is None or _is(one, who)]
        if len(fitting) != 1:
            raise Usage(f"Say which one: {', '.join(one.name or short(one.account) for one in known)}.")
        yield duolog, meant, fitting[0]


def _is(member: "MemberView", who: str) -> bool:
    return who.lower() in (member.name or "").lower() or means(who, member.account)


def _done(run: Run, duolog: "Duolog", meant: "JournalView", sentence: str) -> None:
    run.screen.done(journal_shape(duolog.journal(meant.id)), sentence)
