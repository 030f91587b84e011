"""Two evenings of Ada and Sam, with a real server and the real command; then all that the server's database holds of
them.

It checks what it shows: the boundary is in force on both sides, both read the same letter with the same steps, the
sealed texts don't compress, and none of the words, names, kinds or topics of the evenings is found in the database
file, its write-ahead log or the server's log. It ends with exit code 1 if one of these isn't so.
"""

import shutil
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.text import Text

from tools import server_view
from tools.evening import (
    AGREED,
    CONTEST,
    FIRST,
    HEARD_FIRST,
    HEARD_THEN,
    MISSING,
    NOT_READY,
    NOTE,
    RESPONSE,
    TOLD,
    TOPIC,
    CommandFailed,
    Done,
    Person,
    words,
)
from tools.local_server import LocalServer

HIDDEN = "(the 24 recovery words: shown once, for paper)"

console = Console(highlight=False, markup=False, emoji=False, width=None if sys.stdout.isatty() else 120)


def main() -> int:
    """Plays both evenings; returns the exit code."""
    started = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="duolog-demo-"))
    try:
        # Two people need no process of their own for large bodies, and a busy machine starts one slowly.
        with LocalServer(folder / "server", body_processes="0") as server:
            _heading(f"A server of its own, at {server.origin}")
            ada = Person("Ada", folder / "ada", "ada's passphrase", watch=_narrate)
            sam = Person("Sam", folder / "sam", "sam's passphrase", watch=_narrate)
            _play(ada, sam, server.origin)
            own_up(ada, sam)
            good = _agree(ada, sam)
            read = {person.name: _read(person) for person in (ada, sam)}
            _heading("What Ada and Sam read, and what the server's database holds of the same evenings")
            good = server_view.show(console, server.folder, read) and good
            good = _still_in_force(ada, sam) and good
            good = both_heard(ada, sam) and good
    except CommandFailed as failed:
        console.print(Text(str(failed), style="bold red"))
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    console.print(f"\n{time.monotonic() - started:.0f} seconds. The temporary folder is gone.")
    return 0 if good else 1


def _play(ada: Person, sam: Person, origin: str) -> None:
    _heading("Both make an account: keys on their own computer, 24 words on paper")
    ada.duolog("register", "--server", origin, "--no-confirm")
    sam.duolog("register", "--server", origin, "--no-confirm")
    _heading("Ada invites Sam")
    link = ada.duolog("invite", "--json").data["link"]
    sam.duolog("join", reads=link + "\n")
    _heading("They call each other and compare eight words: nobody sits in between")
    ada.duolog("verify", "--show")
    heard = words(sam.duolog("verify", "--show", "--json"))
    ada.duolog("verify", reads=heard + "\n")
    sam.duolog("verify", reads=heard + "\n")
    ada.duolog("profile", reads="Ada\n")
    sam.duolog("profile", reads="Sam\n")
    _heading("A boundary, by consent")
    ada.duolog("boundary", "propose", reads=TOPIC + FIRST)
    _say("One acceptance is not in force: Ada can't accept her own words.")
    ada.duolog("boundary", "accept", "1", "--yes", expect=1)
    sam.duolog("boundary", "counter", reads=TOPIC + AGREED)
    _say("Accepting an older text is refused.")
    ada.duolog("boundary", "accept", "1", "--text", "1", "--yes", expect=1)
    ada.duolog("boundary", "accept", "--yes")
    sam.duolog("write", reads=NOTE)
    _heading("Neither retires it alone")
    sam.duolog("boundary", "retire", "--yes")
    ada.duolog("boundary", "decline", "--yes")
    _heading("Sam contests it, and settles it again")
    sam.duolog("boundary", "contest", reads=CONTEST)
    ada.duolog("boundary", "show", "1")
    sam.duolog("boundary", "accept", "1", "--yes")


