"""Which entries of a timeline somebody asks for: by kind, author, days, tags, feelings.

A filter lets documents through that can be read here, and nothing else. It is a question of one reader: nobody is told
of it, and it is kept nowhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from duolog.documents import dates
from duolog.documents.timeline import PageLabel
from duolog.protocol.messages import Document

By = Literal["written", "happened"]


@dataclass(frozen=True, slots=True)
class TimelineFilter:
    """Conditions that an entry must meet. An empty field sets none.

    `kinds`: names of kinds, `authors`: account ids. `since`, `until`: days in the reader's zone, both included; of the
    time that is `by`: when it was written (its effective time), or when it happened, where its author said so, and
    else when it was written. `tags`, `feelings`: each must be there, however its letters are written.
    `in_things`: whether documents come along that are told in their thing alone; a list for a person leaves them out.
    """

    kinds: frozenset[str] = frozenset()
    authors: frozenset[bytes] = frozenset()
    since: date | None = None
    until: date | None = None
    by: By = "written"
    tags: tuple[str, ...] = ()
    feelings: tuple[str, ...] = ()
    in_things: bool = True

    def matches(self, author: bytes, document: Document, effective: int) -> bool:
        """Whether a document is asked for. `effective`: its effective time, Unix seconds."""
        if (self.kinds and document.kind not in self.kinds) or (self.authors and author not in self.authors):
            return False
        when = self.when(document.body, effective)[:10]
        if self.since is not None and when < dates.iso_day(self.since):
            return False
        if self.until is not None and not "" < when <= dates.iso_day(self.until):
            return False
        return _holds(document.body.get("tags"), self.tags) and _holds(document.body.get("feelings"), self.feelings)

    def when(self, body: Mapping[str, Any], effective: int) -> str:
        """The time by which a document is ordered, as a wall time that sorts."""
        told = happened(body) if self.by == "happened" else None
        return dates.on_the_wall(effective) if told is None else told

    def worth(self, page: PageLabel) -> bool:
        """Whether a page may hold what is asked for."""
        if self.kinds and self.kinds.isdisjoint(page.kinds):
            return False
        if self.authors and self.authors.isdisjoint(page.authors):
            return False
        if self.by == "happened":
            return True
        first = None if self.since is None else dates.begins(self.since)
        behind = None if self.until is None else dates.behind(self.until)
        return not (first is not None and page.latest < first) and not (behind is not None and page.earliest >= behind)


def happened(body: Mapping[str, Any]) -> str | None:
    """When what a body tells of happened, as a wall time, if its author said so in the form of one."""
    text = body.get("happened")
    try:
        dates.wall_time(text if isinstance(text, str) else "")
    except ValueError:
        return None
    return str(text)


def _holds(words: object, asked: tuple[str, ...]) -> bool:
    said = {word.strip().casefold() for word in words if isinstance(word, str)} if isinstance(words, list) else set()
    return all(word.strip().casefold() in said for word in asked)
