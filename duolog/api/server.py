"""What a server says of itself: its receipt key and its limits."""

from typing import Annotated, Literal

from pydantic import Field

from duolog.api.common import Model, PublicKey, SignatureBytes


class ReceiptKey(Model):
    """One receipt key; every later one is signed by the one before."""

    key: PublicKey
    signature: SignatureBytes | None = None


class Limits(Model):
    """Sizes in bytes, counts, and times in seconds."""

    push_items: int
    push_bytes: int
    page_items: int
    blob_bytes: int
    body_bytes: int
    invitation_seconds: int
    session_idle_seconds: int
    session_absolute_seconds: int


class ServerInfo(Model):
    """Fetched from `/.well-known/duolog` without a session."""

    origin: Annotated[str, Field(examples=["https://journal.example"])]
    version: Annotated[str, Field(description="The program's version, for support.")]
    suites: list[int]
    registration: Literal["open", "invite", "closed"]
    receipt_keys: Annotated[list[ReceiptKey], Field(min_length=1, description="Oldest first.")]
    limits: Limits


class Health(Model):
    """The server answers, and its database does."""

    status: Literal["ok"]
