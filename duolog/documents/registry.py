"""The list of kinds. A new kind is a new file in `kinds`, and a new word here."""

from collections.abc import Mapping
from typing import Any

from duolog.documents.base import Body
from duolog.documents.kind import Kind
from duolog.documents.kinds import boundary, copy, disclosure, moved, note, profile, withdrawn
from duolog.protocol.messages import Document

KINDS: Mapping[str, Kind[Any, Any]] = {
    one.KIND.name: one.KIND for one in (profile, note, copy, boundary, disclosure, moved, withdrawn)
}


def is_step(kind: str) -> bool:
    """Whether a document of this kind does more than stand in the timeline. Spec: §9."""
    return kind not in KINDS or KINDS[kind].part is not None


def make_document(kind: str, body: Body, at: int) -> Document:
    """A document of a listed kind, ready for a message. `at`: the author's clock, Unix seconds. Spec: documents"""
    return Document(kind=kind, v=KINDS[kind].v, at=at, body=body.encode_json())
