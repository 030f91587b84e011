"""A page of a journal from another server, read before anything is looked up: parsed, verified, cut in slices."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.chains.repository import Statements, sent_bytes
from app.journals.append import refuse
from app.problems import Problem, RuleBroken
from duolog.api.carrying import CarriedEntry, CarriedItem, CarriedPage
from duolog.errors import MalformedData, VerificationError
from duolog.protocol.accounts import AccountChain, verify_chain
from duolog.protocol.codec import parse_canonical
from duolog.protocol.entries import blob_hash, parse_header
from duolog.protocol.log import EntryItem, Item, StatementItem
from duolog.protocol.login import parse_origin
from duolog.protocol.receipts import Receipt
from duolog.protocol.roster_statements import RosterStatement, parse_roster, statement_type

SLICE = 16  # items; a longer push is a slice of its own


@dataclass(frozen=True, slots=True)
class CarriedPart:
    """An item of a page, parsed: a roster statement has a `roster`, an entry with a good header an `entry` id."""

    seq: int
    item: Item
    grants: dict[bytes, bytes]
    roster: RosterStatement | None = None
    entry: bytes | None = None

    @property
    def size(self) -> int:
        """How many bytes of it were sent."""
        item, grants = self.item, sum(len(grant) for grant in self.grants.values())
        if isinstance(item, EntryItem):
            return len(item.header) + len(item.blob or b"")
        return len(item.signed.statement) + sum(len(one.signature) for one in item.signed.signatures) + grants


@dataclass(frozen=True, slots=True)
class Slice:
    """Whole pushes of a page that are stored together, with the chains of the accounts that they name.

    `chain_bytes`: how many bytes of them no slice before brought, whether somebody's account lives here or not. `last`:
    the log ends here.
    """

    parts: tuple[CarriedPart, ...]
    chains: Statements
    chain_bytes: int
    last: bool

    @property
    def named(self) -> set[bytes]:
        """The accounts that its rosters name."""
        return named_by(self.parts)


@dataclass(frozen=True, slots=True)
class ReadPage:
    """A page whose items were parsed, which is whole pushes in sequence, and whose chains were verified.

    `server`: the origin and the receipt key of the server that gave the receipts.
    """

    server: tuple[str, bytes]
    slices: tuple[Slice, ...]
    receipts: dict[int, Receipt]
    verified: Mapping[bytes, AccountChain]

    @property
    def parts(self) -> list[CarriedPart]:
        """All its items."""
        return [part for piece in self.slices for part in piece.parts]


def read_page(page: CarriedPage) -> ReadPage:
    """Parse and verify all that needs no database. Raises: Malformed, RuleBroken."""
    try:
        if parse_origin(page.origin) != page.origin:  # check: server.carried_origin
            raise MalformedData("The address of the other server is not in its normal form.")
        parts = tuple(_read(item) for item in page.items)
        chains = {chain.account: [item.signed() for item in chain.statements] for chain in page.chains}
        verified = {account: verify_chain(statements) for account, statements in chains.items()}
    except (MalformedData, VerificationError) as error:
        raise refused(error) from error
    if any(chain.account != account for account, chain in verified.items()):  # check: server.carried_chain_account
        raise RuleBroken
    receipts = {item.seq: item.receipt() for item in page.receipts}
    if [part.seq for part in parts] != list(
        range(parts[0].seq, parts[0].seq + len(parts))
    ):  # check: server.carried_seqs
        raise RuleBroken
    if not {parts[-1].seq} <= receipts.keys() <= {part.seq for part in parts}:  # check: server.carried_receipts
        raise RuleBroken
    slices = tuple(_slices(parts, receipts, chains, last=page.last))
    return ReadPage((page.origin, page.receipt_key), slices, receipts, verified)


def _slices(
    parts: Sequence[CarriedPart], receipts: Mapping[int, Receipt], chains: Statements, *, last: bool
) -> Iterator[Slice]:
    """Cut a page between pushes. Chains of accounts that its rosters don't name come with the first slice."""
    first, unnamed, counted = 0, chains.keys() - named_by(parts), set[bytes]()
    for end, part in enumerate(parts, start=1):
        if part.seq in receipts and (end == len(parts) or end - first >= SLICE):
            piece = tuple(parts[first:end])
            brought = {account: chains[account] for account in chains if account in named_by(piece) | unnamed}
            size = sum(sent_bytes(signed) for account in brought.keys() - counted for signed in brought[account])
            yield Slice(piece, brought, size, last=last and end == len(parts))
            first, unnamed = end, set()
            counted |= brought.keys()


def named_by(parts: Iterable[CarriedPart]) -> set[bytes]:
    return {member.account for part in parts if part.roster is not None for member in part.roster.members}


def refused(error: MalformedData | VerificationError) -> Problem:
    """The problem for a page that breaks a rule. No server accepted it, so the client has nothing to fetch again."""
    return refuse(error) if isinstance(error, MalformedData) else RuleBroken()


def _read(item: CarriedItem) -> CarriedPart:
    if not isinstance(item, CarriedEntry):
        signed, grants = item.signed(), item.grants_by_account()
        is_roster = statement_type(parse_canonical(signed.statement)) == "roster"
        roster = parse_roster(signed.statement) if is_roster else None
        return CarriedPart(item.seq, StatementItem(signed), grants, roster=roster)
    if item.blob is not None and blob_hash(item.blob) != item.blob_hash:  # check: server.carried_blob
        raise MalformedData("A blob is not the one that its hash names.")
    return CarriedPart(item.seq, EntryItem(item.header, item.blob_hash, item.blob), {}, entry=_entry_of(item.header))


def _entry_of(header: bytes) -> bytes | None:
    try:
        return parse_header(header).entry
    except MalformedData:
        return None  # its author's fault, which every reader sees
