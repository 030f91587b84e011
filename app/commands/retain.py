"""`retain`: one round of retention, for operators who run it by a timer."""

import asyncio

from app.commands.checks import require_migrated, require_receipt_key, require_store
from app.commands.trouble import prepare_data
from app.objects.store import open_store
from app.receipts.service import load_receipt_keys
from app.retention.service import Counts, retain
from app.settings import Settings
from app.state import system_clock
from app.storage import create_database


def run(settings: Settings) -> None:
    """Print how much of each there was. Safe to repeat, and beside a running server."""
    prepare_data(settings)
    require_migrated(settings)
    require_receipt_key(settings)
    require_store(settings)
    for name, number in asyncio.run(_round(settings)).items():
        print(f"{name:<20}{number:>10,}")


async def _round(settings: Settings) -> Counts:
    signer = load_receipt_keys(settings.receipt_key_path)
    database, store = create_database(settings), open_store(settings)
    await database.open()
    try:
        return await retain(database, store, settings, signer, system_clock())
    finally:
        await database.close()
