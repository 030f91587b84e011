"""Every question of the command, and its editor: Ctrl-C, a closed terminal, and a kill lose nothing that was written.

Each place in `duolog/cli` that asks is in the loop: a test looks for all of them in the code, and compares them with
those that were really asked. `make prompts` runs all of it.
"""

import ast
import json
import shlex
import signal
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any, cast

import pytest

from duolog.cli import asking, editors, private_files, texts
from duolog.client import blocking
from duolog.documents import dates
from tests.cli.terminal import Forked, plain
from tests.cli.transcript import PASSPHRASE, run
from tools.local_server import LocalServer

pytestmark = pytest.mark.slow

CLI = Path(texts.__file__).parent
ASKS = {
    *("ask_line", "ask_pasted", "ask_words", "ask_heard", "ask_yes", "ask_passphrase", "ask_new_passphrase"),
    *("agreed", "_agreed", "write_text", "_typed_text", "edit", "_type_into"),
}
WITHOUT_A_TERMINAL = {("joining.py", "_same", "ask_heard"), ("pairing.py", "compare_words", "ask_heard")}
SECRET = "Canary: what nobody else may read."
ENDS = ("Ctrl-C", "SIGHUP", "SIGKILL")
Place = tuple[str, str, str]


@dataclass(frozen=True)
class Prompts:
    """A command with the questions that it asks, in order, and the answers to them. The last one has none.

    `after_writing`: the number of the question before which the text was written; every later one knows the text.
    """

    arguments: str
    asked: tuple[tuple[str, str], ...]
    who: str = "ada"
    before: Callable[[], None] = lambda: None
    passphrase: bool = True
    after_writing: int | None = None
    editor: str = "write"

    def __str__(self) -> str:
        return f"{self.who}$ duolog {self.arguments}"


def put(owner: object, name: str, value: object) -> Callable[[], None]:
    """Put something in the place of what a test can't bring about, in the copy of the process alone."""
    return partial(setattr, owner, name, value)


class _Two:
    account, branches = bytes(32), ()


class _Waiting:
    waiting, entry, missing, name, type, size = True, bytes(16), False, "us.jpg", "image/jpeg", 7


TWICE = dates.LocalTime((1_900_000_000, 1_900_003_600))
EIGHT = ("abandon", "ability", "able", "about", "above", "absent", "absorb", "abstract")

