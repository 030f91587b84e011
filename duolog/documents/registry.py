"""The list of kinds: one row each. A new kind is a new file and a new row here.

`part` names the field of `JournalState` that the kind's reducer keeps; a kind without one stands in the timeline alone.
`looks_back`: asked before the reducer, with the document that an answer names (None where it isn't held) and whether
that one is a step. `while_provisional`: whether it may be written before the partners have compared their words.
`before_writing`: what a client asks of its own document alone; no reader does.
`consents_to`: what the author of a body consents to, from the kind's state: asked before sending, and refused where it
has a part or a character that can't be shown. A kind in which any step means consent must say it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from duolog.documents.base import AppliedDocument, Body, Context, Voice
from duolog.documents.boundary import BoundaryBody
from duolog.documents.boundary_rules import (
    consented_step,
    reduce_boundary,
    reduce_undelivered,
    require_visible_asking,
)
from duolog.documents.boundary_words import describe_step
from duolog.documents.copy import Copy, describe_copy
from duolog.documents.moved import Moved, describe_moved, reduce_moved
from duolog.documents.note import Note, describe_note
from duolog.documents.profile import Profile, describe_profile, reduce_profile, require_name
from duolog.documents.withdrawn import Withdrawn, describe_withdrawn, reduce_withdrawn, require_text
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
    looks_back: Callable[[AppliedDocument, Any, AppliedDocument | None, bool], None] | None = None
    before_writing: Callable[[Any], None] | None = None
    consents_to: Callable[[Any, Any], Body | None] | None = None
    undelivered: Callable[[Any, AppliedDocument, Any, Context], tuple[Any, bool]] | None = None


_ROWS = (
    Kind(
        *("profile", 1, TypeAdapter(Profile), describe_profile, "profiles", reduce_profile), before_writing=require_name
    ),
    Kind("note", 1, TypeAdapter(Note), describe_note),
    Kind("copy", 1, TypeAdapter(Copy), describe_copy, while_provisional=False),
    Kind(
        *("boundary", 1, TypeAdapter(BoundaryBody), describe_step, "boundaries", reduce_boundary),
        before_writing=require_visible_asking,
        consents_to=consented_step,
        undelivered=reduce_undelivered,
    ),
    Kind("moved", 1, TypeAdapter(Moved), describe_moved, "moves", reduce_moved),
    Kind(
        *("withdrawn", 1, TypeAdapter(Withdrawn), describe_withdrawn, "withdrawals", reduce_withdrawn),
        looks_back=require_text,
    ),
)

KINDS: Mapping[str, Kind] = {row.name: row for row in _ROWS}


def is_step(kind: str) -> bool:
    """Whether a document of this kind does more than stand in the timeline. Spec: §9."""
    return kind not in KINDS or KINDS[kind].part is not None


def make_document(kind: str, body: Body, at: int) -> Document:
    """A document of a listed kind, ready for a message. `at`: the author's clock, Unix seconds. Spec: documents"""
    return Document(kind=kind, v=KINDS[kind].v, at=at, body=body.encode_json())
