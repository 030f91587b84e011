"""Journals, the account chains of those who share them, and proposals that wait for a co-signature."""

from typing import Annotated

from pydantic import Field

from duolog.api.common import (
    AccountId,
    AccountStatements,
    Hash,
    JournalId,
    JournalStatementModel,
    Model,
    OriginText,
    PublicKey,
    ReceiptModel,
    SealedContext,
    Seq,
    UnixSeconds,
)
from duolog.protocol import sizes


class JournalCreated(Model):
    """The new journal and its first receipt."""

    journal: JournalId
    receipt: ReceiptModel


class JournalState(Model):
    """How far one journal of mine has come: fetch when `seq` is beyond what you hold.

    `proposals`: how many of others wait there, for a partner; a confidant is told none.
    """

    journal: JournalId
    seq: Seq
    closed: bool
    proposals: Annotated[int, Field(ge=0, le=sizes.MAX_PARTNERS * sizes.MAX_PROPOSALS)]


class JournalList(Model):
    """All my journals, ascending by id: one poll says where something is new. `more`: ask again after the last id."""

    journals: Annotated[list[JournalState], Field(fail_fast=True, max_length=sizes.MAX_LISTED)]
    more: bool


class Chain(Model):
    """An account's public statements, genesis first; those after a generation where they were asked for like this."""

    account: AccountId
    statements: AccountStatements


class CarriedKey(Model):
    """Another server, from which the journal was carried here: it signed the receipts up to the seq `until`."""

    until: Seq
    origin: OriginText
    key: PublicKey


CarriedKeys = Annotated[list[CarriedKey], Field(fail_fast=True, max_length=sizes.MAX_SERVERS)]


class ChainList(Model):
    """The chain of every account that this journal's log names, past members included, ascending by id.

    `more`: there are more statements; ask account by account, each time after the last generation.
    `receipt_keys`: whose receipts it holds from before it was carried here, ascending; empty where it began here.
    """

    chains: Annotated[list[Chain], Field(fail_fast=True, max_length=sizes.MAX_NAMED)]
    receipt_keys: CarriedKeys = Field(default_factory=list)
    more: bool = False


class ProposalRequest(JournalStatementModel):
    """A roster statement that still waits for signatures. `context`, sealed, lets a co-signer compare words."""

    context: SealedContext | None = None


class Proposal(ProposalRequest):
    """A waiting proposal. Its id is the hash of its statement; it is void when the roster moves, and after 14 days."""

    proposal: Hash
    proposed_at: UnixSeconds


class ProposalCreated(Model):
    """The proposal's id."""

    proposal: Hash


class ProposalList(Model):
    """Every proposal that waits in this journal."""

    proposals: Annotated[list[Proposal], Field(fail_fast=True, max_length=sizes.MAX_PARTNERS * sizes.MAX_PROPOSALS)]
