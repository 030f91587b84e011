"""One sync: the account first, then every journal where something is new, then the entries that wait to be sent.

Rules
- The own account and the account journal are fetched before anything else, so that this home notices a hidden journal
  or a lost pin.
- One poll says where something is new. Only those logs are fetched, a few at a time.
- A fault in one journal doesn't stop the others, not even one that nobody foresaw. It is raised, or stands in the
  report, when all have had their turn. A frozen journal is left out.
- Problems with proposals and with journals of strangers are asides: they stand in the report, and are never raised.
- New keyholders are known as soon as the own account was fetched. After a sync that ends in an error `status` has them.
- A server that has gone back to an older state is brought forward first. Until a journal takes new items again, its
  entries wait here: that is no problem, and stands in the report.
- The clocks of this computer and the server are compared, and no request is refused for a difference: either may be
  wrong. An old receipt says nothing about clocks, since perhaps nobody wrote lately. A receipt from the future does,
  and so does the receipt of an own push.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from duolog.api.journals import ListedJournal
from duolog.client.account.keyholder_list import KeyholderView, unknown
from duolog.client.account.rotating import resume, rotate_after_closings, rotate_by_chance
from duolog.client.home.log_rows import newest_time
from duolog.client.home.marks import JournalMark, marked_journals, opens_at
from duolog.client.home.outbox_rows import journals_with_waiting
from duolog.client.home.pairings import begun_journals
from duolog.client.journals.answering import go_on_with_check_ins
from duolog.client.journals.closings import look_after
from duolog.client.journals.own_name import write_names_anew
from duolog.client.leaving.withdraw_keep_erase import finish_holdings, tidy
from duolog.client.log.attached import tidy_attachments
from duolog.client.log.context import Context
from duolog.client.log.earlier_generations import judge_again
from duolog.client.log.fetching import fetch_journal, fetch_journals, poll, report_hidden
from duolog.client.log.folding import account_state
from duolog.client.log.my_journals import leave_out_strangers
from duolog.client.log.notes import note_what_is_new
from duolog.client.log.outbox import deliver
from duolog.client.log.own_account import check_account_head, refresh_account
from duolog.client.log.problems import Problems
from duolog.client.log.settle import lift_all
from duolog.client.moving.healing import bring_what_is_missing, show_what_was_signed
from duolog.client.moving.switching import follow_own, moved_elsewhere
from duolog.client.pairing.admissions import admit
from duolog.client.pairing.co_signing import list_proposals
from duolog.client.pairing.other_devices import take_up
from duolog.client.pairing.pairing_steps import go_on
from duolog.client.pairing.proposals import renew
from duolog.errors import (
    DuologError,
    MalformedData,
    ServerRefused,
    TransportError,
    Unforeseen,
    VerificationError,
    Withheld,
)
from duolog.protocol import sizes
from duolog.protocol.containing import contained


@dataclass(frozen=True, slots=True)
class SyncReport:
    """The results of one sync: new items by journal, own entries delivered, frozen journals, and problems.

    `new_keyholders`: ways into this account that its owner hasn't reviewed on this home. `proposed`: how many changes
    wait for my signature, by journal. `clock_apart`: by how many seconds the server's clock is ahead of this computer's
    (negative: behind it); 0 unless they are more than a day apart. `restoring`: journals that take nothing new,
    since the server has gone back, each with the time until when at the latest (0: not known). Unix seconds."""

    new: Mapping[bytes, int]
    delivered: int
    frozen: Mapping[bytes, str]
    problems: tuple[DuologError, ...]
    new_keyholders: tuple[KeyholderView, ...] = ()
    proposed: Mapping[bytes, int] = field(default_factory=dict)
    clock_apart: int = 0
    restoring: Mapping[bytes, int] = field(default_factory=dict)


async def sync(context: Context) -> SyncReport:
    """Bring this home and its server together.

    Raises:
        VerificationError, MalformedData: the server broke the rules; the journal in question is frozen, the rest was
        synced.
        Unforeseen: the account's own journal, on which everything rests, led to an error that nobody foresaw.
        TransportError, ServerRefused: the server can't be reached now, or refuses.
    Spec: §4, §6.
    """
    with context.problems.collecting() as problems:
        return await _sync(context, problems)


async def _sync(context: Context, problems: Problems) -> SyncReport:
    await _refresh(context)
    await bring_what_is_missing(context)
    try:
        await resume(context)
    except ServerRefused as error:  # while the server puts a rotation off, everything else goes on
        context.problems.report(error)
    polled = await poll(context)
    if await show_what_was_signed(context, {item.journal: item.seq for item in polled}):
        polled = await poll(context)
    listed = {item.journal: item.seq for item in polled}
    await _fetch_own(context, listed)
    if (moved := moved_elsewhere(context)) is not None:
        await follow_own(context, moved)
        return await sync(context)
    with context.problems.reported():  # pins and choices decide about the other journals
        await deliver(context, context.identity.account_journal)
    known = await leave_out_strangers(context, list(listed))
    listed = {journal: seq for journal, seq in listed.items() if journal in known}
    journals = [journal for journal in listed if journal != context.identity.account_journal]
    state = account_state(context)
    report_hidden(context, state, listed)
    new = await fetch_journals(context, state, listed)
    with context.problems.reported():
        await rotate_by_chance(context)
    await lift_all(context)
    await take_up(context, state)
    note_what_is_new(context, listed)
    await finish_holdings(context)
    await _go_on_with_pairings(context)
    write_names_anew(context, journals)
    delivered = await _deliver_all(context)
    tidy_attachments(context)
    await go_on_with_check_ins(context)
    for journal in journals:
        with context.problems.reported(journal):
            if context.standing(journal).roster is not None:
                tidy(context, journal)
                await look_after(context, journal)
    await rotate_after_closings(context)
    proposed = await _proposed(context, [item for item in polled if item.journal in journals])
    problems.raise_first()
    restoring = marked_journals(context.store, JournalMark.RESTORING)
    frozen = {journal: context.standing(journal).frozen for journal in journals}
    return SyncReport(
        new={journal: count for journal, count in new.items() if count},
        delivered=delivered,
        frozen={journal: reason for journal, reason in frozen.items() if reason is not None},
        problems=problems.all,
        new_keyholders=unknown(context),
        proposed=proposed,
        clock_apart=clock_apart(context),
        restoring={journal: opens_at(context.store, journal) for journal in sorted(restoring)},
    )


async def _refresh(context: Context) -> None:
    """Refresh the account, also where the server doesn't know that it is behind until it is shown."""
    try:
        await refresh_account(context)
    except VerificationError:
        if not await show_what_was_signed(context, {context.identity.account_journal: 0}):
            raise
        await refresh_account(context)


