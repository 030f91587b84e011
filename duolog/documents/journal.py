"""State of a shared (or private) journal: its documents in order, and what they come to.

Rules
- Nothing is dropped: every document stands in the timeline; one without effect has the reason beside it; an unknown
  kind is shown as such.
- When a partner's message says that it could not open an entry since their last one, that entry's effect is taken
  back, with the reason, until its author writes it again: agreement never rests on what only one partner can read. What
  its kind leaves of it stands: an author's own exit.
- Applying is total: whatever a verified entry holds, it ends in the timeline, and what goes wrong with it is its fault
  alone. Applying one twice changes nothing.

It knows no table of any kind; `registry` says which file does. It keeps no clock. Spec: documents
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import TypeAdapter

from duolog.documents.base import (
    PARTS_UNSHOWN,
    AccountId,
    AppliedDocument,
    Context,
    EntryId,
    Skipped,
    Voice,
    has_unknown_parts,
    parse_body,
    require_whole,
    why_skipped,
)
from duolog.documents.boundary import Boundary
from duolog.documents.moved import Move
from duolog.documents.plain import one_line
from duolog.documents.profile import Profile
from duolog.documents.registry import KINDS, Kind, is_step
from duolog.documents.snapshots import encode_snapshot, parse_snapshot
from duolog.documents.withdrawn import Withdrawal
from duolog.errors import NotAllowed
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
    """The same for many in order. A batch costs one pass over what is new, and at most one over everything. Spec:
    documents"""
    fold: _Fold | None = None
    last = state.timeline[-1].applied.seq if state.timeline else 0
    for applied, context in documents:
        if applied.seq <= last:  # check: documents.twice
            continue
        last = applied.seq
        fold = fold or _Fold(state)
        fold.add(applied, context)
    return state if fold is None else fold.done()


def require_allowed(
    state: JournalState, document: Document, author: bytes, context: Context, received: int = 0
) -> None:
    """Asks, before sending, what every reducer would say of `author`'s document: the same step, its result thrown away.

    Beyond that, nobody consents here to what isn't shown here; reducers count the consent of who saw it.
    `received`: the time that its receipt would have (`expected_receipt`), Unix seconds.

    Raises:
        NotAllowed: the rules forbid it now, or it consents to something that isn't shown whole.
        MalformedData: its body is not what its kind says, or longer than may be written.
    Spec: documents
    """
    applied = AppliedDocument(bytes(sizes.ENTRY_ID), sizes.MAX_INTEGER, author, bytes(sizes.HASH), document, received)
    kind = KINDS.get(document.kind)
    if kind is None:
        raise NotAllowed(f"This version of Duolog can't write documents of the kind {one_line(document.kind)}.")
    body = _read(kind, document, writing=True)
    if kind.before_writing is not None:
        kind.before_writing(body)
    _reduce(state, applied, context, lambda entry: _applied(state.find(entry)))
    if kind.part is not None and kind.consents_to is not None:
        require_whole(kind.consents_to(getattr(state, kind.part), body))


def last_of(state: JournalState, author: bytes) -> AppliedDocument | None:
    """The newest document of an author."""
    return next((item.applied for item in reversed(state.timeline) if item.applied.author == author), None)


def describe(state: JournalState, item: Item, voice: Voice) -> str:
    """A document of the timeline in plain words, with the reason when it has no effect. May have several lines."""
    applied = item.applied
    text = _words(state, applied, voice)
    if applied.at != applied.effective:
        text += f"\n  Dated {voice.dated(applied.at, applied.effective)}"
    if item.skipped is not None:
        text += f"\n  Not counted: {item.skipped}"
    for account in item.refused_by:
        text += f"\n  Not delivered to {voice.name(account)}"
    return voice.clean(text)


def encode_state(state: JournalState) -> bytes:
    """UTF-8 JSON for an encrypted snapshot; the same state gives the same bytes. Spec: documents"""
    return encode_snapshot(_STATE, state, _known())


def parse_state(data: bytes) -> JournalState:
    """A state from its snapshot. Raises: MalformedData; then start anew from the log. Spec: documents"""
    return parse_snapshot(_STATE, data, _known())


def _known() -> dict[str, int]:
    return {kind.name: kind.v for kind in KINDS.values()}


# --- one document ----------------------------------------------------------------------------------------------------

Find = Callable[[bytes], AppliedDocument | None]  # the document of an entry, among those that stand before


def _applied(item: Item | None) -> AppliedDocument | None:
    return None if item is None else item.applied


def _effect(
    state: JournalState, applied: AppliedDocument, context: Context, find: Find, *, taken_back: bool = False
) -> tuple[JournalState, str | None]:
    """The state after one document, and why it has no effect. Whatever goes wrong is that document's fault alone."""
    if applied.document.kind not in KINDS:
        return state, None
    try:
        after, whole = _reduce(state, applied, context, find, taken_back=taken_back)
        return after, None if whole else NOT_DELIVERED
    except Exception as error:  # noqa: BLE001 - whatever it holds, a document never stops the journal it stands in
        reason = why_skipped(error)
        return state, NOT_DELIVERED if taken_back and _has_effect(applied) else reason


