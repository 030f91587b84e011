"""What a home brings to another server: the account, and each journal page by page, from what it has verified alone.

Rules
- Packages and earlier seeds are made anew; anchors are those that this home keeps.
- A page is whole pushes under one receipt key, and no more items or bytes than the largest push.
- A server that asks to wait for a moment is waited for: a long journal has more pages than it takes in a minute.
- What was withdrawn or erased goes as gone, and so does a blob that no plaintext can have.
- The closing of the old log stays behind, as does what its server put into the same push.
"""

from collections.abc import Iterator, Sequence

import anyio

from duolog.api.accounts import AnchorModel, EarlierSeed, PackageModel
from duolog.api.carrying import Carried, CarriedAccount, CarriedEntry, CarriedPage
from duolog.api.common import AccountStatementModel, GrantModel, ReceiptModel, SignatureModel
from duolog.api.entries import PageStatement
from duolog.api.journals import Chain
from duolog.api.pages import Placed, parse_frame
from duolog.api.sessions import LogIn, Session
from duolog.client.home.identity import load_anchors
from duolog.client.home.item_rows import items_between, places_of, size_between
from duolog.client.home.log_rows import last_push_before, load_receipts
from duolog.client.home.receipt_keys import EarlierKey, key_at, load_earlier, require_carried, shown
from duolog.client.home.records import SETS
from duolog.client.log.context import Context
from duolog.client.log.folding import journal_state
from duolog.client.log.stored_logs import load_log, roster_at
from duolog.client.server.login import sign_log_in
from duolog.client.server.transport import Transport
from duolog.errors import MalformedData, NotAllowed, Rollback, ServerRefused, VerificationError
from duolog.protocol import sizes
from duolog.protocol.entries import parse_header, require_blob_size
from duolog.protocol.log import EntryItem, LogState, StatementItem
from duolog.protocol.receipts import Receipt, stored_receipt
from duolog.protocol.roster_statements import parse_roster
from duolog.seal.packages import wrap_earlier_seed, wrap_package

PATIENCE = 8  # how often a page waits
LONGEST_PAUSE = 120  # seconds


async def carry_account(context: Context, transport: Transport, invite_code: str | None) -> Session:
    """Bring the account, and log in with it. Sent again it changes nothing.

    Raises:
        NotAllowed: this home lacks the anchor of a sheet or passkey.
        VerificationError: the session is for another account.
        TransportError, ServerRefused, MalformedData: not now, or not there.
    Spec: §13.
    """
    anchors = _anchors(context)
    log_in = await sign_log_in(transport, context.home.keyholder)
    session = await transport.carry_account(_account(context, log_in, anchors, invite_code))
    if session.account != context.account:  # check: client.carried_account
        raise VerificationError("The new server answers with another account.", check="client.carried_account")
    transport.use_session(session.token)
    return session


def _anchors(context: Context) -> list[AnchorModel]:
    known = load_anchors(context.store)
    wanted = [item.id for item in context.identity.newest_set.keyholders if item.kind != "device"]
    if not set(wanted) <= known.keys():  # check: client.anchor_missing
        raise NotAllowed(
            "This home can't take your recovery sheet along yet. Sync with the old server once, or replace the sheet."
        )
    return [AnchorModel(keyholder=item, mac=known[item]) for item in wanted]


def _account(context: Context, log_in: LogIn, anchors: list[AnchorModel], invite_code: str | None) -> CarriedAccount:
    identity, chain = context.identity, context.chains[context.account]
    return CarriedAccount(
        log_in=log_in,
        chain=[AccountStatementModel.of(item) for item in context.chains.statements(context.account)],
        sets=[AccountStatementModel.of(item) for item in SETS.load(context.store) or ()],
        packages=[
            PackageModel(keyholder=item.id, package=wrap_package(identity.secret, chain.account, chain.newest, item))
            for item in identity.newest_set.keyholders
        ],
        anchors=anchors,
        earlier_seeds=[
            EarlierSeed(
                generation=number,
                sealed=wrap_earlier_seed(
                    identity.secrets[number], chain.account, chain.generation(number), chain.generation(number + 1)
                ),
            )
            for number in range(1, chain.newest.generation)
        ],
        invite_code=invite_code,
    )


def carried_end(context: Context, journal: bytes) -> LogState:
    """Where a journal ends that goes on at another server: its mark, or the place before the old log's closing."""
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
    """Bring all of a journal that is here, to be opened there later; the seq up to which it was brought.

    Raises:
        ServerRefused: `journal_exists`, when it has gone on there without what this home holds.
        TransportError, MalformedData: not now; it is brought again.
    Spec: §13.
    """
    end = carried_end(context, journal)
    for page in pages(context, journal, 0, end.seq, last=False):
        await _bring(transport, journal, page)
    return end.seq


async def finish_journal(context: Context, transport: Transport, journal: bytes, since: int) -> tuple[EarlierKey, ...]:
    """Bring what a journal holds beyond `since`, and let it be seen there; whose receipts the new server holds of it.

    Raises:
        PinMismatch, Rollback: the new server holds another history.
        ServerRefused, TransportError, MalformedData: as `carry_journal`.
    Spec: §13.
    """
    end, answer = carried_end(context, journal), None
    for page in pages(context, journal, since, end.seq, last=True):
        answer = await _bring(transport, journal, page)
    if answer is None or answer.seq < end.seq:  # check: client.carried_less
        raise Rollback("The new server did not take all of a journal.", check="client.carried_less")
    listed = shown(answer.receipt_keys)
    here = EarlierKey(end.seq, context.network.transport.origin, context.receipt_key())
    require_carried(load_earlier(context.store, journal), here, listed)
    return listed


