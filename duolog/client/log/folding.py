"""Folding: a journal's verified documents go through the reducers in order, and their state is stored as a snapshot.

Rules
- State is made from the verified log alone, so it is the same however often a client was interrupted.
- A page's documents are folded as verifying has opened them. Those that were stored without it are opened again.
- A snapshot only saves time: one that is missing, damaged or by another version of Duolog is made anew.
- An entry that was accepted once and isn't now, by a newer version of this program for instance, is quarantined; the
  rest of the journal stays readable.
- An entry under keys of a branch that was refused since is read with that branch, which the home keeps. Without the
  branch the entry can't be read now, and no fault is noted: its author did nothing wrong.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from duolog.api.pages import GONE, parse_push
from duolog.client.home.item_rows import ItemRow, readable_entries, save_fault
from duolog.client.home.receipt_keys import key_since
from duolog.client.home.snapshot_rows import load_snapshot, save_snapshot, snapshot_seq
from duolog.client.log.context import Context
from duolog.client.log.kept_states import KEPT_EVERY, keep_state, load_state
from duolog.client.log.stored_logs import roster_at
from duolog.client.log.verify import JudgedPush, Known
from duolog.client.log.verify_authors import ENTRY_FAULT, Openers
from duolog.documents.account import apply_account, encode_account_state, parse_account_state
from duolog.documents.account_state import AccountState
from duolog.documents.applied import AppliedDocument, Membership
from duolog.documents.journal import apply_all
from duolog.documents.journal_state import JournalState
from duolog.errors import DuologError, EntryFault, MalformedData
from duolog.protocol.containing import contained
from duolog.protocol.entries import Header, parse_header
from duolog.protocol.log import EntryItem
from duolog.protocol.messages import Message, message_hash, parse_message
from duolog.protocol.roster_changes import Roster

_BATCH = 500  # entries opened at a time


def membership(roster: Roster) -> Membership:
    """The part of a roster that reducers know."""
    partners = frozenset(member.account for member in roster.partners)
    return Membership(partners=partners, provisional=roster.provisional, journal=roster.journal)


def journal_state(context: Context, journal: bytes) -> JournalState:
    """The state of a journal's documents, up to its mark."""
    anew = partial(_folded, context, journal, JournalState())
    known = context.states.get(journal)
    state, usable = load_state(context, journal, anew) if known is None else (known, True)
    before = state.timeline.seq
    state = _folded(context, journal, state)
    if state.timeline.seq != before:
        state = keep_state(context, journal, state, anew, usable=usable)
    context.states[journal] = state
    return state


def fold_page(
    context: Context, journal: bytes, pushes: Sequence[JudgedPush], known: Known, *, more: bool = False
) -> None:
    """Fold the documents of a stored page behind a state that has all documents before it. `more`: another page comes.

    Without such a state nothing happens: `journal_state` reads the log when it is asked for the state.
    """
    state = context.states.pop(journal, None)  # where folding fails, the next state is made from the log
    if state is not None:
        anew = partial(_folded, context, journal, JournalState())
        state = apply_all(state, _judged(pushes, known))
        context.states[journal] = keep_state(context, journal, state, anew, usable=True, more=more)


def _judged(pushes: Sequence[JudgedPush], known: Known) -> Iterator[tuple[AppliedDocument, Membership]]:
    """The readable documents of a verified page, in order, each with the roster at its place."""
    at = dict[int, Membership]()
    for item in (item for push in pushes for item in push.items):
        if item.header is None or item.message is None or item.parsed is None or item.fault is not None:
            continue
        roster = item.roster
        if roster.version not in at:
            at[roster.version] = membership(roster)
        yield _applied(item.header, item.placed.seq, item.time, item.message, item.parsed, known), at[roster.version]


def keep_without(context: Context, journal: bytes, state: JournalState) -> None:
    """Keep a state from which texts were taken out, in the place of the one that had them. Inside a transaction."""
    anew = partial(_folded, context, journal, JournalState())
    context.states[journal] = keep_state(context, journal, state, anew, usable=False)


