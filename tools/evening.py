"""Two evenings of a couple through the real command: each person has a home, each command is a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
COMMAND_SECONDS = 60

FIRST = "No late-night chats with people we're attracted to."
AGREED = (
    "After 22:00 no private chats about our relationship; group chats are fine. "
    "If it happens, we tell each other within a day."
)
CONTEST = "Group chats turned out not to be fine for me."
NOTE = "Thank you for calling from the station."
TOLD = "Robin messaged on Tuesday. I replied twice and hid it. I felt flattered, then ashamed."
NOT_READY = "Read; not ready."
HEARD_FIRST = "You hid it because you feared losing my trust?"
MISSING = "I feared your anger."
HEARD_THEN = "You hid it because you feared my anger."
RESPONSE = "I was hurt most by the hiding. Please tell me the same day."
TOPIC = "Topic: friendships\n\n"


@dataclass
class Done:
    """One command as it ran."""

    person: str
    arguments: tuple[str, ...]
    reads: str
    out: str
    err: str
    exit_code: int

    @property
    def data(self) -> dict[str, Any]:
        """The JSON that `--json` printed."""
        value: dict[str, Any] = json.loads(self.out)
        return value


class CommandFailed(Exception):
    """A command ended with another exit code than it should."""


@dataclass
class Person:
    """Somebody with a home and a passphrase."""

    name: str
    home: Path
    passphrase: str
    watch: Callable[[Done], None] | None = None
    environment: dict[str, str] = field(default_factory=dict)

    def duolog(self, *arguments: str, reads: str = "", expect: int | None = 0) -> Done:
        """Runs `duolog ...` in a process of its own. Raises: CommandFailed, unless `expect` is None."""
        reading, writing = os.pipe()
        os.write(writing, self.passphrase.encode() + b"\n")
        os.close(writing)
        program = "from duolog.cli.main import main; main()"
        common = ["--home", str(self.home), "--passphrase-fd", str(reading)]
        done = subprocess.run(
            [sys.executable, "-c", program, *arguments, *common],
            input=reads.encode(),
            capture_output=True,
            pass_fds=[reading],
            timeout=COMMAND_SECONDS,
            check=False,
            env={**_environment(), **self.environment},
            cwd=ROOT,
        )
        os.close(reading)
        result = Done(
            self.name,
            arguments,
            reads,
            done.stdout.decode(errors="replace"),
            done.stderr.decode(errors="replace"),
            done.returncode,
        )
        if self.watch is not None:
            self.watch(result)
        if expect is not None and done.returncode != expect:
            what = f"{self.name}: duolog {' '.join(arguments)}"
            raise CommandFailed(f"{what} ended with {done.returncode}, not {expect}:\n{result.out}{result.err}")
        return result

    def letter(self) -> dict[str, Any]:
        """The one letter, with all its words, as this person's home shows it."""
        return self.duolog("letter", "show", "1", "--json").data

    def boundary(self) -> dict[str, Any]:
        """The one boundary, as this person's home shows it."""
        found: list[dict[str, Any]] = self.duolog("boundary", "list", "--json").data["boundaries"]
        if len(found) != 1:
            raise CommandFailed(f"{self.name} sees {len(found)} boundaries, not one")
        return found[0]


def pair(ada: Person, sam: Person, origin: str) -> None:
    """Both register, Ada invites, Sam joins, both compare the words."""
    ada.duolog("register", "--server", origin, "--no-confirm")
    sam.duolog("register", "--server", origin, "--no-confirm")
    link = ada.duolog("invite", "--json").data["link"]
    sam.duolog("join", reads=link + "\n")
    ada.duolog("verify", "--show")
    heard = words(sam.duolog("verify", "--show", "--json"))
    ada.duolog("verify", reads=heard + "\n")
    sam.duolog("verify", reads=words(ada.duolog("verify", "--show", "--json")) + "\n")
    ada.duolog("sync")
    ada.duolog("profile", reads="Ada\n")
    sam.duolog("profile", reads="Sam\n")


def words(done: Done) -> str:
    """The eight words that somebody reads aloud."""
    found: Sequence[str] = done.data["words"]
    return " ".join(found)


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DUOLOG_")}
    kept["PYTHONPATH"] = str(ROOT)
    kept["TZ"] = kept.get("TZ", "UTC")
    return kept
