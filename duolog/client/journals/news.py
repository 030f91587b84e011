"""News: the kinds of documents that others wrote since this home's owner last looked. Nobody learns that they looked.

Rules
- Kinds and authors are told, never how many, and nothing of what somebody did not write.
- What is withdrawn, skipped or unreadable is no news.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from duolog.client.home.marks import JournalMark, find_mark, set_mark
from duolog.client.journals.telling import Telling
from duolog.client.log.context import Context
from duolog.client.log.my_journals import shown_journals
from duolog.client.log.stored_logs import load_log
from duolog.protocol.codec import parse_u64, u64

MOST = 2000  # items of a journal that are looked at; what came before them is no news


@dataclass(frozen=True, slots=True)
class JournalNews:
    """The kinds of documents that others wrote in one journal since the owner looked, by author (account id).

    `since`: when they looked, Unix seconds; None where they never did on this device.
    """

    journal: bytes
    since: int | None
    came: Mapping[bytes, tuple[str, ...]]


def news(context: Context) -> tuple[JournalNews, ...]:
    """The news of each journal. Without the network."""
    return tuple(_news_in(context, journal) for journal in shown_journals(context))


def note_looked(context: Context) -> None:
    """Note that the owner has looked at everything that is here now. A home that can't be written takes no note."""
    if context.store.read_only:
        return
    with context.store.transaction():
        for journal in shown_journals(context):
            value = u64(load_log(context.store, journal).seq) + u64(context.clock())
            set_mark(context.store, journal, JournalMark.LOOKED, value)


def _news_in(context: Context, journal: bytes) -> JournalNews:
    mark = find_mark(context.store, journal, JournalMark.LOOKED)
    seen, since = (0, None) if mark is None else (parse_u64(mark[:8]), parse_u64(mark[8:]))
    return news_behind(context, journal, seen, since)


def news_behind(context: Context, journal: bytes, seen: int, since: int | None = None) -> JournalNews:
    """The news of one journal behind the seq `seen`. Without the network."""
    seen = max(seen, load_log(context.store, journal).seq - MOST)
    telling, came = Telling(context, journal), dict[bytes, dict[str, None]]()
    for item in telling.state.timeline.behind(seen):
        one = item.applied
        if one.author != context.account and not telling.hides(one):
            came.setdefault(one.author, {})[one.document.kind] = None
    return JournalNews(journal, since, {author: tuple(kinds) for author, kinds in came.items()})
