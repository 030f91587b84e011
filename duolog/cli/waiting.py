"""Whether something that was just written is sent now, or kept as a draft for later. Nothing is held back by force."""

from typing import TYPE_CHECKING

from duolog.cli import asking, times
from duolog.cli.run import Run
from duolog.documents.names import SOMEBODY
from duolog.errors import NotAllowed

if TYPE_CHECKING:
    from duolog.client import JournalView
    from duolog.client.blocking import Duolog

READER = "You may read this journal, but not write in it."


def require_writer(journal: "JournalView") -> None:
    """Refuse before an editor opens, where somebody may read alone. Raises: NotAllowed.

    What is on standard input was written already, and is kept when the library refuses it.
    """
    if asking.at_terminal() and any(member.me and member.rights == "read" for member in journal.members):
        raise NotAllowed(READER)


def may_wait(run: Run, duolog: "Duolog", journal: "JournalView", question: str = "", *, given: bool) -> bool:
    """Ask whether to keep it as a draft, while the other takes a pause, or by `question`. An empty answer keeps it.

    `given`: `--yes` was on the command line. Without a terminal it is kept during a pause, and sent otherwise.
    """
    if given:
        return False
    names = {member.account: member.called for member in journal.members}
    for pause in duolog.pauses(journal.id).of_others():
        until = times.moment(pause.times["until"])
        paused = f"{names.get(pause.owner, SOMEBODY)} is taking a pause until {until}."
        if not asking.at_terminal():
            run.screen.aside(f"{paused} To send it now, add --yes.", style="careful")
            return True
        return asking.ask_yes(f"{paused} Keep this as a draft until then?", given=False, empty=True)
    return bool(question) and asking.at_terminal() and asking.ask_yes(question, given=False, empty=True)
