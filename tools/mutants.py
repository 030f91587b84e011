"""Take out each named security check in turn, and name the test that goes red.

A check is an `if`, or a bare call that raises, whose line ends with `# check: <area>.<name>`. First the whole suite
runs once, green, in a copy of the tree where each check notes in which tests it speaks up. A mutant, a copy in which
one condition is false or one call is left out, differs from the original only there: so for each check these tests
run, those first in which the fewest checks speak up, until one goes red. A check that none of them misses has
survived, and the command fails.

Rules: a name is used once; a condition is still evaluated, only its verdict is ignored, so that what it reads or binds
breaks nothing else and gets the mutant killed for a wrong reason; tests that are red without any mutant prove nothing.
This tool does not invent mutations: what it tries is what the authors named.
"""

from __future__ import annotations

import argparse
import ast
import fnmatch
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
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import pytest

SOURCES = ("duolog", "app")
EVERYTHING = "tests"
# Structure and documentation tests don't run the checks.
IGNORED = ("tests/house", "tests/docs")
TIMEOUT = 3600  # seconds for one run of pytest, several times what everything takes; a mutant that hangs ends by it
FIRST, NEXT = 4, 100  # tests tried at once: the likeliest, then the others

_MARKER = re.compile(r"#\s*check:\s*(?P<name>\S+)\s*$")
_NAME = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
_FIRST_FAILURE = re.compile(r"^(?:FAILED|ERROR) (?P<test>\S+)", re.MULTILINE)
_RECORDER = "fired_checks"
_RECORDER_SOURCE = """
import os

_noted = set()


def fired(name, verdict):
    if verdict:
        note(name)
    return verdict


def raised(name, call):
    try:
        return call()
    except BaseException:
        note(name)
        raise


def note(name):
    test = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" (")[0]
    if test and (name, test) not in _noted:
        _noted.add((name, test))
        with open(os.path.join({folder!r}, str(os.getpid())), "a") as file:
            print(name, test, sep="\\t", file=file)
"""
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
        """The part before the dot."""
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

    def recorded(self, source: bytes) -> bytes:
        """Return `source` with this check noting when it speaks up."""
        checked = source[self.start : self.end]
        head = f'__import__("{_RECORDER}").' + ("raised" if self.is_call else "fired") + f'("{self.name}", '
        noting = head.encode() + (b"lambda: " if self.is_call else b"") + b"(" + checked + b"))"
        return source[: self.start] + noting + source[self.end :]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of one mutant; `killer` is the first red test, or None when it survived the `tried` tests."""

    check: Check
    killer: str | None
    tried: int


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
        checked, is_call = _checked_at(module, line)
        if checked is None:
            raise MutantError(f"{path}:{line}: {name} marks neither an if nor a bare call")
        end_line, end_column = checked.end_lineno or checked.lineno, checked.end_col_offset or 0
        start, end = offsets[checked.lineno - 1] + checked.col_offset, offsets[end_line - 1] + end_column
        yield Check(name, path, line, start, end, is_call)


def _checked_at(module: ast.Module, line: int) -> tuple[ast.expr | None, bool]:
    """The condition or bare call that a marker on this line means, the innermost whose head or whole spans the line;
    and whether it is a bare call.
    """
    found: list[tuple[int, ast.expr, bool]] = []
    for node in ast.walk(module):
        if isinstance(node, ast.If) and node.lineno <= line <= max(node.lineno, node.body[0].lineno - 1):
            found.append((node.lineno, node.test, False))
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and node.lineno <= line <= _end(node):
            found.append((node.lineno, node.value, True))
    return max(found, key=lambda item: item[0])[1:] if found else (None, False)


def _end(node: ast.stmt | ast.expr) -> int:
    return node.end_lineno or node.lineno


def _markers(source: bytes) -> Iterator[tuple[int, str]]:
    """Yield line and name of each marker; only comments count, so this file's own texts do not."""
    for token in tokenize.tokenize(io.BytesIO(source).readline):
        if token.type == tokenize.COMMENT and (match := _MARKER.search(token.string)):
            yield token.start[0], match["name"]


# --- running ------------------------------------------------------------------------------------------------------


def record(root: Path, scratch: Path, checks: Sequence[Check], tests: str, jobs: int) -> dict[str, list[str]]:
    """Return in which tests each check speaks up, by its name: the most particular tests first.

    Raises: MutantError when a test is red.
    """
    copy, folder = scratch / "recorded", scratch / "fired"
    folder.mkdir()
    _copy(root, copy)
    for check in sorted(checks, key=lambda check: check.start, reverse=True):
        file = copy / check.path
        file.write_bytes(check.recorded(file.read_bytes()))
    (copy / f"{_RECORDER}.py").write_text(_RECORDER_SOURCE.format(folder=str(folder)))
    side_by_side = ["-n", str(jobs), "--dist", "worksteal"] if jobs > 1 else []
    if red := run_tests(copy, [tests], side_by_side):
        raise MutantError(f"{tests} is red without any mutant: {red.test}\n{red.output[-4000:]}")
    lines = [line for file in folder.iterdir() for line in file.read_text().splitlines()]
    noted = {(name, test) for name, _, test in (line.partition("\t") for line in lines)}
    spoken = Counter(test for _, test in noted)
    fired: dict[str, list[str]] = {check.name: [] for check in checks}
    for name, test in sorted(noted, key=lambda item: (spoken[item[1]], item[1])):
        fired[name].append(test)
    return fired


