"""Journals, their members' account chains, and proposals that wait for a co-signature."""

from typing import Annotated

from pydantic import ConfigDict, Field

from duolog.api import examples
from duolog.api.common import (
    AccountId,
    AccountStatements,
    JournalId,
    JournalStatementModel,
    Model,
    OriginText,
    ProposalId,
    PublicKey,
    ReceiptModel,
    SealedContext,
    Seq,
    UnixSeconds,
)
from duolog.protocol import sizes
from duolog.protocol.codec import JsonObject, encode_b64


class JournalCreated(Model):
    """The new journal and its first receipt."""

    journal: JournalId
    receipt: Annotated[ReceiptModel, Field(examples=[examples.FIRST_RECEIPT])]


class ListedJournal(Model):
    """The newest seq of one journal of mine: fetch when `seq` is beyond the last one you hold.

    `proposals`: how many proposals of other members wait for this partner; always 0 for a confidant.
    """

    journal: JournalId
    seq: Seq
    closed: bool
    proposals: Annotated[int, Field(ge=0, le=sizes.MAX_PARTNERS * sizes.MAX_PROPOSALS, examples=[0])]


class JournalList(Model):
    """All my journals, ascending by id: one poll shows which have new items. `more`: ask again after the last id."""

    journals: Annotated[list[ListedJournal], Field(fail_fast=True, max_length=sizes.MAX_LISTED)]
    more: bool


class Chain(Model):
    """An account's public statements, genesis first; or those after the requested generation."""

    account: AccountId
    statements: AccountStatements


class CarriedKey(Model):
    """A server that held this journal before: it signed the receipts up to the seq `until`."""

    until: Seq
    origin: OriginText
    key: PublicKey


CarriedKeys = Annotated[list[CarriedKey], Field(fail_fast=True, max_length=sizes.MAX_SERVERS)]


class ChainList(Model):
    """The chains of all accounts that this journal's log names, past members included, ascending by id.

    `more`: ask account by account for the other statements, each time after the last generation.
    `receipt_keys`: the receipt keys of the servers that held this journal before, ascending; empty when it began here.
    """

    chains: Annotated[list[Chain], Field(fail_fast=True, max_length=sizes.MAX_NAMED)]
    receipt_keys: CarriedKeys = Field(default_factory=list)
    more: bool = False


_PROPOSED = examples.signed_by_me(examples.PROPOSED) | {"context": encode_b64(examples.SEALED)}
_KNOWN_AS: JsonObject = {"proposal": encode_b64(examples.PROPOSAL), "proposed_at": examples.AT}


class ProposalRequest(JournalStatementModel):
    """A roster statement that waits for signatures. The sealed `context` lets a co-signer compare words."""

    model_config = ConfigDict(json_schema_extra={"examples": [_PROPOSED]})

    context: SealedContext | None = None


class Proposal(ProposalRequest):
    """A waiting proposal. Its id is the hash of its statement. It expires when the roster moves, or after 14 days."""

    model_config = ConfigDict(json_schema_extra={"examples": [_PROPOSED | _KNOWN_AS]})

    proposal: ProposalId
    proposed_at: UnixSeconds


class ProposalCreated(Model):
    """The proposal's id."""

    proposal: ProposalId


class ProposalList(Model):
    """Every proposal that waits in this journal."""

    proposals: Annotated[list[Proposal], Field(fail_fast=True, max_length=sizes.MAX_PARTNERS * sizes.MAX_PROPOSALS)]
