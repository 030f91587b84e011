"""A journal as it will be once the outbox is sent: the documents that wait here follow those of the log.

Rules
- Only views read it. What may be written is judged by the journal as it is, and nothing of this is stored.
- The places of documents that wait come after every place of the log, so none passes for an entry of the log.
"""

from collections.abc import Iterator
from typing import Any

from duolog.client.home.outbox_rows import waiting_entries
from duolog.client.log.context import Context
from duolog.client.log.folding import journal_state, membership
from duolog.client.log.stored_logs import newest_receipt
from duolog.documents.applied import AppliedDocument, expected_receipt
from duolog.documents.journal import apply_all, last_of
from duolog.documents.journal_state import JournalState
from duolog.documents.kind import Kind
from duolog.documents.links import thing_of
from duolog.protocol.messages import message_hash, parse_message


def expected_state(context: Context, journal: bytes) -> JournalState:
    """The state of a journal's documents, with those that wait to be sent."""
    state, here = journal_state(context, journal), context.standing(journal)
    if here.roster is None:
        return state
    context_now = membership(here.roster)
    return apply_all(state, ((applied, context_now) for applied in _waiting(context, journal, state, here.log.seq)))


def _waiting(context: Context, journal: bytes, state: JournalState, last: int) -> Iterator[AppliedDocument]:
    """The documents that wait, with the time of receipt that they would have now. `last`: the log's last seq."""
    rows, seen = waiting_entries(context.store, journal), newest_receipt(context.store, journal)
    if not rows:
        return
    newest = 0 if seen is None else seen.time
    received = expected_receipt(context.clock(), newest, last_of(state, context.account))
    for seq, row in enumerate(rows, max(last, state.timeline.seq) + 1):
        message = context.home.open("outbox", row.sealed)
        parsed = parse_message(message)
        yield AppliedDocument(
            *(row.entry, seq, context.account, message_hash(message), parsed.document),
            received=received,
            refused=parsed.refused,
            generation=context.identity.secret.generation,
        )


def unsent_things(context: Context, journal: bytes, state: JournalState, kind: Kind[Any, Any]) -> frozenset[bytes]:
    """The things of a kind that have a step which waits to be sent, by their entries. `state`: of `expected_state`."""
    sent = journal_state(context, journal).timeline.seq
    items = () if state.timeline.seq == sent else state.timeline.behind(sent)
    steps = (item for item in items if item.applied.document.kind == kind.name and item.skipped is None)
    found = (thing_of(state, kind, item.applied) for item in steps)
    return frozenset(thing.entry for thing in found if thing is not None)
