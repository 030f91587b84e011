"""Two people start a journal: invite, join, and compare words."""

import io
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer

from duolog.cli import asking, times
from duolog.cli.command import JournalOption, command, commands
from duolog.cli.failures import OK, REFUSED, Stop, Usage
from duolog.cli.run import Run
from duolog.cli.shapes import heads_shape, invitation_shape, pairing_shape, short
from duolog.cli.uncompared import say_differ
from duolog.errors import DuologError

if TYPE_CHECKING:
    from duolog.client import JournalView, NewInvitation, Pairing
    from duolog.client.blocking import Duolog

app = commands()

WORDS = 8
NoQrOption = Annotated[bool, typer.Option("--no-qr", help="No QR code.")]
ShowOption = Annotated[bool, typer.Option("--show", help="Show the words, and confirm nothing.")]

DIFFER = (
    "The words differ, so somebody may be sitting between the two of you. Nothing was confirmed. Don't write here. "
    "Make sure that you both looked at the same journal; then start again with a new invitation, handed over in person "
    "or by another way."
)
TOLD = "Your partner is told at their next sync, unless somebody in between keeps that back: tell them yourself too."


@command(app, "invite", examples=("duolog invite", "duolog invite --json"))
def invite(run: Run, journal: JournalOption = None, no_qr: NoQrOption = False) -> int:
    """Invite your partner: prints a link and a QR code. Makes the journal when there is none.

    The link is single use and holds a secret. Give it to nobody but your partner. Run again, it makes another link, and
    the one before opens nothing any more.
    """
    with run.synced() as duolog:
        meant = _to_invite_to(run, duolog, journal)
        with run.screen.busy("Making an invitation"):
            new = duolog.invite(meant)
        say_invitation(run, new, "your partner", qr=not no_qr)
        run.screen.say("Your partner registers, and runs `duolog join`. Then both of you run `duolog verify`.")
    return OK


def say_invitation(run: Run, new: "NewInvitation", whom: str, *, qr: bool = True) -> None:
    """Show a fresh invitation for `whom`: its notice, its link, and how long the link works."""
    run.screen.result(invitation_shape(new))
    if new.notice:
        run.screen.aside(new.notice, style="careful")
    run.screen.say(f"Give this link to {whom}, and to nobody else:")
    run.screen.plain("  " + new.link)
    if qr:
        show_qr(run, new.link)
    run.screen.say(f"It works once, until {times.moment(new.expires_at)}.")


def _to_invite_to(run: Run, duolog: "Duolog", chosen: str | None) -> bytes:
    if chosen is not None:
        return run.journal(duolog, chosen).id
    journals = [one for one in duolog.journals() if not one.closed]
    shared = [one for one in journals if len(one.members) > 1]
    if shared:
        raise Usage(
            f"You share {run.label(shared[0].id)} with someone already. For another one: `duolog journal create`, "
            "then `duolog invite --journal` with the number that it says."
        )
    # A journal that holds writing is private until its owner says otherwise, for example with an earlier invitation.
    started = [one for one in journals if _invited_to(duolog, one.id)]
    unused = started or [one for one in journals if one.seq <= 1 and not one.waiting]
    return unused[0].id if unused else duolog.create_journal()


def _invited_to(duolog: "Duolog", journal: bytes) -> bool:
    from duolog.errors import NotAllowed

    try:
        return duolog.pairing(journal).stage.value == "waiting for answer"
    except NotAllowed:
        return False


def may(rights: str | None) -> str:
    """The rights of a confidant in words: `read and write`, or `read`."""
    return "read and write" if rights == "write" else "read"


def show_qr(run: Run, link: str) -> None:
    """Show the link as a QR code to somebody at the screen."""
    if run.screen.as_json or not asking.at_terminal():
        return
    import segno

    drawn = io.StringIO()
    segno.make(link, error="m", micro=False).terminal(drawn, border=2, compact=True)
    sys.stdout.write(drawn.getvalue() + "\n")


def is_link(text: str) -> bool:
    """Whether a whole invitation link stands in a text."""
    from duolog.client import parse_link
    from duolog.errors import MalformedData

    try:
        parse_link(text)
    except MalformedData:
        return False
    return True


@command(app, "join", examples=("duolog join", "duolog join < link.txt"))
def join(run: Run) -> int:
    """Accept an invitation. The link is asked for, or read from standard input, also with words of a mail around it.

    As an argument it would stay in the shell's history.
    """
    from duolog.client import parse_link

    with run.opened() as duolog:
        link = asking.ask_pasted("The link that you were given:", is_link)
        parse_link(link)  # names a fault of the link before anything is sent
        with run.screen.busy("Answering the invitation"):
            pairing = duolog.join(link)
        run.screen.result(pairing_shape(pairing))
        if pairing.notice:
            run.screen.aside(pairing.notice, style="careful")
        run.screen.say("You have accepted.", style="good")
        if pairing.role == "confidant":
            _say_stage(run, pairing)
            return OK
        run.screen.say(
            "Now your partner runs `duolog verify`, then you do. "
            "Be on the phone, or side by side: you will compare eight words."
        )
    return OK


