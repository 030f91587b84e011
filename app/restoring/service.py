"""Going back to an older state, and coming forward again with what the clients hold.

Rules (spec §6.11)
- A restoration ends all sessions, invitations, proposals and meetings of devices. Closings wait until their author sets
  them again: perhaps they were cancelled since.
- Every open journal is held: it takes nothing new. What its members bring is appended under this server's own receipts
  (`app.carrying`), and proves that it was accepted here.
- A device confirms that it holds nothing more than the end that is here. A journal is released when every partner has
  confirmed, with each device that was in use in the week before the older state; or after seven days, by one partner.
- Items under an own receipt that is newer than the last restoration prove that the server has gone back once more.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from app.access.repository import Caller, JournalMember
from app.journals.repository import is_held, load_log
from app.problems import EndApart, NotFound
from app.restoring import repository
from app.restoring.repository import newest_restoration
from app.settings import DAY
from duolog.protocol import sizes

__all__ = ["WentBack", "confirm_end", "hold_restored", "mark_restored", "newest_restoration", "require_known"]

RECENT = 7 * DAY


class WentBack(Exception):
    """A client has shown that this server signed what it doesn't know any more. `at`: Unix seconds, not before that."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self.at = at


@dataclass(frozen=True, slots=True)
class End:
    """Whether a journal takes new items, and when it does so at the latest (None: it does)."""

    opens_at: int | None


def mark_restored(connection: Connection, now: int) -> int:
    """Store that this server has gone back to an older state; the time of that restoration, Unix seconds."""
    at = max(now, (newest_restoration(connection) or 0) + 1)
    repository.add_restoration(connection, at, RECENT)
    return at


def hold_restored(connection: Connection, journal: bytes) -> None:
    """Hold a journal that came back whole to a server that has gone back."""
    if newest_restoration(connection) is not None:
        repository.hold(connection, journal)


def require_known(connection: Connection, times: Iterable[int], now: int) -> None:
    """Check that own receipts of unknown items are older than the last restoration. Raises: WentBack."""
    newest, known = max(times), newest_restoration(connection)
    if known is None or newest > known:  # check: server.went_back
        raise WentBack(max(newest, now))


def confirm_end(connection: Connection, caller: Caller, member: JournalMember, seq: int, head: bytes, now: int) -> End:
    """Store that the caller's device holds nothing more of a journal, and release the journal when that is due.

    Raises:
        NotFound: there is no such journal any more.
        EndApart: the journal ends elsewhere here.
    """
    journal = member.journal
    state = load_log(connection, journal, lock=True)
    if state is None or state.roster is None:
        raise NotFound
    if (state.seq, state.head) != (seq, head):  # check: server.confirmed_end
        raise EndApart
    if not is_held(connection, journal):
        return End(None)
    opens_at = (newest_restoration(connection) or 0) + sizes.RESTORING_WAIT
    if member.role != "partner":  # check: server.confirmed_partner
        return End(opens_at)
    repository.confirm(connection, journal, caller.account, caller.keyholder)
    partners = [partner.account for partner in state.roster.partners]
    if now < opens_at and repository.lacking(connection, journal, partners):  # check: server.confirmed_all
        return End(opens_at)
    repository.release(connection, journal)
    return End(None)
