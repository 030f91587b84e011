"""A server's description of itself: its receipt keys and its limits."""

from typing import Annotated, Literal

from pydantic import Field

from duolog.api.common import Model, OriginText, PublicKey, SignatureBytes, UnixSeconds
from duolog.protocol import sizes


class ReceiptKey(Model):
    """One receipt key. Each key after the first is signed by the key before it, and signs the same bytes itself."""

    key: PublicKey
    signature: Annotated[SignatureBytes | None, Field(examples=[None])] = None
    countersignature: Annotated[SignatureBytes | None, Field(examples=[None])] = None


Size = Annotated[int, Field(ge=0, le=sizes.MAX_INTEGER)]


class Limits(Model):
    """Sizes in bytes, counts, and times in seconds."""

    push_items: Annotated[Size, Field(examples=[sizes.MAX_PUSH_ITEMS])]
    push_bytes: Annotated[Size, Field(examples=[sizes.MAX_PUSH_BYTES])]
    page_items: Annotated[Size, Field(examples=[sizes.MAX_PAGE_ITEMS])]
    blob_bytes: Annotated[Size, Field(examples=[sizes.MAX_BLOB])]
    body_bytes: Annotated[Size, Field(examples=[4_194_304])]
    invitation_seconds: Annotated[Size, Field(examples=[86_400])]
    session_idle_seconds: Annotated[Size, Field(examples=[2_592_000])]
    session_absolute_seconds: Annotated[Size, Field(examples=[15_552_000])]
    attachment_bytes: Annotated[
        int, Field(ge=0, le=sizes.MAX_ATTACHMENT, examples=[257 * 1024 * 1024], description="0: it takes none.")
    ] = 0


Suite = Annotated[int, Field(ge=1, le=sizes.MAX_U32, examples=[sizes.SUITE])]


class ServerInfo(Model):
    """Fetched from `/.well-known/duolog` without a session."""

    origin: OriginText
    version: Annotated[str, Field(max_length=64, examples=["0.1.0"], description="The program's version, for support.")]
    suites: Annotated[list[Suite], Field(fail_fast=True, max_length=16)]
    registration: Literal["open", "invite", "closed"]
    receipt_keys: Annotated[
        list[ReceiptKey], Field(fail_fast=True, min_length=1, max_length=sizes.MAX_SERVERS, description="Oldest first.")
    ]
    limits: Limits
    restored_at: Annotated[
        UnixSeconds | None,
        Field(
            examples=[None],
            description="When this server last went back to an older state: a client that doesn't know this time "
            "brings what it holds. Null: it never did.",
        ),
    ] = None


class Health(Model):
    """The server's process answers."""

    status: Literal["ok"]


class Ready(Model):
    """The server can take work: its database takes writes, and its tables are those of its version."""

    status: Literal["ready"]
