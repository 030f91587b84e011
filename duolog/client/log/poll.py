"""Asking where something is new: the server's list of my journals, believed in nothing but where to look.

Rules
- The list ascends from page to page, so it ends; it is no longer than one account's journals can be.
"""

from duolog.api.journals import JournalList, ListedJournal
from duolog.client.log.context import Context
from duolog.client.log.my_journals import joined_journals
from duolog.client.log.pull import pull
from duolog.client.log.stored_logs import load_log
from duolog.client.server.transport import Transport
from duolog.errors import MalformedData
from duolog.protocol import sizes


async def poll(context: Context) -> list[ListedJournal]:
    """Every journal that the server lists for me. Raises: TransportError, ServerRefused, MalformedData."""
    polled: list[ListedJournal] = []
    while True:
        after = polled[-1].journal if polled else None
        page: JournalList = await context.network.call(Transport.journals, after)
        for item in page.journals:
            if polled and item.journal <= polled[-1].journal:  # check: client.journals_ascend
                raise MalformedData("The server's list of journals goes in circles. Ask who runs it.")
            polled.append(item)
        if len(polled) > sizes.MAX_JOURNALS:  # check: client.journals_end
            raise MalformedData("The server lists more journals than an account can have. Ask who runs it.")
        if not page.more:
            return polled
        if not page.journals:  # check: client.journals_withheld
            raise MalformedData("The server says that there are more journals, and lists none. Ask who runs it.")


async def look_around(context: Context) -> None:
    """Fetch every journal of mine to its end, those not seen yet as well. What fails must not stop it."""
    with context.problems.collecting(), context.problems.reported():  # the next sync meets them again, and says them
        for item in await poll(context):
            with context.problems.reported(item.journal):
                if item.journal in joined_journals(context) and item.seq > load_log(context.store, item.journal).seq:
                    await pull(context, item.journal)
