"""Where what somebody brings of a journal is stored: as that journal, for a member of one that is here, or aside.

Each account has a place of its own for what is not whole. So nobody's pages stand in the way of another's, and a
journal that is here looks to somebody else like one that is not. What is whole moves to the journal's own id; what
never becomes whole is given up.
"""

from dataclasses import dataclass, replace

from sqlalchemy import Connection

from app.carrying import repository
from app.journals.repository import load_log
from app.leaving.destroying import destroy_journals
from app.origins.repository import Origins, load_origins
from app.problems import NotFound
from duolog.protocol.log import LogState, empty_log


@dataclass(frozen=True, slots=True)
class Place:
    """What is here of a journal for one caller, locked. `id`: under which it is stored. `taken`: the journal itself is
    here, whole, and others'. `left`: an older server kept something there that is not whole.
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


def find_place(connection: Connection, account: bytes, journal: bytes) -> Place:
    """Where this account goes on with a journal, and how far that is."""
    found = _load(connection, journal, journal)
    if found.complete and repository.is_member(connection, account, journal):
        return found
    aside = _load(connection, account + journal, journal)  # too long to be the id of a journal in any request
    return replace(aside, taken=found.complete, left=found.state.seq > 0 and not found.complete)


def move_home(connection: Connection, place: Place) -> None:
    """What is whole becomes the journal. Raises: NotFound when the journal is others'."""
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
