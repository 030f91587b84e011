"""The members of one journal: the confidants, their terms, and the proposals that wait for both partners.

Rules
- Either partner ends a confidant's term alone, at once. The confidant can't read the next epoch, and keeps all that
  they have read.
- A confidant leaves alone. A partner doesn't leave; they close the journal.
- The founder removes a partner whose words were never compared, and nobody else.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Literal, TypeVar

from duolog.client.home.marks import JournalMark, clear_marks, keep_former, set_mark
from duolog.client.home.pairings import drop_consents_for_member, drop_progress
from duolog.client.journals import reading
from duolog.client.journals.views import MemberView
from duolog.client.log.context import Context
from duolog.client.log.notes import note_what_is_done
from duolog.client.log.pull import pull
from duolog.client.log.session import Session
from duolog.client.log.settle import settle
from duolog.client.log.statements import Made, carried, make_carried, make_removal, sign_for
from duolog.client.pairing import admissions, co_signing, invitations, proposals
from duolog.client.pairing.views import Admission, NewInvitation, ProposalView
from duolog.documents.account_kinds import LeftJournal
from duolog.errors import NotAllowed, ServerRefused
from duolog.protocol.roster import check_change
from duolog.protocol.statements import SignedStatement
from duolog.seal.words import plain_words

T = TypeVar("T")


class Members:
    """The members of a journal. Every partner signs an addition or an extension. One partner ends a term.

    Terms are Unix seconds, 90 days from now at most. Accounts and invitations are named by their ids.

    Raises:
        NotAllowed: from every step, when the rules forbid it now.
        JournalFrozen, HomeError: as `Duolog.write`.
        TransportError, ServerRefused, VerificationError: as `Duolog.sync`.
    """

    def __init__(self, session: Session, journal: bytes) -> None:
        self._session = session
        self._journal = journal

    async def list(self) -> tuple[MemberView, ...]:
        """Every member, with role, rights and term. Without the network."""
        async with self._session.alone() as context:
            return reading.view_journal(context, self._journal).members

    async def invite(self, rights: Literal["read", "write"], until: int) -> NewInvitation:
        """Invite a confidant with a single-use link."""
        return await self._step(lambda context: invitations.invite_confidant(context, self._journal, rights, until))

    async def admissions(self) -> tuple[Admission, ...]:
        """The admissions from this home that aren't finished, with the eight words. Without the network."""
        async with self._session.alone() as context:
            context.standing(self._journal).require_here()
            return admissions.admissions(context, self._journal)

    async def confirm(self, words: Sequence[str], *, invitation: bytes | None = None) -> None:
        """Let in the confidant who reads these eight words, or, with two partners, propose it to the other.

        Raises: PinMismatch when the words differ; nothing was signed.
        """
        heard = plain_words(words)
        await self._step(lambda context: admissions.confirm(context, self._journal, invitation, heard))

    async def proposals(self) -> tuple[ProposalView, ...]:
        """The proposals that wait for a signature."""
        return await self._step(lambda context: co_signing.list_proposals(context, self._journal))

    async def sign(self, proposal: bytes, words: Sequence[str] | None = None) -> None:
        """Consent to a proposal exactly as it is. `words`: as the confidant reads them, where one is to be added.

        Raises: PinMismatch when the words differ; nothing was signed.
        """
        heard = None if words is None else plain_words(words)
        await self._step(lambda context: co_signing.sign(context, self._journal, proposal, heard))

    async def decline(self, proposal: bytes) -> None:
        """Decline the other's proposal, or take back my own. A declined one isn't made again within 14 days."""
        await self._step(lambda context: co_signing.decline(context, self._journal, proposal))

    async def extend(self, account: bytes, until: int) -> None:
        """Propose a later end; a partner who is alone decides it at once."""
        await self._step(lambda context: proposals.propose(context, self._journal, account, until=until))

    async def rights(self, account: bytes, rights: Literal["read", "write"]) -> None:
        """Propose other rights; a partner who is alone decides them at once."""
        await self._step(lambda context: proposals.propose(context, self._journal, account, rights=rights))

    async def shorten(self, account: bytes, until: int) -> None:
        """End a confidant's term earlier, without the other partner's consent."""

        async def make(context: Context) -> Made | None:
            roster = context.standing(self._journal).require_partner(proposals.ONLY_PARTNERS)
            member = proposals.require_confidant(roster, account)
            if member.until == until:
                return None
            if member.until is None or member.until < until:
                raise NotAllowed("That is later than it ends now. To extend a term takes both of you.")
            return make_carried(context, roster, "shorten", replace(member, until=until))

        await self._step(lambda context: settle(context, self._journal, partial(make, context)))

    async def remove(self, account: bytes) -> None:
        """End a confidant's term at once, without the other partner's consent. Doing it twice changes nothing."""

        async def make(context: Context) -> Made | None:
            roster = context.standing(self._journal).require_partner(proposals.ONLY_PARTNERS)
            if roster.find(account) is None:
                return None
            return make_removal(context, roster, proposals.require_confidant(roster, account).account)

        async def step(context: Context) -> None:
            await settle(context, self._journal, partial(make, context))
            # The consents to extend or change their place were given before they were removed.
            drop_consents_for_member(context.home, self._journal, account)

        await self._step(step)

    async def remove_partner(self) -> None:
        """The founder removes a partner whose words were never compared; another partner may be invited then."""

        async def make(context: Context) -> Made | None:
            roster = context.standing(self._journal).require_open()
            if roster.founder != context.account:
                raise NotAllowed(
                    "Only the partner who made the journal removes the other, before the words were compared."
                )
            if len(roster.partners) == 1:
                return None
            if not roster.provisional:
                raise NotAllowed(
                    "You have compared words with this partner, so nobody can remove them. You can close it."
                )
            other = next(item for item in roster.partners if item.account != context.account)
            return make_removal(context, roster, other.account)

        async def step(context: Context) -> None:
            if await make(context) is not None:  # the pairing ends first: otherwise this home would let them in again
                drop_progress(context.home, self._journal)
            await settle(context, self._journal, partial(make, context))

        await self._step(step)

    async def leave(self) -> None:
        """Leave as a confidant, at once."""
        await self._step(lambda context: leave(context, self._journal), newest=False)

    async def _step(self, step: Callable[[Context], Awaitable[T]], *, newest: bool = True) -> T:
        """Take a step. `newest`: on the journal as the server has it now."""
        async with self._session.ready() as context:
            if newest:
                context.standing(self._journal).require_member()
                await pull(context, self._journal)
            return await step(context)


async def leave(context: Context, journal: bytes) -> None:
    """Leave a journal as its confidant, at once. This home keeps all that it has read.

    Raises: NotAllowed when I am a partner, or no member; as `settle`. Spec: §5.
    """

    async def make() -> Made:
        here = context.standing(journal)
        here.require_member()
        roster = here.require_open()
        if here.me is None or here.is_partner:
            raise NotAllowed("Partners don't leave a journal. You can close it, alone and at any time.")
        left = tuple(item for item in roster.members if item.account != context.account)
        set_mark(context.store, journal, JournalMark.LEAVING)  # even if the answer is lost, this was my own act
        statement = replace(carried(roster, "leave", account=context.account), members=left).encode()
        signed = SignedStatement(statement, (sign_for(context.identity, roster, statement),))
        return Made(signed, {}, check_change(roster, signed, context.chains), None)

    try:
        await settle(context, journal, make)
    except ServerRefused as error:
        if error.code != "not_found":  # I have left before, and the answer was lost
            clear_marks(context.store, [journal], JournalMark.LEAVING)
            raise
    keep_former(context.store, journal, "left")
    await note_what_is_done(context, "left_journal", LeftJournal(journal=journal))
