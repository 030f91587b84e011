"""Searching everything that can be read here, by words and by a filter.

Rules
- The index is made of documents that are here. One that was withdrawn, erased or is not here is in none of its
  segments, and is never shown, whatever a segment says.
- A segment covers `SEGMENT` places of a log, and lies sealed in the home. Adding costs the newest segment. Looking
  costs the segments and pages back to the oldest hit that is shown.
- Segments only save time: a missing, damaged or older one is made anew.
- Nobody is told of a search, and no query is kept.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from heapq import merge
from itertools import islice, takewhile

from duolog.client.home.outbox_rows import WaitingRow, waiting_entries
from duolog.client.home.snapshot_rows import SegmentRow, load_segment, load_segments, save_segment
from duolog.client.home.word_index import Parts, WordIndex, excerpt, parse_query
from duolog.client.journals.filters import TimelineFilter
from duolog.client.journals.reading import timeline
from duolog.client.journals.telling import Telling
from duolog.client.journals.views import TimelineEntry
from duolog.client.log.context import Context
from duolog.client.log.my_journals import shown_journals
from duolog.client.log.stored_logs import load_log
from duolog.documents.registry import KINDS
from duolog.documents.wording import words_of
from duolog.errors import DuologError, HomeError, NotAllowed

SEGMENT = 1024  # places of a log
FORMAT = 1  # raised when what is indexed of a document changes
_KEPT_EVERY = 64  # places; adding fewer again costs less than sealing a segment anew


@dataclass(frozen=True, slots=True)
class SearchHit:
    """An entry that was found, and the place in its text: parts, each with whether it is what was looked for."""

    shown: TimelineEntry
    excerpt: Parts


def search(
    context: Context, typed: str, where: TimelineFilter | None, journals: Sequence[bytes] | None, limit: int
) -> tuple[SearchHit, ...]:
    """The newest entries that have all typed words, newest first. `journals` None: all but the account's own.

    Raises:
        NotAllowed: a journal isn't here, or nothing is asked for.
        HomeError: this SQLite has no full-text search.
    """
    chosen = shown_journals(context) if journals is None else tuple(dict.fromkeys(journals))
    if context.identity.account_journal in chosen:
        raise NotAllowed("The account's own journal is not searched.")
    for journal in chosen:
        context.standing(journal).require_here()
    if not typed.strip():
        if where is None:
            raise NotAllowed("Type a word to look for.")
        return _without_words(context, chosen, where, limit)
    query, where = parse_query(typed), where or TimelineFilter()
    looks = [_hits(context, journal, query, where) for journal in chosen]
    return tuple(islice(merge(*looks, key=lambda hit: hit.shown.time, reverse=True), limit))


def _without_words(
    context: Context, journals: Sequence[bytes], where: TimelineFilter, limit: int
) -> tuple[SearchHit, ...]:
    where = replace(where, in_things=False)
    found = [entry for journal in journals for entry in timeline(context, journal, 0, limit, where)]
    newest = sorted(found, key=lambda shown: where.when(shown.body or {}, shown.time), reverse=True)
    return tuple(SearchHit(shown, ()) for shown in newest[:limit])


def _hits(context: Context, journal: bytes, query: str, where: TimelineFilter) -> Iterator[SearchHit]:
    """The hits of one journal, newest first: those in the outbox, then those of the log."""
    telling = Telling(context, journal)
    yield from _waiting_hits(telling, waiting_entries(context.store, journal), query, where)
    for seq in _numbers(context, journal, telling, query):
        place = telling.state.timeline.place_of(seq)
        if place is None:
            continue
        item = telling.state.timeline[place]
        one = item.applied
        if telling.hides(one) or not where.matches(
            one.author, one.document, one.effective
        ):  # check: client.found_hidden
            continue
        yield SearchHit(telling.document(item), excerpt(words_of(one.document), query))


def _waiting_hits(
    telling: Telling, rows: Sequence[WaitingRow], query: str, where: TimelineFilter
) -> Iterator[SearchHit]:
    documents = [telling.waits(row) for row in rows]
    with closing(WordIndex()) as index:
        index.add((number, words_of(document)) for number, document in enumerate(documents))
        found = index.find(query)
    for number in found:
        shown, document = telling.waiting(rows[number]), documents[number]
        if where.matches(shown.author, document, document.at):
            yield SearchHit(shown, excerpt(words_of(document), query))


def _numbers(context: Context, journal: bytes, telling: Telling, query: str) -> Iterator[int]:
    """The seqs of the log at which the index has all words, newest first."""
    end = load_log(context.store, journal).seq
    stored = load_segments(context.store, journal)
    for first in range((max(end, 1) - 1) // SEGMENT * SEGMENT + 1, 0, -SEGMENT):
        last = min(first + SEGMENT - 1, end)
        with closing(_segment(context, journal, telling, first, stored.get(first, 0), last)) as index:
            found = index.find(query)
        yield from found


def _segment(context: Context, journal: bytes, telling: Telling, first: int, stored: int, last: int) -> WordIndex:
    """The index of the places from `first` to `last`. `stored`: up to which the home has it, 0 where it hasn't."""
    index, covered = None, first - 1
    if stored:
        try:
            index, covered = _parse(context, journal, first, stored), stored
        except DuologError:
            stored = 0
    index = WordIndex() if index is None else index
    if covered < last:
        items = telling.state.timeline.behind(covered)
        here = takewhile(lambda item: item.applied.seq <= last, items)
        index.add(
            (item.applied.seq, words_of(item.applied.document)) for item in here if not telling.hides(item.applied)
        )
        worth_it = not stored or last - stored >= _KEPT_EVERY or last == first + SEGMENT - 1
        if worth_it and not context.store.read_only:
            plain = _head(journal, first, last) + index.encode()
            save_segment(context.store, journal, SegmentRow(first, last, context.home.seal("search", plain)))
    return index


def _parse(context: Context, journal: bytes, first: int, last: int) -> WordIndex:
    """A stored segment. Raises: OpenError, HomeError where it is damaged, another one, or of another version."""
    plain, head = context.home.open("search", load_segment(context.store, journal, first)), _head(journal, first, last)
    if not plain.startswith(head):  # check: client.search_segment
        raise HomeError("This part of the index is another one; it will be made anew.")
    return WordIndex(plain[len(head) :])


def _head(journal: bytes, first: int, last: int) -> bytes:
    """The beginning of a segment: what it covers, and which kinds its maker knew."""
    kinds = {name: kind.v for name, kind in sorted(KINDS.items())}
    made_by = {"format": FORMAT, "kinds": kinds, "journal": journal.hex(), "first": first, "last": last}
    return json.dumps(made_by, separators=(",", ":")).encode() + b"\n"
