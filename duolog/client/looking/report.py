"""A report of a time: boundaries, letters, promises, appreciations, and what each person said of how it was.

Rules
- It is made of documents that this reader can read, and of nothing else: no reads, no counts, no rates, no gaps, no
  comparison of two people. What somebody did not do is not in it.
- A step that didn't count is left out, and so is a text that was withdrawn or erased.
- The words of a step's note stand with the step, as its author's. Where the note is not here, that is said.
- Of check-ins, those are shown that both opened, and no step of theirs: steps say who was first. Marks of a promise
  stand in the timeline alone: in a row, they would be a tally.
- Boundaries that hold are shown whenever they were made; everything else by what was written in that time.

Nobody is told of a report. Spec: documents
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from duolog.client.journals.filters import TimelineFilter
from duolog.client.journals.people import mine_first, voice
from duolog.client.journals.telling import Telling
from duolog.client.log.context import Context
from duolog.client.looking.answers import opened_answers
from duolog.documents.bodies import Answer
from duolog.documents.journal import describe
from duolog.documents.journal_state import JournalState
from duolog.documents.kind import Kind
from duolog.documents.kinds.boundary_texts import Boundary
from duolog.documents.kinds.check_in import CheckIn, show, title_of
from duolog.documents.kinds.check_in_answers import answer_lines
from duolog.documents.kinds.note import Note, note_lines
from duolog.documents.kinds.promise import MarkPromise
from duolog.documents.links import thing_of
from duolog.documents.registry import KINDS
from duolog.documents.things import Thing
from duolog.documents.timeline import Item
from duolog.documents.voice import Look, capital
from duolog.errors import DuologError, NotAllowed

# Which kinds a report has, in which order, and under which words. A pause is over when it is over, and is not here.
SECTIONS: Final[Mapping[str, str]] = {
    "boundary": "Boundaries, and how they changed",
    "disclosure": "Letters, and what followed",
    "breach": "What happened, as each of us saw it",
    "promise": "Promises",
    "check_in": "Check-ins",
    "appreciation": "Thanks and small wins",
}
_SLIDERS = ("closeness", "trust", "stress")
NOT_HERE = "The text is not here."


@dataclass(frozen=True, slots=True)
class ReportStep:
    """Something that was written. `lines`: in words, each with its indentation: lines of somebody's own text stand
    deeper than Duolog's. `words`: the lines of the note beside it, all of them its author's. `files`: names of files
    that it carries, each with the relative address at which it lies."""

    when: str
    mine: bool
    lines: tuple[str, ...]
    words: tuple[str, ...] = ()
    files: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ReportThing:
    """One boundary, letter, promise or check-in. `now`: how it stands when the report is made. `grew`: names of what
    says that it grew from this. `sides`: what each person answered, in lines, to be shown side by side."""

    title: str
    now: tuple[str, ...]
    steps: tuple[ReportStep, ...]
    grew: tuple[str, ...] = ()
    sides: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class ReportSection:
    """Everything of one kind: things, or texts without steps."""

    heading: str
    things: tuple[ReportThing, ...] = ()
    texts: tuple[ReportStep, ...] = ()


@dataclass(frozen=True, slots=True)
class SliderAnswer:
    """One person's answer in an opened check-in, on a scale from 0 to 10. `at`: Unix seconds."""

    name: str
    at: int
    values: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Report:
    """A report of one journal. `people`: how its members are called. `since`, `until`: days, both included; `made_at`:
    Unix seconds."""

    people: tuple[str, ...]
    since: date
    until: date
    made_at: int
    sections: tuple[ReportSection, ...]
    answers: tuple[SliderAnswer, ...] = ()


@dataclass(slots=True)
class _Gathered:
    """The steps of one kind in a time, by the things in which they took place."""

    kind: Kind[Any, Any]
    steps: dict[bytes, list[ReportStep]] = field(default_factory=dict)
    texts: list[ReportStep] = field(default_factory=list)


def make_report(context: Context, journal: bytes, since: date, until: date) -> Report:
    """A report of what was written on these days.

    Raises: NotAllowed when the journal isn't here, or the last day is before the first.
    """
    if until < since:
        raise NotAllowed("The last day is before the first. Turn them round.")
    roster = context.standing(journal).require_here()
    telling, voices = Telling(context, journal), voice(context, journal)
    reading = _Reading(telling, journal, Look(context.account, context.clock(), voices))
    sections = tuple(reading.sections(TimelineFilter(frozenset(SECTIONS), since=since, until=until)))
    people = tuple(voices.name(member.account) for member in roster.members)
    return Report(people, since, until, context.clock(), sections, tuple(reading.answers))