@command(
    app, "verify", examples=("duolog verify", "duolog verify --show", "duolog verify < the-words-the-other-reads.txt")
)
def verify(run: Run, journal: JournalOption = None, show: ShowOption = False) -> int:
    """Compare eight words, to know that nobody sits in between.

    On standard input, the words that the other person reads are compared for you.
    """
    with run.synced() as duolog:
        if duolog.status().unconfirmed:
            return _confirm_restored(run, duolog, show=show)
        pairing = duolog.pairing(_paired(run, duolog, journal))
        for one in duolog.journals():
            if one.id == pairing.journal:
                say_differ(run, one)
        if pairing.words is None or pairing.stage.value not in ("compare", "waiting for partner") or show:
            run.screen.result(pairing_shape(pairing))
            _say_stage(run, pairing)
            return REFUSED if pairing.words is None and pairing.stage.value != "verified" else OK
        if pairing.stage.value == "compare":
            try:
                heard = compare_words(run, pairing.words)
            except Stop:
                _tell_other(run, duolog, pairing)
                raise
            if heard is None:
                run.screen.say("Nothing was confirmed. Run `duolog verify` when you are together.")
                return REFUSED
            with run.screen.busy("Signing"):
                pairing = duolog.verify(pairing.journal, heard)
        run.screen.result(pairing_shape(pairing))
        _say_stage(run, pairing)
    return OK


def _tell_other(run: Run, duolog: "Duolog", pairing: "Pairing") -> None:
    """Leave it in the journal that the words differ. The stop comes in any case."""
    with suppress(DuologError):
        if pairing.role == "partner" and duolog.say_words_differ(pairing.journal) is not None:
            run.screen.aside(TOLD)


def _paired(run: Run, duolog: "Duolog", chosen: str | None) -> bytes:
    """The journal whose pairing goes on: the chosen one, else the only unverified one, else the usual one."""
    if chosen is None:
        here = duolog.journals()
        started: list[JournalView] = [one for one in here if one.provisional and not one.closed and not one.former]
        if len(started) == 1:
            return started[0].id
        accepted = set(duolog.account_state().sent) - {one.id for one in here}
        if len(accepted) == 1:  # as a confidant who isn't let in yet
            return accepted.pop()
    return run.journal(duolog, chosen).id


def say_words(run: Run, words: tuple[str, ...]) -> None:
    """Show eight words to read aloud."""
    run.screen.say("Read these words to each other, aloud:\n")
    say_eight(run, words)
    run.screen.say()


def say_eight(run: Run, words: tuple[str, ...]) -> None:
    """Show eight words in two lines, which are never wrapped."""
    for four in (words[:4], words[4:]):
        run.screen.plain("    " + "  ".join(four))


def compare_words(run: Run, words: tuple[str, ...]) -> list[str] | None:
    """Show eight words; the same words as the other person reads them, or None for later. Raises: Stop, Usage."""
    say_words(run, words)
    if not asking.at_terminal():
        heard = asking.ask_heard("The words that the other person reads:")
        if len(heard) != WORDS:
            raise Usage(f"There are eight words, and standard input held {len(heard)}.")
        if heard != list(words):
            raise Stop(DIFFER)
        return heard
    while True:
        question = "Does the other person see the same eight, in the same order? (yes, no, or later)"
        match asking.ask_line(question).lower():
            case "yes":
                return list(words)
            case "no":
                raise Stop(DIFFER)
            case "later" | "":
                return None


def _say_stage(run: Run, pairing: "Pairing") -> None:
    say = run.screen.say
    if pairing.role == "confidant":
        _say_as_confidant(run, pairing)
        return
    match pairing.stage.value:
        case "waiting for answer":
            say("Nobody has opened your link yet. Run `duolog verify` again when your partner has.")
        case "waiting for founder":
            say("You have accepted. Your partner's computer has to go on now: ask them to run `duolog verify`.")
        case "compare" if pairing.words:
            say_words(run, pairing.words)
            say("Nothing was confirmed yet: run `duolog verify` together.")
        case "waiting for partner":
            say("You have confirmed the words. Now your partner does the same: `duolog verify`.", style="good")
        case "verified":
            say("The words were compared: it is the two of you, and nobody in between.", style="good")


def _say_as_confidant(run: Run, pairing: "Pairing") -> None:
    say = run.screen.say
    if pairing.until is not None:
        say(f"You are invited to {may(pairing.rights)}, until {times.moment(pairing.until)}.")
    match pairing.stage.value:
        case "waiting for founder":
            say("Now the one who invited you runs `duolog confidant verify`; then you run `duolog verify`.")
        case "compare" if pairing.words:
            say_words(run, pairing.words)
            say("Each partner compares these words with you, on the phone or in person, before you are let in.")
        case "waiting for partner":
            say("You have confirmed the words. The partners let you in now, or they don't: ask them.", style="good")
        case "verified":
            say("The words were compared, and you were let in.", style="good")


def _confirm_restored(run: Run, duolog: "Duolog", *, show: bool) -> int:
    """Compare the words of a restored account and its journals with those of the partner's `duolog heads`."""
    heads = duolog.heads()
    mine = next(one for one in heads.accounts if one.me)
    run.screen.say(
        "You came back from your recovery words. Your partner runs `duolog heads`; compare what both of you see:"
    )
    run.screen.plain(f"  your account: {' '.join(mine.words)}")
    for one in heads.journals:
        run.screen.plain(f"  {run.label(one.journal)}, {short(one.journal)}, at {one.seq}: {' '.join(one.words)}")
    if show or not asking.at_terminal():
        run.screen.result({**heads_shape(heads), "unconfirmed": True, "asked_at": int(time.time())})
        return OK if show else REFUSED
    if not asking.ask_yes("Are all of them the same for both of you?", given=False):
        raise Stop(
            "Not the same, or not compared: nothing was confirmed. If they differ, the server may be hiding something."
        )
    duolog.confirm_restored(mine.words, {one.journal: one.words for one in heads.journals})
    shape = {**heads_shape(heads), "unconfirmed": False, "asked_at": int(time.time())}
    run.screen.done(shape, "Compared. This computer trusts what it has read.")
    run.become_device(duolog)
    return OK
