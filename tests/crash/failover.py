"""A PostgreSQL primary with a synchronous standby, the primary's death, and the standby in its place."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psycopg

from tests.crash.postgres import PATIENCE, Cluster, place

NAME = "second"  # of the standby, by which the primary knows it


class Pair:
    """Two folders: in one a primary, in the other its standby. The server is given the addresses of both."""

    def __init__(self, folders: tuple[Path, Path]) -> None:
        self._folders = folders
        self.primary = Cluster(folders[0])
        self.standby: Cluster | None = None

    @classmethod
    @contextmanager
    def new(cls) -> Iterator[Pair]:
        """A primary and its standby, with an empty database `duolog`; they are gone afterwards."""
        with ExitStack() as stack:
            pair = cls((stack.enter_context(place()), stack.enter_context(place())))
            stack.callback(pair.kill)
            pair.primary.create()
            pair.primary.start()
            pair.primary.execute("CREATE DATABASE duolog")
            pair.join()
            yield pair

    @property
    def address(self) -> str:
        """The address of both: a connection is to the one that takes writes."""
        hosts = ",".join(map(str, self._folders))
        return f"postgresql://postgres@/duolog?host={hosts}&target_session_attrs=read-write"

    def join(self) -> None:
        """Make a standby from the primary, and let each commit wait for it. Does nothing where there is one."""
        if self.standby is not None:
            return
        [folder] = [folder for folder in self._folders if folder != self.primary.folder]
        standby = Cluster(folder)
        standby.copy_from(self.primary, NAME)
        standby.start()
        self.primary.execute(f"ALTER SYSTEM SET synchronous_standby_names = '{NAME}'")
        self.primary.execute("SELECT pg_reload_conf()")
        self._wait_for(self.primary, "SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'")
        self.standby = standby

    def kill_primary(self) -> None:
        """`kill -9` for the primary and all its processes."""
        self.primary.kill()

    def promote(self) -> None:
        """Let the standby be the primary. It waits for nobody until another one joins."""
        assert self.standby is not None
        self.primary, self.standby = self.standby, None
        self.primary.execute("SELECT pg_promote()")
        self._wait_for(self.primary, "SELECT 1 WHERE NOT pg_is_in_recovery()")

    def kill(self) -> None:
        """End both."""
        for cluster in (self.primary, self.standby):
            if cluster is not None:
                cluster.kill()

    @staticmethod
    def _wait_for(cluster: Cluster, query: str) -> None:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            with suppress(psycopg.OperationalError):
                if cluster.execute(query):
                    return
            time.sleep(0.02)
        raise AssertionError(cluster.log.read_text()[-2000:])
