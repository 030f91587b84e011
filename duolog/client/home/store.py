"""The home's database: what was verified, and what waits to be sent. One SQLite file, or memory.

Rules
- A write is durable when its transaction ends (WAL, synchronous FULL): the mark is stored before anything is shown.
- No plaintext: messages and secrets are stored sealed, under a key that derives from the keyholder's secret.
- Every failure of the file is a HomeError with a sentence. A column of another type than its table declares is one.

It stores bytes and believes them; it verifies nothing.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from duolog.errors import HomeError

K = TypeVar("K")
T = TypeVar("T")

DAMAGED = "The database of this home is damaged. Restore from your words into a new home."

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
    entry BLOB, author BLOB, time INTEGER NOT NULL, fault TEXT, PRIMARY KEY (journal, seq));
CREATE INDEX IF NOT EXISTS item_entry ON item (journal, entry) WHERE entry IS NOT NULL;
CREATE INDEX IF NOT EXISTS item_fault ON item (journal, seq) WHERE fault IS NOT NULL;
CREATE INDEX IF NOT EXISTS item_author ON item (journal, author, seq) WHERE fault IS NULL;
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
CREATE INDEX IF NOT EXISTS outbox_journal ON outbox (journal);
CREATE TABLE IF NOT EXISTS acknowledged (
    journal BLOB NOT NULL, seq INTEGER NOT NULL, digest BLOB NOT NULL, PRIMARY KEY (journal, seq)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS made_grant (
    journal BLOB NOT NULL, statement BLOB NOT NULL, account BLOB NOT NULL, sealed BLOB NOT NULL,
    PRIMARY KEY (journal, statement, account)) WITHOUT ROWID;
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
CREATE TABLE IF NOT EXISTS snapshot_page (
    journal BLOB NOT NULL, place INTEGER NOT NULL, label BLOB NOT NULL, items BLOB NOT NULL,
    PRIMARY KEY (journal, place));
CREATE TABLE IF NOT EXISTS search_segment (
    journal BLOB NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, sealed BLOB NOT NULL,
    PRIMARY KEY (journal, first));
"""

Row = tuple[object, ...]

_MARKS = ("founding", "stranger", "leaving", "let_go", "closing_placed", "closing_cancelling", "tidied")


class Store:
    """One open database. `path` None keeps everything in memory.

    Raises: HomeError from every method when the file can't be read or written, or is damaged.
    """

    def __init__(self, path: Path | None, *, copy_of: sqlite3.Connection | None = None) -> None:
        self.read_only = copy_of is not None
        with _failures():
            self._db = sqlite3.connect(path or ":memory:", isolation_level=None, timeout=5, check_same_thread=False)
            if copy_of is not None:
                copy_of.backup(self._db)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.execute("PRAGMA secure_delete = ON")
            self._db.executescript(_SCHEMA)
        self._depth = 0
        self._move_older()
        if self.read_only:
            with _failures():
                self._db.execute("PRAGMA query_only = ON")

    @contextmanager
    def for_this_reading(self) -> Iterator[None]:
        """Inside, a copy of a database that can't be written takes writes. They are gone when it is closed."""
        with _failures():
            self._db.execute("PRAGMA query_only = OFF")
        try:
            yield
        finally:
            if self.read_only:
                with _failures():
                    self._db.execute("PRAGMA query_only = ON")

    def version(self) -> int:
        """A number that is another one as soon as another program has written."""
        (number,) = self.row("PRAGMA data_version") or (0,)
        return typed(int, number)

    def close(self) -> None:
        with _failures():
            self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All writes inside become durable together, or none does. A nested transaction belongs to the outermost."""
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

    def write(self, sql: str, *values: object) -> None:
        """Run one statement."""
        with _failures():
            self._db.execute(sql, values)

    def write_all(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """Run one statement for each row, all of them in one transaction."""
        with self.transaction(), _failures():
            self._db.executemany(sql, rows)

    def forget(self) -> None:
        """Leave no trace of overwritten values: empty the write-ahead log. Freed pages hold zeros already."""
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

    def column(self, kind: type[T], sql: str, *values: object) -> list[T]:
        """The only column of a query."""
        return [typed(kind, row[0]) for row in self.rows(sql, *values)]

    def cell(self, kind: type[T], sql: str, *values: object) -> T | None:
        """The only column of a query's first row, or None."""
        row = self.row(sql, *values)
        return None if row is None else typed(kind, row[0])

    def pairs(self, key: type[K], kind: type[T], sql: str, *values: object) -> dict[K, T]:
        """The second column of a query by the first."""
        return {typed(key, row[0]): typed(kind, row[1]) for row in self.rows(sql, *values)}

    def records(self, kind: type[T], sql: str, *values: object) -> list[T]:
        """The rows of a query as dataclasses. Their fields are its columns, in this order."""
        return [_record(kind, row) for row in self.rows(sql, *values)]

    def record(self, kind: type[T], sql: str, *values: object) -> T | None:
        """The first row of a query as a dataclass, or None."""
        row = self.row(sql, *values)
        return None if row is None else _record(kind, row)

    def among(self, kind: type[T], sql: str, journal: bytes, keys: Sequence[object]) -> list[T]:
        """The records of a query that ends in `IN ({keys})`, in batches that SQLite takes."""
        found: list[T] = []
        for start in range(0, len(keys), 500):
            batch = keys[start : start + 500]
            found += self.records(kind, sql.format(keys=",".join("?" * len(batch))), journal, *batch)
        return found

    def get(self, name: str) -> bytes | None:
        """A value of `meta`."""
        return self.cell(bytes, "SELECT value FROM meta WHERE name = ?", name)

    def put(self, name: str, value: bytes | None) -> None:
        """Set a value of `meta`; None removes it."""
        if value is None:
            self.write("DELETE FROM meta WHERE name = ?", name)
        else:
            self.write("INSERT OR REPLACE INTO meta VALUES (?, ?)", name, value)

    def _move_older(self) -> None:
        """Move values of earlier versions from composed names in `meta` to tables, sealed as they are: all, or none."""
        names = self.column(str, "SELECT name FROM meta")
        try:
            moves = {name: place for name in names if (place := _place_of(name)) is not None}
        except ValueError as error:
            raise HomeError(DAMAGED) from error
        if moves:
            with self.transaction():
                for name, place in moves.items():
                    self.write(*place)
                    self.put(name, None)


