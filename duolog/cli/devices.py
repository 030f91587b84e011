"""Your devices and other ways into the account: add, name, look through, take out; and where you are logged in."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from duolog.cli import asking, times
from duolog.cli.command import command, group
from duolog.cli.failures import OK, REFUSED, Stop, Usage
from duolog.cli.leaving import account
from duolog.cli.run import Run
from duolog.cli.shapes import SHORT, Shape, b64, short

if TYPE_CHECKING:
    from duolog.client import KeyholderView, Review, Revoked, SessionView
    from duolog.client.blocking import Duolog, Enrollment

device = group("device", "Your devices, and other ways into your account.")
session = group("session", "Where you are logged in.")

T = TypeVar("T")
POLL = 2.0  # seconds between two looks at the server
PATIENCE = 600.0  # seconds for which a code is good
KINDS = {"device": "device", "recovery_sheet": "recovery words on paper", "passkey": "passkey"}
DIFFER = (
    "The words differ, so somebody else may have seen the code and answered. Nothing was added. Begin again with "
    "`duolog device join` in a new folder, where nobody can look at the screen."
)
BEFORE_REVOKING = (
    "New keys are made, and what is taken out is left without them. What was read with it stays read. Other people in "
    "your journals may notice that your keys changed; that also happens by itself, on each day of use with a "
    "chance of 1 in 30."
)
DeviceArgument = Annotated[str, typer.Argument(metavar="DEVICE", help="The first column of `duolog device list`.")]


@command(device, "join", examples=("duolog device join --server https://journal.example",))
def join(
    run: Run,
    server: Annotated[str, typer.Option(metavar="URL", help="The server where the account is.")],
    no_qr: Annotated[bool, typer.Option("--no-qr", help="No QR code.")] = False,
) -> int:
    """Use your account on this computer too: run this here, and `duolog device add` where you have it already.

    The code is a secret for ten minutes. Run again in the same folder, it goes on.
    """
    from duolog.client.blocking import Enrollment

    with run.screen.busy("Making keys for this computer"):
        enrollment = Enrollment.begin(server, home=run.folder, unlock=run.unlock())
    duolog = None
    try:
        words = enrollment.words()
        if words is None:
            _show_code(run, enrollment, no_qr)
            words = _waited(run, enrollment.words) if asking.at_terminal() else None
        if words is None:
            run.screen.result({"code": enrollment.code, "uri": enrollment.uri, "words": None, "account": None})
            return REFUSED
        _say_words(run, words)
        duolog = _waited(run, enrollment.finish) if asking.at_terminal() else enrollment.finish()
        if duolog is None:
            run.screen.result({"code": enrollment.code, "uri": enrollment.uri, "words": list(words), "account": None})
            run.screen.say("Confirm them on the other device; then run this again.")
            return REFUSED
        with duolog:
            run.sync(duolog)
            run.screen.result({"code": None, "uri": None, "words": list(words), "account": b64(duolog.account)})
            run.screen.say("This computer is in. It has read everything that your other device has.", style="good")
        return OK
    finally:
        if duolog is None:
            enrollment.close()


def _show_code(run: Run, enrollment: "Enrollment", no_qr: bool) -> None:
    run.screen.say("On the device that has your account, run `duolog device add`, and type or paste this code:")
    run.screen.plain("  " + enrollment.code)
    if not no_qr:
        from duolog.cli.pairing import show_qr

        show_qr(run, enrollment.uri)
    run.screen.say("It is good for ten minutes. Show it to nobody else.")
    if not asking.at_terminal():
        run.screen.say("Then run this again.")


def _waited(run: Run, look: Callable[[], T | None]) -> T | None:
    """What comes within the patience of a code, None otherwise."""
    end = time.monotonic() + PATIENCE
    with run.screen.busy("Waiting for your other device"):
        while time.monotonic() < end:
            found = look()
            if found is not None:
                return found
            time.sleep(POLL)
    return None


def _say_words(run: Run, words: tuple[str, ...]) -> None:
    run.screen.say("Both devices must show these words:")
    run.screen.plain("    " + "  ".join(words[:4]))
    run.screen.plain("    " + "  ".join(words[4:]))


@command(device, "add", examples=("duolog device add", "duolog device add --label 'the phone' < code-and-words.txt"))
def add(
    run: Run,
    label: Annotated[str | None, typer.Option(metavar="NAME", help="What you call the new device.")] = None,
) -> int:
    """Let another device of yours in. Asks for the code that it shows, then whether both show the same words.

    On standard input: the code, then the words that the new device shows, or `later`.
    """
    with run.opened() as duolog:
        code = asking.ask_line("The code on the new device:")
        with run.screen.busy("Looking for the new device"):
            words = duolog.keyholders.begin_adding(code)
        _say_words(run, words)
        if not _same(words):
            run.screen.result({"added": None, "words": list(words)})
            run.screen.say("Nothing was added yet. Run this again, with the same code, when you see both.")
            return REFUSED
        with run.screen.busy("Letting it in"):
            added = duolog.keyholders.confirm_adding(words, label=label)
        run.screen.result({"added": b64(added), "words": list(words)})
        run.screen.say(f"Device {short(added)} is in. Run `duolog device join` there once more.", style="good")
    return OK


def _same(words: tuple[str, ...]) -> bool:
    """Whether the person says that both show these. Raises: Stop when they don't."""
    if asking.at_terminal():
        answer = asking.ask_line("Does the new device show the same eight words? (yes, no, or later)").lower()
        if answer == "no":
            raise Stop(DIFFER)
        return answer == "yes"
    heard = asking.ask_line("The words that the new device shows:").lower().replace(",", " ").split()
    if heard in ([], ["later"]):
        return False
    if heard != list(words):
        raise Stop(DIFFER)
    return True