def own_up(ada: Person, sam: Person) -> None:
    """Play the second evening. Raises: CommandFailed when a step goes another way than it should."""
    _heading("Another evening: Sam owns up")
    sam.duolog("disclose", reads=f"About: Robin\n\n{TOLD}")
    _say("Nothing tells Sam whether Ada opens it. She says so herself, takes a pause, and needs nobody's leave.")
    ada.duolog("letter", "show", "1")
    ada.duolog("acknowledge", "1", "--yes")
    ada.duolog("set-aside", "1", "--words", reads=NOT_READY)
    ada.duolog("pause", "--for", "40m")
    sam.duolog("today")
    _heading("Ada comes back. A response before \u201cheard\u201d is refused")
    ada.duolog("return", "--yes")
    ada.duolog("respond", "1", reads=RESPONSE, expect=1)
    ada.duolog("reflect", "1", reads=HEARD_FIRST)
    sam.duolog("not-quite", "1", reads=MISSING)
    ada.duolog("reflect", "1", reads=HEARD_THEN)
    sam.duolog("heard", "1", "--yes")
    ada.duolog("respond", "1", reads=RESPONSE)
    sam.duolog("letter", "show", "1")
    ada.duolog("heads")


def _agree(ada: Person, sam: Person) -> bool:
    """Whether both homes hold the same history, by the words of the journal's head."""
    ada.watch = sam.watch = None
    heads = [person.duolog("heads", "--json").data["journals"] for person in (ada, sam)]
    return _check(heads[0] == heads[1], "Both homes hold the same history, up to the same words.")


def _still_in_force(ada: Person, sam: Person) -> bool:
    _heading("In the end")
    good = True
    for person in (ada, sam):
        boundary = person.boundary()
        agreed = boundary["texts"][boundary["agreed_text"] - 1]["wording"]["text"] if boundary["agreed_text"] else ""
        in_force = boundary["status"] == "in_force" and agreed == AGREED
        good = _check(in_force, f"In {person.name}'s home the boundary is in force: “{AGREED}”") and good
    return good


def both_heard(ada: Person, sam: Person) -> bool:
    """Whether both homes show the same letter: told, reflected, heard, answered, with every word."""
    told = [
        *(("tell", TOLD), ("acknowledge", None), ("set_aside", None), ("reflect", HEARD_FIRST), ("not_quite", None)),
        *(("reflect", HEARD_THEN), ("heard", None), ("respond", RESPONSE)),
    ]
    good = True
    for person in (ada, sam):
        said = [(one["step"], one["words"] and one["words"]["text"]) for one in person.letter()["said"]]
        good = (
            _check(said == told, f"In {person.name}'s home the letter was told, reflected, heard and answered") and good
        )
    return good


def _read(person: Person) -> dict[str, str]:
    """The texts that this person's home shows, by entry id."""
    entries = person.duolog("timeline", "--json").data["entries"]
    return {item["entry"]: item["text"] or item["unreadable"] or "" for item in entries}


def _narrate(done: Done) -> None:
    line = Text(f"\n{done.person} ▸ ", style="bold cyan" if done.person == "Ada" else "bold magenta")
    line.append("duolog " + " ".join(done.arguments), style="bold")
    console.print(line)
    for text in done.reads.rstrip("\n").split("\n") if done.reads else []:
        shown = text if "/join#" not in text else text.split("#")[0] + "#…"
        console.print(Text(f"      ‹ {shown}", style="italic"))
    secret = done.arguments[0] == "register"
    said = HIDDEN + "\n" + done.out.rstrip("\n").split("\n\n")[-1] if secret else done.out + done.err
    for text in said.rstrip("\n").split("\n"):
        shown = text if "/join#" not in text else text.split("#")[0] + "#…"
        console.print(Text(f"      {shown}", style="dim" if done.exit_code == 0 else "yellow"))


def _heading(text: str) -> None:
    console.print(Text(f"\n── {text} ", style="bold"))


def _say(text: str) -> None:
    console.print(Text(f"\n   {text}", style="italic"))


def _check(good: bool, text: str) -> bool:
    console.print(Text(("  ✓ " if good else "  ✗ NOT SO: ") + text, style="green" if good else "bold red"))
    return good


if __name__ == "__main__":
    sys.exit(main())
