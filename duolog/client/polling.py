"""Asking where something is new: the server's list of my journals, believed in nothing but where to look."""

from collections.abc import Awaitable
from functools import partial

from duolog.api.journals import JournalList, JournalState
from duolog.client.context import Context
from duolog.client.logs import load_log
from duolog.client.problems import reported
from duolog.client.pulling import pull
from duolog.client.transport import Transport
from duolog.errors import DuologError, MalformedData


async def poll(context: Context) -> list[JournalState]:
    """Every journal that the server lists for me. Raises: TransportError, ServerRefused, MalformedData."""
    polled: list[JournalState] = []
    after: bytes | None = None
    while True:
        page: JournalList = await context.network.call(partial(_list, after))
        polled += page.journals
        if not page.more or not page.journals:
            return polled
        last = page.journals[-1].journal
        if after is not None and last <= after:
            raise MalformedData("The server's list of journals goes in circles.")
        after = last


def _list(after: bytes | None, transport: Transport) -> Awaitable[JournalList]:
    return transport.journals(after)


async def look_around(context: Context) -> None:
    """Fetch every journal to its end, those that this home has never seen as well. What fails must not stop it."""
    problems: list[DuologError] = []  # the next sync meets them again, and says them
    with reported(problems):
        for item in await poll(context):
            with reported(problems, item.journal):
                if item.seq > load_log(context.store, item.journal).seq:
                    await pull(context, item.journal)
