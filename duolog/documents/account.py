"""State of the account journal: what all devices of one account know together.

Rules
- What was pinned never changes silently: another chain head for the same account and generation, another head at the
  same seq, another receipt key or origin of a journal, other pairing words are each recorded as a conflict. The first
  stays, and asking for what is in conflict raises `PinMismatch`.
- A later generation takes a pin's place; that it descends from the earlier one is verified before it is written here.
- One invitation takes one acceptance: the first that the log has.
- A mark *verified* counts for the chain that is pinned, and for no other.
- Where an earlier generation of mine ends is said by the generation after it alone, and the first word counts.
- A branch of a forked account that was chosen by its words takes the place of what was pinned.
- Nothing is dropped: documents without effect stay in `skipped`, with the reason; unknown kinds in `unknown`.

It confirms nothing by itself: a restored device stays unconfirmed until its person has compared words. Spec: documents
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import TypeAdapter

from duolog.documents.account_kinds import (
    AccountMoved,
    BranchChosen,
    Confirmed,
    Conflict,
    DeclinedProposal,
    Draft,
    EndedClosing,
    EndedInvitation,
    Erased,
    InvitationId,
    Joined,
    Kept,
    KeyholderId,
    KeyholderLabel,
    LeftJournal,
    NotedHead,
    Pairing,
    PendingClosing,
    PendingInvitation,
    Pin,
    Rotated,
    SentAcceptance,
    TakenAcceptance,
    Verified,
    same_terms,
)
from duolog.documents.base import AccountId, AppliedDocument, Body, EntryId, JournalId, Skipped, parse_body, why_skipped
from duolog.documents.snapshots import encode_snapshot, parse_snapshot
from duolog.errors import NotAllowed, PinMismatch
from duolog.protocol import sizes
from duolog.protocol.messages import Document

NEWER = "A newer version of Duolog wrote this; update to see what it does."


@dataclass(frozen=True, slots=True)
class AccountState:
    """What the account journal comes to. `pins` holds each account's generations and their chain heads.

    `generation`: the newest of mine that has written here. `cancelled`: closings that were taken back, each of which
    `signed_until` this generation may have been signed anew.
    """

    seq: int = 0
    generation: int = 0
    journals: dict[JournalId, Joined] = field(default_factory=dict)
    pins: dict[AccountId, dict[int, AccountId]] = field(default_factory=dict)
    verified: dict[AccountId, Verified] = field(default_factory=dict)
    heads: dict[JournalId, NotedHead] = field(default_factory=dict)
    labels: dict[KeyholderId, str] = field(default_factory=dict)
    invitations: dict[InvitationId, PendingInvitation] = field(default_factory=dict)
    acceptances: dict[InvitationId, TakenAcceptance] = field(default_factory=dict)
    ended: dict[InvitationId, str] = field(default_factory=dict)
    sent: dict[JournalId, SentAcceptance] = field(default_factory=dict)
    pairings: dict[JournalId, dict[AccountId, Pairing]] = field(default_factory=dict)
    drafts: dict[EntryId, Draft] = field(default_factory=dict)
    confirmed: dict[KeyholderId, Confirmed] = field(default_factory=dict)
    rotated: dict[int, Rotated] = field(default_factory=dict)
    branches: dict[AccountId, BranchChosen] = field(default_factory=dict)
    closings: dict[JournalId, PendingClosing] = field(default_factory=dict)
    cancelled: dict[JournalId, PendingClosing] = field(default_factory=dict)
    signed_until: dict[JournalId, int] = field(default_factory=dict)
    closed: tuple[JournalId, ...] = ()
    kept: dict[JournalId, tuple[EntryId, ...]] = field(default_factory=dict)
    erased: dict[JournalId, tuple[EntryId, ...]] = field(default_factory=dict)
    declined: tuple[DeclinedProposal, ...] = ()
    left: dict[JournalId, LeftJournal] = field(default_factory=dict)
    moved: AccountMoved | None = None
    conflicts: tuple[Conflict, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    unknown: tuple[AppliedDocument, ...] = ()

    @property
    def pending(self) -> tuple[PendingInvitation, ...]:
        """Invitations that nobody has ended; whether one has expired is for who knows the time."""
        return tuple(item for key, item in self.invitations.items() if key not in self.ended)

    def pin_of(self, account: bytes) -> Pin | None:
        """The newest pin of an account. Raises: PinMismatch when its pins contradict each other."""
        self.require_no_conflict(account)
        known = self.pins.get(account)
        if not known:
            return None
        return Pin(account=account, generation=max(known), chain_head=known[max(known)])

    def is_verified(self, account: bytes) -> bool:
        """Whether words were compared with this account. A rotation by its owner does not undo that."""
        return account in self.verified

    def require_pinned(self, account: bytes, generation: int, chain_head: bytes) -> None:
        """This generation of the account is not another than the one that was pinned.

        Raises:
            PinMismatch: it is another, or the pins themselves contradict each other.
        Spec: §4.
        """
        self.require_no_conflict(account)
        if self.pins.get(account, {}).get(generation, chain_head) != chain_head:  # check: account.pinned
            raise PinMismatch("This account's keys are not the ones you know. Stop, and compare words in person.")

    def require_no_conflict(self, about: bytes) -> None:
        """Nothing pinned about an account or journal (32 bytes) is contradicted.

        Raises:
            PinMismatch: something is.
        Spec: §4.
        """
        for conflict in self.conflicts:
            if conflict.about == about:  # check: account.conflict
                raise PinMismatch(conflict.sentence)


def apply_account(state: AccountState, applied: AppliedDocument) -> AccountState:
    """The state after one more document of the account journal; applying one twice changes nothing. Spec: documents"""
    if applied.seq <= state.seq:  # check: account.twice
        return state
    state = replace(state, seq=applied.seq, generation=max(state.generation, applied.generation))
    row = ACCOUNT_KINDS.get(applied.document.kind)
    if row is None:
        return replace(state, unknown=(*state.unknown, applied))
    try:
        _require_own_generation(applied)
        return _reduce(row, state, applied.entry, applied.document)
    except Exception as error:  # noqa: BLE001 - whatever it holds, a document never stops the account it stands in
        return replace(state, skipped=(*state.skipped, Skipped(applied.entry, why_skipped(error))))


def require_allowed_account(state: AccountState, document: Document) -> None:
    """Asks, before writing to the account journal, whether the document would count.

    Raises:
        NotAllowed: the rules forbid it, or the kind does not belong there.
        PinMismatch: it contradicts what is pinned.
        MalformedData: its body is not what its kind says.
    Spec: documents
    """
    row = ACCOUNT_KINDS.get(document.kind)
    if row is None:
        raise NotAllowed("Only an account's own state is written to the account journal.")
    after = _reduce(row, state, bytes(sizes.ENTRY_ID), document, writing=True)
    if len(after.conflicts) > len(state.conflicts):  # check: account.contradiction
        raise PinMismatch(after.conflicts[-1].sentence)


def make_account_document(kind: str, body: Body, at: int) -> Document:
    """A document of the account journal, ready for a message. `at`: Unix seconds. Spec: documents"""
    return Document(kind=kind, v=ACCOUNT_VERSION, at=at, body=body.encode_json())


def encode_account_state(state: AccountState) -> bytes:
    """UTF-8 JSON for an encrypted snapshot: it holds secrets. Spec: documents"""
    return encode_snapshot(_STATE, state, dict.fromkeys(ACCOUNT_KINDS, ACCOUNT_VERSION))


def parse_account_state(data: bytes) -> AccountState:
    """A state from its snapshot. Raises: MalformedData; then start anew from the log. Spec: documents"""
    return parse_snapshot(_STATE, data, dict.fromkeys(ACCOUNT_KINDS, ACCOUNT_VERSION))


# --- one reducer for each kind ----------------------------------------------------------------------------------------


def _contradict(state: AccountState, entry: bytes, about: bytes, sentence: str) -> AccountState:
    return replace(state, conflicts=(*state.conflicts, Conflict(entry, about, sentence)))


def _joined(state: AccountState, entry: bytes, body: Joined) -> AccountState:
    known = state.journals.get(body.journal)
    if known is not None and known.receipt_key != body.receipt_key:  # check: account.receipt_key
        return _contradict(state, entry, body.journal, "This journal's receipt key is not the one that was pinned.")
    if known is not None and known.origin != body.origin:  # check: account.origin
        return _contradict(state, entry, body.journal, "This journal's server is not the one that was pinned.")
    left = {journal: item for journal, item in state.left.items() if journal != body.journal}
    return replace(state, journals={**state.journals, body.journal: body}, left=left)


def _pin(state: AccountState, entry: bytes, body: Pin) -> AccountState:
    known, chosen = state.pins.get(body.account, {}), state.branches.get(body.account)
    if chosen is not None and body.generation < chosen.generation:  # check: account.pin_before_branch
        raise NotAllowed("The branch that was chosen says itself what its earlier keys are.")
    if known.get(body.generation, body.chain_head) != body.chain_head:  # check: account.pin
        sentence = "Two different chains were pinned for this account. Stop, and compare words in person."
        return _contradict(state, entry, body.account, sentence)
    return replace(state, pins={**state.pins, body.account: {**known, body.generation: body.chain_head}})


def _verified(state: AccountState, entry: bytes, body: Verified) -> AccountState:
    if state.pins.get(body.account, {}).get(body.generation) != body.chain_head:  # check: account.verified
        raise NotAllowed("Only the chain that is pinned can be marked as verified.")
    return replace(state, verified={**state.verified, body.account: body})


def _head(state: AccountState, entry: bytes, body: NotedHead) -> AccountState:
    known = state.heads.get(body.journal)
    if known is not None and known.seq == body.seq and known.head != body.head:  # check: account.head
        sentence = "Two of your devices have seen different histories of this journal. Compare its head in person."
        return _contradict(state, entry, body.journal, sentence)
    if known is not None and known.seq > body.seq:  # check: account.head_behind
        raise NotAllowed("A later head of this journal is noted already.")
    return replace(state, heads={**state.heads, body.journal: body})


def _label(state: AccountState, entry: bytes, body: KeyholderLabel) -> AccountState:
    return replace(state, labels={**state.labels, body.keyholder: body.label})


def _invitation(state: AccountState, entry: bytes, body: PendingInvitation) -> AccountState:
    if body.invitation in state.invitations:  # check: account.invitation_twice
        raise NotAllowed("This invitation is noted already.")
    return replace(state, invitations={**state.invitations, body.invitation: body})


def _acceptance(state: AccountState, entry: bytes, body: TakenAcceptance) -> AccountState:
    if body.invitation not in state.invitations:  # check: account.acceptance_unknown
        raise NotAllowed("This acceptance belongs to no invitation of this account.")
    if body.invitation in state.acceptances:  # check: account.acceptance_taken
        raise NotAllowed("This invitation has taken its one acceptance already. Make a new invitation.")
    return replace(state, acceptances={**state.acceptances, body.invitation: body})


def _ended(state: AccountState, entry: bytes, body: EndedInvitation) -> AccountState:
    return replace(state, ended={**state.ended, body.invitation: body.how})


def _sent(state: AccountState, entry: bytes, body: SentAcceptance) -> AccountState:
    return replace(state, sent={**state.sent, body.journal: body})


def _pairing(state: AccountState, entry: bytes, body: Pairing) -> AccountState:
    known = state.pairings.get(body.journal, {})
    before = known.get(body.account)
    if before is not None and before.words_hash != body.words_hash:  # check: account.pairing
        sentence = "There are two sets of words for one pairing. Stop, and invite each other anew."
        return _contradict(state, entry, body.account, sentence)
    return replace(state, pairings={**state.pairings, body.journal: {**known, body.account: body}})


def _draft(state: AccountState, entry: bytes, body: Draft) -> AccountState:
    drafts = {key: draft for key, draft in state.drafts.items() if key != body.draft}
    return replace(state, drafts=drafts if body.document is None else {**drafts, body.draft: body})


def _confirmed(state: AccountState, entry: bytes, body: Confirmed) -> AccountState:
    return replace(state, confirmed={**state.confirmed, body.keyholder: body})


def _closing(state: AccountState, entry: bytes, body: PendingClosing) -> AccountState:
    before = state.closings.get(body.journal)
    if before is not None and before.held == "server" and body.held == "device":
        state = _taken_back(state, before)  # the server has had it
    return replace(state, closings={**state.closings, body.journal: body})


def _taken_back(state: AccountState, body: PendingClosing) -> AccountState:
    """Each rotation until now may have signed it anew. One that only devices held hides none that the server had."""
    known = state.cancelled.get(body.journal)
    if body.held == "device" and known is not None and known.held == "server":
        return state
    signed_until = {**state.signed_until, body.journal: state.generation}
    return replace(state, cancelled={**state.cancelled, body.journal: body}, signed_until=signed_until)


def _closing_ended(state: AccountState, entry: bytes, body: EndedClosing) -> AccountState:
    """A cancelled one is remembered: it stays valid until the journal's roster has moved on."""
    waiting = dict(state.closings)
    ended = waiting.pop(body.journal, None)
    if body.how == "closed":
        closed = state.closed if body.journal in state.closed else (*state.closed, body.journal)
        return replace(state, closings=waiting, closed=closed)
    if ended is not None:
        state = _taken_back(state, ended)
    return replace(state, closings=waiting)


