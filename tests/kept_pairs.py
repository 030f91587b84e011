"""People who have met on a server, made once in each test process: a test begins with a copy of the server and homes.

Meeting takes a second of real work, and hundreds of tests begin behind it. A copy is what a restart would find: the
rows of the database, the receipt keys, and each home's database. Made once for each recipe, on SQLite and in memory.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from fastapi import FastAPI
from sqlalchemy import make_url

from app.receipts.service import load_receipt_keys
from app.settings import Settings
from duolog.client import Duolog, HttpTransport, Unlock
from duolog.client.home.chains import Chains
from duolog.client.home.folder import Home
from duolog.client.home.identity import load_identity
from duolog.client.log.context import Context, now
from duolog.client.server.login import Network
from duolog.seal.keys import KeyholderSecret

T = TypeVar("T")
NO_QUESTION = Unlock(passphrase=lambda _: b"never asked in memory", keyring=False)


@dataclass(frozen=True)
class _KeptHome:
    keyholder: KeyholderSecret
    data: bytes
    checked: bool


@dataclass(frozen=True)
class Kept(Generic[T]):
    """A server and the homes of some people, as they were once. `known`: what else the recipe says of them."""

    database: bytes
    receipt_keys: bytes
    homes: tuple[_KeptHome, ...]
    known: T

    def put_back(self, app: FastAPI, *transports: HttpTransport) -> list[Duolog]:
        """Make a fresh server this one, and open the homes on these transports."""
        settings: Settings = app.state.duolog.settings
        settings.receipt_key_path.write_bytes(self.receipt_keys)
        app.state.duolog.receipts = load_receipt_keys(settings.receipt_key_path)
        _copy_rows(self.database, _file_of(settings))
        return [_opened(home, transport) for home, transport in zip(self.homes, transports, strict=True)]


def can_keep(app: FastAPI) -> bool:
    """Whether the server is on SQLite and has no account yet."""
    settings: Settings = app.state.duolog.settings
    if not settings.database_url.startswith("sqlite"):
        return False
    with sqlite3.connect(_file_of(settings)) as database:
        (count,) = database.execute("SELECT count(*) FROM accounts").fetchone()
    return bool(count == 0)


def keep(app: FastAPI, people: Sequence[Duolog], known: T) -> Kept[T]:
    """Copy a server, and the homes in memory of its people."""
    settings: Settings = app.state.duolog.settings
    with sqlite3.connect(_file_of(settings)) as database, sqlite3.connect(":memory:") as copy:
        database.backup(copy)
        data = bytearray(copy.serialize())
    data[18:20] = b"\1\1"  # no write-ahead log, which memory can't have
    contexts = [person._context for person in people]
    homes = tuple(_KeptHome(one.home.keyholder, one.home.store._db.serialize(), one.checked) for one in contexts)
    return Kept(bytes(data), settings.receipt_key_path.read_bytes(), homes, known)


def _file_of(settings: Settings) -> str:
    file = make_url(settings.database_url).database
    assert file is not None
    return file


def _copy_rows(data: bytes, file: str) -> None:
    """Copy the rows of every table that is empty in the new database. The others say which database it is."""
    with sqlite3.connect(":memory:") as kept, sqlite3.connect(file, timeout=10) as database:
        kept.deserialize(data)
        database.execute("PRAGMA synchronous = OFF")
        database.execute("PRAGMA foreign_keys = OFF")
        for (table,) in kept.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        ):
            rows = kept.execute(f'SELECT * FROM "{table}"').fetchall()
            if rows and database.execute(f'SELECT count(*) FROM "{table}"').fetchone() == (0,):
                places = ", ".join("?" * len(rows[0]))
                database.executemany(f'INSERT INTO "{table}" VALUES ({places})', rows)
    database.close()
    kept.close()


def _opened(kept: _KeptHome, transport: HttpTransport) -> Duolog:
    home = Home.open_new(None, kept.keyholder, NO_QUESTION)
    home.store._db.deserialize(kept.data)
    identity = load_identity(home)
    assert identity is not None
    context = Context(home, Network(transport, home), Chains(home.store), identity, now)
    context.checked = kept.checked
    return Duolog(context)
