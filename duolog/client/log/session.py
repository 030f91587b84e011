"""A session: an open home and its server, for one operation at a time.

Rules
- Only `DuologError`s leave an operation. Other operations wait until it is over.
- Before anything is written at the server, the account is checked and its journal is fetched.
- After `step_aside` the next operation takes the home again, and reads anew what other programs wrote meanwhile.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio

from duolog.client.home.store import errors
from duolog.client.log.context import Context
from duolog.client.log.own_account import check_account_head, refresh_account
from duolog.client.log.pull import pull
from duolog.errors import ServerWentBack


class Session:
    """An open home that the parts of a client share. Every operation raises HomeError when the home can't be used."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._lock = anyio.Lock()

    @property
    def account(self) -> bytes:
        """The account's id, 32 bytes."""
        return self._context.account

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[Context]:
        """One operation. No other runs until it is over."""
        with errors():
            async with self._lock:
                if self._context.home.come_back():
                    await self._context.read_anew()
                yield self._context

    async def step_aside(self) -> None:
        """Let other programs use the home until the next operation: a person thinks, or types."""
        with errors():
            async with self._lock:
                self._context.home.leave()

    @asynccontextmanager
    async def ready(self) -> AsyncIterator[Context]:
        """One operation that writes at the server. Raises: as `make_ready`."""
        async with self.alone() as context:
            await make_ready(context)
            yield context


async def make_ready(context: Context) -> None:
    """Check the account and fetch its journal, before anything is written. A server that has gone back to an older
    state is brought forward first.

    Raises:
        NotAllowed: the account was deleted from here.
        TransportError, ServerRefused, VerificationError, MalformedData: as a pull.
    """
    context.network.require_account()
    try:
        await _fetch_own(context)
    except ServerWentBack:
        if context.heal is None:
            raise
        await context.heal(context)
        await _fetch_own(context)


async def _fetch_own(context: Context) -> None:
    if not context.checked:
        await refresh_account(context)
    await pull(context, context.identity.account_journal)
    check_account_head(context)
