"""Journals that come from another server, page by page, with the receipts that they had there.

Rules (spec §13.3)
- Each item goes through `append_item`, and each receipt through `accept_receipt`, under the key that the page names:
  the server refuses here what a client would disbelieve.
- A page is stored slice by slice, each in a transaction of its own, so that nobody waits for a whole page. The slices
  before a fault stay stored, as if they had come in a shorter page.
- No receipt is more than a day ahead of this server's clock; clocks may differ by a day.
- An author's faults are not judged: an item that only its author spoilt is carried like any other. Otherwise one such
  item would keep the journal from moving.
- A page continues the log where it ends, or repeats stored items. The server refuses another item at a place, and
  another receipt or server while the journal is incomplete. It appends nothing after an item that was written here.
- A journal comes from no more servers than a list of their keys names.
- A page brings the chain of each account that its rosters name, and other chains only of accounts that the log named
  before. Only its owner continues the chain of an account that lives here.
- A statement brings the caller's own grant, and no other. An entry that lost its blob here gets it back.
- Nobody sees or writes the journal before a partner by its last roster has brought its last page. Until then it is at a
  place of the caller's own, where another history may replace it. Later items change its members as their rosters say.
- A caller who is no member can't tell whether a journal is here: the server judges their pages and stores them aside,
  as if nobody had the journal. Only a partner by its last roster learns that it is here.
- Items under this server's own receipts were accepted here before: it has gone back to an older state. Any
  account may bring them. They cost no quota, and bring any grant and key statement that they name. The answer tells
  nothing beyond them. Where they are newer than the last restoration, the server marks another one first.
- A page doesn't reveal either whether an account lives here: the server judges by the chain in the page, be it longer
  or shorter than the stored one. All of that chain counts for the quota of a caller who brings anything new with it.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

from sqlalchemy import Connection

from app.access.repository import Caller
from app.accounts.repository import existing_accounts, find_account
from app.carrying import repository
from app.carrying.accounts import continue_chains
from app.carrying.pages import CarriedPart, ReadPage, Slice, named_by, refused
from app.carrying.places import find_place, move_home
from app.chains.repository import load_chains
from app.journals import member_repository as members
from app.journals import repository as journals
from app.journals.repository import ENTRY, STATEMENT, NewItem
from app.leaving.destroying_repository import destroy_journals
from app.origins.repository import (
    EarlierServer,
    Origins,
    complete_origins,
    load_origins,
    save_origin,
    touch_origins,
)
from app.problems import JournalExists, ReceiptsAhead, RuleBroken
from app.quotas.service import Quotas
from app.restoring.service import hold_restored, require_known
from duolog.errors import MalformedData, VerificationError
from duolog.protocol import sizes
from duolog.protocol.accounts import AccountChain
from duolog.protocol.log import EntryItem, Item, LogState, StatementItem, accept_receipt, append_item, empty_log
from duolog.protocol.receipts import Receipt
from duolog.protocol.roster import Chains, grant_digest

Ours = Collection[tuple[str, bytes]]  # this server's origin, with each of its receipt keys


def carry_journal(
    connection: Connection,
    caller: Caller,
    journal: bytes,
    read: ReadPage,
    number: int,
    ours: Ours,
    quotas: Quotas,
    now: int,
) -> tuple[int, Origins]:
    """Store a slice of a page, by its number from 0, after the slices before it. Returns the journal's end here, and
    its origins. The first slice compares all of the page with the stored items.

    Raises:
        ReceiptsAhead: a receipt is more than a day in the future.
        NotFound: the journal is here, and the caller is not a member, though a partner by the pages that they brought.
        JournalExists: the journal is here with another history, or somebody wrote to it here.
        WentBack: an own receipt shows that this server has gone back to an older state.
        AccountExists: the chain of an account that doesn't live here is stored with another history.
        RuleBroken, Malformed: as the rules say.
        QuotaReached, DailyLimit: the caller has brought as much as they may.
    """
    if max(item.time for item in read.receipts.values()) > now + sizes.CLOCK_TOLERANCE:  # check: server.carried_time
        raise ReceiptsAhead
    own = read.server in ours
    found = find_place(connection, caller.account, journal, own=own)
    back = own and found.complete
    place, state, origins, piece = found.id, found.state, found.origins, read.slices[number]
    known = [part for part in (piece.parts if number else read.parts) if part.seq <= state.seq]
    if not _is_known(connection, place, known, None if found.complete else origins, read):
        if found.complete:  # check: server.carried_other
            raise JournalExists
        destroy_journals(connection, [place])
        state, origins = empty_log(journal), Origins((), complete=True)
    new = [part for part in piece.parts if part.seq > state.seq]
    if new and state.seq != origins.until and not back:  # check: server.carried_gone_on
        raise JournalExists
    chains = _store_chains(connection, place, piece, new if own else ())
    after = _append(connection, place, state, origins, read, new, back=back) if new else state
    if back and new:
        require_known(connection, [read.receipts[part.seq].time for part in new if part.seq in read.receipts], now)
    origins = load_origins(connection, place)
    _add_grants(connection, None if own else caller.account, place, piece.parts)
    if piece.last and (new or not found.complete):
        _require_carrier(connection, caller, after)
        move_home(connection, found)
        if own and not found.complete:
            hold_restored(connection, journal)
    if new if found.complete else piece.last:
        _open(connection, after, piece.parts[-1].item, ours, now)
    touch_origins(connection, place, now)
    if back:
        return min(after.seq, piece.parts[-1].seq), origins
    _spend(connection, caller, quotas, found.state, new, piece.chain_bytes if new else chains, now)
    return after.seq, origins


def _spend(
    connection: Connection,
    caller: Caller,
    quotas: Quotas,
    before: LogState,
    new: Sequence[CarriedPart],
    chains: int,
    now: int,
) -> None:
    """Count the new parts for the caller's quota: a journal that the caller begins to bring, the bytes of its items,
    and the bytes of chains.
    """
    if new and before.seq == 0:
        quotas.spend(connection, caller.account, "moved", now)
    size = chains + sum(part.size for part in new)
    if size:
        quotas.spend(connection, caller.account, "carried", now, size=size)


def _is_known(
    connection: Connection, journal: bytes, parts: Sequence[CarriedPart], origins: Origins | None, read: ReadPage
) -> bool:
    """Whether these same items are stored. `origins`: compare the receipts and their server too, since a caller who
    knows a journal's beginning can bring it under a key of their own. This restores blobs that were lost here.
    """
    if not parts:
        return True
    rows = repository.known_items(connection, journal, parts[0].seq, parts[-1].seq)
    if [(row.seq, row.digest) for row in rows] != [(part.seq, part.item.digest) for part in parts]:
        return False
    if origins is not None:
        servers = [origins.at(part.seq) for part in parts]
        stored = {row.seq: row.receipt for row in rows if row.receipt is not None}
        brought = {part.seq: read.receipts[part.seq].encode() for part in parts if part.seq in read.receipts}
        if stored != brought or any(
            server is None or (server.origin, server.receipt_key) != read.server for server in servers
        ):  # check: server.carried_other_receipts
            return False
    gone = {row.seq for row in rows if row.gone}
    blobs = {
        part.seq: part.item.blob
        for part in parts
        if part.seq in gone and isinstance(part.item, EntryItem) and part.item.blob is not None
    }
    repository.put_back(connection, journal, blobs)
    return True


def _store_chains(connection: Connection, journal: bytes, piece: Slice, accepted: Sequence[CarriedPart]) -> int:
    """Store the chains of a slice; returns how many bytes were new.

    `accepted`: parts that this server had accepted, so that it knew the generations which their rosters name.
    """
    named = piece.named
    if not named <= piece.chains.keys():  # check: server.carried_chain_missing
        raise RuleBroken
    if not piece.chains.keys() <= named | members.named_accounts(
        connection, journal
    ):  # check: server.carried_chain_named
        raise RuleBroken
    living, chains, known = existing_accounts(connection, piece.chains), dict(piece.chains), _generations(accepted)
    for account in piece.chains:
        if account in living:  # check: server.carried_own_chain
            chains[account] = chains[account][: known.get(account, 0)]
    return continue_chains(connection, chains)


def _generations(parts: Sequence[CarriedPart]) -> dict[bytes, int]:
    """The newest generation of each account that these rosters name."""
    known = dict[bytes, int]()
    for part in parts:
        for member in part.roster.members if part.roster is not None else ():
            known[member.account] = max(known.get(member.account, 0), member.generation)
    return known


def _chains_for(connection: Connection, before: LogState, read: ReadPage, new: Sequence[CarriedPart]) -> Chains:
    """The chains that judge a page's statements: each as it came with the page, unless it forks from the stored
    chain.
    """
    stored = load_chains(connection, _accounts_of(before, new))
    brought = {account: chain for account, chain in read.verified.items() if _agree(chain, stored.get(account))}
    return stored | brought


def _agree(brought: AccountChain, stored: AccountChain | None) -> bool:
    """Whether one chain continues the other: each generation names the hash of the one before."""
    if stored is None:
        return False
    last = min(len(brought.generations), len(stored.generations)) - 1
    return brought.generations[last].statement_hash == stored.generations[last].statement_hash


def _append(
    connection: Connection,
    place: bytes,
    before: LogState,
    origins: Origins,
    read: ReadPage,
    new: Sequence[CarriedPart],
    *,
    back: bool,
) -> LogState:
    further = 0 if origins.ends_with(read.server) else 1
    if not back and len(origins.servers) + further > sizes.MAX_SERVERS:  # check: server.carried_servers
        raise RuleBroken
    chains, (_, receipt_key) = _chains_for(connection, before, read, new), read.server
    state, items = replace(before, key=before.key or receipt_key) if back else before, list[NewItem]()
    entries = [part.entry for part in new if part.entry is not None]
    used = repository.known_entries(connection, place, entries)
    try:
        for part in new:
            state = append_item(state, part.seq, part.item, chains)
            if part.seq in read.receipts:
                state = accept_receipt(state, read.receipts[part.seq], receipt_key)
            items.append(_new_item(part, used))
            if part.entry is not None:
                used.add(part.entry)
    except (MalformedData, VerificationError) as error:
        raise refused(error) from error
    if state.closed_under is not None and not back:  # check: server.carried_closing
        raise RuleBroken
    receipts = {part.seq: read.receipts[part.seq] for part in new if part.seq in read.receipts}
    _store(connection, before, replace(state, journal=place), items, receipts, new)
    if not back:
        save_origin(connection, place, origins, EarlierServer(state.seq, *read.server))
    return state


def _accounts_of(before: LogState, new: Sequence[CarriedPart]) -> set[bytes]:
    """The accounts that these statements name, and those that signed them."""
    accounts = named_by(new)
    if before.roster is not None:
        accounts.update(member.account for member in before.roster.members)
    for part in new:
        if isinstance(part.item, StatementItem):
            accounts.update(signature.account for signature in part.item.signed.signatures)
    return accounts


def _new_item(part: CarriedPart, used: set[bytes]) -> NewItem:
    item = part.item
    if isinstance(item, StatementItem):
        return NewItem(
            seq=part.seq,
            kind=STATEMENT,
            digest=item.digest,
            header=item.signed.statement,
            version=None if part.roster is None else part.roster.version,
            signatures=journals.join_signatures(item.signed.signatures),
        )
    return NewItem(
        seq=part.seq,
        kind=ENTRY,
        digest=item.digest,
        header=item.header,
        entry=None if part.entry in used else part.entry,  # the second of a name is its author's fault
        blob_hash=item.hash_of_blob,
        blob=item.blob,
    )


def _store(
    connection: Connection,
    before: LogState,
    after: LogState,
    items: Sequence[NewItem],
    receipts: dict[int, Receipt],
    new: Sequence[CarriedPart],
) -> None:
    roster = after.roster
    if roster is None:
        raise RuleBroken
    statements = [item.header for item in items if item.version is not None]
    if before.roster is None:
        journals.add_journal(connection, after, roster, statements[-1])
    else:
        journals.move_journal(connection, after, roster, statements[-1] if statements else None)
    journals.add_items(connection, after.journal, items, receipts)
    members.name_accounts(connection, after.journal, named_by(new))
    accepted_before = before.roster.accepted if before.roster else frozenset()
    members.use_acceptances(connection, after.journal, roster.accepted - accepted_before)


def _add_grants(connection: Connection, account: bytes | None, journal: bytes, parts: Sequence[CarriedPart]) -> None:
    """Add grants that the rosters name. `account`: of this account alone."""
    for part in parts:
        for granted, grant in part.grants.items():
            if account is not None and granted != account:  # check: server.carried_grant_own
                raise RuleBroken
            named = {} if part.roster is None else part.roster.grants or {}
            if named.get(granted) != grant_digest(grant):  # check: server.carried_grant
                raise RuleBroken
    journals.add_grants(connection, journal, {part.seq: part.grants for part in parts if part.grants})


def _require_carrier(connection: Connection, caller: Caller, after: LogState) -> None:
    carrier = None if after.roster is None else after.roster.find(caller.account)
    if after.roster is None or carrier is None or carrier.role != "partner":  # check: server.carrier
        raise RuleBroken
    account = find_account(connection, caller.account)
    own = account is not None and account.account_journal == after.journal
    if own and [member.account for member in after.roster.members] != [caller.account]:  # check: server.carried_alone
        raise RuleBroken


def _open(connection: Connection, after: LogState, last: Item, ours: Ours, now: int) -> None:
    """Open the journal to the members that its newest roster names. The account that closed it may fetch it for 30 days
    after the other server's receipt, or after now if that is earlier.
    """
    if after.roster is None:
        raise RuleBroken
    members.save_memberships(connection, after.roster)
    complete_origins(connection, after.journal, ours)
    if after.closed and isinstance(last, StatementItem):
        author = last.signed.signatures[0].account
        closed = min(after.time, now)
        journals.close_journal(connection, after.journal, author, closed + sizes.CLOSER_READS)
