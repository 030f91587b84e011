"""How far each journal is verified, and its rosters and receipts, as the home stores them."""

from collections.abc import Iterator
from contextlib import contextmanager

from duolog.api.pages import parse_push
from duolog.client.home import log_rows
from duolog.client.home.item_rows import frame_at
from duolog.client.home.log_rows import LogRow
from duolog.client.home.receipt_keys import key_at, load_earlier
from duolog.client.home.records import RECEIPT_KEYS
from duolog.client.home.store import Store
from duolog.errors import MalformedData, NotAllowed, VerificationError
from duolog.protocol import sizes
from duolog.protocol.codec import encode_b64, encode_message_json, parse_b64, parse_message_json
from duolog.protocol.log import LogState, StatementItem, empty_log
from duolog.protocol.receipts import Receipt, is_plausible, parse_receipt
from duolog.protocol.roster_changes import Roster
from duolog.protocol.roster_statements import Member, read_member
from duolog.protocol.statements import Fields, SignedStatement

NOT_HERE = "This journal is not here. Sync, or check its name."
_LOG_CLOSED = 2  # in the column `closed`: the log of one server alone is


def load_log(store: Store, journal: bytes) -> LogState:
    """The verified state of a journal; the state before the genesis when nothing is here."""
    row = log_rows.load_log_row(store, journal)
    if row is None:
        return empty_log(journal)
    roster = None if row.roster is None else parse_roster_state(row.roster)
    under = b"" if row.closed == _LOG_CLOSED else None  # which key stands in the closing, and no item follows it
    seq, time = row.seq, row.time
    newest = (RECEIPT_KEYS.load(store) or (b"",))[-1]
    key = key_at(load_earlier(store, journal), newest, seq) if seq else None
    if not is_plausible(time):  # stored before times were bounded: a true one after it doesn't run backwards
        time = 0
    return LogState(journal, seq, row.head, time, key, roster, bool(row.closed), under)


def save_log(store: Store, state: LogState) -> None:
    """Store a verified state as the mark of its journal."""
    roster = None if state.roster is None else encode_roster_state(state.roster)
    closed = int(state.closed) + (state.closed_under is not None)
    log_rows.save_log_row(store, state.journal, LogRow(state.seq, state.head, state.time, roster, closed))


def freeze(store: Store, journal: bytes, reason: str) -> None:
    """Make a journal read-only for good, with the reason. What was verified stays readable."""
    if log_rows.load_log_row(store, journal) is None:
        save_log(store, empty_log(journal))
    log_rows.save_frozen(store, journal, reason)


@contextmanager
def freezing(store: Store, journal: bytes) -> Iterator[None]:
    """Freeze a journal where the server breaks the rules inside, and let the error go on."""
    try:
        yield
    except (VerificationError, MalformedData) as error:
        freeze(store, journal, str(error))
        raise


def newest_receipt(store: Store, journal: bytes) -> Receipt | None:
    """The newest verified receipt of a journal. Receipts that were stored before times were bounded don't count."""
    receipt = log_rows.newest_timed_receipt(store, journal)
    return None if receipt is None else parse_receipt(receipt)


def stored_statement(store: Store, journal: bytes, seq: int) -> SignedStatement | None:
    """The verified statement at a seq, or None where nothing or something else is there."""
    frame = frame_at(store, journal, seq)
    item = None if frame is None else parse_push(frame)[0].item
    return item.signed if isinstance(item, StatementItem) else None


def roster_at(store: Store, journal: bytes, version: int) -> Roster:
    """The roster of one version. Raises: NotAllowed when it isn't here."""
    roster = log_rows.load_roster(store, journal, version)
    if roster is None:
        raise NotAllowed(NOT_HERE)
    return parse_roster_state(roster)


def encode_roster_state(roster: Roster) -> bytes:
    """A verified roster as it is stored."""
    return encode_message_json(
        {
            "journal": encode_b64(roster.journal),
            "nonce": encode_b64(roster.nonce),
            "founder": encode_b64(roster.founder),
            "version": roster.version,
            "head": encode_b64(roster.head),
            "members": [
                [encode_b64(m.account), m.generation, encode_b64(m.chain_head), m.role, m.rights, m.until]
                for m in roster.members
            ],
            "provisional": roster.provisional,
            "epoch": roster.epoch,
            "epoch_commitment": encode_b64(roster.epoch_commitment),
            "stale": roster.stale,
            "grants": {encode_b64(account): encode_b64(digest) for account, digest in roster.grants.items()},
            "accepted": sorted(encode_b64(item) for item in roster.accepted),
        }
    )


def parse_roster_state(data: bytes) -> Roster:
    """A stored roster. Raises: MalformedData when it is damaged."""
    fields = Fields(parse_message_json(data), "A stored roster")
    listed = fields.json_object("grants")
    granted = Fields(listed, "Stored grants")
    roster = Roster(
        journal=fields.data("journal", 32),
        nonce=fields.data("nonce", 32),
        founder=fields.data("founder", 32),
        version=fields.number("version"),
        head=fields.data("head", 32),
        members=tuple(map(_read_member, fields.json_list("members", sizes.MAX_MEMBERS))),
        provisional=fields.flag("provisional"),
        epoch=fields.number("epoch"),
        epoch_commitment=fields.data("epoch_commitment", 32),
        stale=fields.flag("stale"),
        grants={parse_b64(account, sizes.ACCOUNT_ID): granted.data(account, sizes.HASH) for account in listed},
        accepted=frozenset(fields.datas("accepted", sizes.HASH, 0, sizes.MAX_U32)),
    )
    fields.done()
    return roster


_MEMBER = ("account", "generation", "chain_head", "role", "rights", "until")


def _read_member(value: object) -> Member:
    if not isinstance(value, list) or len(value) != len(_MEMBER):
        raise MalformedData("A stored roster is damaged: a member of it can't be read.")
    given = {name: item for name, item in zip(_MEMBER, value, strict=True) if item is not None}
    fields = Fields(given, "A stored member")
    member = read_member(fields)
    fields.done()
    return member
