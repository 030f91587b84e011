"""Closing a journal now or at a time, and cancelling a closing.

Rules
- The account journal keeps a closing before the server gets it.
- A closing is signed with the generation that the journal's roster names. After a rotation it is signed anew, with the
  same nonce and timing, so it stays due at the same time.
- The server never gets a closing that a device holds before it is due. To cancel it, a note in the account journal
  suffices. A cancelled closing that the server had stays valid until the journal's roster names later keys.
- After its time the first own client that syncs closes the journal, even if the server was to do it.
"""

import secrets
from collections.abc import Collection, Mapping
from typing import Literal

from duolog.api.accounts import JournalClosing
from duolog.api.leaving import ClosingRequest
from duolog.client.home.marks import JournalMark, clear_marks, find_mark, has_mark, set_mark
from duolog.client.log.context import Context
from duolog.client.log.folding import account_state
from duolog.client.log.notes import note, note_what_is_done
from duolog.client.log.outbox import deliver_what_may_go
from duolog.client.log.pull import pull
from duolog.client.log.settle import push_statement, settle
from duolog.client.log.statements import Made
from duolog.client.log.stored_logs import load_log, stored_statement
from duolog.client.server.transport import Transport, ignoring
from duolog.documents.account_kinds import EndedClosing, PendingClosing
from duolog.errors import LogViolation, NotAllowed
from duolog.protocol import sizes
from duolog.protocol.roster_statements import Close, close_timing, parse_close
from duolog.protocol.statements import Signature, SignedStatement
from duolog.seal.keys import GenerationSecret

Held = Literal["server", "device"]  # who brings the closing in when it is due


async def close_now(context: Context, journal: bytes) -> None:
    """Close a journal for good. The outbox is sent first, as far as the server takes it.

    A frozen journal is closed too, and not fetched after that.

    Raises: NotAllowed when I am no partner, or the journal isn't here; as `settle`. Spec: §5.
    """
    if not load_log(context.store, journal).closed:
        _own_generation(context, journal)
        if context.standing(journal).frozen is None:
            await deliver_what_may_go(context, journal)
            await pull(context, journal)  # my keys may have moved on there
        waiting = pending_closings(context).get(journal)
        await _push_closing(context, journal, waiting if waiting is not None and _is_due(context, waiting) else None)
    await settle_closed(context, journal)


async def schedule(context: Context, journal: bytes, not_before: int, held: Held, ends: Collection[bytes]) -> None:
    """Let a journal be closed at `not_before` (Unix seconds). `ends`: own keyholders that are revoked with it.

    Raises:
        NotAllowed: I am no partner, the time has passed, or `ends` names this very device.
        TransportError, ServerRefused: not now. The next sync brings a noted closing to the server.
    Spec: §5.
    """
    if not_before <= context.clock():
        raise NotAllowed("This time has passed. Choose a later one, or close now.")
    if not_before <= load_log(context.store, journal).time:  # check: client.closing_passed
        raise NotAllowed(
            "By the server's clock this time has passed, so the journal would be closed at once. Its clock and this "
            "computer's differ: find out which one is right, and choose a later time, or close now."
        )
    known = {item.id for item in context.identity.newest_set.keyholders} - {context.home.keyholder.id}
    if not set(ends) <= known:  # check: client.closing_ends
        raise NotAllowed("A closing can end the keys of your other devices alone, never those in use here.")
    closing = _make_closing(context, journal, not_before, held, ends)
    clear_marks(context.store, [journal], JournalMark.CLOSING_PLACED)
    await note(context, "pending_closing", closing)
    if held == "server":
        await _place(context, closing)
    else:
        await _drop(context, journal)  # an earlier one may wait there


async def cancel(context: Context, journal: bytes) -> None:
    """Take a closing back. If the server had it, it stays valid while `may_still_happen` says so.

    Raises: NotAllowed when no closing waits; TransportError, ServerRefused: cancel again, or sync. Spec: §5.
    """
    if journal not in pending_closings(context):
        raise NotAllowed("No closing waits for this journal.")
    set_mark(context.store, journal, JournalMark.CLOSING_CANCELLING)  # after a crash the next sync finishes it
    await _finish_cancelling(context, journal)


async def look_after(context: Context, journal: bytes) -> None:
    """Finish a cancellation, close the journal if that is due, and note that it is closed. Part of each sync.

    Raises: LogViolation, once, when the server used a closing of mine before its time; as `settle`. Spec: §5.
    """
    if has_mark(context.store, journal, JournalMark.CLOSING_CANCELLING):
        await _finish_cancelling(context, journal)
    closing = pending_closings(context).get(journal)
    if closing is not None and _is_due(context, closing):
        await _push_closing(context, journal, closing)
    elif closing is not None and closing.held == "server":
        await _place(context, closing)
    await settle_closed(context, journal)


async def settle_closed(context: Context, journal: bytes) -> None:
    """Note for all own devices that a journal is closed, once no rotation has to follow its closing.

    A journal whose log was closed at one server alone goes on at another. Raises: LogViolation as `look_after`.
    """
    state, log = account_state(context), load_log(context.store, journal)
    waiting = state.closings.get(journal)
    if not log.closed or log.closed_under is not None or (journal in state.closed and waiting is None):
        return
    if waiting is not None and ended_keyholders(context).intersection(waiting.ends):
        return  # a rotation comes first
    await _note_closed(context, journal)
    if waiting is None:
        return
    ended = stored_statement(context.store, journal, log.seq)
    is_mine = ended is not None and parse_close(ended.statement).timing == parse_close(waiting.statement).timing
    if is_mine and log.time < waiting.not_before:  # check: client.early_closing
        raise LogViolation(
            "The server closed a journal with your closing before its time. Its host can read what you schedule there.",
            check="client.early_closing",
        )


