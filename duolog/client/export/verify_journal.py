"""Verifying one journal of an export: its entries against the texts that the file gives for them.

`verify_export` has verified the log. This module runs the reducers that every client runs: it computes names, effects
and boundaries, and does not believe those of the file. Spec: §12
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from duolog.api.pages import Placed
from duolog.client.export.format import REMOVED, document_fields, same, state_fields
from duolog.client.log.folding import membership
from duolog.client.log.verify_authors import BAD_GRANT, CLOSED_TO_ME, UNFORESEEN
from duolog.documents.applied import AppliedDocument, Membership
from duolog.documents.journal import apply_all
from duolog.documents.journal_state import JournalState
from duolog.documents.names import shown_names
from duolog.errors import EntryFault, MalformedData, VerificationError
from duolog.protocol import sizes
from duolog.protocol.codec import JsonObject, encode_b64, parse_b64
from duolog.protocol.entries import Header, check_entry, parse_header, require_blob_size
from duolog.protocol.log import EntryItem, LogState
from duolog.protocol.messages import Attachment, Message, message_hash, parse_message
from duolog.protocol.receipts import Receipt, signer_of
from duolog.protocol.roster_changes import Roster
from duolog.seal.entries import open_exported

# Reasons that only the exporter's own keys or the journal's keys can show.
PERSONAL = (
    *(CLOSED_TO_ME, BAD_GRANT, "entries.commitment", "entries.aead", "entries.padding", "entries.tag"),
    *("entries.own_older", "messages.parse", "messages.attachments", "messages.seen", "messages.follows"),
    UNFORESEEN,
)


@dataclass(frozen=True, slots=True)
class LoggedEntry:
    """An entry of the log, about which the file must have a line. `fault`: check and sentence, if any shows."""

    seq: int
    item: EntryItem
    roster: Roster
    header: Header | None
    fault: tuple[str, str] | None
    time: int
    key_since: int

    def about(self) -> JsonObject:
        """The fields that each line about it has."""
        return {
            "seq": self.seq,
            "entry": encode_b64(b"" if self.header is None else self.header.entry),
            "author": encode_b64(b"" if self.header is None else self.header.author),
            "received": self.time,
        }


@dataclass(slots=True)
class JournalCheck:
    """The check of one journal, from its first item to its state. `waiting`: entries that need a line in this page.
    `attachments`: of its texts, each with its entry."""

    journal: bytes
    account: bytes
    receipt_keys: Sequence[bytes]
    state: JournalState = field(default_factory=JournalState)
    documents: int = 0
    unreadable: int = 0
    attachments: list[tuple[bytes, Attachment]] = field(default_factory=list)
    member: bool = False
    gone: list[LoggedEntry] = field(default_factory=list)
    waiting: list[LoggedEntry] = field(default_factory=list)
    _heads: list[bytes] = field(default_factory=list)
    _entries: dict[bytes, tuple[int, bytes]] = field(default_factory=dict)
    _opened: list[tuple[AppliedDocument, Membership]] = field(default_factory=list)
    _claims: dict[int, tuple[object, object, object]] = field(default_factory=dict)
    _key: bytes | None = None
    _since: int = 1

    # --- the log ---

    def add_push(self, items: Iterable[tuple[Placed, LogState]], log: LogState) -> None:
        """Take one verified push: its items, each with the state after it. `log`: the state after the receipt."""
        if log.key != self._key:
            self._key, self._since = log.key, len(self._heads) + 1
        for placed, after in items:
            self._heads.append(after.head)
            if after.roster is None:
                continue
            self.member = self.member or after.roster.find(self.account) is not None
            if isinstance(placed.item, EntryItem):
                header, fault = self._check_header(placed.item, after.roster)
                entry = LoggedEntry(placed.seq, placed.item, after.roster, header, fault, log.time, self._since)
                (self.gone if placed.item.blob is None else self.waiting).append(entry)
                if header is not None:
                    self._entries.setdefault(header.entry, (placed.seq, header.author))

    def _check_header(self, item: EntryItem, roster: Roster) -> tuple[Header | None, tuple[str, str] | None]:
        """The header of an entry, if it can be read; and check and sentence of the entry's fault, if it has one."""
        header, malformed = None, "entries.header"
        try:
            header = parse_header(item.header)
            malformed = "messages.parse"
            check_entry(header, roster)
            if header.entry in self._entries:
                raise EntryFault("An entry of this name exists already.", check="client.entry_unique")
            if item.blob is not None:
                require_blob_size(item.blob)
        except EntryFault as error:
            return header, (error.check, str(error))
        except MalformedData as error:
            return header, (malformed, str(error))
        return header, None

    # --- the lines ---

    def document(self, item: LoggedEntry, line: JsonObject) -> None:
        """Check a line with a text. Raises: VerificationError, MalformedData."""
        if item.fault is not None or item.header is None:  # check: export.refused_entry
            raise VerificationError("The file has a text for an entry that breaks rules.", check="export.refused_entry")
        key = line.pop("key", None)
        if not isinstance(key, str) or item.item.blob is None:
            raise MalformedData("A document of the export has no key.")
        try:
            entry_key = parse_b64(key, sizes.EPOCH_KEY)
            opened = open_exported(item.item.header, item.item.blob, entry_key, len(item.roster.members))
        except EntryFault as error:
            raise VerificationError(str(error), check="export.opens") from error
        message = parse_message(opened)
        self._check_message(item, item.header, message)
        applied = AppliedDocument(
            *(item.header.entry, item.seq, item.header.author, message_hash(opened), message.document),
            received=item.time,
            refused=message.refused,
            generation=item.header.generation,
            key_since=item.key_since,
        )
        self._claims[item.seq] = (line.pop("name", ""), line.pop("counts", ""), line.pop("without_effect", ""))
        document = {**message.document.encode_json(), "message": encode_b64(applied.message)}
        if not same(line, {**item.about(), **document}):  # check: export.document
            raise VerificationError("A text in the file is not what its sealed entry says.", check="export.document")
        self.documents += 1
        self.attachments += [(item.header.entry, one) for one in message.attachments]
        self._opened.append((applied, membership(item.roster)))

    def fold(self) -> None:
        """End a page: apply its texts to the state."""
        self.state = apply_all(self.state, self._opened)
        self._opened, self.waiting = [], []

    def unreadable_line(self, item: LoggedEntry, line: JsonObject) -> None:
        """Check a line that says why there is no text. Raises: VerificationError."""
        check, reason = line.pop("check", None), line.pop("reason", None)
        if not same(line, item.about()) or not isinstance(reason, str):  # check: export.unreadable
            raise VerificationError("An unreadable entry of the file isn't that of the log.", check="export.unreadable")
        expected = (item.fault[0],) if item.fault is not None else PERSONAL
        if check not in expected:  # check: export.reason
            raise VerificationError("An entry is called unreadable for a false reason.", check="export.reason")
        if check == CLOSED_TO_ME and self.account in item.roster.grants:  # check: export.closed
            raise VerificationError("An entry is called closed to a member who has its key.", check="export.closed")
        self.unreadable += 1

    def _check_message(self, item: LoggedEntry, header: Header, message: Message) -> None:
        if tuple(part.id for part in message.attachments) != header.attachments:  # check: export.attachments
            raise VerificationError("A text names other attachments than its entry.", check="export.attachments")
        seq, author = self._entries.get(message.follows or b"", (item.seq, b""))
        if message.follows is not None and not (seq < item.seq and author == header.author):  # check: export.follows
            raise VerificationError("A text follows one of its author that isn't there.", check="export.follows")
        if not self._is_seen(item, message.seen):  # check: export.seen
            raise VerificationError("A text has seen another history than this one.", check="export.seen")

    def _is_seen(self, item: LoggedEntry, seen: Receipt) -> bool:
        if not 0 < seen.seq < item.seq or self._heads[seen.seq - 1] != seen.head:
            return False
        return signer_of(seen, self.journal, self.receipt_keys) is not None

    # --- the end ---

    def finish(self, line: JsonObject, log: LogState, at: int) -> tuple[tuple[str, ...], str | None]:
        """Check the state; the members for a person, and why it is frozen. Raises: VerificationError, MalformedData."""
        if log.roster is None or not self.member:  # check: export.member
            raise VerificationError("The exporter was never a member of this journal.", check="export.member")
        for item in self.state.timeline:
            fields = document_fields(item, self.state)
            true = (fields["name"], fields["counts"], fields["without_effect"])
            if self._claims.get(item.applied.seq) != true:  # check: export.effect
                raise VerificationError("The file says another name or effect than the texts.", check="export.effect")
        frozen, gaps = line.pop("frozen", ""), line.pop("gone", None)
        if frozen is not None and not isinstance(frozen, str):
            raise MalformedData("The state in the export has no valid field frozen.")
        self._check_gaps(gaps)
        counts = {"documents": self.documents, "unreadable": self.unreadable}
        if not same(line, {**state_fields(log.roster, self.state, log.closed, at), **counts}):  # check: export.state
            raise VerificationError("The state in the file is not what its log comes to.", check="export.state")
        names = shown_names({account: profile.display_name for account, profile in self.state.profiles.items()})
        return tuple(f"{names.get(item.account, 'no name')} ({item.role})" for item in log.roster.members), frozen

    def _check_gaps(self, gaps: object) -> None:
        """Check that each gap is named, and called a withdrawal exactly when its author withdrew it."""
        if not isinstance(gaps, list) or not all(isinstance(gap, dict) for gap in gaps):
            raise MalformedData("The state in the export has no valid field gone.")
        told = [gap.pop("why", None) for gap in gaps]
        if not same(gaps, [item.about() for item in self.gone]):  # check: export.gone
            raise VerificationError("The file names other gaps than the log has.", check="export.gone")
        for item, why in zip(self.gone, told, strict=True):
            header, closed = item.header, self.account not in item.roster.grants
            withdrawn = header is not None and self.state.withdrawn(header.entry, header.author, item.seq, item.time)
            true = ("withdrawn",) if withdrawn else ("closed",) if closed else ("erased", REMOVED)
            if why not in true:  # check: export.gap
                raise VerificationError("The file gives a false reason for a gap.", check="export.gap")
