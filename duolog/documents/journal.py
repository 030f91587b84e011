"""State of a shared (or private) journal: its documents in order, and what they come to.

Rules
- Nothing is dropped: every document stands in the timeline; one without effect has the reason beside it; an unknown
  kind is shown as such.
- State never depends on what only one partner can read. When a partner's message says that it could not open an entry
  since their last one, that entry's effect is taken back, with the reason, until its author writes it again.
- Applying is total: whatever a verified entry holds, it ends in the timeline. Applying one twice changes nothing.

It knows no table of any kind; `registry` says which file does. It keeps no clock. Spec: documents
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import TypeAdapter, ValidationError

from duolog.documents.base import AccountId, AppliedDocument, Context, EntryId, Skipped, Voice, parse_body, plain_line
from duolog.documents.boundary import Boundary
from duolog.documents.moved import Move
from duolog.documents.profile import Profile
from duolog.documents.registry import KINDS, Kind, is_step
from duolog.documents.withdrawn import Withdrawal
from duolog.errors import DuologError, MalformedData, NotAllowed
from duolog.protocol import sizes
from duolog.protocol.messages import Document

NOT_DELIVERED = "It could not be opened on the other side, so it does not count for anybody until it is written again."
NEWER = "A newer version of Duolog wrote this; update to see what it does."


@dataclass(frozen=True, slots=True)
class Item:
    """A document in the timeline. `skipped`: why it has no effect, or None. `refused_by`: who could not open it;
    `taken_back`: a partner is among them.
    """

    applied: AppliedDocument
    skipped: str | None = None
    refused_by: tuple[AccountId, ...] = ()
    taken_back: bool = False


@dataclass(frozen=True, slots=True)
class JournalState:
    """What a journal's documents come to. `contexts`: the roster's word from a seq on, whenever it changed."""

    timeline: tuple[Item, ...] = ()
    contexts: tuple[tuple[int, Context], ...] = ()
    profiles: dict[AccountId, Profile] = field(default_factory=dict)
    boundaries: dict[EntryId, Boundary] = field(default_factory=dict)
    withdrawals: dict[EntryId, dict[AccountId, Withdrawal]] = field(default_factory=dict)
    moves: dict[AccountId, Move] = field(default_factory=dict)

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """Documents without effect, and why."""
        return tuple(Skipped(item.applied.entry, item.skipped) for item in self.timeline if item.skipped is not None)

    def find(self, entry: bytes) -> Item | None:
        """The document of an entry (16 bytes), newest first."""
        return next((item for item in reversed(self.timeline) if item.applied.entry == entry), None)

    def withdrawn(self, entry: bytes, author: bytes, seq: int, received: int) -> bool:
        """Whether its author took this entry back in time, by one server's clock; `received`: the time of its receipt.

        Spec: §9.
        """
        found = self.withdrawals.get(entry, {}).get(author)
        if found is None or seq < found.key_since:
            return False
        return found.received - received <= sizes.WITHDRAW_WINDOW


def apply(state: JournalState, applied: AppliedDocument, context: Context) -> JournalState:
    """The state after one more document; `context` is the roster's word at its place in the log. Spec: documents"""
    return apply_all(state, [(applied, context)])


def apply_all(state: JournalState, documents: Iterable[tuple[AppliedDocument, Context]]) -> JournalState:
    """The same for many in order, at a cost that doesn't grow with what the timeline holds already. Spec: documents"""
    fresh: list[Item] = []
    last = state.timeline[-1].applied.seq if state.timeline else 0
    for applied, context in documents:
        if applied.seq <= last:  # check: documents.twice
            continue
        last = applied.seq
        if not state.contexts or state.contexts[-1][1] != context:
            state = replace(state, contexts=(*state.contexts, (applied.seq, context)))
        if applied.refused or _looks_back(applied):
            state, fresh = _appended(state, fresh), []
        if applied.refused:
            state = _take_back(state, applied, context)
        state, reason = _effect(state, applied, context, state)
        fresh.append(Item(applied, reason))
    return _appended(state, fresh)


def _appended(state: JournalState, fresh: list[Item]) -> JournalState:
    return replace(state, timeline=(*state.timeline, *fresh)) if fresh else state


def require_allowed(state: JournalState, document: Document, author: bytes, context: Context) -> None:
    """Asks, before sending, what every reducer would say of `author`'s document: the same step, its result thrown away.

    Raises:
        NotAllowed: the rules forbid it now.
        MalformedData: its body is not what its kind says.
    Spec: documents
    """
    applied = AppliedDocument(bytes(sizes.ENTRY_ID), sizes.MAX_INTEGER, author, bytes(sizes.HASH), document)
    if document.kind not in KINDS:
        raise NotAllowed(f"This version of Duolog can't write documents of the kind {plain_line(document.kind)}.")
    _reduce(state, applied, context, state)


def describe(state: JournalState, item: Item, voice: Voice) -> str:
    """A document of the timeline in plain words, with the reason when it has no effect. May have several lines."""
    text = _words(state, item.applied, voice)
    if item.skipped is not None:
        text += f"\n  Not counted: {item.skipped}"
    for account in item.refused_by:
        text += f"\n  Not delivered to {voice.name(account)}"
    return text


