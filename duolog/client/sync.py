"""One sync: the account first, then every journal where something is new, then what waits to be sent.

Rules
- The own account and the account journal are read before anything else, so that a hidden journal or a lost pin is
  noticed.
- One poll says where something is new; only there the log is fetched, a few at a time.
- A fault in one journal doesn't stop the others, not even one that nobody foresaw; it is raised, or stands in the
  report, when all have had their turn. A frozen journal is passed by.
- What isn't essential (`asides`: proposals, journals of strangers) is in the report when it fails, and is never raised.
- New keyholders are known as soon as the own account was read, also to a sync that ends in an error: `status` has them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import anyio

from duolog.api.journals import JournalState
from duolog.client.account.closing_rotations import move_on
from duolog.client.account.keyholder_list import KeyholderView, unknown
from duolog.client.account.rotating import resume, rotate_by_chance
from duolog.client.home.former import left_journals
from duolog.client.home.item_rows import head_at
from duolog.client.home.log_rows import verified_journals
from duolog.client.home.outbox_rows import journals_with_waiting
from duolog.client.home.pairings import begun_journals
from duolog.client.home.records import HEADS_NOTED
from duolog.client.journals.closings import look_after
from duolog.client.leaving.withdrawals import finish_holdings, tidy
from duolog.client.log.clocks import clock_apart
from duolog.client.log.context import Context
from duolog.client.log.folding import account_state
from duolog.client.log.former_journals import sort_unlisted, why_former
from duolog.client.log.generations import judge_again
from duolog.client.log.my_journals import forget_founding, founded, leave_out_strangers
from duolog.client.log.newest_keys import lift_all
from duolog.client.log.notes import put_note
from duolog.client.log.outbox import deliver
from duolog.client.log.own_account import check_account_head, refresh_account
from duolog.client.log.poll import poll
from duolog.client.log.problems import reported
from duolog.client.log.pull import pull
from duolog.client.log.stored_logs import freeze, frozen_reason, load_log
from duolog.client.moving.switching import follow_own, moved_elsewhere
from duolog.client.pairing.confidants import admit
from duolog.client.pairing.pairing import go_on
from duolog.client.pairing.proposals import list_proposals, renew
from duolog.client.pairing.resuming import take_up
from duolog.documents.account_kinds import LeftJournal, NotedHead, Pin
from duolog.documents.account_state import AccountState
from duolog.documents.bodies import Body
from duolog.errors import (
    DuologError,
    MalformedData,
    Rollback,
    ServerRefused,
    TransportError,
    Unforeseen,
    VerificationError,
    Withheld,
)
from duolog.protocol.codec import encode_b64
from duolog.protocol.containing import contained

CONCURRENT = 4  # journals fetched at a time
_DAY = 24 * 3600  # seconds


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What one sync did: new items by journal, own entries delivered, journals that are read-only, and what couldn't
    be done now.

    `new_keyholders`: ways into this account that its owner has not looked at on this home yet. `proposed`: how many
    changes wait for my signature, by journal. `clock_apart`: by how many seconds the server's clock is ahead of this
    computer's (negative: behind it); 0 unless they are more than a day apart."""

    new: Mapping[bytes, int]
    delivered: int
    frozen: Mapping[bytes, str]
    problems: tuple[DuologError, ...]
    new_keyholders: tuple[KeyholderView, ...] = ()
    proposed: Mapping[bytes, int] = field(default_factory=dict)
    clock_apart: int = 0