PROMPTS = (
    Prompts(
        "register --server {server} --invite-code",
        (("Invite code:", "x"), ("Choose a passphrase", "")),
        "nobody",
        passphrase=False,
    ),
    Prompts(
        "register --server {server}",
        (
            ("Choose a passphrase", PASSPHRASE),
            ("Once more:", PASSPHRASE),
            ("Press Enter when they are on paper.", ""),
            ("Word ", ""),
        ),
        "nobody",
        passphrase=False,
    ),
    Prompts(
        "restore --server {server}",
        (("Your 24 recovery words:", "{words}"), ("Choose a passphrase", "")),
        "nobody",
        passphrase=False,
    ),
    Prompts("timeline --offline", (("Passphrase:", ""),), passphrase=False),
    Prompts("today --ephemeral {server}", (("Your 24 recovery words:", ""),)),
    Prompts("profile", (("Your name:", "Ada"), ("Pronouns, if you like:", ""))),
    Prompts(
        "attachment drop",
        (("without its 1 file?", ""),),
        before=put(blocking.Attachments, "list", lambda _: (_Waiting,)),
    ),
    Prompts("checkin", (("<editor>", ""), ("Seal this answer?", "")), after_writing=0),
    Prompts(
        "checkins reveal",
        (("Open yours to the other?", ""),),
        before=put(blocking.CheckIns, "waits_for_me", lambda *_: True),
    ),
    Prompts("confidant remove", (("Do you end it for", ""),)),
    Prompts("confidant leave", (("Do you leave this journal?", ""),), "okoro"),
    Prompts("partner remove", (("Do you remove the one who joined?", ""),)),
    Prompts("confidant sign", (("Do you consent to exactly this?", ""),), "sam"),
    Prompts("confidant decline", (("Do you decline this?", ""),), "sam"),
    Prompts("journal copy {entry} --to private", (("Copy this into", ""),)),
    Prompts("journal copy {entry} --to private --shorter", (("<editor>", ""),), after_writing=0),
    Prompts("device name {device}", (("What do you call it?", ""),)),
    Prompts("device revoke {device}", (("Take them out now?", ""),)),
    Prompts("draft keep", (("<editor>", ""),), after_writing=0),
    Prompts("draft send 1", (("Write this into", ""),)),
    Prompts("draft drop 1", (("Throw this draft away?", ""),)),
    Prompts("draft rescued --drop", (("Throw all of this away?", ""),), "sam"),
    Prompts("timeline --tag", (("Which tag?", ""),)),
    Prompts("search", (("What do you look for?", ""),)),
    Prompts(
        "account branch",
        (("The eight words of their account", ""),),
        before=put(blocking.Keyholders, "forks", lambda _: [_Two]),
    ),
    Prompts(
        "device add",
        (("The code on the new device:", "x"), ("Does the new device show the same eight words?", "")),
        before=put(blocking.Keyholders, "begin_adding", lambda *_: EIGHT),
    ),
    Prompts("journal name", (("Your name for", ""),)),
    Prompts("close", (("Close it now, for good?", ""),)),
    Prompts("close --at '{soon}'", (("Close it on", ""),)),
    Prompts("close --at '{soon}'", (("Do you mean 1,", ""),), before=put(dates, "parse_local", lambda _: TWICE)),
    Prompts("withdraw {entry}", (("Withdraw", ""),)),
    Prompts("erase {entry}", (("Erase", ""),)),
    Prompts("journal let-go --journal closed", (("Let go of", ""),)),
    Prompts("account delete", (("Delete your account?", ""),)),
    Prompts("move --to http://127.0.0.1:9", (("Move there now?", ""),)),
    Prompts("join", (("The link that you were given:", ""),)),
    Prompts("verify --journal new", (("Does the other person see the same eight", ""),)),
    Prompts("verify", (("Are all of them the same for both of you?", ""),), "restored"),
    Prompts("recovery check", (("Your 24 recovery words:", ""),)),
    Prompts("recovery print {folder}/sheet.html", (("Your 24 recovery words:", ""),)),
    Prompts("recovery replace", (("Press Enter when they are on paper.", ""), ("Word ", ""))),
    Prompts("recovery replace --no-confirm", (("Are the new words on paper", ""),)),
    Prompts("write", (("<editor>", ""),), after_writing=0),
    Prompts("write", (("<lines>", ""),), editor="none", after_writing=0),
    Prompts("write", (("<editor>", ""), ("Keep this as a draft until then?", "")), "sam", after_writing=0),
    Prompts("thank", (("<editor>", ""),), after_writing=0),
    Prompts("boundary propose", (("<editor>", ""),), editor="boundary", after_writing=0),
    Prompts("boundary accept 1", (("Do you accept exactly this text?", ""),)),
    Prompts("boundary decline 1 --why", (("<editor>", ""),), after_writing=0),
    Prompts(
        "disclose",
        (("<editor>", ""), ("Keep it as a draft until then?", "no"), ("Send this to", "")),
        editor="letter",
        after_writing=0,
    ),
    Prompts(
        "boundary propose", (("Go on with it?", "no"), ("<editor>", "")), "sam", editor="boundary", after_writing=1
    ),
)


@dataclass
class World:
    """A server and the homes around it."""

    homes: Path
    values: dict[str, str]

    def ok(self, who: str, *arguments: str, reads: str = "") -> str:
        done = run(self.homes / who, list(arguments), reads)
        assert done.exit_code == 0, (arguments, done.text)
        return done.out

    def json(self, who: str, *arguments: str, reads: str = "") -> Any:
        return json.loads(self.ok(who, *arguments, "--json", reads=reads))

    def compare(self, one: str, other: str, *of: str) -> None:
        words = " ".join(self.json(one, *of, "--show")["words"])
        self.ok(one, *of, reads=words)
        self.ok(other, "verify", reads=words)