def _folded(context: Context, journal: bytes, state: JournalState) -> JournalState:
    """The state after all documents of the log."""
    documents = opened(context, journal, state.timeline.seq)
    return apply_all(state, ((applied, membership(roster)) for applied, roster in documents))


def account_state(context: Context) -> AccountState:
    """The state of the account journal, up to its mark."""
    journal = context.identity.account_journal
    state, usable = (context.account_state, True) if context.account_state is not None else _loaded(context, journal)
    before = state.seq
    for applied, _ in opened(context, journal, before):
        state = apply_account(state, applied)
    kept = snapshot_seq(context.store, journal)
    if state.seq != before and (kept is None or not usable or state.seq - kept >= KEPT_EVERY):
        save_snapshot(context.store, journal, state.seq, context.home.seal("snapshot", encode_account_state(state)))
    context.account_state = state
    return state


def _loaded(context: Context, journal: bytes) -> tuple[AccountState, bool]:
    """The account journal's state of its snapshot, or a fresh one; and whether a stored snapshot can be used."""
    sealed = load_snapshot(context.store, journal)
    if sealed is None:
        return AccountState(), True
    try:
        return parse_account_state(context.home.open("snapshot", sealed)), True
    except DuologError:
        return AccountState(), False


def opened(context: Context, journal: bytes, after: int) -> Iterator[tuple[AppliedDocument, Roster]]:
    """The readable documents of a journal behind a seq, in order, each with the roster at its place."""
    known, rosters = context.known(journal), dict[int, tuple[Roster, Openers | None]]()
    while True:
        items = readable_entries(context.store, journal, after, _BATCH)
        for item in items:
            after, version = item.seq, item.version
            if version not in rosters:
                stored = roster_at(context.store, journal, version)
                rosters[version] = (stored, _openers(context, stored, known))
            roster, openers = rosters[version]
            if openers is None:
                continue
            try:
                with contained("This entry", ENTRY_FAULT):
                    applied = _open_again(item, roster, openers)
            except (EntryFault, MalformedData) as error:
                check = error.check if isinstance(error, EntryFault) else "messages.parse"
                save_fault(context.store, journal, [after], f"{check}\n{error}")  # the next message names it
                continue
            if applied is not None:
                yield applied, roster
        if len(items) < _BATCH:
            return


def _openers(context: Context, roster: Roster, known: Known) -> Openers | None:
    """The openers of stored entries under a roster; None where it names a branch of an account that isn't here."""
    chains = context.chains.under(roster)
    return None if chains is None else Openers(context.identity, replace(known, chains=chains))


def _open_again(item: ItemRow, roster: Roster, openers: Openers) -> AppliedDocument | None:
    """The document of a stored entry; None where its blob is gone."""
    found = _message_of(item, roster, openers)
    if found is None:
        return None
    header, message = found
    return _applied(header, item.seq, item.time, message, parse_message(message), openers.known)


def _applied(header: Header, seq: int, time: int, message: bytes, parsed: Message, known: Known) -> AppliedDocument:
    """A document at its place. `time`: of its receipt, Unix seconds."""
    return AppliedDocument(
        *(header.entry, seq, header.author, message_hash(message), parsed.document),
        received=time,
        refused=parsed.refused,
        generation=header.generation,
        key_since=key_since(known.earlier, known.receipt_keys[-1], seq),
    )


def _message_of(item: ItemRow, roster: Roster, openers: Openers) -> tuple[Header, bytes] | None:
    if item.frame[4] == GONE:
        return None
    placed = parse_push(item.frame)[0]
    if not isinstance(placed.item, EntryItem):
        return None
    header = parse_header(placed.item.header)
    message = openers.open(placed, header, roster)
    return None if message is None else (header, message)


def stored_message(context: Context, journal: bytes, item: ItemRow) -> Message | None:
    """The message of one stored entry; None where its blob is gone, or its keys are of a branch that isn't here.

    Raises: EntryFault, MalformedData, OpenError: it can't be opened any more.
    """
    roster = roster_at(context.store, journal, item.version)
    openers = _openers(context, roster, context.known(journal))
    found = None if openers is None else _message_of(item, roster, openers)
    return None if found is None else parse_message(found[1])
