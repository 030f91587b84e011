"""Registering, and the parts of an account that only its owner sees."""

from typing import Annotated

from pydantic import Field

from duolog.api import examples
from duolog.api.common import (
    AccountId,
    AccountStatementModel,
    GenerationNumber,
    JournalId,
    JournalStatementModel,
    KeyholderId,
    Mac,
    Model,
    ReceiptModel,
    SealedSeed,
)
from duolog.api.entries import Push
from duolog.api.leaving import ClosingRequest
from duolog.protocol import sizes

INVITE_CODE = "an-invite-code-of-this-server"

_GENESIS = examples.signed(examples.GENESIS)
_ROTATION = examples.signed(examples.ROTATION, signatures=2)
FIRST_SET, SECOND_SET, _THIRD_SET = (examples.signed(item) for item in examples.SETS)
_ACCOUNT_JOURNAL = examples.signed_by_me(examples.ACCOUNT_JOURNAL_GENESIS)


class PackageModel(Model):
    """A generation's seed sealed to one keyholder."""

    keyholder: KeyholderId
    package: SealedSeed


class AnchorModel(Model):
    """A recovery sheet's or passkey's MAC, made at creation, by which it recognises its account."""

    keyholder: KeyholderId
    mac: Mac


class Registration(Model):
    """A whole account in one request: genesis, two keyholder sets, account journal, packages, anchors."""

    genesis: AccountStatementModel
    sets: Annotated[
        list[AccountStatementModel],
        Field(fail_fast=True, min_length=2, max_length=2, examples=[[FIRST_SET, SECOND_SET]]),
    ]
    account_journal: Annotated[JournalStatementModel, Field(examples=[_ACCOUNT_JOURNAL])]
    packages: Annotated[list[PackageModel], Field(fail_fast=True, min_length=1, max_length=sizes.MAX_KEYHOLDERS)]
    anchors: Annotated[list[AnchorModel], Field(fail_fast=True, max_length=sizes.MAX_KEYHOLDERS, default_factory=list)]
    invite_code: Annotated[
        str | None,
        Field(
            default=None,
            max_length=64,
            examples=[INVITE_CODE],
            description="A code from the server's operator, or the id of an open invitation to a journal.",
        ),
    ]


class Registered(Model):
    """The new account and the first receipt of its account journal."""

    account: AccountId
    receipt: Annotated[ReceiptModel, Field(examples=[examples.FIRST_RECEIPT])]


class SetRequest(Model):
    """The next keyholder set of a generation. It adds keyholders or names another rotator, and removes nobody.

    `packages`: one for each new keyholder. `anchors`: one for each new keyholder that is not a device.
    """

    set: Annotated[AccountStatementModel, Field(examples=[_THIRD_SET])]
    packages: Annotated[list[PackageModel], Field(fail_fast=True, max_length=sizes.MAX_KEYHOLDERS)]
    anchors: Annotated[list[AnchorModel], Field(fail_fast=True, max_length=sizes.MAX_KEYHOLDERS, default_factory=list)]


class JournalClosing(ClosingRequest):
    """A waiting closing, signed anew with the keys of the new generation."""

    journal: JournalId


class RotationRequest(Model):
    """New keys for the account, in one atomic request. Keyholders that `set` leaves out are revoked.

    `packages`: one for each keyholder of `set`. `anchors`: one for each new keyholder that is not a device.
    `earlier_seed`: the previous seed, sealed to the new generation. `account_journal`: a `rotate` that names the new
    generation, and the entry that says so. `closings`: the waiting closings, signed anew; the others are cancelled.
    """

    rotation: Annotated[AccountStatementModel, Field(examples=[_ROTATION])]
    set: Annotated[AccountStatementModel, Field(examples=[_THIRD_SET])]
    packages: Annotated[list[PackageModel], Field(fail_fast=True, min_length=1, max_length=sizes.MAX_KEYHOLDERS)]
    anchors: Annotated[list[AnchorModel], Field(fail_fast=True, max_length=sizes.MAX_KEYHOLDERS, default_factory=list)]
    earlier_seed: SealedSeed
    account_journal: Annotated[Push, Field(examples=[{"items": [examples.PUSHED_ROTATE, examples.PUSHED_ENTRY]}])]
    closings: Annotated[
        list[JournalClosing], Field(fail_fast=True, max_length=sizes.MAX_CLOSINGS, default_factory=list)
    ]


class RotationAnswer(Model):
    """The receipt of the push to the account journal; null when the server accepted the same request before."""

    receipt: ReceiptModel | None


class EarlierSeed(Model):
    """An earlier generation's seed sealed to the generation after it."""

    generation: GenerationNumber
    sealed: SealedSeed


# The links after those that the caller knows; perhaps none.
StatementsAfter = Annotated[list[AccountStatementModel], Field(fail_fast=True, max_length=sizes.MAX_CHAIN)]
EarlierSeeds = Annotated[list[EarlierSeed], Field(fail_fast=True, max_length=sizes.MAX_CHAIN)]


class OwnAccount(Model):
    """The caller's account: everything that a keyholder needs to open it. Nobody else gets this answer.

    `chain` and `earlier_seeds` begin after the requested generation, `sets` after the requested version. `more`: ask
    again after the last of these. `anchors`: those of every sheet and passkey; a device needs them to carry the account
    to another server.
    """

    account: AccountId
    chain: Annotated[StatementsAfter, Field(examples=[[_GENESIS, _ROTATION]])]
    sets: Annotated[StatementsAfter, Field(examples=[[FIRST_SET, SECOND_SET, _THIRD_SET]])]
    generation: Annotated[GenerationNumber, Field(description="The generation that `package` holds.", examples=[2])]
    package: SealedSeed
    earlier_seeds: EarlierSeeds
    anchor: Mac | None
    anchors: Annotated[list[AnchorModel], Field(fail_fast=True, max_length=sizes.MAX_KEYHOLDERS, default_factory=list)]
    more: bool = False
