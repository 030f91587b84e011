"""The commands that people and CI are told to use exist and are the same."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def targets_in(text: str) -> set[str]:
    """Targets named by code in a document, each at the start of its line."""
    return set(re.findall(r"^make ([a-z-]+)", text, re.MULTILINE))


def test_make_help_lists_every_target_that_the_documents_name() -> None:
    listed = set(
        re.findall(r"^  ([a-z-]+) ", subprocess.check_output(["make", "-s"], cwd=ROOT, text=True), re.MULTILINE)
    )
    assert {"run", "test", "check", "demo", "bench", "openapi", "migration", "mutants", "lock", "clean"} <= listed
    for document in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"):
        code = "\n".join(re.findall(r"`+([^`]*)`+", (ROOT / document).read_text()))
        assert targets_in(code) <= listed, document


def test_make_has_nothing_to_complain_about() -> None:
    done = subprocess.run(["make", "-n", "check", "docs"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stderr == ""


def test_ci_runs_the_command_that_readme_gives() -> None:
    command = (ROOT / ".ci" / "run").read_text().strip().splitlines()[-1]
    assert command == "make check"
    block = re.search(r"## Two commands.*?```sh\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert block
    assert [line.partition("#")[0].strip() for line in block[1].splitlines()] == ["make run", command]


def test_check_includes_the_whole_test_suite_and_every_linter() -> None:
    plan = subprocess.check_output(["make", "-n", "check"], cwd=ROOT, text=True)
    for part in ("ruff format --check", "ruff check", "mypy", "lint-imports", "deptry", "app openapi", "pytest -n"):
        assert part in plan, part
