"""The state of the database's tables: which migration they are at, and how to bring them to the newest."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.engine import make_url

from app.settings import Settings
from app.sqlite_connections import sqlite_engine

CONFIG = Path(__file__).parent.parent / "alembic.ini"


def migration_engine(settings: Settings) -> Engine:
    """A synchronous engine on the settings' database."""
    if settings.database_url.startswith("sqlite:"):
        return sqlite_engine(settings.database_url, begin="BEGIN IMMEDIATE")
    return create_engine(make_url(settings.database_url).set(drivername="postgresql+psycopg"), hide_parameters=True)


def reading_engine(settings: Settings) -> Engine:
    """A synchronous engine whose transactions read one consistent view each, beside a server."""
    if settings.database_url.startswith("sqlite:"):
        return sqlite_engine(settings.database_url, begin="BEGIN")
    engine = migration_engine(settings)
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def newest_revision() -> str:
    """The revision that this code needs."""
    return _revisions()[0]


def is_known(revision: str) -> bool:
    """Whether this code has the migration to `revision`: a newer version's it has not."""
    return revision in _revisions()


@cache
def _revisions() -> tuple[str, ...]:
    """Every revision of this code, newest first. Reading them takes a while, and they never change."""
    found = tuple(script.revision for script in ScriptDirectory.from_config(Config(CONFIG)).walk_revisions())
    if not found:
        raise FileNotFoundError(f"{CONFIG.parent} holds no migrations")
    return found


def current_revision(connection: Connection) -> str | None:
    """The revision that the database is at; None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


def touch(connection: Connection, revision: str) -> bool:
    """Write a row of the database, unchanged; returns whether the tables are at `revision`."""
    query = text("UPDATE alembic_version SET version_num = version_num WHERE version_num = :revision")
    return connection.execute(query, {"revision": revision}).rowcount == 1


def migrate(connection: Connection, revision: str = "head") -> None:
    """Bring the database up to `revision`, inside the connection's transaction."""
    command.upgrade(_config(connection), revision)


def migrate_back(connection: Connection, revision: str) -> None:
    """Bring the database down to `revision`."""
    command.downgrade(_config(connection), revision)


def _config(connection: Connection) -> Config:
    config = Config(CONFIG)
    config.attributes["connection"] = connection
    return config
