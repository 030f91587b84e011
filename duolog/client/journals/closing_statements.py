"""The statements of my closings: made, signed anew after a rotation, and those that can still be used.

A closing is signed with the generation that the journal's roster names. After a rotation it is signed anew, with the
same nonce and timing, so it stays due at the same time.
"""

import secrets
from collections.abc import Collection, Mapping
from typing import Literal

from duolog.api.accounts import JournalClosing
from duolog.client.log.context import Context
from duolog.client.log.folding import account_state
from duolog.client.log.stored_logs import load_log
from duolog.documents.account_kinds import PendingClosing
from duolog.protocol import sizes
from duolog.protocol.roster_statements import Close, close_timing, parse_close
from duolog.seal.keys import GenerationSecret

Held = Literal["server", "device"]  # who brings the closing in when it is due


def pending_closings(context: Context) -> Mapping[bytes, PendingClosing]:
    """Every closing of mine that waits, by journal. A closed journal has none."""
    found = account_state(context).closings
    return {journal: item for journal, item in found.items() if not load_log(context.store, journal).closed}


def renewed_closings(
    context: Context, generation: int, secret: GenerationSecret, *, without: Collection[bytes] = ()
) -> list[JournalClosing]:
    """Every closing of mine that the server holds, signed anew for a rotation to `generation`.

    `without`: journals whose closing is cancelled by this rotation. Spec: §4, §5.
    """
    waiting = sorted(pending_closings(context).items())
    chosen = [item for journal, item in waiting if item.held == "server" and journal not in without]
    return [renew(item, generation, secret) for item in chosen]


def renew(item: PendingClosing, generation: int, secret: GenerationSecret) -> JournalClosing:
    """The same closing, signed with another generation of its author. Spec: §5."""
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


def make_closing(
    context: Context,
    journal: bytes,
    generation: int,
    *,
    not_before: int = 0,
    held: Held = "server",
    ends: Collection[bytes] = (),
) -> PendingClosing:
    """A new closing of this account, signed with the generation that the journal's roster names. Spec: §5."""
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
