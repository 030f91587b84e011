"""`Moving`: how a home moves to another server, and how it follows a member who has moved."""

from collections.abc import Iterable
from dataclasses import dataclass

from duolog.client.journals.people import names_in
from duolog.client.log.context import Context
from duolog.client.log.folding import journal_state
from duolog.client.log.my_journals import shown_journals
from duolog.client.log.session import Session
from duolog.client.moving.move_steps import MoveReport, Sync, move
from duolog.client.server.transport import Transport
from duolog.errors import NotAllowed

AFTER_MOVING = (
    "The old server keeps what it had: sealed entries, who shares which journal, and when something was written. It "
    "can't read any of it.",
    "Invitations and proposals that waited there are over. Make them anew.",
)


@dataclass(frozen=True, slots=True)
class MoveSeen:
    """A member has moved a journal to the server at `origin`. `receipt_key`: that server's, 32 bytes."""

    journal: bytes
    account: bytes
    name: str | None
    origin: str
    receipt_key: bytes


class Moving:
    """How a home moves. Raises: as `move_steps.move`."""

    def __init__(self, session: Session, sync: Sync) -> None:
        self._session, self._sync = session, sync

    async def to(self, server: str | Transport, *, invite_code: str | None = None, tell: bool = True) -> MoveReport:
        """Carry the account and every journal to another server. The old one need not answer.

        `tell` False: leave no note there for the other members and the own devices, and close nothing.
        """
        async with self._session.alone() as context:
            transport = context.connect(server) if isinstance(server, str) else server
            return await move(context, transport, self._sync, invite_code=invite_code, tell=tell)

    async def follow(self, server: str | Transport | None = None, *, invite_code: str | None = None) -> MoveReport:
        """Move to the server that a member has named; or to `server`, when the old one doesn't answer.

        Raises: NotAllowed when no member has named a server, or two members have named different ones.
        """
        async with self._session.alone() as context:
            transport = context.connect(server) if isinstance(server, str) else server
            chosen = _chosen(_seen(context), None if transport is None else transport.origin)
            if transport is None:
                if chosen is None:
                    raise NotAllowed("Nobody has said that they moved. Sync, or name the server.")
                transport = context.connect(chosen.origin)
            named = None if chosen is None else chosen.receipt_key
            return await move(context, transport, self._sync, invite_code=invite_code, named=named)

    async def seen(self) -> tuple[MoveSeen, ...]:
        """The members who have moved, and where. Without the network."""
        async with self._session.alone() as context:
            return tuple(_seen(context))


def _seen(context: Context) -> Iterable[MoveSeen]:
    """The newest `moved` of each other member, where it names another server than this home's."""
    for journal in shown_journals(context):
        roster, names = context.standing(journal).require_here(), names_in(context, journal)
        for account, moved in journal_state(context, journal).moves.items():
            said, is_member = moved.said, roster.find(account) is not None
            if account != context.account and is_member and said.origin != context.network.transport.origin:
                yield MoveSeen(journal, account, names.get(account), said.origin, said.receipt_key)


def _chosen(found: Iterable[MoveSeen], origin: str | None) -> MoveSeen | None:
    """The one server that members name, or None. `origin`: leave out moves to any other server."""
    wanted = {(item.origin, item.receipt_key): item for item in found if origin in (None, item.origin)}
    if len(wanted) > 1:  # check: client.moved_apart
        raise NotAllowed("The members have gone to different servers, or name different keys. Ask them, and name one.")
    return next(iter(wanted.values()), None)
