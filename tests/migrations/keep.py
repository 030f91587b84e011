"""Keeps a small database of the newest revision for ever: `python -m tests.migrations.keep`.

It has rows in every table: of a couple that a real server has served, and beside them rows that only need to be there.
Those of 0001 to 0006 were made later, from the same rows, in tables that the migrations of their time make. A file that
is there is never written again: databases of that age stay as they are.
"""

import asyncio
import gzip
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData, Table, insert, select

from app.receipts.service import load_receipt_keys
from app.schema import CONFIG, migrate, migration_engine
from app.settings import Settings
from duolog.protocol.codec import encode_b64, parse_b64
from tests.app.people import ORIGIN, Diary, Person
from tests.conftest import http_client, running

KEPT = Path(__file__).parent / "kept"
RECEIPT_KEY = "-- receipt key: "


def revisions() -> list[str]:
    """Every revision, oldest first."""
    return [script.revision for script in ScriptDirectory.from_config(Config(CONFIG)).walk_revisions()][::-1]


def tables(connection: Connection) -> list[Table]:
    """The tables of a database as it is, by name."""
    found = MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name != "alembic_version"]


def copy_rows(source: Connection, target: Connection) -> None:
    """Copy what both have: tables and columns that the target lacks are left out."""
    there = {table.name: table for table in tables(source)}
    for table in tables(target):
        columns = [there[table.name].c[column.name] for column in table.columns]
        rows = [row._asdict() for row in source.execute(select(*columns))]
        if rows:
            target.execute(insert(table), rows)


def load(revision: str, file: Path) -> bytes:
    """Make the kept database of a revision at `file`; returns the server's receipt key."""
    dump = gzip.decompress((KEPT / f"{revision}.sql.gz").read_bytes()).decode()
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(dump)
    return parse_b64(dump.splitlines()[0].removeprefix(RECEIPT_KEY))


def keep() -> None:
    """Write the files that are missing."""
    KEPT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder) / "server", origin=ORIGIN, body_processes=0, retention_seconds=0)
        settings.data.mkdir()
        with _engine(settings).begin() as connection:
            migrate(connection)
        asyncio.run(_live(settings))
        key = load_receipt_keys(settings.receipt_key_path).keys[0].key
        for revision in revisions():
            if not (KEPT / f"{revision}.sql.gz").exists():
                _keep(settings, Path(folder) / f"{revision}.db", revision, key)


def _keep(settings: Settings, file: Path, revision: str, key: bytes) -> None:
    engine = _engine(Settings(database=f"sqlite:///{file}"))
    with _engine(settings).begin() as source:
        _fill(source, key)
        with engine.begin() as target:
            migrate(target, revision)
            copy_rows(source, target)
        source.rollback()
    engine.dispose()
    with closing(sqlite3.connect(file)) as connection:
        lines = [RECEIPT_KEY + encode_b64(key), *connection.iterdump()]
    (KEPT / f"{revision}.sql.gz").write_bytes(gzip.compress("\n".join(lines).encode(), mtime=0))


def _fill(connection: Connection, key: bytes) -> None:
    """Add a row to each table that the couple has left empty: of the right owner, and with nothing to verify."""
    named = {table.name: table for table in tables(connection)}
    shared = connection.execute(select(named["journals"]).order_by(named["journals"].c.seq.desc())).first()
    own = connection.execute(select(named["journals"]).order_by(named["journals"].c.seq)).first()
    keyholder = connection.execute(select(named["keyholders"])).first()
    assert shared is not None
    assert own is not None
    assert keyholder is not None
    ours = {"account": keyholder.account, "keyholder": keyholder.keyholder, "journal": shared.journal, "seq": 4}
    carried = {"journal": own.journal, "until": 1, "origin": ORIGIN, "receipt_key": key, "complete": True}
    for name, table in named.items():
        if connection.execute(select(table)).first() is not None:
            continue
        row = {column.name: ours.get(column.name, _value(column.type.python_type)) for column in table.columns}
        if name == "attachments":
            row |= {"seq": None, "place": bytes(15) + b"1"}
        connection.execute(insert(table), [carried | {"touched": None} if name == "carried" else row])


def _value(kind: type) -> object:
    return {bytes: bytes(16), int: 7, str: "words", bool: False}[kind]


def _engine(settings: Settings) -> Engine:
    return migration_engine(settings)


async def _live(settings: Settings) -> None:
    async with running(settings) as app, http_client(app) as http:
        ada, sam = await Person(http).register(), await Person(http).register()
        diary = await (await Diary(ada).create()).make_couple(sam)
        assert (await diary.push(ada, diary.entry(ada))).status_code == 201


if __name__ == "__main__":
    keep()