def _kept(state: AccountState, entry: bytes, body: Kept) -> AccountState:
    return replace(state, kept=_marked(state.kept, body.journal, body.entry))


def _erased(state: AccountState, entry: bytes, body: Erased) -> AccountState:
    return replace(state, erased=_marked(state.erased, body.journal, body.entry))


def _marked(marks: dict[bytes, tuple[bytes, ...]], journal: bytes, entry: bytes) -> dict[bytes, tuple[bytes, ...]]:
    known = marks.get(journal, ())
    return marks if entry in known else {**marks, journal: (*known, entry)}


def _declined(state: AccountState, entry: bytes, body: DeclinedProposal) -> AccountState:
    others = tuple(item for item in state.declined if not same_terms(item, body))
    return replace(state, declined=(*others, body))


def _left(state: AccountState, entry: bytes, body: LeftJournal) -> AccountState:
    return replace(state, left={**state.left, body.journal: body})


def _moved(state: AccountState, entry: bytes, body: AccountMoved) -> AccountState:
    """Every journal of that server is at the other one from now on, with these heads or later ones."""
    there = {"origin": body.origin, "receipt_key": body.receipt_key}
    journals = {
        journal: item.model_copy(update=there) if item.origin == body.from_origin else item
        for journal, item in state.journals.items()
    }
    return replace(
        state, moved=body, journals=journals, heads={**state.heads, **{item.journal: item for item in body.heads}}
    )


