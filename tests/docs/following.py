"""Follows a page literally: each line of its shell blocks in order, by its people, against a real server.

A page's script says for each line who types it, what they answer, and which values of the page (an id, a number, an
address) are others here. A line that the page shows and the script doesn't expect is an error, and so is the reverse.
"""

import json
import re
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.cli.transcript import Said, run

ROOT = Path(__file__).parent.parent.parent
PAGES = {page.name: page for page in [ROOT / "README.md", *sorted((ROOT / "docs" / "howto").glob("*.md"))]}

# Lines for operators, which need a machine or a daemon of their own, by their page and beginning.
NOT_FOLLOWED: Mapping[tuple[str, str], str] = {
    ("README.md", "make run"): "sets up a whole environment, and serves until it is stopped",
    ("README.md", "make web-build"): "loads Node's libraries; `make web-stories` builds the app too",
    ("README.md", "DUOLOG_WEB=on make run"): "serves until it is stopped",
    ("README.md", "make check"): "runs this test",
    ("README.md", "make pin-images image"): "needs Docker; tests/deploy has what can be tried without",
    ("README.md", "docker run"): "needs Docker",
    ("README.md", "pipx install dist/"): "tests/house/test_wheel.py installs the wheel in an environment of its own",
    ("a-release.md", "ssh-keygen"): "tests/house/test_release.py types it",
    ("a-release.md", "sha256sum"): "tests/house/test_release.py types it",
    ("a-release.md", "pipx install"): "tests/house/test_wheel.py installs the wheel",
    ("self-hosting.md", "make pin-images"): "needs Docker; tests/deploy has what can be tried without",
    ("self-hosting.md", "make wheel"): "tests/house/test_wheel.py",
    ("self-hosting.md", "echo 'SITE="): "tests/deploy reads it",
    ("self-hosting.md", "deploy/compose"): "needs Docker; tests/deploy reads the file",
    ("self-hosting.md", "docker run"): "needs Docker",
    ("self-hosting.md", "certbot"): "needs a public name",
    ("self-hosting.md", "nginx -t"): "tests/deploy runs it where nginx is",
    ("self-hosting.md", "make run"): "as in README",
    ("self-hosting.md", "make -C /opt/duolog wheel"): "`make wheel` on the operator's machine",
    ("self-hosting.md", "make -C /opt/duolog web-build"): "loads Node's libraries; tests/app/web has a build",
    ("self-hosting.md", "apt-get"): "needs a bare machine and Debian's packages",
    ("self-hosting.md", "git"): "needs the operator's machine",
    ("self-hosting.md", "python3 -m venv /opt"): "needs the operator's machine",
    ("self-hosting.md", "/opt/duolog-env/bin/pip"): "needs the operator's machine",
    ("self-hosting.md", "useradd"): "needs root",
    ("self-hosting.md", "runuser"): "needs root and PostgreSQL",
    ("self-hosting.md", "echo 'DUOLOG_DATABASE="): "needs root; tests/docs/test_deploy.py reads the setting",
    ("self-hosting.md", "install"): "needs root; tests/docs/test_deploy.py checks each file that is installed",
    ("self-hosting.md", "sed -i"): "needs root",
    ("self-hosting.md", "systemctl"): "needs systemd",
    ("self-hosting.md", "journalctl"): "needs systemd",
    ("self-hosting.md", "cp -p"): "needs the operator's machine; tests/app/backups has the drill with PostgreSQL",
    ("self-hosting.md", "caddy validate"): "needs Caddy; tests/docs/test_deploy.py runs it where Caddy is",
    (
        "self-hosting.md",
        "/opt/duolog/deploy/admin",
    ): "needs root; tests/docs/test_deploy.py parses each command",
    ("self-hosting.md", 'echo "alias duolog'): "tests/client/test_certificates.py sets it",
    ("self-hosting.md", "cat /etc/ssl"): "tests/deploy/test_installing.py types it",
    ("self-hosting.md", "PIP_CERT="): "tests/deploy/test_installing.py types it",
    ("self-hosting.md", "DUOLOG_ATTACHMENTS="): "a file of settings; tests/app/attachments has a bucket",
    ("self-hosting.md", "DUOLOG_S3_"): "a file of settings; tests/app/attachments has a bucket",
}

Value = str | Callable[["World"], str]


def blocks(page: Path) -> Iterator[str]:
    """The shell blocks of a page."""
    yield from re.findall(r"^ *```sh\n(.*?)^ *```", page.read_text(), re.DOTALL | re.MULTILINE)


def shown_lines(page: Path) -> Iterator[str]:
    """The commands of a page, in order, without comments."""
    for block in blocks(page):
        for line in block.splitlines():
            if command := re.sub(r"(^|\s)#.*", "", line).strip():
                yield command


def reason(page: str, line: str) -> str | None:
    """Why nobody follows this line; None for a line that is followed."""
    return next((why for (name, begins), why in NOT_FOLLOWED.items() if name == page and line.startswith(begins)), None)


