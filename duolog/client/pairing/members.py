"""Who may read and write in one journal: confidants, their terms, and the proposals that wait for both partners."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Literal, TypeVar

from duolog.client.home.words import plain_words
from duolog.client.journals import reading
from duolog.client.journals.views import MemberView
from duolog.client.log.context import Context
from duolog.client.log.pull import pull
from duolog.client.log.session import Session
from duolog.client.pairing import admissions, co_signing, ending_membership, invitations, proposals
from duolog.client.pairing.views import Admission, NewInvitation, ProposalView

T = TypeVar("T")


class Members:
    """The members of a journal. Adding and extending takes every partner; ending takes one.

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
        """Everybody in this journal, with role, rights and term. Without the network."""
        async with self._session.alone() as context:
            return reading.view_journal(context, self._journal).members

    async def invite(self, rights: Literal["read", "write"], until: int) -> NewInvitation:
        """A single-use link for a confidant. It lets nobody in yet."""
        return await self._step(lambda context: invitations.invite_confidant(context, self._journal, rights, until))

    async def admissions(self) -> tuple[Admission, ...]:
        """The invitations made from here that aren't finished, with the eight words. Without the network."""
        async with self._session.alone() as context:
            context.standing(self._journal).require_here()
            return admissions.admissions(context, self._journal)

    async def confirm(self, words: Sequence[str], *, invitation: bytes | None = None) -> None:
        """The confidant reads these eight words: let them in, or, with two partners, propose it to the other.

        Raises: PinMismatch when the words differ; nothing was signed.
        """
        heard = plain_words(words)
        await self._step(lambda context: admissions.confirm(context, self._journal, invitation, heard))

    async def proposals(self) -> tuple[ProposalView, ...]:
        """What waits for a signature."""
        return await self._step(lambda context: co_signing.list_proposals(context, self._journal))

    async def sign(self, proposal: bytes, words: Sequence[str] | None = None) -> None:
        """Consent to exactly this proposal. `words`: as the confidant reads them, where one is to be added.

        Raises: PinMismatch when the words differ; nothing was signed.
        """
        heard = None if words is None else plain_words(words)
        await self._step(lambda context: co_signing.sign(context, self._journal, proposal, heard))

    async def decline(self, proposal: bytes) -> None:
        """Say no to the other's proposal, or take back one's own. A declined one isn't made again within 14 days."""
        await self._step(lambda context: co_signing.decline(context, self._journal, proposal))

    async def extend(self, account: bytes, until: int) -> None:
        """Propose a later end; a partner who is alone decides it at once."""
        await self._step(lambda context: proposals.propose(context, self._journal, "extend", account, until=until))

    async def rights(self, account: bytes, rights: Literal["read", "write"]) -> None:
        """Propose other rights; a partner who is alone decides them at once."""
        await self._step(lambda context: proposals.propose(context, self._journal, "rights", account, rights=rights))

    async def shorten(self, account: bytes, until: int) -> None:
        """An earlier end. Takes nobody else's consent."""
        await self._step(lambda context: ending_membership.shorten(context, self._journal, account, until))

    async def remove(self, account: bytes) -> None:
        """End a confidant's time at once. Takes nobody else's consent. What they have read they keep."""
        await self._step(lambda context: ending_membership.remove(context, self._journal, account))

    async def remove_partner(self) -> None:
        """The founder removes a partner whose words were never compared; another may be invited then."""
        await self._step(lambda context: ending_membership.remove_partner(context, self._journal))

    async def leave(self) -> None:
        """Leave as a confidant, at once."""
        await self._step(lambda context: ending_membership.leave(context, self._journal), newest=False)

    async def _step(self, step: Callable[[Context], Awaitable[T]], *, newest: bool = True) -> T:
        """One step on what the server has now. `newest`: the journal is fetched first."""
        async with self._session.ready() as context:
            if newest:
                context.standing(self._journal).require_member()
                await pull(context, self._journal)
            return await step(context)
