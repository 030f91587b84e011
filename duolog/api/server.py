"""A server's description of itself: its receipt keys and its limits."""

from typing import Annotated, Literal

from pydantic import Field

from duolog.api.common import Model, OriginText, PublicKey, SignatureBytes
from duolog.protocol import sizes


class ReceiptKey(Model):
    """One receipt key. Each key after the first is signed by the key before it."""

    key: PublicKey
    signature: SignatureBytes | None = None


Size = Annotated[int, Field(ge=0, le=sizes.MAX_INTEGER)]


class Limits(Model):
    """Sizes in bytes, counts, and times in seconds."""

    push_items: Size
    push_bytes: Size
    page_items: Size
    blob_bytes: Size
    body_bytes: Size
    invitation_seconds: Size
    session_idle_seconds: Size
    session_absolute_seconds: Size
    attachment_bytes: Annotated[int, Field(ge=0, le=sizes.MAX_ATTACHMENT, description="0: it takes none.")] = 0


Suite = Annotated[int, Field(ge=1, le=sizes.MAX_U32)]


class ServerInfo(Model):
    """Fetched from `/.well-known/duolog` without a session."""

    origin: OriginText
    version: Annotated[str, Field(max_length=64, description="The program's version, for support.")]
    suites: Annotated[list[Suite], Field(fail_fast=True, max_length=16)]
    registration: Literal["open", "invite", "closed"]
    receipt_keys: Annotated[
        list[ReceiptKey], Field(fail_fast=True, min_length=1, max_length=sizes.MAX_SERVERS, description="Oldest first.")
    ]
    limits: Limits


class Health(Model):
    """The server answers, and its database does."""

    status: Literal["ok"]