def _reduce(
    state: JournalState, applied: AppliedDocument, context: Context, find: Find, *, taken_back: bool = False
) -> tuple[JournalState, bool]:
    """The state after it, and whether all of it counts. Raises: NotAllowed, MalformedData."""
    kind = KINDS[applied.document.kind]
    body = _read(kind, applied.document)
    if context.provisional and not kind.while_provisional:  # check: documents.provisional
        raise NotAllowed("Compare the eight words with your partner first: until then it isn't certain who is there.")
    if kind.part is None or kind.reduce is None:
        return state, True
    if kind.looks_back is not None:
        named = find(body.answers.entry)
        kind.looks_back(applied, body, named, named is not None and is_step(named.document.kind))
    part, whole = getattr(state, kind.part), not taken_back
    if not taken_back:
        part = kind.reduce(part, applied, body, context)
    elif kind.undelivered is not None:
        part, whole = kind.undelivered(part, applied, body, context)
    changed: dict[str, Any] = {kind.part: part}
    return replace(state, **changed), whole


def _read(kind: Kind, document: Document, *, writing: bool = False) -> Any:
    if document.v != kind.v:  # check: documents.version
        raise NotAllowed(NEWER)
    return parse_body(kind.body, document.body, writing=writing)


def _words(state: JournalState, applied: AppliedDocument, voice: Voice) -> str:
    kind = KINDS.get(applied.document.kind)
    try:
        if kind is not None:
            body = _read(kind, applied.document)
            part = getattr(state, kind.part) if kind.part is not None else None
            text = kind.describe(applied, body, voice, part)
            if kind.consents_to is not None:
                return "\n".join([text, *(f"  {line}" for line in voice.unshown(body))])
            return f"{text}\n  {PARTS_UNSHOWN}" if has_unknown_parts(body) else text
    except Exception as error:  # noqa: BLE001 - what can't be put in words is shown as that, beside the rest
        why_skipped(error)
        unread = "that can't be read here"
    else:
        unread = "which this version of Duolog doesn't know"
    return f"{voice.name(applied.author)} wrote a document of the kind {one_line(applied.document.kind)}, {unread}"


# --- many documents, and taking back what did not arrive -------------------------------------------------------------


class _Fold:
    """A state on its way through a batch. Its lists grow; what was taken back is taken out of it once, at the end."""

    def __init__(self, state: JournalState) -> None:
        self._state, self._stale = state, False
        self._timeline, self._contexts = list(state.timeline), list(state.contexts)
        self._held: dict[EntryId, AppliedDocument] = {item.applied.entry: item.applied for item in state.timeline}
        self._own: dict[AccountId, list[AppliedDocument]] = {}
        for item in state.timeline:
            self._own.setdefault(item.applied.author, []).append(item.applied)

    def add(self, applied: AppliedDocument, context: Context) -> None:
        """One more document, behind all others."""
        if not self._contexts or self._contexts[-1][1] != context:
            self._contexts.append((applied.seq, context))
        if applied.refused:
            self._take_back(applied, context)
        reason = None
        if not self._stale:
            self._state, reason = _effect(self._state, applied, context, self._held.get)
        self._timeline.append(Item(applied, reason))
        self._held[applied.entry] = applied
        self._own.setdefault(applied.author, []).append(applied)

    def done(self) -> JournalState:
        """The state after all of them."""
        if self._stale:
            self._fold_again()
        return replace(self._state, timeline=tuple(self._timeline), contexts=tuple(self._contexts))

    def _take_back(self, applied: AppliedDocument, context: Context) -> None:
        """Marks what the author says they could not open; a partner's word also takes its effect back."""
        by_partner = applied.author in context.partners
        for place in self._refused(applied):
            item = self._timeline[place]
            skipped = item.skipped
            if by_partner and not item.taken_back and _has_effect(item.applied):
                self._stale = self._stale or skipped is None
                skipped = NOT_DELIVERED
            refused_by = tuple(dict.fromkeys((*item.refused_by, applied.author)))
            taken_back = item.taken_back or by_partner
            self._timeline[place] = Item(item.applied, skipped, refused_by, taken_back)

    def _refused(self, applied: AppliedDocument) -> Iterator[int]:
        """Places in the timeline, after the author's last document alone: what somebody has answered, they held.

        A document of an older generation of theirs that the message itself refuses is no such answer: somebody else may
        have written it with a key that was replaced. Nobody unsays what their own keys of now have written.
        """
        refused = frozenset(applied.refused)
        last = 0
        for own in reversed(self._own.get(applied.author, [])):
            if own.seq not in refused or own.generation >= applied.generation:  # check: documents.own_refused
                last = own.seq
                break
        for seq in applied.refused:
            place = bisect_left(self._timeline, seq, key=lambda item: item.applied.seq)
            found = place < len(self._timeline) and self._timeline[place].applied.seq == seq
            if seq > last and found:  # check: documents.refused_late
                yield place

    def _fold_again(self) -> None:
        """The same timeline from its beginning; of what a partner could not open, only what its kind leaves."""
        state, held, at = JournalState(), dict[EntryId, AppliedDocument](), 0
        for place, item in enumerate(self._timeline):
            applied = item.applied
            while at + 1 < len(self._contexts) and self._contexts[at + 1][0] <= applied.seq:
                at += 1
            context = self._contexts[at][1]
            state, reason = _effect(state, applied, context, held.get, taken_back=item.taken_back)
            self._timeline[place] = replace(item, skipped=reason)
            held[applied.entry] = applied
        self._state = state


def _has_effect(applied: AppliedDocument) -> bool:
    kind = KINDS.get(applied.document.kind)
    return kind is not None and kind.part is not None


_STATE = TypeAdapter(JournalState)
