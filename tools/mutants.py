"""Take out each named security check in turn, and name the test that goes red.

A check is an `if`, or a bare call that raises, whose line ends with `# check: <area>.<name>`. For each one, this tool
makes the condition false (or leaves out the call) in a copy of the tree and runs tests there, nearest first: those
that name the check, or that the area's row or the source's place names, then the rest. A check that no test misses
has survived, and the command fails.

Rules: a name is used once; a condition is still evaluated, only its verdict is ignored, so that what it reads or binds
breaks nothing else and gets the mutant killed for a wrong reason; tests that are red without any mutant prove nothing,
so each set is run once on the unchanged copy first.
This tool does not invent mutations: what it tries is what the authors named.
"""

from __future__ import annotations

import argparse
import ast
import fnmatch
import functools
import io
import os
import queue
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import tokenize
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import pytest

SOURCES = ("duolog", "app")
# Areas whose tests are not where the source's place says. Paths are tried in this order, before the whole suite.
AREA_TESTS: dict[str, tuple[str, ...]] = {
    "export": ("tests/client/test_export.py", "tests/client/test_export_of.py"),
    "withdrawn": ("tests/documents/test_withdrawn.py",),
}
# Sources that share a test file which isn't named after them: it is tried first.
FILE_TESTS: dict[str, tuple[str, ...]] = {
    "tests/app/accounts/test_sets.py": ("app/accounts/changing.py", "app/accounts/sets.py"),
    "tests/app/leaving/test_closing.py": ("app/journals/closings.py", "app/leaving/service.py"),
    "tests/app/rendezvous/test_rendezvous.py": ("app/rendezvous/service.py",),
    "tests/app/rotations/test_rotate.py": ("app/rotations/service.py",),
    "tests/client/test_closing.py": (
        "duolog/client/closings.py",
        "duolog/client/ending.py",
        "duolog/client/leaving.py",
    ),
    "tests/client/test_confidants.py": tuple(
        f"duolog/client/{name}.py"
        for name in ("confidants", "consents", "former", "membership", "offers", "proposals", "terms", "waiting")
    ),
    "tests/client/test_keyholders.py": tuple(
        f"duolog/client/{name}.py" for name in ("adding", "enrolling", "passkeys", "ways")
    ),
    "tests/client/test_moving.py": tuple(
        f"duolog/client/{name}.py" for name in ("carrying", "earlier", "moves", "switching")
    ),
    "tests/client/test_rotating.py": tuple(
        f"duolog/client/{name}.py" for name in ("believed", "changes", "lifting", "opening")
    ),
    "tests/client/test_sync.py": tuple(
        f"duolog/client/{name}.py" for name in ("folding", "logs", "outbox", "pulling", "verify")
    ),
}
EVERYTHING = "tests"
# Structure and documentation tests don't run the checks.
IGNORED = ("tests/house", "tests/docs")
TIMEOUT = 3600  # seconds for one run of pytest, several times what everything takes; a mutant that hangs ends by it

_MARKER = re.compile(r"#\s*check:\s*(?P<name>\S+)\s*$")
_NAME = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
_FIRST_FAILURE = re.compile(r"^(?:FAILED|ERROR) (?P<test>\S+)", re.MULTILINE)
_LEFT_OUT = (".git", ".venv", ".tools", "duolog-data", "node_modules", "__pycache__", ".*_cache", ".hypothesis")


class MutantError(Exception):
    """The tool can't do its work: a marker is wrong, or the tests are red without any mutant."""


