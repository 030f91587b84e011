"""The things of one journal as a person sees them: each with its steps in order, and the words of each step.

Rules
- Words are shown inside their thing: the note must be by the step's author, and hold the very message that is named.
- A step without effect is no part of its thing. It stands in the timeline, with the reason.
- A thing is shown as it will be once the steps that wait here are sent, and marked. It offers no step until then.
- Nothing here tells whether, when or how often anybody opened a thing.

Spec: documents
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic

from duolog.client.home.item_rows import EntryPlace, places_of
from duolog.client.journals.people import voice
from duolog.client.log.context import Context
from duolog.client.log.expected import expected_state, unsent_things
from duolog.client.log.folding import account_state, journal_state, membership
from duolog.documents.beside import note_named, words_of_step
from duolog.documents.journal import describe
from duolog.documents.journal_state import JournalState
from duolog.documents.kernel import Possible
from duolog.documents.kind import Kind
from duolog.documents.links import thing_of
from duolog.documents.names import YOU
from duolog.documents.things import Thing, Things, X
from duolog.documents.timeline import Item, PageLabel
from duolog.documents.voice import Look
from duolog.errors import NotAllowed

NOT_HERE = "The text is not here."


@dataclass(frozen=True, slots=True)
class StepView:
    """One step of a thing. `entry`: its id. `at` is shown, `effective` counts. `text`: the step in plain words.

    `words`: the body of the note beside it, `words_text` the same in plain words, safe on a terminal. Where the step
    names a note and `words` is None, `hidden` says why.
    `not_delivered_to`: members who said that they could not read the words. `waits`: the step waits to be sent.
    """

    entry: bytes
    author: bytes
    author_name: str
    mine: bool
    at: int
    effective: int
    step: str
    text: str
    body: Mapping[str, Any]
    words: Mapping[str, Any] | None = None
    words_text: str | None = None
    hidden: str | None = None
    not_delivered_to: tuple[bytes, ...] = ()
    waits: bool = False


@dataclass(frozen=True, slots=True)
class ListedThing(Generic[X]):
    """One thing of a kind in a list, for this reader at this time. `number`: its place in the list, from 1.

    `title`: its name in a list. `text`: what its stage means for this reader. `waits`: a step of it waits to be sent.
    """

    number: int
    entry: bytes
    thing: X
    title: str
    text: str
    waits: bool


@dataclass(frozen=True, slots=True)
class ThingView(ListedThing[X]):
    """One thing whole. `said`: the steps that count, in order.

    `steps`: every step with it, and why this reader may not take it now; none where the journal takes no document, or
    a step of it waits to be sent.
    """

    said: tuple[StepView, ...]
    steps: tuple[Possible, ...]


def list_things(context: Context, journal: bytes, kind: Kind[Any, Any]) -> tuple[ListedThing[Any], ...]:
    """Every thing of a kind, oldest first. Reads no document of the timeline. Raises: NotAllowed: it isn't here."""
    context.standing(journal).require_here()
    state, look = expected_state(context, journal), look_at(context, journal)
    unsent = unsent_things(context, journal, state, kind)
    return tuple(
        _listed(number, thing, kind, look, waits=thing.entry in unsent)
        for number, thing in enumerate(state.part(kind).values(), 1)
    )


def view_thing(context: Context, journal: bytes, kind: Kind[Any, Any], entry: bytes) -> ThingView[Any]:
    """One thing of a kind. `entry`: its id, or that of any text of it. Raises: NotAllowed: it isn't here."""
    context.standing(journal).require_here()
    state, look = expected_state(context, journal), look_at(context, journal)
    things: Things[Any] = state.part(kind)
    thing = find_thing(things, entry)
    items = _items_of(state, kind, thing)
    named = (note_named(item.applied.document) for item in items)
    notes = state.timeline.find_all({entry for entry in named if entry is not None})
    told = _Told(context, journal, state, look, notes)
    waits = thing.entry in unsent_things(context, journal, state, kind)
    listed = _listed([*things].index(thing.entry) + 1, thing, kind, look, waits=waits)
    return ThingView(
        *(listed.number, listed.entry, listed.thing, listed.title, listed.text, waits),
        said=tuple(map(told.step, items)),
        steps=() if waits else steps_with(context, journal, kind, thing),
    )


