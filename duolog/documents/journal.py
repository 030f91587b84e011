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
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from duolog.documents.applied import AppliedDocument, Membership, why_skipped
from duolog.documents.bodies import AccountId, EntryId, has_unknown_parts, require_whole
from duolog.documents.journal_state import STATE, Item, JournalState
from duolog.documents.registry import KINDS, is_step
from duolog.documents.safe_text import one_line
from duolog.documents.snapshots import encode_snapshot, parse_snapshot
from duolog.documents.voice import PARTS_UNSHOWN, Voice
from duolog.errors import NotAllowed
from duolog.protocol import sizes
from duolog.protocol.messages import Document

NOT_DELIVERED = "It could not be opened on the other side, so it does not count for anybody until it is written again."
COMPARE_FIRST = "Compare the eight words with your partner first: until then it isn't certain who is there."


def apply(state: JournalState, applied: AppliedDocument, context: Membership) -> JournalState:
    """The state after one more document. `context`: the roster at its place in the log. Spec: documents"""
    return apply_all(state, [(applied, context)])


def apply_all(state: JournalState, documents: Iterable[tuple[AppliedDocument, Membership]]) -> JournalState:
    """The state after many documents in order. A batch costs a pass over the new ones, and at most one over all.

    Spec: documents
    """
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
    _reduce(state, applied, context, lambda entry: None if (item := state.find(entry)) is None else item.applied)
    if kind.part is not None and kind.consents_to is not None:
        require_whole(kind.consents_to(state.part(kind), body))


def last_of(state: JournalState, author: bytes) -> AppliedDocument | None:
    """The newest document of an author."""
    return next((item.applied for item in reversed(state.timeline) if item.applied.author == author), None)


def describe(state: JournalState, item: Item, voice: Voice) -> str:
    """A document of the timeline in plain words, with the reason when it has no effect. One line or several."""
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
    """The state as UTF-8 JSON for an encrypted snapshot; the same state gives the same bytes. Spec: documents"""
    parts = dict(sorted(state.parts.items()))  # the same order, whichever kind was written first
    return encode_snapshot(STATE, replace(state, parts=parts), KINDS)


def parse_state(data: bytes) -> JournalState:
    """The state from its snapshot. Raises: MalformedData; then start anew from the log. Spec: documents"""
    return parse_snapshot(STATE, data, KINDS)


# --- one document ----------------------------------------------------------------------------------------------------

Find = Callable[[bytes], AppliedDocument | None]  # the document of an entry that stands earlier in the log


def _effect(
    state: JournalState,
    applied: AppliedDocument,
    context: Membership,
    find: Find,
    owned: set[str],
    *,
    taken_back: bool = False,
) -> tuple[JournalState, str | None]:
    """The state after one document, and the reason if it has no effect. Any error concerns that document alone.

    `owned`: the kinds whose parts only this fold holds. They change in place; any other part is copied first.
    """
    name = applied.document.kind
    if name not in KINDS:
        return state, None
    try:
        changed, whole = _reduce(state, applied, context, find, taken_back=taken_back)
    except Exception as error:  # noqa: BLE001 - no document stops its journal, whatever it holds
        reason = why_skipped(error)
        return state, NOT_DELIVERED if taken_back and _has_effect(applied) else reason
    if changed:
        part = state.part(KINDS[name])
        if name not in owned:
            part = part.copy()
            state = replace(state, parts={**state.parts, name: part})
            owned.add(name)
        for key, value in changed.items():
            part[key] = value
    return state, None if whole else NOT_DELIVERED


def _reduce(
    state: JournalState, applied: AppliedDocument, context: Membership, find: Find, *, taken_back: bool = False
) -> tuple[Mapping[Any, Any], bool]:
    """The change of a document in its kind's part, and whether all of it counts. Raises: NotAllowed, MalformedData."""
    kind = KINDS[applied.document.kind]
    body, machine = kind.read(applied.document), kind.machine
    exits = machine is not None and machine.ends(body)
    if context.provisional and not kind.while_provisional and not exits:  # check: documents.provisional
        raise NotAllowed(COMPARE_FIRST)
    if kind.reduce is None:
        return {}, True
    if kind.looks_back is not None:
        named = find(body.answers.entry)
        kind.looks_back(applied, body, named, named is not None and is_step(named.document.kind))
    part = state.part(kind)
    if machine is not None:
        if taken_back:
            return machine.undelivered(part, applied, body, context, state.parts)
        return machine.reduce(part, applied, body, context, state.parts), True
    return ({}, False) if taken_back else (kind.reduce(part, applied, body, context), True)


def _words(state: JournalState, applied: AppliedDocument, voice: Voice) -> str:
    kind = KINDS.get(applied.document.kind)
    try:
        if kind is not None:
            body = kind.read(applied.document)
            part = None if kind.part is None else state.part(kind)
            text = kind.describe(applied, body, voice, part)
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
        self._timeline, self._contexts = list(state.timeline), list(state.contexts)
        self._held: dict[EntryId, AppliedDocument] = {item.applied.entry: item.applied for item in state.timeline}
        self._own: dict[AccountId, list[AppliedDocument]] = {}
        for item in state.timeline:
            self._own.setdefault(item.applied.author, []).append(item.applied)

    def add(self, applied: AppliedDocument, context: Membership) -> None:
        """Append a document."""
        if not self._contexts or self._contexts[-1][1] != context:
            self._contexts.append((applied.seq, context))
        if applied.refused:
            self._take_back(applied, context)
        reason = None
        if not self._stale:
            self._state, reason = _effect(self._state, applied, context, self._held.get, self._owned)
        self._timeline.append(Item(applied, reason))
        self._held[applied.entry] = applied
        self._own.setdefault(applied.author, []).append(applied)

    def done(self) -> JournalState:
        """The state after all documents."""
        if self._stale:
            self._fold_again()
        return replace(self._state, timeline=tuple(self._timeline), contexts=tuple(self._contexts))

    def _take_back(self, applied: AppliedDocument, context: Membership) -> None:
        """Mark the documents that the author could not open. The word of a partner also takes their effect back."""
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
        """Places in the timeline of the refused documents that come after the author's own last one.

        A member who writes holds all that stands before, and can't refuse it any more. The author's last document is
        the newest that their present keys wrote, or that the message doesn't refuse: a thief of replaced keys may have
        written a refused one of an older generation.
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
        """Fold the timeline from its beginning. Of a document that was taken back, only what its kind leaves counts."""
        state, held, owned, at = JournalState(), dict[EntryId, AppliedDocument](), set[str](), 0
        for place, item in enumerate(self._timeline):
            applied = item.applied
            while at + 1 < len(self._contexts) and self._contexts[at + 1][0] <= applied.seq:
                at += 1
            context = self._contexts[at][1]
            state, reason = _effect(state, applied, context, held.get, owned, taken_back=item.taken_back)
            self._timeline[place] = replace(item, skipped=reason)
            held[applied.entry] = applied
        self._state = state


def _has_effect(applied: AppliedDocument) -> bool:
    return applied.document.kind in KINDS and is_step(applied.document.kind)
