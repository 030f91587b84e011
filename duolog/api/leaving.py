"""Leaving, withdrawing, keeping and erasing: steps that one member takes alone, without notice to the other."""

from typing import Annotated, Literal

from pydantic import Field

from duolog.api import examples
from duolog.api.common import (
    Blob,
    ClosingStatement,
    EntryId,
    HeaderBytes,
    KeyholderId,
    Model,
    Salt,
    SignatureBytes,
    UnixSeconds,
)
from duolog.protocol import sizes
from duolog.protocol.codec import encode_b64


class ClosingRequest(Model):
    """A closing that waits at the server until `not_before`. `salt` opens its `timing`.

    `ends`: keyholders of mine that the server then revokes.
    """

    statement: ClosingStatement
    signature: SignatureBytes
    salt: Salt
    not_before: Annotated[UnixSeconds, Field(examples=[examples.NEXT_WEEK])]
    ends: Annotated[list[KeyholderId], Field(fail_fast=True, max_length=sizes.MAX_KEYHOLDERS, default_factory=list)]


class OwnClosing(ClosingRequest):
    """My waiting closing. The server shows it to no other member."""


class WithdrawalRequest(Model):
    """My entry to withdraw, and the sealed entry that announces it (a `withdrawn` document)."""

    entry: EntryId
    header: Annotated[HeaderBytes, Field(examples=[encode_b64(examples.WITHDRAWAL_HEADER)])]
    blob: Blob


class HoldingRequest(Model):
    """My private marks: entries that I keep even if their author withdraws them, or that I erase for myself."""

    act: Literal["keep", "erase"]
    entries: Annotated[list[EntryId], Field(fail_fast=True, min_length=1, max_length=sizes.MAX_PUSH_ITEMS)]
