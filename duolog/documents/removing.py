"""Taking texts out of a state, as if they had never been opened here: all that is before them stays.

A text that was withdrawn or erased leaves the home, and the state is the one that the rest of the log makes. Where that
may differ in more than the text itself, nothing is guessed: the caller folds the log anew. Spec: documents
"""

from collections.abc import Collection
from dataclasses import replace

from duolog.documents.journal_state import JournalState
from duolog.documents.registry import KINDS, is_step
from duolog.documents.timeline import PAGE, Item, Timeline
from duolog.errors import MalformedData, NotAllowed


def without(state: JournalState, seqs: Collection[int]) -> JournalState | None:
    """The state without the texts at these seqs. None where the log has to be folded anew to know it.

    That is so for a step; where the roster changed at one of the texts; and where a later document was refused because
    of one of them, or says that it could not open something.
    """
    places = [place for seq in seqs if (place := state.timeline.place_of(seq)) is not None]
    if not places:
        return state
    whole = min(places) // PAGE
    behind = list(state.timeline.from_page(whole))
    gone = [item for item in behind if item.applied.seq in seqs]
    entries = {item.applied.entry for item in gone}
    rest = [item for item in behind if item.applied.seq not in seqs]
    if any(seq in seqs for seq, _ in state.contexts) or any(is_step(item.applied.document.kind) for item in gone):
        return None
    if any(_depends(item, entries) for item in rest):
        return None
    return replace(state, timeline=Timeline(rest, state.timeline.pages[:whole]))


def _depends(item: Item, entries: Collection[bytes]) -> bool:
    """Whether a document would perhaps be judged otherwise without these entries."""
    if item.applied.refused:
        return True
    kind = KINDS.get(item.applied.document.kind)
    if item.skipped is None or kind is None or kind.names is None:
        return False
    try:
        named = kind.names(kind.read(item.applied.document))
    except (MalformedData, NotAllowed):
        return False
    return named is not None and named.entry in entries
