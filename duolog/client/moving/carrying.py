"""Carrying the account, and each journal page by page, from this home to another server.

Rules
- This home carries verified items only. It makes packages and earlier seeds anew; anchors are those that it stores.
- A page is whole pushes under one receipt key, and no more items or bytes than the largest push.
- When the server asks to wait for a moment, this home waits: a long journal has more pages than one minute allows.
- A withdrawn or erased entry is carried as gone, and so is a blob that no plaintext can have.
- The closing of the old log is not carried, nor is anything else of the push that holds it.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import pairwise

import anyio

from duolog.api.accounts import AnchorModel, EarlierSeed
from duolog.api.carrying import Carried, CarriedAccount, CarriedEntry, CarriedPage, FirstPush
from duolog.api.common import AccountStatementModel, JournalStatementModel, ReceiptModel
from duolog.api.entries import PageStatement
from duolog.api.journals import CarriedKey, Chain
from duolog.api.pages import Placed, parse_frame
from duolog.api.sessions import OpenedSession
from duolog.client.account.keyholder_requests import make_packages
from duolog.client.home.identity import load_anchors
from duolog.client.home.item_rows import items_between, places_of, size_between
from duolog.client.home.log_rows import last_push_before, load_made_grants, load_receipts
from duolog.client.home.receipt_keys import EarlierKey, key_at, load_earlier, require_carried, shown
from duolog.client.home.records import SETS
from duolog.client.log.context import Context
from duolog.client.log.folding import journal_state
from duolog.client.log.stored_logs import load_log, roster_at
from duolog.client.server.invite_codes import clean_invite_code
from duolog.client.server.login import sign_log_in
from duolog.client.server.transport import Transport, ignoring
from duolog.errors import MalformedData, NotAllowed, Rollback, ServerRefused, TooLargeOnTheWay, VerificationError
from duolog.protocol import sizes
from duolog.protocol.entries import parse_header, require_blob_size
from duolog.protocol.log import LogState, StatementItem
from duolog.protocol.receipts import Receipt, stored_receipt
from duolog.protocol.roster_statements import parse_roster
from duolog.seal.packages import wrap_earlier_seed

PATIENCE = 8  # times that one page waits
LONGEST_PAUSE = 120  # seconds


async def carry_account(
    context: Context, transport: Transport, invite_code: str | None, accepted: FirstPush | None = None
) -> OpenedSession:
    """Bring the account, and log in with it. Sent again it changes nothing. `accepted`: instead of an invite code.

    Raises:
        NotAllowed: this home lacks the anchor of a sheet or passkey.
        VerificationError: as `use_session`.
        TransportError, ServerRefused, MalformedData: not now, or not there.
    Spec: §13.
    """
    identity, chain, known = context.identity, context.chains[context.account], load_anchors(context.store)
    wanted = [item.id for item in identity.newest_set.keyholders if item.kind != "device"]
    if not set(wanted) <= known.keys():  # check: client.anchor_missing
        raise NotAllowed(
            "This home can't take your recovery sheet along yet. Sync with the old server once, or replace the sheet."
        )
    account = CarriedAccount(
        log_in=await sign_log_in(transport, context.home.keyholder),
        chain=_statements(context, context.account),
        sets=[AccountStatementModel.of(item) for item in SETS.load(context.store) or ()],
        packages=make_packages(identity.secret, chain, identity.newest_set.keyholders),
        anchors=[AnchorModel(keyholder=item, mac=known[item]) for item in wanted],
        earlier_seeds=[
            EarlierSeed(
                generation=older.generation,
                sealed=wrap_earlier_seed(identity.secrets[older.generation], chain.account, older, newer),
            )
            for older, newer in pairwise(chain.generations)
        ],
        invite_code=clean_invite_code(invite_code),
        accepted=accepted,
    )
    return use_session(context, transport, await transport.carry_account(account))


def use_session(context: Context, transport: Transport, session: OpenedSession) -> OpenedSession:
    """Go on in this session of the new server. Raises: VerificationError when it is for another account."""
    if session.account != context.account:  # check: client.carried_account
        raise VerificationError("The new server answers with another account.", check="client.carried_account")
    transport.use_session(session.token)
    return session


def _statements(context: Context, account: bytes) -> list[AccountStatementModel]:
    return [AccountStatementModel.of(item) for item in context.chains.statements(account)]


def carried_end(context: Context, journal: bytes) -> LogState:
    """The end of a journal's log as it is carried: its mark, or the place before the old log's closing."""
    state = load_log(context.store, journal)
    if state.closed_under is None:
        return state
    end = last_push_before(context.store, journal, state.seq)
    if end is None:
        raise NotAllowed("Nothing of this journal can be carried.")
    receipt = stored_receipt(end.receipt)
    roster = roster_at(context.store, journal, end.version)
    key = key_at(load_earlier(context.store, journal), context.receipt_key(), receipt.seq)
    return LogState(journal, receipt.seq, end.head, receipt.time, key, roster, closed=False)


async def carry_journal(context: Context, transport: Transport, journal: bytes) -> int:
    """Bring all of a journal, which `finish_journal` opens there later; the last seq that was brought.

    Raises:
        ServerRefused: `journal_exists`, when the journal there has gone on without items of this home.
        TransportError, MalformedData: not now; bring it again.
    Spec: §13.
    """
    end = carried_end(context, journal)
    await bring_pages(context, transport, journal, 0, end.seq, last=False)
    return end.seq


async def finish_journal(context: Context, transport: Transport, journal: bytes, since: int) -> tuple[EarlierKey, ...]:
    """Bring the rest of a journal after `since`, and open it there; the earlier receipt keys that the new server has.

    Raises:
        PinMismatch, Rollback: the new server holds another history.
        ServerRefused, TransportError, MalformedData: as `carry_journal`.
    Spec: §13.
    """
    end = carried_end(context, journal)
    answer = await bring_pages(context, transport, journal, since, end.seq, last=True)
    if answer is None or answer.seq < end.seq:  # check: client.carried_less
        raise Rollback("The new server did not take all of a journal.", check="client.carried_less")
    return require_keys(context, end, answer.receipt_keys)


def left_server(context: Context, end: LogState) -> EarlierKey:
    """The server that this home leaves, as the earlier server of a journal that ends at `end`."""
    return EarlierKey(end.seq, context.network.transport.origin, context.receipt_key())


def require_keys(context: Context, end: LogState, listed: Sequence[CarriedKey]) -> tuple[EarlierKey, ...]:
    """The earlier receipt keys that the new server lists for a journal. Raises: PinMismatch: another history."""
    keys = shown(listed)
    known, left = load_earlier(context.store, end.journal), left_server(context, end)
    require_carried(known, left, keys, context.receipt_keys())
    return keys


async def bring_pages(
    context: Context, transport: Transport, journal: bytes, since: int, end: int, *, last: bool, granted: bool = False
) -> Carried | None:
    """Bring the pages behind the seq `since`, in smaller ones where a page doesn't get through; the newest answer.

    `granted`: as for `pages_of`. Raises: as `bring_page`.
    """
    answer = None
    while True:
        try:
            for page in pages_of(
                context,
                journal,
                since,
                end,
                most=min(sizes.MAX_PAGE_BYTES, transport.let_through),
                last=last,
                granted=granted,
            ):
                answer = await bring_page(transport, journal, page)
                since = page.receipts[-1].seq
            return answer
        except TooLargeOnTheWay as error:
            if not transport.narrow(error):
                raise


async def bring_page(transport: Transport, journal: bytes, page: CarriedPage) -> Carried:
    """Bring one page, and wait where the server asks for it."""
    for _ in range(PATIENCE):
        try:
            return await transport.carry_journal(journal, page)
        except ServerRefused as error:
            pause = error.retry_after if error.code in ("slow_down", "busy") else None
            if pause is None or pause > LONGEST_PAUSE:
                raise
            await anyio.sleep(pause)
    return await transport.carry_journal(journal, page)


async def keys_there(transport: Transport, journal: bytes) -> Sequence[CarriedKey] | None:
    """The earlier receipt keys that the new server lists for a journal; None when the journal isn't there."""
    with ignoring("not_found"):
        return (await transport.chains(journal)).receipt_keys
    return None


