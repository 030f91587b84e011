"""What each sync notes for my other devices, where the account journal doesn't say it yet."""

from collections.abc import Iterable

from duolog.client.home.former import left_journals
from duolog.client.home.records import HEADS_NOTED
from duolog.client.log.context import Context
from duolog.client.log.folding import account_state
from duolog.client.log.my_journals import forget_founding, founded
from duolog.client.log.notes import put_note
from duolog.client.log.stored_logs import load_log
from duolog.documents.account_kinds import LeftJournal, NotedHead, Pin
from duolog.documents.base import Body

_DAY = 24 * 3600  # seconds


def note_what_is_new(context: Context, listed: Iterable[bytes]) -> None:
    """Journals that I founded or left, later keys of those that I pinned, and how far each journal was verified.

    `listed`: the journals that the server lists for me. What can't be noted is reported.
    """
    _note_founded(context, listed)
    _note_left(context)
    _note_pins(context)
    _note_heads(context)


def _note_founded(context: Context, listed: Iterable[bytes]) -> None:
    """A journal that I founded is noted for my other devices, also when making it was cut off before that."""
    state = account_state(context)
    forget_founding(context)
    for journal in set(listed) - set(state.journals) - set(state.closed) - {context.identity.account_journal}:
        log = load_log(context.store, journal)
        if log.roster is None or log.closed or log.roster.founder != context.account or context.unconfirmed:
            continue
        _put(context, "joined", founded(context, journal))


def _note_left(context: Context) -> None:
    """A journal that I left is noted too, also when only the server's answer to that was lost."""
    left = account_state(context).left
    for journal in left_journals(context.store):
        if journal not in left:
            _put(context, "left_journal", LeftJournal(journal=journal))


def _put(context: Context, kind: str, body: Body) -> None:
    with context.problems.reported():
        put_note(context, kind, body)


def _note_pins(context: Context) -> None:
    """A later generation of somebody pinned is pinned as well, once, when it is first seen."""
    for account, known in account_state(context).pins.items():
        chain = context.chains.get(account)
        if chain is None or chain.newest.generation <= max(known):
            continue
        pin = Pin(account=account, generation=chain.newest.generation, chain_head=chain.newest.statement_hash)
        _put(context, "pin", pin)


def _note_heads(context: Context) -> None:
    """Note daily at most how far each journal was verified, so that other own devices notice a rollback."""
    last = HEADS_NOTED.load(context.store)
    now = context.clock()
    if last is None:
        HEADS_NOTED.save(context.store, now)
        return
    if context.unconfirmed or now - last < _DAY:
        return
    for journal in account_state(context).journals:
        here = context.standing(journal)
        if here.log.seq > 0 and here.frozen is None:
            _put(context, "noted_head", NotedHead(journal=journal, seq=here.log.seq, head=here.log.head))
    HEADS_NOTED.save(context.store, now)
