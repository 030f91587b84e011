"""How far each journal is verified, as the home keeps it."""

from duolog.client.home.receipt_keys import key_at, load_earlier
from duolog.client.home.records import RECEIPT_KEY
from duolog.client.home.store import Store, as_bytes, as_int
from duolog.errors import JournalFrozen, MalformedData, NotAllowed
from duolog.protocol import sizes
from duolog.protocol.codec import (
    JsonObject,
    encode_b64,
    encode_message_json,
    parse_b64,
    parse_message_json,
    u64,
)
from duolog.protocol.log import LogState, empty_log
from duolog.protocol.receipts import Receipt, is_plausible, parse_receipt
from duolog.protocol.roster_changes import Roster
from duolog.protocol.roster_statements import Member, read_member
from duolog.protocol.statements import Fields

_LOG_CLOSED = 2  # in the column `closed`: the log of one server alone is


def load_log(store: Store, journal: bytes) -> LogState:
    """The verified state of a journal; that before the genesis when there is none."""
    row = store.row("SELECT seq, head, time, roster, closed FROM journal WHERE id = ?", journal)
    if row is None:
        return empty_log(journal)
    roster = None if row[3] is None else parse_roster_state(as_bytes(row[3]))
    under = b"" if row[4] == _LOG_CLOSED else None  # which key stands in the closing, and no item follows it
    seq, time = as_int(row[0]), as_int(row[2])
    key = key_at(load_earlier(store, journal), RECEIPT_KEY.load(store) or b"", seq) if seq else None
    if not is_plausible(time):  # stored before times were bounded: a true one after it doesn't run backwards
        time = 0
    return LogState(journal, seq, as_bytes(row[1]), time, key, roster, bool(row[4]), under)


def save_log(store: Store, state: LogState) -> None:
    """Make a verified state the mark of its journal."""
    roster = None if state.roster is None else encode_roster_state(state.roster)
    store.write(
        "INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, NULL) ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, "
        "head = excluded.head, time = excluded.time, roster = excluded.roster, closed = excluded.closed",
        *(
            state.journal,
            state.seq,
            state.head,
            state.time,
            roster,
            int(state.closed) + (state.closed_under is not None),
        ),
    )


def require_open(store: Store, journal: bytes) -> tuple[LogState, Roster]:
    """The journal can be written.

    Raises:
        NotAllowed: it isn't known here, or is closed.
        JournalFrozen: the server broke the rules in it.
    """
    state = load_log(store, journal)
    if state.roster is None:
        raise NotAllowed("This journal is not here. Sync, or check its name.")
    reason = frozen_reason(store, journal)
    if reason is not None:  # check: client.frozen
        raise JournalFrozen(f"This journal is read-only: {reason}")
    if state.closed_under is not None:
        raise NotAllowed("This journal goes on at another server. Follow it there, or finish moving: `duolog follow`.")
    if state.closed:  # check: client.closed
        raise NotAllowed("This journal is closed.")
    return state, state.roster


def freeze(store: Store, journal: bytes, reason: str) -> None:
    """Make a journal read-only for good, with the reason. What was verified stays readable."""
    if store.row("SELECT 1 FROM journal WHERE id = ?", journal) is None:
        save_log(store, empty_log(journal))
    store.write("UPDATE journal SET frozen = ? WHERE id = ? AND frozen IS NULL", reason, journal)


def thaw(store: Store, journal: bytes) -> None:
    """Let a journal go on from its mark, at another server than the one that broke the rules in it."""
    store.write("UPDATE journal SET frozen = NULL WHERE id = ?", journal)


def frozen_reason(store: Store, journal: bytes) -> str | None:
    """Why a journal is read-only, or None."""
    row = store.row("SELECT frozen FROM journal WHERE id = ?", journal)
    return None if row is None or row[0] is None else str(row[0])


def newest_receipt(store: Store, journal: bytes) -> Receipt | None:
    """The newest verified receipt of a journal, but for one that was stored before times were bounded."""
    row = store.row(
        "SELECT receipt FROM receipt WHERE journal = ? AND substr(receipt, 41, 8) BETWEEN ? AND ? "
        "ORDER BY seq DESC LIMIT 1",
        *(journal, u64(sizes.EARLIEST_TIME), u64(sizes.LATEST_TIME)),
    )
    return None if row is None else parse_receipt(as_bytes(row[0]))


def refused_since(store: Store, journal: bytes, account: bytes) -> tuple[int, ...]:
    """Seqs that I could not open since my last own entry; those of epochs closed to me are nobody's fault."""
    rows = store.rows(
        "SELECT seq FROM item WHERE journal = ?1 AND fault IS NOT NULL AND fault NOT LIKE 'closed%' "
        "AND entry IS NOT NULL AND seq > (SELECT coalesce(max(seq), 0) FROM item "
        "WHERE journal = ?1 AND author = ?2 AND fault IS NULL) ORDER BY seq LIMIT ?3",
        *(journal, account, sizes.MAX_REFUSED),
    )
    return tuple(as_int(row[0]) for row in rows)


def roster_at(store: Store, journal: bytes, version: int) -> Roster:
    """The roster of one version. Raises: NotAllowed when it isn't here."""
    row = store.row("SELECT roster FROM roster WHERE journal = ? AND version = ?", journal, version)
    if row is None:
        raise NotAllowed("This journal is not here. Sync, or check its name.")
    return parse_roster_state(as_bytes(row[0]))


def encode_roster_state(roster: Roster) -> bytes:
    """A verified roster for the database."""
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
    """What `encode_roster_state` made. Raises: MalformedData when it is damaged."""
    fields = Fields(parse_message_json(data), "A stored roster")
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
        grants=_read_grants(fields.json_object("grants")),
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


def _read_grants(value: JsonObject) -> dict[bytes, bytes]:
    grants = Fields(value, "Stored grants")
    return {parse_b64(account, sizes.ACCOUNT_ID): grants.data(account, sizes.HASH) for account in value}
