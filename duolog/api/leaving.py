"""Leaving, withdrawing, keeping and erasing: what one member does alone, and the other is not told."""

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

    `ends`: keyholders of mine that the server refuses from that moment on.
    """

    statement: Statement
    signature: SignatureBytes
    salt: Hash
    not_before: UnixSeconds
    ends: Annotated[list[KeyholderId], Field(fail_fast=True, max_length=sizes.MAX_KEYHOLDERS, default_factory=list)]


class OwnClosing(ClosingRequest):
    """A closing of mine as it waits. The other members are shown none of it."""


class WithdrawalRequest(Model):
    """My entry to withdraw, and the sealed entry that says so (a `withdrawn` document)."""

    entry: EntryId
    header: HeaderBytes
    blob: Blob


class HoldingRequest(Model):
    """Private marks of mine: entries that I keep even if they are withdrawn, or that I erase for myself."""

    act: Literal["keep", "erase"]
    entries: Annotated[list[EntryId], Field(fail_fast=True, min_length=1, max_length=sizes.MAX_PUSH_ITEMS)]
