"""Migrations run up, down and up again on both databases, and give exactly the tables that the code describes."""

from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect

from app.schema import current_revision, migrate, migrate_back, migration_engine, newest_revision
from app.settings import Settings
from app.tables import metadata


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Engine:
    """An empty database."""
    if request.param == "sqlite":
        return migration_engine(Settings(database=f"sqlite:///{tmp_path / 'empty.db'}"))
    create: Callable[[], str] = request.getfixturevalue("new_postgres")
    engine = migration_engine(Settings(database=create()))
    with engine.begin() as connection:
        migrate_back(connection, "base")
    return engine


def test_up_down_up(engine: Engine) -> None:
    with engine.begin() as connection:
        migrate(connection)
        assert current_revision(connection) == newest_revision()
    with engine.begin() as connection:
        migrate_back(connection, "base")
        assert set(inspect(connection).get_table_names()) <= {"alembic_version"}
    with engine.begin() as connection:
        migrate(connection)
        assert set(inspect(connection).get_table_names()) == {*metadata.tables, "alembic_version"}


def test_the_migrations_give_the_tables_that_the_code_describes(engine: Engine) -> None:
    with engine.begin() as connection:
        migrate(connection)
        options = {"compare_type": True, "compare_server_default": True}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []


def test_a_migration_that_fails_leaves_nothing(engine: Engine) -> None:
    with engine.begin() as connection:
        migrate(connection)
        connection.rollback()
    with engine.begin() as connection:
        assert current_revision(connection) is None
        assert set(inspect(connection).get_table_names()) <= {"alembic_version"}


def test_every_table_leads_with_its_tenants_key() -> None:
    tenants = {"account", "journal"}
    untenanted = {
        "invite_codes",
        "challenges",
        "doomed",
        "markers",  # of the whole server
        "restorations",  # of the whole server
        "receipt_keys",
        "invitations",
        "sessions",
        "keyholders",
        "rendezvous",
    }
    for table in metadata.sorted_tables:
        first = next(iter(table.primary_key.columns)).name
        assert first in tenants or table.name in untenanted, f"{table.name} leads with {first}"
