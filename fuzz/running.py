"""Runs the targets, each in a process of its own, for a given time in all; then says what came of it.

A target whose process dies is started again, three times at most, and never stops the others. Each new finding is
printed with the command that repeats it.
"""

import fnmatch
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fuzz.judging import judge
from fuzz.registry import Target, load_targets

GRACE = 60  # seconds behind its time in which a process may still end by itself
TRIES = 3
_PROGRESS = re.compile(rb"^#(\d+)\s.*?cov: (\d+) ft: (\d+)", re.MULTILINE)
_DONE = re.compile(rb"^Done (\d+) runs in", re.MULTILINE)


@dataclass(slots=True)
class Outcome:
    """The result of one target. `coverage`: edges and features that libFuzzer saw."""

    name: str
    executions: int = 0
    coverage: tuple[int, int] = (0, 0)
    findings: list[Path] = field(default_factory=list)
    seconds: float = 0
    trouble: str = ""


def run(folder: Path, seconds: float, jobs: int, patterns: Sequence[str]) -> int:
    """Fuzz what matches. 1 when there is a finding, or a target did not run."""
    targets = [
        target for name, target in load_targets().items() if any(fnmatch.fnmatch(name, pattern) for pattern in patterns)
    ]
    if not targets:
        print("There is no such target; `python -m fuzz list` names them.", file=sys.stderr)
        return 2
    schedule = _Schedule(folder, targets, time.time() + seconds, jobs)
    threads = [threading.Thread(target=schedule.work) for _ in range(min(jobs, len(targets)))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return _report(schedule.outcomes)


class _Schedule:
    """Hands out targets; each gets its share of the time that is left."""

    def __init__(self, folder: Path, targets: list[Target], deadline: float, jobs: int) -> None:
        self._folder, self._left, self._deadline, self._jobs = folder, targets, deadline, jobs
        self._lock = threading.Lock()
        self.outcomes: list[Outcome] = []

    def work(self) -> None:
        """Take one target after the other."""
        while True:
            with self._lock:
                if not self._left:
                    return
                share = (self._deadline - time.time()) * min(self._jobs, len(self._left)) / len(self._left)
                target = self._left.pop(0)
            try:
                outcome = _fuzz(self._folder, target, time.time() + share)
            except OSError as error:
                outcome = Outcome(target.name, trouble=str(error))
            with self._lock:
                self.outcomes.append(outcome)
                print(_line(outcome), flush=True)


def _fuzz(folder: Path, target: Target, until: float) -> Outcome:
    name, started = target.name, time.time()
    outcome = Outcome(name)
    log = folder / "logs" / f"{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    memory = Path("/dev/shm")  # noqa: S108  # a private folder is made in it
    for attempt in range(TRIES):
        scratch = tempfile.mkdtemp(prefix="duolog-fuzz-", dir=memory if memory.is_dir() else None)
        command = [sys.executable, "-m", "fuzz", "work", name, target.run.__module__, "--until", str(until)]
        try:
            with log.open("wb") as out:
                done = subprocess.run(  # noqa: S603  # this very program
                    command,
                    stdout=out,
                    stderr=out,
                    timeout=max(until - time.time(), 0) + GRACE,
                    env={**os.environ, "TMPDIR": scratch},
                    check=False,
                )
            code = done.returncode
        except subprocess.TimeoutExpired:
            outcome.trouble, code = "did not end", 0
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
        _count(outcome, log.read_bytes())
        if code == 0 or time.time() > until or attempt + 1 == TRIES:
            break
    if code != 0 and outcome.executions == 0:
        outcome.trouble = f"see {log}"
    place = folder / "findings" / name
    found = sorted(place.iterdir()) if place.is_dir() else []
    outcome.findings = [path for path in found if path.suffix != ".txt" and path.stat().st_mtime >= started - 1]
    outcome.seconds = time.time() - started
    return outcome


def _count(outcome: Outcome, log: bytes) -> None:
    progress, done = _PROGRESS.findall(log), _DONE.findall(log)
    if progress:
        outcome.coverage = (int(progress[-1][1]), int(progress[-1][2]))
        outcome.executions += int(done[-1] if done else progress[-1][0])


def _report(outcomes: list[Outcome]) -> int:
    outcomes = sorted(outcomes, key=lambda item: item.name)
    print(f"\n{'target':26} {'executions':>12} {'edges':>7} {'features':>9} {'seconds':>8}  findings")
    for outcome in outcomes:
        print(_line(outcome))
    findings = [(outcome.name, path) for outcome in outcomes for path in outcome.findings]
    print(f"{'in all':26} {sum(item.executions for item in outcomes):12,} {'':34}{len(findings)}")
    for name, path in findings:
        said = path.with_name(f"{path.name}.txt")
        print(f"\n{name}: {said.read_text('utf-8').splitlines()[0] if said.exists() else path.name}")
        print(f"  repeat it: {sys.executable} -m fuzz replay {name} {path}")
        print(f"  keep it:   cp {path} tests/fuzz/cases/{name}/")
    idle = [outcome.name for outcome in outcomes if outcome.executions == 0]
    if idle:
        print(f"\nDid not run: {', '.join(idle)}")
    return 1 if findings or idle else 0


def _line(item: Outcome) -> str:
    edges, features = item.coverage
    numbers = f"{item.executions:12,} {edges:7} {features:9} {item.seconds:8.0f}"
    return f"{item.name:26} {numbers}  {len(item.findings) or ''}{item.trouble}"


def replay(name: str, files: Sequence[Path]) -> int:
    """Run inputs once. 1 when one of them finds something."""
    target = load_targets().get(name)
    if target is None:
        print(f"There is no target {name!r}; `python -m fuzz list` names them.", file=sys.stderr)
        return 2
    found = 0
    for path in files:
        finding = judge(target, path.read_bytes())
        print(f"{path}: " + ("as documented" if finding is None else f"{finding.what}\n{finding.text}"))
        found |= finding is not None
    return int(found)


def show_targets() -> int:
    """Every target with what it reads."""
    for name, target in load_targets().items():
        print(f"{name:26} {(target.run.__doc__ or '').splitlines()[0]}")
    return 0
