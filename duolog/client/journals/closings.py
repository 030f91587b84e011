"""Closing a journal: now, at a time, or not after all.

Rules
- One stands in the account journal before the server or anybody else hears of it.
- One that a device holds is never given to the server before it is due. Cancelling it needs nothing more than saying so
  in the account journal; one that the server holds stays valid until the journal's roster names later keys.
- After its time whichever own client comes first closes the journal, whoever was to hold the closing.
"""

from collections.abc import Collection

from duolog.api.accounts import JournalClosing
from duolog.api.leaving import ClosingRequest
from duolog.api.pages import parse_push
from duolog.client.home.item_rows import last_frame
from duolog.client.home.log_rows import marked_time
from duolog.client.home.marks import Mark, clear_mark, find_mark, has_mark, set_mark
from duolog.client.journals.closing_statements import make_closing, pending_closings, renew
from duolog.client.log.context import Context
from duolog.client.log.folding import account_state
from duolog.client.log.notes import note, note_what_is_done
from duolog.client.log.outbox import deliver_what_may_go
from duolog.client.log.pull import pull
from duolog.client.log.push import push_statement
from duolog.client.log.settle import settle
from duolog.client.log.statements import Made
from duolog.client.log.stored_logs import load_log
from duolog.client.server.transport import Transport
from duolog.documents.account_kinds import EndedClosing, PendingClosing
from duolog.errors import LogViolation, NotAllowed, ServerRefused
from duolog.protocol.log import StatementItem
from duolog.protocol.roster_changes import Roster
from duolog.protocol.roster_statements import parse_close
from duolog.protocol.statements import Signature, SignedStatement


async def close_now(context: Context, journal: bytes) -> None:
    """Close a journal for good: what waits in the outbox is sent first, as far as the server takes it, and nothing is
    written after it.

    A frozen journal is closed too; what its server then shows is not fetched any more.

    Raises:
        NotAllowed: only a partner closes; it isn't here.
        TransportError, ServerRefused, VerificationError: not now.
    Spec: §5.
    """
    if not load_log(context.store, journal).closed:
        _own_generation(context, journal)
        if context.standing(journal).frozen is None:
            await deliver_what_may_go(context, journal)
            await pull(context, journal)  # my keys may have moved on there
        waiting = pending_closings(context).get(journal)
        await _push_closing(context, journal, waiting if waiting is not None and _is_due(context, waiting) else None)
    await settle_closed(context, journal)


async def schedule(context: Context, journal: bytes, not_before: int, held: str, ends: Collection[bytes]) -> None:
    """Let a journal be closed at `not_before` (Unix seconds). `ends`: own keyholders that go out with it.

    Raises:
        NotAllowed: only a partner closes, the time has passed, or this very device would be put out.
        TransportError, ServerRefused: not now. What is noted already is brought to the server by the next sync.
    Spec: §5.
    """
    if not_before <= context.clock():
        raise NotAllowed("This time has passed. Choose a later one, or close now.")
    known = {item.id for item in context.identity.newest_set.keyholders} - {context.home.keyholder.id}
    if not set(ends) <= known:  # check: client.closing_ends
        raise NotAllowed("A closing can end the keys of your other devices alone, never those in use here.")
    generation = _own_generation(context, journal)
    closing = make_closing(context, journal, generation, not_before=not_before, held=held, ends=ends)
    clear_mark(context.store, journal, Mark.CLOSING_PLACED)
    await note(context, "pending_closing", closing)
    if held != "server":
        await _drop(context, journal)  # an earlier one may wait there
        return
    await _place(context, closing)


async def cancel(context: Context, journal: bytes) -> None:
    """Take a closing back. One that the server had stays valid until `may_still_happen` says no.

    Raises:
        NotAllowed: nothing waits.
        TransportError, ServerRefused: not now; cancel again, or sync.
    Spec: §5.
    """
    if journal not in pending_closings(context):
        raise NotAllowed("No closing waits for this journal.")
    set_mark(context.store, journal, Mark.CLOSING_CANCELLING)  # a crash from here on is finished by the next sync
    await _finish_cancelling(context, journal)


async def look_after(context: Context, journal: bytes) -> None:
    """What a sync does for one journal: finish what was begun, close what is due, note what is closed.

    Raises:
        LogViolation: the server used a closing of mine before its time. It is said once; the journal stays closed.
        TransportError, ServerRefused, VerificationError: not now.
    Spec: §5.
    """
    if has_mark(context.store, journal, Mark.CLOSING_CANCELLING):
        await _finish_cancelling(context, journal)
    closing = pending_closings(context).get(journal)
    if closing is not None and _is_due(context, closing):
        await _push_closing(context, journal, closing)
    elif closing is not None and closing.held == "server":
        await _place(context, closing)
    await settle_closed(context, journal)


