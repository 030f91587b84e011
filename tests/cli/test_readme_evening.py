"""README's evening, typed letter by letter, by two people on two machines that README's own lines have set up.

`make evening` runs it, and prints how long it took. The screens of both are in `recordings`, as a reader would see
them: what differs from evening to evening stands there in square brackets.
"""

import os
import re
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.cli.terminal import Terminal, plain
from tests.cli.transcript import PASSPHRASE
from tools.local_server import LocalServer
from tools.wheel import build

ROOT = Path(__file__).parent.parent.parent
RECORDINGS = Path(__file__).parent / "recordings"
LETTER = 0.04  # seconds from one letter to the next
PROMPT = "$> "

pytestmark = pytest.mark.slow


def blocks() -> list[str]:
    """The shell blocks of README's part on the first evening: how to get the command, and the evening."""
    part = (ROOT / "README.md").read_text().split("## The first evening")[1].split("\n## ")[0]
    return re.findall(r"^```sh\n(.*?)^```", part, re.DOTALL | re.MULTILINE)


class Machine(Terminal):
    """A machine of somebody: a login shell with a home folder of its own, and nothing in it."""

    def __init__(self, name: str, folder: Path, dist: Path) -> None:
        self.name, self.registered = name, False
        home = folder / name
        (home / "tools").mkdir(parents=True)
        for tool, runs in (("pipx", f"{ROOT}/.tools/bin/uv tool run pipx"), ("uv", f"{ROOT}/.tools/bin/uv")):
            (home / "tools" / tool).write_text(f'#!/bin/sh\nexec {runs} "$@"\n')
            (home / "tools" / tool).chmod(0o700)
        (home / "tools" / "editor").write_text('#!/bin/sh\necho "(an editor)"\ncat > "$1"\n')
        (home / "tools" / "editor").chmod(0o700)
        shutil.copytree(dist, home / "dist")
        lock = str(ROOT / "requirements" / "dev.lock")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("DUOLOG_", "XDG_", "PYTHON"))}
        self._environment = {
            **kept,
            "HOME": str(home),
            "TERM": "xterm",
            "COLUMNS": "100",
            "LANG": "C.UTF-8",
            "PS1": PROMPT,
            "PATH": f"{home}/tools:{home}/.local/bin:/usr/bin:/bin",
            "VISUAL": str(home / "tools" / "editor"),
            "UV_CONSTRAINT": lock,
            "PIP_CONSTRAINT": lock,
            "UV_PYTHON": sys.executable,
            "UV_NO_PROGRESS": "1",
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        }
        self._start()
        self.wait(PROMPT)

    def _start(self) -> None:
        import pty

        self.seen, self._from, self._status = "", 0, None
        self._pid, self._fd = pty.fork()
        if self._pid == 0:
            os.chdir(self._environment["HOME"])
            os.execve("/bin/bash", ["bash", "--norc", "--noprofile", "-i"], self._environment)

    def slowly(self, text: str, end: str = "\r") -> None:
        """Type letter by letter."""
        for letter in text + end:
            self.type(letter, end="")
            time.sleep(LETTER)

    def run(self, line: str) -> None:
        """Type a line of README, without its comment, and the passphrase of somebody who has an account."""
        self.slowly(re.sub(r"\s+#.*", "", line))
        if self.registered:
            self.wait("Passphrase:")
            self.slowly(PASSPHRASE)

    def done(self) -> str:
        """Wait for the shell's prompt; what was said until then."""
        return plain(self.wait(PROMPT))


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    build(tmp_path / "dist")
    return tmp_path / "dist"


@pytest.fixture
def machines(tmp_path: Path, dist: Path) -> Iterator[tuple[Machine, Machine]]:
    with ExitStack() as stack:
        ada, sam = (stack.enter_context(Machine(name, tmp_path / "people", dist)) for name in ("ada", "sam"))
        yield ada, sam


