"""The home's database: what was verified, and what waits to be sent. One SQLite file, or memory.

Rules
- A write is durable when its transaction ends (WAL, synchronous FULL): the mark stands before anything is shown.
- No plaintext: messages and secrets stand here sealed under a key that derives from the keyholder's secret.
- Every failure of the file is a HomeError with a sentence.

It stores bytes and believes what it stored; nothing is verified here.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from duolog.client.home.older import move_older
from duolog.errors import HomeError

_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS mark (
    journal BLOB NOT NULL, name TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (journal, name)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS started_act (
    act TEXT NOT NULL, journal BLOB NOT NULL, entry BLOB NOT NULL, PRIMARY KEY (act, journal, entry)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS rescued (name TEXT PRIMARY KEY, sealed BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS chain (account BLOB PRIMARY KEY, statements BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS journal (
    id BLOB PRIMARY KEY, seq INTEGER NOT NULL, head BLOB NOT NULL, time INTEGER NOT NULL,
    roster BLOB, closed INTEGER NOT NULL, frozen TEXT);
CREATE TABLE IF NOT EXISTS item (
    journal BLOB NOT NULL, seq INTEGER NOT NULL, frame BLOB NOT NULL, head BLOB NOT NULL, version INTEGER NOT NULL,
    entry BLOB, author BLOB, time INTEGER NOT NULL, fault TEXT, PRIMARY KEY (journal, seq)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS item_entry ON item (journal, entry) WHERE entry IS NOT NULL;
CREATE TABLE IF NOT EXISTS roster (
    journal BLOB NOT NULL, version INTEGER NOT NULL, roster BLOB NOT NULL, PRIMARY KEY (journal, version)) WITHOUT
    ROWID;
CREATE TABLE IF NOT EXISTS receipt (
    journal BLOB NOT NULL, seq INTEGER NOT NULL, receipt BLOB NOT NULL, PRIMARY KEY (journal, seq)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS earlier_key (
    journal BLOB NOT NULL, until INTEGER NOT NULL, origin TEXT NOT NULL, key BLOB NOT NULL,
    PRIMARY KEY (journal, until)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS anchor (keyholder BLOB PRIMARY KEY, mac BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS epoch (
    journal BLOB NOT NULL, epoch INTEGER NOT NULL, sealed BLOB, PRIMARY KEY (journal, epoch)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS outbox (
    place INTEGER PRIMARY KEY AUTOINCREMENT, journal BLOB NOT NULL, entry BLOB NOT NULL UNIQUE, sealed BLOB NOT NULL,
    digests BLOB NOT NULL DEFAULT x'');
CREATE TABLE IF NOT EXISTS acknowledged (
    journal BLOB NOT NULL, seq INTEGER NOT NULL, digest BLOB NOT NULL, PRIMARY KEY (journal, seq)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS written (journal BLOB NOT NULL, entry BLOB NOT NULL, PRIMARY KEY (journal, entry))
    WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pairing (journal BLOB PRIMARY KEY, sealed BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS admission (
    journal BLOB NOT NULL, invitation BLOB NOT NULL, sealed BLOB NOT NULL, PRIMARY KEY (journal, invitation)) WITHOUT
    ROWID;
CREATE TABLE IF NOT EXISTS consent (
    journal BLOB NOT NULL, change TEXT NOT NULL, account BLOB NOT NULL, sealed BLOB NOT NULL,
    PRIMARY KEY (journal, change, account)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS former (journal BLOB PRIMARY KEY, how TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS branch (
    account BLOB NOT NULL, head BLOB NOT NULL, statements BLOB NOT NULL, refused INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (account, head));
CREATE TABLE IF NOT EXISTS forked (journal BLOB PRIMARY KEY, account BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS snapshot (journal BLOB PRIMARY KEY, seq INTEGER NOT NULL, sealed BLOB NOT NULL);
"""

Row = tuple[object, ...]


class Store:
    """One open database. `path` None keeps everything in memory.

    Raises: HomeError from every method when the file can't be read or written.
    """

    def __init__(self, path: Path | None) -> None:
        with _failures():
            self._db = sqlite3.connect(path or ":memory:", isolation_level=None, timeout=5, check_same_thread=False)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.execute("PRAGMA secure_delete = ON")
            self._db.executescript(_SCHEMA)
            move_older(self._db)
        self._depth = 0

    def close(self) -> None:
        with _failures():
            self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is written inside becomes durable together, or not at all. Nested ones belong to the outermost."""
        if self._depth:
            yield
            return
        with _failures():
            self._db.execute("BEGIN IMMEDIATE")
        self._depth += 1
        try:
            yield
            with _failures():
                self._db.execute("COMMIT")
        except BaseException:
            with _failures():
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
            raise
        finally:
            self._depth -= 1

    def write(self, sql: str, *values: object) -> int:
        """One statement; the number of rows that it changed."""
        with _failures():
            return self._db.execute(sql, values).rowcount

    def write_all(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """One statement for each row."""
        with _failures():
            self._db.executemany(sql, rows)

    def forget(self) -> None:
        """Leave no trace of what was overwritten: the write-ahead log is emptied, and freed pages are zeros already."""
        with _failures():
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def rows(self, sql: str, *values: object) -> list[Row]:
        """Every row of a query."""
        with _failures():
            return self._db.execute(sql, values).fetchall()

    def row(self, sql: str, *values: object) -> Row | None:
        """The first row of a query, or None."""
        with _failures():
            found: Row | None = self._db.execute(sql, values).fetchone()
            return found

    def among(self, sql: str, journal: bytes, keys: Sequence[object]) -> list[Row]:
        """The rows of a query that ends in `IN ({keys})`, in batches that SQLite takes."""
        found: list[Row] = []
        for start in range(0, len(keys), 500):
            batch = keys[start : start + 500]
            found += self.rows(sql.format(keys=",".join("?" * len(batch))), journal, *batch)
        return found

    def get(self, name: str) -> bytes | None:
        """A value of `meta`."""
        row = self.row("SELECT value FROM meta WHERE name = ?", name)
        return None if row is None else as_bytes(row[0])

    def put(self, name: str, value: bytes | None) -> None:
        """Set a value of `meta`; None removes it."""
        if value is None:
            self.write("DELETE FROM meta WHERE name = ?", name)
        else:
            self.write("INSERT OR REPLACE INTO meta VALUES (?, ?)", name, value)


def as_bytes(value: object) -> bytes:
    """A column that holds bytes. Raises: HomeError when the file was damaged."""
    if not isinstance(value, bytes):
        raise HomeError("The database of this home is damaged. Restore from your words into a new home.")
    return value


def as_int(value: object) -> int:
    """A column that holds an integer. Raises: HomeError when the file was damaged."""
    if not isinstance(value, int):
        raise HomeError("The database of this home is damaged. Restore from your words into a new home.")
    return value


@contextmanager
def _failures() -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        raise HomeError(_sentence(error)) from error
    except sqlite3.Error as error:
        raise HomeError("The database of this home is damaged. Restore from your words into a new home.") from error


def _sentence(error: sqlite3.OperationalError) -> str:
    text = str(error)
    if "locked" in text:
        return "Another program is using this home. Wait until it has finished, and try again."
    if "full" in text:
        return "The disk is full. Make room and try again; nothing that was saved is lost."
    return "The database of this home can't be read or written. Check the disk and the folder's permissions."
