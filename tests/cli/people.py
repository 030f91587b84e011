"""People with homes, for tests that a transcript can't tell."""

import json
from pathlib import Path

from tests.cli.transcript import Said, run
from tools.local_server import LocalServer


class Person:
    """Somebody with a home."""

    def __init__(self, home: Path, server: LocalServer) -> None:
        self.home = home
        self.ok("register", "--server", server.origin, "--no-confirm", "--json")

    def say(self, *arguments: str, reads: str = "") -> Said:
        return run(self.home, list(arguments), reads)

    def ok(self, *arguments: str, reads: str = "") -> str:
        said = self.say(*arguments, reads=reads)
        assert said.exit_code == 0, said.text
        return said.out

    def link(self, *arguments: str) -> str:
        return str(json.loads(self.ok(*arguments, "--json"))["link"])


def words_of(one: Person) -> str:
    """The eight words that somebody sees."""
    return " ".join(json.loads(one.ok("verify", "--show", "--json"))["words"])


def paired(ada: Person, sam: Person) -> None:
    """Ada invites Sam, and both compare their words."""
    sam.ok("join", reads=ada.link("invite"))
    words = words_of(ada)
    ada.ok("verify", reads=words)
    sam.ok("verify", reads=words)


def in_one_line(text: str) -> str:
    """A text without its line breaks."""
    return " ".join(text.split())
