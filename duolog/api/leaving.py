"""Leaving, withdrawing, keeping and erasing: steps that one member takes alone, without notice to the other."""

from typing import Annotated, Literal

from pydantic import Field

from duolog.api.common import (
    Blob,
    EntryId,
    Hash,
    HeaderBytes,
    KeyholderId,
    Model,
    SignatureBytes,
    Statement,
    UnixSeconds,
)
from duolog.protocol import sizes


class ClosingRequest(Model):
    """A closing that waits at the server until `not_before`. `salt` opens its `timing`.

    `ends`: keyholders of mine that the server then revokes.
    """

    statement: Statement
    signature: SignatureBytes
    salt: Hash
    not_before: UnixSeconds
    ends: Annotated[list[KeyholderId], Field(fail_fast=True, max_length=sizes.MAX_KEYHOLDERS, default_factory=list)]


class OwnClosing(ClosingRequest):
    """My waiting closing. The server shows it to no other member."""


class WithdrawalRequest(Model):
    """My entry to withdraw, and the sealed entry that announces it (a `withdrawn` document)."""

    entry: EntryId
    header: HeaderBytes
    blob: Blob


class HoldingRequest(Model):
    """My private marks: entries that I keep even if their author withdraws them, or that I erase for myself."""

    act: Literal["keep", "erase"]
    entries: Annotated[list[EntryId], Field(fail_fast=True, min_length=1, max_length=sizes.MAX_PUSH_ITEMS)]
