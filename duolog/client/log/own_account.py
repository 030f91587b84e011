"""The own account, as the server shows it: asked for after opening, whenever keys seem to have moved, and at each sync.

Another own device may have rotated since: the new generation's secret comes in this device's package. A device that was
taken out gets none.
"""

from collections.abc import Awaitable

from duolog.api.accounts import OwnAccount
from duolog.client.home.identity import open_account
from duolog.client.home.item_rows import head_at
from duolog.client.home.records import DELETING, SETS
from duolog.client.log.context import Context
from duolog.client.log.own_pages import fetch_account
from duolog.client.log.stored_logs import freeze, load_log
from duolog.client.server.transport import Transport
from duolog.errors import MalformedData, OpenError, Rollback, VerificationError


async def check_account(context: Context) -> None:
    """The server's word for the own account, once after opening. Raises: as `refresh_account`. Spec: §4."""
    if not context.checked:
        await refresh_account(context)


async def refresh_account(context: Context) -> None:
    """Fetch and verify the own account: its chain, the secrets of every generation, and the keyholders.

    Raises:
        ServerRefused: `login_refused` when this device was taken out of the account.
        VerificationError, MalformedData, OpenError: as `open_account`.
        TransportError: the server can't be reached.
    Spec: §4.
    """
    await context.network.pin_server()

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


def check_account_head(context: Context) -> None:
    """The account journal holds what each rotation says that it held. Raises: Rollback; it is frozen then. Spec: §4."""
    journal = context.identity.account_journal
    log = load_log(context.store, journal)
    for head in (item.account_head for item in context.identity.sets if item.account_head is not None):
        if log.seq < head.seq or head_at(context.store, journal, head.seq) != head.head:  # check: client.account_head
            error = Rollback(
                "The server shows another state of your account's own journal than your devices have signed.",
                check="client.account_head",
            )
            freeze(context.store, journal, str(error))
            raise error