async def _fetch_own(context: Context, listed: Mapping[bytes, int]) -> None:
    """Fetch the account's own journal, which decides about the others."""
    mine = context.identity.account_journal
    if mine not in listed:  # check: client.account_journal_listed
        raise Withheld("The server keeps back your account's own journal.", check="client.account_journal_listed")
    with contained("Your account's own journal", Unforeseen):
        await fetch_journal(context, mine, listed)
        check_account_head(context)
        judge_again(context)


async def _go_on_with_pairings(context: Context) -> None:
    """Go on with pairings. The next sync tries a step again that didn't reach the server."""
    for journal in begun_journals(context.store):
        here = context.standing(journal)
        if here.log.closed:
            continue
        for step in (go_on, admit, renew) if here.former is None else (go_on,):
            with context.problems.reported(journal):
                try:
                    await step(context, journal)
                except (TransportError, MalformedData) as error:
                    context.problems.report(error, aside=True)


async def _deliver_all(context: Context) -> int:
    """Deliver the waiting entries of every open journal; how many were delivered."""
    delivered = 0
    restoring = marked_journals(context.store, JournalMark.RESTORING)
    for journal in journals_with_waiting(context.store):
        if journal in restoring:
            continue
        if context.standing(journal).open_roster is not None:
            with context.problems.reported(journal):
                delivered += await deliver(context, journal)
    return delivered


async def _proposed(context: Context, polled: Sequence[ListedJournal]) -> dict[bytes, int]:
    """How many changes wait for my signature, by journal, where the server says that there are proposals."""
    found = {}
    for journal in (item.journal for item in polled if item.proposals and not item.closed):
        if context.standing(journal).frozen is not None:
            continue
        with context.problems.reported(journal, aside=True):
            waiting = [item for item in await list_proposals(context, journal) if not item.mine]
            if waiting:
                found[journal] = len(waiting)
    return found


def clock_apart(context: Context) -> int:
    """How far the server's clock is ahead of this one, in seconds; negative behind it, and 0 within a day. Spec: §6."""
    apart = context.clock_apart
    if abs(apart) <= sizes.CLOCK_TOLERANCE:
        apart = max(0, newest_time(context.store) - context.clock())
    return apart if abs(apart) > sizes.CLOCK_TOLERANCE else 0
