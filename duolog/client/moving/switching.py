"""The step in which a home changes servers: one transaction, when everything is ready at the new one.

Rules
- Each journal keeps the receipt keys of its earlier servers, each up to the last seq that was carried from there.
- A fault of the old server does not count against the new one: a frozen journal goes on from its mark.
- A proposal that is lost with the old server counts as not declined: its change is proposed anew.
- The closing of an old log leaves this home, and so does anything else of the push that holds it.
- The home forgets places that the old server promised and never showed. Their entries wait in the outbox.
- An own device follows the note in the account journal without asking: its owner has moved on another device.
"""

from collections.abc import Mapping, Sequence

from duolog.api.sessions import OpenedSession
from duolog.client.home.begun import MOVING
from duolog.client.home.log_rows import forget_behind, thaw, verified_journals
from duolog.client.home.marks import JournalMark, clear_marks, marked_journals
from duolog.client.home.pairings import forget_sent
from duolog.client.home.receipt_keys import EarlierKey, is_new, load_earlier, save_earlier
from duolog.client.home.records import RECEIPT_KEYS, RESTORED_AT, SERVER, SESSION, StoredSession
from duolog.client.log.context import Context
from duolog.client.log.folding import account_state
from duolog.client.log.stored_logs import load_log, save_log
from duolog.client.moving.carrying import carried_end, keys_there, left_server, require_keys, use_session
from duolog.client.server.linked_keys import linked_keys
from duolog.client.server.login import Network, sign_log_in
from duolog.client.server.transport import Transport
from duolog.documents.account_kinds import AccountMoved
from duolog.errors import NotAllowed, PinMismatch, TransportError

Keys = Mapping[bytes, Sequence[EarlierKey]]


def switch(
    context: Context, transport: Transport, receipt_keys: Sequence[bytes], session: OpenedSession, keys: Keys
) -> None:
    """Make this home belong to the new server. `receipt_keys`: that server's, oldest first. `keys`: the earlier ones of
    each journal that is there.
    """
    store = context.store
    with store.transaction():
        for journal in verified_journals(store):
            end = carried_end(context, journal)
            left, before = left_server(context, end), load_earlier(store, journal)
            save_earlier(store, journal, keys.get(journal) or (*before, *([left] if is_new(before, left) else ())))
            if journal not in keys:
                continue
            thaw(store, journal)
            forget_behind(store, journal, end.seq)
            if load_log(store, journal).seq != end.seq:  # the old log was closed
                save_log(store, end)
        SERVER.save(store, transport.origin)
        RECEIPT_KEYS.save(store, receipt_keys)
        RESTORED_AT.clear(store)
        SESSION.save(context.home, StoredSession(session.token, session.account))
        MOVING.clear(context.home)
        forget_sent(context.home)
        # a sync places the closings anew
        clear_marks(store, marked_journals(store, JournalMark.CLOSING_PLACED), JournalMark.CLOSING_PLACED)
    context.network = Network(transport, context.home)
    context.checked = False
    context.states.clear()
    context.account_state = None


async def follow_own(context: Context, moved: AccountMoved) -> None:
    """Follow another own device to its server. Begun again it goes on.

    Raises:
        PinMismatch: that server shows another receipt key, or another history.
        NotAllowed: as `receipt_keys_of`.
        TransportError, ServerRefused: not now, or the account isn't there yet.
    Spec: §13.
    """
    transport = context.connect(moved.origin)
    receipt_keys = await receipt_keys_of(transport)
    if moved.receipt_key not in receipt_keys:  # check: client.followed_receipt_key
        raise PinMismatch(
            "The server that your other device has moved to shows another key now. Do not go on; ask who runs it.",
            check="client.followed_receipt_key",
        )
    log_in = await sign_log_in(transport, context.home.keyholder)
    session = use_session(context, transport, await transport.log_in(log_in))
    keys = {}
    for journal in verified_journals(context.store):
        listed = await keys_there(transport, journal)
        if listed is not None:
            keys[journal] = require_keys(context, carried_end(context, journal), listed)
        elif journal == context.identity.account_journal:
            raise TransportError("Your other device is still moving to another server. Sync again in a while.")
    switch(context, transport, receipt_keys, session, keys)


async def receipt_keys_of(transport: Transport) -> Sequence[bytes]:
    """A server's receipt keys, oldest first, 32 bytes each. Raises: NotAllowed: it names another address as its own."""
    info = await transport.server_info()
    if info.origin != transport.origin:
        raise NotAllowed("The new server goes by another address than you gave. Use the address it was set up with.")
    return linked_keys(info.receipt_keys, ())


def moved_elsewhere(context: Context) -> AccountMoved | None:
    """The move of another own device from this home's server, or None; None too while this home itself is moving."""
    moved = account_state(context).moved
    is_elsewhere = moved is not None and moved.from_origin == context.network.transport.origin
    return moved if is_elsewhere and not MOVING.is_set(context.home) else None
