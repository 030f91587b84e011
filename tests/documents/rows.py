"""The kinds that have rows, as tests of all of them take them: an alphabet of documents, and an oracle.

An oracle says of each document of a log whether it counts, and knows nothing of rows: it was written by hand from the
specification, or before there were rows. A new kind with rows has a line here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from duolog.documents.kernel import Machine
from duolog.documents.kinds import boundary, disclosure
from duolog.errors import NotAllowed
from tests.documents import old_boundary
from tests.documents.disclosure_table import by_hand, disclosure_steps, twice_not_quite
from tests.documents.short_logs import Tried, boundary_steps
from tests.documents.walking import Alphabet

Oracle = Callable[[Sequence[Tried]], list[bool]]


@dataclass(frozen=True)
class Rows:
    """One kind. `depth`: documents of a log in which every row counts and every guard refuses. `frees`: the steps that
    time newly allows. `along`: a longer log that is gone along too."""

    machine: Machine[Any]
    alphabet: Alphabet
    oracle: Oracle
    depth: int
    frees: frozenset[str]
    along: Sequence[Tried] = ()


def old_reducer(log: Sequence[Tried]) -> list[bool]:
    """Boundaries, by the reducer that was before the rows."""
    state: old_boundary.Boundaries = {}
    counts = []
    for one in log:
        try:
            state = old_boundary.reduce_boundary(state, one.applied, one.step, one.context)  # type: ignore[arg-type]
        except NotAllowed:
            counts.append(False)
        else:
            counts.append(True)
    return counts


ALL = {
    # Once the other's words have lapsed, one's own may be written.
    "boundary": Rows(boundary.MACHINE, boundary_steps, old_reducer, 5, frozenset({"amend", "retire"})),
    "disclosure": Rows(disclosure.MACHINE, disclosure_steps, by_hand, 4, frozenset({"respond"}), twice_not_quite()),
}
