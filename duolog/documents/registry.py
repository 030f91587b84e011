"""The list of kinds: one row each. A new kind is a new file and a new row here.

`part` names the field of `JournalState` that the kind's reducer keeps; a kind without one stands in the timeline alone.
`while_provisional`: whether it may be written before the partners have compared their words.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from duolog.documents.base import AppliedDocument, Body, Context, Voice
from duolog.documents.boundary import BoundaryBody
from duolog.documents.boundary_rules import reduce_boundary
from duolog.documents.boundary_words import describe_step
from duolog.documents.note import Note, describe_note
from duolog.documents.profile import Profile, describe_profile, reduce_profile
from duolog.protocol.messages import Document


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of document: its name and version, its body, its words for a person, and what it does to the state."""

    name: str
    v: int
    body: TypeAdapter[Any]
    describe: Callable[[AppliedDocument, Any, Voice, Any], str]
    part: str | None = None
    reduce: Callable[[Any, AppliedDocument, Any, Context], Any] | None = None
    while_provisional: bool = True


_ROWS = (
    Kind("profile", 1, TypeAdapter(Profile), describe_profile, "profiles", reduce_profile),
    Kind("note", 1, TypeAdapter(Note), describe_note),
    Kind("boundary", 1, TypeAdapter(BoundaryBody), describe_step, "boundaries", reduce_boundary),
)

KINDS: Mapping[str, Kind] = {row.name: row for row in _ROWS}


def make_document(kind: str, body: Body, at: int) -> Document:
    """A document of a listed kind, ready for a message. `at`: the author's clock, Unix seconds. Spec: documents"""
    return Document(kind=kind, v=KINDS[kind].v, at=at, body=body.encode_json())
