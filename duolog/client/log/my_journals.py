"""Which journals are mine: those that the account journal knows, and those that this home began to found or to join.

Rules
- Nobody can put me into a journal: its log would need my signature, on its genesis or on an acceptance. So what the
  server lists besides is somebody else's. It is not fetched, not shown, and reported once.
- A journal that I founded, and whose founding was cut off before it was noted, is known by its genesis, which my newest
  keys have signed. Older ones may have been in other hands. Where this home holds its verified log already, it counts
  under any keys of mine: it was fetched while they were the newest, or before an update made this rule.
- One whose page is bad, or does not come, is nobody's for now: it is reported, looked at again by the next sync, and
  holds up nothing.
- Every own device notes an acceptance before it is sent, so a journal that another one joins is known in time.
"""

import secrets
from collections.abc import Sequence

from duolog.api.common import JournalStatementModel
from duolog.api.pages import PulledPage
from duolog.client.home.log_rows import granted_journals, journals_with_genesis
from duolog.client.home.marks import Mark, clear_marks, has_mark, marked_journals, set_mark
from duolog.client.home.pairings import paired_journals
from duolog.client.log.context import Context
from duolog.client.log.folding import account_state
from duolog.client.log.notes import note
from duolog.client.log.pull import pull
from duolog.client.log.statements import make_genesis
from duolog.client.log.stored_logs import roster_at
from duolog.client.server.transport import Transport
from duolog.documents.account_kinds import Joined
from duolog.errors import MalformedData, TransportError, VerificationError
from duolog.protocol.log import StatementItem
from duolog.protocol.roster import check_change
from duolog.protocol.roster_changes import Roster

MOST_LOOKED_AT = 16  # unknown journals whose genesis one sync asks for


async def found(context: Context) -> bytes:
    """Found a journal; its id. Durable here before anybody hears of it. Raises: as a push."""
    made = make_genesis(context.chains[context.account], context.identity.secret)
    genesis = JournalStatementModel.of(made.signed, dict(made.grants))
    begin_founding(context, made.roster.journal)
    created = await context.network.call(Transport.create_journal, genesis)
    if created.journal != made.roster.journal:
        raise TransportError("The server's answer does not fit the new journal. Try again.")
    await pull(context, created.journal)
    await note(context, "joined", founded(context, created.journal))
    return created.journal


def founded(context: Context, journal: bytes) -> Joined:
    """What the account journal says of a journal that I founded."""
    origin = context.network.transport.origin
    return Joined(journal=journal, role="partner", receipt_key=context.receipt_key(), origin=origin)


def begin_founding(context: Context, journal: bytes) -> None:
    """Keep durably that I found this journal, before anybody hears of it."""
    set_mark(context.store, journal, Mark.FOUNDING)


def joined_journals(context: Context) -> frozenset[bytes]:
    """Every journal that I founded or joined, or that I am about to; the account's own too."""
    state, store = account_state(context), context.store
    begun = {*paired_journals(store), *marked_journals(store, Mark.FOUNDING)}
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

    The others are reported once, and those that can't be looked at now each time.
    """
    joined = joined_journals(context)
    unknown = [journal for journal in listed if journal not in joined]
    held = _held_founded(context, unknown)
    for journal in held:
        begin_founding(context, journal)
    unknown = [journal for journal in unknown if journal not in held]
    strangers = 0
    for journal, mine in (await _look_at(context, _chosen(context, unknown))).items():
        if mine:
            begin_founding(context, journal)
        else:
            set_mark(context.store, journal, Mark.STRANGER)
            strangers += 1
    if strangers:  # check: client.stranger
        stranger = VerificationError(
            f"The server lists {_count(strangers)} that you have not joined. Nothing of it is fetched or shown. "
            "Ask who runs the server.",
            check="client.stranger",
        )
        context.problems.report(stranger, aside=True)
    return joined_journals(context) & frozenset(listed)


def _count(strangers: int) -> str:
    return "a journal" if strangers == 1 else f"{strangers} journals"


def _chosen(context: Context, unknown: Sequence[bytes]) -> list[bytes]:
    """Which to look at: by chance, so that bad ones that stay in the list can't keep the others from their turn."""
    left = [journal for journal in unknown if not has_mark(context.store, journal, Mark.STRANGER)]
    return secrets.SystemRandom().sample(left, min(len(left), MOST_LOOKED_AT))


async def _look_at(context: Context, journals: Sequence[bytes]) -> dict[bytes, bool]:
    """For each of these whether it is mine, as far as can be seen now. After a lost connection none is asked for."""
    found: dict[bytes, bool] = {}
    for journal in journals:
        with context.problems.reported(journal, aside=True):
            try:
                found[journal] = await _is_mine(context, journal)
            except TransportError as error:
                context.problems.report(error, aside=True)
                break
    return found


def _held_founded(context: Context, unknown: Sequence[bytes]) -> set[bytes]:
    """Those of which this home holds the verified log, and whose genesis I have signed."""
    held = set(journals_with_genesis(context.store)) & set(unknown)
    return {journal for journal in held if roster_at(context.store, journal, 1).founder == context.account}


async def _is_mine(context: Context, journal: bytes) -> bool:
    """Whether my newest keys have signed its genesis."""
    genesis = _genesis(context, journal, await context.network.call(Transport.pull, journal, 0))
    me = None if genesis is None else genesis.find(context.account)
    newest = context.chains[context.account].newest.generation
    return genesis is not None and me is not None and me.generation == newest and genesis.founder == context.account


def _genesis(context: Context, journal: bytes, page: PulledPage) -> Roster | None:
    """The roster that a log begins with, if I have signed it."""
    item = page.pushes[0].items[0].item if page.pushes else None
    if not isinstance(item, StatementItem):
        return None
    try:
        roster = check_change(None, item.signed, {context.account: context.chains[context.account]})
    except (MalformedData, VerificationError):
        return None
    return roster if roster.journal == journal else None


def forget_founding(context: Context) -> None:
    """What the account journal knows needs no mark of its own."""
    noted = marked_journals(context.store, Mark.FOUNDING) & account_state(context).journals.keys()
    clear_marks(context.store, noted, Mark.FOUNDING)
