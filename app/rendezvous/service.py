"""Leaving and fetching sealed messages at a rendezvous.

Rules (spec §4.11):
- The first message at a place stays there; the same one again changes nothing.
- A device that is in the account already has a session. The new one has none, and its messages are small: its keys.
- All of it goes after minutes. Who knows the id of a rendezvous may read there: its messages are sealed.
"""

from sqlalchemy import Connection

from app.access.repository import Caller
from app.problems import RendezvousUsed, SessionMissing, TooLarge
from app.quotas.service import Quotas
from app.rendezvous import repository
from app.rendezvous.repository import Place
from duolog.protocol import sizes

KEPT_SECONDS = 600  # both devices are in their owner's hands


def require_allowed(place: Place, sealed: bytes, caller: Caller | None) -> None:
    """The checks that need no database. Raises: SessionMissing, TooLarge."""
    if place.role == "old" and caller is None:  # check: server.rendezvous_role
        raise SessionMissing
    if place.role == "new" and len(sealed) > sizes.MAX_NEWCOMER_MESSAGE:  # check: server.rendezvous_size
        raise TooLarge


def leave(connection: Connection, place: Place, sealed: bytes, caller: Caller | None, quotas: Quotas, now: int) -> None:
    """Keep a message for ten minutes.

    Raises:
        RendezvousUsed: another one stands there.
        DailyLimit: the caller has left as many as they may. Who has no session is counted by their network.
    """
    repository.drop_expired(connection, now)
    if repository.add(connection, place, sealed, now + KEPT_SECONDS):
        if caller is not None:
            quotas.spend(connection, caller.account, "rendezvous", now, size=len(sealed))
        return
    if repository.find(connection, place, now) != sealed:  # check: server.rendezvous_used
        raise RendezvousUsed
