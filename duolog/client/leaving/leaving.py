"""`Leaving`: how a member closes a journal, lets it go, and withdraws a text of it; and deleting the account.

One member does each of these alone. The other member does not learn of it before it happens.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from duolog.client.account.rotating import rotate_after_closings
from duolog.client.home.marks import JournalMark, set_mark
from duolog.client.home.records import DELETING
from duolog.client.journals import closings
from duolog.client.journals.views import Written
from duolog.client.journals.writing import deliver_now
from duolog.client.leaving import withdraw_keep_erase
from duolog.client.log.context import Context
from duolog.client.log.my_journals import shown_journals
from duolog.client.log.session import Session, make_ready
from duolog.client.pairing.members import leave
from duolog.client.server.transport import Transport
from duolog.errors import NotAllowed, ServerRefused

BEFORE_CLOSING = (
    "A closed journal stays closed: nothing is written in it any more, by either of you.",
    "What the other has read stays with them, on their devices, for as long as they want. You can read and export here "
    "for as long as you want, and fetch it from the server for 30 days.",
    "The server destroys the sealed entries when neither of you can fetch them any more. It keeps a note that both "
    "accounts existed for as long as a journal names them.",
)


@dataclass(frozen=True, slots=True)
class WaitingClosing:
    """A closing of mine that waits. `not_before`: Unix seconds. `held`: as in `Leaving.schedule`. `ends`: own
    keyholders (ids, 32 bytes each) that it revokes."""

    journal: bytes
    not_before: int
    held: str
    ends: tuple[bytes, ...]


class Leaving:
    """How a member leaves a journal.

    Raises:
        NotAllowed: from every method, when the rules forbid it now.
        TransportError, ServerRefused: not now; repeat it, or sync. Either finishes an act that has begun.
        VerificationError: the server broke the rules.
    """

    def __init__(self, session: Session, journal: bytes) -> None:
        self._session = session
        self._journal = journal

    async def close(self) -> None:
        """Close the journal now, for good."""
        async with self._session.ready() as context:
            await closings.close_now(context, self._journal)

    async def schedule(
        self, not_before: int, *, held: Literal["server", "device"] = "server", ends: Collection[bytes] = ()
    ) -> WaitingClosing:
        """Have the journal closed at `not_before`, Unix seconds. The other member does not learn of it before.

        `held`: the server closes the journal on time; or a device of mine, the first that syncs after it, so that the
        server's operator can't read it before. `ends`: own keyholders that the server refuses from that moment on.
        """
        async with self._session.ready() as context:
            await closings.schedule(context, self._journal, not_before, held, ends)
        return WaitingClosing(self._journal, not_before, held, tuple(sorted(ends)))

    async def waiting(self) -> WaitingClosing | None:
        """My closing that waits for this journal, without the network."""
        async with self._session.alone() as context:
            found = closings.pending_closings(context).get(self._journal)
        return None if found is None else WaitingClosing(found.journal, found.not_before, found.held, found.ends)

    async def other_devices(self) -> tuple[bytes, ...]:
        """My other devices, by id (32 bytes), without the network."""
        async with self._session.alone() as context:
            own = context.home.keyholder.id
            known = context.identity.newest_set.keyholders
            return tuple(item.id for item in known if item.kind == "device" and item.id != own)

    async def cancel(self) -> bool:
        """Cancel the waiting closing. False while the server can use it: until my keys in this journal have moved."""
        async with self._session.ready() as context:
            await closings.cancel(context, self._journal)
            with context.problems.collecting():  # the next sync repeats and reports a step that fails
                await rotate_after_closings(context)
        return not await self.may_still_happen()

    async def may_still_happen(self) -> bool:
        """Whether the server can still use a closing that I cancelled, without the network."""
        async with self._session.alone() as context:
            return closings.may_still_happen(context, self._journal)

    async def let_go(self) -> None:
        """Fetch a closed journal no more. This home keeps it; the server destroys entries that nobody fetches."""
        async with self._session.ready() as context:
            if not context.standing(self._journal).log.closed:  # check: client.let_go_open
                raise NotAllowed("Close this journal first. What is open can't be let go.")
            await context.network.call(Transport.let_go, self._journal)
            set_mark(context.store, self._journal, JournalMark.LET_GO)

    async def withdraw(self, entry: bytes) -> Written:
        """Withdraw an own text, within a day. A member who has kept it keeps it."""
        async with self._session.alone() as context:
            posted = withdraw_keep_erase.post_withdrawal(context, self._journal, entry)
            written = await deliver_now(context, posted, self._journal)
            if written.delivered:
                withdraw_keep_erase.tidy(context, self._journal)
            return written

    async def keep(self, entry: bytes) -> None:
        """Keep a text even if its author withdraws it. No other member sees that."""
        async with self._session.ready() as context:
            await withdraw_keep_erase.keep(context, self._journal, entry)

    async def erase(self, entry: bytes) -> None:
        """Erase a text for myself, on every device of mine and on the server. No other member sees that."""
        async with self._session.ready() as context:
            await withdraw_keep_erase.erase(context, self._journal, entry)


async def delete_account(context: Context) -> None:
    """Close every journal that is shared, leave where I am a confidant, and delete the account. This home stays.

    Begun again it goes on where it stopped. A server that doesn't know the account any more has deleted it.
    Raises: as `closings.close_now`. Spec: §5.
    """
    try:
        await make_ready(context)
        for journal in shown_journals(context):
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
    except NotAllowed:
        if not context.network.deleted:  # an earlier attempt has deleted it, and the answer was lost
            raise
