"""Couples' journals by the million, loaded into PostgreSQL by COPY: their ids and tokens follow from their numbers.

The rows are what a server would have stored, with random bytes where only devices look: sealed blobs, digests,
signatures and grants. So the server pushes and pulls these journals like any other. The log is loaded in the order of
time, one entry of every journal after the other, so that a journal's rows lie as far apart as they would.
"""

import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256

import psycopg

from app.access.repository import hash_token
from duolog.api import pages
from duolog.api.pages import Placed
from duolog.protocol.codec import encode_b64
from duolog.protocol.entries import Header
from duolog.protocol.log import entry_item
from duolog.protocol.receipts import Receipt
from duolog.protocol.roster_statements import RosterStatement

EACH = 10  # entries of each journal
BLOB = 1000  # bytes, as in the pushes of other claims
SEALED, SIGNATURES = 1168, 96  # bytes of what is random here
Row = tuple[object, ...]
TYPES = {
    "journals": "bytea bytea bytea int8 bytea int8 bool bool bytea",
    "log": "bytea int8 int2 bytea int8 bytea bytea bytea bytea bytea bytea",
    "memberships": "bytea bytea varchar varchar",
    "journal_accounts": "bytea bytea",
    "keyholders": "bytea bytea varchar bytea",
    "sessions": "bytea bytea bytea int8 int8 int8",
    "grants": "bytea bytea int8 bytea",
    "usage": "bytea varchar int8 int8 int8 int8 int8",
}
COLUMNS = {
    "journals": "journal, founder, nonce, seq, head, time, closed, stale, roster",
    "log": "journal, seq, kind, entry, version, digest, header, signatures, blob_hash, receipt, blob",
    "memberships": "account, journal, role, rights",
    "journal_accounts": "journal, account",
    "keyholders": "account, keyholder, kind, sign_key",
    "sessions": "account, token_hash, keyholder, created, used, expires",
    "grants": "journal, account, seq, sealed",
    "usage": "account, thing, day, today, bytes_today, ever, bytes_ever",
}


@dataclass(frozen=True, slots=True)
class Loaded:
    """The journal with a number: everything that a request to it needs. `template`: the roster that all resemble."""

    number: int
    template: RosterStatement

    @property
    def journal(self) -> bytes:
        return _made("journal", self.number)

    @property
    def accounts(self) -> tuple[bytes, bytes]:
        """The two partners; the first one writes."""
        return _made("ada", self.number), _made("sam", self.number)

    @property
    def token(self) -> bytes:
        return _made("token", self.number)

    def roster(self) -> bytes:
        """The roster in force."""
        members = zip(sorted(self.accounts), self.template.members, strict=True)
        named = tuple(replace(member, account=account) for account, member in members)
        return replace(self.template, journal=self.journal, members=named).encode()

    def header(self) -> Header:
        """A new entry's header."""
        return Header(self.journal, os.urandom(16), self.template.epoch, self.accounts[0], 1)

    def push(self) -> bytes:
        """The request that pushes one new entry."""
        placed = Placed(0, entry_item(self.header().encode(), os.urandom(BLOB)))
        body = pages.encode_push([placed])
        more = f"Content-Type: {pages.MEDIA_TYPE}\r\nContent-Length: {len(body)}\r\n"
        return self._head("POST", "", more) + body

    def pull(self) -> bytes:
        """The request for the journal from its beginning."""
        return self._head("GET", "?since=0&limit=500", f"Accept: {pages.MEDIA_TYPE}\r\n")

    def _head(self, method: str, query: str, more: str) -> bytes:
        path = f"/v1/journals/{encode_b64(self.journal)}/entries{query}"
        token = f"Authorization: Bearer {encode_b64(self.token)}\r\n"
        return f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{token}{more}\r\n".encode()


def load(address: str, template: RosterStatement, entries: int) -> int:
    """Load `entries` entries in journals of `EACH`; returns how many journals. The indexes are built afterwards."""
    journals = [Loaded(number, template) for number in range(max(1, entries // EACH))]
    with psycopg.connect(address, autocommit=True) as connection:
        for table in TYPES:
            builds = _drop_indexes(connection, table)
            rows = _log_rows(journals) if table == "log" else (row for one in journals for row in _rows(table, one))
            _copy(connection, table, rows)
            for build in builds:
                connection.execute(build)
        connection.execute("VACUUM (ANALYZE)")
        connection.execute("CHECKPOINT")
    return len(journals)


def _copy(connection: "psycopg.Connection[tuple[object, ...]]", table: str, rows: Iterable[Row]) -> None:
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({COLUMNS[table]}) FROM STDIN (FORMAT BINARY)") as copy,
    ):
        copy.set_types(TYPES[table].split())
        for row in rows:
            copy.write_row(row)


def _drop_indexes(connection: "psycopg.Connection[tuple[object, ...]]", table: str) -> list[bytes]:
    """Drop the indexes of a table, its key's as well; the statements that make them again."""
    keys = connection.execute(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'p'",
        (table,),
    ).fetchall()
    for name, _ in keys:
        connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}".encode())
    found = connection.execute("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s", (table,)).fetchall()
    for name, _ in found:
        connection.execute(f"DROP INDEX {name}".encode())
    builds = [f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}" for name, definition in keys]
    return [build.encode() for build in (*builds, *(str(definition) for _, definition in found))]


def _rows(table: str, one: Loaded) -> Iterator[Row]:
    """The rows of one journal in every table but its log."""
    now, (ada, sam) = int(time.time()), one.accounts
    if table == "journals":
        row = (one.journal, ada, os.urandom(32), EACH + 1, os.urandom(32), now, False, False, one.roster())
        yield row
    elif table == "memberships":
        yield from ((account, one.journal, "partner", "write") for account in (ada, sam))
    elif table == "journal_accounts":
        yield from ((one.journal, account) for account in (ada, sam))
    elif table == "keyholders":
        yield from ((account, sha256(account).digest(), "device", os.urandom(32)) for account in (ada, sam))
    elif table == "sessions":
        yield ada, hash_token(one.token), sha256(ada).digest(), now, now, now + 86_400
    elif table == "grants":
        yield from ((one.journal, account, 1, os.urandom(SEALED)) for account in (ada, sam))
    else:
        yield ada, "entries", now // 86_400, EACH, EACH * BLOB, EACH, EACH * BLOB


def _log_rows(journals: list[Loaded]) -> Iterator[Row]:
    for one in journals:
        signatures = os.urandom(SIGNATURES)
        yield one.journal, 1, 1, None, 1, os.urandom(32), one.roster(), signatures, None, _receipt(1), None
    for seq in range(2, EACH + 2):
        for one in journals:
            header = one.header()
            yield (
                *(one.journal, seq, 2, header.entry, None, os.urandom(32), header.encode(), None),
                *(os.urandom(32), _receipt(seq), os.urandom(BLOB)),
            )


def _receipt(seq: int) -> bytes:
    return Receipt(seq, os.urandom(32), 1_700_000_000, os.urandom(64)).encode()


def _made(what: str, number: int) -> bytes:
    return sha256(f"{what} {number}".encode()).digest()
