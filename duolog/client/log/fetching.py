"""Fetching journals: the server's list of them, the log of each, and the journals that it hides.

Rules
- The server's list is believed in nothing but where to look. It ascends from page to page, and has at most as many
  journals as an account can have, so it ends.
- A server that removes a member and a server that hides a journal look the same from here. This home says only what it
  knows: that I left, that my term is over, or that the server doesn't list the journal any more.
- A verified partner can't be removed, so a journal of theirs that isn't listed is hidden. That is a problem.
- A journal that I am in no longer stays readable. When the server lists it again, it is an ordinary journal again.
"""

from collections.abc import Mapping

import anyio

from duolog.api.journals import ListedJournal
from duolog.client.home.item_rows import head_at
from duolog.client.home.log_rows import verified_journals
from duolog.client.home.marks import (
    How,
    JournalMark,
    clear_marks,
    forget_former,
    has_mark,
    keep_former,
    marked_journals,
)
from duolog.client.log.context import Context
from duolog.client.log.my_journals import joined_journals
from duolog.client.log.pull import pull
from duolog.client.log.stored_logs import freezing, load_log
from duolog.client.server.transport import Transport
from duolog.documents.account_state import AccountState
from duolog.errors import MalformedData, Rollback, Withheld
from duolog.protocol import sizes
from duolog.protocol.codec import encode_b64

BEHIND = "The server shows less of a journal than it did before."
CONCURRENT = 4  # journals fetched at a time


async def poll(context: Context) -> list[ListedJournal]:
    """Every journal that the server lists for me. Raises: TransportError, ServerRefused, MalformedData."""
    polled: list[ListedJournal] = []
    while True:
        page = await context.network.call(Transport.journals, polled[-1].journal if polled else None)
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


async def fetch_all(context: Context) -> None:
    """Fetch every journal of mine to its end, new ones too. The next sync reports the problems, so none stops this."""
    with context.problems.collecting(), context.problems.reported():
        for item in await poll(context):
            with context.problems.reported(item.journal):
                if item.journal in joined_journals(context) and item.seq > load_log(context.store, item.journal).seq:
                    await pull(context, item.journal)


async def fetch_journals(context: Context, state: AccountState, listed: Mapping[bytes, int]) -> dict[bytes, int]:
    """Fetch every journal but the account's own, a few at a time; how many items were new in each.

    `listed`: the newest seq of each journal, as the server lists it. A problem in one journal is reported, and the
    others go on.
    """
    new: dict[bytes, int] = {}
    limiter = anyio.CapacityLimiter(CONCURRENT)

    async def visit(journal: bytes) -> None:
        async with limiter:
            with context.problems.reported(journal):
                new[journal] = await fetch_journal(context, journal, listed)
                await _check_pins(context, state, journal)

    async with anyio.create_task_group() as group:
        for journal in listed:
            if journal != context.identity.account_journal:
                group.start_soon(visit, journal)
    return new


async def fetch_journal(context: Context, journal: bytes, listed: Mapping[bytes, int]) -> int:
    """Fetch a journal that has something new; freeze it when the server is behind this home. The number of new items.

    Raises: Rollback; as `pull`.
    """
    here = context.standing(journal)
    if here.frozen is not None:
        return 0
    if listed[journal] < here.log.seq and has_mark(context.store, journal, JournalMark.RESTORING):
        return 0
    if listed[journal] < here.log.seq:  # check: client.listed_rollback
        with freezing(context.store, journal):
            raise Rollback(BEHIND, check="client.listed_rollback")
    return await pull(context, journal) if listed[journal] > here.log.seq else 0


async def _check_pins(context: Context, state: AccountState, journal: bytes) -> None:
    """Check that members and history are as my other devices noted them. What they saw since the poll is fetched."""
    here = context.standing(journal)
    for member in here.roster.members if here.roster is not None else ():
        state.require_pinned_chain(context.chains[member.account])
    noted = state.heads.get(journal)
    if noted is None or here.frozen is not None:
        return
    if noted.seq > here.log.seq:
        await pull(context, journal)
    head = head_at(context.store, journal, noted.seq)
    if head is None:  # check: client.noted_ahead
        raise Withheld("The server keeps back entries that your other devices have seen.", check="client.noted_ahead")
    if head != noted.head:  # check: client.noted_head
        with freezing(context.store, journal):
            raise Rollback("The server shows another history than your devices have noted.", check="client.noted_head")


def report_hidden(context: Context, state: AccountState, listed: Mapping[bytes, int]) -> None:
    """Report the journals of mine that the server hides, and mark those that I am in no longer.

    A closed journal may leave the list.
    """
    forget_former(context.store, listed)
    clear_marks(context.store, listed, JournalMark.LEAVING)
    held = set(verified_journals(context.store))
    over = {journal for journal in held if load_log(context.store, journal).closed} | set(state.closed)
    hidden = []
    coming = marked_journals(context.store, JournalMark.RESTORING)
    for journal in sorted((set(state.journals) | held) - over - set(listed) - coming):
        how = _how_former(context, state, journal)
        if how is None:
            hidden.append(encode_b64(journal)[:8])
        else:
            keep_former(context.store, journal, how)
    if hidden:  # check: client.hidden_journal
        sentence = f"The server hides a journal of yours ({', '.join(hidden)})."
        context.problems.report(Withheld(sentence, check="client.hidden_journal"))


def _how_former(context: Context, state: AccountState, journal: bytes) -> How | None:
    """Why the server may leave a journal of mine out of its list; None when it must list the journal."""
    if journal in state.left or has_mark(context.store, journal, JournalMark.LEAVING):
        return "left"
    here, joined = context.standing(journal), state.journals.get(journal)
    if here.roster is None or here.me is None:
        confidant = joined is not None and joined.role == "confidant"
        return "unlisted" if confidant or here.roster is not None else None
    if not here.is_partner:
        return "over" if here.over else "unlisted"
    return "unlisted" if here.roster.provisional and here.roster.founder != context.account else None
