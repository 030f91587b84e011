"""The own account from the server, page by page: only what comes after what this home holds.

It verifies nothing: `open_account` does, and what was stored before is not verified again.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence

from duolog.api.accounts import EarlierSeed, OwnAccount
from duolog.api.common import AccountStatementModel
from duolog.errors import MalformedData
from duolog.protocol import sizes
from duolog.protocol.accounts import SignedAccountStatement

MAX_OWN_ACCOUNT = 128 * sizes.KIB * sizes.KIB  # bytes of key statements and keyholder sets that are fetched at once


async def fetch_account(
    ask: Callable[[int, int], Awaitable[OwnAccount]],
    chain: Sequence[SignedAccountStatement] = (),
    sets: Sequence[SignedAccountStatement] = (),
) -> OwnAccount:
    """The whole account: the key statements and keyholder sets that are stored, and what the server has behind them.

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
        fetched += _size(page.chain) + _size(page.sets)
        empty = not page.chain and not page.sets
        if empty or fetched > MAX_OWN_ACCOUNT:  # check: client.account_pages
            raise MalformedData("The server's answer about your account doesn't end. Ask who runs it.")


def _size(statements: Iterable[AccountStatementModel]) -> int:
    return sum(len(item.statement) for item in statements)
