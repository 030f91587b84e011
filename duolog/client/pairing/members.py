"""Who may read and write in one journal: confidants, their terms, and what waits for both partners' consent."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Literal, TypeVar

from duolog.client.home.pairings import Consent
from duolog.client.home.words import plain_words
from duolog.client.journals import reading
from duolog.client.journals.views import MemberView
from duolog.client.log.confidant_terms import require_term
from duolog.client.log.context import Context
from duolog.client.log.pull import pull
from duolog.client.log.session import Session
from duolog.client.pairing import co_signing, confidants, membership, proposals
from duolog.client.pairing.views import Admission, NewInvitation, ProposalView
from duolog.errors import NotAllowed
from duolog.protocol.roster_statements import Member

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
        return await self._step(lambda context: confidants.invite_confidant(context, self._journal, rights, until))

    async def admissions(self) -> tuple[Admission, ...]:
        """The invitations made from here that aren't finished, with the eight words. Without the network."""
        async with self._session.alone() as context:
            reading.view_journal(context, self._journal)
            return confidants.admissions(context, self._journal)

    async def confirm(self, words: Sequence[str], *, invitation: bytes | None = None) -> None:
        """The confidant reads these eight words: let them in, or, with two partners, propose it to the other.

        Raises: PinMismatch when the words differ; nothing was signed.
        """
        heard = plain_words(words)
        await self._step(lambda context: confidants.confirm(context, self._journal, invitation, heard))

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
        """Propose a later end; with one partner it stands at once."""

        async def step(context: Context) -> None:
            require_term(context, until)
            member = _member(context, self._journal, account)
            await proposals.propose(context, self._journal, Consent("extend", account, member.rights, until))

        await self._step(step)

    async def rights(self, account: bytes, rights: Literal["read", "write"]) -> None:
        """Propose other rights; with one partner they stand at once."""

        async def step(context: Context) -> None:
            member = _member(context, self._journal, account)
            await proposals.propose(context, self._journal, Consent("rights", account, rights, member.until or 0))

        await self._step(step)

    async def shorten(self, account: bytes, until: int) -> None:
        """An earlier end. Takes nobody else's consent."""
        await self._step(lambda context: membership.shorten(context, self._journal, account, until))

    async def remove(self, account: bytes) -> None:
        """End a confidant's time at once. Takes nobody else's consent. What they have read they keep."""
        await self._step(lambda context: membership.remove(context, self._journal, account))

    async def remove_partner(self) -> None:
        """The founder removes a partner whose words were never compared; another may be invited then."""
        await self._step(lambda context: membership.remove_partner(context, self._journal))

    async def leave(self) -> None:
        """Leave as a confidant, at once."""
        await self._step(lambda context: membership.leave(context, self._journal), newest=False)

    async def _step(self, step: Callable[[Context], Awaitable[T]], *, newest: bool = True) -> T:
        """One step on what the server has now. `newest`: the journal is fetched first."""
        async with self._session.ready() as context:
            if newest:
                context.standing(self._journal).require_member()
                await pull(context, self._journal)
            return await step(context)


def _member(context: Context, journal: bytes, account: bytes) -> Member:
    roster = context.standing(journal).require_open()
    member = roster.find(account)
    if member is None or member.role != "confidant":
        raise NotAllowed("There is no such confidant in this journal. List its members to see who is here.")
    return member