async def sync(context: Context) -> SyncReport:
    """Bring this home and its server together.

    Raises:
        VerificationError, MalformedData: the server broke the rules; the journal in question is frozen, the rest was
        synced.
        Unforeseen: the account's own journal, on which everything rests, led to an error that nobody foresaw.
        TransportError, ServerRefused: the server can't be reached now, or refuses.
    Spec: §4, §6.
    """
    problems: list[DuologError] = []
    asides: list[DuologError] = []
    await refresh_account(context)
    await _resume(context, problems)
    polled = await poll(context)
    listed = {item.journal: item.seq for item in polled}
    mine = context.identity.account_journal
    if mine not in listed:  # check: client.account_journal_listed
        raise Withheld("The server keeps back your account's own journal.", check="client.account_journal_listed")
    with contained("Your account's own journal", Unforeseen):
        await _pull_one(context, mine, listed)
        check_account_head(context)
        judge_again(context)
    if (moved := moved_elsewhere(context)) is not None:
        await follow_own(context, moved)
        return await sync(context)
    await _deliver_own(context, problems)
    known = await leave_out_strangers(context, list(listed), asides)
    listed = {journal: seq for journal, seq in listed.items() if journal in known}
    state = account_state(context)
    problems += _hidden(context, state, listed)
    new = await _fetch(context, state, listed, problems)
    await _rotate_by_chance(context, problems)
    await lift_all(context, problems)
    await take_up(context, state, problems)
    _note_founded(context, listed, problems)
    _note_left(context, problems)
    _note_pins(context, problems)
    _note_heads(context, problems)
    await finish_holdings(context, problems)
    delivered = await _send(context, problems, asides)
    for journal in listed:
        if journal != mine:
            await _look_after(context, journal, problems)
    await move_on(context, problems)
    journals = [journal for journal in listed if journal != mine]
    proposed = await _proposed(context, [item for item in polled if item.journal in journals], asides)
    _raise_first(problems)
    frozen = {journal: frozen_reason(context.store, journal) for journal in journals}
    return SyncReport(
        new={journal: count for journal, count in new.items() if count},
        delivered=delivered,
        frozen={journal: reason for journal, reason in frozen.items() if reason is not None},
        problems=(*problems, *asides),
        new_keyholders=unknown(context),
        proposed=proposed,
        clock_apart=clock_apart(context),
    )


async def _fetch(
    context: Context, state: AccountState, listed: Mapping[bytes, int], problems: list[DuologError]
) -> dict[bytes, int]:
    """Every journal but the account's own, a few at a time; how much was new in each."""
    new: dict[bytes, int] = {}
    limiter = anyio.CapacityLimiter(CONCURRENT)

    async def visit(journal: bytes) -> None:
        async with limiter:
            with reported(problems, journal):
                new[journal] = await _pull_one(context, journal, listed)
                await _check_pins(context, state, journal)

    async with anyio.create_task_group() as group:
        for journal in listed:
            if journal != context.identity.account_journal:
                group.start_soon(visit, journal)
    return new


async def _resume(context: Context, problems: list[DuologError]) -> None:
    """Finish a rotation that waits. While the server puts it off, everything else goes on."""
    try:
        await resume(context)
    except ServerRefused as error:
        problems.append(error)


async def _deliver_own(context: Context, problems: list[DuologError]) -> None:
    """What I have noted for myself goes first: pins and choices decide what is believed of the other journals."""
    with reported(problems):
        await deliver(context, context.identity.account_journal)


async def _look_after(context: Context, journal: bytes, problems: list[DuologError]) -> None:
    """Closings that are due or done, and texts that were withdrawn or erased on another own device."""
    with reported(problems, journal):
        if load_log(context.store, journal).roster is not None:
            tidy(context, journal)
            await look_after(context, journal)


async def _proposed(context: Context, polled: Sequence[JournalState], asides: list[DuologError]) -> dict[bytes, int]:
    """How many changes wait for my signature; asked for where the server says that there is something."""
    found = {}
    for journal in (item.journal for item in polled if item.proposals and not item.closed):
        if frozen_reason(context.store, journal) is not None:
            continue
        with reported(asides, journal):
            waiting = [item for item in await list_proposals(context, journal) if not item.mine]
            if waiting:
                found[journal] = len(waiting)
    return found


async def _pull_one(context: Context, journal: bytes, listed: Mapping[bytes, int]) -> int:
    """Fetch a journal when it has something new; freeze it when the server is behind this home."""
    if frozen_reason(context.store, journal) is not None:
        return 0
    seq = load_log(context.store, journal).seq
    if listed[journal] < seq:  # check: client.listed_rollback
        error = Rollback("The server shows less of a journal than it did before.", check="client.listed_rollback")
        freeze(context.store, journal, str(error))
        raise error
    return await pull(context, journal) if listed[journal] > seq else 0


def _hidden(context: Context, state: AccountState, listed: Mapping[bytes, int]) -> list[DuologError]:
    """A journal that I have joined, and that the server doesn't list. One that is closed may go from there."""
    held = set(verified_journals(context.store))
    over = {journal for journal in held if load_log(context.store, journal).closed} | set(state.closed)
    hidden = sorted(sort_unlisted(context, state, (set(state.journals) | held) - over - set(listed), listed))
    if hidden:  # check: client.hidden_journal
        names = ", ".join(encode_b64(journal)[:8] for journal in hidden)
        return [Withheld(f"The server hides a journal of yours ({names}).", check="client.hidden_journal")]
    return []


