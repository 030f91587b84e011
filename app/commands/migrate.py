"""`migrate`: bring the database's tables to what this version needs."""

from app.commands.checks import require_known
from app.commands.trouble import prepare_data
from app.schema import migrate, migration_engine, newest_revision
from app.settings import Settings


def run(settings: Settings) -> None:
    """Migrate, in one transaction. Safe to repeat."""
    prepare_data(settings)
    before = require_known(settings)
    engine = migration_engine(settings)
    with engine.begin() as connection:
        migrate(connection)
    engine.dispose()
    newest = newest_revision()
    print(f"The database is up to date ({newest})." if before == newest else f"The database was migrated to {newest}.")
