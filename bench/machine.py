"""The machine that measured: without it a figure says little."""

import os
import platform
import sqlite3
import subprocess
import time
from importlib.metadata import version
from pathlib import Path
from statistics import median

LIBRARIES = ("cryptography", "fastapi", "psycopg", "pydantic", "pynacl", "sqlalchemy", "uvicorn", "uvloop")
SYNCS = 50
ROOT = Path(__file__).parent.parent


def machine(folder: Path) -> dict[str, str | float]:
    """Processor, memory, versions, and the median time of one sync of the disk under `folder`."""
    return {
        "processor": _from_file("/proc/cpuinfo", "model name") or platform.processor(),
        "cores": os.cpu_count() or 0,
        "memory GiB": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        **{library: version(library) for library in LIBRARIES},
        "one sync of the disk, ms": round(sync_milliseconds(folder), 3),
    }


def sync_milliseconds(folder: Path) -> float:
    """The median time of a write of 4 KiB with its `fdatasync`."""
    times = []
    path = folder / "synced"
    with path.open("wb", buffering=0) as file:
        for _ in range(SYNCS):
            start = time.perf_counter()
            file.write(bytes(4096))
            os.fdatasync(file.fileno())
            times.append(time.perf_counter() - start)
    path.unlink()
    return median(times) * 1000


def commit() -> str:
    """The commit of this checkout, with a plus where files differ from it; empty where git doesn't say."""
    described = subprocess.run(
        ["git", "describe", "--always", "--dirty=+", "--exclude=*"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return described.stdout.strip()


def load_average() -> float:
    """How many processes wanted a core in the last minute."""
    return round(os.getloadavg()[0], 2)


def descriptors(pid: int) -> int:
    """How many files and connections a process has open."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def resident(pid: int) -> float:
    """The memory of a process and its children now, MiB."""
    return _memory(pid, "VmRSS")


def peak(pid: int) -> float:
    """The most memory that a process and its children ever had, MiB."""
    return _memory(pid, "VmHWM")


def forget_peak(pid: int) -> None:
    """Let the peak of a process and its children begin anew. Linux alone can."""
    for one in (pid, *children(pid)):
        Path(f"/proc/{one}/clear_refs").write_text("5")


def computed_seconds(pid: int) -> float:
    """How long a process has computed."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def all_computed_seconds(pid: int) -> float:
    """How long a process and its living children have computed."""
    return sum(computed_seconds(one) for one in (pid, *children(pid)))


def _memory(pid: int, name: str) -> float:
    return sum(int((_from_file(f"/proc/{one}/status", name) or "0").split()[0]) for one in (pid, *children(pid))) / 1024


def children(pid: int) -> list[int]:
    """The processes that a process has started and that live."""
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _from_file(path: str, name: str) -> str | None:
    for line in Path(path).read_text().splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return None
