"""The account journal, in which the devices of one account tell each other what they know: its documents in order.

Rules
- Nothing is dropped: documents without effect stay in `skipped`, with the reason; unknown kinds in `unknown`.
- A document that contradicts a pin counts as a conflict, and its author's own client refuses to write it.
- Keys of the new generation write `rotated`: no keyholder who was left out can.
- The state confirms no device. A restored device stays unconfirmed until its person has compared words.

`account_kinds` has the bodies, `account_reducers` the rules of each kind. Spec: documents
"""

from dataclasses import replace

from pydantic import TypeAdapter

from duolog.documents.account_state import AccountState
from duolog.documents.applied import AppliedDocument, Skipped, why_skipped
from duolog.documents.registry import ACCOUNT_KINDS
from duolog.documents.snapshots import encode_snapshot, parse_snapshot
from duolog.errors import NotAllowed, PinMismatch
from duolog.protocol import sizes
from duolog.protocol.messages import Document

_STATE = TypeAdapter(AccountState)


def apply_account(state: AccountState, applied: AppliedDocument) -> AccountState:
    """The state after one more document of the account journal; applying one twice changes nothing. Spec: documents"""
    if applied.seq <= state.seq:  # check: account.twice
        return state
    state = replace(state, seq=applied.seq, generation=max(state.generation, applied.generation))
    document = applied.document
    row = ACCOUNT_KINDS.get(document.kind)
    if row is None:
        return replace(state, unknown=(*state.unknown, applied))
    try:
        if row.name == "rotated" and document.body.get("generation") != applied.generation:  # check: account.rotated_by
            raise NotAllowed("Only the keys of a rotation can say where it found the journals.")
        return row.reduce(state, applied.entry, row.read(document))
    except Exception as error:  # noqa: BLE001 - no document stops its account, whatever it holds
        return replace(state, skipped=(*state.skipped, Skipped(applied.entry, why_skipped(error))))


def require_allowed_account(state: AccountState, document: Document) -> None:
    """Check that a document would count, before it is written to the account journal.

    Raises:
        NotAllowed: the rules forbid it, or its kind doesn't belong there.
        PinMismatch: it contradicts a pin.
        MalformedData: its body isn't what its kind says.
    Spec: documents
    """
    row = ACCOUNT_KINDS.get(document.kind)
    if row is None:
        raise NotAllowed("Only an account's own state is written to the account journal.")
    after = row.reduce(state, bytes(sizes.ENTRY_ID), row.read(document, writing=True))
    if len(after.conflicts) > len(state.conflicts):  # check: account.contradiction
        raise PinMismatch(after.conflicts[-1].sentence)


def encode_account_state(state: AccountState) -> bytes:
    """The state as UTF-8 JSON for an encrypted snapshot: it holds secrets. Spec: documents"""
    return encode_snapshot(_STATE, state, ACCOUNT_KINDS)


def parse_account_state(data: bytes) -> AccountState:
    """The state from its snapshot. Raises: MalformedData; then start anew from the log. Spec: documents"""
    return parse_snapshot(_STATE, data, ACCOUNT_KINDS)
