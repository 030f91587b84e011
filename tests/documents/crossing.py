"""Two people who write at once: whether it matters whose step stands first in the log.

Both write after the same log, and neither has seen the other's step. The server may put either first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from duolog.documents.things import Things
from duolog.errors import NotAllowed
from tests.documents.agreed_before import PARTS
from tests.documents.evening import ADA, BOTH, SAM
from tests.documents.rows import Rows
from tests.documents.short_logs import Tried, entry


@dataclass(frozen=True)
class Crossing:
    """A step by Ada and a step by Sam. `commute`: both orders end in the same state.

    `refused`: the sentence for Sam where Ada's step is first, and for Ada where Sam's is; None where both count.
    """

    adas: Tried
    sams: Tried
    commute: bool
    refused: tuple[str | None, str | None]

    @property
    def steps(self) -> frozenset[str]:
        """The names of both steps: two, or one where both took the same step."""
        return frozenset({self.adas.step.step, self.sams.step.step})


def crossings(rows: Rows, things: Things[Any], place: int) -> Iterator[Crossing]:
    """Every two steps that Ada and Sam may each take at `place`, after a log that leaves `things`."""
    held = [number for number in range(1, place) if things.find(entry(number))]
    sams = list(_allowed(rows, things, place + 1, held, SAM))
    for ada, after_ada in _allowed(rows, things, place, held, ADA):
        for sam, after_sam in sams:
            ada_first, to_sam = _taken(rows, after_ada, sam)
            sam_first, to_ada = _taken(rows, after_sam, ada)
            yield Crossing(ada, sam, ada_first == sam_first, (to_sam, to_ada))


def _allowed(
    rows: Rows, things: Things[Any], place: int, held: list[int], author: bytes
) -> Iterator[tuple[Tried, Things[Any]]]:
    for alphabet in (rows.alphabet, *rows.crossing_too):
        for one in alphabet(place, held):
            if one.applied.author == author and one.context == BOTH:
                after, refusal = _taken(rows, things, one)
                if refusal is None:
                    yield one, after


def _taken(rows: Rows, things: Things[Any], one: Tried) -> tuple[Things[Any], str | None]:
    try:
        changed = rows.machine.reduce(things, one.applied, one.step, one.context, PARTS)
    except NotAllowed as refusal:
        return things, str(refusal)
    after = things.copy()
    for key, thing in changed.items():
        after[key] = thing
    return after, None