class _Reading:
    """One pass over a time. `answers`: the sliders that were met on the way."""

    def __init__(self, telling: Telling, journal: bytes, look: Look) -> None:
        self.answers: list[SliderAnswer] = []
        self._telling, self._journal, self._look = telling, journal, look
        self._state: JournalState = telling.state
        self._grew: dict[bytes, dict[str, None]] = {}  # titles in order

    def sections(self, where: TimelineFilter) -> Iterator[ReportSection]:
        """The sections that have something in them."""
        found = {name: _Gathered(KINDS[name]) for name in SECTIONS if name in KINDS}
        for item in reversed([*self._state.timeline.newest_first(where.worth)]):
            one = item.applied
            if not where.matches(one.author, one.document, one.effective):
                continue
            if item.skipped is None and not self._telling.hides(one):
                self._gather(found[one.document.kind], item)
        for name, gathered in found.items():
            section = ReportSection(SECTIONS[name], tuple(self._things(gathered)), tuple(gathered.texts))
            if section.things or section.texts:
                yield section

    def _gather(self, gathered: _Gathered, item: Item) -> None:
        body = _body(gathered.kind, item)
        if isinstance(body, MarkPromise):
            return
        step = self._step(item, body)
        if gathered.kind.part is None:
            gathered.texts.append(step)
            return
        thing = thing_of(self._state, gathered.kind, item.applied)
        if thing is None:
            return
        steps = gathered.steps.setdefault(thing.entry, [])
        if step.lines != ("",):  # else its kind tells it in its thing alone
            steps.append(step)
        for link in _links(body):
            self._grown(link, _title(gathered.kind, thing))

    def _step(self, item: Item, body: object) -> ReportStep:
        one = item.applied
        text = describe(self._state, item, self._look.voice)
        when = self._look.voice.dated(one.at, one.effective)
        words = getattr(body, "text", None)
        noted = tuple(self._noted(words, one.author)) if isinstance(words, Answer) else ()
        return ReportStep(when, one.author == self._look.me, tuple(text.split("\n")), noted)

    def _noted(self, link: Answer, author: bytes) -> Sequence[str]:
        """The lines of a note beside a step, which only the step's own author can have written."""
        item = self._state.find(link.entry)
        one = None if item is None else item.applied
        if one is None or (one.author, one.message) != (author, link.message) or self._telling.hides(one):
            return [NOT_HERE]
        try:
            note = KINDS["note"].read(one.document)
        except DuologError:
            return [NOT_HERE]
        return self._look.voice.clean("\n".join(note_lines(note))).split("\n") if isinstance(note, Note) else [NOT_HERE]

    def _grown(self, link: Answer, title: str) -> None:
        """Note that something grew from the thing of a document."""
        source = self._state.find(link.entry)
        kind = None if source is None else KINDS.get(source.applied.document.kind)
        if source is None or kind is None or kind.part is None or source.applied.message != link.message:
            return
        thing = thing_of(self._state, kind, source.applied)
        if thing is not None:
            self._grew.setdefault(thing.entry, {})[title] = None

    def _things(self, gathered: _Gathered) -> Iterator[ReportThing]:
        kind = gathered.kind
        things: Mapping[bytes, Thing] = {} if kind.part is None else self._state.part(kind)
        for entry, thing in things.items():
            steps = gathered.steps.get(entry, [])
            if isinstance(thing, CheckIn):
                if entry in gathered.steps and thing.standing == "opened":  # check: client.report_unopened
                    yield self._check_in(thing)
            elif entry in gathered.steps or _holds(thing):
                shown = () if kind.show is None else tuple(kind.show(thing, self._look).split("\n"))
                title = self._look.voice.clean(capital(_title(kind, thing)))
                yield ReportThing(title, shown, tuple(steps), tuple(self._grew.get(entry, {})))

    def _check_in(self, check_in: CheckIn) -> ReportThing:
        """An opened check-in with both answers. Its sliders go to `answers`."""
        begun, now = check_in.texts[check_in.entry], show(check_in, self._look).split("\n")[1:]
        sides = []
        answers = dict(opened_answers(self._journal, check_in))
        for account in mine_first(answers, self._look.me):
            answer = answers[account]
            sides.append(tuple(answer_lines(answer, account, self._look.voice)))
            sliders = {name: getattr(answer, name, None) for name in _SLIDERS}
            values = {name: value for name, value in sliders.items() if value is not None}
            if values:
                self.answers.append(SliderAnswer(self._look.voice.name(account), begun.effective, values))
        title = f"{title_of(check_in)}, begun {self._look.voice.dated(begun.at, begun.effective)}"
        grew = tuple(self._grew.get(check_in.entry, {}))
        return ReportThing(capital(title), tuple(line.strip() for line in now), (), grew, tuple(sides))


def _body(kind: Kind[Any, Any], item: Item) -> object:
    try:
        return kind.read(item.applied.document)
    except DuologError:
        return None  # a later version of the kind; `describe` says so


def _links(body: object) -> Iterator[Answer]:
    """Links of a step to documents that it grew from, or is about."""
    for name in ("from_", "of", "about"):
        link = getattr(body, name, None)
        if isinstance(link, Answer):
            yield link


def _title(kind: Kind[Any, Any], thing: Thing) -> str:
    return kind.name.replace("_", " ").capitalize() if kind.title is None else kind.title(thing)


def _holds(thing: Thing) -> bool:
    """Whether it is a boundary on which both agree now."""
    return isinstance(thing, Boundary) and thing.stage in ("in_force", "contested")
