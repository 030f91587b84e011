"""Journals as a whole: create, name and list them, compare their heads."""

import time
from typing import Annotated

import typer

from duolog.cli import asking, times
from duolog.cli.accepted import waited_for
from duolog.cli.account import say_journals
from duolog.cli.command import OfflineOption, command, commands
from duolog.cli.failures import OK, Usage
from duolog.cli.journal_names import name_of
from duolog.cli.run import Run
from duolog.cli.shapes import b64, heads_shape, journal_shape, short
from duolog.documents.safe_text import clean_line

app = commands()
journal = commands()

WhichArgument = Annotated[
    str | None, typer.Argument(metavar="JOURNAL", help="Its number or name, as `duolog journal list` has it.")
]

STALE = "These keys are older than 45 days. Ask whether they were changed since: the server may keep that back."


@command(journal, "create", examples=("duolog journal create",))
def create(run: Run) -> int:
    """Make another journal. Nobody else is in it until you invite them."""
    with run.opened() as duolog:
        with run.screen.busy("Making a journal"):
            new = duolog.create_journal()
        shape = {"journal": b64(new), "short": short(new)}
        run.screen.done(shape, f"{run.label(new, first=True)} is ready. Only you are in it.")
    return OK


@command(journal, "name", examples=("duolog journal name", "duolog journal name 2"))
def name(run: Run, which: WhichArgument = None) -> int:
    """Give a journal a name of yours. It is asked for; all your devices know it, and nobody else does."""
    with run.in_journal(which) as (duolog, meant):
        called = clean_line(asking.ask_line(f"Your name for {run.label(meant.id)}:"))
        if not called:
            run.screen.say("Nothing was changed.")
            return OK
        if called.isdecimal() or any(name_of(one) == called for one in duolog.journals() if one.id != meant.id):
            raise Usage("That can't be told from another journal. Choose a name with a letter, that no other one has.")
        with run.screen.busy("Sealing and sending"):
            duolog.name_journal(meant.id, called)
        run.screen.done({"journal": b64(meant.id), "name": called}, f"{run.label(meant.id, first=True)} is its name.")
    return OK


@command(journal, "default", examples=("duolog journal default 2", "duolog journal default Sam"))
def default(run: Run, which: WhichArgument = None) -> int:
    """Choose the journal that is meant where you don't say which, on this computer."""
    with run.in_journal(which) as (duolog, meant):
        duolog.choose_default_journal(meant.id)
        run.screen.done({"journal": b64(meant.id), "default": True}, f"It is {run.label(meant.id)} from now on.")
    return OK


@command(journal, "list", examples=("duolog journal list",), ephemeral=True)
def list_journals(run: Run, offline: OfflineOption = False) -> int:
    """List your journals, and who is in them."""
    with run.synced(offline=offline) as duolog:
        journals = duolog.journals()
        run.screen.result({"journals": [journal_shape(one) for one in journals]})
        if not journals and not waited_for(duolog):
            run.screen.say("No journal yet. `duolog invite` starts one, `duolog join` joins your partner's.")
        return say_journals(run, journals)


@command(app, "heads", examples=("duolog heads",), ephemeral=True)
def heads(run: Run, offline: OfflineOption = False) -> int:
    """Show words to compare by voice. The same words mean that both of you see the same history."""
    with run.synced(offline=offline) as duolog:
        found = duolog.heads()
        run.screen.result(heads_shape(found))
        for account in found.accounts:
            whose = "Your account" if account.me else f"{account.name or 'The other'}'s account"
            run.screen.say(whose, style="strong")
            run.screen.plain("  " + " ".join(account.words))
            if account.stale(int(time.time())):
                run.screen.say(STALE, indent=2, style="careful")
        for one in found.journals:
            called = f"{run.label(one.journal, first=True)}, {short(one.journal)}, {times.count(one.seq, 'item')}"
            run.screen.say(called, style="strong")
            run.screen.plain("  " + " ".join(one.words))
        return run.frozen(*duolog.journals())