class Bench:
    """A few copies of the tree to mutate, so that the real one is never touched."""

    def __init__(self, root: Path, scratch: Path, jobs: int) -> None:
        self._copies: queue.Queue[Path] = queue.Queue()
        self._clock = threading.Lock()
        self._stamp = 1_000_000_000
        for number in range(jobs):
            copy = scratch / str(number)
            _copy(root, copy)
            self._copies.put(copy)

    def try_out(self, check: Check, tests: Sequence[str]) -> Verdict:
        """Run these tests without this check until one goes red."""
        copy = self._copies.get()
        file = copy / check.path
        original = file.read_bytes()
        try:
            self._write(file, check.taken_out(original))
            for some in (tests[:FIRST], *batched(tests[FIRST:], NEXT)):
                if some and (red := run_tests(copy, some)):
                    return Verdict(check, red.test, len(tests))
            return Verdict(check, None, len(tests))
        finally:
            self._write(file, original)
            self._copies.put(copy)

    def _write(self, file: Path, content: bytes) -> None:
        """Write with a time of its own: bytecode is cached by whole seconds, and mutants come faster than that."""
        file.write_bytes(content)
        with self._clock:
            self._stamp += 1
            os.utime(file, (self._stamp, self._stamp))


def batched(items: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """Yield the items in order, in batches."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _copy(root: Path, copy: Path) -> None:
    shutil.copytree(root, copy, ignore=shutil.ignore_patterns(*_LEFT_OUT), symlinks=True)


def run_tests(copy: Path, tests: Sequence[str], more: Sequence[str] = ()) -> Red | None:
    """Return the first red test among these paths or test ids, or None when all are green.

    Raises: MutantError when pytest could not do its work at all.
    """
    options = ["-x", "-q", "--tb=short", "-rfE", f"--rootdir={copy}", f"--basetemp={copy}.tmp"]
    options += ["-p", "no:cacheprovider"]
    options += [f"--ignore={path}" for path in IGNORED]
    command = [sys.executable, "-m", "pytest", *options, *more, *tests]
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
            return Red(f"the clock ({TIMEOUT} s)", "")
    if process.returncode in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        return None
    failure = _FIRST_FAILURE.search(output)
    if failure is None:
        raise MutantError(f"pytest ended with {process.returncode}:\n{output[-4000:]}")
    return Red(failure["test"], output)


# --- the command --------------------------------------------------------------------------------------------------


def try_all(root: Path, checks: Sequence[Check], tests: str, jobs: int) -> list[Verdict]:
    """Try every check, print each verdict as it comes, and return them all.

    Raises: MutantError as `run_tests` and `record`.
    """
    verdicts: list[Verdict] = []
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="duolog-mutants-") as scratch:
        print(f"{len(checks)} checks. Running {tests} once, to see where each speaks up", file=sys.stderr, flush=True)
        fired = record(root, Path(scratch), checks, tests, jobs)
        bench = Bench(root, Path(scratch), jobs)
        with ThreadPoolExecutor(jobs) as pool:
            futures = [pool.submit(bench.try_out, check, fired[check.name]) for check in checks]
            try:
                for future in as_completed(futures):
                    verdicts.append(verdict := future.result())
                    fate = f"killed by {verdict.killer}" if verdict.killer else f"SURVIVED {verdict.tried} tests"
                    print(f"{verdict.check.name:<36} {verdict.check.place:<44} {fate}", flush=True)
                    if sys.stderr.isatty():
                        seconds = time.monotonic() - started
                        print(f"  {len(verdicts)} of {len(checks)}, {seconds:.0f} s", end="\r", file=sys.stderr)
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
    return verdicts


def _is_wanted(check: Check, patterns: str | None) -> bool:
    return patterns is None or any(fnmatch.fnmatch(check.name, pattern) for pattern in patterns.split())


def main(arguments: Sequence[str] | None = None, root: Path | None = None) -> int:
    """Run the command; return 0 when no check survived, 1 when one did, 2 when the tool can't do its work."""
    parser = argparse.ArgumentParser(prog="python -m tools.mutants", description=__doc__.partition("\n")[0])
    parser.add_argument("--only", metavar="PATTERNS", help="only the checks whose name matches one, such as 'log.*'")
    parser.add_argument("--tests", metavar="PATH", default=EVERYTHING, help="only tests below this path (tests)")
    parser.add_argument("--list", action="store_true", help="list the checks")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="mutants at a time (2)")
    options = parser.parse_args(arguments)
    root = root or Path.cwd()
    try:
        checks = [check for check in find_checks(root) if _is_wanted(check, options.only)]
        if not checks:
            raise MutantError(f"no check matches {options.only!r}" if options.only else "no check is marked")
        if options.list:
            for check in checks:
                print(f"{check.name:<36} {check.place}")
            return 0
        verdicts = try_all(root, checks, options.tests, max(1, options.jobs))
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
