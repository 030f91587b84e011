"""One journal of an export under examination: its entries against the texts that the file gives for them.

The log itself was verified when an item comes here. This holds what the texts come to, by the same reducers that every
client uses, so that names, effects and boundaries are recomputed and not believed. Spec: §12
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from duolog.api.pages import Placed
from duolog.client.export.format import REMOVED, document_fields, same, state_fields
from duolog.client.log.folding import document_context
from duolog.client.log.verify_authors import BAD_GRANT, CLOSED_TO_ME, UNFORESEEN
from duolog.documents.base import AppliedDocument
from duolog.documents.base import Context as DocumentContext
from duolog.documents.journal import apply_all
from duolog.documents.names import shown_names
from duolog.documents.state import JournalState
from duolog.errors import BadReceipt, EntryFault, MalformedData, VerificationError
from duolog.protocol import sizes
from duolog.protocol.codec import JsonObject, encode_b64, parse_b64
from duolog.protocol.entries import Header, check_entry, parse_header, require_blob_size
from duolog.protocol.log import EntryItem, LogState
from duolog.protocol.messages import Message, message_hash, parse_message
from duolog.protocol.receipts import Receipt, verify_receipt
from duolog.protocol.roster_changes import Roster
from duolog.seal.entries import open_exported

# What only the exporter can tell: their own keys, or the journal's, say so.
PERSONAL = frozenset(
    {
        *(CLOSED_TO_ME, BAD_GRANT, "entries.commitment", "entries.aead", "entries.padding", "entries.tag"),
        *("entries.own_older", "messages.parse", "messages.attachments", "messages.seen", "messages.follows"),
        UNFORESEEN,
    }
)
_GAPS = ("erased", REMOVED)


@dataclass(slots=True)
class UnsentEntry:
    """An entry of the log that a line of the file must speak of. `fault`: what anybody can see is wrong with it."""

    placed: Placed
    item: EntryItem
    roster: Roster
    header: Header | None
    fault: tuple[str, str] | None
    time: int = 0
    key_since: int = 0

    def about(self) -> JsonObject:
        """What every line repeats."""
        return {
            "seq": self.placed.seq,
            "entry": encode_b64(b"" if self.header is None else self.header.entry),
            "author": encode_b64(b"" if self.header is None else self.header.author),
            "received": self.time,
        }


@dataclass(slots=True)
class JournalCheck:
    """What one journal comes to, so far."""

    journal: bytes
    account: bytes
    receipt_keys: Sequence[bytes]
    state: JournalState = field(default_factory=JournalState)
    documents: int = 0
    unreadable: int = 0
    member: bool = False
    gone: list[UnsentEntry] = field(default_factory=list)
    _heads: list[bytes] = field(default_factory=list)
    _entries: dict[bytes, tuple[int, bytes]] = field(default_factory=dict)
    _push: list[UnsentEntry] = field(default_factory=list)
    _waiting: list[UnsentEntry] = field(default_factory=list)
    _opened: list[tuple[AppliedDocument, DocumentContext]] = field(default_factory=list)
    _claims: dict[int, tuple[object, object, object]] = field(default_factory=dict)
    _key: bytes | None = None
    _since: int = 1
    _last: int = 0

    # --- the log ---

    def add(self, placed: Placed, log: LogState) -> None:
        """One verified item. `log`: the state after it."""
        self._heads.append(log.head)
        roster = log.roster
        if roster is None:
            return
        self.member = self.member or roster.find(self.account) is not None
        if not isinstance(placed.item, EntryItem):
            return
        waiting = UnsentEntry(placed, placed.item, roster, None, None)
        try:
            waiting.header = parse_header(placed.item.header)
        except MalformedData as error:
            waiting.fault = ("entries.header", str(error))
        else:
            waiting.fault = self._fault(waiting, waiting.header)
            self._entries.setdefault(waiting.header.entry, (placed.seq, waiting.header.author))
        self._push.append(waiting)

    def received(self, log: LogState) -> None:
        """The push ends here, with the receipt that `log` has accepted."""
        if log.key != self._key:
            self._key, self._since = log.key, self._last + 1
        self._last = log.seq
        for item in self._push:
            item.time, item.key_since = log.time, self._since
            (self._waiting if item.item.blob is not None else self.gone).append(item)
        self._push = []

    def take_waiting(self) -> list[UnsentEntry]:
        """The entries that the file must speak of before its next page."""
        waiting, self._waiting = self._waiting, []
        return waiting

    def _fault(self, waiting: UnsentEntry, header: Header) -> tuple[str, str] | None:
        try:
            check_entry(header, waiting.roster)
            if header.entry in self._entries:
                raise EntryFault("An entry of this name exists already.", check="client.entry_unique")
            if waiting.item.blob is not None:
                require_blob_size(waiting.item.blob)
        except EntryFault as error:
            return error.check, str(error)
        except MalformedData as error:
            return "messages.parse", str(error)
        return None

    # --- the lines ---

    def document(self, item: UnsentEntry, line: JsonObject) -> None:
        """A line that gives a text. Raises: VerificationError, MalformedData."""
        if item.fault is not None or item.header is None:  # check: export.refused_entry
            raise VerificationError(
                "The file gives a text for an entry that breaks the rules.", check="export.refused_entry"
            )
        key = line.pop("key", None)
        if not isinstance(key, str) or item.item.blob is None:
            raise MalformedData("A document of the export has no key.")
        try:
            opened = open_exported(
                item.item.header, item.item.blob, parse_b64(key, sizes.EPOCH_KEY), len(item.roster.members)
            )
        except EntryFault as error:
            raise VerificationError(str(error), check="export.opens") from error
        message = parse_message(opened)
        self._check_message(item, item.header, message)
        applied = AppliedDocument(
            *(item.header.entry, item.placed.seq, item.header.author, message_hash(opened), message.document),
            received=item.time,
            refused=message.refused,
            generation=item.header.generation,
            key_since=item.key_since,
        )
        self._claims[item.placed.seq] = (line.pop("name", ""), line.pop("counts", ""), line.pop("without_effect", ""))
        document = {**message.document.encode_json(), "message": encode_b64(applied.message)}
        if not same(line, {**item.about(), **document}):  # check: export.document
            raise VerificationError("A text in the file is not what its sealed entry says.", check="export.document")
        self.documents += 1
        self._opened.append((applied, document_context(item.roster)))

    def fold(self) -> None:
        """The texts of a page, into what they come to."""
        self.state = apply_all(self.state, self._opened)
        self._opened = []

    def unreadable_line(self, item: UnsentEntry, line: JsonObject) -> None:
        """A line that says why there is no text. Raises: VerificationError."""
        check, reason = line.pop("check", None), line.pop("reason", None)
        if not same(line, item.about()) or not isinstance(reason, str):  # check: export.unreadable
            raise VerificationError(
                "An unreadable entry in the file is another one in the log.", check="export.unreadable"
            )
        expected = {item.fault[0]} if item.fault is not None else PERSONAL
        if check not in expected:  # check: export.reason
            raise VerificationError(
                "An entry is called unreadable for a reason that isn't true.", check="export.reason"
            )
        if check == CLOSED_TO_ME and self.account in item.roster.grants:  # check: export.closed
            raise VerificationError(
                "An entry is called closed to somebody who was given its key.", check="export.closed"
            )
        self.unreadable += 1

    def _check_message(self, item: UnsentEntry, header: Header, message: Message) -> None:
        if tuple(part.id for part in message.attachments) != header.attachments:  # check: export.attachments
            raise VerificationError("A text names other attachments than its entry.", check="export.attachments")
        seq, author = self._entries.get(message.follows or b"", (item.placed.seq, b""))
        follows = message.follows is None or (seq < item.placed.seq and author == header.author)
        if not follows:  # check: export.follows
            raise VerificationError("A text follows one of its author that isn't there.", check="export.follows")
        if not self._is_seen(item, message.seen):  # check: export.seen
            raise VerificationError("A text has seen another history than this one.", check="export.seen")

    def _is_seen(self, item: UnsentEntry, seen: Receipt) -> bool:
        if not 0 < seen.seq < item.placed.seq or self._heads[seen.seq - 1] != seen.head:
            return False
        return any(_is_signed(seen, self.journal, key) for key in self.receipt_keys)

    # --- the end ---

    def finish(self, line: JsonObject, log: LogState, at: int) -> str | None:
        """The state as the file tells it is what the log and the texts come to; why it is frozen, by the file's word.

        Raises: VerificationError, MalformedData.
        """
        if log.roster is None or not self.member:  # check: export.member
            raise VerificationError("Whoever exported was never a member of this journal.", check="export.member")
        for item in self.state.timeline:
            fields = document_fields(item, self.state)
            true = (fields["name"], fields["counts"], fields["without_effect"])
            if self._claims.get(item.applied.seq) != true:  # check: export.effect
                raise VerificationError("The file says another name or effect than the texts.", check="export.effect")
        frozen, gaps = line.pop("frozen", ""), line.pop("gone", None)
        if frozen is not None and not isinstance(frozen, str):
            raise MalformedData("The state in the export has no valid field frozen.")
        self._check_gaps(gaps)
        true_state = {
            **state_fields(log.roster, self.state, log.closed, at),
            "documents": self.documents,
            "unreadable": self.unreadable,
        }
        if not same(line, true_state):  # check: export.state
            raise VerificationError("The state in the file is not what its log comes to.", check="export.state")
        return frozen

    def _check_gaps(self, gaps: object) -> None:
        """Each gap is named, and called a withdrawal exactly when its author withdrew it."""
        if not isinstance(gaps, list) or not all(isinstance(gap, dict) for gap in gaps):
            raise MalformedData("The state in the export has no valid field gone.")
        told = [gap.get("why") for gap in gaps]
        named = [{key: value for key, value in gap.items() if key != "why"} for gap in gaps]
        if not same(named, [item.about() for item in self.gone]):  # check: export.gone
            raise VerificationError("The file names other gaps than the log has.", check="export.gone")
        for item, why in zip(self.gone, told, strict=True):
            header = item.header
            seq = item.placed.seq
            withdrawn = header is not None and self.state.withdrawn(header.entry, header.author, seq, item.time)
            closed = self.account not in item.roster.grants
            true = ("withdrawn",) if withdrawn else ("closed",) if closed else _GAPS
            if why not in true:  # check: export.gap
                raise VerificationError("The file gives a false reason for a gap.", check="export.gap")

    def members(self, roster: Roster) -> tuple[str, ...]:
        """Names and roles, for a person."""
        given = {account: profile.display_name for account, profile in self.state.profiles.items()}
        names = shown_names(given)
        return tuple(f"{names.get(item.account, 'no name')} ({item.role})" for item in roster.members)


def _is_signed(receipt: Receipt, journal: bytes, key: bytes) -> bool:
    try:
        verify_receipt(receipt, journal, key)
    except BadReceipt:
        return False
    return True
