"""Reading a journal from this home's verified log: its members, names, timeline and words. No network, no writing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from duolog.api.pages import GONE
from duolog.client.home.item_rows import Shown, count_unreadable, shown_items
from duolog.client.home.outbox_rows import WaitingRow, count_waiting, waiting_entries
from duolog.client.journals.views import (
    AccountWords,
    Heads,
    JournalView,
    JournalWords,
    MemberView,
    TimelineEntry,
    WordsOf,
)
from duolog.client.log.context import Context
from duolog.client.log.folding import account_state, journal_state
from duolog.client.log.my_journals import shown_journals
from duolog.client.log.stored_logs import load_log
from duolog.client.log.verify_authors import ENTRY_FAULT, OTHER_BRANCH
from duolog.documents import dates
from duolog.documents.beside import note_named, thing_of, words_in
from duolog.documents.journal import describe
from duolog.documents.journal_state import Item
from duolog.documents.kinds.profile import Profile
from duolog.documents.names import YOU, called, shown_names
from duolog.documents.registry import KINDS
from duolog.documents.voice import Voice
from duolog.errors import EntryFault
from duolog.protocol.containing import contained
from duolog.protocol.messages import Document, parse_message
from duolog.seal.words import eight_words

REMOVED = "Removed by the host: it no longer has this entry, and nobody said that they withdrew it."


def view_journal(context: Context, journal: bytes) -> JournalView:
    """One journal. Raises: NotAllowed when it isn't here."""
    here = context.standing(journal)
    log, roster = here.log, here.require_here()
    names, voices = names_in(context, journal), voice(context, journal)
    return JournalView(
        id=journal,
        members=tuple(
            MemberView(
                account=item.account,
                name=names.get(item.account),
                called=voices.name(item.account),
                role=item.role,
                rights=item.rights,
                until=item.until,
                me=item.account == context.account,
            )
            for item in roster.members
        ),
        seq=log.seq,
        provisional=roster.provisional,
        closed=log.closed,
        frozen=here.frozen,
        waiting=count_waiting(context.store, journal),
        unreadable=count_unreadable(context.store, journal),
        former=here.former,
    )


def heads(context: Context) -> Heads:
    """The words of every member's newest keys, and of every journal's head, for comparing."""
    logs = {journal: load_log(context.store, journal) for journal in shown_journals(context)}
    given: dict[bytes, str] = {}
    accounts = {context.account: None}
    for journal, log in logs.items():
        given |= {account: item.display_name for account, item in profiles(context, journal).items()}
        accounts |= {item.account: None for item in (log.roster.members if log.roster is not None else ())}
    names = shown_names(given)
    return Heads(
        accounts=tuple(_account_words(context, account, names.get(account)) for account in accounts),
        journals=tuple(JournalWords(journal, log.seq, eight_words(log.head)) for journal, log in logs.items()),
    )


def _account_words(context: Context, account: bytes, name: str | None) -> AccountWords:
    newest = context.chains[account].newest
    words = eight_words(newest.statement_hash)
    return AccountWords(account, name, account == context.account, newest.generation, newest.at, words)


def profiles(context: Context, journal: bytes) -> Mapping[bytes, Profile]:
    """Each member's profile, by account."""
    return journal_state(context, journal).profiles


def names_in(context: Context, journal: bytes) -> Mapping[bytes, str]:
    """The names of a journal's members, by account: from their profile there, or from another journal of mine.

    This home alone shows a name from another journal, and writes it nowhere. All names are safe to show, and no two
    are alike.
    """
    given = {account: item.display_name for account, item in profiles(context, journal).items()}
    roster = load_log(context.store, journal).roster
    nameless = {item.account for item in (() if roster is None else roster.members)} - {context.account, *given}
    for other in shown_journals(context) if nameless else ():
        found = profiles(context, other)
        given |= {account: found[account].display_name for account in nameless & found.keys()}
    return shown_names(given)


