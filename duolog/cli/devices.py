"""Your devices and other ways into the account: list, name, review and revoke them, and end their sessions."""

from typing import TYPE_CHECKING, Annotated

import typer

from duolog.cli import asking, times
from duolog.cli.command import command, commands
from duolog.cli.failures import OK, REFUSED, Usage
from duolog.cli.run import Run
from duolog.cli.shapes import SHORT, Shape, b64, fields, means, short

if TYPE_CHECKING:
    from duolog.client import KeyholderView, Review, Revoked, SessionView
    from duolog.client.blocking import Duolog

app = commands()
session = commands()

KINDS = {"device": "device", "recovery_sheet": "recovery words on paper", "passkey": "passkey"}
BEFORE_REVOKING = (
    "Your account gets new keys, and everything that you take out is left without them. Texts that were read with it "
    "stay read. Other people in your journals may notice that your keys changed; that also happens by itself, on each "
    "day of use with a chance of 1 in 30."
)
DeviceArgument = Annotated[str, typer.Argument(metavar="DEVICE", help="The first column of `duolog device list`.")]


@command(app, "list", examples=("duolog device list",), ephemeral=True)
def list_devices(run: Run) -> int:
    """List every way into your account: devices, recovery words, passkeys."""
    with run.synced() as duolog:
        found = duolog.keyholders.list()
        run.screen.result({"keyholders": [keyholder_shape(item) for item in found]})
        for item in found:
            run.screen.say(describe(item), style="careful" if item.new else "")
        if any(item.new for item in found):
            run.screen.say("If you don't know one of them, take it out: `duolog device revoke`.", style="careful")
    return OK


@command(app, "name", examples=("duolog device name 3f2a9c01",))
def name(run: Run, which: DeviceArgument) -> int:
    """Give a device a name of yours. It is asked for; only your own devices see it."""
    with run.synced() as duolog:
        meant = _meant(duolog, which)
        label = asking.ask_line("What do you call it?")
        if not label:
            run.screen.say("Nothing was changed.")
            return OK
        duolog.keyholders.name(meant.id, label)
        run.screen.done({"keyholder": b64(meant.id), "label": label}, f"{short(meant.id)} is called {label}.")
    return OK


@command(
    app,
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
    with run.synced() as duolog:
        chosen = [_meant(duolog, one) for one in which]
        for item in chosen:
            run.screen.say(describe(item))
        run.screen.aside(BEFORE_REVOKING, style="careful")
        if duolog.status().unconfirmed:
            run.screen.warn(
                "this comes from your words, and nothing was compared yet: only the server says that this is your list."
            )
        if not run.agreed("Take them out now?", given=yes):
            return REFUSED
        with run.screen.busy("Making new keys"):
            done = duolog.keyholders.revoke([item.id for item in chosen])
        run.screen.done(revoked_shape(done), "Done: they are out.")
        if done.behind:
            names = ", ".join(map(run.label, done.behind))
            run.screen.say(f"These follow at the next sync: {names}. Until then the old keys still fit there.")
        _say_review(run, done.review)
    return OK


@command(app, "review", examples=("duolog device review 3f2a9c01",), ephemeral=True)
def review(run: Run, which: DeviceArgument) -> int:
    """Show what is new since a device came: what else was added, signed with old keys, or set to close.

    For a device that is out already, give the id that the list showed.
    """
    with run.synced() as duolog:
        found = duolog.keyholders.review(_ever(duolog, which))
        run.screen.result(review_shape(found))
        if not _say_review(run, found):
            run.screen.say("Nothing was added, signed or scheduled since it came.")
    return OK


def _say_review(run: Run, found: "Review") -> bool:
    for item in found.keyholders:
        run.screen.say(f"Came later, and is still there: {describe(item)}", style="careful")
    for signed in found.statements:
        run.screen.say(f"Signed with old keys in {run.label(signed.journal)}, at {signed.seq}: {signed.change}")
    for journal in found.closings:
        run.screen.say(f"Waits to close {run.label(journal)}: `duolog close show`.", style="careful")
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
            found = [item for item in duolog.keyholders.sessions() if means(which, item.id)]
            if len(found) != 1:
                raise Usage(f"There is no session {which!r}. `duolog session list` shows them.")
            duolog.keyholders.end_session(found[0].id)
        run.screen.done({"ended": True}, "Logged out there.")
    return OK


def _meant(duolog: "Duolog", chosen: str) -> "KeyholderView":
    found = [item for item in duolog.keyholders.list() if means(chosen, item.id)]
    if len(found) != 1:
        raise _no_device(chosen)
    return found[0]


def _ever(duolog: "Duolog", chosen: str) -> bytes:
    """The id, or its first four bytes, of a device that may be out of the account."""
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
    """A line about one way into the account."""
    called = f", {item.label}" if item.label else ""
    marks = [text for text, on in (("this one", item.here), ("new to this computer", item.new)) if on]
    return f"{short(item.id)}: {KINDS[item.kind]}{called}" + (f" ({', '.join(marks)})" if marks else "")


def keyholder_shape(item: "KeyholderView") -> Shape:
    """One way into the account."""
    return {"keyholder": b64(item.id), "short": short(item.id), **fields(item, "kind label here came rotator new")}


def review_shape(found: "Review") -> Shape:
    """The keyholders, statements and closings since a keyholder came."""
    return {
        "keyholders": [keyholder_shape(item) for item in found.keyholders],
        "statements": [fields(item, "journal seq change") for item in found.statements],
        **fields(found, "closings"),
    }


def revoked_shape(done: "Revoked") -> Shape:
    """The new generation of keys, the journals that follow, and what to review."""
    return {**fields(done, "generation behind"), "review": review_shape(done.review)}


def session_shape(item: "SessionView") -> Shape:
    """One log-in."""
    return {
        "session": b64(item.id),
        "keyholder": None if item.keyholder is None else keyholder_shape(item.keyholder),
        **fields(item, "created_at used_at expires_at current"),
    }
