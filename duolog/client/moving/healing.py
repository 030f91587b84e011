"""Healing: bringing a server forward that has gone back to an older state, with what this home has verified.

Rules
- The account comes first, then its journal, then the others. Items go back under the receipts that the server had given
  for them, so it can take nothing that it hadn't accepted; this home changes nothing of what it has verified.
- A journal is marked until the server takes new items there. Until then its entries wait here, and nothing freezes for
  being behind. A server that only says so can't make this home forget anything: what is behind the mark stays here.
- A place that was promised and never shown is forgotten: its entry waits in the outbox, and is sent again.
- A server that is behind without saying so is shown what it had signed. If it takes that for no reason to go on, the
  journal is frozen, as by any server that keeps something back.
- Where the other partner went on without this home's newest entries, this home joins them (`rejoining`).
- This home sets again what only the server held for its owner: kept and erased entries, and closings that wait.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress

from duolog.api.carrying import FirstPush
from duolog.api.common import JournalStatementModel, ReceiptModel
from duolog.api.leaving import HoldingRequest
from duolog.api.restoring import ConfirmedEnd
from duolog.client.home.log_rows import (
    forget_promises_behind,
    load_frozen,
    load_receipts,
    thaw,
    verified_journals,
)
from duolog.client.home.marks import (
    Act,
    JournalMark,
    clear_marks,
    has_mark,
    how_former,
    marked_journals,
    set_mark,
)
from duolog.client.home.pairings import forget_sent
from duolog.client.home.records import SESSION, StoredSession
from duolog.client.log.context import Context
from duolog.client.log.fetching import BEHIND
from duolog.client.log.folding import account_state
from duolog.client.log.pull import pull
from duolog.client.log.stored_logs import freezing, load_log, stored_statement
from duolog.client.log.verify import LESS_THAN_BEFORE
from duolog.client.moving.carrying import bring_pages, carry_account
from duolog.client.moving.rejoining import last_common, rejoin, say_that_i_go_on
from duolog.client.server.login import WENT_BACK
from duolog.client.server.transport import Transport, ignoring
from duolog.errors import (
    DuologError,
    MalformedData,
    NotAllowed,
    Rollback,
    ServerRefused,
    ServerWentBack,
    TransportError,
    VerificationError,
)
from duolog.protocol import sizes
from duolog.protocol.codec import u64
from duolog.protocol.receipts import stored_receipt

APART = (
    "The server has gone back to an older state, and has gone on from there without entries that it had accepted. What "
    "this computer has verified stays here, and can be exported."
)


async def heal(context: Context) -> None:
    """Bring a server forward that says that it has gone back: the account, then every journal. Problems in one journal
    are left to the next sync.

    Raises:
        TransportError, ServerRefused, VerificationError, MalformedData: the account can't be brought now.
    Spec: §6.11.
    """
    info = await context.network.transport.server_info()
    await _bring_account(context)
    store = context.store
    with store.transaction():
        for journal in verified_journals(store):
            log, frozen = load_log(store, journal), load_frozen(store, journal)
            if frozen in (BEHIND, LESS_THAN_BEFORE):
                thaw(store, journal)
            elif frozen is not None or log.closed_under is not None or how_former(store, journal) is not None:
                continue
            if not has_mark(store, journal, JournalMark.LET_GO):
                set_mark(store, journal, JournalMark.RESTORING, u64(0))
                forget_promises_behind(store, journal, log.seq)
        forget_sent(context.home)
        clear_marks(store, marked_journals(store, JournalMark.CLOSING_PLACED), JournalMark.CLOSING_PLACED)
        if info.restored_at is not None:
            context.network.note_restoration(info.restored_at)
    context.checked = False
    await bring_what_is_missing(context)


async def bring_what_is_missing(context: Context) -> None:
    """Bring each marked journal forward, the account's own first, and confirm that nothing more is here.

    The next sync tries again what didn't reach the server. A proof of a fault is reported when all have had their turn.
    """
    mine, waiting = context.identity.account_journal, marked_journals(context.store, JournalMark.RESTORING)
    faults = list[VerificationError]()
    for journal in sorted(waiting, key=lambda journal: (journal != mine, journal)):
        with suppress(TransportError, ServerRefused, MalformedData):
            try:
                await _heal_journal(context, journal)
            except VerificationError as fault:
                clear_marks(context.store, [journal], JournalMark.RESTORING)
                faults.append(fault)
    for found in faults:
        context.problems.report(found)
    if waiting and not marked_journals(context.store, JournalMark.RESTORING):
        with suppress(DuologError):
            await hold_again(context)


async def show_what_was_signed(context: Context, listed: Mapping[bytes, int]) -> bool:
    """Show the server what it had signed, where it is behind without saying so. Whether it has come forward.

    `listed`: the newest seq of each journal, as the server lists it.
    """
    for journal, seq in listed.items():
        log = load_log(context.store, journal)
        marked = has_mark(context.store, journal, JournalMark.RESTORING)
        if marked or seq >= log.seq or log.closed_under is not None or load_frozen(context.store, journal):
            continue
        try:
            await _bring(context, journal, seq, log.seq)
        except ServerWentBack:
            await heal(context)
            return True
        except DuologError:
            continue
    return False


async def hold_again(context: Context) -> None:
    """Set again what the server held for this account alone: the marks of entries that it keeps, or has erased.

    Raises: TransportError, ServerRefused, MalformedData: not now.
    """
    state = account_state(context)
    for act, entries_of in (("keep", state.kept), ("erase", state.erased)):
        for journal, entries in entries_of.items():
            await _hold(context, journal, "keep" if act == "keep" else "erase", entries)


async def _hold(context: Context, journal: bytes, act: Act, entries: Sequence[bytes]) -> None:
    for start in range(0, len(entries), sizes.MAX_PUSH_ITEMS):
        request = HoldingRequest(act=act, entries=list(entries[start : start + sizes.MAX_PUSH_ITEMS]))
        with ignoring("not_found"):  # a journal that isn't there
            await context.network.call(Transport.hold, journal, request)


async def _bring_account(context: Context) -> None:
    """Bring chain and keyholders, and log in. A home that can't bring them logs in as ever."""
    try:
        session = await carry_account(context, context.network.transport, None, _first_push(context))
    except (NotAllowed, ServerRefused) as error:
        if isinstance(error, ServerRefused) and error.code not in ("set_moved", "login_refused"):
            raise
        await context.network.log_in()
        return
    SESSION.save(context.home, StoredSession(session.token, session.account))


