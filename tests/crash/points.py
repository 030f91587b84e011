"""The places at which a program can be killed, and a program that dies at the one that was chosen.

A crash point lies before and after each commit of a home's database, each checkpoint of its log, and each file that is
made, synced, renamed or removed in the home. A program that is killed anywhere else leaves the same disk as at a point.
So does one that is killed before a step which follows another at once: where neither a request nor bytes for a file
came between, the point after the one is also the point before the other, and counts once. `os._exit` is as sudden as
`kill -9`: no transaction is rolled back, no file is closed, nothing is tidied.
"""

from __future__ import annotations

import gc
import os
import sqlite3
import traceback
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from duolog.client import HttpTransport

DIED = 77  # the exit code of a program that died at its point
_WRITING = ("INSERT", "UPDATE", "DELETE", "REPLACE")
_OF_ONE = ("replace", "rename", "unlink", "mkdir", "rmdir")


class Points:
    """Counts the crash points of the home in `folder`, and dies at the one with the number `die_at`, from 1."""

    def __init__(self, folder: Path, die_at: int | None = None) -> None:
        self.folder = str(folder)
        self.names: list[str] = []
        self._die_at = die_at
        self._quiet = False  # whether nothing has happened since the last point

    def reach(self, name: str) -> None:
        """A point is reached."""
        self.names.append(name)
        if len(self.names) == self._die_at:
            os._exit(DIED)

    def around(self, name: str, step: Callable[[], Any]) -> Any:
        """Do a step that changes the disk, with a point before it and one after it."""
        if not self._quiet:
            self.reach(f"before {name}")
        done = step()
        self.reach(f"after {name}")
        self._quiet = True
        return done

    def install(self) -> None:
        """Watch this process from now on. There is no way back, so this is for a process that ends soon."""
        connect = sqlite3.connect

        def watched(database: Any, *arguments: Any, **options: Any) -> sqlite3.Connection:
            if self._is_here(database):
                options["factory"] = type("Watched", (Watched,), {"points": self})
            opened: sqlite3.Connection = connect(database, *arguments, **options)
            return opened

        sqlite3.connect = watched  # type: ignore[assignment]
        for name in _OF_ONE:
            setattr(os, name, self._watch(name, getattr(os, name)))
        setattr(os, "open", self._watch_open(os.open))  # noqa: B010 - types know another signature
        setattr(os, "fsync", self._watch_fsync(os.fsync))  # noqa: B010
        request = HttpTransport._call

        async def call(transport: HttpTransport, *arguments: Any, **options: Any) -> Any:
            try:
                return await request(transport, *arguments, **options)
            finally:
                self._quiet = False

        setattr(HttpTransport, "_call", call)  # noqa: B010

    def _is_here(self, path: object) -> bool:
        return isinstance(path, str | os.PathLike) and str(path).startswith(self.folder)

    def _watch(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def step(path: Any, *arguments: Any, **options: Any) -> Any:
            if not self._is_here(path):
                return real(path, *arguments, **options)
            return self.around(f"{name} {Path(path).name}", lambda: real(path, *arguments, **options))

        return step

    def _watch_open(self, real: Callable[..., int]) -> Callable[..., int]:
        def step(path: Any, flags: int, *arguments: Any, **options: Any) -> int:
            if not (flags & os.O_CREAT and self._is_here(path)):
                return real(path, flags, *arguments, **options)
            made: int = self.around(f"making {Path(path).name}", lambda: real(path, flags, *arguments, **options))
            self._quiet = False  # bytes may follow
            return made

        return step

    def _watch_fsync(self, real: Callable[[int], None]) -> Callable[[int], None]:
        def step(descriptor: int) -> None:
            path = Path(f"/proc/self/fd/{descriptor}").readlink() if Path("/proc/self/fd").is_dir() else Path()
            if self._is_here(path):
                self.around(f"fsync {path.name}", lambda: real(descriptor))
            else:
                real(descriptor)

        return step


class Watched(sqlite3.Connection):
    """A connection whose commits are crash points."""

    points: Points

    def execute(self, sql: str, *arguments: Any) -> sqlite3.Cursor:
        word = sql.split(maxsplit=1)[0].upper()
        alone = word in _WRITING and not self.in_transaction
        if alone or word == "COMMIT" or "wal_checkpoint" in sql:
            name = "a commit" if word == "COMMIT" else " ".join(sql.split()[:3])
            done: sqlite3.Cursor = self.points.around(name, lambda: super(Watched, self).execute(sql, *arguments))
            return done
        return super().execute(sql, *arguments)

    def executemany(self, sql: str, rows: Iterable[Any]) -> sqlite3.Cursor:
        rows = list(rows)
        if self.in_transaction or not rows:
            return super().executemany(sql, rows)
        assert len(rows) == 1, f"several rows outside of a transaction, each with a commit of its own: {sql}"
        done: sqlite3.Cursor = self.points.around(sql, lambda: super(Watched, self).executemany(sql, rows))
        return done

    def executescript(self, sql: str) -> sqlite3.Cursor:
        done: sqlite3.Cursor = self.points.around("the tables", lambda: super(Watched, self).executescript(sql))
        return done


def forked(work: Callable[[], Sequence[str]], said: Path) -> tuple[int, list[str]]:
    """Do work in a copy of this process: its exit code, and the lines that it returned, or how it failed.

    `said`: a file for these lines.
    """
    said.unlink(missing_ok=True)
    pid = os.fork()
    if pid == 0:
        code = 70
        gc.disable()  # it would copy the memory that both processes share
        try:
            said.write_text("\n".join(work()))
            code = 0
        except BaseException:  # noqa: BLE001 - the copy ends here, and the test says why
            said.write_text(traceback.format_exc())
        finally:
            os._exit(code)  # whatever happens, no second test run goes on from here
    _, status = os.waitpid(pid, 0)
    lines = said.read_text().splitlines() if said.exists() else []
    return os.waitstatus_to_exitcode(status), lines
