"""Pushing: what the server says of a push counts only for the digests that were sent.

The server's promise of a place is kept, and the place must come back with the same digest.
"""

from collections.abc import Sequence

from duolog.api.entries import Pushed
from duolog.api.pages import Placed
from duolog.client.home.outbox_rows import save_acknowledged
from duolog.client.log.context import Context
from duolog.client.log.statements import Made
from duolog.client.log.stored_logs import freeze
from duolog.client.server.transport import Transport
from duolog.errors import Rollback, VerificationError
from duolog.protocol import sizes
from duolog.protocol.log import StatementItem
from duolog.protocol.receipts import verify_receipt


async def push_items(context: Context, journal: bytes, items: Sequence[Placed], digests: Sequence[bytes]) -> None:
    """Push these items, and keep what the server promises.

    `digests`: for each item all that were ever sent under its name, joined.

    Raises:
        ServerRefused: the server took nothing. With a code of `settle.MOVED` another push came first.
        TransportError: the server can't be reached.
        VerificationError: the server broke the rules; the journal is frozen.
    """
    acknowledge(context, journal, await context.network.call(Transport.push, journal, items), digests)


async def push_statement(context: Context, journal: bytes, made: Made) -> None:
    """Send one statement. Raises: as `push_items`."""
    items = [Placed(0, StatementItem(made.signed), made.grants)]
    await push_items(context, journal, items, [items[0].item.digest])


def acknowledge(context: Context, journal: bytes, pushed: Pushed, digests: Sequence[bytes]) -> None:
    """Keep what the server promised; `digests` as for `push_items`. Raises: VerificationError; it is frozen then."""
    try:
        if len(pushed.places) != len(digests):  # check: client.places
            raise Rollback("The server's answer does not fit what was sent.", check="client.places")
        for place, sent in zip(pushed.places, digests, strict=True):
            known = {sent[at : at + sizes.HASH] for at in range(0, len(sent), sizes.HASH)}
            if place.digest not in known:  # check: client.place_digest
                raise Rollback(
                    "The server says that it took something else in the place of your entry.",
                    check="client.place_digest",
                )
        if pushed.receipt is not None:
            verify_receipt(pushed.receipt.receipt(), journal, context.receipt_key())  # check: client.push_receipt
            context.clock_apart = pushed.receipt.time - context.clock()
    except VerificationError as error:
        freeze(context.store, journal, str(error))
        raise
    # The first promise for a place stands: a second one that differs is caught when the place comes back.
    with context.store.transaction():
        save_acknowledged(context.store, journal, [(place.seq, place.digest) for place in pushed.places])
