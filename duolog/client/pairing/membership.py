"""What takes one signature: ending a confidant's time, shortening it, leaving, and removing a provisional partner.

Rules
- Either partner ends a confidant's time alone, at once. From then on the next epoch is out of reach for them; what they
  have read they keep.
- A confidant leaves alone. A partner doesn't leave; they close the journal.
- The founder removes a partner whose words were never compared, and nobody else.
"""

from dataclasses import replace

from duolog.client.home.marks import Mark, clear_mark, set_mark
from duolog.client.home.pairings import drop_consents_for_member, drop_progress
from duolog.client.log.confidant_terms import make_removal
from duolog.client.log.context import Context
from duolog.client.log.former_journals import mark_former
from duolog.client.log.notes import note_what_is_done
from duolog.client.log.settle import settle
from duolog.client.log.statements import Made, carried, make_carried, sign_for
from duolog.documents.account_kinds import LeftJournal
from duolog.errors import NotAllowed, ServerRefused
from duolog.protocol.roster import check_change
from duolog.protocol.roster_changes import Roster
from duolog.protocol.roster_statements import Member
from duolog.protocol.statements import SignedStatement


async def shorten(context: Context, journal: bytes, account: bytes, until: int) -> None:
    """End a confidant's term earlier, at `until` (Unix seconds). Takes nobody else's consent.

    Raises:
        NotAllowed: there is no such confidant, or it isn't earlier.
        TransportError, ServerRefused, VerificationError: as for a push.
    Spec: §5.
    """

    async def make() -> Made | None:
        roster = context.standing(journal).require_open()
        member = _confidant(context, roster, account)
        if member.until == until:
            return None
        if member.until is None or member.until < until:
            raise NotAllowed("That is later than it ends now. To extend a term takes both of you.")
        return make_carried(context, roster, "shorten", replace(member, until=until))

    await settle(context, journal, make)


async def remove(context: Context, journal: bytes, account: bytes) -> None:
    """End a confidant's time at once. Takes nobody else's consent; doing it twice changes nothing.

    Raises:
        NotAllowed: only a partner may, and only for a confidant.
        TransportError, ServerRefused, VerificationError: as for a push.
    Spec: §5.
    """

    async def make() -> Made | None:
        roster = context.standing(journal).require_open()
        _require_partner(context, roster)
        if roster.find(account) is None:
            return None
        return make_removal(context, roster, _confidant(context, roster, account).account)

    await settle(context, journal, make)
    # A consent that waits for this account is over: it was made before they were removed.
    drop_consents_for_member(context.home, journal, account)


async def remove_partner(context: Context, journal: bytes) -> None:
    """Remove a partner whose words were never compared; another one may be invited then.

    Raises:
        NotAllowed: only the founder may, and only while the partner is provisional.
        TransportError, ServerRefused, VerificationError: as for a push.
    Spec: §5.
    """

    async def make() -> Made | None:
        roster = context.standing(journal).require_open()
        if roster.founder != context.account:
            raise NotAllowed("Only who made the journal removes a partner, and only before the words were compared.")
        if len(roster.partners) == 1:
            return None
        if not roster.provisional:
            raise NotAllowed("You have compared words with this partner, so nobody can remove them. You can close it.")
        other = next(item for item in roster.partners if item.account != context.account)
        return make_removal(context, roster, other.account)

    # Its pairing is over first: otherwise this home would let them in again.
    if await make() is not None:
        drop_progress(context.home, journal)
    await settle(context, journal, make)


async def leave(context: Context, journal: bytes) -> None:
    """Leave a journal as its confidant, at once. What was read here stays readable here.

    Raises:
        NotAllowed: a partner doesn't leave, or I am no member.
        TransportError, ServerRefused, VerificationError: as for a push.
    Spec: §5.
    """

    async def make() -> Made:
        here = context.standing(journal)
        here.require_member()
        roster = here.require_open()
        if here.me is None or here.is_partner:
            raise NotAllowed("Partners don't leave a journal. You can close it, alone and at any time.")
        left = tuple(item for item in roster.members if item.account != context.account)
        set_mark(context.store, journal, Mark.LEAVING)  # whatever becomes of the answer, it was my own doing
        statement = replace(carried(roster, "leave", account=context.account), members=left).encode()
        signed = SignedStatement(statement, (sign_for(context.identity, roster, statement),))
        return Made(signed, {}, check_change(roster, signed, context.chains), None)

    try:
        await settle(context, journal, make)
    except ServerRefused as error:
        if error.code != "not_found":  # left before, and the answer was lost
            clear_mark(context.store, journal, Mark.LEAVING)
            raise
    mark_former(context, journal, "left")
    await note_what_is_done(context, "left_journal", LeftJournal(journal=journal))


def _require_partner(context: Context, roster: Roster) -> None:
    me = roster.find(context.account)
    if me is None or me.role != "partner":
        raise NotAllowed("Only partners change who may read or write here.")


def _confidant(context: Context, roster: Roster, account: bytes) -> Member:
    _require_partner(context, roster)
    member = roster.find(account)
    if member is None or member.role != "confidant":
        raise NotAllowed("There is no such confidant in this journal. List its members to see who is here.")
    return member
