"""The own account, as the server shows it: asked for after opening, whenever keys seem to have moved, and at each sync.

Another own device may have rotated since. Then this device's package holds the new generation's secret; a device that
was revoked gets no package.
"""

from collections.abc import Awaitable, Callable, Sequence

from duolog.api.accounts import EarlierSeed, OwnAccount
from duolog.api.common import AccountStatementModel
from duolog.client.home.identity import open_account
from duolog.client.home.item_rows import head_at
from duolog.client.home.records import DELETING, SETS
from duolog.client.log.context import Context
from duolog.client.log.stored_logs import freezing, load_log
from duolog.client.server.transport import Transport
from duolog.errors import MalformedData, OpenError, Rollback, ServerWentBack, VerificationError
from duolog.protocol import sizes
from duolog.protocol.accounts import SignedAccountStatement

MAX_OWN_ACCOUNT = 128 * sizes.KIB * sizes.KIB  # bytes of key statements and keyholder sets that are fetched at once


async def refresh_account(context: Context) -> None:
    """Fetch and verify the own account: its chain, the secrets of every generation, and the keyholders. A server that
    has gone back to an older state is brought forward first.

    Raises:
        ServerRefused: `login_refused` when this device was taken out of the account.
        VerificationError, MalformedData, OpenError: as `open_account`.
        TransportError: the server can't be reached.
    Spec: §4.
    """
    try:
        await context.network.pin_server()
    except ServerWentBack:
        if context.heal is None:
            raise
        await context.heal(context)

    def ask(generation: int, version: int) -> Awaitable[OwnAccount]:
        return context.network.call(Transport.own_account, generation, version)

    chain = context.chains.statements(context.account)[: context.identity.secret.generation]
    sets = SETS.load(context.store) or ()
    try:
        _open(context, await fetch_account(ask, chain, sets))
    except (VerificationError, MalformedData, OpenError):  # only the whole account shows what it is, perhaps a fork
        _open(context, await fetch_account(ask))
    context.checked = True
    if DELETING.is_set(context.store):
        DELETING.clear(context.store)  # the account is there: the deletion that began never arrived


def _open(context: Context, own: OwnAccount) -> None:
    account = context.network.session_account() or own.account
    context.identity = open_account(context.home, context.chains, own, account)


async def fetch_account(
    ask: Callable[[int, int], Awaitable[OwnAccount]],
    chain: Sequence[SignedAccountStatement] = (),
    sets: Sequence[SignedAccountStatement] = (),
) -> OwnAccount:
    """The whole account, not verified: the stored key statements and keyholder sets, and those that the server has
    behind them.

    `ask(generation, version)` gets a page of what comes after these.

    Raises:
        MalformedData: the pages don't end.
        TransportError, ServerRefused: a page did not come.
    Spec: §4.9.
    """
    links = [AccountStatementModel.of(item) for item in chain]
    listed = [AccountStatementModel.of(item) for item in sets]
    seeds: list[EarlierSeed] = []
    fetched = 0
    while True:
        page = await ask(len(links), len(listed))
        links, listed, seeds = [*links, *page.chain], [*listed, *page.sets], [*seeds, *page.earlier_seeds]
        if not page.more:
            return page.model_copy(update={"chain": links, "sets": listed, "earlier_seeds": seeds})
        new = [*page.chain, *page.sets]
        fetched += sum(len(item.statement) for item in new)
        if not new or fetched > MAX_OWN_ACCOUNT:  # check: client.account_pages
            raise MalformedData("The server's answer about your account doesn't end. Ask who runs it.")


def check_account_head(context: Context) -> None:
    """Check that the account journal holds each head that a rotation signed.

    Raises: Rollback: the server shows another history; the account journal is frozen then. Spec: §4.
    """
    journal = context.identity.account_journal
    seq = load_log(context.store, journal).seq
    for head in (item.account_head for item in context.identity.sets if item.account_head is not None):
        if seq < head.seq or head_at(context.store, journal, head.seq) != head.head:  # check: client.account_head
            with freezing(context.store, journal):
                raise Rollback(
                    "The server shows another state of your account's own journal than your devices have signed.",
                    check="client.account_head",
                )
