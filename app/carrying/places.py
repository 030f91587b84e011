"""The place of a carried journal: the journal itself, for a member of one that is here or under this server's own
receipts, or a place aside.

Each account has a place of its own for an incomplete journal. So one caller's pages don't block another's, and a
stranger can't tell a journal that is here from one that is not. A complete journal moves to its own id; an incomplete
one expires.
"""

from dataclasses import dataclass, replace

from sqlalchemy import Connection

from app.carrying import repository
from app.journals.repository import load_log
from app.leaving.destroying_repository import destroy_journals
from app.origins.repository import Origins, load_origins
from app.problems import NotFound
from duolog.protocol.log import LogState, empty_log


@dataclass(frozen=True, slots=True)
class Place:
    """A caller's locked part of a journal. `id`: the id under which it is stored. `taken`: the journal itself is here,
    complete, and others'. `left`: an older server version stored an incomplete journal there.
    """

    id: bytes
    state: LogState
    origins: Origins
    taken: bool = False
    left: bool = False

    @property
    def complete(self) -> bool:
        """Whether all of it has come, or it began here."""
        return self.state.seq > 0 and self.origins.complete


def find_place(connection: Connection, account: bytes, journal: bytes, *, own: bool) -> Place:
    """Find the place where this account continues a journal, and its end.

    `own`: under receipts of this server itself, which show that the account was given the items.
    """
    found = _load(connection, journal, journal)
    if found.complete and (own or repository.is_member(connection, account, journal)):
        return found
    aside = _load(connection, account + journal, journal)  # too long to be the id of a journal in any request
    return replace(aside, taken=found.complete, left=found.state.seq > 0 and not found.complete)


def move_home(connection: Connection, place: Place) -> None:
    """Move a complete journal to its own id. Raises: NotFound when the journal is others'."""
    journal = place.state.journal
    if place.taken:  # check: server.carried_member
        raise NotFound
    if place.left:
        destroy_journals(connection, [journal])
    if place.id != journal:
        repository.move_rows(connection, place.id, journal)


def _load(connection: Connection, place: bytes, journal: bytes) -> Place:
    stored = load_log(connection, place, lock=True)
    origins = load_origins(connection, place)
    if stored is None:
        return Place(place, empty_log(journal), origins)
    roster = None if stored.roster is None else replace(stored.roster, journal=journal)
    return Place(place, replace(stored, journal=journal, roster=roster), origins)
