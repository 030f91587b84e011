"""Folding: a journal's verified documents go through the reducers in order, and their state is stored as a snapshot.

Rules
- State is made from the stored log alone, so it is the same however often a client was interrupted.
- A snapshot only saves time: one that is missing, damaged or by another version of Duolog is made anew.
- An entry that was accepted once and isn't now, by a newer version of this program for instance, is quarantined; the
  rest of the journal stays readable.
- An entry under keys of a branch that was refused since is read with that branch, which the home keeps. Without the
  branch the entry can't be read now, and no fault is noted: its author did nothing wrong.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import TypeVar

from duolog.api.pages import GONE, parse_push
from duolog.client.home.chains import Chains
from duolog.client.home.identity import Identity
from duolog.client.home.item_rows import ItemRow, readable_entries, save_fault
from duolog.client.home.log_rows import load_snapshot, save_snapshot, snapshot_seq
from duolog.client.home.receipt_keys import key_since
from duolog.client.log.context import Context
from duolog.client.log.stored_logs import roster_at
from duolog.client.log.verify import Known
from duolog.client.log.verify_authors import ENTRY_FAULT, open_verified
from duolog.documents.account import apply_account, encode_account_state, parse_account_state
from duolog.documents.account_state import AccountState
from duolog.documents.applied import AppliedDocument, Membership
from duolog.documents.journal import apply_all, encode_state, parse_state
from duolog.documents.journal_state import JournalState
from duolog.errors import DuologError, EntryFault, MalformedData
from duolog.protocol.containing import contained
from duolog.protocol.entries import parse_header
from duolog.protocol.log import EntryItem
from duolog.protocol.messages import message_hash, parse_message
from duolog.protocol.roster_changes import Roster

T = TypeVar("T")
_KEPT_EVERY = 64  # entries; opening fewer again costs less than writing all of a long journal anew
_BATCH = 500  # entries opened at a time


def membership(roster: Roster) -> Membership:
    """The part of a roster that reducers know."""
    partners = frozenset(member.account for member in roster.partners)
    return Membership(partners=partners, provisional=roster.provisional, journal=roster.journal)


def journal_state(context: Context, journal: bytes) -> JournalState:
    """The state of a journal's documents, up to its mark."""
    state, usable = _restored(context, journal, context.states.get(journal), parse_state, JournalState())
    before = _seq(state)
    documents = ((applied, membership(roster)) for applied, roster in opened(context, journal, before))
    state = apply_all(state, documents)
    if _seq(state) != before:
        _keep(context, journal, _seq(state), partial(encode_state, state), anew=not usable)
    context.states[journal] = state
    return state


def _seq(state: JournalState) -> int:
    return state.timeline[-1].applied.seq if state.timeline else 0


def account_state(context: Context) -> AccountState:
    """The state of the account journal, up to its mark."""
    journal = context.identity.account_journal
    state, usable = _restored(context, journal, context.account_state, parse_account_state, AccountState())
    before = state.seq
    for applied, _ in opened(context, journal, before):
        state = apply_account(state, applied)
    if state.seq != before:
        _keep(context, journal, state.seq, partial(encode_account_state, state), anew=not usable)
    context.account_state = state
    return state


def opened(context: Context, journal: bytes, after: int) -> Iterator[tuple[AppliedDocument, Roster]]:
    """The readable documents of a journal behind a seq, in order, each with the roster at its place."""
    known, rosters = context.known(journal), dict[int, tuple[Roster, Chains | None]]()
    while True:
        items = readable_entries(context.store, journal, after, _BATCH)
        for item in items:
            after, version = item.seq, item.version
            if version not in rosters:
                stored = roster_at(context.store, journal, version)
                rosters[version] = (stored, context.chains.under(stored))
            roster, chains = rosters[version]
            if chains is None:
                continue
            try:
                with contained("This entry", ENTRY_FAULT):
                    applied = _open_again(item, roster, context.identity, replace(known, chains=chains))
            except (EntryFault, MalformedData) as error:
                check = error.check if isinstance(error, EntryFault) else "messages.parse"
                save_fault(context.store, journal, [after], f"{check}\n{error}")  # the next message names it
                continue
            if applied is not None:
                yield applied, roster
        if len(items) < _BATCH:
            return


def _open_again(item: ItemRow, roster: Roster, me: Identity, known: Known) -> AppliedDocument | None:
    """The document of a stored entry; None where its blob is gone."""
    if item.frame[4] == GONE:
        return None
    placed = parse_push(item.frame)[0]
    if not isinstance(placed.item, EntryItem):
        return None
    header = parse_header(placed.item.header)
    message = open_verified(placed, header, roster, me, known)
    if message is None:
        return None
    parsed = parse_message(message)
    return AppliedDocument(
        *(header.entry, item.seq, header.author, message_hash(message), parsed.document),
        received=item.time,
        refused=parsed.refused,
        generation=header.generation,
        key_since=key_since(known.earlier, known.receipt_key, item.seq),
    )


def _restored(
    context: Context, journal: bytes, known: T | None, parse: Callable[[bytes], T], fresh: T
) -> tuple[T, bool]:
    """The known state, else that of the snapshot, else a fresh one; and whether a stored snapshot can be used."""
    sealed = load_snapshot(context.store, journal) if known is None else None
    if sealed is None:
        return fresh if known is None else known, True
    try:
        return parse(context.home.open("snapshot", sealed)), True
    except DuologError:
        return fresh, False


def _keep(context: Context, journal: bytes, seq: int, encode: Callable[[], bytes], *, anew: bool) -> None:
    kept = snapshot_seq(context.store, journal)
    if kept is not None and not anew and seq - kept < _KEPT_EVERY:
        return
    save_snapshot(context.store, journal, seq, context.home.seal("snapshot", encode()))
