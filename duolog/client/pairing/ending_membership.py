"""Ending a membership with one signature: remove a confidant, shorten a term, leave, remove a provisional partner.

Rules
- Either partner ends a confidant's term alone, at once. The confidant can't read the next epoch, and keeps all that
  they have read.
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

_ONLY_PARTNERS = "Only partners change who may read or write here."


async def shorten(context: Context, journal: bytes, account: bytes, until: int) -> None:
    """End a confidant's term earlier, at `until` (Unix seconds), without the other partner's consent.

    Raises:
        NotAllowed: I am no partner, there is no such confidant, or `until` isn't earlier.
        TransportError, ServerRefused, VerificationError: as for a push.
    Spec: §5.
    """

    async def make() -> Made | None:
        roster = context.standing(journal).require_partner(_ONLY_PARTNERS)
        member = require_confidant(roster, account)
        if member.until == until:
            return None
        if member.until is None or member.until < until:
            raise NotAllowed("That is later than it ends now. To extend a term takes both of you.")
        return make_carried(context, roster, "shorten", replace(member, until=until))

    await settle(context, journal, make)


async def remove(context: Context, journal: bytes, account: bytes) -> None:
    """End a confidant's term at once, without the other partner's consent. Doing it twice changes nothing.

    Raises:
        NotAllowed: I am no partner, or the account is no confidant.
        TransportError, ServerRefused, VerificationError: as for a push.
    Spec: §5.
    """

    async def make() -> Made | None:
        roster = context.standing(journal).require_partner(_ONLY_PARTNERS)
        if roster.find(account) is None:
            return None
        return make_removal(context, roster, require_confidant(roster, account).account)

    await settle(context, journal, make)
    # The consents to extend or change their place were given before they were removed.
    drop_consents_for_member(context.home, journal, account)


async def remove_partner(context: Context, journal: bytes) -> None:
    """Remove a partner whose words were never compared; another partner may be invited then.

    Raises:
        NotAllowed: I am not the founder, or the partner is verified.
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

    # The pairing ends first: otherwise this home would let them in again.
    if await make() is not None:
        drop_progress(context.home, journal)
    await settle(context, journal, make)


async def leave(context: Context, journal: bytes) -> None:
    """Leave a journal as its confidant, at once. This home keeps all that it has read.

    Raises:
        NotAllowed: I am a partner, or no member.
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
        set_mark(context.store, journal, Mark.LEAVING)  # even if the answer is lost, this was my own act
        statement = replace(carried(roster, "leave", account=context.account), members=left).encode()
        signed = SignedStatement(statement, (sign_for(context.identity, roster, statement),))
        return Made(signed, {}, check_change(roster, signed, context.chains), None)

    try:
        await settle(context, journal, make)
    except ServerRefused as error:
        if error.code != "not_found":  # I have left before, and the answer was lost
            clear_mark(context.store, journal, Mark.LEAVING)
            raise
    mark_former(context, journal, "left")
    await note_what_is_done(context, "left_journal", LeftJournal(journal=journal))


def require_confidant(roster: Roster, account: bytes) -> Member:
    """The place of a confidant. Raises: NotAllowed when the roster has none for this account."""
    member = roster.find(account)
    if member is None or member.role != "confidant":
        raise NotAllowed("There is no such confidant in this journal. List its members to see who is here.")
    return member