async def settle_closed(context: Context, journal: bytes) -> None:
    """Note for all own devices that a journal is closed, once nothing of its closing is left to do.

    A journal whose log was closed at one server alone goes on elsewhere. Raises: LogViolation as `look_after`.
    """
    state, log = account_state(context), load_log(context.store, journal)
    waiting = state.closings.get(journal)
    if not log.closed or log.closed_under is not None or (journal in state.closed and waiting is None):
        return
    current = {item.id for item in context.identity.newest_set.keyholders}
    if waiting is not None and current.intersection(waiting.ends):
        return  # a rotation comes first: see `ended_keyholders`
    await note_what_is_done(context, "ended_closing", EndedClosing(journal=journal, how="closed"))
    early = waiting is not None and _closed_with(context, journal) == parse_close(waiting.statement).timing
    if early and waiting is not None and log.time < waiting.not_before:  # check: client.early_closing
        raise LogViolation(
            "The server closed a journal with your closing before its time. Its host can read what you schedule there.",
            check="client.early_closing",
        )


def _closed_with(context: Context, journal: bytes) -> bytes | None:
    """The timing of the closing that ends a log."""
    frame = last_frame(context.store, journal)
    item = None if frame is None else parse_push(frame)[0].item
    return parse_close(item.signed.statement).timing if isinstance(item, StatementItem) else None


def _is_due(context: Context, closing: PendingClosing) -> bool:
    """Its time has come by this computer's clock, or by the server's newest receipt of the journal."""
    return max(context.clock(), marked_time(context.store, closing.journal)) >= closing.not_before


def _own_generation(context: Context, journal: bytes) -> int:
    roster = load_log(context.store, journal).roster
    if roster is None:
        raise NotAllowed("This journal is not here. Sync, or check its name.")
    if journal == context.identity.account_journal:
        raise NotAllowed("The account's own journal ends with the account.")
    member = roster.find(context.account)
    if member is None or member.role != "partner":  # check: client.closing_partner
        raise NotAllowed("Only a partner closes a journal. A confidant leaves it.")
    return member.generation


async def _push_closing(context: Context, journal: bytes, waiting: PendingClosing | None) -> None:
    """Push a closing, with the salted time of the one that waited, or for now."""

    async def make() -> Made | None:
        if load_log(context.store, journal).closed:
            return None
        generation = _own_generation(context, journal)
        closing = waiting or make_closing(context, journal, generation)
        return _made(context, journal, renew(closing, generation, context.identity.secrets[generation]))

    if context.standing(journal).frozen is None:
        await settle(context, journal, make)
        return
    made = await make()  # nothing more is fetched there: it is closed when its server says so
    if made is not None:
        try:
            await push_statement(context, journal, made)
        except ServerRefused as error:
            if error.code != "journal_closed":
                raise
    await note_what_is_done(context, "ended_closing", EndedClosing(journal=journal, how="closed"))


def _made(context: Context, journal: bytes, closing: JournalClosing) -> Made:
    roster: Roster | None = load_log(context.store, journal).roster
    assert roster is not None  # noqa: S101  # `_own_generation` has seen it
    signature = Signature(context.account, closing.signature)
    return Made(SignedStatement(closing.statement, (signature,)), {}, roster, None)


# --- what the server holds --------------------------------------------------------------------------------------------


async def _place(context: Context, closing: PendingClosing) -> None:
    """Bring a closing to the server, once from this home. Sent again it changes nothing."""
    journal = closing.journal
    if find_mark(context.store, journal, Mark.CLOSING_PLACED) == closing.salt:
        return
    try:
        held = await context.network.call(Transport.own_closing, journal)
    except ServerRefused as error:
        if error.code != "not_found":
            raise
        held = None
    if held is None or held.salt != closing.salt:
        generation = _own_generation(context, journal)
        renewed = renew(closing, generation, context.identity.secrets[generation])
        request = ClosingRequest(
            statement=renewed.statement,
            signature=renewed.signature,
            salt=renewed.salt,
            not_before=renewed.not_before,
            ends=renewed.ends,
        )
        await context.network.call(Transport.schedule_closing, journal, request)
    set_mark(context.store, journal, Mark.CLOSING_PLACED, closing.salt)


async def _drop(context: Context, journal: bytes) -> None:
    try:
        await context.network.call(Transport.drop_closing, journal)
    except ServerRefused as error:
        if error.code != "not_found":
            raise


async def _finish_cancelling(context: Context, journal: bytes) -> None:
    if journal in pending_closings(context):
        await _drop(context, journal)
        await note(context, "ended_closing", EndedClosing(journal=journal, how="cancelled"))
    clear_mark(context.store, journal, Mark.CLOSING_CANCELLING)
