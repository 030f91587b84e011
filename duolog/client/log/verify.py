"""What a client believes of a page: the protocol's eight steps, in their order.

    1  sequence gapless, heads chain, nothing behind the mark, nothing after a close   server fault
    2  receipts                                                                        server fault
    3  roster rules, and my grants                                                     server fault
    4  author a member who may write, epoch and generation in force, id new            author fault
    5  commitment                                                                      author fault
    6  AEAD and padding                                                                author fault
    7  own tag                                                                         author fault
    8  message, `seen`, `follows`, attachments                                         author fault

A server fault raises, and the caller freezes the journal. An author fault is kept with its item; the chain goes on. A
`seen` with a valid receipt for another head, or of another time for the same head, proves that the server showed two
histories, and raises Fork; under the key of an earlier server it proves nothing: another head is the author's fault.

An error that nobody foresaw is the server's fault in steps 1 to 3, and the entry's in 4 to 8: each is judged inside
`contained`, and what the home knows is read outside of it, through `Known` and in batches. A home is asked only about
what a verified receipt names, and below the entry's own place. Nothing is stored or fetched here. Spec: §6
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from duolog.api.pages import Placed, PulledPush
from duolog.client.home.receipt_keys import EarlierKey, key_at
from duolog.errors import (
    BadReceipt,
    EntryFault,
    Fork,
    LogViolation,
    MalformedData,
    OpenError,
    Rollback,
    RosterViolation,
    VerificationError,
    Withheld,
)
from duolog.protocol.codec import parse_canonical
from duolog.protocol.containing import contained
from duolog.protocol.entries import Header, check_entry, parse_header, require_blob_size
from duolog.protocol.log import EntryItem, LogState, StatementItem, accept_receipt, append_item
from duolog.protocol.messages import Message, parse_message
from duolog.protocol.receipts import Receipt, verify_receipt
from duolog.protocol.roster import Chains
from duolog.protocol.roster_changes import Roster
from duolog.protocol.statements import SignedStatement
from duolog.seal.entries import open_entry, readers_of
from duolog.seal.grants import unwrap_grant
from duolog.seal.keys import EpochKey, GenerationSecret

CLOSED_TO_ME = "closed"  # an epoch without a grant for me: nobody's fault
OWN_OLDER = (
    "entries.own_older",
    "It was written with keys of yours that had been replaced already: perhaps by a device that was taken out.",
)
OTHER_BRANCH = (
    "entries.tag",
    "It was written under a branch of an account that was refused since, and that this home does not have.",
)
BAD_GRANT = "bad_grant"  # my grant did not open: the fault of whoever made the epoch
UNFORESEEN = "entries.unforeseen"
ENTRY_FAULT = partial(EntryFault, check=UNFORESEEN)
SERVER_FAULT = partial(LogViolation, check="log.unforeseen")


@dataclass(frozen=True, slots=True)
class Me:
    """Who is reading: the account and its secrets by generation."""

    account: bytes
    secrets: Mapping[int, GenerationSecret]


@dataclass(slots=True)
class Known:
    """What the home holds of one journal. `epochs`: None where a grant was bad; `acknowledged`: digests by seq.

    `heads(seqs)` gives the verified heads at these seqs, each with the time of the receipt that covers it;
    `entries(ids)` the seq and author of these entries.
    `believed`: for each earlier generation of mine, the last seq up to which its entries count. `earlier`: whose
    receipts it holds from before it was carried to this server.
    """

    receipt_key: bytes
    chains: Chains
    epochs: dict[int, EpochKey | None]
    acknowledged: Mapping[int, bytes]
    heads: Callable[[Sequence[int]], dict[int, tuple[bytes, int]]]
    entries: Callable[[Sequence[bytes]], dict[bytes, tuple[int, bytes]]]
    believed: Mapping[int, int] = field(default_factory=dict)
    earlier: Sequence[EarlierKey] = ()

    def key_at(self, seq: int) -> bytes:
        """The receipt key of a seq: that of an earlier server where the journal was carried here. 32 bytes."""
        return key_at(self.earlier, self.receipt_key, seq)

    def is_earlier(self, seq: int) -> bool:
        """Whether what stands at a seq was accepted under another key than that of today's server."""
        return self.key_at(seq) != self.receipt_key


@dataclass(slots=True)
class Judged:
    """An item after its steps. `roster`: in force at its place (after its own change). `fault`: (check, sentence) or
    None."""

    placed: Placed
    head: bytes
    digest: bytes
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


