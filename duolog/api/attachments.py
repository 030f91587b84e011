"""Attachments: sealed files that go to the server in parts, before the entry that names them. Spec: §11.10."""

from typing import Annotated

from pydantic import Field

from duolog.api import examples
from duolog.api.common import EntryId, Model
from duolog.protocol import sizes

PART_MEDIA_TYPE = "application/octet-stream"

Parts = Annotated[int, Field(ge=0, le=sizes.MAX_PARTS, examples=[1])]


class AttachmentRequest(Model):
    """Begins an attachment, or asks how far it has come. `size`: its stored bytes, all parts together.

    `entry`: where it came from another server with its journal, the entry there that names it.
    """

    size: Annotated[int, Field(ge=1, le=sizes.MAX_ATTACHMENT, examples=[len(examples.SEALED_PART)])]
    entry: Annotated[EntryId | None, Field(examples=[None])] = None


class AttachmentState(Model):
    """How many parts an attachment has, and how many of them are stored: the number of the part to send next."""

    parts: Parts
    received: Parts
