"""A journal as its members verify it, item by item, and the rows that the server keeps beside its log.

A client's steps 1 to 3 (spec §6) hold for every item. What was accepted here, and not carried from another server,
also passes the checks of a push.
"""

from dataclasses import dataclass, field

from sqlalchemy import Connection

from app.auditing import repository
from app.auditing.faults import Report
from app.chains.repository import load_chains
from app.database import AnyRow
from app.journals.member_repository import named_accounts
from app.journals.repository import STATEMENT, signed_statement
from app.origins.repository import Origins, load_origins
from duolog.errors import BadReceipt, MalformedData, VerificationError
from duolog.protocol import sizes
from duolog.protocol.accounts import AccountChain
from duolog.protocol.codec import parse_canonical
from duolog.protocol.entries import Header, blob_hash, check_entry, parse_header
from duolog.protocol.log import EntryItem, LogState, StatementItem, accept_receipt, append_item, empty_log
from duolog.protocol.receipts import Receipt, stored_receipt, verify_receipt
from duolog.protocol.roster import grant_digest
from duolog.protocol.roster_statements import RosterStatement, parse_roster, statement_type

PAGE = 64  # items in memory: their blobs have 256 KiB each at most


@dataclass(slots=True)
class _Walk:
    """A journal's audit under way. `place`: the id under which it is stored. `own`: how many of this server's receipt
    keys have had their time. `went_back`: the server may lack what its clients have not brought again.
    """

    place: bytes
    state: LogState
    origins: Origins
    chains: dict[bytes, AccountChain]
    keys: tuple[bytes, ...]
    report: Report
    went_back: bool
    own: int = 0
    statement: bytes = b""
    closer: bytes | None = None
    named: set[bytes] = field(default_factory=set)
    received: int = 0

    def add(self, sentence: str, seq: int | None = None) -> None:
        self.report.add("journal", self.place, sentence, seq)


def audit_journal(
    connection: Connection, place: bytes, keys: tuple[bytes, ...], report: Report, *, went_back: bool
) -> None:
    """Verify one journal on one consistent view. `keys`: this server's receipt keys, oldest first."""
    row = repository.find_journal(connection, place)
    if row is None:
        return
    report.journals += 1
    origins, known = load_origins(connection, place), named_accounts(connection, place)
    try:
        chains = load_chains(connection, known)
    except (MalformedData, VerificationError) as error:
        report.add("journal", place, f"The chain of one of its accounts can't be read. {error}")
        return
    walk = _Walk(place, empty_log(place[-sizes.JOURNAL_ID :]), origins, chains, keys, report, went_back)
    if _walk_log(connection, walk):
        _compare(connection, walk, row)
        if not walk.named <= known:
            walk.add("Its log names an account that the server doesn't know of.")


def _walk_log(connection: Connection, walk: _Walk) -> bool:
    """Verify the log from its first item on; returns whether it verified to its end."""
    last = 0
    while page := repository.items_after(connection, walk.place, last, PAGE):
        attached = repository.attachments_at(connection, walk.place, page[0].seq, page[-1].seq)
        for row in page:
            walk.report.items += 1
            try:
                _walk_item(connection, walk, row, attached)
            except (MalformedData, VerificationError) as error:
                walk.add(str(error), row.seq)
                return False
        for seq, _ in attached:
            walk.add("An attachment belongs to this item, and the item doesn't name it.", seq)
        last = page[-1].seq
    if walk.received != walk.state.seq:
        walk.add("The last push has no receipt.", walk.state.seq)
    return True


def _walk_item(connection: Connection, walk: _Walk, row: AnyRow, attached: set[tuple[int, bytes]]) -> None:
    if row.kind == STATEMENT:
        item: StatementItem | EntryItem = StatementItem(signed_statement(row.header, row.signatures or b""))
    else:
        item = EntryItem(row.header, row.blob_hash or b"", row.blob)
        if row.blob is not None and blob_hash(row.blob) != row.blob_hash:
            walk.add("The sealed entry is not the one that its hash names.", row.seq)
    if item.digest != row.digest:
        walk.add("The stored digest is not that of the item.", row.seq)
    walk.state = append_item(walk.state, row.seq, item, walk.chains)
    if isinstance(item, StatementItem):
        _note_statement(connection, walk, row, item)
    else:
        _check_entry(walk, row, attached)
    if row.receipt is not None:
        _accept(walk, stored_receipt(row.receipt))


