"""Where what somebody brings of a journal is stored: as that journal, or aside, if it is here and not theirs.

Aside, it looks to whoever brings it like a journal that is not here. It never becomes whole, and is given up like any
other that doesn't.
"""

from dataclasses import dataclass, replace

from sqlalchemy import Connection

from app.carrying import repository
from app.journals.repository import load_log
from app.origins.repository import Origins, load_origins
from duolog.protocol.log import LogState, empty_log


@dataclass(frozen=True, slots=True)
class Place:
    """What is here of a journal for one caller, locked. `id`: under which it is stored."""

    id: bytes
    state: LogState
    origins: Origins

    @property
    def complete(self) -> bool:
        """Whether all of it has come, or it began here."""
        return self.state.seq > 0 and self.origins.complete


def find_place(connection: Connection, account: bytes, journal: bytes) -> Place:
    """Where this account goes on with a journal, and how far that is."""
    found = _load(connection, journal, journal)
    if not found.complete or repository.is_member(connection, account, journal):
        return found
    return _load(connection, account + journal, journal)  # too long to be the id of a journal in any request


def _load(connection: Connection, place: bytes, journal: bytes) -> Place:
    stored = load_log(connection, place, lock=True)
    origins = load_origins(connection, place)
    if stored is None:
        return Place(place, empty_log(journal), origins)
    roster = None if stored.roster is None else replace(stored.roster, journal=journal)
    return Place(place, replace(stored, journal=journal, roster=roster), origins)
