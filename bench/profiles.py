"""Where a process spends its time, as py-spy samples it from outside: a short table of text beside a claim."""

import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SAMPLES_A_SECOND = 500
LONGEST = 600  # seconds; the block's end ends it
SHOWN = 25
START_SECONDS = 0.5  # until the sampler has found the process's stacks


@contextmanager
def profiled(pid: int, to: Path) -> Iterator[None]:
    """Sample the threads of a process that hold its interpreter, while the block runs; write the table to `to`.

    Where py-spy isn't installed or may not look into other processes, the file says so, and the block runs as ever.
    """
    to.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="duolog-profile-") as folder:
        raw = Path(folder) / "stacks"
        command = [str(Path(sys.executable).with_name("py-spy")), "record", "--pid", str(pid), "--gil"]
        command += [
            "--rate",
            str(SAMPLES_A_SECOND),
            "--duration",
            str(LONGEST),
            "--format",
            "raw",
            "--output",
            str(raw),
        ]
        try:
            sampler = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        except OSError as error:
            to.write_text(f"No profile: {error}\n")
            yield
            return
        time.sleep(START_SECONDS)
        yield
        sampler.send_signal(2)  # it writes what it has
        said, _ = sampler.communicate(timeout=60)
        to.write_text(table(raw.read_text()) if raw.exists() else f"No profile: {said}\n")


def table(stacks: str) -> str:
    """The busiest functions of collapsed stacks, `outer;inner count` a line: by their own time, and with all they call.

    A share is of all samples in which a thread held the interpreter.
    """
    own, whole = Counter[str](), Counter[str]()
    for line in stacks.splitlines():
        stack, _, count = line.rpartition(" ")
        functions = [_short(function) for function in stack.split(";") if function]
        if not functions:
            continue
        own[functions[-1]] += int(count)
        for function in set(functions):
            whole[function] += int(count)
    total = own.total()
    parts = [f"{total} samples of threads that held the interpreter\n"]
    for title, counts in (("own time", own), ("with what they call", whole)):
        parts.append(f"\n{title}\n")
        parts += [f"{100 * count / total:5.1f} %  {function}\n" for function, count in counts.most_common(SHOWN)]
    return "".join(parts)


def _short(function: str) -> str:
    """`name (folder/file.py)`, without the line, so that one function has one row."""
    name, _, place = function.rpartition(" (")
    file = place.rpartition(":")[0] or place.rstrip(")")
    return f"{name} ({'/'.join(Path(file).parts[-2:])})" if name else function
