"""Your account: register it, restore it, name yourself, and show its status."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from duolog.cli import asking, times
from duolog.cli.accepted import waited_for
from duolog.cli.command import JournalOption, command, commands
from duolog.cli.failures import OK
from duolog.cli.pairing import is_link, may
from duolog.cli.recovery import NoConfirmOption, SheetOption, show_words, write_sheet
from duolog.cli.run import Run
from duolog.cli.shapes import b64, status_shape
from duolog.cli.uncompared import warn_uncompared
from duolog.cli.unlocking import say_unlocked
from duolog.errors import NotAllowed

if TYPE_CHECKING:
    from duolog.client import JournalView

app = commands()

READER = (
    "You may read this journal, but not write in it, and a name is written. Both partners can let you write: `duolog "
    "confidant rights`."
)


def _is_code(text: str) -> bool:
    """Whether a text is an invite code, or a whole invitation link in the place of one."""
    return not any(mark in text for mark in "/%#") or is_link(text)


@command(app, "register", examples=("duolog register --server https://journal.example",))
def register(
    run: Run,
    server: Annotated[str, typer.Option(metavar="URL", help="The server that keeps the sealed entries.")],
    invite_code: Annotated[
        bool, typer.Option("--invite-code", help="Ask for an invite code: some servers want one.")
    ] = False,
    no_confirm: NoConfirmOption = False,
    sheet: SheetOption = None,
) -> int:
    """Make an account: keys on this computer, 24 words on paper.

    There is no user name and no e-mail address. With --json the words are part of the result: treat it as a secret.
    """
    from duolog.client.blocking import Duolog

    code = asking.ask_pasted("Invite code:", _is_code) if invite_code else None
    with run.screen.busy("Making your keys"):
        new = Duolog.register(server, home=run.folder, unlock=run.unlock(), invite_code=code)
    with run.using(new.duolog) as duolog:
        if sheet is not None:
            write_sheet(run, duolog, new.words, sheet)
        if show_words(run, new.words, confirm=not no_confirm):
            duolog.prove_recovery_words()
        made = {"account": b64(duolog.account), "server": duolog.server, "words": list(new.words)}
        run.screen.done(made, "Your account is ready.")
        run.screen.plain(f"Keys: {run.folder}\nServer: {duolog.server}")
        run.screen.say(
            "Next: `duolog invite` or `duolog join` starts a journal for two; then `duolog profile` sets your name."
        )
    return OK


@command(
    app,
    "restore",
    examples=(
        "duolog restore",
        "duolog restore --server https://journal.example",
        "duolog restore --server https://journal.example < words.txt",
    ),
)
def restore(
    run: Run,
    server: Annotated[
        str | None,
        typer.Option(metavar="URL", help="The server where the account is. Your sheet names it. Asked for without it."),
    ] = None,
) -> int:
    """Bring your account back here, from the 24 recovery words.

    The words are asked for, or read from standard input.
    """
    from duolog.client.blocking import Duolog

    server = server or asking.ask_server()
    words = asking.ask_words()
    with run.screen.busy("Reading and checking everything from the beginning"):
        duolog = Duolog.restore(server, words, home=run.folder, unlock=run.unlock())
    with run.using(duolog):
        run.sync(duolog)
        run.screen.done(status_shape(duolog.status()), "Your account is back on this computer.")
        _say_unconfirmed(run)
    return OK


def _say_unconfirmed(run: Run) -> None:
    run.screen.aside(
        "One thing is left: compare words with your partner (`duolog verify`). Until then only the server says "
        "that this is everything, and this computer opens your account with the words of your paper. You can read and "
        "write; once the words were compared, it is a device of its own.",
        style="careful",
    )


@command(app, "profile", examples=("duolog profile",))
def profile(run: Run, journal: JournalOption = None) -> int:
    """Set the name that the other person sees. It is asked for, and sealed like everything else."""
    with run.in_journal(journal) as (duolog, meant):
        me = next((member for member in meant.members if member.me), None)
        if me is not None and me.rights != "write":
            raise NotAllowed(READER)
        warn_uncompared(run, duolog, meant)
        name = asking.ask_line("Your name:")
        if not name:
            run.screen.say("Nothing was changed.")
            return OK
        pronouns = asking.ask_line("Pronouns, if you like:") if asking.at_terminal() else ""
        body: dict[str, Any] = {"display_name": name, **({"pronouns": pronouns} if pronouns else {})}
        written = duolog.write(meant.id, "profile", body)
        return run.wrote(duolog, meant.id, written, f"In this journal you are {name}.")


@command(app, "status", examples=("duolog status",), ephemeral=True)
def status(run: Run) -> int:
    """Show where things stand here, without asking the server."""
    from duolog.client import unlocked_until

    with run.opened() as duolog:
        if run.ephemeral is not None:
            run.sync(duolog)  # the home in memory is empty
        state = duolog.status()
        until = unlocked_until(run.folder) if run.ephemeral is None else None
        run.screen.result({**status_shape(state), "unlocked_until": until})
        run.screen.say("Your account", style="strong")
        run.screen.say(f"Server: {state.server}\nWords:  {' '.join(state.account_words)}", indent=2)
        say_unlocked(run, until)
        if state.unconfirmed:
            _say_unconfirmed(run)
        if not state.journals and not waited_for(duolog):
            run.screen.say("No journal yet. `duolog invite` starts one, `duolog join` joins your partner's.", indent=2)
        return say_journals(run, state.journals)


def say_journals(run: Run, journals: "Sequence[JournalView]") -> int:
    """Show each journal in a few lines; the exit code."""
    default = run.account().default_journal()
    for number, journal in enumerate(journals, 1):
        _say_journal(run, journal, number, default=journal.id == default and len(journals) > 1)
    for sentence in waited_for(run.account()):
        run.screen.say(sentence, style="careful")
    run.say_restoring(*(one.restoring for one in journals if one.restoring is not None))
    return run.frozen(*journals)


def _say_journal(run: Run, journal: "JournalView", number: int, *, default: bool) -> None:
    others = [member.name or f"someone without a name ({member.role})" for member in journal.members if not member.me]
    called = f"Journal {number}" + (f" ({journal.name})" if journal.name is not None else "")
    run.screen.say(f"{called}: {' and '.join(['you', *others])}", style="strong")
    if default:
        run.screen.say("Meant where you don't say which.", indent=2, style="quiet")
    partners = [member for member in journal.members if member.role == "partner"]
    if journal.former is not None:
        run.screen.say(journal.former, indent=2, style="careful")
    elif journal.closed:
        run.screen.say("Closed. It can be read.", indent=2)
    elif len(journal.members) == 1:
        run.screen.say("Nobody else is in it.", indent=2)
    elif journal.provisional:
        run.screen.say("The eight words are not compared yet: `duolog verify`.", indent=2, style="careful")
    elif len(partners) > 1 and any(member.me for member in partners):
        run.screen.say("The words were compared: it is the two of you.", indent=2, style="good")
    for member in journal.members:
        if member.until is not None and journal.former is None:
            whose = "You" if member.me else member.name or "A confidant without a name"
            run.screen.say(f"{whose} may {may(member.rights)} here until {times.moment(member.until)}.", indent=2)
    if journal.waiting:
        run.screen.say(f"{journal.waiting} written here and not sent yet.", indent=2, style="careful")
    if journal.unreadable:
        run.screen.say(f"{journal.unreadable} unreadable; `duolog timeline` says why.", indent=2, style="careful")
