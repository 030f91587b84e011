"""The rows of pushes by the bare driver: the same columns, indexes, bytes and hashes, one synced commit for each push.

Nobody is asked who may write, nothing is parsed or signed, and no other table is touched.
"""

import sqlite3
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg

from bench.writers import Push, entry_id
from duolog.protocol.entries import blob_hash, entry_digest
from duolog.protocol.log import first_head, next_head

COLUMNS = "journal, seq, kind, entry, digest, header, blob_hash, receipt, blob"
RECEIPT = bytes(112)
Row = tuple[bytes, int, int, bytes, bytes, bytes, bytes, bytes | None, bytes]


def hashed_rows(journal: bytes, since: int, push: Push, entries: Sequence[bytes]) -> list[Row]:
    """The rows of a push after `since`, with the hashes that a server makes: blob, entry and head."""
    rows, head, last = list[Row](), first_head(journal), len(push.entries) - 1
    for at, item in enumerate(push.items):
        assert item.blob is not None
        hashed = blob_hash(item.blob)
        digest = entry_digest(item.header, hashed)
        head = next_head(head, digest)
        receipt = RECEIPT if at == last else None
        rows.append((journal, since + at + 1, 2, entries[at], digest, item.header, hashed, receipt, item.blob))
    return rows


class SqliteInserts:
    """A SQLite file with the server's own `log` table and settings, in the file `path`; `like` is the server's file."""

    def __init__(self, path: Path, like: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        for name, value in (("journal_mode", "WAL"), ("synchronous", "FULL"), ("secure_delete", "ON")):
            self._connection.execute(f"PRAGMA {name} = {value}")
        with sqlite3.connect(like) as server:
            made = server.execute("SELECT sql FROM sqlite_master WHERE tbl_name = 'log' AND sql IS NOT NULL").fetchall()
        for (statement,) in made:
            self._connection.execute(statement)
        self._seqs: dict[bytes, int] = {}

    def rate(self, pushes: Sequence[tuple[bytes, Push]]) -> float:
        """Entries a second, one push of a journal after the other."""
        statement = f"INSERT INTO log ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
        ids = [[entry_id(placed) for placed in push.entries] for _, push in pushes]
        start = time.perf_counter()
        for (journal, push), entries in zip(pushes, ids, strict=True):
            since = self._seqs.get(journal, 0)
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany(statement, hashed_rows(journal, since, push, entries))
            self._connection.execute("COMMIT")
            self._seqs[journal] = since + len(push.entries)
        return sum(map(len, ids)) / (time.perf_counter() - start)

    def close(self) -> None:
        self._connection.close()


class PostgresInserts:
    """A migrated PostgreSQL; as many connections as there are journals, each with a thread of its own."""

    def __init__(self, address: str, connections: int) -> None:
        self._connections = [psycopg.connect(address) for _ in range(connections)]
        self._seqs: dict[bytes, int] = {}

    def rate(self, journals: Sequence[tuple[bytes, Sequence[Push]]]) -> float:
        """Entries a second, each journal's pushes one after the other, all journals at once."""
        ids = {journal: [[entry_id(one) for one in push.entries] for push in pushes] for journal, pushes in journals}
        start = time.perf_counter()
        with ThreadPoolExecutor(len(self._connections)) as pool:
            for done in [
                pool.submit(self._insert, connection, journal, pushes, ids[journal])
                for connection, (journal, pushes) in zip(self._connections, journals, strict=True)
            ]:
                done.result()
        return sum(len(each) for of_one in ids.values() for each in of_one) / (time.perf_counter() - start)

    def _insert(
        self,
        connection: "psycopg.Connection[tuple[object, ...]]",
        journal: bytes,
        pushes: Sequence[Push],
        ids: Sequence[Sequence[bytes]],
    ) -> None:
        statement = f"INSERT INTO log ({COLUMNS}) VALUES (%b, %b, %b, %b, %b, %b, %b, %b, %b)"
        for push, entries in zip(pushes, ids, strict=True):
            since = self._seqs.get(journal, 0)
            with connection.cursor() as cursor:
                cursor.executemany(statement, hashed_rows(journal, since, push, entries))
            connection.commit()
            self._seqs[journal] = since + len(push.entries)

    def close(self) -> None:
        for connection in self._connections:
            connection.close()
