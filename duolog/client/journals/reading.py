"""Reading a journal from this home's verified log: its members, names, timeline and words. No network, no writing."""

from collections.abc import Iterator, Sequence
from itertools import islice

from duolog.client.home.item_rows import count_unreadable, shown_items
from duolog.client.home.marks import JournalMark, has_mark, opens_at
from duolog.client.home.outbox_rows import WaitingRow, count_waiting, waiting_entries
from duolog.client.journals.filters import TimelineFilter
from duolog.client.journals.people import names_in, profiles, voice
from duolog.client.journals.telling import Telling
from duolog.client.journals.views import AccountWords, Heads, JournalView, JournalWords, MemberView, TimelineEntry
from duolog.client.log.context import Context
from duolog.client.log.differing_words import found_to_differ
from duolog.client.log.my_journals import shown_journals
from duolog.client.log.notes import own_names
from duolog.client.log.stored_logs import load_log
from duolog.documents.names import shown_names
from duolog.seal.words import eight_words


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
        name=own_names(context).get(journal),
        words_differ=found_to_differ(context, journal),
        restoring=opens_at(context.store, journal) if has_mark(context.store, journal, JournalMark.RESTORING) else None,
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


def timeline(
    context: Context, journal: bytes, after: int, limit: int, where: TimelineFilter | None = None
) -> tuple[TimelineEntry, ...]:
    """Entries behind the seq `after`; those in the outbox come last.

    `where`: only those that it lets through, in the order of its time, and the newest `limit` of them.
    Raises: NotAllowed when it isn't here.
    """
    context.standing(journal).require_here()
    telling, waiting = Telling(context, journal), waiting_entries(context.store, journal)
    if where is not None:
        return _filtered(telling, where, after, limit, waiting)
    rows = shown_items(context.store, journal, after, limit)
    return (*telling.log(after, rows), *telling.outbox(waiting))


def _filtered(
    telling: "Telling", where: TimelineFilter, after: int, limit: int, rows: Sequence[WaitingRow]
) -> tuple[TimelineEntry, ...]:
    """The newest entries that a filter lets through, in one pass, and from no page that can't hold one."""

    def found() -> Iterator[TimelineEntry]:
        for item in telling.state.timeline.newest_first(where.worth):
            one = item.applied
            if one.seq <= after:
                return
            if where.matches(one.author, one.document, one.effective) and not telling.hides(one):
                shown = telling.document(item)
                if where.in_things or not shown.in_thing_alone:
                    yield shown

    told = [(telling.waiting(row), telling.waits(row)) for row in rows]
    waiting = [
        shown
        for shown, document in told
        if where.matches(shown.author, document, document.at) and (where.in_things or not shown.in_thing_alone)
    ]
    if where.by == "happened":
        ordered = sorted([*list(found())[::-1], *waiting], key=lambda one: where.when(one.body or {}, one.time))
        return tuple(ordered[-limit:])
    room = max(limit - len(waiting), 0)
    return (*reversed([*islice(found(), room)]), *waiting[-limit:])
