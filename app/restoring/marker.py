"""The marker: a value that an SQLite database and a file beside it share, so that an older database is noticed.

Rules
- The value changes at every start and every hour. The file has the old and the new one while the database changes: so a
  crash between the two writes is no alarm.
- A database with another value than those is an older copy, or has come without its file: the server takes itself for
  restored. Somebody who puts back the file as well hides that. Then the clients show it (`service.require_known`).
- Servers that share a PostgreSQL have no file. There the operator says that an older state was put back.
"""

import os
import secrets
from pathlib import Path

from sqlalchemy import Connection

from app.database import Database
from app.restoring import repository
from app.restoring.service import mark_restored
from app.settings import Settings

HOUR = 3600  # seconds
TOKEN = 16  # bytes
SUFFIX = "-marker"


def marker_file(settings: Settings) -> Path | None:
    """The file beside the database; None for a database that is no file of its own."""
    database = settings.database_file
    return None if database is None else database.with_name(f"{database.name}{SUFFIX}")


async def notice(database: Database, settings: Settings, now: int) -> bool:
    """Compare the database with the file beside it, and renew both. Returns whether the database is an older one.

    Raises: OSError: the file can't be read or written. Unavailable, StorageFull.
    """
    file = marker_file(settings)
    if file is None:
        return False
    restored, token = await database.write(_compare, file, now)
    _write(file, [token])
    return restored


async def renew(database: Database, settings: Settings) -> None:
    """Change the value. Raises: as `notice`."""
    file = marker_file(settings)
    if file is not None:
        _write(file, [await database.write(_renew, file)])


def _compare(connection: Connection, file: Path, now: int) -> tuple[bool, bytes]:
    token = repository.load_marker(connection)
    restored = token is not None and token.hex() not in _read(file)
    if restored:
        mark_restored(connection, now)
    return restored, _renew(connection, file)


def _renew(connection: Connection, file: Path) -> bytes:
    """Write the next value beside the old one into the file, and then into the database."""
    before, after = repository.load_marker(connection), secrets.token_bytes(TOKEN)
    _write(file, [token for token in (before, after) if token is not None])
    repository.save_marker(connection, after)
    return after


def _read(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="ascii", errors="replace").split()
    except FileNotFoundError:
        return []


def _write(file: Path, tokens: list[bytes]) -> None:
    new = file.with_name(f"{file.name}.new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as opened:
        opened.write("\n".join(token.hex() for token in tokens) + "\n")
        opened.flush()
        os.fsync(opened.fileno())
    new.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
