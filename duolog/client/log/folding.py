"""From verified entries to what they come to: documents in order into the reducers, with an encrypted snapshot in
between.

Rules
- State is made from the stored log alone, so it is the same however often a client was interrupted.
- A snapshot only saves time: one that is missing, damaged or by another version of Duolog is made anew.
- An entry that was taken once and can't be taken again, by a newer version of this program for instance, is quarantined
  now, as it would be today; the rest of the journal stays readable.
- What was written under keys of a branch that was refused since is read with that branch, which the home keeps. Without
  it an entry can't be read now, and nothing is noted: it is no fault of its author.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import TypeVar

from duolog.api.pages import GONE, parse_push
from duolog.client.home.chains import Chains
from duolog.client.home.item_rows import readable_entries, save_fault
from duolog.client.home.receipt_keys import key_since
from duolog.client.home.snapshot_rows import load_snapshot, save_snapshot, snapshot_seq
from duolog.client.log.context import Context
from duolog.client.log.stored_logs import roster_at
from duolog.client.log.verify import Known, Me
from duolog.client.log.verify_authors import ENTRY_FAULT, open_verified
from duolog.documents.account import AccountState, apply_account, encode_account_state, parse_account_state
from duolog.documents.base import AppliedDocument
from duolog.documents.base import Context as DocumentContext
from duolog.documents.journal import apply_all, encode_state, parse_state
from duolog.documents.state import JournalState
from duolog.errors import DuologError, EntryFault, MalformedData
from duolog.protocol.containing import contained
from duolog.protocol.entries import parse_header
from duolog.protocol.log import EntryItem
from duolog.protocol.messages import message_hash, parse_message
from duolog.protocol.roster_changes import Roster

T = TypeVar("T")
_KEPT_EVERY = 64  # entries; opening fewer again costs less than writing all of a long journal anew
_BATCH = 500  # entries opened at a time


def document_context(roster: Roster) -> DocumentContext:
    """What reducers know of a roster."""
    partners = frozenset(member.account for member in roster.partners)
    return DocumentContext(partners=partners, provisional=roster.provisional)


def journal_state(context: Context, journal: bytes) -> JournalState:
    """What a journal's documents come to, up to its mark."""
    known = context.states.get(journal)
    state, usable = (known, True) if known is not None else _restored(context, journal, parse_state, JournalState())
    before = _seq(state)
    documents = ((applied, document_context(roster)) for applied, roster in opened(context, journal, before))
    state = apply_all(state, documents)
    if _seq(state) != before:
        _keep(context, journal, _seq(state), partial(encode_state, state), anew=not usable)
    context.states[journal] = state
    return state


def _seq(state: JournalState) -> int:
    return state.timeline[-1].applied.seq if state.timeline else 0


def account_state(context: Context) -> AccountState:
    """What the account journal comes to, up to its mark."""
    journal = context.identity.account_journal
    known = context.account_state
    state, usable = (
        (known, True) if known is not None else _restored(context, journal, parse_account_state, AccountState())
    )
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
            place = (after, item.time)
            try:
                with contained("This entry", ENTRY_FAULT):
                    applied = _open_again(item.frame, place, roster, context.me, replace(known, chains=chains))
            except (EntryFault, MalformedData) as error:
                _quarantine(context, journal, after, error)
                continue
            if applied is not None:
                yield applied, roster
        if len(items) < _BATCH:
            return


def _open_again(frame: bytes, place: tuple[int, int], roster: Roster, me: Me, known: Known) -> AppliedDocument | None:
    """The document in a stored frame; None where its blob is gone. `place`: its seq, and the time of its receipt."""
    if frame[4] == GONE:
        return None
    placed = parse_push(frame)[0]
    if not isinstance(placed.item, EntryItem):
        return None
    header = parse_header(placed.item.header)
    message = open_verified(placed, header, roster, me, known)
    if message is None:
        return None
    parsed = parse_message(message)
    return AppliedDocument(
        *(header.entry, place[0], header.author, message_hash(message), parsed.document),
        received=place[1],
        refused=parsed.refused,
        generation=header.generation,
        key_since=key_since(known.earlier, known.receipt_key, place[0]),
    )


def _quarantine(context: Context, journal: bytes, seq: int, error: EntryFault | MalformedData) -> None:
    """From now on this entry is unreadable here, and its author hears of it with the next message from here."""
    fault = f"{error.check if isinstance(error, EntryFault) else 'messages.parse'}\n{error}"
    save_fault(context.store, journal, [seq], fault)


def _restored(context: Context, journal: bytes, parse: Callable[[bytes], T], fresh: T) -> tuple[T, bool]:
    """The state of the snapshot, else a fresh one; and whether what is kept can be used, or there is nothing."""
    sealed = load_snapshot(context.store, journal)
    if sealed is None:
        return fresh, True
    try:
        return parse(context.home.open("snapshot", sealed)), True
    except DuologError:
        return fresh, False


def _keep(context: Context, journal: bytes, seq: int, encode: Callable[[], bytes], *, anew: bool) -> None:
    kept = snapshot_seq(context.store, journal)
    if kept is not None and not anew and seq - kept < _KEPT_EVERY:
        return
    save_snapshot(context.store, journal, seq, context.home.seal("snapshot", encode()))