def require_beyond(state: LogState, newest: int, acknowledged: Mapping[int, bytes]) -> None:
    """Step 1, for the page as a whole: the server is not behind what this home has seen or was promised.

    Raises: Rollback. Spec: §6.
    """
    if newest < max(state.seq, *acknowledged, 0):  # check: client.rollback
        raise Rollback(
            "The server shows less than it did before: entries that were there are gone.", check="client.rollback"
        )


def verify_server(state: LogState, push: PulledPush, me: Me, known: Known) -> JudgedPush:
    """Steps 1 to 3 for one push.

    Raises:
        LogViolation, Rollback, BadReceipt, RosterViolation, ChainViolation, BadSignature, MalformedData: a server
        fault.
    Spec: §6.
    """
    with contained("What the server shows of this journal", SERVER_FAULT):
        return _verify_push(state, push, me, known)


def _verify_push(state: LogState, push: PulledPush, me: Me, known: Known) -> JudgedPush:
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
        judged.items.append(Judged(placed, state.head, placed.item.digest, state.roster))
        if isinstance(placed.item, StatementItem):
            _take_grant(state.roster, placed, me, known)
    judged.state = accept_receipt(state, push.receipt, known.key_at(push.receipt.seq))
    for item in judged.items:
        item.time = judged.state.time
    return judged


def _take_grant(roster: Roster, placed: Placed, me: Me, known: Known) -> None:
    """My grant of an epoch that this statement made. A missing or another grant is the server's fault."""
    member = roster.find(me.account)
    if roster.epoch in known.epochs or member is None:
        return
    if not isinstance(placed.item, StatementItem) or not _is_fresh(placed.item.signed):
        return
    grant = placed.grants.get(me.account)
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


def _is_fresh(signed: SignedStatement) -> bool:
    return "grants" in parse_canonical(signed.statement)


def verify_authors(pushes: Sequence[JudgedPush], me: Me, known: Known) -> None:
    """Steps 4 to 8 for the entries of verified pushes; a fault is kept with its item.

    Raises:
        Fork: an author has seen another history of this journal, signed by the server.
    Spec: §6.
    """
    items = [item for push in pushes for item in push.items if isinstance(item.placed.item, EntryItem)]
    for item in items:
        item.header = _header_of(item)
    earlier = known.entries([item.header.entry for item in items if item.header is not None])
    for item in items:
        if item.header is not None and item.fault is None:
            _judge(item, item.header, earlier, me, known)
            earlier.setdefault(item.header.entry, (item.placed.seq, item.header.author))
    _judge_messages(pushes, items, earlier, known)


def _header_of(item: Judged) -> Header | None:
    assert isinstance(item.placed.item, EntryItem)  # noqa: S101  # verify_authors chose entries alone
    try:
        with contained("This entry", ENTRY_FAULT):
            return parse_header(item.placed.item.header)
    except EntryFault as error:
        item.fault = (error.check, str(error))
        return None
    except MalformedData as error:
        item.fault = ("entries.header", str(error))
        return None


def _judge(item: Judged, header: Header, earlier: Mapping[bytes, tuple[int, bytes]], me: Me, known: Known) -> None:
    try:
        with contained("This entry", ENTRY_FAULT):
            _judge_steps(item, header, earlier, me, known)
    except EntryFault as error:
        item.fault = (error.check, str(error))
    except MalformedData as error:
        item.fault = ("messages.parse", str(error))
    except OpenError as error:
        item.fault = (BAD_GRANT if header.epoch in known.epochs else CLOSED_TO_ME, str(error))


def _judge_steps(
    item: Judged, header: Header, earlier: Mapping[bytes, tuple[int, bytes]], me: Me, known: Known
) -> None:
    # 4. a member who may write, epoch and generation in force, id new
    check_entry(header, item.roster)
    _check_own_older(item, header, me, known)
    if header.entry in earlier:  # check: client.entry_unique
        raise EntryFault("An entry of this name exists already.", check="client.entry_unique")
    # 5. commitment, 6. AEAD and padding, 7. own tag
    item.message = open_verified(item.placed, header, item.roster, me, known)
    # 8. the message itself
    if item.message is not None:
        item.parsed = parse_message(item.message)
        if tuple(part.id for part in item.parsed.attachments) != header.attachments:  # check: client.attachments
            raise EntryFault("The entry names other attachments than it carries.", check="messages.attachments")


def _check_own_older(item: Judged, header: Header, me: Me, known: Known) -> None:
    """What an earlier generation of mine wrote behind the place that its rotation noted."""
    last = known.believed.get(header.generation, item.placed.seq)
    if header.author == me.account and item.placed.seq > last:  # check: entries.own_older
        check, sentence = OWN_OLDER
        raise EntryFault(sentence, check=check)


def open_verified(placed: Placed, header: Header, roster: Roster, me: Me, known: Known) -> bytes | None:
    """Steps 5 to 7 of one entry; None where its blob is gone, unless its epoch is closed to me anyway.

    Raises:
        EntryFault, MalformedData: the author's fault.
        OpenError: this epoch is closed to me, or my grant was bad.
    Spec: §6.
    """
    if not isinstance(placed.item, EntryItem):
        return None
    if header.epoch not in known.epochs:
        raise OpenError("This was written before you joined, and stays closed to you.")
    if placed.item.blob is None:
        return None
    require_blob_size(placed.item.blob)
    member, key = roster.find(me.account), known.epochs.get(header.epoch)
    secret = None if member is None else me.secrets.get(member.generation)
    if key is None and header.epoch in known.epochs:
        raise OpenError("The key that you were sent for this part of the journal is no good; a new one was asked for.")
    if key is None or secret is None:
        raise OpenError("This was written before you joined, and stays closed to you.")
    return open_entry(header, placed.item.blob, key, me.account, secret, readers_of(roster, known.chains))


def _judge_messages(
    pushes: Sequence[JudgedPush], items: Sequence[Judged], earlier: dict[bytes, tuple[int, bytes]], known: Known
) -> None:
    """The rest of step 8: `seen`, whose receipt is verified before the home is asked for its head, then `follows`."""
    opened = [(item, item.header, item.parsed) for item in items if item.header is not None and item.parsed is not None]
    proven = [one for one in opened if _is_proven(one[0], one[2].seen, known)]
    here = {item.placed.seq: (item.head, item.time) for push in pushes for item in push.items}
    asked = {p.seen.seq for item, _, p in proven if p.seen.seq < item.placed.seq and p.seen.seq not in here}
    heads = {**known.heads(sorted(asked)), **here}
    followed = [p.follows for _, _, p in proven if p.follows is not None and p.follows not in earlier]
    earlier = {**known.entries(followed), **earlier}
    for item, header, parsed in proven:
        try:
            _check_fork(item, parsed.seen, heads, known)
            with contained("This entry", ENTRY_FAULT):
                _check_follows(item, header, parsed, earlier)
        except EntryFault as error:
            item.fault = (error.check, str(error))


def _is_proven(item: Judged, seen: Receipt, known: Known) -> bool:
    """Whether the server signed what an author says to have seen; if not, that is the entry's fault."""
    try:
        with contained("This entry", ENTRY_FAULT):
            _check_seen(item, seen, known)
    except EntryFault as error:
        item.fault = (error.check, str(error))
        return False
    return True


def _check_seen(item: Judged, seen: Receipt, known: Known) -> None:
    try:
        verify_receipt(seen, item.roster.journal, known.key_at(seen.seq))
    except BadReceipt as error:
        raise EntryFault("The entry says that it saw something, without proof.", check="messages.seen") from error


def _check_fork(item: Judged, seen: Receipt, heads: Mapping[int, tuple[bytes, int]], known: Known) -> None:
    """An author can't have seen a head that covers this very entry, or another one: both prove another history.

    An earlier server's key may be anybody's by now: under it they prove nothing, and what was verified before stands.
    Where a journal came back to a server that it had left, that server's key of today proves it for the past as well.
    """
    head, time = heads.get(seen.seq, (b"", 0))
    conflicts = seen.seq >= item.placed.seq or head != seen.head
    if conflicts and known.is_earlier(seen.seq):  # check: client.seen_earlier
        raise EntryFault(
            "The entry says that it saw another history, under the key of a server that was left.",
            check="client.seen_earlier",
        )
    if conflicts:  # check: client.fork
        raise Fork(
            "The server has shown the two of you different histories of this journal. Compare `heads` in person.",
            check="client.fork",
        )
    if time != seen.time and not known.is_earlier(seen.seq):  # check: client.fork_time
        raise Fork(
            "The server has dated the same entry differently for the two of you. What counts depends on these times.",
            check="client.fork_time",
        )


def _check_follows(item: Judged, header: Header, parsed: Message, earlier: Mapping[bytes, tuple[int, bytes]]) -> None:
    if parsed.follows is None:
        return
    seq, author = earlier.get(parsed.follows, (item.placed.seq, b""))
    if seq >= item.placed.seq or author != header.author:  # check: client.follows
        raise EntryFault("The entry follows one of its author that isn't here.", check="messages.follows")
