"""`stats`: how much there is, never whose."""

from app.commands.checks import require_migrated
from app.commands.repository import count
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