def voice(context: Context, journal: bytes) -> Voice:
    """How texts name people and times in a journal."""
    names, here = names_in(context, journal), context.standing(journal)

    def name(account: bytes) -> str:
        member = None if here.roster is None else here.roster.find(account)
        role = None if member is None else member.role
        return called(names.get(account), me=account == context.account, role=role, by_partner=here.is_partner)

    return Voice(name=name, when=dates.stamp)


def timeline(context: Context, journal: bytes, after: int, limit: int) -> tuple[TimelineEntry, ...]:
    """Entries behind the seq `after`; those in the outbox come last. Raises: NotAllowed when it isn't here."""
    context.standing(journal).require_here()
    shown, rows = _Timeline(context, journal, after), shown_items(context.store, journal, after, limit)
    return (*(shown.entry(row) for row in rows), *shown.waiting(waiting_entries(context.store, journal)))


class _Timeline:
    """The entries of one journal behind a seq, as a person sees them."""

    def __init__(self, context: Context, journal: bytes, after: int) -> None:
        own = account_state(context)
        self._context, self._journal = context, journal
        self._state = journal_state(context, journal)
        self._items = {item.applied.seq: item for item in self._state.timeline if item.applied.seq > after}
        self._names, self._voice = names_in(context, journal), voice(context, journal)
        self._kept, self._erased = own.kept.get(journal, ()), own.erased.get(journal, ())
        self._words_of = {note.applied.entry: step.applied for note, step in words_in(self._state)}

    def entry(self, row: Shown) -> TimelineEntry:
        """An entry of the log. An unreadable entry has the reason."""
        item, reason = self._items.get(row.seq), None
        if row.fault is not None:
            reason = row.fault.partition("\n")[2]
        elif item is None and row.kind[0] != GONE:
            reason = OTHER_BRANCH[1]
        shown = self._base(row.entry or b"", row.author or b"", seq=row.seq, received=row.time)
        if item is None:
            shown = replace(shown, unreadable=reason or REMOVED)
        else:
            text, trouble = self._in_words(item)
            shown = replace(
                _with_document(shown, item.applied.document, text),
                unreadable=trouble,
                without_effect=item.skipped,
                not_delivered_to=item.refused_by,
                words_of=self._inside(item.applied.entry),
                effective=item.applied.effective,
            )
        return self._explained(shown) if reason is None else shown

    def waiting(self, rows: Sequence[WaitingRow]) -> Iterator[TimelineEntry]:
        """The entries of the outbox."""
        opened = {row.entry: parse_message(self._context.home.open("outbox", row.sealed)).document for row in rows}
        steps = {note_named(document): WordsOf(entry, document.kind) for entry, document in opened.items()}
        for entry, document in opened.items():
            shown = _with_document(self._base(entry, self._context.account), document, "Waits to be sent.")
            yield replace(shown, words_of=steps.get(entry))

    def _inside(self, entry: bytes) -> WordsOf | None:
        """The thing in which the words of a note are shown, or None for a note that stands by itself."""
        step = self._words_of.get(entry)
        if step is None:
            return None
        kind = KINDS[step.document.kind]
        things = self._state.part(kind)
        thing = thing_of(things, kind, step)
        number = None if thing is None else list(things).index(thing.entry) + 1
        return WordsOf(step.entry, kind.name, None if thing is None else thing.entry, number)

    def _base(
        self, entry: bytes, author: bytes, *, seq: int | None = None, received: int | None = None
    ) -> TimelineEntry:
        name, mine = self._names.get(author), author == self._context.account
        return TimelineEntry(self._journal, entry, seq, author, name, mine, received)

    def _in_words(self, item: Item) -> tuple[str | None, str | None]:
        """A document's text, or the fault that leaves this entry alone without text."""
        try:
            with contained("This entry", ENTRY_FAULT):
                return describe(self._state, item, self._voice), None
        except EntryFault as error:
            return None, str(error)

    def _explained(self, shown: TimelineEntry) -> TimelineEntry:
        """Say of a withdrawn or erased entry why its text is not here, or that it was kept."""
        if shown.entry in self._erased:
            return _without(shown, "You have erased this for yourself.")
        if not self._state.withdrawn(shown.entry, shown.author, shown.seq or 0, shown.received or 0):
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
