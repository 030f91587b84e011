"""SQLite files as a whole: a copy beside a running server, its record, its integrity, and its hash.

A backup is the database's own copy, with one more table: `backup`, whose only row is its record.
"""

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

FORMAT = 1
WAIT_SECONDS = 10  # for another process that holds the database for a moment
UNUSABLE = sqlite3.DatabaseError  # SQLite can't open the database: it is damaged, or none
FAULTS = 5  # of SQLite's own check that are shown

_MAKE_RECORD = """
CREATE TABLE backup (
    format INTEGER NOT NULL, taken INTEGER NOT NULL, version TEXT NOT NULL, revision TEXT NOT NULL,
    receipt_keys BLOB NOT NULL, hash BLOB NOT NULL
)
"""
_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
_SCHEMA = "SELECT type, name, sql FROM sqlite_master WHERE tbl_name <> 'backup' AND sql IS NOT NULL ORDER BY type, name"


class DatabaseBusy(Exception):
    """Another process has the database open."""


@dataclass(frozen=True, slots=True)
class Record:
    """The row that makes a copy a backup. `taken`: Unix seconds. `receipt_keys`: the bytes of the receipt key file.

    `revision`: that of the tables. `hash`: over all tables and rows, and the other fields of the record, 32 bytes.
    """

    format: int
    taken: int
    version: str
    revision: str
    receipt_keys: bytes
    hash: bytes = b""

    def __repr__(self) -> str:
        return "Record(<secret>)"


@dataclass(frozen=True, slots=True)
class StoredAttachment:
    """An attachment whose bytes are stored at `place`: `parts` of them, `size` in all."""

    place: bytes
    size: int
    parts: int


def copy_database(source: Path, target: Path) -> None:
    """Copy the last committed state, in one read transaction, so that writers go on. Raises: sqlite3.Error.

    The copy holds live rows alone, and none of the free pages.
    """
    with closing(_open(source, "rw")) as connection:
        connection.execute("VACUUM INTO ?", [str(target)])


def revision_of(file: Path) -> str | None:
    """The revision of the tables in a file that nobody writes to; None for an empty one. Raises: sqlite3.Error."""
    with closing(_open(file, "ro")) as connection:
        if "alembic_version" not in _tables(connection):
            return None
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return None if row is None else str(row[0])


def add_record(file: Path, record: Record) -> None:
    """Make a copy a backup."""
    with closing(_open(file, "rw")) as connection:
        connection.execute(_MAKE_RECORD)
        connection.execute("INSERT INTO backup VALUES (?, ?, ?, ?, ?, ?)", (*_fields(record), record.hash))


def find_record(file: Path) -> Record | None:
    """The record of a backup; None for another database. Raises: sqlite3.Error."""
    with closing(_open(file, "ro")) as connection:
        if "backup" not in _tables(connection):
            return None
        row = connection.execute("SELECT format, taken, version, revision, receipt_keys, hash FROM backup").fetchone()
        return None if row is None else Record(*row)


def drop_record(file: Path) -> None:
    """Make a backup a database again. The receipt keys in it are overwritten by zeros."""
    with closing(_open(file, "rw")) as connection:
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("DROP TABLE backup")


def integrity_faults(file: Path) -> list[str]:
    """The faults that SQLite finds in the structure of a file. Raises: sqlite3.Error."""
    with closing(_open(file, "ro")) as connection:
        found = [str(row[0]) for row in connection.execute(f"PRAGMA integrity_check({FAULTS})")]
    return [] if found == ["ok"] else found


def hash_of(file: Path, record: Record) -> bytes:
    """SHA-256 over every table, row and column, and the record's other fields. Raises: sqlite3.Error."""
    digest = hashlib.sha256(_encode(_fields(record)))
    with closing(_open(file, "ro")) as connection:
        for row in connection.execute(_SCHEMA):
            digest.update(_encode(row))
        for table in _tables(connection):
            if table != "backup":
                digest.update(_encode([table]))
                for row in connection.execute(f'SELECT * FROM "{table}" ORDER BY {_keys(connection, table)}'):  # noqa: S608
                    digest.update(_encode(row))
    return digest.digest()


def stored_attachments(file: Path) -> Iterator[StoredAttachment]:
    """The attachments with stored bytes that a resting database names. Raises: sqlite3.Error."""
    with closing(_open(file, "ro")) as connection:
        if "attachments" not in _tables(connection):
            return
        for row in connection.execute("SELECT place, size, received FROM attachments WHERE place IS NOT NULL"):
            yield StoredAttachment(*row)


def fold(file: Path) -> None:
    """Move the write-ahead log into the file, which only a process that is alone can do.

    Raises: DatabaseBusy when another process has the database open, sqlite3.Error when the database can't be used.
    """
    with closing(_open(file, "rw")) as connection:
        connection.execute("PRAGMA busy_timeout = 1000")
        try:
            connection.execute("PRAGMA journal_mode = DELETE").fetchone()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise DatabaseBusy from error
            raise


def _fields(record: Record) -> tuple[int | str | bytes, ...]:
    return record.format, record.taken, record.version, record.revision, record.receipt_keys


def _open(file: Path, mode: str) -> sqlite3.Connection:
    resting = "&immutable=1" if mode == "ro" else ""
    uri = f"{file.absolute().as_uri()}?mode={mode}{resting}"
    return sqlite3.connect(uri, uri=True, isolation_level=None, timeout=WAIT_SECONDS)


def _tables(connection: sqlite3.Connection) -> list[str]:
    return [row[0] for row in connection.execute(_TABLES)]


def _keys(connection: sqlite3.Connection, table: str) -> str:
    """The table's primary key, which gives its rows an order."""
    columns = connection.execute("SELECT name, pk FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk", [table])
    return ", ".join(f'"{name}"' for name, _ in columns)


def _encode(row: Iterable[object]) -> bytes:
    """A row so that no two rows give the same bytes."""
    parts = []
    for value in row:
        data = value if isinstance(value, bytes) else str(value).encode()
        parts.append(f"{type(value).__name__}:{len(data)}:".encode() + data)
    return b"".join(parts) + b";"
