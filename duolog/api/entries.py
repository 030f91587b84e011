"""Pushing to and pulling from a journal's log, as JSON. `pages` holds the binary form."""

from typing import Annotated, Literal

from pydantic import Field

from duolog.api import examples
from duolog.api.common import (
    Blob,
    BlobHash,
    Digest,
    HeaderBytes,
    JournalStatementModel,
    Model,
    ReceiptModel,
    Seq,
)
from duolog.protocol import sizes


class PushStatement(JournalStatementModel):
    """A roster statement with its grants, or a closing."""

    kind: Literal["statement"]


class PushEntry(Model):
    """A sealed entry."""

    kind: Literal["entry"]
    header: HeaderBytes
    blob: Blob


PushItem = Annotated[PushStatement | PushEntry, Field(discriminator="kind")]


class Push(Model):
    """Items to append, in order. The server accepts all of them, or none."""

    items: Annotated[
        list[PushItem],
        Field(fail_fast=True, min_length=1, max_length=sizes.MAX_PUSH_ITEMS, examples=[[examples.PUSHED_ENTRY]]),
    ]


class Place(Model):
    """The place of an item. For an id that the server accepted before, `digest` is the accepted item's."""

    seq: Seq
    digest: Digest


class Pushed(Model):
    """One place for each item, in order, and the receipt for the new items (null when none is new)."""

    places: Annotated[list[Place], Field(fail_fast=True, max_length=sizes.MAX_PUSH_ITEMS)]
    receipt: ReceiptModel | None


class PageStatement(JournalStatementModel):
    """A statement at its place. `grants` holds the caller's own grant alone."""

    kind: Literal["statement"]
    seq: Annotated[Seq, Field(examples=[1])]


class PageEntry(Model):
    """An entry at its place. After a withdrawal or erasure `blob` is null, and `blob_hash` remains."""

    kind: Literal["entry"]
    seq: Seq
    header: HeaderBytes
    blob: Blob | None
    blob_hash: BlobHash


PageItem = Annotated[PageStatement | PageEntry, Field(discriminator="kind")]


class Page(Model):
    """Whole pushes after `since`, each with its receipt. `seq` is the journal's newest: fetch until you hold it."""

    items: Annotated[list[PageItem], Field(fail_fast=True, max_length=sizes.MAX_PAGE_ITEMS + sizes.MAX_PUSH_ITEMS)]
    receipts: Annotated[
        list[ReceiptModel], Field(fail_fast=True, max_length=sizes.MAX_PAGE_ITEMS + sizes.MAX_PUSH_ITEMS)
    ]
    seq: Seq
