"""Chooses the database that the settings name."""

from app.database import Database
from app.postgresql import PostgresDatabase
from app.settings import Settings
from app.sqlite import SqliteDatabase


def create_database(settings: Settings) -> Database:
    """The database that the settings name, not yet open."""
    if settings.database_url.startswith("sqlite:"):
        return SqliteDatabase(settings.database_url, readers=settings.database_readers)
    return PostgresDatabase(settings.database_url, connections=settings.database_readers)
