"""Today: what is open for you, over all your journals. Calm: nothing is due, and nothing is said of what others do."""

from typing import TYPE_CHECKING

from duolog.cli import times
from duolog.cli.accepted import waited_for
from duolog.cli.command import OfflineOption, command, commands
from duolog.cli.failures import OK
from duolog.cli.run import Run
from duolog.cli.shapes import Shape, fields
from duolog.cli.things import OPENED_BY

if TYPE_CHECKING:
    from duolog.client import OpenThing

app = commands()

NOTHING = "Nothing is open for you."


@command(app, "today", examples=("duolog today", "duolog today --offline"), ephemeral=True)
def today(run: Run, offline: OfflineOption = False) -> int:
    """See what is open for you, over all your journals. Nothing of it is due."""
    with run.synced(offline=offline) as duolog:
        found = duolog.today()
        drafts, waited = len(found.drafts), waited_for(duolog)
        run.screen.result({"open": [_shape(run, one) for one in found.open], "drafts": drafts})
        if not found.open and not drafts and not waited:
            run.screen.say(NOTHING)
        for sentence in waited:
            run.screen.say(sentence, style="careful")
        journals = {one.journal for one in found.open}
        for one in found.open:
            run.screen.say(one.text)
            if opens := _opened_by(run, one, several=len(journals) > 1):
                run.screen.say(opens, indent=2, style="quiet")
        if drafts:
            run.screen.say(f"You keep {times.count(drafts, 'draft')} for yourself.")
            run.screen.say("duolog draft list", indent=2, style="quiet")
    return OK


def _shape(run: Run, one: "OpenThing") -> Shape:
    return {**fields(one, "journal kind thing number text"), "command": _opened_by(run, one, several=True) or None}


def _opened_by(run: Run, one: "OpenThing", *, several: bool) -> str:
    """The command that shows it, or nothing. `several`: whether the journal must be named."""
    if one.kind not in OPENED_BY:
        return ""
    return f"{OPENED_BY[one.kind]} {one.number}" + (f" --journal {run.number(one.journal)}" if several else "")
