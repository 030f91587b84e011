"""A confidant's term: its limit, and the removal of a confidant when the term is over.

Rules
- A term ends 90 days from now at most; longer takes both partners' consent anew.
- Past a confidant's end date a partner's client removes them before it seals anything, whatever the server does.
- The clock is that of this home. No rule of the roster reads a clock.
"""

from duolog.client.log.context import Context
from duolog.client.log.statements import Made, make_fresh
from duolog.errors import NotAllowed
from duolog.protocol.roster_changes import Roster
from duolog.protocol.roster_statements import Member

DAY = 24 * 3600  # seconds
LONGEST = 90 * DAY  # of a term, from the moment of asking


def require_term(context: Context, until: int) -> None:
    """Check that a term may end at `until` (Unix seconds). Raises: NotAllowed. Spec: §7."""
    now = context.clock()
    if not now < until <= now + LONGEST:  # check: client.term
        raise NotAllowed("A term ends in the future, and 90 days from now at most. You can both extend it later.")


def is_over(context: Context, member: Member) -> bool:
    """Whether a member's term has ended by this home's clock."""
    return member.until is not None and member.until <= context.clock()


def make_removal(context: Context, roster: Roster, account: bytes) -> Made:
    """The removal of a member, which begins an epoch without them. Raises: RosterViolation. Spec: §5."""
    left = tuple(item for item in roster.members if item.account != account)
    # Removing the provisional partner ends *provisional*; removing a confidant leaves it as it is.
    provisional = roster.provisional and sum(item.role == "partner" for item in left) > 1
    return make_fresh(context, roster, "remove", left, provisional=provisional, account=account)


def make_endings(context: Context, roster: Roster) -> list[Made]:
    """The removals of the confidants whose term is over, in order; none unless I am a partner. Spec: §5."""
    me, made = roster.find(context.account), list[Made]()
    if me is None or me.role != "partner":
        return made
    for member in roster.members:
        if is_over(context, member):  # check: client.term_over
            made.append(make_removal(context, made[-1].roster if made else roster, member.account))
    return made