@pytest.fixture(scope="module")
def world(server: LocalServer, tmp_path_factory: pytest.TempPathFactory) -> World:
    """Ada and Sam with a confidant, a draft, a device to take out, journals of every sort, and things that wait."""
    homes = tmp_path_factory.mktemp("homes")
    here = World(homes, {"server": server.origin, "folder": str(homes)})
    for who in ("ada", "sam", "okoro", "robin"):
        made = here.json(who, "register", "--server", server.origin, "--no-confirm")
        here.values[f"words of {who}"] = " ".join(made["words"])
    here.values["words"] = here.values["words of ada"]
    here.ok("sam", "join", reads=here.json("ada", "invite")["link"])
    here.compare("ada", "sam", "verify")
    here.ok("ada", "write", reads="The first of Ada's.\n")
    here.ok("ada", "write", reads="The second of Ada's.\n")
    here.ok("ada", "draft", "keep", reads="For later.\n")
    here.ok("sam", "boundary", "propose", reads="We tell first.\n")
    here.ok("okoro", "join", reads=here.json("ada", "confidant", "invite", "--days", "60")["link"])
    words = " ".join(here.json("ada", "confidant", "verify", "--show")["words"])
    here.ok("ada", "confidant", "verify", reads=words)
    here.ok("sam", "confidant", "sign", reads=words)
    here.ok("okoro", "verify", reads=words)
    here.ok("ada", "confidant", "extend", "--days", "80")
    here.ok("ada", "journal", "create")
    for name in ("new", "closed"):
        made = here.json("ada", "journal", "create")["short"]
        here.ok("ada", "journal", "name", made, reads=f"{name}\n")
    here.ok("ada", "close", "--journal", "closed", "--yes")
    here.ok("robin", "join", reads=here.json("ada", "invite", "--journal", "new")["link"])
    here.ok("ada", "sync")
    here.ok("ada", "journal", "default", "1")
    here.ok("sam", "journal", "default", "1")
    here.ok("ada", "pause", "--for", "6h", "--yes")
    here.ok("sam", "checkin", "--yes", reads="A quiet week.\n")
    own = [one for one in here.json("ada", "timeline")["entries"] if one["mine"] and one["kind"] == "note"]
    here.values["soon"] = time.strftime("%Y-%m-%d 09:00", time.localtime(time.time() + 3 * 86_400))
    here.values["entry"] = str(own[0]["seq"])
    here.values["device"] = here.json("ada", "device", "list")["keyholders"][0]["short"]
    here.ok("restored", "restore", "--server", server.origin, reads=here.values["words of ada"] + "\n")
    # A text of Sam's that was not sent, and is offered where he writes the same.
    failed = run(homes / "sam", ["boundary", "propose"], "Topic: weather\n\nNot sent.\n")
    assert failed.exit_code != 0
    for who in ("ada", "sam", "okoro", "restored"):
        here.ok(who, "sync")
    return here


