"""News: a few lines on what came, what is open and what waits to be sent, for their reader alone."""

from typing import TYPE_CHECKING

from duolog.cli import times
from duolog.cli.accepted import waited_for
from duolog.cli.command import OfflineOption, command, commands
from duolog.cli.failures import OK, STOP
from duolog.cli.run import Run
from duolog.cli.screen import in_bytes
from duolog.cli.shapes import Shape, b64, fields, sync_shape
from duolog.documents.names import SOMEBODY

if TYPE_CHECKING:
    from collections.abc import Iterable

    from duolog.client import JournalNews, JournalView
    from duolog.client.blocking import Duolog

app = commands()

KINDS = {
    "profile": "a name",
    "note": "a note",
    "comment": "a comment",
    "appreciation": "thanks, or a small win",
    "copy": "a copy from another journal",
    "boundary": "something about a boundary",
    "disclosure": "something about a letter",
    "promise": "something about a promise",
    "pause": "something about a pause",
    "breach": "something about a breach",
    "check_in": "a check-in or a review",
    "moved": "another server to go to",
    "words_differ": "that the eight words differ",
    "withdrawn": "that something was withdrawn",
}
OTHER = "something that a newer Duolog can show"
MOST_OPEN = 5  # lines
NOTHING_NEW = "Nothing new."


@command(app, "news", examples=("duolog news", "duolog news --offline"))
def news(run: Run, offline: OfflineOption = False) -> int:
    """Say in a few lines what is new since you looked, and what waits. `duolog` alone does the same.

    Nobody learns that you looked.
    """
    with run.synced(offline=offline) as duolog:
        return say_news(run, duolog)


@command(app, "sync", examples=("duolog sync",))
def sync(run: Run) -> int:
    """Send what waits here, fetch what is new, check all of it, and say what came."""
    with run.opened() as duolog:
        with run.screen.busy("Sending and fetching") as tell:
            report = duolog.sync(progress=in_bytes(tell), fetched=tell)
        run.screen.result(sync_shape(report))
        run.screen.say(f"Fetched {sum(report.new.values()) or 'nothing'} new, sent {report.delivered or 'nothing'}.")
        for problem in report.problems:
            run.screen.aside(f"Not everything could be done: {problem}")
        run.say_clock(report)
        run.say_restoring(*report.restoring.values())
        run.become_device(duolog)
        run.say_proposed(report)
        if not run.screen.as_json:
            say_news(run, duolog, alone=False)
        code = run.frozen(*duolog.journals())
        return STOP if report.frozen else code


@command(app, "watch", examples=("duolog watch", "duolog watch --json"))
def watch(run: Run) -> int:
    """Say what comes while it comes, until you press Ctrl-C. Other commands work meanwhile.

    Nobody learns that you watch. `duolog news` tells of the same again. With `--json`, each piece of news is one line.
    """
    with run.synced() as duolog:
        if not run.screen.as_json:
            say_news(run, duolog, alone=False)
            run.screen.aside("Watching. Ctrl-C ends it.", style="quiet")
        watching = duolog.watch()
        try:
            for found in watching:
                for one in found:
                    run.screen.line(_shape(one))
                _say_came(run, found, duolog.journals(), alone=False)
        except KeyboardInterrupt:
            run.screen.aside()
        finally:
            watching.close()
        return run.frozen(*duolog.journals())


def say_news(run: Run, duolog: "Duolog", *, alone: bool = True) -> int:
    """Say what is new, what is open and what waits; the exit code. `alone`: also that nothing of it is there."""
    found, journals, open_things = duolog.news(), duolog.journals(), duolog.today().open
    waiting = {one.id: one.waiting for one in journals if one.waiting}
    if alone:
        run.screen.result(
            {
                "news": [_shape(one) for one in found],
                "open": [fields(one, "journal kind thing number text") for one in open_things],
                "waiting": {b64(journal): count for journal, count in waiting.items()},
            }
        )
    say = run.screen.say
    _say_came(run, found, journals, alone=alone)
    for sentence in waited_for(duolog):
        say(sentence, style="careful")
    if open_things:
        say("Open for you:", style="strong")
        for one in open_things[:MOST_OPEN]:
            say(one.text.split("\n")[0], indent=2)
        say("`duolog today` shows all of it.", indent=2, style="quiet")
    for journal, count in waiting.items():
        say(f"{times.count(count, 'text')} for {run.label(journal)} can't be sent yet: `duolog sync` tries again.")
    if unsent := len(duolog.drafts().rescued()):
        say(f"{times.count(unsent, 'text')} of yours wasn't sent: `duolog draft rescued`.", style="careful")
    if not run.screen.as_json:
        duolog.note_looked()
    return run.frozen(*journals) if alone else OK


def _say_came(run: Run, found: "Iterable[JournalNews]", journals: "Iterable[JournalView]", *, alone: bool) -> None:
    called = {member.account: member.called for one in journals for member in one.members}
    new = [one for one in found if one.came]
    for one in new:
        since = "" if one.since is None else f" since {times.moment(one.since)}"
        run.screen.say(f"New in {run.label(one.journal)}{since}:", style="strong")
        for author, kinds in one.came.items():
            told = ", ".join(dict.fromkeys(KINDS.get(kind, OTHER) for kind in kinds))
            run.screen.say(f"{called.get(author, SOMEBODY)}: {told}", indent=2)
    if not new and alone:
        run.screen.say(NOTHING_NEW)


def _shape(one: "JournalNews") -> Shape:
    came = [{"author": b64(author), "kinds": list(kinds)} for author, kinds in one.came.items()]
    return {"journal": b64(one.journal), "since": one.since, "came": came}
