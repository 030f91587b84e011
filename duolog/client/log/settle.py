"""Settling: act on what the log says now; when somebody else was first, pull, and act again.

Rules
- Whatever is made is made of the newest verified roster, each time anew.
- It ends: after `TRIES` attempts that changed nothing it is given up for now.
"""

from collections.abc import Awaitable, Callable

from duolog.client.log.context import Context
from duolog.client.log.own_account import refresh_account
from duolog.client.log.pull import pull
from duolog.client.log.push import push_statement
from duolog.client.log.statements import Made
from duolog.client.log.stored_logs import load_log
from duolog.errors import ServerRefused, TransportError

MOVED = frozenset({"roster_moved", "epoch_stale", "epoch_moved", "generation_moved"})
TRIES = 8


async def settle(context: Context, journal: bytes, make: Callable[[], Awaitable[Made | None]]) -> None:
    """Make a statement and push it, until there is none left to make. `make`: the next one, or None.

    Raises:
        TransportError, ServerRefused, VerificationError, MalformedData: as a push or a pull, and when others keep
            changing the journal.
        DuologError: as `make`.
    """

    async def attempt() -> bool:
        made = await make()
        if made is None:
            return False
        await push_statement(context, journal, made)
        return made.roster.find(context.account) is not None  # a journal that I left can't be fetched

    await until_settled(context, journal, attempt, MOVED | {"journal_closed"})


async def until_settled(
    context: Context, journal: bytes, attempt: Callable[[], Awaitable[bool]], lost_to: frozenset[str] = MOVED
) -> None:
    """Attempt it and pull, until an attempt says that nothing is left to do. Raises: as `settle`.

    `attempt`: whether there may be more to do. `lost_to`: codes by which the server says that the journal has moved.
    """
    lost = 0
    while lost < TRIES:
        before = load_log(context.store, journal).seq
        try:
            if not await attempt():
                return
        except ServerRefused as error:
            if error.code not in lost_to:
                raise
            if error.code == "generation_moved":
                await refresh_account(context)
            lost += 1
            await pull(context, journal)
            continue
        await pull(context, journal)
        lost += load_log(context.store, journal).seq == before
    raise TransportError("Others keep changing this journal just now. Try again in a moment; what waits here is kept.")