def encode_state(state: JournalState) -> bytes:
    """UTF-8 JSON for an encrypted snapshot; the same state gives the same bytes. Spec: documents"""
    return _STATE.dump_json(state, exclude_unset=True)


def parse_state(data: bytes) -> JournalState:
    """A state from its snapshot. Raises: MalformedData; then start anew from the log. Spec: documents"""
    try:
        return _STATE.validate_json(data)
    except ValidationError as error:
        raise MalformedData("The snapshot of this journal can't be read; it will be made anew from the log.") from error


def _looks_back(applied: AppliedDocument) -> bool:
    kind = KINDS.get(applied.document.kind)
    return kind is not None and kind.looks_back is not None


def _effect(
    state: JournalState, applied: AppliedDocument, context: Context, held: JournalState
) -> tuple[JournalState, str | None]:
    """The state after one document, and why it has no effect. `held`: with everything that stands before it."""
    if applied.document.kind not in KINDS:
        return state, None
    try:
        return _reduce(state, applied, context, held), None
    except DuologError as error:
        return state, str(error)


def _reduce(state: JournalState, applied: AppliedDocument, context: Context, held: JournalState) -> JournalState:
    """Raises: NotAllowed, MalformedData."""
    kind = KINDS[applied.document.kind]
    body = _read(kind, applied.document)
    if context.provisional and not kind.while_provisional:  # check: documents.provisional
        raise NotAllowed("Compare the eight words with your partner first: until then it isn't certain who is there.")
    if kind.part is None or kind.reduce is None:
        return state
    if kind.looks_back is not None:
        item = held.find(body.answers.entry)
        named = None if item is None or item.applied.seq >= applied.seq else item.applied
        kind.looks_back(applied, body, named, named is not None and is_step(named.document.kind))
    part = kind.reduce(getattr(state, kind.part), applied, body, context)
    changed: dict[str, Any] = {kind.part: part}
    return replace(state, **changed)


def _read(kind: Kind, document: Document) -> Any:
    if document.v != kind.v:  # check: documents.version
        raise NotAllowed(NEWER)
    return parse_body(kind.body, document.body)


def _words(state: JournalState, applied: AppliedDocument, voice: Voice) -> str:
    kind = KINDS.get(applied.document.kind)
    try:
        if kind is not None:
            part = getattr(state, kind.part) if kind.part is not None else None
            return kind.describe(applied, _read(kind, applied.document), voice, part)
    except DuologError:
        unread = "that can't be read here"
    else:
        unread = "which this version of Duolog doesn't know"
    return f"{voice.name(applied.author)} wrote a document of the kind {plain_line(applied.document.kind)}, {unread}"


# --- taking back what did not arrive ---------------------------------------------------------------------------------


def _take_back(state: JournalState, applied: AppliedDocument, context: Context) -> JournalState:
    """Marks what the author says they could not open; a partner's word also takes its effect back."""
    by_partner = applied.author in context.partners
    timeline = list(state.timeline)
    undone = False
    for index in _refused(state, applied):
        item = timeline[index]
        undone = undone or (by_partner and item.skipped is None and _has_effect(item.applied))
        refused_by = (*item.refused_by, applied.author)
        timeline[index] = replace(item, refused_by=refused_by, taken_back=item.taken_back or by_partner)
    state = replace(state, timeline=tuple(timeline))
    return _fold_again(state) if undone else state


def _refused(state: JournalState, applied: AppliedDocument) -> list[int]:
    """Places in the timeline, after the author's last document alone: what somebody has answered, they held.

    A document of their own that the message itself refuses is no such answer: an older key of theirs wrote it.
    """
    refused = frozenset(applied.refused)
    own = (item.applied for item in reversed(state.timeline) if item.applied.author == applied.author)
    last = next((item.seq for item in own if item.seq not in refused), 0)
    places = []
    for seq in applied.refused:
        index = bisect_left(state.timeline, seq, key=lambda item: item.applied.seq)
        found = index < len(state.timeline) and state.timeline[index].applied.seq == seq
        if seq > last and found:  # check: documents.refused_late
            places.append(index)
    return places


def _has_effect(applied: AppliedDocument) -> bool:
    kind = KINDS.get(applied.document.kind)
    return kind is not None and kind.part is not None


def _fold_again(state: JournalState) -> JournalState:
    """The same timeline from its beginning, without the effect of what a partner could not open."""
    fresh = JournalState(contexts=state.contexts)
    timeline = []
    for item in state.timeline:
        if item.taken_back and _has_effect(item.applied):
            timeline.append(replace(item, skipped=NOT_DELIVERED))
            continue
        fresh, reason = _effect(fresh, item.applied, _context_at(state, item.applied.seq), state)
        timeline.append(replace(item, skipped=reason))
    return replace(fresh, timeline=tuple(timeline))


def _context_at(state: JournalState, seq: int) -> Context:
    return state.contexts[bisect_right(state.contexts, seq, key=lambda pair: pair[0]) - 1][1]


_STATE = TypeAdapter(JournalState)