def _note_statement(connection: Connection, walk: _Walk, row: AnyRow, item: StatementItem) -> None:
    if statement_type(parse_canonical(row.header)) != "roster":
        walk.closer = item.signed.signatures[0].account
        return
    roster = parse_roster(row.header)
    walk.statement = row.header
    walk.named.update(member.account for member in roster.members)
    if row.version != roster.version:
        walk.add("The stored version is not that of the roster.", row.seq)
    _check_grants(walk, row.seq, roster, repository.grants_at(connection, walk.place, row.seq))


def _check_grants(walk: _Walk, seq: int, roster: RosterStatement, stored: dict[bytes, bytes]) -> None:
    named = roster.grants or {}
    if any(named.get(account) != grant_digest(sealed) for account, sealed in stored.items()):
        walk.add("A sealed grant is not the one that the roster names.", seq)
    if seq > walk.origins.until and not walk.went_back and stored.keys() < named.keys():
        walk.add("A sealed grant that the roster names is missing.", seq)


def _check_entry(walk: _Walk, row: AnyRow, attached: set[tuple[int, bytes]]) -> None:
    here = row.seq > walk.origins.until
    try:
        header: Header | None = parse_header(row.header)
    except MalformedData:
        header = None
    if header is None or walk.state.roster is None:
        if here:
            walk.add("The entry's header can't be read.", row.seq)
        return
    if row.entry != header.entry and (here or row.entry is not None):
        walk.add("The stored id is not that of the entry.", row.seq)
    for attachment in header.attachments:
        if (row.seq, attachment) in attached:
            attached.discard((row.seq, attachment))
        elif here and not walk.went_back:
            walk.add("An attachment that the entry names has no row.", row.seq)
    if here:
        check_entry(header, walk.state.roster)


def _accept(walk: _Walk, receipt: Receipt) -> None:
    earlier = walk.origins.at(walk.state.seq)
    key = earlier.receipt_key if earlier is not None else _own_key(walk, receipt)
    walk.state = accept_receipt(walk.state, receipt, key)
    walk.received = walk.state.seq


def _own_key(walk: _Walk, receipt: Receipt) -> bytes:
    """The key that signed a receipt. Keys follow each other: one that was replaced signs no more."""
    for number in range(walk.own, len(walk.keys)):
        try:
            verify_receipt(receipt, walk.state.journal, walk.keys[number])
        except BadReceipt:
            continue
        walk.own = number
        return walk.keys[number]
    raise BadReceipt("A receipt was not signed by a key in the receipt key file.", check="receipts.signature")


def _compare(connection: Connection, walk: _Walk, row: AnyRow) -> None:
    """Compare what the log gives with the rows beside it."""
    state, roster = walk.state, walk.state.roster
    if (row.seq, row.head) != (state.seq, state.head):
        walk.add(f"Its log ends at item {state.seq}, and the journal says {row.seq}.")
        return
    if roster is None:
        walk.add("Its log is empty.")
        return
    if (row.time, row.closed) != (state.time, state.closed) or (row.closed_by or walk.closer) != walk.closer:
        walk.add("The time of its end, or whether it is closed, is not what the log says.")
    if row.roster != walk.statement or (row.stale, row.founder, row.nonce) != (
        roster.stale,
        roster.founder,
        roster.nonce,
    ):
        walk.add("The roster in force is not what the log says.")
    if repository.acceptances_of(connection, walk.place) != roster.accepted:
        walk.add("The used acceptances are not those of the log.")
    for member in repository.memberships_of(connection, walk.place):
        found = roster.find(member.account)
        if found is None or (found.role, found.rights) != (member.role, member.rights):
            walk.add("Somebody may read it who is not in its roster, or has other rights there.")