@dataclass(frozen=True, slots=True)
class Check:
    """One marked condition or call: its name, its file under the root, its line, and where its bytes are."""

    name: str
    path: str
    line: int
    start: int
    end: int
    is_call: bool

    @property
    def area(self) -> str:
        """What stands before the dot."""
        return self.name.partition(".")[0]

    @property
    def place(self) -> str:
        """`file:line`, as editors and terminals understand it."""
        return f"{self.path}:{self.line}"

    def taken_out(self, source: bytes) -> bytes:
        """Return `source` without this check, on as many lines as before."""
        checked = source[self.start : self.end]
        newlines = b"\n" * checked.count(b"\n")
        harmless = b"(None" + newlines + b")" if self.is_call else b"(" + checked + b") and False"
        return source[: self.start] + harmless + source[self.end :]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one mutant; `killer` is the first red test, or None when it survived."""

    check: Check
    killer: str | None


@dataclass(frozen=True, slots=True)
class Red:
    """A run that failed: its first red test, and all that pytest said."""

    test: str
    output: str


# --- finding ------------------------------------------------------------------------------------------------------


def find_checks(root: Path) -> list[Check]:
    """Return every marked condition below `root`, by file and line.

    Raises: MutantError when a marker has nothing to take out, a bad name, or a name that is taken.
    """
    checks: list[Check] = []
    seen: dict[str, Check] = {}
    for folder in SOURCES:
        for file in sorted((root / folder).rglob("*.py")):
            for check in _checks_in(file.relative_to(root).as_posix(), file.read_bytes()):
                if check.name in seen:
                    raise MutantError(f"{check.place}: {check.name} is already the name of {seen[check.name].place}")
                seen[check.name] = check
                checks.append(check)
    return checks


def _checks_in(path: str, source: bytes) -> Iterator[Check]:
    markers = dict(_markers(source))
    if not markers:
        return
    module = ast.parse(source)
    offsets = [0]
    for text in source.splitlines(keepends=True):
        offsets.append(offsets[-1] + len(text))
    for line, name in markers.items():
        if not _NAME.fullmatch(name):
            raise MutantError(f"{path}:{line}: {name!r} is not a name like area.rule")
        checked = _checked_at(module, line)
        if checked is None:
            raise MutantError(f"{path}:{line}: {name} marks neither an if nor a bare call")
        end_line, end_column = checked.end_lineno or checked.lineno, checked.end_col_offset or 0
        start, end = offsets[checked.lineno - 1] + checked.col_offset, offsets[end_line - 1] + end_column
        yield Check(name, path, line, start, end, is_call=isinstance(checked, ast.Call))


def _checked_at(module: ast.Module, line: int) -> ast.expr | None:
    """The condition or call that a marker on this line means: the innermost whose head or whole spans the line."""
    found: list[tuple[int, ast.expr]] = []
    for node in ast.walk(module):
        if isinstance(node, ast.If) and node.lineno <= line <= max(node.lineno, node.body[0].lineno - 1):
            found.append((node.lineno, node.test))
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and node.lineno <= line <= _end(node):
            found.append((node.lineno, node.value))
    return max(found, key=lambda item: item[0])[1] if found else None


def _end(node: ast.stmt | ast.expr) -> int:
    return node.end_lineno or node.lineno


def _markers(source: bytes) -> Iterator[tuple[int, str]]:
    """Yield line and name of each marker; only comments count, so this file's own texts do not."""
    for token in tokenize.tokenize(io.BytesIO(source).readline):
        if token.type == tokenize.COMMENT and (match := _MARKER.search(token.string)):
            yield token.start[0], match["name"]


@functools.cache
def _test_files(root: Path) -> list[tuple[str, str]]:
    """Every file of tests that runs the checks, with its text: many a test says which check must speak up."""
    files = {file.relative_to(root).as_posix(): file for file in sorted((root / EVERYTHING).rglob("test_*.py"))}
    return [(path, file.read_text()) for path, file in files.items() if not path.startswith(IGNORED)]


def stages(check: Check, root: Path) -> list[str]:
    """Return the test paths to try, nearest first; the last one is everything."""
    naming = [path for path, text in _test_files(root) if f'"{check.name}"' in text]
    folder, _, file = check.path.rpartition("/")
    mirror = "tests/" + folder.removeprefix("duolog/") if folder != "duolog" else "tests"
    named = file.removesuffix(".py")
    shared = [tests for tests, sources in FILE_TESTS.items() if check.path in sources]
    nearest = [*naming, *AREA_TESTS.get(check.area, ()), *shared, f"{mirror}/test_{named}.py"]
    wanted = [*nearest, "tests/attacks", mirror, EVERYTHING]
    return [path for path in dict.fromkeys(wanted) if (root / path).exists()]


# --- running ------------------------------------------------------------------------------------------------------