@dataclass
class World:
    """A server, another one, and everybody's home in a folder. `words`: the recovery words of each person."""

    origin: str
    elsewhere: Callable[[], str]
    folder: Path
    words: dict[str, str] = field(default_factory=dict)
    last: dict[str, str] = field(default_factory=dict)

    def run(self, who: str, *arguments: str, reads: str = "", ok: bool = True) -> Said:
        """One command of a person. Raises: AssertionError, when it fails."""
        rest = [*arguments]
        home = self.folder / who
        if "--home" in rest:
            at = rest.index("--home")
            home = Path(rest[at + 1])
            del rest[at : at + 2]
        said = run(home, rest, reads=reads)
        assert not ok or said.exit_code == 0, f"{who}$ duolog {shlex.join(arguments)}\n{said.text}"
        return said

    def data(self, who: str, *arguments: str, reads: str = "") -> dict[str, Any]:
        """What a command prints for scripts."""
        found: dict[str, Any] = json.loads(self.run(who, *arguments, "--json", reads=reads).out)
        return found

    def register(self, who: str) -> None:
        """An account, whose words are kept."""
        made = self.data(who, "register", "--server", self.origin, "--no-confirm")
        self.words[who] = " ".join(made["words"])

    def compare(self, one: str, other: str) -> None:
        """The two read their eight words to each other; the one who invited begins."""
        self.run(one, "verify", "--show")
        self.run(one, "verify", reads=self._eight(other) + "\n")
        self.run(other, "verify", reads=self._eight(one) + "\n")
        self.run(one, "sync")

    def _eight(self, who: str) -> str:
        return " ".join(self.data(who, "verify", "--show")["words"])

    def couple(self, one: str = "ada", other: str = "sam") -> None:
        """Two people with a journal, by the way that README shows."""
        self.register(one)
        self.register(other)
        self.run(other, "join", reads=self.data(one, "invite")["link"] + "\n")
        self.compare(one, other)

    def entry(self, who: str, journal: str = "") -> str:
        """The number of a note that this person writes."""
        where = ["--journal", journal] if journal else []
        self.run(who, "write", *where, reads="A note.\n")
        return str(self.data(who, "timeline", *where)["entries"][-1]["seq"])

    def data_or(self, who: str, *arguments: str, reads: str = "") -> dict[str, Any]:
        """As `data`, of a command that ends before it is done."""
        found: dict[str, Any] = json.loads(self.run(who, *arguments, "--json", reads=reads, ok=False).out)
        return found

    def others(self, who: str) -> list[str]:
        """The short ids of a person's other devices."""
        listed = self.run(who, "device", "list").out.splitlines()
        return [line[:8] for line in listed if ": device" in line and "this one" not in line]

    def device(self, who: str, name: str = "phone") -> str:
        """Another device of a person; its short id."""
        before = self.others(who)
        code = self.data_or(name, "device", "join", "--server", self.origin)["code"]
        eight = " ".join(self.data_or(who, "device", "add", reads=f"{code}\nlater\n")["words"])
        self.run(who, "device", "add", reads=f"{code}\n{eight}\n")
        self.run(name, "device", "join", "--server", self.origin)
        (added,) = [one for one in self.others(who) if one not in before]
        return added


@dataclass(frozen=True)
class Turn:
    """One line of a page.

    `who` types it, one after the other. `reads`: what they answer, by standard input. `agrees`: they answer the last
    question with yes. `swap`: values of the page that are others here. `before`: what has happened by then. `does`:
    instead of running the line as it stands, where two people act together; it gets the line's words. `ok`: whether
    it must succeed.
    """

    line: str
    who: Sequence[str] = ("ada",)
    reads: Value = ""
    agrees: bool = False
    swap: Mapping[str, Value] = field(default_factory=dict)
    before: Callable[[World], object] | None = None
    does: Callable[[World, list[str]], object] | None = None
    ok: bool = True


def follow(page: str, world: World, turns: Sequence[Turn]) -> None:
    """Follow a page by its script. Raises: AssertionError."""
    left = list(turns)
    for line in shown_lines(PAGES[page]):
        if reason(page, line) is not None:
            continue
        assert left, f"{page} shows `{line}`, and nobody follows it: add it to the page's script"
        turn = left.pop(0)
        assert turn.line == line, f"{page} shows `{line}` where its script has `{turn.line}`"
        _take(world, turn)
    assert not left, f"{page} doesn't show `{left[0].line}` any more"


def _take(world: World, turn: Turn) -> None:
    if turn.before is not None:
        turn.before(world)
    line = turn.line.replace("https://journal.example", world.origin)
    for shown, here in turn.swap.items():
        assert shown in line, f"{shown} isn't in `{line}`"
        line = line.replace(shown, here if isinstance(here, str) else here(world))
    program, *words = shlex.split(line)
    assert program == "duolog", f"`{turn.line}` is neither the command nor in the table of lines that nobody follows"
    if turn.does is not None:
        turn.does(world, words)
        return
    for who in turn.who:
        given, into = words, None
        if ">" in words:
            given, into = words[: words.index(">")], words[words.index(">") + 1]
        reads = turn.reads if isinstance(turn.reads, str) else turn.reads(world)
        said = world.run(who, *given, *(["--yes"] if turn.agrees else []), reads=reads, ok=turn.ok)
        world.last[who] = said.out
        if into is not None:
            Path(into).write_text(said.out)
