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
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from duolog.documents.base import (
    PARTS_UNSHOWN,
    AccountId,
    AppliedDocument,
    Context,
    EntryId,
    Voice,
    has_unknown_parts,
    parse_body,
    require_whole,
    why_skipped,
)
from duolog.documents.kind import Kind
from duolog.documents.plain import one_line
from duolog.documents.registry import KINDS, is_step
from duolog.documents.snapshots import encode_snapshot, parse_snapshot
from duolog.documents.state import STATE, Item, JournalState
from duolog.errors import NotAllowed
from duolog.protocol import sizes
from duolog.protocol.messages import Document

NOT_DELIVERED = "It could not be opened on the other side, so it does not count for anybody until it is written again."
NEWER = "A newer version of Duolog wrote this; update to see what it does."


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
        require_whole(kind.consents_to(state.part(kind), body))


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
    parts = dict(sorted(state.parts.items()))  # in one order, whichever kind was written first
    return encode_snapshot(STATE, replace(state, parts=parts), _known())


def parse_state(data: bytes) -> JournalState:
    """A state from its snapshot. Raises: MalformedData; then start anew from the log. Spec: documents"""
    return parse_snapshot(STATE, data, _known())


def _known() -> dict[str, int]:
    return {kind.name: kind.v for kind in KINDS.values()}


# --- one document ----------------------------------------------------------------------------------------------------

Find = Callable[[bytes], AppliedDocument | None]  # the document of an entry, among those that stand before


def _applied(item: Item | None) -> AppliedDocument | None:
    return None if item is None else item.applied


def _effect(
    state: JournalState,
    applied: AppliedDocument,
    context: Context,
    find: Find,
    *,
    taken_back: bool = False,
    owned: set[str] | None = None,
) -> tuple[JournalState, str | None]:
    """The state after one document, and why it has no effect. Whatever goes wrong is that document's fault alone.

    `owned`: the parts of `state` that are nobody else's, and change in place; any other is copied first.
    """
    name = applied.document.kind
    if name not in KINDS:
        return state, None
    try:
        changed, whole = _reduce(state, applied, context, find, taken_back=taken_back)
    except Exception as error:  # noqa: BLE001 - whatever it holds, a document never stops the journal it stands in
        reason = why_skipped(error)
        return state, NOT_DELIVERED if taken_back and _has_effect(applied) else reason
    if changed:
        part = state.part(KINDS[name])
        if owned is None or name not in owned:
            part = part.copy()
            state = replace(state, parts={**state.parts, name: part})
        if owned is not None:
            owned.add(name)
        for key, value in changed.items():
            part[key] = value
    return state, None if whole else NOT_DELIVERED


def _reduce(
    state: JournalState, applied: AppliedDocument, context: Context, find: Find, *, taken_back: bool = False
) -> tuple[Mapping[Any, Any], bool]:
    """What it changes in its kind's part, and whether all of it counts. Raises: NotAllowed, MalformedData."""
    kind = KINDS[applied.document.kind]
    body, machine = _read(kind, applied.document), kind.machine
    exits = machine is not None and machine.ends(body)
    if context.provisional and not kind.while_provisional and not exits:  # check: documents.provisional
        raise NotAllowed("Compare the eight words with your partner first: until then it isn't certain who is there.")
    if kind.reduce is None:
        return {}, True
    if kind.looks_back is not None:
        named = find(body.answers.entry)
        kind.looks_back(applied, body, named, named is not None and is_step(named.document.kind))
    part = state.part(kind)
    if not taken_back:
        return kind.reduce(part, applied, body, context), True
    return ({}, False) if machine is None else machine.undelivered(part, applied, body, context)


def _read(kind: Kind[Any, Any], document: Document, *, writing: bool = False) -> Any:
    if document.v != kind.v:  # check: documents.version
        raise NotAllowed(NEWER)
    return parse_body(kind.body, document.body, writing=writing)


def _words(state: JournalState, applied: AppliedDocument, voice: Voice) -> str:
    kind = KINDS.get(applied.document.kind)
    try:
        if kind is not None:
            body = _read(kind, applied.document)
            part = None if kind.part is None else state.part(kind)
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
        self._owned: set[str] = set()
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
            self._state, reason = _effect(self._state, applied, context, self._held.get, owned=self._owned)
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
        state, held, owned, at = JournalState(), dict[EntryId, AppliedDocument](), set[str](), 0
        for place, item in enumerate(self._timeline):
            applied = item.applied
            while at + 1 < len(self._contexts) and self._contexts[at + 1][0] <= applied.seq:
                at += 1
            context = self._contexts[at][1]
            state, reason = _effect(state, applied, context, held.get, taken_back=item.taken_back, owned=owned)
            self._timeline[place] = replace(item, skipped=reason)
            held[applied.entry] = applied
        self._state = state


def _has_effect(applied: AppliedDocument) -> bool:
    kind = KINDS.get(applied.document.kind)
    return kind is not None and kind.part is not None
