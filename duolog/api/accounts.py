"""Registering, and what an account's owner alone sees of it."""

from typing import Annotated

from pydantic import Field

from duolog.api.common import (
    AccountId,
    AccountStatementModel,
    Hash,
    JournalStatementModel,
    KeyholderId,
    Model,
    ReceiptModel,
    SealedSeed,
)
from duolog.protocol import sizes


class PackageModel(Model):
    """A generation's seed sealed to one keyholder."""

    keyholder: KeyholderId
    package: SealedSeed


class AnchorModel(Model):
    """What a recovery sheet or passkey left at creation, to recognise its account by."""

    keyholder: KeyholderId
    mac: Hash


class Registration(Model):
    """A whole account in one request: genesis, its two keyholder sets, the account journal, packages and anchors."""

    genesis: AccountStatementModel
    sets: Annotated[list[AccountStatementModel], Field(min_length=2, max_length=2)]
    account_journal: JournalStatementModel
    packages: Annotated[list[PackageModel], Field(min_length=1, max_length=sizes.MAX_KEYHOLDERS)]
    anchors: Annotated[list[AnchorModel], Field(max_length=sizes.MAX_KEYHOLDERS, default_factory=list)]
    invite_code: Annotated[
        str | None,
        Field(
            default=None,
            max_length=64,
            description="A code from the server's operator, or the id of an open invitation to a journal.",
        ),
    ]


class Registered(Model):
    """The new account and the first receipt of its account journal."""

    account: AccountId
    receipt: ReceiptModel


class EarlierSeed(Model):
    """An earlier generation's seed sealed to the generation after it."""

    generation: Annotated[int, Field(ge=1, le=sizes.MAX_U32)]
    sealed: SealedSeed


class OwnAccount(Model):
    """The caller's account: everything that a keyholder needs to open it, and nobody else is shown."""

    account: AccountId
    chain: list[AccountStatementModel]
    sets: list[AccountStatementModel]
    generation: Annotated[int, Field(ge=1, le=sizes.MAX_U32, description="The generation that `package` holds.")]
    package: SealedSeed
    earlier_seeds: list[EarlierSeed]
    anchor: Hash | None
