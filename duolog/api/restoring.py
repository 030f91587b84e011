"""Restoring: a device says where a journal ends for it. A server that has gone back says when the journal goes on."""

from typing import Annotated

from pydantic import Field

from duolog.api import examples
from duolog.api.common import Head, Model, Seq, UnixSeconds


class ConfirmedEnd(Model):
    """The last seq that this device holds of a journal, and the head there."""

    seq: Seq
    head: Head


class JournalEnd(Model):
    """When a held journal takes new items at the latest. Null: it takes them now."""

    opens_at: Annotated[UnixSeconds | None, Field(examples=[examples.NEXT_WEEK])]
