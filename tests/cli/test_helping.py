"""The commands that need nothing: they open no socket, write no file, and read no home."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

# Every audited event of the command that could leave a trace or reach the network ends it. Reading is left alone.
WATCHED = """
import os, sys
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC
TRACES = ("os.mkdir", "os.rename", "os.link", "os.symlink", "os.truncate", "shutil.", "tempfile.", "sqlite3.",
          "socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.fork", "urllib.", "http.")
def watch(event, arguments):
    wrote = False
    if event == "open":
        _, mode, flags = arguments
        wrote = bool(flags & WRITES or set(mode or "") & set("wax+"))
    if wrote or event.startswith(TRACES):
        os.write(2, f"TRACE {event} {arguments!r}\\n".encode())
        os._exit(99)
import duolog.cli.main
sys.addaudithook(watch)
duolog.cli.main.main()
"""
COMMANDS = ["find-help", "find-help --json", "prompts", "prompts week", "prompts feelings", "prompts nonsense"]


def watched(
    arguments: str, folder: Path, script: str = WATCHED, **environment: str
) -> subprocess.CompletedProcess[str]:
    given = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path), "HOME": str(folder), **environment}
    return subprocess.run(
        [sys.executable, "-B", "-c", script, *arguments.split()],
        cwd=folder, env=given, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip


@pytest.mark.parametrize("arguments", COMMANDS)
def test_it_opens_no_socket_and_writes_no_file(arguments: str, tmp_path: Path) -> None:
    done = watched(arguments, tmp_path)
    assert "TRACE" not in done.stderr, done.stderr
    assert done.returncode == (2 if "nonsense" in arguments else 0), done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "act",
    ["open('trace', 'w')", "import socket; socket.socket()", "os.open('t', os.O_CREAT | os.O_WRONLY)", "os.mkdir('t')"],
)
def test_the_watch_sees_a_trace(act: str, tmp_path: Path) -> None:
    done = watched("find-help", tmp_path, WATCHED.replace("duolog.cli.main.main()", act))
    assert (done.returncode, "TRACE" in done.stderr) == (99, True)


def test_it_speaks_the_language_of_the_computer(tmp_path: Path) -> None:
    shown = {lang: watched("find-help", tmp_path, LANG=lang).stdout for lang in ("C", "de_DE.UTF-8", "fr_FR.UTF-8")}
    assert shown["C"].startswith("Where to find help\nDuolog never claims to keep anyone safe.")
    assert shown["de_DE.UTF-8"].startswith("Wo es Hilfe gibt\n")
    assert shown["fr_FR.UTF-8"] == shown["C"]
    assert "112" in shown["C"]
    assert "fear of what comes" in shown["C"]


def test_scripts_get_ids(tmp_path: Path) -> None:
    week = json.loads(watched("prompts week --json", tmp_path, LANG="de").stdout)
    assert (week["practice"], week["prompts"]["struggle"]) == ("week", "Was war schwer für mich?")
    today = json.loads(watched("prompts --json", tmp_path).stdout)["today"]
    assert today.keys() == {
        *("note", "disclosure", "impact", "repair", "reflection", "breach", "pause", "appreciation"),
    }
    assert json.loads(watched("prompts feelings --json", tmp_path).stdout)["feelings"]["calm"]["at_ease"] == "at ease"


def test_a_practice_that_is_none_is_answered_with_those_that_are(tmp_path: Path) -> None:
    done = watched("prompts nonsense", tmp_path)
    assert "Choose one of: note, disclosure, impact" in done.stderr
    assert "'nonsense'" in done.stderr
