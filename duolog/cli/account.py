"""Your account: register, restore, profile, status, and whether the recovery words still open it."""

import secrets
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from duolog.cli import asking, times
from duolog.cli.command import command, group
from duolog.cli.failures import OK
from duolog.cli.run import Run
from duolog.cli.shapes import b64, short, status_shape
from duolog.cli.sheet import SheetOption, write_sheet

if TYPE_CHECKING:
    from duolog.client import JournalView
    from duolog.client.blocking import Duolog

app = group("account", "Your account.")
recovery = group("recovery", "The 24 recovery words.")

COLUMNS = 4
TYPED_BACK = 3

ABOUT_WORDS = (
    "These 24 words are the only other way into your account. Nobody can restore it without them: not the server, "
    "not your partner, not us.\nWrite them on paper, in this order, and keep the paper where only you look. "
    "Whoever has them can read everything that you can."
)


@command(
    app,
    "register",
    examples=("duolog register --server https://journal.example",),
)
def register(
    run: Run,
    server: Annotated[str, typer.Option(metavar="URL", help="The server that keeps the sealed entries.")],
    invite_code: Annotated[
        bool, typer.Option("--invite-code", help="Ask for an invite code: some servers want one.")
    ] = False,
    no_confirm: Annotated[
        bool, typer.Option("--no-confirm", help="Don't ask to type words back. For scripts.")
    ] = False,
    sheet: SheetOption = None,
) -> int:
    """Make a new account: its keys on this computer, and 24 recovery words on paper.

    There is no user name and no e-mail address. With --json the words are part of the result: treat it as a secret.
    """
    from duolog.client.blocking import Duolog

    code = asking.ask_line("Invite code:") if invite_code else None
    with run.screen.busy("Making your keys"):
        new = Duolog.register(server, home=run.folder, unlock=run.unlock(), invite_code=code)
    with new.duolog as duolog:
        if sheet is not None:
            write_sheet(run, duolog, new.words, sheet)
        show_words(run, new.words, confirm=not no_confirm)
        run.screen.result({"account": b64(duolog.account), "server": duolog.server, "words": list(new.words)})
        run.screen.say("Your account is ready.", style="good")
        run.screen.say(f"Keys: {run.folder}\nServer: {duolog.server}")
        run.screen.say(
            "Next: `duolog invite` or `duolog join` starts a journal for two; then `duolog profile` sets your name."
        )
    return OK


def show_words(run: Run, words: tuple[str, ...], *, confirm: bool) -> None:
    """The 24 words, once, on a page of the terminal that leaves no trace; some are typed back."""
    screen = run.screen
    if screen.as_json:
        return
    ask = confirm and asking.at_terminal()
    if ask:
        _other_page(True)
    try:
        screen.say(ABOUT_WORDS)
        screen.say()
        rows = len(words) // COLUMNS
        for row in range(rows):
            numbered = (f"{i + 1:>2} {words[i]:<12}" for i in range(row, len(words), rows))
            screen.plain("  " + "".join(numbered).rstrip())
        screen.say()
        if ask:
            _type_back(words)
    finally:
        if ask:
            _other_page(False)
    if ask:
        screen.say("Well copied. The words are gone from this screen, and stored nowhere else.")


def _type_back(words: tuple[str, ...]) -> None:
    asking.ask_line("Press Enter when they are on paper.")
    for number in sorted(secrets.SystemRandom().sample(range(1, len(words) + 1), TYPED_BACK)):
        while asking.ask_line(f"Word {number}:").lower() != words[number - 1]:
            sys.stderr.write("That isn't what stands above. Look again at your paper.\n")


def _other_page(on: bool) -> None:
    """The terminal's second page, so that the words don't stay in its history."""
    if sys.stdout.isatty():
        sys.stdout.write("\x1b[?1049h\x1b[H\x1b[2J" if on else "\x1b[2J\x1b[?1049l")
        sys.stdout.flush()


