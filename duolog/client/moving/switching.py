"""The step in which a home changes servers: one transaction, after everything is ready at the new one.

Rules
- Each journal keeps whose receipts it holds, up to where the new server says that it was carried.
- What the old server did wrong is no reason to distrust the new one: a frozen journal goes on from its mark.
- Proposals that waited at the old server were declined by nobody: what was consented to is proposed anew.
- A closing of the old log leaves the log here, with whatever the old server put into the same push.
- Promises of the old server for places that never came back go: what they were for waits in the outbox, and is sent
  anew.
- An own device follows what the account journal says by itself: it is its owner's own act on another device.
"""

from collections.abc import Mapping, Sequence

from duolog.api.sessions import Session
from duolog.client.home.begun import MOVING
from duolog.client.home.log_rows import forget_behind, thaw, verified_journals
from duolog.client.home.marks import Mark, clear_marks, marked_journals
from duolog.client.home.pairings import forget_sent
from duolog.client.home.receipt_keys import EarlierKey, is_new, load_earlier, require_carried, save_earlier, shown
from duolog.client.home.records import RECEIPT_KEY, SERVER, SESSION, StoredSession
from duolog.client.log.context import Context
from duolog.client.log.folding import account_state
from duolog.client.log.stored_logs import load_log, save_log
from duolog.client.moving.carrying import carried_end
from duolog.client.server.login import Network, sign_log_in
from duolog.client.server.transport import Transport
from duolog.documents.account_kinds import AccountMoved
from duolog.errors import NotAllowed, PinMismatch, ServerRefused, TransportError, VerificationError
from duolog.protocol.log import LogState

Keys = Mapping[bytes, Sequence[EarlierKey]]


def switch(context: Context, transport: Transport, receipt_key: bytes, session: Session, keys: Keys) -> None:
    """This home belongs to the new server from now on. `keys`: for each journal whose receipts it holds there."""
    store = context.store
    with store.transaction():
        for journal in verified_journals(store):
            end = carried_end(context, journal)
            here = EarlierKey(end.seq, context.network.transport.origin, context.receipt_key())
            before = load_earlier(store, journal)
            save_earlier(store, journal, keys.get(journal) or (*before, *([here] if is_new(before, here) else ())))
            if journal in keys:
                _rewind(context, end)
                thaw(store, journal)
        SERVER.save(store, transport.origin)
        RECEIPT_KEY.save(store, receipt_key)
        SESSION.save(context.home, StoredSession(session.token, session.account))
        MOVING.clear(context.home)
        forget_sent(context.home)
        placed = marked_journals(store, Mark.CLOSING_PLACED)
        clear_marks(store, placed, Mark.CLOSING_PLACED)  # what the old server held is brought to the new one
    context.network = Network(transport, context.home)
    context.checked = False
    context.states.clear()
    context.account_state = None


def _rewind(context: Context, end: LogState) -> None:
    """Take the closing of the old log out of a log, and forget promises for places behind its end."""
    store, journal = context.store, end.journal
    forget_behind(store, journal, end.seq)
    if load_log(store, journal).seq != end.seq:
        save_log(store, end)


async def follow_own(context: Context, moved: AccountMoved) -> None:
    """Go where another own device has gone. Begun again it goes on.

    Raises:
        PinMismatch: that server shows another receipt key, or another history.
        NotAllowed: it goes by another address.
        TransportError, ServerRefused: not now, or it isn't ready there yet.
    Spec: §13.
    """
    transport = context.connect(moved.origin)
    if await receipt_key_of(transport) != moved.receipt_key:  # check: client.followed_receipt_key
        raise PinMismatch(
            "The server that your other device has moved to shows another key now. Do not go on; ask who runs it.",
            check="client.followed_receipt_key",
        )
    session = await _log_in(context, transport)
    transport.use_session(session.token)
    keys = {}
    for journal in verified_journals(context.store):
        listed = await _listed(transport, journal)
        if listed is None and journal == context.identity.account_journal:
            raise TransportError("Your other device is still moving to another server. Sync again in a while.")
        if listed is not None:
            end = carried_end(context, journal)
            here = EarlierKey(end.seq, context.network.transport.origin, context.receipt_key())
            require_carried(load_earlier(context.store, journal), here, listed)
            keys[journal] = listed
    switch(context, transport, moved.receipt_key, session, keys)


async def _listed(transport: Transport, journal: bytes) -> tuple[EarlierKey, ...] | None:
    try:
        return shown((await transport.chains(journal)).receipt_keys)
    except ServerRefused as error:
        if error.code != "not_found":
            raise
        return None


async def _log_in(context: Context, transport: Transport) -> Session:
    session = await transport.log_in(await sign_log_in(transport, context.home.keyholder))
    if session.account != context.account:
        raise VerificationError("The new server answers with another account.", check="client.carried_account")
    return session


async def receipt_key_of(transport: Transport) -> bytes:
    """The newest receipt key of a server that calls itself by the address in use. 32 bytes. Raises: NotAllowed."""
    info = await transport.server_info()
    if info.origin != transport.origin:
        raise NotAllowed(
            "The new server goes by another address than the one you gave. Use the address it was set up with."
        )
    return info.receipt_keys[-1].key


def moved_elsewhere(context: Context) -> AccountMoved | None:
    """Where another own device has gone from the server of this home, or None."""
    moved = account_state(context).moved
    here = context.network.transport.origin
    if moved is None or moved.from_origin != here or MOVING.is_set(context.home):
        return None  # also while this very home is moving: it finishes that itself
    return moved
