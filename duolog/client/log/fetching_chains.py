"""The account chains of a journal's members, page by page: only the statements behind the pins of this home.

Rules
- It doesn't matter where a statement comes from: each is verified by the one before, from the account's id on.
- When the connection is lost, the pages that came and continue a pin are pinned, and not asked for again. Pinning after
  every page would write a long chain as often as it has pages.
- A chain that doesn't continue a pin is asked for from the beginning: only the whole chain shows whether it is a fork.
"""

from collections.abc import Sequence
from contextlib import suppress

from duolog.api.pages import PulledPush
from duolog.client.home.chains import stop_for_fork
from duolog.client.log.context import Context
from duolog.client.server.transport import Transport
from duolog.errors import AccountFork, MalformedData, ServerRefused, TransportError, VerificationError
from duolog.protocol.accounts import SignedAccountStatement, continue_chain, verify_chain
from duolog.protocol.log import StatementItem
from duolog.protocol.roster_statements import Member, parse_roster


async def fetch_chains(context: Context, journal: bytes, pushes: Sequence[PulledPush]) -> None:
    """Fetch and pin the statements that these pushes name and that aren't pinned.

    Raises:
        AccountFork, Rollback, WrongAccount, ChainViolation, BadSignature, MalformedData: as `Chains.pin`.
        TransportError, ServerRefused: a page did not come.
    Spec: §4.2.
    """
    for account in sorted(_behind(context, pushes)):
        try:
            await _follow(context, journal, account)
        except AccountFork:
            stop_for_fork(context.store, journal, account)
            raise


def _behind(context: Context, pushes: Sequence[PulledPush]) -> set[bytes]:
    """The accounts of which these pushes name a generation that isn't pinned."""
    found, members = set[bytes](), list[Member]()
    for item in (placed.item for push in pushes for placed in push.items):
        if isinstance(item, StatementItem):
            with suppress(MalformedData):  # a closing, or no statement: the log's rules decide
                members += parse_roster(item.signed.statement).members
    for member in members:
        chain = context.chains.get(member.account)
        if chain is None or chain.newest.generation < member.generation:
            found.add(member.account)
    return found


async def _follow(context: Context, journal: bytes, account: bytes) -> None:
    """Pin an account's statements behind the pin, or its whole chain where these don't continue the pin."""
    if account in context.chains:
        stored = context.chains.statements(account)
        with suppress(VerificationError, MalformedData):
            context.chains.pin(account, await _statements(context, journal, account, stored))
            return
    whole = await _statements(context, journal, account, [])
    if whole:
        context.chains.pin(account, whole)


async def _statements(
    context: Context, journal: bytes, account: bytes, stored: Sequence[SignedAccountStatement]
) -> list[SignedAccountStatement]:
    """The stored statements and those that the server has behind them. Each page is verified before the next."""
    statements = list(stored)
    chain = context.chains[account] if stored else None
    while True:
        try:
            page = await context.network.call(Transport.chains, journal, account, len(statements))
        except (TransportError, ServerRefused):
            if len(statements) > len(stored) and (stored or account not in context.chains):
                context.chains.pin(account, statements)
            raise
        more = [item.signed() for one in page.chains if one.account == account for item in one.statements]
        if more:
            chain = verify_chain(more) if chain is None else continue_chain(chain, more)
        statements += more
        if not page.more:
            return statements
        if not more:  # check: client.chain_pages
            raise MalformedData("The server says that there are more keys of an account, and shows none.")