def pages_of(
    context: Context, journal: bytes, since: int, end: int, *, most: int, last: bool, granted: bool = False
) -> Iterator[CarriedPage]:
    """The pages of a journal behind the seq `since`, up to the seq `end`. With `last` its last page is one of them.

    `most`: bytes of a page with more than one push. `granted`: with the grants that this account made for others.
    """
    receipts = [stored_receipt(receipt) for receipt in load_receipts(context.store, journal, end).values()]
    hidden, earlier, before = _withdrawn(context, journal), load_earlier(context.store, journal), 0
    while receipts:
        size = _page_size(context, journal, earlier, receipts, before, most)
        chosen, receipts = receipts[:size], receipts[size:]
        first, before = before, chosen[-1].seq
        if before <= since and (receipts or not last):
            continue
        rows = items_between(context.store, journal, first, before)
        items = [_item(row.seq, _granted(context, journal, parse_frame(row.frame), granted), hidden) for row in rows]
        origin, key = _server(context, earlier, before)
        yield CarriedPage(
            origin=origin,
            receipt_key=key,
            chains=_chains(context, items),
            items=items,
            receipts=[ReceiptModel.of(item) for item in chosen],
            last=last and not receipts,
        )


def _server(context: Context, earlier: Sequence[EarlierKey], seq: int) -> tuple[str, bytes]:
    """Origin and receipt key of the server that accepted the item at a seq."""
    known = ((item.origin, item.key) for item in earlier if seq <= item.until)
    return next(known, (context.network.transport.origin, context.receipt_key()))


