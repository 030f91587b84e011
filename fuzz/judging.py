"""Findings: an exception that no docstring promises, a call that takes seconds, or one that takes much memory."""

import hashlib
import resource
import time
import traceback
from dataclasses import dataclass
from pathlib import Path

from fuzz.registry import Target

SLOW_SECONDS = 3.0  # of processor time, for one input
MUCH_MEMORY = 200_000  # KiB by which one input makes this process grow
ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Finding:
    """`what` went wrong, the same for each input that shows the same fault; `text` is for people."""

    what: str
    text: str

    @property
    def name(self) -> str:
        """Short, and fit for a file."""
        return f"{self.what.split()[0]}-{hashlib.sha256(self.what.encode()).hexdigest()[:10]}"


def judge(target: Target, data: bytes) -> Finding | None:
    """Run one input. None when all is as documented."""
    started, grown = time.process_time(), _largest()
    try:
        target.run(data)
    except (KeyboardInterrupt, SystemExit):
        raise
    except target.raises:
        pass
    except BaseException as error:  # noqa: BLE001 - also what libraries in Rust raise is to be seen here
        return Finding(_signature(error), "".join(traceback.format_exception(error)))
    took, grown = time.process_time() - started, _largest() - grown
    if took > SLOW_SECONDS:
        return Finding(f"slow {target.name}", f"{took:.1f} s of processor time for {len(data)} bytes")
    if grown > MUCH_MEMORY:
        return Finding(f"large {target.name}", f"{grown // 1024} MiB more for {len(data)} bytes")
    return None


def _signature(error: BaseException) -> str:
    """Type and innermost line of this project: one fault has many inputs."""
    place = "elsewhere"
    for frame in traceback.extract_tb(error.__traceback__):
        path = Path(frame.filename)
        if path.is_relative_to(ROOT) and ".venv" not in path.parts:
            place = f"{path.relative_to(ROOT)}:{frame.name}"
    return f"{type(error).__name__} {place}"


def _largest() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
