"""What the list of kinds knows of each: one `Kind`, with its body, its words, and what it does to the state.

`part`: the type of state that the kind keeps, by entry or account; a kind without one stands in the timeline alone.
`reduce` gives what one document changes in that part, and leaves the part itself alone. `machine`: the kind's rows,
where it has steps. `looks_back`: asked before the reducer, with the document that an answer names (None where it isn't
held) and whether that one is a step. `while_provisional`: whether it may be written before the partners have compared
their words; steps of the class *ends* always may. `before_writing`: what a client asks of its own document alone; no
reader does. `consents_to`: what the author of a body consents to, from the kind's part: asked before sending, and
refused where it has a part or a character that can't be shown. A kind in which any step means consent must say it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter

from duolog.documents.base import AppliedDocument, Body, Context, Voice
from duolog.documents.kernel import Machine

B = TypeVar("B")
S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Kind(Generic[B, S]):
    """One kind of document. `B`: its bodies, `S`: its part of a journal's state."""

    name: str
    v: int
    body: TypeAdapter[B]
    describe: Callable[[AppliedDocument, B, Voice, S], str]
    part: type[S] | None = None
    reduce: Callable[[S, AppliedDocument, B, Context], Mapping[Any, Any]] | None = None
    machine: Machine[Any] | None = None
    while_provisional: bool = True
    looks_back: Callable[[AppliedDocument, B, AppliedDocument | None, bool], None] | None = None
    before_writing: Callable[[B], None] | None = None
    consents_to: Callable[[S, B], Body | None] | None = None
