"""The log of a journal: one hash chain over entries and statements, with rules that a server can't break unseen.

Rules (steps 1 to 3 of a client's order, spec §6)
1. Seqs are gapless from 1; each head is the hash of the head before and the item's digest; nothing follows a close.
2. Each push ends in a receipt of the pinned key over its last head; times never decrease under one key.
3. Roster statements and closings obey the rules of `roster`.

The server appends with the same functions, so it refuses what clients would disbelieve. This module doesn't judge
authors (steps 4 to 8): an entry that only its author spoilt advances the chain like any other.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from duolog.errors import BadReceipt, LogViolation, RosterViolation
from duolog.protocol.codec import label, parse_canonical, sha256
from duolog.protocol.entries import blob_hash, entry_digest
from duolog.protocol.receipts import Receipt, is_plausible, verify_receipt
from duolog.protocol.roster import Chains, check_change, check_close
from duolog.protocol.roster_changes import Roster
from duolog.protocol.roster_statements import parse_close, statement_type
from duolog.protocol.statements import SignedStatement, statement_digest


@dataclass(frozen=True, slots=True)
class StatementItem:
    """A roster statement or a closing at its place in the log."""

    signed: SignedStatement

    @property
    def digest(self) -> bytes:
        return statement_digest(self.signed)


@dataclass(frozen=True, slots=True)
class EntryItem:
    """An entry at its place in the log. `blob` is None where it was withdrawn or erased; its hash stays."""

    header: bytes
    hash_of_blob: bytes
    blob: bytes | None

    @property
    def digest(self) -> bytes:
        return entry_digest(self.header, self.hash_of_blob)


Item = StatementItem | EntryItem


def entry_item(header: bytes, blob: bytes) -> EntryItem:
    """An entry with its blob, as pushed or pulled. Spec: §6."""
    return EntryItem(header=header, hash_of_blob=blob_hash(blob), blob=blob)


@dataclass(frozen=True, slots=True)
class LogState:
    """The verified end of a log.

    The last `seq` and its `head`, the newest receipt's `time` and the `key` that signed it (None where there is no
    receipt yet), the roster in force, and whether the journal is closed.
    `closed_under`: the receipt key of the one server whose log the closing ends, None for one that ends the journal.
    """

    journal: bytes
    seq: int
    head: bytes
    time: int
    key: bytes | None
    roster: Roster | None
    closed: bool
    closed_under: bytes | None = None


def first_head(journal: bytes) -> bytes:
    """head_0 of a journal. 32 bytes. Spec: §6."""
    return sha256(label("log"), journal)


def next_head(head: bytes, digest: bytes) -> bytes:
    """head_n from head_{n-1} and the item's digest. 32 bytes. Spec: §6."""
    return sha256(label("head"), head, digest)


def empty_log(journal: bytes) -> LogState:
    """The state before the genesis. Spec: §6."""
    return LogState(journal=journal, seq=0, head=first_head(journal), time=0, key=None, roster=None, closed=False)


def append_item(state: LogState, seq: int, item: Item, chains: Chains) -> LogState:
    """The state after one item. `accept_receipt` adds the receipt of its push.

    Raises:
        LogViolation: the item leaves a gap, repeats a seq, or follows a close.
        MalformedData, RosterViolation, ChainViolation, BadSignature: a statement breaks the rules.
    Spec: §6.
    """
    if seq != state.seq + 1:  # check: log.gapless
        raise LogViolation(
            "The journal's entries are not in sequence: one is missing or repeated.", check="log.gapless"
        )
    if isinstance(item, EntryItem):
        return append_entries(state, (item.digest,))
    return _append_statement(state, item, chains)


def append_entries(state: LogState, digests: Iterable[bytes]) -> LogState:
    """The state after entries with these digests, one after the other.

    Raises:
        LogViolation: the entries follow a close, or come before the genesis.
    Spec: §6.
    """
    _require_open(state)
    if state.roster is None:  # check: log.genesis_first
        raise LogViolation("The journal does not begin with its genesis.", check="log.genesis_first")
    seq, head = state.seq, state.head
    for digest in digests:
        seq, head = seq + 1, next_head(head, digest)
    return _moved(state, seq, head)


def _append_statement(state: LogState, item: StatementItem, chains: Chains) -> LogState:
    _require_open(state)
    signed, state = item.signed, _moved(state, state.seq + 1, next_head(state.head, item.digest))
    if statement_type(parse_canonical(signed.statement)) == "roster":
        roster = check_change(state.roster, signed, chains)
        if roster.journal != state.journal:  # check: log.genesis_journal
            raise LogViolation("The journal's genesis belongs to another journal.", check="log.genesis_journal")
        return replace(state, roster=roster)
    if state.roster is None:
        raise LogViolation("The journal does not begin with its genesis.", check="log.genesis_first")
    close = parse_close(signed.statement)
    if [item.account for item in signed.signatures] != [close.account]:  # check: log.close_signer
        raise RosterViolation("A closing is signed by its author alone.", check="log.close_signer")
    check_close(state.roster, close, signed.signatures[0].signature, chains)
    return replace(state, closed=True, closed_under=close.receipt_key)


def _require_open(state: LogState) -> None:
    if state.closed:  # check: log.after_close
        raise LogViolation("Something follows the closing of this journal.", check="log.after_close")


def _moved(state: LogState, seq: int, head: bytes) -> LogState:
    """The state with another end. This runs once an item, and `replace` takes three times as long."""
    return LogState(*(state.journal, seq, head, state.time, state.key, state.roster, state.closed, state.closed_under))


def accept_receipt(state: LogState, receipt: Receipt, receipt_key: bytes) -> LogState:
    """The state after the receipt that ends a push.

    Raises:
        BadReceipt: the receipt covers another seq or head, another key signed it, no clock shows its time, or its time
            is before the last receipt's under the same key.
        RosterViolation: its push closes the log of another server.
    Spec: §6.
    """
    if (receipt.seq, receipt.head) != (state.seq, state.head):  # check: log.receipt_head
        raise BadReceipt("A receipt is for another head than the log gives.", check="log.receipt_head")
    verify_receipt(receipt, state.journal, receipt_key)  # check: log.receipt_signature
    if not is_plausible(receipt.time):  # check: log.receipt_range
        raise BadReceipt("The server dates a receipt before 2020 or after 2200.", check="log.receipt_range")
    if receipt_key == state.key and receipt.time < state.time:  # check: log.receipt_time
        raise BadReceipt("The server's receipts run backwards in time.", check="log.receipt_time")
    if state.closed_under not in (None, receipt_key):  # check: log.close_key
        raise RosterViolation("A closing belongs to another server's log of this journal.", check="log.close_key")
    return replace(state, time=receipt.time, key=receipt_key)


def append_push(
    state: LogState, items: Iterable[Item], receipt: Receipt, receipt_key: bytes, chains: Chains
) -> LogState:
    """The state after one whole push: its items in order and the receipt at its end.

    Raises: as `append_item` and `accept_receipt`.
    Spec: §6.
    """
    for item in items:
        state = append_item(state, state.seq + 1, item, chains)
    return accept_receipt(state, receipt, receipt_key)
