"""Verification of a page: the protocol's eight steps, in their order.

    1  sequence gapless, heads chain, nothing behind the mark, nothing after a close   server fault
    2  receipts                                                                        server fault
    3  roster rules, and my grants                                                     server fault
    4  author a member who may write, epoch and generation in force, id new            author fault
    5  commitment                                                                      author fault
    6  AEAD and padding                                                                author fault
    7  own tag                                                                         author fault
    8  message, `seen`, `follows`, attachments                                         author fault

Steps 1 to 3 are here, and 4 to 8 in `verify_authors`. A server fault raises, and the caller freezes the journal. An
author fault stands with its item; the chain goes on. An error that nobody foresaw is the server's fault in steps 1 to
3, and the entry's in 4 to 8: each step runs inside `contained`. The home is read outside of it, through `Known` and in
batches. Nothing is stored or fetched here. Spec: §6
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from duolog.api.pages import Placed, PulledPush
from duolog.client.home.identity import Identity
from duolog.client.home.receipt_keys import EarlierKey, extended, key_at
from duolog.errors import LogViolation, OpenError, Rollback, RosterViolation, VerificationError, Withheld
from duolog.protocol.codec import parse_canonical
from duolog.protocol.containing import contained
from duolog.protocol.entries import Header
from duolog.protocol.log import LogState, StatementItem, accept_receipt, append_item
from duolog.protocol.messages import Message
from duolog.protocol.receipts import Receipt, signer_of
from duolog.protocol.roster import Chains
from duolog.protocol.roster_changes import Roster
from duolog.protocol.statements import SignedStatement
from duolog.seal.grants import unwrap_grant
from duolog.seal.keys import EpochKey

SERVER_FAULT = partial(LogViolation, check="log.unforeseen")


@dataclass(slots=True)
class Known:
    """The home's knowledge of one journal. `epochs`: None where a grant was bad; `acknowledged`: digests by seq.

    `heads(seqs)` gives the verified heads at these seqs, each with the time of the receipt that covers it;
    `entries(ids)` the seq and author of these entries.
    `believed`: for each earlier generation of mine, the last seq up to which its entries count. `receipt_keys`: of the
    server at `origin`, oldest first. `earlier`: where receipts under other keys than its newest end.
    """

    origin: str
    receipt_keys: Sequence[bytes]
    chains: Chains
    epochs: dict[int, EpochKey | None]
    acknowledged: Mapping[int, bytes]
    heads: Callable[[Sequence[int]], dict[int, tuple[bytes, int]]]
    entries: Callable[[Sequence[bytes]], dict[bytes, tuple[int, bytes]]]
    believed: Mapping[int, int] = field(default_factory=dict)
    earlier: Sequence[EarlierKey] = ()

    def keys_at(self, seq: int) -> Sequence[bytes]:
        """The receipt keys that vouch for a seq: all of today's server, or an earlier one's."""
        key = key_at(self.earlier, self.receipt_keys[-1], seq)
        return self.receipt_keys if key in self.receipt_keys else (key,)

    def is_earlier(self, seq: int) -> bool:
        """Whether another server than today's accepted the item at a seq."""
        return self.keys_at(seq) is not self.receipt_keys

    def accept(self, state: LogState, receipt: Receipt) -> LogState:
        """The state after a receipt. A server's keys follow each other: after a newer one an older one counts no more.

        Raises: as `accept_receipt`.
        """
        if self.earlier and receipt.seq <= self.earlier[-1].until:
            return accept_receipt(state, receipt, key_at(self.earlier, b"", receipt.seq))
        keys, replaced = self.receipt_keys, state.key in self.receipt_keys
        if replaced:
            keys = keys[keys.index(state.key) :]
        key = keys[-1] if len(keys) == 1 else signer_of(receipt, state.journal, keys) or keys[-1]
        after = accept_receipt(replace(state, key=key) if replaced else state, receipt, key)  # one clock for all keys
        if key != self.receipt_keys[-1]:
            self.earlier = extended(self.earlier, EarlierKey(receipt.seq, self.origin, key))
        return after


@dataclass(slots=True)
class Judged:
    """An item after its steps. `roster`: in force at its place (after its own change). `fault`: (check, sentence)."""

    placed: Placed
    head: bytes
    roster: Roster
    time: int = 0
    header: Header | None = None
    message: bytes | None = None
    parsed: Message | None = None
    fault: tuple[str, str] | None = None


@dataclass(slots=True)
class JudgedPush:
    """One push, verified: the state after it, and its items."""

    state: LogState
    receipt: Receipt
    items: list[Judged] = field(default_factory=list)


LESS_THAN_BEFORE = "The server shows less than it did before: entries that were there are gone."


def require_beyond(state: LogState, newest: int, acknowledged: Mapping[int, bytes]) -> None:
    """Step 1 for the page as a whole: check that the server is not behind what it has shown or promised to this home.

    Raises: Rollback. Spec: §6.
    """
    if newest < max(state.seq, *acknowledged, 0):  # check: client.rollback
        raise Rollback(LESS_THAN_BEFORE, check="client.rollback")


def verify_server(state: LogState, push: PulledPush, me: Identity, known: Known) -> JudgedPush:
    """Steps 1 to 3 for one push. An epoch that begins in it joins `known.epochs`.

    Raises:
        LogViolation, Rollback, BadReceipt, RosterViolation, ChainViolation, BadSignature, MalformedData: a server
        fault.
    Spec: §6.
    """
    with contained("What the server shows of this journal", SERVER_FAULT):
        judged = JudgedPush(state, push.receipt)
        for placed in push.items:
            promised = known.acknowledged.get(placed.seq)
            if promised is not None and promised != placed.item.digest:  # check: client.acknowledged
                raise Rollback(
                    "The server accepted an entry of yours, and now shows something else in its place.",
                    check="client.acknowledged",
                )
            state = append_item(state, placed.seq, placed.item, known.chains)
            if state.roster is None:
                raise RosterViolation("The journal does not begin with its genesis.", check="log.genesis_first")
            judged.items.append(Judged(placed, state.head, state.roster))
            if isinstance(placed.item, StatementItem):
                _take_grant(state.roster, placed.item.signed, placed.grants, me, known)
        judged.state = known.accept(state, push.receipt)
        for item in judged.items:
            item.time = judged.state.time
        return judged


def _take_grant(
    roster: Roster, signed: SignedStatement, grants: Mapping[bytes, bytes], me: Identity, known: Known
) -> None:
    """Open my grant of an epoch that this statement begins. A missing grant, and another one, are server faults."""
    member = roster.find(me.account)
    if roster.epoch in known.epochs or member is None or "grants" not in parse_canonical(signed.statement):
        return
    grant = grants.get(me.account)
    if grant is None:  # check: client.grant_missing
        raise RosterViolation("The server keeps back your key to this journal.", check="client.grant_missing")
    secret = me.secrets.get(member.generation)
    if secret is None:  # check: client.own_secret
        raise Withheld("The server keeps back your account's newest keys.", check="client.own_secret")
    try:
        known.epochs[roster.epoch] = unwrap_grant(grant, roster, me.account, secret)
    except RosterViolation:
        raise
    except (OpenError, VerificationError):
        known.epochs[roster.epoch] = None