class Bench:
    """A few copies of the tree to mutate, so that the real one is never touched."""

    def __init__(self, root: Path, scratch: Path, jobs: int) -> None:
        self._copies: queue.Queue[Path] = queue.Queue()
        self._green: set[str] = set()
        self._greening = threading.Lock()  # while one worker proves tests green, another has no use for starting them
        self._clock = threading.Lock()
        self._stamp = 1_000_000_000
        for number in range(jobs):
            copy = scratch / str(number)
            shutil.copytree(root, copy, ignore=shutil.ignore_patterns(*_LEFT_OUT), symlinks=True)
            self._copies.put(copy)

    def try_out(self, check: Check) -> Verdict:
        """Run the tests without this check, nearest first, until one goes red."""
        copy = self._copies.get()
        try:
            for tests in stages(check, copy):
                self._must_be_green(copy, tests)
                if red := self._without(copy, check, tests):
                    return Verdict(check, red.test)
            return Verdict(check, None)
        finally:
            self._copies.put(copy)

    def _without(self, copy: Path, check: Check, tests: str) -> Red | None:
        file = copy / check.path
        original = file.read_bytes()
        try:
            self._write(file, check.taken_out(original))
            return run_tests(copy, tests)
        finally:
            self._write(file, original)

    def _write(self, file: Path, content: bytes) -> None:
        """Write with a time of its own: bytecode is cached by whole seconds, and mutants come faster than that."""
        file.write_bytes(content)
        with self._clock:
            self._stamp += 1
            os.utime(file, (self._stamp, self._stamp))

    def _must_be_green(self, copy: Path, tests: str) -> None:
        with self._greening:
            if tests in self._green:
                return
            if red := run_tests(copy, tests):
                raise MutantError(f"{tests} is red without any mutant: {red.test}\n{red.output[-4000:]}")
            self._green.add(tests)


def run_tests(copy: Path, tests: str) -> Red | None:
    """Return the first red test below `tests`, or None when all are green.

    Raises: MutantError when pytest could not do its work at all.
    """
    options = ["-x", "-q", "--tb=short", "-rfE", f"--basetemp={copy}.tmp"]
    options += ["-p", "no:cacheprovider", "-p", "no:schemathesis"]  # the second is a second of start-up, for slow tests
    options += [f"--ignore={path}" for path in IGNORED]
    command = [sys.executable, "-m", "pytest", *options, tests]
    environment = {**os.environ, "PYTHONPATH": str(copy), "COLUMNS": "400"}
    with subprocess.Popen(
        command,
        cwd=copy,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            output, _ = process.communicate(timeout=TIMEOUT)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return Red(f"the clock ({TIMEOUT} s in {tests})", "")
    if process.returncode in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        return None
    failure = _FIRST_FAILURE.search(output)
    if failure is None:
        raise MutantError(f"pytest {tests} ended with {process.returncode}:\n{output[-4000:]}")
    return Red(failure["test"], output)


# --- the command --------------------------------------------------------------------------------------------------


def try_all(root: Path, checks: Sequence[Check], jobs: int) -> list[Verdict]:
    """Try every check, print each verdict as it comes, and return them all.

    Raises: MutantError as `run_tests`, or when tests are red without any mutant.
    """
    verdicts: list[Verdict] = []
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="duolog-mutants-") as scratch:
        bench = Bench(root, Path(scratch), jobs)
        with ThreadPoolExecutor(jobs) as pool:
            futures = [pool.submit(bench.try_out, check) for check in checks]
            try:
                for future in as_completed(futures):
                    verdicts.append(verdict := future.result())
                    fate = f"killed by {verdict.killer}" if verdict.killer else "SURVIVED"
                    print(f"{verdict.check.name:<36} {verdict.check.place:<44} {fate}", flush=True)
                    if sys.stderr.isatty():
                        seconds = time.monotonic() - started
                        print(f"  {len(verdicts)} of {len(checks)}, {seconds:.0f} s", end="\r", file=sys.stderr)
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
    return verdicts


def main(arguments: Sequence[str] | None = None, root: Path | None = None) -> int:
    """Run the command; return 0 when no check survived, 1 when one did, 2 when the tool can't do its work."""
    parser = argparse.ArgumentParser(prog="python -m tools.mutants", description=__doc__.partition("\n")[0])
    parser.add_argument("--only", metavar="PATTERN", help="only the checks whose name matches, such as 'log.*'")
    parser.add_argument("--list", action="store_true", help="list the checks and where their tests are sought")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="mutants at a time (2)")
    options = parser.parse_args(arguments)
    root = root or Path.cwd()
    try:
        checks = [check for check in find_checks(root) if fnmatch.fnmatch(check.name, options.only or "*")]
        if not checks:
            raise MutantError(f"no check matches {options.only!r}" if options.only else "no check is marked")
        if options.list:
            for check in checks:
                print(f"{check.name:<36} {check.place:<44} {' '.join(stages(check, root))}")
            return 0
        verdicts = try_all(root, checks, max(1, options.jobs))
    except MutantError as error:
        print(f"mutants: {error}", file=sys.stderr)
        return 2
    survivors = sorted(verdict.check.name for verdict in verdicts if verdict.killer is None)
    print(f"{len(verdicts)} checks taken out, {len(verdicts) - len(survivors)} killed, {len(survivors)} survived")
    for name in survivors:
        print(f"  SURVIVED {name}")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
