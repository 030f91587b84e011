"""State of a journal after its documents: the timeline, and a part of state for each kind that keeps one.

Each part has its kind's own type. The shorthands (`profiles`, `boundaries` ...) are for views; no reducer uses them.
Spec: documents
"""

from dataclasses import dataclass, field
from typing import Annotated, Any, TypeVar

from pydantic import GetCoreSchemaHandler, TypeAdapter
from pydantic_core import CoreSchema, core_schema

from duolog.documents.applied import Membership, Skipped
from duolog.documents.kind import Kind
from duolog.documents.kinds import boundary, moved, profile, withdrawn
from duolog.documents.kinds.boundary_texts import Boundaries
from duolog.documents.kinds.moved import Moves
from duolog.documents.kinds.profile import Profiles
from duolog.documents.kinds.withdrawn import Withdrawals
from duolog.documents.registry import KINDS
from duolog.documents.timeline import Item, Timeline
from duolog.protocol import sizes

S = TypeVar("S")


class _ByKind:
    """Tells pydantic to read and write each part as its kind's type."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        kept = {name: handler.generate_schema(kind.part) for name, kind in KINDS.items() if kind.part is not None}
        fields = {name: core_schema.typed_dict_field(schema, required=False) for name, schema in kept.items()}
        return core_schema.typed_dict_schema(fields)


@dataclass(frozen=True, slots=True)
class JournalState:
    """The state of a journal. `contexts`: the roster from a seq on, whenever it changed."""

    timeline: Timeline = field(default_factory=Timeline)
    contexts: tuple[tuple[int, Membership], ...] = ()
    parts: Annotated[dict[str, Any], _ByKind()] = field(default_factory=dict)

    def part(self, kind: Kind[Any, S]) -> S:
        """A kind's part, empty where the kind has no document. Raises: TypeError for a kind that keeps no state."""
        if kind.part is None:
            raise TypeError(f"{kind.name} keeps no state")
        found: S = self.parts[kind.name] if kind.name in self.parts else kind.part()
        return found

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """Documents without effect, and why."""
        return tuple(Skipped(item.applied.entry, item.skipped) for item in self.timeline if item.skipped is not None)

    def find(self, entry: bytes) -> Item | None:
        """The document of an entry (16 bytes). Of several with one id, the newest."""
        return self.timeline.find(entry)

    @property
    def profiles(self) -> Profiles:
        """Each account's newest profile."""
        return self.part(profile.KIND)

    @property
    def boundaries(self) -> Boundaries:
        """The boundaries, in the order of their first proposals."""
        return self.part(boundary.KIND)

    @property
    def moves(self) -> Moves:
        """Each account's newest move."""
        return self.part(moved.KIND)

    @property
    def withdrawals(self) -> Withdrawals:
        """The withdrawals by entry and author, as far as this client can tell."""
        return self.part(withdrawn.KIND)

    def withdrawn(self, entry: bytes, author: bytes, seq: int, received: int) -> bool:
        """Whether its author withdrew this entry within the day, by one server's clock.

        `received`: the time of the entry's receipt. Spec: §9.
        """
        found = self.withdrawals.get(entry, {}).get(author)
        if found is None or seq < found.key_since:
            return False
        return found.received - received <= sizes.WITHDRAW_WINDOW


STATE = TypeAdapter(JournalState)