def find_thing(things: Things[X], entry: bytes) -> X:
    """The thing that this entry names. Raises: NotAllowed."""
    found: X | None = things.get(entry) or things.find(entry)
    if found is None:
        raise NotAllowed("There is no such thing here. List them to see their names.")
    return found


def _listed(number: int, thing: Any, kind: Kind[Any, Any], look: Look, *, waits: bool) -> ListedThing[Any]:
    title = "" if kind.title is None else look.voice.clean(kind.title(thing))
    text = "" if kind.show is None else kind.show(thing, look)
    return ListedThing(number, thing.entry, thing, title, text, waits)


def look_at(context: Context, journal: bytes) -> Look:
    """This reader, now."""
    return Look(context.account, context.clock(), voice(context, journal))


def steps_with(context: Context, journal: bytes, kind: Kind[Any, Any], thing: Any) -> tuple[Possible, ...]:
    """Every step with a thing, or without one where it is None, and why I may not take it now.

    While the partner is provisional, a kind may have none but exits; a journal that takes no document has none.
    """
    roster, machine = context.standing(journal).open_roster, kind.machine
    if machine is None or roster is None:
        return ()
    things: Things[Any] = journal_state(context, journal).part(kind)
    found = machine.steps(things, thing, context.account, context.clock(), membership(roster))
    exits = roster.provisional and not kind.while_provisional
    return tuple(one for one in found if one.does == "ends" or not exits)


def _items_of(state: JournalState, kind: Kind[Any, Any], thing: Thing) -> list[Item]:
    """The steps of one thing that count, in order. Each makes it or answers a text of it: no other page is read."""

    def worth(label: PageLabel) -> bool:
        return label.find(thing.entry) is not None or any(entry in thing.texts for entry in label.answered)

    found = []
    for item in state.timeline.newest_first(worth):
        if item.applied.document.kind == kind.name and item.skipped is None:
            of = thing_of(state, kind, item.applied)
            if of is not None and of.entry == thing.entry:
                found.append(item)
    return found[::-1]


class _Told:
    """The steps of one journal, told to one reader."""

    def __init__(
        self, context: Context, journal: bytes, state: JournalState, look: Look, notes: Mapping[bytes, Item]
    ) -> None:
        own = account_state(context)
        self._context, self._journal, self._state, self._look = context, journal, state, look
        self._notes, self._sent = notes, journal_state(context, journal).timeline.seq
        self._kept, self._erased = own.kept.get(journal, ()), own.erased.get(journal, ())

    def step(self, item: Item) -> StepView:
        """One step, with its words or the reason why they are not here."""
        applied, voice = item.applied, self._look.voice
        note, named = words_of_step(applied, self._notes.get), note_named(applied.document)
        hidden = None if named is None else self._hidden(applied.author, named, note)
        shown = note if hidden is None else None
        return StepView(
            *(applied.entry, applied.author, voice.name(applied.author), applied.author == self._look.me),
            *(applied.at, applied.effective, str(applied.document.body.get("step", ""))),
            text=describe(self._state, item, voice),
            body=applied.document.body,
            words=None if shown is None else shown.applied.document.body,
            words_text=None if shown is None else describe(self._state, shown, voice).partition("\n")[2],
            hidden=hidden,
            not_delivered_to=item.refused_by if note is None else note.refused_by,
            waits=applied.seq > self._sent,
        )

    def _hidden(self, author: bytes, named: bytes, note: Item | None) -> str | None:
        """Why words are not shown, or None."""
        places: Sequence[EntryPlace] = places_of(self._context.store, self._journal, [named])
        own = [place for place in places if place.author == author]
        if own and named in self._erased:
            return "You have erased this for yourself."
        withdrawn = own and self._state.withdrawn(named, author, own[0].seq, own[0].time)
        if withdrawn and (note is None or named not in self._kept):
            return f"{YOU if author == self._look.me else self._look.voice.name(author)} withdrew the text."
        return NOT_HERE if note is None else None
