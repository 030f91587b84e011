"""Carrying: an account and its journals on their way to another server, with all that lets it verify them."""

from typing import Annotated, Literal

from pydantic import Field

from duolog.api.accounts import FIRST_SET, INVITE_CODE, SECOND_SET, AnchorModel, EarlierSeeds, PackageModel
from duolog.api.common import (
    AccountStatementModel,
    AccountStatements,
    Blob,
    BlobHash,
    CarriedHeader,
    JournalStatementModel,
    Model,
    OriginText,
    PublicKey,
    ReceiptModel,
    Seq,
)
from duolog.api.entries import PageStatement
from duolog.api.journals import CarriedKeys, Chain
from duolog.api.sessions import LogIn
from duolog.protocol import sizes


class FirstPush(Model):
    """The genesis of the account's own journal, with this server's receipt: so the account was here before."""

    genesis: JournalStatementModel
    receipt: ReceiptModel


class CarriedAccount(Model):
    """A whole account from another server, or for this one, which has lost it. `log_in`: one of its keyholders signs
    this server's challenge.

    `packages`: a new one for each keyholder of the newest set. `anchors`: one for each that is not a device.
    `earlier_seeds`: the seed of every generation except the newest. `accepted`: instead of an invite code.
    """

    log_in: LogIn
    chain: AccountStatements
    sets: Annotated[
        list[AccountStatementModel],
        Field(fail_fast=True, min_length=2, max_length=sizes.MAX_CHAIN, examples=[[FIRST_SET, SECOND_SET]]),
    ]
    packages: Annotated[list[PackageModel], Field(fail_fast=True, min_length=1, max_length=sizes.MAX_KEYHOLDERS)]
    anchors: Annotated[list[AnchorModel], Field(fail_fast=True, max_length=sizes.MAX_KEYHOLDERS, default_factory=list)]
    earlier_seeds: EarlierSeeds = Field(default_factory=list)
    invite_code: Annotated[str | None, Field(default=None, max_length=64, examples=[INVITE_CODE])]
    accepted: FirstPush | None = None


class CarriedEntry(Model):
    """An entry at its place. `blob` is null where it was destroyed. A malformed header is carried unchanged."""

    kind: Literal["entry"]
    seq: Seq
    header: CarriedHeader
    blob: Blob | None
    blob_hash: BlobHash


CarriedItem = Annotated[PageStatement | CarriedEntry, Field(discriminator="kind")]


class CarriedPage(Model):
    """Whole pushes of a journal from another server, in order, each with the receipt that it had there.

    `origin` and `receipt_key` name the server that signed these receipts: another one, or this one before it went back
    to an older state. `chains`: accounts that the log names and this server may not know. A statement's `grants` holds
    the caller's own grant alone, and under this server's own receipts any that it names. `last`: the log ends here.
    """

    origin: OriginText
    receipt_key: PublicKey
    chains: Annotated[list[Chain], Field(fail_fast=True, max_length=sizes.MAX_PUSH_ITEMS, default_factory=list)]
    items: Annotated[list[CarriedItem], Field(fail_fast=True, min_length=1, max_length=sizes.MAX_PUSH_ITEMS)]
    receipts: Annotated[list[ReceiptModel], Field(fail_fast=True, min_length=1, max_length=sizes.MAX_PUSH_ITEMS)]
    last: Annotated[bool, Field(examples=[True])]


class Carried(Model):
    """The journal's last seq on this server, and the earlier servers with the last seq of each."""

    seq: Seq
    receipt_keys: CarriedKeys