@command(app, "restore", examples=("duolog restore --server https://journal.example", "duolog restore < words.txt"))
def restore(
    run: Run,
    server: Annotated[str, typer.Option(metavar="URL", help="The server where the account is.")],
) -> int:
    """Bring your account back on this computer, from the 24 recovery words.

    The words are asked for, or read from standard input.
    """
    from duolog.client.blocking import Duolog

    words = asking.ask_words()
    with run.screen.busy("Reading and checking everything from the beginning"):
        duolog = Duolog.restore(server, words, home=run.folder, unlock=run.unlock())
    with duolog:
        run.sync(duolog)
        status = duolog.status()
        run.screen.result(status_shape(status))
        run.screen.say("Your account is back on this computer.", style="good")
        _say_unconfirmed(run)
    return OK


def _say_unconfirmed(run: Run) -> None:
    run.screen.aside(
        "One thing is left: compare words with your partner (`duolog verify`). Until then only the server says "
        "that this is everything. You can read and write.",
        style="careful",
    )


@command(app, "profile", examples=("duolog profile",))
def profile(
    run: Run,
    journal: Annotated[str | None, typer.Option(metavar="JOURNAL", help="Which journal, if you have several.")] = None,
) -> int:
    """Set the name that the other person sees. It is asked for, and sealed like everything else."""
    with run.opened() as duolog:
        run.sync(duolog)
        meant = run.journal(duolog, journal)
        name = asking.ask_line("Your name:")
        if not name:
            run.screen.say("Nothing was changed.")
            return OK
        pronouns = asking.ask_line("Pronouns, if you like:") if asking.at_terminal() else ""
        body: dict[str, Any] = {"display_name": name, **({"pronouns": pronouns} if pronouns else {})}
        written = duolog.write(meant.id, "profile", body)
        if len(meant.members) == 1:
            run.screen.aside("Nobody else is in this journal yet. Who joins later doesn't see it: run this again then.")
        return run.wrote(duolog, meant.id, written, f"In this journal you are {name}.")


@command(app, "status", examples=("duolog status",), ephemeral=True)
def status(run: Run) -> int:
    """Show where things stand on this computer, without asking the server."""
    with run.opened() as duolog:
        if run.ephemeral is not None:
            run.sync(duolog)  # nothing is here yet
        state = duolog.status()
        run.screen.result(status_shape(state))
        run.screen.say("Your account", style="strong")
        run.screen.say(f"Server: {state.server}\nWords:  {' '.join(state.account_words)}", indent=2)
        if state.unconfirmed:
            _say_unconfirmed(run)
        if not state.journals:
            run.screen.say("No journal yet. `duolog invite` starts one, `duolog join` joins your partner's.", indent=2)
        code = OK
        for journal in state.journals:
            say_journal(run, duolog, journal)
            code = code or run.frozen(journal)
        return code


def say_journal(run: Run, duolog: "Duolog", journal: "JournalView") -> None:
    """One journal in a few lines."""
    run.screen.say(f"Journal {short(journal.id)}: {members_of(journal)}", style="strong")
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
            may = "read and write" if member.rights == "write" else "read"
            whose = "You" if member.me else member.name or "A confidant without a name"
            run.screen.say(f"{whose} may {may} here until {times.moment(member.until)}.", indent=2)
    if journal.waiting:
        run.screen.say(f"{journal.waiting} written here and not sent yet.", indent=2, style="careful")
    if journal.unreadable:
        run.screen.say(f"{journal.unreadable} unreadable; `duolog timeline` says why.", indent=2, style="careful")


def members_of(journal: "JournalView") -> str:
    """`you and Sam`."""
    others = [member.name or f"someone without a name ({member.role})" for member in journal.members if not member.me]
    return " and ".join(["you", *others])


@command(recovery, "check", examples=("duolog recovery check",))
def check(run: Run) -> int:
    """Say whether the words on your paper open this account. Nothing is changed."""
    with run.opened() as duolog:
        words = asking.ask_words()
        with run.screen.busy("Trying the words"):
            duolog.check_recovery_words(words)
        run.screen.result({"opens": True, "account": b64(duolog.account)})
        run.screen.say("These words open your account. Put the paper back where it was.", style="good")
        return OK
