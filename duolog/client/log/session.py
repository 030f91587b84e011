"""A session: an open home and its server, for one operation at a time.

Rules
- Only `DuologError`s leave an operation; others wait until it is over.
- Before anything is written at the server, the account is checked and its journal is read.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio

from duolog.client.home.store import errors
from duolog.client.log.context import Context
from duolog.client.log.own_account import check_account, check_account_head
from duolog.client.log.pull import pull


class Session:
    """What the parts of an open client hold of it.

    Raises:
        HomeError: from every operation, when the home can't be read or written.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._lock = anyio.Lock()

    @property
    def account(self) -> bytes:
        """The account's id, 32 bytes."""
        return self._context.account

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[Context]:
        """One operation on what this home has, without the network."""
        with errors():
            async with self._lock:
                yield self._context

    @asynccontextmanager
    async def ready(self) -> AsyncIterator[Context]:
        """One operation with the server. Raises: as `make_ready`."""
        async with self.alone() as context:
            await make_ready(context)
            yield context


async def make_ready(context: Context) -> None:
    """Check the account and read its journal, before anything is written.

    Raises:
        NotAllowed: the account was deleted from here.
        TransportError, ServerRefused, VerificationError, MalformedData: as a pull.
    """
    context.network.require_account()
    await check_account(context)
    await pull(context, context.identity.account_journal)
    check_account_head(context)
