"""`Moving`: how one leaves a server, and how one goes after somebody who has left it."""

from collections.abc import Iterable

from duolog.client.journals.reading import journal_ids, names_in
from duolog.client.log.context import Context
from duolog.client.log.folding import journal_state
from duolog.client.log.session import Session
from duolog.client.log.stored_logs import load_log
from duolog.client.moving.move import Sync, move
from duolog.client.moving.views import MoveReport, MoveSeen
from duolog.client.server.transport import Transport
from duolog.errors import NotAllowed

AFTER_MOVING = (
    "The old server keeps what it had: sealed entries, who shares which journal, and when something was written. It "
    "can't read any of it.",
    "Invitations and proposals that waited there are over. Make them anew.",
)


class Moving:
    """How one moves.

    Raises: as `move.move`.
    """

    def __init__(self, session: Session, sync: Sync) -> None:
        self._session, self._sync = session, sync

    async def to(self, server: str | Transport, *, invite_code: str | None = None, tell: bool = True) -> MoveReport:
        """Carry the account and every journal to another server. The old one need not answer.

        `tell` False: leave no note there for the others and the own devices, and close nothing.
        """
        async with self._session.alone() as context:
            return await move(context, _transport(context, server), self._sync, invite_code=invite_code, tell=tell)

    async def follow(self, server: str | Transport | None = None, *, invite_code: str | None = None) -> MoveReport:
        """Go where a member says that they have gone; or to `server`, when the old one is silent.

        Raises:
            NotAllowed: nobody has said where, or not all the same.
        """
        async with self._session.alone() as context:
            transport = None if server is None else _transport(context, server)
            chosen = _chosen(seen(context), None if transport is None else transport.origin)
            if transport is None:
                if chosen is None:
                    raise NotAllowed("Nobody has said that they moved. Sync, or name the server.")
                transport = context.connect(chosen.origin)
            named = None if chosen is None else chosen.receipt_key
            return await move(context, transport, self._sync, invite_code=invite_code, named=named)

    async def seen(self) -> tuple[MoveSeen, ...]:
        """Who of the members says that they have moved, and where. Without the network."""
        async with self._session.alone() as context:
            return seen(context)


def seen(context: Context) -> tuple[MoveSeen, ...]:
    """What the newest `moved` of each other member says, where it is another server than this home's."""
    here = context.network.transport.origin
    found = []
    for journal in journal_ids(context):
        roster = load_log(context.store, journal).roster
        names = names_in(context, journal)
        for account, said in journal_state(context, journal).moves.items():
            if account == context.account or roster is None or roster.find(account) is None or said.said.origin == here:
                continue
            found.append(MoveSeen(journal, account, names.get(account), said.said.origin, said.said.receipt_key))
    return tuple(found)


def _chosen(found: Iterable[MoveSeen], origin: str | None) -> MoveSeen | None:
    """The one server that members name; `origin`: only what they say of this one counts."""
    wanted = {(item.origin, item.receipt_key): item for item in found if origin in (None, item.origin)}
    if len(wanted) > 1:  # check: client.moved_apart
        raise NotAllowed("The members have gone to different servers, or name different keys. Ask them, and name one.")
    return next(iter(wanted.values()), None)


def _transport(context: Context, server: str | Transport) -> Transport:
    return context.connect(server) if isinstance(server, str) else server
