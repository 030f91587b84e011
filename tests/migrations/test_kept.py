"""A database of each earlier revision migrates to the newest one with every row intact, and passes an audit."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, select

from app.auditing.service import audit
from app.schema import migrate, migrate_back, migration_engine
from app.settings import Settings
from tests.migrations.keep import KEPT, copy_rows, load, revisions, tables

Rows = dict[str, list[dict[str, object]]]


def content(connection: Connection) -> Rows:
    found = {}
    for table in tables(connection):
        rows = connection.execute(select(table).order_by(*table.primary_key.columns))
        found[table.name] = [row._asdict() for row in rows]
    return found


def within(before: Rows, after: Rows) -> Rows:
    """What `after` has in the tables and columns of `before`."""
    return {
        name: [{column: new[column] for column in old} for old, new in zip(rows, after[name], strict=True)]
        for name, rows in before.items()
    }


def test_a_database_of_each_revision_is_kept() -> None:
    assert [file.name.partition(".")[0] for file in sorted(KEPT.iterdir())] == revisions(), (
        "run `python -m tests.migrations.keep` and commit what it writes"
    )


@pytest.mark.parametrize("revision", revisions())
def test_a_kept_database_has_rows_in_every_table(revision: str, tmp_path: Path) -> None:
    load(revision, tmp_path / "kept.db")
    with migration_engine(Settings(database=f"sqlite:///{tmp_path / 'kept.db'}")).begin() as connection:
        assert all(content(connection).values())


SOME = (revisions()[0], revisions()[-2])
KINDS = [
    pytest.param(revision, kind, marks=[] if kind == "sqlite" or revision in SOME else [pytest.mark.slow])
    for revision in revisions()
    for kind in ("sqlite", "postgresql")
]


@pytest.mark.parametrize(("revision", "kind"), KINDS)
def test_each_revision_migrates_to_the_newest_with_its_data(
    revision: str, kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    key = load(revision, tmp_path / "kept.db")
    engine = migration_engine(Settings(database=f"sqlite:///{tmp_path / 'kept.db'}"))
    if kind == "postgresql":
        engine = in_postgresql(engine, revision, request.getfixturevalue("new_postgres"))
    with engine.begin() as connection:
        before = content(connection)
        migrate(connection)
        assert within(before, content(connection)) == before
    report = audit(engine.connect, (key,), lambda _: None)
    engine.dispose()
    assert (report.accounts, report.journals, report.items) == (2, 3, 6)
    assert [fault.line for fault in report.faults] == []


def in_postgresql(kept: Engine, revision: str, new_postgres: Callable[[], str]) -> Engine:
    """The same database in PostgreSQL, with the tables that it had at that revision."""
    engine = migration_engine(Settings(database=new_postgres()))
    with engine.begin() as connection, kept.begin() as source:
        migrate_back(connection, "base")
        migrate(connection, revision)
        copy_rows(source, connection)
    kept.dispose()
    return engine
