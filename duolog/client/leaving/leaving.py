"""Leaving: closing a journal now or later, letting it go, taking back a text, and deleting the account.

All of it is one member's own act. Nothing of it needs the other, and nothing tells the other before it happens.
"""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Literal, TypeVar

from duolog.client.account.closing_rotations import move_on
from duolog.client.home.marks import Mark, has_mark, set_mark
from duolog.client.home.records import DELETING
from duolog.client.journals import closing_statements, closings
from duolog.client.journals.reading import journal_ids
from duolog.client.journals.views import Written
from duolog.client.leaving import withdrawals
from duolog.client.log.context import Context
from duolog.client.log.outbox import deliver
from duolog.client.log.session import Session, make_ready
from duolog.client.pairing.membership import leave
from duolog.client.server.transport import Transport
from duolog.errors import NotAllowed, ServerRefused, TransportError

T = TypeVar("T")

BEFORE_CLOSING = (
    "A closed journal stays closed: nothing is written in it any more, by either of you.",
    "What the other has read stays with them, on their devices, for as long as they want. You can read and export here "
    "for as long as you want, and fetch it from the server for 30 days.",
    "The server destroys the sealed entries when neither of you can fetch them any more. It keeps a note that both "
    "accounts existed for as long as a journal names them.",
)


@dataclass(frozen=True, slots=True)
class WaitingClosing:
    """A closing of mine that waits. `not_before`: Unix seconds. `held`: `server`, or `device`: whichever of mine comes
    first. `ends`: own keyholders that go out with it."""

    journal: bytes
    not_before: int
    held: str
    ends: tuple[bytes, ...]


class Leaving:
    """How one leaves a journal.

    Raises:
        NotAllowed: from every method, when the rules forbid it now.
        TransportError, ServerRefused: not now; repeat it, or sync. What was begun is finished then.
        VerificationError: the server broke the rules.
    """

    def __init__(self, session: Session, journal: bytes) -> None:
        self._session = session
        self._journal = journal

    async def close(self) -> None:
        """Close the journal now, for good."""
        await self._when_ready(lambda context: closings.close_now(context, self._journal))

    async def schedule(
        self, not_before: int, *, held: Literal["server", "device"] = "server", ends: Collection[bytes] = ()
    ) -> WaitingClosing:
        """Let it be closed at `not_before`, Unix seconds; the other learns nothing of it before.

        `held`: the server brings it in on time, or whichever device of mine comes first after it, which keeps it from
        whoever runs the server. `ends`: own keyholders that the server refuses from that moment on.
        """
        await self._when_ready(lambda context: closings.schedule(context, self._journal, not_before, held, ends))
        return WaitingClosing(self._journal, not_before, held, tuple(sorted(ends)))

    async def waiting(self) -> WaitingClosing | None:
        """My closing that waits for this journal, without the network."""
        async with self._session.alone() as context:
            found = closing_statements.pending_closings(context).get(self._journal)
        return None if found is None else WaitingClosing(found.journal, found.not_before, found.held, found.ends)

    async def other_devices(self) -> tuple[bytes, ...]:
        """My devices but the one in use, by id (32 bytes), without the network."""
        async with self._session.alone() as context:
            own = context.home.keyholder.id
            known = context.identity.newest_set.keyholders
            return tuple(item.id for item in known if item.kind == "device" and item.id != own)

    async def cancel(self) -> bool:
        """Take the waiting closing back. False while it may still happen: until my keys in this journal have moved."""
        await self._when_ready(self._cancel)
        return not await self.may_still_happen()

    async def may_still_happen(self) -> bool:
        """Whether a closing that I cancelled can still be used by the server, without the network."""
        async with self._session.alone() as context:
            return closing_statements.may_still_happen(context, self._journal)

    async def let_go(self) -> None:
        """Fetch a closed journal no more. This home keeps what it has; the server destroys what nobody fetches."""
        await self._when_ready(self._let_go)

    async def withdraw(self, entry: bytes) -> Written:
        """Take back an own text, within a day. Who had kept it keeps it."""
        async with self._session.alone() as context:
            posted = withdrawals.post_withdrawal(context, self._journal, entry)
            try:
                await make_ready(context)
                await deliver(context, self._journal)
            except (TransportError, ServerRefused) as error:
                return Written(posted, delivered=False, problem=error)
            withdrawals.tidy(context, self._journal)
            return Written(posted, delivered=True)

    async def keep(self, entry: bytes) -> None:
        """Keep a text even if its author withdraws it. Nobody learns of it."""
        await self._when_ready(lambda context: withdrawals.keep(context, self._journal, entry))

    async def erase(self, entry: bytes) -> None:
        """Erase a text for myself, on every device of mine and on the server. Nobody learns of it."""
        await self._when_ready(lambda context: withdrawals.erase(context, self._journal, entry))

    async def _cancel(self, context: Context) -> None:
        await closings.cancel(context, self._journal)
        with context.problems.collecting():  # what fails is done by the next sync, and said until then
            await move_on(context)

    async def _let_go(self, context: Context) -> None:
        if not context.standing(self._journal).log.closed:  # check: client.let_go_open
            raise NotAllowed("Close this journal first. What is open can't be let go.")
        await context.network.call(Transport.let_go, self._journal)
        set_mark(context.store, self._journal, Mark.LET_GO)

    async def _when_ready(self, act: Callable[[Context], Awaitable[T]]) -> T:
        async with self._session.ready() as context:
            return await act(context)


def has_let_go(context: Context, journal: bytes) -> bool:
    """Whether this home has let a journal go."""
    return has_mark(context.store, journal, Mark.LET_GO)


async def delete_account(context: Context) -> None:
    """Close every journal that is shared, leave where I am a confidant, and delete the account. This home stays.

    Raises: as `closings.close_now`. Begun again it goes on where it stopped: a
    server that doesn't know the account any more has deleted it, and only the answer was lost.
    Spec: §5.
    """
    try:
        await make_ready(context)
        await _delete(context)
    except NotAllowed:
        if not context.network.deleted:  # it was done before
            raise


async def _delete(context: Context) -> None:
    for journal in journal_ids(context):
        here = context.standing(journal)
        if here.roster is None or here.me is None or here.log.closed or len(here.roster.members) == 1:
            continue
        if here.is_partner:
            await closings.close_now(context, journal)
        elif here.former is None:
            await leave(context, journal)
    DELETING.set(context.store)
    try:
        await context.network.call(Transport.delete_account)
    except ServerRefused:
        DELETING.clear(context.store)
        raise
    context.network.mark_deleted()