@command(device, "list", examples=("duolog device list",), ephemeral=True)
def list_devices(run: Run) -> int:
    """List every way into your account: devices, recovery words, passkeys."""
    with run.opened() as duolog:
        run.sync(duolog)
        found = duolog.keyholders.list()
        run.screen.result({"keyholders": [keyholder_shape(item) for item in found]})
        for item in found:
            run.screen.say(describe(item), style="careful" if item.new else "")
        if any(item.new for item in found):
            run.screen.say("If you don't know one of them, take it out: `duolog device revoke`.", style="careful")
    return OK


@command(device, "name", examples=("duolog device name 3f2a9c01",))
def name(run: Run, which: DeviceArgument) -> int:
    """Give a device a name of yours. It is asked for; only your own devices see it."""
    with run.opened() as duolog:
        run.sync(duolog)
        meant = _meant(duolog, which)
        label = asking.ask_line("What do you call it?")
        if not label:
            run.screen.say("Nothing was changed.")
            return OK
        duolog.keyholders.name(meant.id, label)
        run.screen.result({"keyholder": b64(meant.id), "label": label})
        run.screen.say(f"{short(meant.id)} is called {label}.", style="good")
    return OK


@command(
    device,
    "revoke",
    examples=("duolog device revoke 3f2a9c01", "duolog device revoke 3f2a9c01 77e0b1d2 --yes"),
    ephemeral=True,
)
def revoke(
    run: Run,
    which: Annotated[list[str], typer.Argument(metavar="DEVICE...", help="From `duolog device list`; one or more.")],
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
) -> int:
    """Take devices out of your account, all at once. They are logged out and can open nothing that comes later."""
    with run.opened() as duolog:
        run.sync(duolog)
        chosen = [_meant(duolog, one) for one in which]
        for item in chosen:
            run.screen.say(describe(item))
        run.screen.aside(BEFORE_REVOKING, style="careful")
        if duolog.status().unconfirmed:
            run.screen.warn(
                "this comes from your words, and nothing was compared yet: only the server says that this is your list."
            )
        if not asking.ask_yes("Take them out now?", given=yes):
            run.screen.say("Nothing was changed.")
            return REFUSED
        with run.screen.busy("Making new keys"):
            done = duolog.keyholders.revoke([item.id for item in chosen])
        run.screen.result(revoked_shape(done))
        run.screen.say("Done: they are out.", style="good")
        _say_behind(run, done)
        _say_review(run, done.review)
    return OK


def _say_behind(run: Run, done: "Revoked") -> None:
    if done.behind:
        names = ", ".join(short(journal) for journal in done.behind)
        run.screen.say(f"These journals follow at the next sync: {names}. Until then the old keys still fit there.")


@command(device, "review", examples=("duolog device review 3f2a9c01",), ephemeral=True)
def review(run: Run, which: DeviceArgument) -> int:
    """Show what is new since a device came: what else was added, signed with old keys, or set to close.

    It may be out already: then say its id as it was listed.
    """
    with run.opened() as duolog:
        run.sync(duolog)
        found = duolog.keyholders.review(_ever(duolog, which))
        run.screen.result(review_shape(found))
        if not _say_review(run, found):
            run.screen.say("Nothing was added, signed or scheduled since it came.")
    return OK


def _say_review(run: Run, found: "Review") -> bool:
    for item in found.keyholders:
        run.screen.say(f"Came later, and is still there: {describe(item)}", style="careful")
    for signed in found.statements:
        run.screen.say(f"Signed with old keys in journal {short(signed.journal)}, at {signed.seq}: {signed.change}")
    for journal in found.closings:
        run.screen.say(f"Waits to close journal {short(journal)}: `duolog close show`.", style="careful")
    return bool(found.keyholders or found.statements or found.closings)