def test_two_people_follow_readme_and_have_a_boundary_in_force(
    machines: tuple[Machine, Machine], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ada, sam = machines
    get, evening = blocks()
    lines = [line for line in evening.splitlines() if line.startswith("duolog ")]
    begun = time.monotonic()
    ada.run(get.splitlines()[0])  # pipx
    sam.run(get.splitlines()[0].split("# or: ")[1])  # uv
    for machine in machines:
        machine.wait("duolog")
        machine.done()
    installed = time.monotonic()
    with LocalServer(tmp_path / "server") as server:
        typed = iter(line.replace("https://journal.example", server.origin) for line in lines)
        _register(ada, next(typed))
        ada.run(next(typed))
        link = re.search(r"http\S+/join#\S+", ada.done())
        assert link is not None, ada.seen
        _register(sam, next(typed))
        sam.run(next(typed))
        sam.wait("The link that you were given:")
        sam.slowly(link[0])
        assert "You have accepted." in sam.done()
        verify, words = next(typed), []
        for machine in (ada, sam):
            machine.run(verify)
            shown = plain(machine.wait("(yes, no, or later)"))
            words.append(re.findall(r"^ {4}(\w+ +\w+ +\w+ +\w+)$", shown, re.MULTILINE))
            machine.slowly("yes")
            machine.done()
        assert words[0] == words[1]
        assert len(words[0]) == 2
        ada.run(next(typed))
        ada.wait("(an editor)")
        ada.slowly("Topic: friendships\r\rWe tell each other before we meet an old love.")
        ada.slowly("\x04", end="")
        assert "Proposed." in ada.done()
        sam.run(next(typed))
        sam.wait("Do you accept exactly this text? (yes/no)")
        sam.slowly("yes")
        assert "it is in force." in sam.done()
        last = next(typed)
        for machine in machines:
            machine.run(last)
            assert "We tell each other before we meet an old love." in machine.done()
        assert next(typed, None) is None, "every line of the evening was typed"
        ended = time.monotonic()
    with capsys.disabled():
        print(f"\ninstalled in {_clock(installed - begun)}, the evening took {_clock(ended - installed)}")
    for machine in machines:
        recording, shown = RECORDINGS / f"readme_evening_{machine.name}.txt", _normal(machine, server.origin)
        if os.environ.get("RECORD"):
            recording.write_text(shown)
        assert shown == recording.read_text(), "run it with RECORD=1, and look at the difference"


def _register(machine: Machine, line: str) -> None:
    machine.run(line)
    for question in ("Choose a passphrase", "Once more:"):
        machine.wait(question)
        machine.slowly(PASSPHRASE)
    shown = plain(machine.wait("Press Enter when they are on paper."))
    words = {int(number): word for number, word in re.findall(r"(\d+) ([a-z]+)", shown) if int(number) <= 24}
    machine.slowly("")
    for _ in range(3):
        asked = plain(machine.wait("Word ") + machine.wait(":"))
        machine.slowly(words[int(re.findall(r"\d+", asked)[-1])])
    assert "Your account is ready." in machine.done()
    machine.registered = True


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60} min {seconds % 60:.0f} s"


def _normal(machine: Machine, origin: str) -> str:
    """A screen as text: without what differs from evening to evening, and without the drawing of the QR code."""
    text = plain(machine.seen).replace(origin, "https://journal.example")
    text = re.sub(r"[\x00-\x08\x0b-\x1f]", "", text)
    text = re.sub(r"(?:[\u2800-\u28ff] [^\u2800-\u28ff\n]*?…)+ *\n?", "", text)  # the sign of life, when it is slow
    text = re.sub(r"^.*[▀▄█▌▐].*\n", "", text, flags=re.MULTILINE)
    text = text.split("duolog register", 1)[1]
    text = re.sub(r"#[\w-]{20,}", "#[secret]", text)
    text = re.sub(r"^( *\d+ [a-z]+){4}$", "  [four words]", text, flags=re.MULTILINE)
    text = re.sub(r"^ {4}\w+ +\w+ +\w+ +\w+$", "    [four words]", text, flags=re.MULTILINE)
    text = re.sub(r"Word \d+: \w*", "Word [n]: [word]", text)
    text = re.sub(r"\w+day \d+ \w+ \d{4}", "[day]", text)
    text = re.sub(r"\d\d:\d\d", "[time]", text)
    text = text.replace(str(machine._environment["HOME"]), "/home/" + machine.name)
    lines = [line.rstrip() for line in f"{PROMPT}duolog register{text}".split("\n")]
    return "\n".join(lines).rstrip() + "\n"