def _rotated(state: AccountState, entry: bytes, body: Rotated) -> AccountState:
    if body.generation in state.rotated:  # check: account.rotated_twice
        raise NotAllowed("This rotation is noted already.")
    return replace(state, rotated={**state.rotated, body.generation: body})


def _require_own_generation(applied: AppliedDocument) -> None:
    """Where a generation ends is said by the one after it, and by nobody who was left behind."""
    generation = applied.document.body.get("generation")
    if applied.document.kind == "rotated" and generation != applied.generation:  # check: account.rotated_by
        raise NotAllowed("Only the keys of a rotation can say where it found the journals.")


def _branch(state: AccountState, entry: bytes, body: BranchChosen) -> AccountState:
    """The words of this branch were compared: what was pinned of another one is over, and so is the conflict.

    Its chain head stands for all before it. What was pinned of earlier generations may be the other branch's.
    """
    return replace(
        state,
        pins={**state.pins, body.account: {body.generation: body.chain_head}},
        branches={**state.branches, body.account: body},
        conflicts=tuple(item for item in state.conflicts if item.about != body.account),
    )


@dataclass(frozen=True, slots=True)
class AccountKind:
    """One kind of the account journal: its body and its reducer."""

    body: TypeAdapter[Any]
    reduce: Callable[[AccountState, bytes, Any], AccountState]