def _page_size(
    context: Context,
    journal: bytes,
    earlier: Sequence[EarlierKey],
    receipts: Sequence[Receipt],
    before: int,
    most: int,
) -> int:
    """How many of these pushes, the first one behind the seq `before`, fit into one page; one at least."""
    server, since, size = _server(context, earlier, receipts[0].seq), before, 0
    for count, receipt in enumerate(receipts[: sizes.MAX_PUSH_ITEMS]):
        size += size_between(context.store, journal, since, receipt.seq)
        full = receipt.seq - before > sizes.MAX_PUSH_ITEMS or size > most
        if count > 0 and (full or _server(context, earlier, receipt.seq) != server):
            return count
        since = receipt.seq
    return min(len(receipts), sizes.MAX_PUSH_ITEMS)


def _withdrawn(context: Context, journal: bytes) -> set[bytes]:
    """The entries that their authors withdrew. A member who has kept one does not carry it either."""
    if journal == context.identity.account_journal:
        return set()
    state = journal_state(context, journal)
    found = places_of(context.store, journal, [*state.withdrawals])
    return {one.entry for one in found if state.withdrawn(one.entry, one.author, one.seq, one.time)}


def _granted(context: Context, journal: bytes, placed: Placed, granted: bool) -> Placed:
    if not granted or not isinstance(placed.item, StatementItem):
        return placed
    made = load_made_grants(context.store, journal, placed.item.digest)
    return Placed(placed.seq, placed.item, made | dict(placed.grants))


def _item(seq: int, placed: Placed, hidden: set[bytes]) -> CarriedEntry | PageStatement:
    item = placed.item
    if isinstance(item, StatementItem):
        statement = JournalStatementModel.of(item.signed, dict(placed.grants))
        return PageStatement(kind="statement", seq=seq, **dict(statement))
    blob = None
    with suppress(MalformedData):
        if item.blob is not None and parse_header(item.header).entry not in hidden:
            require_blob_size(item.blob)
            blob = item.blob
    return CarriedEntry(kind="entry", seq=seq, header=item.header, blob=blob, blob_hash=item.hash_of_blob)


def _chains(context: Context, items: Sequence[CarriedEntry | PageStatement]) -> list[Chain]:
    """The chains of every account that a roster of a page names."""
    named: set[bytes] = set()
    for item in items:
        if isinstance(item, PageStatement):
            with suppress(MalformedData):  # a closing
                named |= {member.account for member in parse_roster(item.statement).members}
    return [Chain(account=account, statements=_statements(context, account)) for account in sorted(named)]
