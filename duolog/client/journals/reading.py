"""What an open client shows, from what it has verified: no network, no writing."""

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from duolog.api.pages import GONE
from duolog.client.home.item_rows import Shown, count_unreadable, shown_items
from duolog.client.home.outbox_rows import waiting_entries
from duolog.client.journals.views import AccountWords, Heads, JournalView, JournalWords, MemberView, TimelineEntry
from duolog.client.log.context import Context
from duolog.client.log.folding import account_state, journal_state
from duolog.client.log.my_journals import shown_journals
from duolog.client.log.outbox import waiting
from duolog.client.log.stored_logs import load_log
from duolog.client.log.verify_authors import ENTRY_FAULT, OTHER_BRANCH
from duolog.documents import dates
from duolog.documents.base import Voice
from duolog.documents.journal import describe
from duolog.documents.kinds.profile import Profile
from duolog.documents.names import YOU, called, shown_names
from duolog.documents.state import Item, JournalState
from duolog.errors import EntryFault
from duolog.protocol.containing import contained
from duolog.protocol.messages import Document, parse_message
from duolog.seal.words import eight_words

REMOVED = "Removed by the host: it no longer has this entry, and nobody said that they withdrew it."


def journal_ids(context: Context) -> list[bytes]:
    """Every journal of mine here but the account's own, in the order in which they came."""
    return shown_journals(context)


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
        waiting=waiting(context, journal),
        unreadable=count_unreadable(context.store, journal),
        former=here.former,
    )


def heads(context: Context) -> Heads:
    """The words to compare: of every member's newest keys, and of every journal's head."""
    logs = {journal: load_log(context.store, journal) for journal in journal_ids(context)}
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
    """What each member wants to be called, by account."""
    return journal_state(context, journal).profiles


def names_in(context: Context, journal: bytes) -> Mapping[bytes, str]:
    """What people go by in a journal: the name that they set there; other members' else from another journal of mine.

    The second is shown by this home alone: nothing is written, and nobody learns anything by it. All are safe to show,
    and no two are alike.
    """
    given = {account: item.display_name for account, item in profiles(context, journal).items()}
    roster = load_log(context.store, journal).roster
    nameless = {item.account for item in (() if roster is None else roster.members)} - {context.account, *given}
    for other in journal_ids(context) if nameless else ():
        found = profiles(context, other)
        given |= {account: found[account].display_name for account in nameless & found.keys()}
    return shown_names(given)


def voice(context: Context, journal: bytes) -> Voice:
    """How texts name people and times in a journal."""
    names, roster = names_in(context, journal), load_log(context.store, journal).roster
    me = None if roster is None else roster.find(context.account)
    by_partner = me is not None and me.role == "partner"

    def name(account: bytes) -> str:
        member = None if roster is None else roster.find(account)
        role = None if member is None else member.role
        return called(names.get(account), me=account == context.account, role=role, by_partner=by_partner)

    return Voice(name=name, when=dates.stamp)


def timeline(context: Context, journal: bytes, after: int, limit: int) -> tuple[TimelineEntry, ...]:
    """Entries behind a seq in order, unreadable ones with their reason, and those that wait in the outbox."""
    view_journal(context, journal)
    state = journal_state(context, journal)
    items = {item.applied.seq: item for item in state.timeline if item.applied.seq > after}
    rows = shown_items(context.store, journal, after, limit)
    entries, gaps = [], _Gaps(context, journal, state)
    shown_as = _Shown(context.account, state, names_in(context, journal), voice(context, journal))
    for row in rows:
        reason = row.fault.partition("\n")[2] if row.fault is not None else None
        if row.fault is None and row.seq not in items and row.kind[0] != GONE:
            reason = OTHER_BRANCH[1]
        shown = _entry(journal, shown_as, row, items.get(row.seq), reason)
        entries.append(gaps.explained(shown) if reason is None else shown)
    return (*entries, *_waiting(context, journal, shown_as.names.get(context.account)))


class _Shown(NamedTuple):
    """What every entry of one journal is shown with."""

    me: bytes
    state: JournalState
    names: Mapping[bytes, str]
    voice: Voice


def _entry(
    journal: bytes,
    shown_as: _Shown,
    row: Shown,
    item: Item | None,
    reason: str | None,
) -> TimelineEntry:
    author = row.author or b""
    text, trouble = (None, None) if item is None else _in_words(shown_as, item)
    document: Document | None = None if item is None else item.applied.document
    return TimelineEntry(
        journal=journal,
        entry=row.entry or b"",
        seq=row.seq,
        author=author,
        author_name=shown_as.names.get(author),
        mine=author == shown_as.me,
        received=row.time,
        at=None if document is None else document.at,
        kind=None if document is None else document.kind,
        v=None if document is None else document.v,
        body=None if document is None else document.body,
        text=text,
        unreadable=trouble if item else reason or REMOVED,
        without_effect=None if item is None else item.skipped,
        not_delivered_to=() if item is None else item.refused_by,
        effective=None if item is None else item.applied.effective,
    )


def _in_words(shown_as: _Shown, item: Item) -> tuple[str | None, str | None]:
    """A document's text, or why there is none: what can't be put into words is that entry's trouble alone."""
    try:
        with contained("This entry", ENTRY_FAULT):
            return describe(shown_as.state, item, shown_as.voice), None
    except EntryFault as error:
        return None, str(error)


class _Gaps:
    """What became of entries that were withdrawn or erased."""

    def __init__(self, context: Context, journal: bytes, state: JournalState) -> None:
        own = account_state(context)
        self._state, self._me = state, context.account
        self._kept, self._erased = own.kept.get(journal, ()), own.erased.get(journal, ())

    def explained(self, shown: TimelineEntry) -> TimelineEntry:
        """The same entry, with the reason why its text is not here, or is here all the same."""
        if shown.entry in self._erased:
            return _without(shown, "You have erased this for yourself.")
        if not self._state.withdrawn(shown.entry, shown.author, shown.seq or 0, shown.received or 0):
            return shown
        who = YOU if shown.author == self._me else shown.author_name or "Its author"
        if shown.body is not None and shown.entry in self._kept:
            return replace(shown, hidden=f"{who} withdrew this. You had kept it.")
        return _without(shown, f"{who} withdrew this.")


def _without(shown: TimelineEntry, hidden: str) -> TimelineEntry:
    return replace(
        shown, at=None, effective=None, kind=None, v=None, body=None, text=None, unreadable=None, hidden=hidden
    )


def _waiting(context: Context, journal: bytes, name: str | None) -> list[TimelineEntry]:
    found = []
    for row in waiting_entries(context.store, journal):
        document = parse_message(context.home.open("outbox", row.sealed)).document
        found.append(
            TimelineEntry(
                journal=journal,
                entry=row.entry,
                seq=None,
                author=context.account,
                author_name=name,
                mine=True,
                received=None,
                at=document.at,
                kind=document.kind,
                v=document.v,
                body=document.body,
                text="Waits to be sent.",
                unreadable=None,
                without_effect=None,
                not_delivered_to=(),
            )
        )
    return found
