"""The entries of one journal as a person sees them: with names, in words, and with what became of them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import takewhile

from duolog.api.pages import GONE
from duolog.client.home.item_rows import Shown
from duolog.client.home.outbox_rows import WaitingRow
from duolog.client.journals.people import names_in, voice
from duolog.client.journals.views import TimelineEntry, WordsOf
from duolog.client.log.context import Context
from duolog.client.log.expected import expected_state
from duolog.client.log.folding import account_state, journal_state
from duolog.client.log.verify_authors import ENTRY_FAULT, OTHER_BRANCH
from duolog.documents.applied import AppliedDocument
from duolog.documents.beside import words_in
from duolog.documents.journal import describe
from duolog.documents.journal_state import JournalState
from duolog.documents.links import thing_of
from duolog.documents.names import YOU
from duolog.documents.registry import KINDS
from duolog.documents.timeline import Item
from duolog.errors import EntryFault
from duolog.protocol.containing import contained
from duolog.protocol.messages import Document, parse_message

_BESIDE = 8  # seqs behind a note in which the step that names it is looked for: both are in one push
REMOVED = "Removed by the host: it no longer has this entry, and nobody said that they withdrew it."


class Telling:
    """One journal, as its reader is told of it. `state`: that of its documents."""

    def __init__(self, context: Context, journal: bytes) -> None:
        own = account_state(context)
        self._context, self._journal = context, journal
        self.state = journal_state(context, journal)
        self._names, self._voice = names_in(context, journal), voice(context, journal)
        self._numbers: dict[str, dict[bytes, int]] = {}  # of the things of a kind, as a list of them has them
        self._kept, self._erased = own.kept.get(journal, ()), own.erased.get(journal, ())

    def document(self, item: Item) -> TimelineEntry:
        """A document that is here. It has no body where it was withdrawn or erased."""
        one = item.applied
        return self.entry(Shown(one.seq, one.entry, one.author, one.received, None, b""), item)

    def hides(self, one: AppliedDocument) -> bool:
        """Whether a document was erased by me, or withdrawn by its author and not kept by me."""
        if one.entry in self._erased:
            return True
        return one.entry not in self._kept and self.state.withdrawn(one.entry, one.author, one.seq, one.received)

    def entry(self, row: Shown, item: Item | None) -> TimelineEntry:
        """An entry of the log, with its document where it can be read. An unreadable entry has the reason."""
        reason = None
        if row.fault is not None:
            reason = row.fault.partition("\n")[2]
        elif item is None and row.kind[0] != GONE:
            reason = OTHER_BRANCH[1]
        shown = self._base(row.entry or b"", row.author or b"", seq=row.seq, received=row.time)
        if item is None:
            shown = replace(shown, unreadable=reason or REMOVED)
        else:
            text, trouble = self._in_words(self.state, item)
            shown = replace(
                _with_document(shown, item.applied.document, text),
                unreadable=trouble,
                without_effect=item.skipped,
                not_delivered_to=item.refused_by,
                effective=item.applied.effective,
            )
        return self._explained(shown) if reason is None else shown

    def log(self, after: int, rows: Sequence[Shown]) -> Iterator[TimelineEntry]:
        """Entries of the log behind a seq, each note with the step whose words it is."""
        end = rows[-1].seq + _BESIDE if rows else 0
        here = [*takewhile(lambda item: item.applied.seq <= end, self.state.timeline.behind(after))]
        items, steps = (
            {item.applied.seq: item for item in here},
            {note.applied.entry: step for note, step in words_in(here)},
        )
        for row in rows:
            step = steps.get(row.entry or b"")
            shown = self.entry(row, items.get(row.seq))
            yield shown if step is None or shown.kind is None else replace(shown, words_of=self._inside(step.applied))

    def outbox(self, rows: Sequence[WaitingRow]) -> Iterator[TimelineEntry]:
        """The entries that wait, each note with the step whose words it is."""
        steps = {note.applied.entry: step.applied for note, step in words_in(self._outbox.values())}
        for row in rows:
            step = steps.get(row.entry)
            yield replace(self.waiting(row), words_of=None if step is None else self._inside(step))

    def waiting(self, row: WaitingRow) -> TimelineEntry:
        """An entry of the outbox, as it will be told once it is sent."""
        shown, item = self._base(row.entry, self._context.account), self._outbox[row.entry]
        text, trouble = self._in_words(self._expected, item)
        found = _with_document(shown, item.applied.document, text)
        return replace(found, unreadable=trouble, without_effect=item.skipped)

    def waits(self, row: WaitingRow) -> Document:
        """The document of an entry of the outbox."""
        return parse_message(self._context.home.open("outbox", row.sealed)).document

    @cached_property
    def _expected(self) -> JournalState:
        """The state with what waits in the outbox."""
        return expected_state(self._context, self._journal)

    @cached_property
    def _outbox(self) -> dict[bytes, Item]:
        """The documents of the outbox as items, by their entries."""
        return {item.applied.entry: item for item in self._expected.timeline.behind(self.state.timeline.seq)}

    def _inside(self, step: AppliedDocument) -> WordsOf:
        """The thing in which the words of a step are shown."""
        kind = KINDS[step.document.kind]
        thing = thing_of(self._expected, kind, step)
        if kind.name not in self._numbers:
            self._numbers[kind.name] = {entry: number for number, entry in enumerate(self._expected.part(kind), 1)}
        number = None if thing is None else self._numbers[kind.name][thing.entry]
        return WordsOf(step.entry, kind.name, None if thing is None else thing.entry, number)

    def _base(
        self, entry: bytes, author: bytes, *, seq: int | None = None, received: int | None = None
    ) -> TimelineEntry:
        name, mine = self._names.get(author), author == self._context.account
        return TimelineEntry(self._journal, entry, seq, author, name, mine, received)

    def _in_words(self, state: JournalState, item: Item) -> tuple[str | None, str | None]:
        """A document's text, or the fault that leaves this entry alone without text."""
        try:
            with contained("This entry", ENTRY_FAULT):
                return describe(state, item, self._voice), None
        except EntryFault as error:
            return None, str(error)

    def _explained(self, shown: TimelineEntry) -> TimelineEntry:
        """Say of a withdrawn or erased entry why its text is not here, or that it was kept."""
        if shown.entry in self._erased:
            return _without(shown, "You have erased this for yourself.")
        if not self.state.withdrawn(shown.entry, shown.author, shown.seq or 0, shown.received or 0):
            return shown
        who = YOU if shown.mine else shown.author_name or "Its author"
        if shown.body is not None and shown.entry in self._kept:
            return replace(shown, hidden=f"{who} withdrew this. You had kept it.")
        return _without(shown, f"{who} withdrew this.")


def _with_document(shown: TimelineEntry, document: Document, text: str | None) -> TimelineEntry:
    return replace(shown, at=document.at, kind=document.kind, v=document.v, body=document.body, text=text)


def _without(shown: TimelineEntry, hidden: str) -> TimelineEntry:
    return replace(
        shown, at=None, effective=None, kind=None, v=None, body=None, text=None, unreadable=None, hidden=hidden
    )
