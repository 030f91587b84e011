"""The eight words before both have compared them: what is open is said before anything is written. Nothing is held."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duolog.cli.run import Run
    from duolog.client import JournalView
    from duolog.client.blocking import Duolog

OPEN = (
    "the eight words were not compared, so only the server says who reads what you write here. It could be somebody in "
    "between. Compare them together first: `duolog verify`."
)
THEIR_TURN = "You have confirmed the eight words. Next, your partner does the same: `duolog verify`."
DIFFER = (
    "{who} found that the eight words of {journal} differ, so somebody may be sitting between the two of you. Don't "
    "write there. Meet or call each other, and make sure that you both looked at the same journal. If the words do "
    "differ, start again with a new invitation, handed over in person or by another way."
)


def warn_uncompared(run: "Run", duolog: "Duolog", journal: "JournalView") -> None:
    """Warn before somebody writes into a journal whose eight words were not compared by both."""
    from duolog.errors import NotAllowed

    if not journal.provisional or journal.closed or journal.former is not None:
        return
    if not run.asked_server:  # perhaps both have confirmed by now, or the other said no
        run.sync(duolog)
        journal = duolog.journal(journal.id)
    if not journal.provisional:
        return
    if journal.words_differ:
        say_differ(run, journal)
        return
    try:
        confirmed = duolog.pairing(journal.id).stage.value == "waiting for partner"
    except NotAllowed:  # another own device has the pairing
        confirmed = False
    if confirmed:
        run.screen.aside(THEIR_TURN, style="careful")
    else:
        run.screen.warn(OPEN)


def say_differ(run: "Run", journal: "JournalView") -> None:
    """Say, once in a command, who found that the eight words of a journal differ."""
    if not journal.words_differ or journal.closed or journal.former is not None or journal.id in run.warned:
        return
    run.warned.add(journal.id)
    found = [member.called for member in journal.members if member.account in journal.words_differ]
    run.screen.warn(DIFFER.format(who=" and ".join(found), journal=run.label(journal.id)))
