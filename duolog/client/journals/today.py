"""Today: what is open for me over all journals. Calm: nothing presses, and nothing is said of what the other does.

Rules
- The sentences are those of the kinds. A kind that has none says nothing here.
- What is over is not read. Own steps that wait to be sent have their effect.
- What others did or left undone is never counted. My own drafts are listed, since nobody else knows of them.

Spec: documents
"""

from collections.abc import Iterator
from dataclasses import dataclass

from duolog.client.journals.drafts import drafts_in
from duolog.client.journals.thing_views import look_at
from duolog.client.log.context import Context
from duolog.client.log.expected import expected_state
from duolog.client.log.my_journals import shown_journals
from duolog.documents.account_kinds import Draft
from duolog.documents.registry import KINDS


@dataclass(frozen=True, slots=True)
class OpenThing:
    """Something that is open for me. `thing`: its entry. `number`: its place in the list of its kind, from 1."""

    journal: bytes
    kind: str
    thing: bytes
    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Today:
    """The things that are open for me, and the drafts that I keep."""

    open: tuple[OpenThing, ...]
    drafts: tuple[Draft, ...]


def open_in(context: Context, journal: bytes) -> Iterator[OpenThing]:
    """The things that are open for me in one journal. A closed or frozen journal asks nothing."""
    if context.standing(journal).open_roster is None:
        return
    state, look = expected_state(context, journal), look_at(context, journal)
    for name, kind in KINDS.items():
        if kind.today is None:
            continue
        for number, thing in state.part(kind).not_over(look.now):
            for text in kind.today(thing, look):
                yield OpenThing(journal, name, thing.entry, number, text)


def today(context: Context) -> Today:
    """The things that are open for me over all journals. Without the network."""
    found = (one for journal in shown_journals(context) for one in open_in(context, journal))
    return Today(tuple(found), tuple(drafts_in(context).values()))
