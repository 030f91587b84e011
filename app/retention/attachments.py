"""The end of attachments: what no entry names goes after a while, and the bytes of what has ended are deleted.

Rules
- Only what no entry names is swept, under its journal's lock: a push that names it comes before, or finds it gone.
- Bytes are deleted after the transaction that ended them, a place at a time. A round that is cut off, or meets a store
  that fails, loses nothing: the next one begins with the places that are left.
- A place is cleared twice, some minutes apart: a part may have been on its way when the first came.
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
    """End what no entry names, and delete the bytes of what has ended. Raises: StorageFull, Unavailable."""
    ended, before = 0, now - settings.attachment_days * DAY
    journals = iter(await database.read(objects.journals_to_sweep, before))
    while batch := list(islice(journals, BATCH)):
        ended += await database.write(_sweep, batch, before)
    return {"attachments swept": ended, "places cleared": await clear(database, store, now)}


async def clear(database: Database, store: Store, now: int) -> int:
    """Delete the bytes of what has ended; returns how many places are settled for good."""
    settled = 0
    while places := await database.read(objects.doomed_places, now, BATCH):
        for place in places:
            await store.clear(place)
        settled += await database.write(objects.note_cleared, places, now)
    return settled


def _sweep(connection: Connection, journals: list[bytes], before: int) -> int:
    lock_journals(connection, journals)
    return objects.sweep(connection, journals, before)
