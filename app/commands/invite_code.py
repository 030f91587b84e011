"""`invite-code`: make a code that lets one person register, for a server that takes accounts by invite code."""

import secrets

from app.accounts.repository import add_code
from app.commands.checks import require_migrated
from app.schema import migration_engine
from app.settings import Settings
from app.state import system_clock

GROUPS, LETTERS = 4, "abcdefghjkmnpqrstuvwxyz23456789"  # none that look alike; 5 letters a group: 99 bits


def run(settings: Settings) -> None:
    """Print a new code; the database keeps its hash."""
    require_migrated(settings)
    code = "-".join("".join(secrets.choice(LETTERS) for _ in range(5)) for _ in range(GROUPS))
    engine = migration_engine(settings)
    with engine.begin() as connection:
        add_code(connection, code, system_clock())
    engine.dispose()
    print(code)
