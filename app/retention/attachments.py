"""Sweeping attachments: the server ends the ones that no entry names, and deletes the bytes of all that have ended.

Rules
- The sweep takes unnamed attachments alone, under their journal's lock. A push that names one comes before the sweep,
  or finds it gone.
- The bytes of a place are deleted after the transaction that ended its attachment. When a crash or the store cuts a
  round off, the next one goes on with the places that are left.
- Each place is cleared twice, some minutes apart, for a part that was on its way during the first time.
"""

from itertools import islice

from sqlalchemy import Connection

from app.database import Database
from app.leaving.repository import lock_journals
from app.objects import repository as objects
from app.objects.store import Store
from app.settings import DAY, Settings

BATCH = 50  # journals in one transaction, or places between two


async def sweep(database: Database, store: Store, settings: Settings, now: int) -> dict[str, int]:
    """End old unnamed attachments, and delete the bytes of ended ones. Raises: StorageFull, Unavailable."""
    ended, before = 0, now - settings.attachment_days * DAY
    journals = iter(await database.read(objects.journals_to_sweep, before))
    while batch := list(islice(journals, BATCH)):
        ended += await database.write(_sweep, batch, before)
    return {"attachments swept": ended, "places cleared": await clear(database, store, now)}


async def clear(database: Database, store: Store, now: int) -> int:
    """Delete the bytes at doomed places; returns how many places are settled for good."""
    settled = 0
    while places := await database.read(objects.doomed_places, now, BATCH):
        for place in places:
            await store.clear(place)
        settled += await database.write(objects.note_cleared, places, now)
    return settled


def _sweep(connection: Connection, journals: list[bytes], before: int) -> int:
    lock_journals(connection, journals)
    return objects.sweep(connection, journals, before)