async def _check_pins(context: Context, state: AccountState, journal: bytes) -> None:
    """The members and the history are those that my other devices noted; what they saw since the poll is fetched."""
    log = load_log(context.store, journal)
    for member in log.roster.members if log.roster is not None else ():
        chain = context.chains[member.account]
        for generation in chain.generations:
            state.require_pinned(member.account, generation.generation, generation.statement_hash)
    noted = state.heads.get(journal)
    if noted is None or frozen_reason(context.store, journal) is not None:
        return
    if noted.seq > log.seq:
        await pull(context, journal)
    head = head_at(context.store, journal, noted.seq)
    if head is None:  # check: client.noted_ahead
        raise Withheld("The server keeps back entries that your other devices have seen.", check="client.noted_ahead")
    if head != noted.head:  # check: client.noted_head
        error = Rollback("The server shows another history than your devices have noted.", check="client.noted_head")
        freeze(context.store, journal, str(error))
        raise error


async def _send(context: Context, problems: list[DuologError], asides: list[DuologError]) -> int:
    """Go on with pairings, and deliver what waits. What is only asked for is tried by the next sync, if it fails."""
    delivered = 0
    for journal in begun_journals(context.store):
        here = why_former(context, journal) is None
        for step in (go_on, admit, renew) if here else (go_on,):
            with reported(problems, journal):
                try:
                    await step(context, journal)
                except (TransportError, MalformedData) as error:
                    asides.append(error)
    for journal in journals_with_waiting(context.store):
        if (
            frozen_reason(context.store, journal) is not None
            or load_log(context.store, journal).closed
            or why_former(context, journal) is not None
        ):
            continue
        with reported(problems, journal):
            delivered += await deliver(context, journal)
    return delivered


async def _rotate_by_chance(context: Context, problems: list[DuologError]) -> None:
    with reported(problems):
        await rotate_by_chance(context)


def _note_founded(context: Context, listed: Iterable[bytes], problems: list[DuologError]) -> None:
    """A journal that I founded is noted for my other devices, also when making it was cut off before that."""
    state = account_state(context)
    forget_founding(context)
    for journal in set(listed) - set(state.journals) - set(state.closed) - {context.identity.account_journal}:
        log = load_log(context.store, journal)
        if log.roster is None or log.closed or log.roster.founder != context.account or context.unconfirmed:
            continue
        _put(context, "joined", founded(context, journal), problems)


def _note_left(context: Context, problems: list[DuologError]) -> None:
    """A journal that I left is noted too, also when only the server's answer to that was lost."""
    left = account_state(context).left
    for journal in left_journals(context.store):
        if journal not in left:
            _put(context, "left_journal", LeftJournal(journal=journal), problems)


def _put(context: Context, kind: str, body: Body, problems: list[DuologError]) -> None:
    with reported(problems):
        put_note(context, kind, body)


def _note_pins(context: Context, problems: list[DuologError]) -> None:
    """A later generation of somebody pinned is pinned as well, once, when it is first seen."""
    for account, known in account_state(context).pins.items():
        chain = context.chains.get(account)
        if chain is None or chain.newest.generation <= max(known):
            continue
        pin = Pin(account=account, generation=chain.newest.generation, chain_head=chain.newest.statement_hash)
        _put(context, "pin", pin, problems)


def _note_heads(context: Context, problems: list[DuologError]) -> None:
    """Note daily at most how far each journal was verified, so that other own devices notice a rollback."""
    last = HEADS_NOTED.load(context.store)
    now = context.clock()
    if last is None:
        HEADS_NOTED.save(context.store, now)
        return
    if context.unconfirmed or now - last < _DAY:
        return
    for journal in account_state(context).journals:
        log = load_log(context.store, journal)
        if log.seq > 0 and frozen_reason(context.store, journal) is None:
            _put(context, "noted_head", NotedHead(journal=journal, seq=log.seq, head=log.head), problems)
    HEADS_NOTED.save(context.store, now)


def _raise_first(problems: list[DuologError]) -> None:
    """Proof of a fault goes before a lost connection; what is neither stays in the report."""
    for kind in (VerificationError, MalformedData, TransportError):
        for problem in problems:
            if isinstance(problem, kind):
                raise problem
