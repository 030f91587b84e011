"""One round of retention: carry out what is due, delete what has expired.

Rules
- Each step is a transaction that may be repeated: a second round at the same moment changes nothing, and several
  servers on one database may do it at once.
- A journal of which only a part has come from another server is given up when nothing more of it came for 14 days.
- What touches a journal happens under its lock, a few journals at a time, so that nobody waits for long.
- The clock is the server's.
"""

from itertools import islice

from sqlalchemy import Connection

from app.database import Database
from app.invitations.service import KEPT_SECONDS
from app.journals.closings import carry_out
from app.leaving import destroying_repository as destroying
from app.leaving import going
from app.leaving.repository import destroy_unheld, lock_journals, unheld_journals
from app.objects.store import Store
from app.origins.repository import start_waiting, unfinished_journals
from app.receipts.service import ReceiptSigner
from app.retention import repository
from app.retention.attachments import sweep
from app.settings import DAY, Settings

BATCH = 50  # journals in one transaction
UNFINISHED_SECONDS = 14 * DAY  # since a part of a journal last came: a client brings all of it within minutes

Counts = dict[str, int]


async def retain(database: Database, store: Store, settings: Settings, signer: ReceiptSigner, now: int) -> Counts:
    """Run one whole round; returns how many of each it closed, ended or deleted. Raises: StorageFull, Unavailable."""
    counts: Counts = {"journals closed": 0}
    for journal in await database.read(repository.journals_with_due_closing, now):
        counts["journals closed"] += await database.write(carry_out, journal, signer, now)
    counts |= await _settle(database, now)
    counts |= await _give_up(database, now)
    counts |= await database.write(_drop_expired, settings, now)
    await database.forget()
    return counts | await sweep(database, store, settings, now)


async def _settle(database: Database, now: int) -> Counts:
    """End expired memberships, journal by journal, and destroy journals and blobs that nobody may fetch or holds."""
    memberships = journals = blobs = 0
    while over := await database.read(destroying.journals_to_settle, now, BATCH):
        settled = await database.write(going.settle, over, now)
        memberships, journals, blobs = (
            memberships + settled.memberships,
            journals + settled.journals,
            blobs + settled.blobs,
        )
    unheld = iter(await database.read(unheld_journals, now))
    while batch := list(islice(unheld, BATCH)):
        blobs += await database.write(_destroy_unheld, batch, now)
    return {"memberships ended": memberships, "journals destroyed": journals, "entries destroyed": blobs}


async def _give_up(database: Database, now: int) -> Counts:
    """Destroy journals that came only in part. Nobody has seen them here, and their members can bring them again."""
    given_up, before = 0, now - UNFINISHED_SECONDS
    unfinished = iter(await database.read(unfinished_journals, before))
    while batch := list(islice(unfinished, BATCH)):
        given_up += await database.write(_destroy_unfinished, batch, before)
    return {"parts given up": given_up}


def _destroy_unfinished(connection: Connection, journals: list[bytes], before: int) -> int:
    lock_journals(connection, journals)
    still = unfinished_journals(connection, before, journals)
    destroying.destroy_journals(connection, still)
    return len(still)


def _destroy_unheld(connection: Connection, journals: list[bytes], now: int) -> int:
    lock_journals(connection, journals)
    return destroy_unheld(connection, journals, now)


def _drop_expired(connection: Connection, settings: Settings, now: int) -> Counts:
    start_waiting(connection, now)
    return {
        "challenges": repository.drop_challenges(connection, now),
        "sessions": repository.drop_sessions(connection, now, now - settings.session_idle_days * DAY),
        "rendezvous": repository.drop_rendezvous(connection, now),
        "invitations": repository.drop_invitations(connection, now - KEPT_SECONDS),
        "proposals": repository.drop_proposals(connection, now - settings.proposal_days * DAY),
    }