def _first_push(context: Context) -> FirstPush | None:
    """The proof that this server had accepted the account: the first push of the account's own journal."""
    journal = context.identity.account_journal
    receipt, item = load_receipts(context.store, journal, 1).get(1), stored_statement(context.store, journal, 1)
    if receipt is None or item is None:
        return None
    return FirstPush(genesis=JournalStatementModel.of(item, {}), receipt=ReceiptModel.of(stored_receipt(receipt)))


async def _heal_journal(context: Context, journal: bytes) -> None:
    end = load_log(context.store, journal)
    there = await _seq_there(context, journal, end.seq)
    if there < end.seq:
        await _bring(context, journal, there, end.seq)
    elif await last_common(context, journal, end.seq) < end.seq:
        await _go_with(context, journal, "client.healed_end")
    await pull(context, journal)
    end = load_log(context.store, journal)
    confirmed = ConfirmedEnd(seq=end.seq, head=end.head)
    answer = await context.network.call(Transport.confirm_end, journal, confirmed)
    if answer.opens_at is None:
        say_that_i_go_on(context, journal)
        clear_marks(context.store, [journal], JournalMark.RESTORING)
    else:
        set_mark(context.store, journal, JournalMark.RESTORING, u64(answer.opens_at))


async def _go_with(context: Context, journal: bytes, check: str) -> None:
    """Join a log that has gone on without items of this home. Raises: Rollback; the journal is frozen."""
    joined = await rejoin(context, journal)
    with freezing(context.store, journal):
        if not joined:  # check: client.went_on_without
            raise Rollback(APART, check=check)


async def _seq_there(context: Context, journal: bytes, since: int) -> int:
    """The newest seq of a journal at the server; 0 when the journal isn't there."""
    with ignoring("not_found"):
        return (await context.network.call(Transport.pull, journal, since)).seq
    return 0


async def _bring(context: Context, journal: bytes, since: int, end: int) -> None:
    """Bring the items behind the seq `since`, with their receipts.

    Raises:
        ServerWentBack: by what was brought the server knows that it has gone back.
        Rollback: the server has gone on without items that it had accepted. The journal is frozen.
    """
    try:
        await bring_pages(context, context.network.transport, journal, since, end, last=True, granted=True)
    except ServerRefused as error:
        if error.code == "server_restored":
            raise ServerWentBack(WENT_BACK) from error
        if error.code != "journal_exists":
            raise
        await _go_with(context, journal, "client.healed_apart")
