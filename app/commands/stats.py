"""`stats`: how much there is, never whose."""

from sqlalchemy import Connection, Select, func, select
from sqlalchemy.sql.functions import coalesce

from app.accounts.table import accounts
from app.commands.serve import require_migrated
from app.journals.repository import ENTRY
from app.journals.table import journals, log
from app.schema import migration_engine
from app.settings import Settings


def run(settings: Settings) -> None:
    """Print counts alone."""
    require_migrated(settings)
    engine = migration_engine(settings)
    with engine.connect() as connection:
        counts = count(connection)
    engine.dispose()
    for name, number in counts.items():
        print(f"{name:<16}{number:>14,}")


def count(connection: Connection) -> dict[str, int]:
    """How many there are of each, over all accounts."""
    size = func.length(log.c.header) + coalesce(func.length(log.c.blob), 0)
    queries: dict[str, Select[int]] = {
        "accounts": select(func.count()).select_from(accounts),
        "journals": select(func.count()).select_from(journals),
        "closed journals": select(func.count()).select_from(journals).where(journals.c.closed),
        "entries": select(func.count()).select_from(log).where(log.c.kind == ENTRY),
        "statements": select(func.count()).select_from(log).where(log.c.kind != ENTRY),
        "bytes": select(coalesce(func.sum(size), 0)),
    }
    return {name: int(connection.execute(query).scalar_one()) for name, query in queries.items()}
