"""Which journals are mine: those that the account journal knows, and those that this home began to found or to join.

Rules
- Nobody can put me into a journal: its log needs my signature, on its genesis or on an acceptance. So every other
  journal that the server lists is a stranger's. It is not fetched, not shown, and reported once.
- A journal that I founded, and whose founding was cut off before its note, is known by its genesis, which my newest
  keys have signed. Older keys may have been in other hands. Where this home holds the verified log already, any keys of
  mine count: the log was fetched while they were the newest, or before an update made this rule.
- A journal whose page is bad, or does not come, is nobody's for now: it is reported, the next sync looks at it again,
  and it holds up nothing.
- Every own device notes an acceptance before it sends it, so a journal that another device joins is known in time.
"""

import secrets
from collections.abc import Sequence

from duolog.api.common import JournalStatementModel
from duolog.client.home.log_rows import granted_journals, journals_with_genesis
from duolog.client.home.marks import JournalMark, has_mark, marked_journals, set_mark
from duolog.client.home.pairings import paired_journals
from duolog.client.log.context import Context
from duolog.client.log.folding import account_state
from duolog.client.log.notes import as_founded, note
from duolog.client.log.pull import pull
from duolog.client.log.statements import make_genesis
from duolog.client.log.stored_logs import roster_at
from duolog.client.server.transport import Transport
from duolog.errors import MalformedData, TransportError, VerificationError
from duolog.protocol.log import StatementItem
from duolog.protocol.roster import check_change

MOST_LOOKED_AT = 16  # unknown journals whose genesis one sync asks for


async def found(context: Context) -> bytes:
    """Found a journal; its id. It is marked in this home before the server hears of it. Raises: as a push."""
    made = make_genesis(context.chains[context.account], context.identity.secret)
    genesis = JournalStatementModel.of(made.signed, dict(made.grants))
    set_mark(context.store, made.roster.journal, JournalMark.FOUNDING)
    created = await context.network.call(Transport.create_journal, genesis)
    if created.journal != made.roster.journal:
        raise TransportError("The server's answer does not fit the new journal. Try again.")
    await pull(context, created.journal)
    await note(context, "joined", as_founded(context, created.journal))
    return created.journal


def joined_journals(context: Context) -> frozenset[bytes]:
    """Every journal that I founded or joined, or that I am about to; the account's own too."""
    state, store = account_state(context), context.store
    begun = {*paired_journals(store), *marked_journals(store, JournalMark.FOUNDING)}
    noted = {*state.journals, *state.sent, *state.closed, *state.left}
    return frozenset({context.identity.account_journal} | noted | begun)


def shown_journals(context: Context) -> list[bytes]:
    """Every journal here but the account's own whose log names me and that I joined, in the order in which they came.

    A log that names me has a grant for me: an epoch, opened or not.
    """
    joined = joined_journals(context) - {context.identity.account_journal}
    return [journal for journal in granted_journals(context.store) if journal in joined]


async def leave_out_strangers(context: Context, listed: Sequence[bytes]) -> frozenset[bytes]:
    """Of the journals that the server lists, those that are mine.

    The others are reported once. A journal that can't be looked at now is reported each time.
    """
    unknown = set(listed) - joined_journals(context)
    held = unknown.intersection(journals_with_genesis(context.store))
    mine = {journal for journal in held if roster_at(context.store, journal, 1).founder == context.account}
    left = [journal for journal in unknown - mine if not has_mark(context.store, journal, JournalMark.STRANGER)]
    # Chosen by chance, so that bad ones that stay in the list can't hold up the others.
    chosen = secrets.SystemRandom().sample(left, min(len(left), MOST_LOOKED_AT))
    looked_at = await _look_at(context, chosen)
    for journal in mine | {journal for journal, is_mine in looked_at.items() if is_mine}:
        set_mark(context.store, journal, JournalMark.FOUNDING)
    strangers = [journal for journal, is_mine in looked_at.items() if not is_mine]
    for journal in strangers:
        set_mark(context.store, journal, JournalMark.STRANGER)
    if strangers:  # check: client.stranger
        count = "a journal" if len(strangers) == 1 else f"{len(strangers)} journals"
        stranger = VerificationError(
            f"The server lists {count} that you have not joined. Nothing of it is fetched or shown. "
            "Ask who runs the server.",
            check="client.stranger",
        )
        context.problems.report(stranger, aside=True)
    return joined_journals(context) & frozenset(listed)


async def _look_at(context: Context, journals: Sequence[bytes]) -> dict[bytes, bool]:
    """For each journal that can be looked at now, whether it is mine. A lost connection ends the looking."""
    found: dict[bytes, bool] = {}
    for journal in journals:
        with context.problems.reported(journal, aside=True):
            try:
                found[journal] = await _is_mine(context, journal)
            except TransportError as error:
                context.problems.report(error, aside=True)
                break
    return found


async def _is_mine(context: Context, journal: bytes) -> bool:
    """Whether my newest keys have signed the genesis that its log begins with."""
    page = await context.network.call(Transport.pull, journal, 0)
    item = page.pushes[0].items[0].item if page.pushes else None
    if not isinstance(item, StatementItem):
        return False
    chain = context.chains[context.account]
    try:
        genesis = check_change(None, item.signed, {context.account: chain})
    except (MalformedData, VerificationError):
        return False
    me = genesis.find(context.account)
    by_me = me is not None and me.generation == chain.newest.generation and genesis.founder == context.account
    return by_me and genesis.journal == journal