async def _bring(transport: Transport, journal: bytes, page: CarriedPage) -> Carried:
    """Bring one page; where the server has had enough of them for a moment, after that moment."""
    for _ in range(PATIENCE):
        try:
            return await transport.carry_journal(journal, page)
        except ServerRefused as error:
            pause = error.retry_after if error.code in ("slow_down", "busy") else None
            if pause is None or pause > LONGEST_PAUSE:
                raise
            await anyio.sleep(pause)
    return await transport.carry_journal(journal, page)


async def is_there(transport: Transport, journal: bytes) -> bool:
    """Whether a journal can be seen at the new server. Raises: ServerRefused, TransportError."""
    try:
        await transport.chains(journal)
    except ServerRefused as error:
        if error.code != "not_found":
            raise
        return False
    return True


def pages(context: Context, journal: bytes, since: int, end: int, *, last: bool) -> Iterator[CarriedPage]:
    """A journal up to the seq `end`, as pages of whole pushes that are each signed by one receipt key.

    Those that end at `since` or before are left out, but not the last one when it says that it is the `last`.
    """
    earlier, newest = load_earlier(context.store, journal), context.receipt_key()
    receipts = [stored_receipt(receipt) for receipt in load_receipts(context.store, journal, end).values()]
    hidden = _taken_back(context, journal)
    start = 0
    while start < len(receipts):
        first = 1 if start == 0 else receipts[start - 1].seq + 1
        stop = _page_end(context, journal, earlier, newest, receipts, start)
        chosen, start = receipts[start:stop], stop
        if chosen[-1].seq <= since and not (last and stop == len(receipts)):
            continue
        items = [_item(placed, hidden) for placed in _placed(context, journal, first, chosen[-1].seq)]
        origin, key = _server(context, earlier, newest, chosen[0].seq)
        yield CarriedPage(
            origin=origin,
            receipt_key=key,
            chains=_chains(context, items),
            items=items,
            receipts=[ReceiptModel.of(item) for item in chosen],
            last=last and stop == len(receipts),
        )


def _server(context: Context, earlier: Sequence[EarlierKey], newest: bytes, seq: int) -> tuple[str, bytes]:
    origin = next((item.origin for item in earlier if seq <= item.until), context.network.transport.origin)
    return origin, key_at(earlier, newest, seq)


def _page_end(
    context: Context,
    journal: bytes,
    earlier: Sequence[EarlierKey],
    newest: bytes,
    receipts: Sequence[Receipt],
    start: int,
) -> int:
    """The place in `receipts` behind a page that begins with the push of `receipts[start]`."""
    before = receipts[start - 1].seq if start else 0
    server, stop, size = _server(context, earlier, newest, receipts[start].seq), start, 0
    for receipt in receipts[start : start + sizes.MAX_PUSH_ITEMS]:
        since = receipts[stop - 1].seq if stop else 0
        size += size_between(context.store, journal, since, receipt.seq)
        full = receipt.seq - before > sizes.MAX_PUSH_ITEMS or size > sizes.MAX_PAGE_BYTES
        if stop > start and (full or _server(context, earlier, newest, receipt.seq) != server):
            break
        stop += 1
    return stop


def _placed(context: Context, journal: bytes, first: int, last: int) -> Iterator[Placed]:
    for row in items_between(context.store, journal, first - 1, last):
        placed = parse_frame(row.frame)
        yield Placed(row.seq, placed.item, placed.grants)


def _taken_back(context: Context, journal: bytes) -> set[bytes]:
    """Entries that their author took back: whoever has kept one keeps it to themselves."""
    if journal == context.identity.account_journal:
        return set()
    state = journal_state(context, journal)
    found = places_of(context.store, journal, [*state.withdrawals])
    return {one.entry for one in found if state.withdrawn(one.entry, one.author, one.seq, one.time)}


def _item(placed: Placed, hidden: set[bytes]) -> CarriedEntry | PageStatement:
    item = placed.item
    if isinstance(item, StatementItem):
        return PageStatement(
            kind="statement",
            seq=placed.seq,
            statement=item.signed.statement,
            signatures=[SignatureModel(account=one.account, signature=one.signature) for one in item.signed.signatures],
            grants=[GrantModel(account=account, grant=grant) for account, grant in placed.grants.items()],
        )
    blob = item.blob if item.blob is not None and _is_whole(item, item.blob, hidden) else None
    return CarriedEntry(kind="entry", seq=placed.seq, header=item.header, blob=blob, blob_hash=item.hash_of_blob)


def _is_whole(item: EntryItem, blob: bytes, hidden: set[bytes]) -> bool:
    try:
        require_blob_size(blob)
        return parse_header(item.header).entry not in hidden
    except MalformedData:
        return False


def _chains(context: Context, items: Sequence[CarriedEntry | PageStatement]) -> list[Chain]:
    """The chains of everybody whom the rosters of a page name."""
    named: set[bytes] = set()
    for item in items:
        if isinstance(item, PageStatement):
            named |= _members(item.statement)
    return [
        Chain(
            account=account,
            statements=[AccountStatementModel.of(one) for one in context.chains.statements(account)],
        )
        for account in sorted(named)
    ]


def _members(statement: bytes) -> set[bytes]:
    try:
        return {member.account for member in parse_roster(statement).members}
    except MalformedData:
        return set()  # a closing
