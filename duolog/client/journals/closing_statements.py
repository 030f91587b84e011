"""Closings of mine as the account journal knows them, and how each is signed for a generation.

A closing is signed with the generation that the journal's roster names. After a rotation it is signed anew, with the
same nonce and timing, so it stays due at the same time.
"""

import secrets
from collections.abc import Collection, Mapping

from duolog.api.accounts import JournalClosing
from duolog.client.log.context import Context
from duolog.client.log.folding import account_state
from duolog.client.log.stored_logs import load_log
from duolog.documents.account_kinds import PendingClosing
from duolog.protocol import sizes
from duolog.protocol.roster_statements import Close, close_timing, parse_close
from duolog.seal.keys import GenerationSecret


def pending_closings(context: Context) -> Mapping[bytes, PendingClosing]:
    """Every closing of mine that still waits, by journal; those of journals that are closed already are left out."""
    found = account_state(context).closings
    return {journal: item for journal, item in found.items() if not load_log(context.store, journal).closed}


def renewed_closings(
    context: Context, generation: int, secret: GenerationSecret, *, without: Collection[bytes] = ()
) -> list[JournalClosing]:
    """What a rotation to `generation` sends along: every closing that the server holds, signed anew.

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
    held: str = "server",
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
        held="server" if held == "server" else "device",
        ends=tuple(sorted(ends)),
    )


def may_still_happen(context: Context, journal: bytes) -> bool:
    """Whether a cancelled closing can be used: the server had it, and the roster names no later keys of mine."""
    until, log = signed_until(context, journal), load_log(context.store, journal)
    member = None if log.roster is None else log.roster.find(context.account)
    return until is not None and member is not None and not log.closed and member.generation <= until


def signed_until(context: Context, journal: bytes) -> int | None:
    """The newest generation of mine with which a closing that I took back may be signed; None when there is none."""
    state = account_state(context)
    closing = state.cancelled.get(journal)
    if closing is None or closing.held != "server":
        return None
    return max(parse_close(closing.statement).generation, state.signed_until.get(journal, 0))


def ended_keyholders(context: Context) -> frozenset[bytes]:
    """Own keyholders that went out with a closing, and that the newest set still names: a rotation leaves them out."""
    state, current = account_state(context), {item.id for item in context.identity.newest_set.keyholders}
    done = [item for journal, item in state.closings.items() if load_log(context.store, journal).closed]
    return frozenset(key for item in done for key in item.ends if key in current)
