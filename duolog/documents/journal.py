"""A shared or private journal: its documents in order, each with its effect or the reason why it has none.

Rules
- Nothing is dropped: every document stands in the timeline; a document without effect has the reason beside it; an
  unknown kind is shown as such.
- Agreement never rests on a document that only one partner can read. A partner's message may say that they could not
  open an entry since their last message. The entry's effect is then taken back, with the reason, until its author
  writes it again; its kind may leave a part of it, such as its author's exit.
- Applying is total: every verified entry ends in the timeline, and an error in one document leaves all others as they
  are. Applying a document twice changes nothing.

Nothing here knows the rows of a kind: `registry` lists the kinds. Nothing here reads a clock. Spec: documents
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain

from duolog.documents.applied import AppliedDocument, Membership, why_skipped
from duolog.documents.bodies import EntryId, has_unknown_parts, require_whole
from duolog.documents.journal_state import STATE, JournalState
from duolog.documents.judging import NOT_DELIVERED, binds, effect, finder, has_effect, reduce
from duolog.documents.links import about
from duolog.documents.registry import KINDS
from duolog.documents.safe_text import one_line
from duolog.documents.snapshots import encode_snapshot, parse_snapshot
from duolog.documents.timeline import Item, Timeline
from duolog.documents.voice import PARTS_UNSHOWN, Voice
from duolog.errors import NotAllowed
from duolog.protocol import sizes
from duolog.protocol.messages import Document


def apply(state: JournalState, applied: AppliedDocument, context: Membership) -> JournalState:
    """The state after one more document. `context`: the roster at its place in the log. Spec: documents"""
    return apply_all(state, [(applied, context)])


def apply_all(state: JournalState, documents: Iterable[tuple[AppliedDocument, Membership]]) -> JournalState:
    """The state after many documents in order. A batch costs a pass over the new ones, and at most one over all.

    Spec: documents
    """
    fold: _Fold | None = None
    last = state.timeline.seq
    for applied, context in documents:
        if applied.seq <= last:  # check: documents.twice
            continue
        last = applied.seq
        fold = fold or _Fold(state)
        fold.add(applied, context)
    return state if fold is None else fold.done()


def require_allowed(
    state: JournalState, document: Document, author: bytes, context: Membership, received: int = 0
) -> None:
    """Check that a document of `author` would count, before it is sent: the reducer runs, and its result is dropped.

    Consent is also refused where the body it is about isn't shown whole here. Reducers count such a consent, since its
    author's client showed the whole.
    `received`: the time that its receipt would have (`expected_receipt`), Unix seconds.

    Raises:
        NotAllowed: the rules forbid it now, or it consents to a body that isn't shown whole.
        MalformedData: its body isn't what its kind says, or is longer than may be written.
    Spec: documents
    """
    applied = AppliedDocument(bytes(sizes.ENTRY_ID), sizes.MAX_INTEGER, author, bytes(sizes.HASH), document, received)
    kind = KINDS.get(document.kind)
    if kind is None:
        raise NotAllowed(
            f"This version of Duolog can't write documents of the kind {one_line(document.kind)}. Update it."
        )
    body = kind.read(document, writing=True)
    if kind.before_writing is not None:
        kind.before_writing(body)
    reduce(state, applied, context, finder(state), writing=True)
    if kind.part is not None and kind.consents_to is not None:
        require_whole(kind.consents_to(state.part(kind), body))


def last_of(state: JournalState, author: bytes) -> AppliedDocument | None:
    """The newest document of an author."""
    return next(state.timeline.by(author), None)


def describe(state: JournalState, item: Item, voice: Voice) -> str:
    """A document of the timeline in plain words, with the reason when it has no effect. One line or several.

    Empty where its kind tells it in its thing alone, whatever became of it.
    """
    applied = item.applied
    text = _words(state, applied, voice)
    if not text:
        return ""
    if applied.at != applied.effective:
        text += f"\n  Dated {voice.dated(applied.at, applied.effective)}"
    if item.skipped is not None:
        text += f"\n  Not counted: {item.skipped}"
    for account in item.refused_by:
        text += f"\n  Not delivered to {voice.name(account)}"
    return voice.clean(text)


def encode_state(state: JournalState) -> bytes:
    """The state as UTF-8 JSON for an encrypted snapshot; the same state gives the same bytes. Spec: documents"""
    parts = dict(sorted(state.parts.items()))  # the same order, whichever kind was written first
    return encode_snapshot(STATE, replace(state, parts=parts), KINDS)


def parse_state(data: bytes) -> JournalState:
    """The state from its snapshot. Raises: MalformedData; then start anew from the log. Spec: documents"""
    return parse_snapshot(STATE, data, KINDS)


# --- one document in words -------------------------------------------------------------------------------------------


def _words(state: JournalState, applied: AppliedDocument, voice: Voice) -> str:
    kind = KINDS.get(applied.document.kind)
    try:
        if kind is not None:
            body = kind.read(applied.document)
            part = None if kind.part is None else state.part(kind)
            text = kind.describe(applied, body, voice, part)
            if not text:
                return ""
            if part is None and kind.names is not None and (named := kind.names(body)) is not None:
                text += f"\n  About: {about(state, named, voice)}"
            if kind.consents_to is not None:
                return "\n".join([text, *(f"  {line}" for line in voice.unshown(body))])
            return f"{text}\n  {PARTS_UNSHOWN}" if has_unknown_parts(body) else text
    except Exception as error:  # noqa: BLE001 - a document that can't be put into words is shown as such
        why_skipped(error)
        unread = "that can't be read here"
    else:
        unread = "which this version of Duolog doesn't know"
    return f"{voice.name(applied.author)} wrote a document of the kind {one_line(applied.document.kind)}, {unread}"


# --- many documents, and taking back those that a partner could not open ---------------------------------------------


class _Fold:
    """A state on its way through a batch. Where a document was taken back, all are folded again once, at the end."""

    def __init__(self, state: JournalState) -> None:
        self._state, self._stale = state, False
        self._owned: set[str] = set()
        self._before, self._contexts = state.timeline, list(state.contexts)
        self._new: list[Item] = []
        self._changed: dict[int, Item] = {}  # by places before the new ones
        self._held: dict[EntryId, AppliedDocument] = {}

    def add(self, applied: AppliedDocument, context: Membership) -> None:
        """Append a document."""
        if not self._contexts or self._contexts[-1][1] != context:
            self._contexts.append((applied.seq, context))
        if applied.refused:
            self._take_back(applied, context)
        reason = None
        if not self._stale:
            self._state, reason = effect(self._state, applied, context, self._find, self._owned)
        self._new.append(Item(applied, reason))
        self._held[applied.entry] = applied

    def done(self) -> JournalState:
        """The state after all documents."""
        timeline = self._before.changed(self._changed).extended(self._new)
        if self._stale:
            timeline = self._fold_again(timeline)
        return replace(self._state, timeline=timeline, contexts=tuple(self._contexts))

    def _find(self, entry: bytes) -> AppliedDocument | None:
        if entry in self._held:
            return self._held[entry]
        found = self._before.find(entry)
        return None if found is None else found.applied

    def _at(self, place: int) -> Item:
        before = len(self._before)
        if place >= before:
            return self._new[place - before]
        return self._changed.get(place) or self._before[place]

    def _place_of(self, seq: int) -> int | None:
        if seq <= self._before.seq:
            return self._before.place_of(seq)
        place = bisect_left(self._new, seq, key=lambda item: item.applied.seq)
        found = place < len(self._new) and self._new[place].applied.seq == seq
        return len(self._before) + place if found else None

    def _take_back(self, applied: AppliedDocument, context: Membership) -> None:
        """Mark the documents that the author could not open. The word of a partner also takes their effect back."""
        partner, before = applied.author in context.partners, len(self._before)
        for place in self._refused(applied):
            item = self._at(place)
            skipped, by_partner = item.skipped, partner
            if binds(item.applied, applied.author):  # check: documents.binding
                by_partner = False
            if by_partner and not item.taken_back and has_effect(item.applied):
                self._stale = self._stale or skipped is None
                skipped = NOT_DELIVERED
            refused_by = tuple(dict.fromkeys((*item.refused_by, applied.author)))
            marked = Item(item.applied, skipped, refused_by, item.taken_back or by_partner)
            if place < before:
                self._changed[place] = marked
            else:
                self._new[place - before] = marked

    def _refused(self, applied: AppliedDocument) -> Iterator[int]:
        """Places in the timeline of the refused documents that come after the author's own last one.

        A member who writes holds all that stands before, and can't refuse it any more. The author's last document is
        the newest that their present keys wrote, or that the message doesn't refuse: a thief of replaced keys may have
        written a refused one of an older generation.
        """
        refused = frozenset(applied.refused)
        last = 0
        new = (item.applied for item in reversed(self._new) if item.applied.author == applied.author)
        for own in chain(new, self._before.by(applied.author)):
            if own.seq not in refused or own.generation >= applied.generation:  # check: documents.own_refused
                last = own.seq
                break
        for seq in applied.refused:
            place = self._place_of(seq)
            if seq > last and place is not None:  # check: documents.refused_late
                yield place

    def _fold_again(self, timeline: Timeline) -> Timeline:
        """Fold the timeline from its beginning. Of a document that was taken back, only what its kind leaves counts."""
        state, held, owned, at = JournalState(), dict[EntryId, AppliedDocument](), set[str](), 0
        changed: dict[int, Item] = {}
        for place, item in enumerate(timeline):
            applied = item.applied
            while at + 1 < len(self._contexts) and self._contexts[at + 1][0] <= applied.seq:
                at += 1
            context = self._contexts[at][1]
            state, reason = effect(state, applied, context, held.get, owned, taken_back=item.taken_back)
            if reason != item.skipped:
                changed[place] = replace(item, skipped=reason)
            held[applied.entry] = applied
        self._state = state
        return timeline.changed(changed)
