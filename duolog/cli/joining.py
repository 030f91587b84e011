"""A new device of your own: `device join` on the new one, `device add` on one that has the account already."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from duolog.cli import asking
from duolog.cli.command import command, commands
from duolog.cli.failures import OK, REFUSED, Stop
from duolog.cli.pairing import NoQrOption, say_eight, show_qr
from duolog.cli.run import Run
from duolog.cli.shapes import b64, short

if TYPE_CHECKING:
    from duolog.client.blocking import Duolog, Enrollment

app = commands()

T = TypeVar("T")
POLL = 2.0  # seconds between two looks at the server
PATIENCE = 600.0  # seconds for which a code is good
DIFFER = (
    "The words differ, so somebody else may have seen the code and answered. Nothing was added. Begin again with "
    "`duolog device join` in a new folder, where nobody can look at the screen."
)


@command(app, "join", examples=("duolog device join --server https://journal.example",))
def join(
    run: Run,
    server: Annotated[str, typer.Option(metavar="URL", help="The server where the account is.")],
    no_qr: NoQrOption = False,
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
        run.screen.say("Both devices must show these words:")
        say_eight(run, words)
        duolog = _waited(run, enrollment.finish) if asking.at_terminal() else enrollment.finish()
        if duolog is None:
            run.screen.result({"code": enrollment.code, "uri": enrollment.uri, "words": list(words), "account": None})
            run.screen.say("Confirm them on the other device; then run this again.")
            return REFUSED
        with run.using(duolog):
            run.sync(duolog)
            shape = {"code": None, "uri": None, "words": list(words), "account": b64(duolog.account)}
            run.screen.done(shape, "This computer is in. It has read everything that your other device has.")
        return OK
    finally:
        if duolog is None:
            enrollment.close()


def _show_code(run: Run, enrollment: "Enrollment", no_qr: bool) -> None:
    run.screen.say("On the device that has your account, run `duolog device add`, and type or paste this code:")
    run.screen.plain("  " + enrollment.code)
    if not no_qr:
        show_qr(run, enrollment.uri)
    run.screen.say("It is good for ten minutes. Show it to nobody else.")
    if not asking.at_terminal():
        run.screen.say("Then run this again.")


def _waited(run: Run, look: Callable[[], T | None]) -> T | None:
    """The first result of `look` while a code is good; None after that."""
    end = time.monotonic() + PATIENCE
    with run.screen.busy("Waiting for your other device"):
        while time.monotonic() < end:
            found = look()
            if found is not None:
                return found
            time.sleep(POLL)
    return None


@command(app, "add", examples=("duolog device add", "duolog device add --label 'the phone' < code-and-words.txt"))
def add(
    run: Run,
    label: Annotated[str | None, typer.Option(metavar="NAME", help="What you call the new device.")] = None,
) -> int:
    """Let another device of yours in. Asks for the code that it shows, then whether both show the same words.

    On standard input: the code, then the words that the new device shows, or `later`.
    """
    with run.opened() as duolog:
        words = _begun(run, duolog)
        run.screen.say("Both devices must show these words:")
        say_eight(run, words)
        if not _same(words):
            run.screen.result({"added": None, "words": list(words)})
            run.screen.say("Nothing was added yet. Run this again, with the same code, when you see both.")
            return REFUSED
        with run.screen.busy("Letting it in"):
            added = duolog.keyholders.confirm_adding(words, label=label)
        shape = {"added": b64(added), "words": list(words)}
        run.screen.done(shape, f"Device {short(added)} is in. Run `duolog device join` there once more.")
    return OK


def _begun(run: Run, duolog: "Duolog") -> tuple[str, ...]:
    """The words to compare, once the code is right. A person who made a slip types it again."""
    from duolog.errors import MalformedData

    while True:
        code = asking.ask_line("The code on the new device:")
        try:
            with run.screen.busy("Looking for the new device"):
                return duolog.keyholders.begin_adding(code)
        except MalformedData as error:
            if not asking.at_terminal():
                raise
            run.screen.aside(str(error) if code else "Type the code, or stop with Ctrl-C.", style="careful")


def _same(words: tuple[str, ...]) -> bool:
    """Whether the person says that both devices show these words; False for later. Raises: Stop when they differ."""
    if asking.at_terminal():
        answer = asking.ask_line("Does the new device show the same eight words? (yes, no, or later)").lower()
        if answer == "no":
            raise Stop(DIFFER)
        return answer == "yes"
    heard = asking.ask_heard("The words that the new device shows:")
    if heard in ([], ["later"]):
        return False
    if heard != list(words):
        raise Stop(DIFFER)
    return True