@command(session, "list", examples=("duolog session list",), ephemeral=True)
def list_sessions(run: Run) -> int:
    """List where you are logged in."""
    with run.opened() as duolog:
        found = duolog.keyholders.sessions()
        run.screen.result({"sessions": [session_shape(item) for item in found]})
        for item in found:
            who = describe(item.keyholder) if item.keyholder else "a device that is out already"
            here = " (this one)" if item.current else ""
            run.screen.say(f"{short(item.id)}{here}: {who}; since {times.moment(item.created_at)}")
    return OK


@command(session, "end", examples=("duolog session end 51c0ffee", "duolog session end --others"), ephemeral=True)
def end(
    run: Run,
    which: Annotated[str | None, typer.Argument(metavar="SESSION", help="From `duolog session list`.")] = None,
    others: Annotated[bool, typer.Option("--others", help="End all but this one.")] = False,
) -> int:
    """Log a device out. It can log in again while it is in your account: `duolog device revoke` takes it out."""
    if (which is None) != others:
        raise Usage("Say which session, by the first column of `duolog session list`, or --others.")
    with run.opened() as duolog:
        if which is None:
            duolog.keyholders.end_other_sessions()
        else:
            found = [item for item in duolog.keyholders.sessions() if item.id.hex().startswith(which)]
            if len(which) < 4 or len(found) != 1:
                raise Usage(f"There is no session {which!r}. `duolog session list` shows them.")
            duolog.keyholders.end_session(found[0].id)
        run.screen.result({"ended": True})
        run.screen.say("Logged out there.", style="good")
    return OK


@command(account, "branch", examples=("duolog account branch", "duolog account branch < the-words-they-read.txt"))
def branch(run: Run) -> int:
    """Go on after somebody's account was forked: type the eight words of their keys, as they read them out.

    They run `duolog heads`. The other branch is refused for ever.
    """
    with run.opened() as duolog:
        forks = duolog.keyholders.forks()
        if not forks:
            run.screen.result({"account": None, "words": None})
            run.screen.say("No account was forked, as far as this computer knows.")
            return OK
        heard = asking.ask_line("The eight words of their account, as they read them:").lower().replace(",", " ")
        for fork in forks:
            if tuple(heard.split()) in [one.words for one in fork.branches]:
                words = duolog.keyholders.choose_branch(fork.account, heard.split())
                run.screen.result({"account": b64(fork.account), "words": list(words)})
                run.screen.say("These are their keys from now on; the others are refused.", style="good")
                return OK
        raise Stop("These are the words of neither branch. Nothing was changed. Meet, and read them out again.")


def _meant(duolog: "Duolog", chosen: str) -> "KeyholderView":
    known = duolog.keyholders.list()
    found = [
        item for item in known if b64(item.id) == chosen or (len(chosen) >= 4 and item.id.hex().startswith(chosen))
    ]
    if len(found) != 1:
        raise _no_device(chosen)
    return found[0]


def _ever(duolog: "Duolog", chosen: str) -> bytes:
    """The id, or the start of it, of a device that may be out by now."""
    try:
        return _meant(duolog, chosen).id
    except Usage:
        if len(chosen) != SHORT:
            raise
        try:
            return bytes.fromhex(chosen)
        except ValueError:
            raise _no_device(chosen) from None


def _no_device(chosen: str) -> Usage:
    return Usage(f"There is no device {chosen!r}. `duolog device list` shows them.")


def describe(item: "KeyholderView") -> str:
    """One way into the account, in a line."""
    called = f", {item.label}" if item.label else ""
    marks = [text for text, on in (("this one", item.here), ("new to this computer", item.new)) if on]
    return f"{short(item.id)}: {KINDS[item.kind]}{called}" + (f" ({', '.join(marks)})" if marks else "")


def keyholder_shape(item: "KeyholderView") -> Shape:
    """One way into the account."""
    return {
        "keyholder": b64(item.id),
        "short": short(item.id),
        "kind": item.kind,
        "label": item.label,
        "here": item.here,
        "came": item.came,
        "rotator": item.rotator,
        "new": item.new,
    }


def review_shape(found: "Review") -> Shape:
    """What is new since a keyholder came."""
    return {
        "keyholders": [keyholder_shape(item) for item in found.keyholders],
        "statements": [
            {"journal": b64(item.journal), "seq": item.seq, "change": item.change} for item in found.statements
        ],
        "closings": [b64(journal) for journal in found.closings],
    }


def revoked_shape(done: "Revoked") -> Shape:
    """What a revocation has done."""
    return {
        "generation": done.generation,
        "behind": [b64(journal) for journal in done.behind],
        "review": review_shape(done.review),
    }


def session_shape(item: "SessionView") -> Shape:
    """One log-in."""
    return {
        "session": b64(item.id),
        "keyholder": None if item.keyholder is None else keyholder_shape(item.keyholder),
        "created_at": item.created_at,
        "used_at": item.used_at,
        "expires_at": item.expires_at,
        "current": item.current,
    }