def _is_due(context: Context, closing: PendingClosing) -> bool:
    """Whether its time has come by this computer's clock, or by the server's newest receipt of the journal."""
    return max(context.clock(), load_log(context.store, closing.journal).time) >= closing.not_before


async def _note_closed(context: Context, journal: bytes) -> None:
    await note_what_is_done(context, "ended_closing", EndedClosing(journal=journal, how="closed"))


def _own_generation(context: Context, journal: bytes) -> int:
    here = context.standing(journal)
    here.require_here()
    if journal == context.identity.account_journal:
        raise NotAllowed("The account's own journal ends with the account.")
    if here.me is None or not here.is_partner:  # check: client.closing_partner
        raise NotAllowed("Only a partner closes a journal. A confidant leaves it.")
    return here.me.generation


async def _push_closing(context: Context, journal: bytes, waiting: PendingClosing | None) -> None:
    """Push the closing that waited, with its salted time, or a new one for now."""

    async def make() -> Made | None:
        here = context.standing(journal)
        if here.log.closed:
            return None
        renewed = _renewed(context, waiting or _make_closing(context, journal, 0, "server", ()))
        signed = SignedStatement(renewed.statement, (Signature(context.account, renewed.signature),))
        return Made(signed, {}, here.require_here(), None)

    if context.standing(journal).frozen is None:
        await settle(context, journal, make)
        return
    made = await make()  # a frozen journal is not fetched: it is closed when its server says so
    if made is not None:
        with ignoring("journal_closed"):
            await push_statement(context, journal, made)
    await _note_closed(context, journal)


async def _place(context: Context, closing: PendingClosing) -> None:
    """Leave a closing at the server, once from this home. Leaving it again changes nothing."""
    journal = closing.journal
    if find_mark(context.store, journal, JournalMark.CLOSING_PLACED) == closing.salt:
        return
    held = None
    with ignoring("not_found"):
        held = await context.network.call(Transport.own_closing, journal)
    if held is None or held.salt != closing.salt:
        request = ClosingRequest(**_renewed(context, closing).model_dump(exclude={"journal"}))
        await context.network.call(Transport.schedule_closing, journal, request)
    set_mark(context.store, journal, JournalMark.CLOSING_PLACED, closing.salt)


async def _drop(context: Context, journal: bytes) -> None:
    with ignoring("not_found"):
        await context.network.call(Transport.drop_closing, journal)


async def _finish_cancelling(context: Context, journal: bytes) -> None:
    if journal in pending_closings(context):
        await _drop(context, journal)
        await note(context, "ended_closing", EndedClosing(journal=journal, how="cancelled"))
    clear_marks(context.store, [journal], JournalMark.CLOSING_CANCELLING)


# --- the statements ---------------------------------------------------------------------------------------------------


def pending_closings(context: Context) -> Mapping[bytes, PendingClosing]:
    """Every closing of mine that waits, by journal. A closed journal has none."""
    found = account_state(context).closings
    return {journal: item for journal, item in found.items() if not load_log(context.store, journal).closed}


def renewed_closings(context: Context, generation: int, secret: GenerationSecret) -> list[JournalClosing]:
    """Every closing of mine that the server holds, signed anew for a rotation to `generation`. Spec: §4, §5."""
    waiting = sorted(pending_closings(context).items())
    return [_signed_anew(item, generation, secret) for _, item in waiting if item.held == "server"]


def _renewed(context: Context, closing: PendingClosing) -> JournalClosing:
    generation = _own_generation(context, closing.journal)
    return _signed_anew(closing, generation, context.identity.secrets[generation])


def _signed_anew(item: PendingClosing, generation: int, secret: GenerationSecret) -> JournalClosing:
    before = parse_close(item.statement)
    statement = Close(item.journal, before.account, generation, before.nonce, before.timing).encode()
    return JournalClosing(
        journal=item.journal,
        statement=statement,
        signature=secret.sign(statement),
        salt=item.salt,
        not_before=item.not_before,
        ends=list(item.ends),
    )


def _make_closing(
    context: Context, journal: bytes, not_before: int, held: Held, ends: Collection[bytes]
) -> PendingClosing:
    generation = _own_generation(context, journal)
    salt, nonce = secrets.token_bytes(sizes.SALT), secrets.token_bytes(sizes.NONCE)
    statement = Close(journal, context.account, generation, nonce, close_timing(salt, not_before)).encode()
    return PendingClosing(
        journal=journal,
        statement=statement,
        signature=context.identity.secrets[generation].sign(statement),
        salt=salt,
        not_before=not_before,
        held=held,
        ends=tuple(sorted(ends)),
    )


def may_still_happen(context: Context, journal: bytes) -> bool:
    """Whether a cancelled closing can be used: the server had it, and the roster names no later keys of mine."""
    until, here = signed_until(context, journal), context.standing(journal)
    return until is not None and here.me is not None and not here.log.closed and here.me.generation <= until


def signed_until(context: Context, journal: bytes) -> int | None:
    """The newest generation of mine with which a closing that I took back may be signed; None when there is none."""
    state = account_state(context)
    closing = state.cancelled.get(journal)
    if closing is None or closing.held != "server":
        return None
    return max(parse_close(closing.statement).generation, state.signed_until.get(journal, 0))


def ended_keyholders(context: Context) -> frozenset[bytes]:
    """Own keyholders that a closing has ended and that the newest set names; a rotation leaves them out."""
    state, current = account_state(context), {item.id for item in context.identity.newest_set.keyholders}
    done = [item for journal, item in state.closings.items() if load_log(context.store, journal).closed]
    return frozenset(key for item in done for key in item.ends if key in current)
