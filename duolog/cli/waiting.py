"""Whether something that was just written is sent now, or kept as a draft for later. Nothing is held back by force."""

from duolog.cli import asking
from duolog.cli.run import Run


def may_wait(run: Run, question: str, *, given: bool) -> bool:
    """Ask whether to keep it as a draft; an empty answer keeps it. `given`: `--yes` was on the command line.

    Without a terminal nobody can be asked, and it is sent.
    """
    if given or not question or not asking.at_terminal():
        return False
    return asking.ask_yes(question, given=False, empty=True)
