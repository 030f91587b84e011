"""Settling: push a statement until the log has it. When another push came first, pull, and make the statement anew.

Lifting settles a statement too: where a journal's roster names older keys of mine than my newest, any own device names
the newest. It is a `rotate` where I may write, and a `refresh` where I may only read. A push of waiting entries begins
with a `rotate` of its own, so a journal with waiting entries is left to the outbox.

Rules
- Each attempt makes its statement anew from the newest verified roster.
- After `TRIES` attempts that changed nothing the client gives up for now.
- The server's promise of a place counts only for a digest that was sent. The promise is stored, and the place must come
  back with the same digest.
"""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from duolog.api.entries import Pushed
from duolog.api.pages import Placed
from duolog.client.home.log_rows import save_made_grants, verified_journals
from duolog.client.home.marks import JournalMark, set_mark
from duolog.client.home.outbox_rows import count_waiting, save_acknowledged
from duolog.client.log.context import Context
from duolog.client.log.own_account import refresh_account
from duolog.client.log.pull import pull, split_digests
from duolog.client.log.standing import Standing
from duolog.client.log.statements import Made, is_behind, make_refresh, make_rotate
from duolog.client.log.stored_logs import freezing, load_log
from duolog.client.server.login import WENT_BACK
from duolog.client.server.transport import Transport
from duolog.errors import Rollback, ServerRefused, ServerWentBack, TransportError
from duolog.protocol.codec import u64
from duolog.protocol.log import StatementItem
from duolog.protocol.receipts import signer_of, verify_receipt

MOVED = frozenset({"roster_moved", "epoch_stale", "epoch_moved", "generation_moved"})
TRIES = 8


async def settle(context: Context, journal: bytes, make: Callable[[], Awaitable[Made | None]]) -> None:
    """Make a statement and push it, until there is none left to make. `make`: the next statement, or None.

    Raises:
        TransportError, ServerRefused, VerificationError, MalformedData: as a push or a pull. TransportError also when
            others keep changing the journal.
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
    """Attempt a step and pull, until an attempt says that nothing is left to do. Raises: as `settle`.

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


async def push_statement(context: Context, journal: bytes, made: Made) -> None:
    """Push one statement. Raises: as `push_items`."""
    item = StatementItem(made.signed)
    await push_items(context, journal, [Placed(0, item, made.grants)], [item.digest])


async def push_items(context: Context, journal: bytes, items: Sequence[Placed], digests: Sequence[bytes]) -> None:
    """Push these items, and store what the server promises.

    `digests`: for each item all that were ever sent under its name, joined.

    Raises:
        ServerRefused: the server took nothing. With a code of `MOVED` another push came first.
        ServerWentBack: the server takes nothing new in this journal yet.
        TransportError: the server can't be reached.
        VerificationError: the server broke the rules; the journal is frozen.
    """
    made = [
        (placed.item.digest, account, grant)
        for placed in items
        for account, grant in placed.grants.items()
        if account != context.account
    ]
    with context.store.transaction():  # a server that loses them gets them back from here
        save_made_grants(context.store, journal, made)
    try:
        pushed = await context.network.call(Transport.push, journal, items)
    except ServerRefused as error:
        if error.code != "journal_restoring":
            raise
        set_mark(context.store, journal, JournalMark.RESTORING, u64(0))
        raise ServerWentBack(WENT_BACK) from error
    if pushed.receipt is not None:
        await context.learn_receipt_key(pushed.receipt.receipt(), journal)
    acknowledge(context, journal, pushed, digests)


def acknowledge(context: Context, journal: bytes, pushed: Pushed, digests: Sequence[bytes]) -> None:
    """Store what the server promised. `digests`: as for `push_items`.

    Raises: VerificationError: the server broke the rules; the journal is frozen.
    """
    with freezing(context.store, journal):
        if len(pushed.places) != len(digests):  # check: client.places
            raise Rollback("The server's answer does not fit what was sent.", check="client.places")
        for place, sent in zip(pushed.places, digests, strict=True):
            if place.digest not in split_digests(sent):  # check: client.place_digest
                raise Rollback(
                    "The server says that it took something else in the place of your entry.",
                    check="client.place_digest",
                )
        if pushed.receipt is not None:
            receipt = pushed.receipt.receipt()
            signer = signer_of(receipt, journal, context.receipt_keys()) or context.receipt_key()
            verify_receipt(receipt, journal, signer)  # check: client.push_receipt
            context.clock_apart = pushed.receipt.time - context.clock()
    # The first promise for a place stands: a second one that differs is caught when the place comes back.
    with context.store.transaction():
        save_acknowledged(context.store, journal, [(place.seq, place.digest) for place in pushed.places])


def behind(context: Context) -> list[bytes]:
    """The journals that name older keys of mine, and can be lifted."""
    return [
        journal for journal in sorted(verified_journals(context.store)) if _is_due(context, context.standing(journal))
    ]


async def lift_all(context: Context) -> None:
    """Lift every journal where that is due. A problem in one is reported, and the others go on. Spec: §4.12."""
    for journal in behind(context):
        if count_waiting(context.store, journal) == 0:
            with context.problems.reported(journal):
                await settle(context, journal, partial(_make_lifted, context, journal))


async def _make_lifted(context: Context, journal: bytes) -> Made | None:
    here = context.standing(journal)
    if not _is_due(context, here):
        return None
    return (make_rotate if here.may_write else make_refresh)(context, here.require_open())


def _is_due(context: Context, here: Standing) -> bool:
    return here.open_roster is not None and is_behind(context, here.open_roster)
