"""The kinds of the account journal with their reducers: `state, entry, body -> state`.

Rules
- The first pin stays. Another chain head for the same account and generation, another head at the same seq, another
  receipt key or origin of a journal, and other pairing words are each recorded as a conflict.
- A later generation takes a pin's place. Its descent from the earlier one is verified before it is written here.
- An invitation takes one acceptance: the first in the log.
- A mark *verified* counts for the pinned chain alone.
- Only the next generation of my keys says where the one before ends, and its first word counts.
- A branch of a forked account that was chosen by its words takes the place of everything pinned of that account.

Spec: documents
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from pydantic import TypeAdapter

from duolog.documents import account_kinds as kinds
from duolog.documents.account_state import AccountState
from duolog.documents.kind import Format
from duolog.errors import NotAllowed

Reducer = Callable[[AccountState, bytes, Any], AccountState]


def _newest(name: str, key: str, value: str | None = None) -> Reducer:
    """Let the newest body of each `key` count, in the field `name` of the state: whole, or its `value` alone."""

    def reduce(state: AccountState, entry: bytes, body: Any) -> AccountState:
        counted = body if value is None else getattr(body, value)
        field: dict[str, Any] = {name: {**getattr(state, name), getattr(body, key): counted}}
        return replace(state, **field)

    return reduce


def _mark(name: str) -> Reducer:
    """Note the entry of a body once, under its journal, in the field `name` of the state."""

    def reduce(state: AccountState, entry: bytes, body: Any) -> AccountState:
        marks = getattr(state, name)
        known = marks.get(body.journal, ())
        field: dict[str, Any] = {name: {**marks, body.journal: (*known, body.entry)}}
        return state if body.entry in known else replace(state, **field)

    return reduce


def _contradict(state: AccountState, entry: bytes, about: bytes, sentence: str) -> AccountState:
    return replace(state, conflicts=(*state.conflicts, kinds.Conflict(entry, about, sentence)))


def _joined(state: AccountState, entry: bytes, body: kinds.Joined) -> AccountState:
    known = state.journals.get(body.journal)
    if known is not None and known.receipt_key != body.receipt_key:  # check: account.receipt_key
        sentence = "This journal's receipt key is not the one that was pinned. Stop, and compare words in person."
        return _contradict(state, entry, body.journal, sentence)
    if known is not None and known.origin != body.origin:  # check: account.origin
        sentence = "This journal's server is not the one that was pinned. Stop, and compare words in person."
        return _contradict(state, entry, body.journal, sentence)
    left = {journal: item for journal, item in state.left.items() if journal != body.journal}
    return replace(state, journals={**state.journals, body.journal: body}, left=left)


def _pin(state: AccountState, entry: bytes, body: kinds.Pin) -> AccountState:
    known, chosen = state.pins.get(body.account, {}), state.branches.get(body.account)
    if chosen is not None and body.generation < chosen.generation:  # check: account.pin_before_branch
        raise NotAllowed("A branch of this account was chosen. That branch says itself which keys came before.")
    if known.get(body.generation, body.chain_head) != body.chain_head:  # check: account.pin
        sentence = "Two different chains were pinned for this account. Stop, and compare words in person."
        return _contradict(state, entry, body.account, sentence)
    return replace(state, pins={**state.pins, body.account: {**known, body.generation: body.chain_head}})


def _verified(state: AccountState, entry: bytes, body: kinds.Verified) -> AccountState:
    if state.pins.get(body.account, {}).get(body.generation) != body.chain_head:  # check: account.verified
        raise NotAllowed("Only the chain that is pinned can be marked as verified. Compare the words again.")
    return replace(state, verified={**state.verified, body.account: body})


def _head(state: AccountState, entry: bytes, body: kinds.NotedHead) -> AccountState:
    known = state.heads.get(body.journal)
    if known is not None and known.seq == body.seq and known.head != body.head:  # check: account.head
        sentence = "Two of your devices have seen different histories of this journal. Compare its head in person."
        return _contradict(state, entry, body.journal, sentence)
    if known is not None and known.seq > body.seq:  # check: account.head_behind
        raise NotAllowed("A later head of this journal is noted already.")
    return replace(state, heads={**state.heads, body.journal: body})


def _invitation(state: AccountState, entry: bytes, body: kinds.PendingInvitation) -> AccountState:
    if body.invitation in state.invitations:  # check: account.invitation_twice
        raise NotAllowed("This invitation is noted already.")
    return replace(state, invitations={**state.invitations, body.invitation: body})


def _acceptance(state: AccountState, entry: bytes, body: kinds.TakenAcceptance) -> AccountState:
    if body.invitation not in state.invitations:  # check: account.acceptance_unknown
        raise NotAllowed("This acceptance belongs to no invitation of this account. Make a new invitation.")
    if body.invitation in state.acceptances:  # check: account.acceptance_taken
        raise NotAllowed("This invitation has taken its one acceptance already. Make a new invitation.")
    return replace(state, acceptances={**state.acceptances, body.invitation: body})


def _pairing(state: AccountState, entry: bytes, body: kinds.ComparedWords) -> AccountState:
    known = state.pairings.get(body.journal, {})
    before = known.get(body.account)
    if before is not None and before.words_hash != body.words_hash:  # check: account.pairing
        sentence = "There are two sets of words for one pairing. Stop, and invite each other anew."
        return _contradict(state, entry, body.account, sentence)
    return replace(state, pairings={**state.pairings, body.journal: {**known, body.account: body}})


def _draft(state: AccountState, entry: bytes, body: kinds.Draft) -> AccountState:
    drafts = {key: draft for key, draft in state.drafts.items() if key != body.draft}
    return replace(state, drafts=drafts if body.document is None else {**drafts, body.draft: body})


def _answer(state: AccountState, entry: bytes, body: kinds.SealedAnswer) -> AccountState:
    """Keep every answer: two own devices may have sealed one each, and the one that was committed to is needed.

    Its dots did their work on the way here.
    """
    return replace(state, answers=(*state.answers, body.model_copy(update={"fill": None})))


def _closing(state: AccountState, entry: bytes, body: kinds.PendingClosing) -> AccountState:
    before = state.closings.get(body.journal)
    if before is not None and before.held == "server" and body.held == "device":
        state = _taken_back(state, before)  # the server has had it
    return replace(state, closings={**state.closings, body.journal: body})


def _taken_back(state: AccountState, body: kinds.PendingClosing) -> AccountState:
    """Remember a closing that was taken back: each rotation until now may have signed it anew."""
    known = state.cancelled.get(body.journal)
    if body.held == "device" and known is not None and known.held == "server":
        return state  # one that the server had stays the one to remember
    signed_until = {**state.signed_until, body.journal: state.generation}
    return replace(state, cancelled={**state.cancelled, body.journal: body}, signed_until=signed_until)


def _closing_ended(state: AccountState, entry: bytes, body: kinds.EndedClosing) -> AccountState:
    """End a closing. A cancelled one is remembered, since it stays valid until the journal's roster has moved on."""
    waiting = dict(state.closings)
    ended = waiting.pop(body.journal, None)
    if body.how == "closed":
        closed = state.closed if body.journal in state.closed else (*state.closed, body.journal)
        return replace(state, closings=waiting, closed=closed)
    if ended is not None:
        state = _taken_back(state, ended)
    return replace(state, closings=waiting)


