"""The rules of breaches once more, written from the specification by hand; it calls nothing of the kernel.

Of the boundaries that stand before (`agreed_before`), it is written here which texts may be named, and by whom.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from duolog.documents.bodies import StepBody
from duolog.documents.kinds.breach import CloseBreach, GiveAccount, OpenBreach, ReopenBreach
from tests.documents.agreed_before import ASK, BINDS_BOTH, BINDS_KIM, BINDS_SAM, UNANSWERED, UNANSWERED_OF_SAM
from tests.documents.evening import ADA, KIM, SAM
from tests.documents.short_logs import ALONE, Tried, entry, named, written

MAY_NAME = {(entry(BINDS_BOTH), ADA), (entry(BINDS_BOTH), SAM), (entry(BINDS_SAM), ADA)}


@dataclass
class Event:
    """One event."""

    between: frozenset[bytes]
    told: set[bytes]
    closed: set[bytes] = field(default_factory=set)


def breaches_by_hand(log: Sequence[Tried]) -> list[bool]:
    """Whether each document counts."""
    events: dict[bytes, Event] = {}
    return [_counts(one, events) for one in log]


def _counts(one: Tried, events: dict[bytes, Event]) -> bool:
    step, author = one.step, one.applied.author
    if author not in one.context.partners:
        return False
    if isinstance(step, OpenBreach):
        if step.answers is not None and (step.answers.entry, author) not in MAY_NAME:
            return False
        events[one.applied.entry] = Event(one.context.partners, {author})
        return len(one.context.partners) == 2
    assert isinstance(step, GiveAccount | CloseBreach | ReopenBreach)
    event = events.get(step.answers.entry)
    if event is None or author not in event.between:
        return False
    if isinstance(step, ReopenBreach):
        was = author in event.closed
        event.closed.discard(author)
        return was
    into = event.told if isinstance(step, GiveAccount) else event.closed
    new = author not in into
    into.add(author)
    return new


def breach_steps(place: int, texts: list[int]) -> Iterator[Tried]:
    """Every document of the alphabet at this place, when these places hold accounts."""
    note = named(200)
    bodies: list[StepBody] = [OpenBreach(as_="own", text=note)]
    for text in (BINDS_BOTH, BINDS_SAM, UNANSWERED, UNANSWERED_OF_SAM, BINDS_KIM, ASK, 199):
        bodies += [OpenBreach(as_="saw", text=note, answers=named(text))]
    for text in texts:
        to = named(text)
        bodies += [OpenBreach(as_="saw", text=note, answers=to), GiveAccount(answers=to, text=note)]
        bodies += [CloseBreach(answers=to, words="For me."), ReopenBreach(answers=to)]
    for body in bodies:
        for author in (ADA, SAM):
            yield written(place, author, body, 0, kind="breach")
    for body in bodies[:3]:
        yield written(place, KIM, body, 0, kind="breach")
        yield written(place, ADA, body, 0, ALONE, kind="breach")