def _place_of(name: str) -> tuple[str, *tuple[object, ...]] | None:
    """The statement that copies a value to its place, with its parameters; None for a name of today."""
    if name.startswith("rescued-"):
        return "INSERT OR REPLACE INTO rescued SELECT name, value FROM meta WHERE name = ?", name
    kind, *rest = name.split(":")
    if kind in _MARKS and rest:
        (journal,) = rest
        query = "INSERT OR REPLACE INTO mark SELECT ?, ?, value FROM meta WHERE name = ?"
        return query, bytes.fromhex(journal), kind, name
    if kind == "holding" and rest:
        act, journal, entry = rest
        query = "INSERT OR REPLACE INTO started_act VALUES (?, ?, ?)"
        return query, act, bytes.fromhex(journal), bytes.fromhex(entry)
    return None


def typed(kind: type[T], value: object) -> T:
    """A column that holds this type. Raises: HomeError when the file was damaged."""
    if not isinstance(value, kind):
        raise HomeError(DAMAGED)
    return value


@cache
def _types(kind: type) -> tuple[Any, ...]:
    return tuple(field.type for field in fields(kind))


def _record(kind: type[T], row: Sequence[Any]) -> T:
    if not all(map(isinstance, row, _types(kind))):  # type: ignore[arg-type]  # a type is hashable
        raise HomeError(DAMAGED)
    return kind(*row)


@contextmanager
def errors() -> Iterator[None]:
    """The last boundary of the library: an error of the operating system becomes a HomeError."""
    try:
        yield
    except OSError as error:
        sentence = f"This computer refused something: {error.strerror or type(error).__name__}. Nothing was lost."
        raise HomeError(sentence) from error


@contextmanager
def _failures() -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        raise HomeError(_sentence(error)) from error
    except sqlite3.Error as error:
        raise HomeError(DAMAGED) from error


def _sentence(error: sqlite3.OperationalError) -> str:
    text = str(error)
    if "locked" in text:
        return "Another program is using this home. Wait until it has finished, and try again."
    if "readonly" in text:
        return "This home can't be written: its disk is full, or can only be read."
    if "full" in text:
        return "The disk is full. Make room and try again; nothing that was saved is lost."
    return "The database of this home can't be read or written. Check the disk and the folder's permissions."
