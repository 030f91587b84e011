"""How a home keeps the state of a journal: a sealed head, and sealed pages of the timeline, read when they are needed.

Rules
- Keeping writes the head, and the pages that are new or changed since. Opening reads the head and the pages' labels.
- Few pages are in memory at a time.
- A snapshot only saves time. Where its head can't be used, or a page turns out damaged, the state is made anew from the
  log.
"""

from collections.abc import Callable
from dataclasses import replace

from duolog.client.home.snapshot_rows import (
    PageRow,
    forget_state,
    load_labels,
    load_page,
    load_snapshot,
    save_pages,
    save_snapshot,
    snapshot_seq,
)
from duolog.client.home.store import DAMAGED
from duolog.client.log.context import Context
from duolog.documents.journal_state import JournalState
from duolog.documents.kept_states import KeptPage, encode_head, encode_page, parse_head, parse_items, parse_label
from duolog.documents.timeline import FullPage, Items, Timeline
from duolog.errors import DuologError, HomeError
from duolog.protocol.codec import sha256

KEPT_EVERY = 64  # entries; opening fewer again costs less than writing the head of a long journal anew
KEPT_MEANWHILE = 4096  # entries; the same while a journal is still being fetched
_IN_MEMORY = 8  # pages

Anew = Callable[[], JournalState]


def load_state(context: Context, journal: bytes, anew: Anew) -> tuple[JournalState, bool]:
    """The state of a journal's snapshot, or a fresh one; and whether a stored snapshot can be used.

    `anew`: makes the state from the log alone, for a page that turns out damaged later.
    """
    sealed = load_snapshot(context.store, journal)
    if sealed is None:
        return JournalState(), True
    try:
        head = parse_head(context.home.open("snapshot", sealed))
        labels = load_labels(context.store, journal)
        pages = [
            _page(context, journal, place, parse_label(context.home.open("snapshot", label), digest), digest, anew)
            for place, (label, digest) in enumerate(zip(labels, head.pages, strict=False))
        ]
    except DuologError:
        return JournalState(), False
    if len(pages) != len(head.pages):
        return JournalState(), False
    return replace(head.state, timeline=Timeline(head.state.timeline, tuple(pages))), True


def keep_state(
    context: Context, journal: bytes, state: JournalState, anew: Anew, *, usable: bool, more: bool = False
) -> JournalState:
    """Store a state, unless the stored one is nearly as new; the state as it is kept.

    `usable`: whether the stored snapshot is. `more`: the server has said that more of the log comes.
    """
    before, every = snapshot_seq(context.store, journal), KEPT_MEANWHILE if more else KEPT_EVERY
    if context.store.read_only or (
        (before is not None or more) and usable and state.timeline.seq - (before or 0) < every
    ):
        return state
    rows, kept = list[PageRow](), dict[int, FullPage]()
    for place, page in enumerate(state.timeline.pages):
        if page.kept is None:
            label, items = encode_page(page)
            sealed = (context.home.seal("snapshot", part) for part in (label, items))
            rows.append(PageRow(place, *sealed))
            digest = sha256(label)
            kept[place] = _page(context, journal, place, parse_label(label, digest), digest, anew)
    state = replace(state, timeline=state.timeline.kept(kept))
    head = context.home.seal("snapshot", encode_head(state))
    with context.store.transaction():
        save_pages(context.store, journal, rows, len(state.timeline.pages))
        save_snapshot(context.store, journal, state.timeline.seq, head)
    return state


def _page(context: Context, journal: bytes, place: int, kept: KeptPage, digest: bytes, anew: Anew) -> FullPage:
    """A page that is read when it is needed."""
    key = (journal, digest)

    def load() -> Items:
        found = context.pages.pop(key, None) or _read(context, journal, place, kept, anew)
        context.pages[key] = found
        while len(context.pages) > _IN_MEMORY:
            context.pages.pop(next(iter(context.pages)))
        return found

    return FullPage(kept.label, load, digest)


def _read(context: Context, journal: bytes, place: int, kept: KeptPage, anew: Anew) -> Items:
    """The documents of a page; from the log where the page is damaged. Raises: HomeError when they aren't there."""
    try:
        return parse_items(context.home.open("snapshot", load_page(context.store, journal, place)), kept.items)
    except DuologError:
        if not context.store.read_only:
            forget_state(context.store, journal)
    state = context.states[journal] = anew()
    if place >= len(state.timeline.pages):
        raise HomeError(DAMAGED)
    return state.timeline.pages[place].load()