class Asked:
    """The places that asked something, as the copies of this process report them."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def report(self) -> None:
        """In a copy: note each place on the way to a question."""
        for module in (asking, texts, editors):
            real: Any = module.asked

            @contextmanager
            def noting(real: Any = real) -> Iterator[None]:
                self._note()
                with real():
                    yield

            module.asked = noting  # type: ignore[attr-defined]

    def _note(self) -> None:
        lines, frame = [], cast("FrameType | None", sys._getframe(2))
        while frame is not None:
            if Path(frame.f_code.co_filename).parent == CLI:
                lines.append(f"{Path(frame.f_code.co_filename).name} {frame.f_lineno}\n")
            frame = frame.f_back
        with self.file.open("a") as file:
            file.writelines(lines)

    def places(self) -> set[Place]:
        reached = {(name, int(line)) for name, line in map(str.split, self.file.read_text().splitlines())}
        return {
            place
            for place, calls in places_that_ask().items()
            if any(name == place[0] and first <= line <= last for name, line in reached for first, last in calls)
        }


def places_that_ask() -> dict[Place, list[tuple[int, int]]]:
    """Every call that asks, in all of the command but `asking`: file, function and callee, with its lines."""
    found: dict[Place, list[tuple[int, int]]] = {}
    for file in sorted(CLI.glob("*.py")):
        if file.name == "asking.py":
            continue
        for function in [node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.FunctionDef)]:
            for call in [node for node in ast.walk(function) if isinstance(node, ast.Call)]:
                name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
                if name in ASKS:
                    place = (file.name, function.name, name)
                    found.setdefault(place, []).append((call.lineno, call.end_lineno or call.lineno))
    return found


SCRIPTS = {
    "write": f'echo "{SECRET}" > "$1"',
    "boundary": f'printf "Topic: time\\n\\n{SECRET}\\n" > "$1"',
    "letter": f'printf "About: us\\nHold: yes\\n\\n{SECRET}\\n" > "$1"',
}


def editor(folder: Path, script: str, *, stays: bool) -> dict[str, str]:
    """The environment of somebody whose editor writes the secret, and stays open or ends."""
    if script == "none":
        return {"EDITOR": "", "VISUAL": "", "PATH": str(folder)}
    path = folder / "editor"
    path.write_text(f"#!/bin/sh\n{SCRIPTS[script]}\n" + ("echo editor is open; exec sleep 60\n" if stays else ""))
    path.chmod(0o700)
    return {"EDITOR": str(path), "VISUAL": ""}


def stored(home: Path) -> tuple[object, ...]:
    """How many rows the home has of everything that a person wrote, joined or was given."""
    if not (home / "log.sqlite").exists():
        return ()
    with closing(sqlite3.connect(home / "log.sqlite")) as opened:
        tables = ("item", "outbox", "pairing", "admission", "started_act", "former", "forked")
        return tuple(opened.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables)


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Asked:
    file = tmp_path_factory.mktemp("asked") / "places"
    file.touch()
    return Asked(file)


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("prompts", PROMPTS, ids=str)
def test_an_end_at_a_question_loses_nothing(
    world: World, asked: Asked, prompts: Prompts, end: str, tmp_path: Path
) -> None:
    for number in range(len(prompts.asked)):
        home = tmp_path / f"home{number}" if prompts.who == "nobody" else world.homes / prompts.who
        before, written = stored(home), prompts.after_writing is not None and number >= prompts.after_writing
        names = kept_texts(home)
        screen = _ended_at(world, asked, prompts, number, end, home, tmp_path)
        said = " ".join(plain(screen.seen).split())
        # Whatever was said is true.
        if end == "Ctrl-C":
            assert said.endswith("Stopped.") or "Stopped. Nothing was changed." in said or "editor is open" in said, (
                said
            )
        rescued = json.loads(run(home, ["draft", "rescued", "--json"]).out)["rescued"] if before else []
        if written:
            assert any(SECRET in text for text in rescued), said
        if "Your text isn't lost" in said:
            assert any(SECRET in text for text in rescued), said
        if prompts.who != "nobody":
            assert stored(home) == before, "a question that was left open changes nothing"
        # Nothing plain is left.
        left = [
            file
            for file in (*home.rglob("*"), *Path("/dev/shm").glob(f"{private_files.prefix(home)}*/*"))
            if file.is_file()
        ]
        assert [file for file in left if SECRET.encode() in file.read_bytes()] == []
        if prompts.who != "nobody":
            _forget(home, kept_texts(home) - names)


def _ended_at(
    world: World, asked: Asked, prompts: Prompts, number: int, end: str, home: Path, tmp_path: Path
) -> Forked:
    """Answer the questions before this one, and end the command at it."""
    stays = prompts.asked[number][0] == "<editor>"

    def before() -> None:
        asked.report()
        prompts.before()

    arguments = [word.format(**world.values) for word in shlex.split(prompts.arguments)]
    passphrase = PASSPHRASE if prompts.passphrase else None
    typed = editor(tmp_path, prompts.editor, stays=stays)
    with Forked(arguments, home, typed, before=before, passphrase=passphrase) as screen:
        for question, answer in prompts.asked[:number]:
            if question != "<editor>":
                screen.wait(question)
                screen.type(answer.format(**world.values))
        question = prompts.asked[number][0]
        if question == "<lines>":
            screen.wait("end with Ctrl-D on an empty")
            screen.type(SECRET)
            while not any(
                SECRET in file.read_text() for file in Path("/dev/shm").glob(f"{private_files.prefix(home)}*/text.md")
            ):
                pass
        else:
            screen.wait("editor is open" if stays else question)
        time.sleep(0.2)  # a person sees the question first
        if end == "Ctrl-C":
            screen.type("\x03", end="")
        else:
            screen.signal(getattr(signal, end))
        code = screen.ended()
        assert code != 0, screen.seen
        assert "Traceback" not in screen.seen
    return screen


def kept_texts(home: Path) -> set[str]:
    """The names of the texts that the home keeps because they were not sent."""
    if not (home / "log.sqlite").exists():
        return set()
    with closing(sqlite3.connect(home / "log.sqlite")) as opened:
        return {row[0] for row in opened.execute("SELECT name FROM rescued")}


def _forget(home: Path, names: set[str]) -> None:
    """Throw these texts away, so that the next command of their kind doesn't offer them."""
    with closing(sqlite3.connect(home / "log.sqlite")) as opened, opened:
        opened.executemany("DELETE FROM rescued WHERE name = ?", [(name,) for name in names])


def test_no_question_is_left_out_of_the_loop(asked: Asked, request: pytest.FixtureRequest) -> None:
    if request.session.testscollected < len(PROMPTS) * len(ENDS):
        pytest.skip("only with the whole loop in one process")
    assert places_that_ask().keys() - WITHOUT_A_TERMINAL - asked.places() == set()
