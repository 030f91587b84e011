"""What a server asks of its SQLite database, as SQLite hears it."""

from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import FastAPI

from app.queries import driver_of
from app.sqlite import SqliteDatabase


def sqlite_of(app: FastAPI) -> SqliteDatabase:
    """The server's database, behind what announces its writes."""
    database = app.state.duolog.database._inner
    assert isinstance(database, SqliteDatabase)
    return database


@contextmanager
def asked(app: FastAPI) -> Iterator[list[str]]:
    """Every statement that runs meanwhile, with its parameters in it, in order."""
    database = sqlite_of(app)
    statements: list[str] = []
    drivers = [driver_of(connection) for connection in (database._writer._connection, *database._kept._all)]

    for driver in drivers:
        driver.set_trace_callback(statements.append)
    try:
        yield statements
    finally:
        for driver in drivers:
            driver.set_trace_callback(None)
