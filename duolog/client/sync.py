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

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from duolog.api.journals import ListedJournal
from duolog.client.account.closing_rotations import move_on
from duolog.client.account.keyholder_list import KeyholderView, unknown
from duolog.client.account.rotating import resume, rotate_by_chance
from duolog.client.home.outbox_rows import journals_with_waiting
from duolog.client.home.pairings import begun_journals
from duolog.client.journals.closings import look_after
from duolog.client.leaving.withdrawals import finish_holdings, tidy
from duolog.client.log.clocks import clock_apart
from duolog.client.log.context import Context
from duolog.client.log.fetching import fetch_journal, fetch_journals, report_hidden
from duolog.client.log.folding import account_state
from duolog.client.log.generations import judge_again
from duolog.client.log.my_journals import leave_out_strangers
from duolog.client.log.newest_keys import lift_all
from duolog.client.log.outbox import deliver
from duolog.client.log.own_account import check_account_head, refresh_account
from duolog.client.log.poll import poll
from duolog.client.log.problems import Problems
from duolog.client.log.sync_notes import note_what_is_new
from duolog.client.moving.switching import follow_own, moved_elsewhere
from duolog.client.pairing.co_signing import list_proposals
from duolog.client.pairing.confidants import admit
from duolog.client.pairing.pairing import go_on
from duolog.client.pairing.proposals import renew
from duolog.client.pairing.resuming import take_up
from duolog.errors import DuologError, MalformedData, ServerRefused, TransportError, Unforeseen, Withheld
from duolog.protocol.containing import contained


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
    with context.problems.collecting() as problems:
        return await _sync(context, problems)


async def _sync(context: Context, problems: Problems) -> SyncReport:
    await refresh_account(context)
    await _resume(context)
    polled = await poll(context)
    listed = {item.journal: item.seq for item in polled}
    await _fetch_own(context, listed)
    if (moved := moved_elsewhere(context)) is not None:
        await follow_own(context, moved)
        return await sync(context)
    with context.problems.reported():  # pins and choices decide what is believed of the other journals
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
    delivered = await _deliver_all(context)
    for journal in journals:
        await _look_after(context, journal)
    await move_on(context)
    proposed = await _proposed(context, [item for item in polled if item.journal in journals])
    problems.raise_first()
    frozen = {journal: context.standing(journal).frozen for journal in journals}
    return SyncReport(
        new={journal: count for journal, count in new.items() if count},
        delivered=delivered,
        frozen={journal: reason for journal, reason in frozen.items() if reason is not None},
        problems=problems.all,
        new_keyholders=unknown(context),
        proposed=proposed,
        clock_apart=clock_apart(context),
    )


async def _resume(context: Context) -> None:
    """Finish a rotation that waits. While the server puts it off, everything else goes on."""
    try:
        await resume(context)
    except ServerRefused as error:
        context.problems.report(error)


async def _fetch_own(context: Context, listed: Mapping[bytes, int]) -> None:
    """The account's own journal goes first: it says what is believed of the others."""
    mine = context.identity.account_journal
    if mine not in listed:  # check: client.account_journal_listed
        raise Withheld("The server keeps back your account's own journal.", check="client.account_journal_listed")
    with contained("Your account's own journal", Unforeseen):
        await fetch_journal(context, mine, listed)
        check_account_head(context)
        judge_again(context)


async def _go_on_with_pairings(context: Context) -> None:
    """Go on with pairings. A step that only asks for something is tried by the next sync, if it fails."""
    for journal in begun_journals(context.store):
        here = context.standing(journal).former is None
        for step in (go_on, admit, renew) if here else (go_on,):
            with context.problems.reported(journal):
                try:
                    await step(context, journal)
                except (TransportError, MalformedData) as error:
                    context.problems.report(error, aside=True)


async def _deliver_all(context: Context) -> int:
    """Deliver what waits in every open journal; how many entries were delivered."""
    delivered = 0
    for journal in journals_with_waiting(context.store):
        if context.standing(journal).open_roster is not None:
            with context.problems.reported(journal):
                delivered += await deliver(context, journal)
    return delivered


async def _look_after(context: Context, journal: bytes) -> None:
    """Closings that are due or done, and texts that were withdrawn or erased on another own device."""
    with context.problems.reported(journal):
        if context.standing(journal).roster is not None:
            tidy(context, journal)
            await look_after(context, journal)


async def _proposed(context: Context, polled: Sequence[ListedJournal]) -> dict[bytes, int]:
    """How many changes wait for my signature; asked for where the server says that there is something."""
    found = {}
    for journal in (item.journal for item in polled if item.proposals and not item.closed):
        if context.standing(journal).frozen is not None:
            continue
        with context.problems.reported(journal, aside=True):
            waiting = [item for item in await list_proposals(context, journal) if not item.mine]
            if waiting:
                found[journal] = len(waiting)
    return found
