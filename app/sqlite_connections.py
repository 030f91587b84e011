"""Connections to SQLite: durable, clean after themselves, and kept open."""

import sqlite3
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import NullPool

BUSY_MILLISECONDS = 10_000  # how long to wait for another process (a command beside the server)


def sqlite_engine(url: str, *, begin: str | None = None, pool_size: int = 1) -> Engine:
    """An engine whose connections are durable (`synchronous=FULL`), clean after themselves, and start transactions
    with `begin`. None: the connection's owner begins and ends its transactions.
    """
    engine = create_engine(
        url, pool_size=pool_size, max_overflow=0, hide_parameters=True, connect_args={"check_same_thread": False}
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None  # the driver starts no transaction by itself
        connection.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("PRAGMA temp_store = MEMORY")  # no page of a savepoint's journal goes into a temporary file

    if begin is not None:

        @event.listens_for(engine, "begin")
        def start(connection: Connection) -> None:
            connection.exec_driver_sql(begin)

    return engine


def opened(engine: Engine) -> Connection:
    """A connection to be kept. The engine knows nothing of its transactions, and takes all for one that never ends: its
    own way to begin, savepoint and end takes twenty times as long as SQLite's.

    Raises: OperationalError.
    """
    connection = engine.connect()
    connection.begin()
    return connection


def resting_engine(file: Path) -> Engine:
    """An engine on a SQLite file that nobody writes to, such as a backup. It changes nothing beside it either."""
    uri = f"{file.absolute().as_uri()}?mode=ro&immutable=1"
    return create_engine(
        "sqlite://", creator=lambda: sqlite3.connect(uri, uri=True), poolclass=NullPool, hide_parameters=True
    )


def empty_log(connection: sqlite3.Connection) -> bool:
    """Move the write-ahead log into the file, synced, and empty it; False while somebody reads an older state.

    Raises: sqlite3.OperationalError.
    """
    busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy
