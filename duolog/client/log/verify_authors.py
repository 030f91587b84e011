"""Steps 4 to 8 of the protocol's verification, for which each entry's author is answerable.

A `seen` with a valid receipt for another head, or of another time for the same head, proves that the server showed two
histories, and raises Fork. Under the key of an earlier server it proves nothing: another head is the author's fault.
The home is asked only about the places that a verified receipt names, and below the entry's own place. Spec: §6
"""

from collections.abc import Mapping, Sequence
from functools import partial
from operator import attrgetter

from duolog.api.pages import Placed
from duolog.client.home.identity import Identity
from duolog.client.log.verify import Judged, JudgedPush, Known
from duolog.errors import EntryFault, Fork, MalformedData, OpenError
from duolog.protocol.containing import as_foreseen, contained
from duolog.protocol.entries import Header, check_entry, parse_header, require_blob_size
from duolog.protocol.log import EntryItem
from duolog.protocol.messages import Message, parse_message
from duolog.protocol.receipts import Receipt, signer_of
from duolog.protocol.roster_changes import Roster
from duolog.seal.entries import EntryOpener, readers_of

CLOSED_TO_ME = "closed"  # an epoch without a grant for me: nobody's fault
OWN_OLDER = (
    "entries.own_older",
    "It was written with keys of yours that had been replaced already: perhaps by a device that was taken out.",
)
OTHER_BRANCH = (
    "entries.tag",
    "It was written under a branch of an account that was refused since, and that this home does not have.",
)
BAD_GRANT = "bad_grant"  # my grant did not open: the fault of the member who made the epoch
UNFORESEEN = "entries.unforeseen"
_CLOSED = "This was written before you joined, and stays closed to you."
_ID = attrgetter("id")
ENTRY_FAULT = partial(EntryFault, check=UNFORESEEN)


def verify_authors(pushes: Sequence[JudgedPush], me: Identity, known: Known) -> None:
    """Steps 4 to 8 for the entries of verified pushes. A fault stands with its item.

    Raises:
        Fork: an author has seen another history of this journal, signed by the server.
    Spec: §6.
    """
    entries = [(item, item.placed.item) for push in pushes for item in push.items]
    for item, entry in entries:
        if isinstance(entry, EntryItem):
            with _keeping_fault(item, "entries.header"):
                item.header = parse_header(entry.header)
    items = [(item, item.header) for item, _ in entries if item.header is not None]
    earlier, openers = known.entries([header.entry for _, header in items]), Openers(me, known)
    for item, header in items:
        _judge(item, header, earlier, openers)
        earlier.setdefault(header.entry, (item.placed.seq, header.author))
    _judge_messages(pushes, items, earlier, known)


class _keeping_fault:  # noqa: N801  # reads as `suppress` does
    """Keep the author's fault that is raised inside with its item. `malformed`: the check that MalformedData fails."""

    __slots__ = ("_item", "_malformed")

    def __init__(self, item: Judged, malformed: str) -> None:
        self._item, self._malformed = item, malformed

    def __enter__(self) -> None: ...

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> bool:
        if not isinstance(error, Exception):
            return False
        fault = as_foreseen(error, "This entry", ENTRY_FAULT)
        if isinstance(fault, EntryFault):
            self._item.fault = (fault.check, str(fault))
        elif isinstance(fault, MalformedData):
            self._item.fault = (self._malformed, str(fault))
        return isinstance(fault, EntryFault | MalformedData)


def _judge(item: Judged, header: Header, earlier: Mapping[bytes, tuple[int, bytes]], openers: "Openers") -> None:
    me, known = openers.me, openers.known
    try:
        with _keeping_fault(item, "messages.parse"):
            # 4. a member who may write, epoch and generation in force, id new
            check_entry(header, item.roster)
            last = known.believed.get(header.generation, item.placed.seq)
            if header.author == me.account and item.placed.seq > last:  # check: entries.own_older
                check, sentence = OWN_OLDER
                raise EntryFault(sentence, check=check)
            if header.entry in earlier:  # check: client.entry_unique
                raise EntryFault("An entry of this name exists already.", check="client.entry_unique")
            # 5. commitment, 6. AEAD and padding, 7. own tag
            item.message = openers.open(item.placed, header, item.roster)
            # 8. the message itself
            if item.message is not None:
                item.parsed = parse_message(item.message)
                if tuple(map(_ID, item.parsed.attachments)) != header.attachments:  # check: messages.attachments
                    raise EntryFault("The entry names other attachments than it carries.", check="messages.attachments")
    except OpenError as error:
        item.fault = (BAD_GRANT if header.epoch in known.epochs else CLOSED_TO_ME, str(error))


class Openers:
    """Steps 5 to 7 for the entries of a page: one opener for each roster and epoch. Its keys go with the page."""

    def __init__(self, me: Identity, known: Known) -> None:
        self.me, self.known = me, known
        self._made: dict[tuple[int, int], EntryOpener] = {}

    def open(self, placed: Placed, header: Header, roster: Roster) -> bytes | None:
        """The message of one entry; None where its blob is gone and its epoch is open to me.

        Raises:
            EntryFault, MalformedData: the author's fault.
            OpenError: this epoch is closed to me, or my grant was bad.
        Spec: §6.
        """
        if not isinstance(placed.item, EntryItem):
            return None
        if header.epoch not in self.known.epochs:
            raise OpenError(_CLOSED)
        if placed.item.blob is None:
            return None
        require_blob_size(placed.item.blob)
        at = (roster.version, header.epoch)
        if at not in self._made:
            self._made[at] = self._make(roster, header.epoch)
        return self._made[at].open(header, placed.item.blob)

    def _make(self, roster: Roster, epoch: int) -> EntryOpener:
        key, member = self.known.epochs[epoch], roster.find(self.me.account)
        secret = None if member is None else self.me.secrets.get(member.generation)
        if key is None:
            raise OpenError(
                "The key that you were sent for this part of the journal is no good; a new one was asked for."
            )
        if secret is None:
            raise OpenError(_CLOSED)
        return EntryOpener(key, self.me.account, secret, readers_of(roster, self.known.chains))


def _judge_messages(
    pushes: Sequence[JudgedPush],
    items: Sequence[tuple[Judged, Header]],
    earlier: Mapping[bytes, tuple[int, bytes]],
    known: Known,
) -> None:
    """The rest of step 8: `seen`, whose receipt is verified before the home is asked for its head, then `follows`."""
    opened = [(item, header, item.parsed) for item, header in items if item.parsed is not None]
    signed = {push.receipt for push in pushes}  # verified: by step 2, or as the `seen` of another entry
    proven = [one for one in opened if _is_proven(one[0], one[2].seen, signed, known)]
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


def _is_proven(item: Judged, seen: Receipt, signed: set[Receipt], known: Known) -> bool:
    """Whether the server signed the receipt that an author claims to have seen. If not, that is the entry's fault.

    `signed`: the receipts of this journal that were verified with this page, which this one joins.
    """
    if seen in signed:
        return True
    with _keeping_fault(item, "messages.seen"):
        if signer_of(seen, item.roster.journal, known.keys_at(seen.seq)) is None:
            raise EntryFault("The entry says that it saw something, without proof.", check="messages.seen")
        signed.add(seen)
    return seen in signed


def _check_fork(item: Judged, seen: Receipt, heads: Mapping[int, tuple[bytes, int]], known: Known) -> None:
    """Check that an author saw this history. A head that covers this very entry, or another head, proves another one.

    An earlier server's key may be in other hands by now. Under it another head proves nothing, and the verified history
    stands. Where a journal came back to a server that it had left, that server's key of today proves the past as well.
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
    if seq >= item.placed.seq or author != header.author:  # check: messages.follows
        raise EntryFault("The entry follows one of its author that isn't here.", check="messages.follows")
