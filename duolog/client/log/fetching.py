"""Fetching what the server lists, and what it must not leave out: hidden journals, lost entries, other histories.

The server's list is believed in nothing but where to look.
"""

from collections.abc import Mapping

import anyio

from duolog.client.home.item_rows import head_at
from duolog.client.home.log_rows import verified_journals
from duolog.client.log.context import Context
from duolog.client.log.former_journals import sort_unlisted
from duolog.client.log.pull import pull
from duolog.client.log.stored_logs import freeze, load_log
from duolog.documents.account import AccountState
from duolog.errors import Rollback, Withheld
from duolog.protocol.codec import encode_b64

CONCURRENT = 4  # journals fetched at a time


async def fetch_journals(context: Context, state: AccountState, listed: Mapping[bytes, int]) -> dict[bytes, int]:
    """Fetch every journal but the account's own, a few at a time; how many items were new in each.

    `listed`: how far the server says that each is. What fails in one is reported, and the others go on.
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
    """Fetch a journal when it has something new; freeze it when the server is behind this home."""
    here = context.standing(journal)
    if here.frozen is not None:
        return 0
    seq = here.log.seq
    if listed[journal] < seq:  # check: client.listed_rollback
        error = Rollback("The server shows less of a journal than it did before.", check="client.listed_rollback")
        freeze(context.store, journal, str(error))
        raise error
    return await pull(context, journal) if listed[journal] > seq else 0


def report_hidden(context: Context, state: AccountState, listed: Mapping[bytes, int]) -> None:
    """Report journals that I have joined, and that the server doesn't list. One that is closed may go from there."""
    held = set(verified_journals(context.store))
    over = {journal for journal in held if load_log(context.store, journal).closed} | set(state.closed)
    hidden = sorted(sort_unlisted(context, state, (set(state.journals) | held) - over - set(listed), listed))
    if hidden:  # check: client.hidden_journal
        names = ", ".join(encode_b64(journal)[:8] for journal in hidden)
        sentence = f"The server hides a journal of yours ({names})."
        context.problems.report(Withheld(sentence, check="client.hidden_journal"))


async def _check_pins(context: Context, state: AccountState, journal: bytes) -> None:
    """The members and the history are those that my other devices noted; what they saw since the poll is fetched."""
    here = context.standing(journal)
    for member in here.roster.members if here.roster is not None else ():
        chain = context.chains[member.account]
        for generation in chain.generations:
            state.require_pinned(member.account, generation.generation, generation.statement_hash)
    noted = state.heads.get(journal)
    if noted is None or here.frozen is not None:
        return
    if noted.seq > here.log.seq:
        await pull(context, journal)
    head = head_at(context.store, journal, noted.seq)
    if head is None:  # check: client.noted_ahead
        raise Withheld("The server keeps back entries that your other devices have seen.", check="client.noted_ahead")
    if head != noted.head:  # check: client.noted_head
        error = Rollback("The server shows another history than your devices have noted.", check="client.noted_head")
        freeze(context.store, journal, str(error))
        raise error