def _reduce(
    row: AccountKind, state: AccountState, entry: bytes, document: Document, *, writing: bool = False
) -> AccountState:
    if document.v != ACCOUNT_VERSION:  # check: account.version
        raise NotAllowed(NEWER)
    return row.reduce(state, entry, parse_body(row.body, document.body, writing=writing))


ACCOUNT_VERSION = 1
ACCOUNT_KINDS: Mapping[str, AccountKind] = {
    "joined": AccountKind(TypeAdapter(Joined), _joined),
    "pin": AccountKind(TypeAdapter(Pin), _pin),
    "verified": AccountKind(TypeAdapter(Verified), _verified),
    "noted_head": AccountKind(TypeAdapter(NotedHead), _head),
    "keyholder_label": AccountKind(TypeAdapter(KeyholderLabel), _label),
    "pending_invitation": AccountKind(TypeAdapter(PendingInvitation), _invitation),
    "taken_acceptance": AccountKind(TypeAdapter(TakenAcceptance), _acceptance),
    "ended_invitation": AccountKind(TypeAdapter(EndedInvitation), _ended),
    "sent_acceptance": AccountKind(TypeAdapter(SentAcceptance), _sent),
    "pairing": AccountKind(TypeAdapter(Pairing), _pairing),
    "draft": AccountKind(TypeAdapter(Draft), _draft),
    "confirmed": AccountKind(TypeAdapter(Confirmed), _confirmed),
    "account_moved": AccountKind(TypeAdapter(AccountMoved), _moved),
    "rotated": AccountKind(TypeAdapter(Rotated), _rotated),
    "branch_chosen": AccountKind(TypeAdapter(BranchChosen), _branch),
    "pending_closing": AccountKind(TypeAdapter(PendingClosing), _closing),
    "ended_closing": AccountKind(TypeAdapter(EndedClosing), _closing_ended),
    "kept": AccountKind(TypeAdapter(Kept), _kept),
    "erased": AccountKind(TypeAdapter(Erased), _erased),
    "declined_proposal": AccountKind(TypeAdapter(DeclinedProposal), _declined),
    "left_journal": AccountKind(TypeAdapter(LeftJournal), _left),
}
_STATE = TypeAdapter(AccountState)