def _declined(state: AccountState, entry: bytes, body: kinds.DeclinedProposal) -> AccountState:
    others = tuple(item for item in state.declined if not kinds.same_terms(item, body))
    return replace(state, declined=(*others, body))


def _moved(state: AccountState, entry: bytes, body: kinds.AccountMoved) -> AccountState:
    """Put every journal of the old server at the new one. Its log there has the heads of the body, or later ones."""
    there = {"origin": body.origin, "receipt_key": body.receipt_key}
    journals = {
        journal: item.model_copy(update=there) if item.origin == body.from_origin else item
        for journal, item in state.journals.items()
    }
    heads = {**state.heads, **{item.journal: item for item in body.heads}}
    return replace(state, moved=body, journals=journals, heads=heads)


def _rotated(state: AccountState, entry: bytes, body: kinds.Rotated) -> AccountState:
    if body.generation in state.rotated:  # check: account.rotated_twice
        raise NotAllowed("This rotation is noted already.")
    return replace(state, rotated={**state.rotated, body.generation: body})


def _branch(state: AccountState, entry: bytes, body: kinds.BranchChosen) -> AccountState:
    """Make the compared branch the only pin of its account, and end the account's conflicts."""
    return replace(
        state,
        pins={**state.pins, body.account: {body.generation: body.chain_head}},  # older pins may be of the other branch
        branches={**state.branches, body.account: body},
        conflicts=tuple(item for item in state.conflicts if item.about != body.account),
    )


@dataclass(frozen=True, slots=True)
class AccountKind(Format[Any]):
    """One kind of the account journal."""

    reduce: Reducer


KINDS = tuple(
    AccountKind(name, 1, TypeAdapter(body), reduce)
    for name, body, reduce in (
        ("joined", kinds.Joined, _joined),
        ("pin", kinds.Pin, _pin),
        ("verified", kinds.Verified, _verified),
        ("noted_head", kinds.NotedHead, _head),
        ("keyholder_label", kinds.KeyholderLabel, _newest("labels", "keyholder", "label")),
        ("pending_invitation", kinds.PendingInvitation, _invitation),
        ("taken_acceptance", kinds.TakenAcceptance, _acceptance),
        ("ended_invitation", kinds.EndedInvitation, _newest("ended", "invitation", "how")),
        ("sent_acceptance", kinds.SentAcceptance, _newest("sent", "journal")),
        ("pairing", kinds.ComparedWords, _pairing),
        ("draft", kinds.Draft, _draft),
        ("confirmed", kinds.Confirmed, _newest("confirmed", "keyholder")),
        ("account_moved", kinds.AccountMoved, _moved),
        ("rotated", kinds.Rotated, _rotated),
        ("branch_chosen", kinds.BranchChosen, _branch),
        ("pending_closing", kinds.PendingClosing, _closing),
        ("ended_closing", kinds.EndedClosing, _closing_ended),
        ("kept", kinds.Kept, _mark("kept")),
        ("erased", kinds.Erased, _mark("erased")),
        ("sealed_answer", kinds.SealedAnswer, _answer),
        ("declined_proposal", kinds.DeclinedProposal, _declined),
        ("left_journal", kinds.LeftJournal, _newest("left", "journal")),
    )
)
