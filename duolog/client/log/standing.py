"""Where a journal stands for this account: may it be fetched, read, written, changed?

A journal is *open* while its log is here, the log is not closed, and the server has not broken the rules in it. Whether
I am a member is a question of its own. What was read stays readable in any case.
"""

from dataclasses import dataclass

from duolog.client.home.log_rows import load_frozen
from duolog.client.home.marks import how_former
from duolog.client.home.store import Store
from duolog.client.log.stored_logs import NOT_HERE, load_log
from duolog.errors import JournalFrozen, NotAllowed
from duolog.protocol.log import LogState
from duolog.protocol.roster_changes import Roster
from duolog.protocol.roster_statements import Member

_OVER = (
    "You are no longer a member of this journal: your term is over. What this computer has read stays readable here."
)
_FORMER = {
    "left": "You have left this journal. What this computer has read stays readable here.",
    "over": _OVER,
    "unlisted": "You are no longer a member of this journal, as far as the server says: a partner has ended it, or "
    "the server hides it. Ask them. What this computer has read stays readable here.",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """One journal as this home knows it now.

    `log`: its verified state. `me`: my place in its roster. `frozen`: why it is read-only. `former`: why I am no longer
    a member. Both are sentences, or None. `over`: my term has ended by this home's clock.
    """

    log: LogState
    me: Member | None
    frozen: str | None
    former: str | None
    over: bool

    @property
    def roster(self) -> Roster | None:
        """The newest verified roster, or None when nothing of the journal is here."""
        return self.log.roster

    @property
    def is_partner(self) -> bool:
        """Whether the roster names me as a partner."""
        return self.me is not None and self.me.role == "partner"

    @property
    def may_write(self) -> bool:
        """Whether the roster lets me write."""
        return self.me is not None and self.me.rights == "write"

    @property
    def open_roster(self) -> Roster | None:
        """The roster while the journal is open and I have not ceased to be a member, else None."""
        is_open = not self.log.closed and self.frozen is None and self.former is None
        return self.log.roster if is_open else None

    def require_here(self) -> Roster:
        """The newest verified roster. Raises: NotAllowed when nothing of the journal is here."""
        if self.log.roster is None:
            raise NotAllowed(NOT_HERE)
        return self.log.roster

    def require_member(self) -> None:
        """Check that I have not ceased to be a member. Raises: NotAllowed with the reason."""
        why = self.former or (_OVER if self.over else None)
        if why is not None:  # check: client.former
            raise NotAllowed(why)

    def require_open(self) -> Roster:
        """The roster of an open journal, whether I am a member or not.

        Raises:
            NotAllowed: nothing of the journal is here, or the log is closed.
            JournalFrozen: the server broke the rules in it.
        """
        roster = self.require_here()
        if self.frozen is not None:  # check: client.frozen
            raise JournalFrozen(f"This journal is read-only: {self.frozen}")
        if self.log.closed_under is not None:
            raise NotAllowed(
                "This journal goes on at another server. Follow it there, or finish moving: `duolog follow`."
            )
        if self.log.closed:  # check: client.closed
            raise NotAllowed("This journal is closed.")
        return roster

    def require_partner(self, sentence: str) -> Roster:
        """The roster of an open journal in which I am a partner. Raises: NotAllowed with `sentence`; as above."""
        roster = self.require_open()
        if not self.is_partner:
            raise NotAllowed(sentence)
        return roster


def standing(store: Store, journal: bytes, account: bytes, now: int) -> Standing:
    """Where a journal stands for an account. `now`: Unix seconds."""
    log, how = load_log(store, journal), how_former(store, journal)
    me = None if log.roster is None else log.roster.find(account)
    over = me is not None and me.until is not None and me.until <= now
    return Standing(log, me, load_frozen(store, journal), None if how is None else _FORMER[how], over)
