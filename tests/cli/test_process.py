"""The command as a process: what its arguments may hold, its exit codes, its speed, and a reader that goes away."""

import ast
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from duolog.cli import forms
from duolog.documents.safe_text import clean
from tests.cli.transcript import run
from tools.cli_docs import names
from tools.local_server import LocalServer

PROGRAM = [sys.executable, "-c", "from duolog.cli.main import main; main()"]
NOWHERE = "http://127.0.0.1:9"
LINK = "https://journal.example/join#AAAAAAAAAAAAAAAAAAAAAA"


def duolog(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*PROGRAM, *arguments], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)


@pytest.mark.parametrize("command", ["join", f"restore --server {NOWHERE}", "write", "search", "recovery check"])
def test_a_secret_or_a_text_is_refused_as_an_argument_and_not_repeated(command: str) -> None:
    done = duolog(*command.split(), LINK)
    assert done.returncode == 2
    assert done.stdout == ""
    assert LINK not in done.stderr
    assert "Texts are typed when it asks" in done.stderr


def test_a_crash_writes_no_image_of_the_memory() -> None:
    program = """if True:
        import resource
        most = resource.getrlimit(resource.RLIMIT_CORE)[1]
        resource.setrlimit(resource.RLIMIT_CORE, (most, most))
        from duolog.cli.main import main
        try:
            main(["--version"])
        finally:
            print(most, resource.getrlimit(resource.RLIMIT_CORE)[0])
    """
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    most, now = done.stdout.split()[-2:]
    if most == "0":
        pytest.skip("this machine writes no image of any program")
    assert now == "0", done.stdout


def test_every_question_is_asked_where_the_screen_is_given_to_it() -> None:
    asks = ("input", "getpass.getpass", "sys.stdin.read", "sys.stdin.readline", "running.wait")
    seen: dict[str, bool] = {}

    def walk(node: ast.AST, where: str, given: bool) -> None:
        if isinstance(node, ast.With):
            given = given or any(ast.unparse(item.context_expr) == "asked()" for item in node.items)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in asks and not node.keywords:
            seen[f"{where}:{node.lineno}"] = given
        for child in ast.iter_child_nodes(node):
            walk(child, where, given)

    for path in Path(forms.__file__).parent.glob("*.py"):
        walk(ast.parse(path.read_text()), path.name, given=False)
    stopping = {place for place in seen if place.startswith("editors.py") and not seen[place]}
    assert len(stopping) == 2, "only an editor that is being stopped is waited for elsewhere"
    assert {place for place, given in seen.items() if not given} == stopping
    assert len(seen) - len(stopping) >= 5


def test_no_option_and_no_variable_takes_a_secret() -> None:
    """Whatever an option is called, it holds no passphrase, word, link or text."""
    page = (Path(__file__).parent.parent.parent / "docs" / "cli.md").read_text()
    options = {word.rstrip(",") for word in page.split() if word.startswith("--")}
    assert not [
        option for option in options if any(secret in option for secret in ("word=", "link", "password", "secret"))
    ]
    source = "".join(path.read_text() for path in Path(forms.__file__).parent.glob("*.py"))
    read = {"XDG_RUNTIME_DIR", "VISUAL", "EDITOR", "DUOLOG_HOME"}
    import re

    assert set(re.findall(r"(?:environ\.get\(|environ\[|envvar=|for name in \()\"([A-Z_]+)\"", source)) <= read


def test_help_is_quick() -> None:
    best = 10.0
    for _ in range(3):
        before = time.process_time_ns(), os.times()
        assert duolog("--help").returncode == 0
        after = os.times()
        best = min(best, after.children_user - before[1].children_user)
    assert best < 0.5, f"{best} s of processor time"


def test_a_reader_that_goes_away_ends_it_quietly() -> None:
    done = subprocess.run(
        ["sh", "-c", f"{sys.executable} -c 'from duolog.cli.main import main; main()' --help | true"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr


def test_json_is_json_also_when_it_fails(tmp_path: Path) -> None:
    said = run(tmp_path / "nobody", ["timeline", "--json"])
    assert said.exit_code == 2
    assert json.loads(said.out)["error"]["code"] == "usage"


def test_every_command_takes_the_shared_options() -> None:
    groups = {name for name in names() if any(other.startswith(name + " ") for other in names())}
    for name in set(names()) - groups:
        said = run(Path("unused"), [*name.split()[1:], "--help"])
        assert "--json" in said.out, name
        assert "--passphrase-fd" in said.out, name


def test_a_home_that_cannot_be_written_is_said_and_changes_nothing(server: LocalServer, tmp_path: Path) -> None:
    file = tmp_path / "a-file"
    file.write_text("not a folder")
    said = run(file / "home", ["register", "--server", server.origin, "--no-confirm"])
    assert said.exit_code == 1
    assert "Traceback" not in said.err
    assert "inside Duolog" not in said.err
    assert file.read_text() == "not a folder"


def test_words_of_others_cannot_steer_the_terminal() -> None:
    assert clean("a\x1b[2Jb\x07c\u202ed\x9be\tf\ng") == "a\ufffd[2Jb\ufffdc\ufffdd\ufffde\tf\ng"
