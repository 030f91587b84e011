"""The kinds that have rows, as tests of all of them take them: an alphabet of documents, and an oracle.

An oracle says of each document of a log whether it counts, and knows nothing of rows: it was written by hand from the
specification, or before there were rows. A new kind with rows has a line here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from duolog.documents.kernel import Machine
from duolog.documents.kinds import boundary, breach, check_in, disclosure, pause, promise
from duolog.errors import NotAllowed
from tests.documents import old_boundary
from tests.documents.breach_table import breach_steps, breaches_by_hand
from tests.documents.check_in_table import both_answered, check_in_steps, check_ins_by_hand
from tests.documents.disclosure_table import by_hand, disclosure_steps, twice_not_quite
from tests.documents.pause_table import pause_steps, pauses_by_hand
from tests.documents.promise_table import promise_steps, promises_by_hand
from tests.documents.short_logs import Tried, boundary_steps, third_text
from tests.documents.walking import Alphabet

Oracle = Callable[[Sequence[Tried]], list[bool]]


@dataclass(frozen=True)
class Rows:
    """One kind. `depth`: documents of a log in which every row counts and every guard refuses. `frees`: the steps that
    time newly allows. `along`: a longer log that is gone along too.

    `order`: the steps of two people at once of which the log's order matters; all others commute. `crossing_too`: more
    documents that the search for them takes.
    """

    machine: Machine[Any]
    alphabet: Alphabet
    oracle: Oracle
    depth: int
    frees: frozenset[str]
    order: frozenset[frozenset[str]]
    along: Sequence[Tried] = ()
    crossing_too: Sequence[Alphabet] = ()


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


def pairs(text: str) -> frozenset[frozenset[str]]:
    """Two steps a line, or one that both take."""
    return frozenset(frozenset(line.split()) for line in text.strip().splitlines())


# Only one text waits, and the same text waits once: the first of two askers counts. Of an answer and of a step by which
# the author leaves their own text, the first counts too.
ORDER_OF_BOUNDARY = pairs("""
    propose
    propose amend
    propose counter
    amend
    amend retire
    retire
    take_back accept
    take_back decline
    take_back counter
    take_back retire
    take_back amend
    amend accept
    amend decline
    amend counter
    retire accept
    retire decline
""")
# What is said of a reflection is said of the one that waits; and nothing is set aside after the response.
ORDER_OF_DISCLOSURE = pairs("""
    heard reflect
    not_quite reflect
    heard respond
    not_quite respond
    set_aside respond
""")

# One check-in of a form is open at a time, and who was told no waits. One that is set aside takes no answer and no key.
ORDER_OF_CHECK_IN = pairs("""
    begin
    begin set_aside
    commit set_aside
    reveal set_aside
""")

ALL = {
    "boundary": Rows(
        *(boundary.MACHINE, boundary_steps, old_reducer, 5),
        frees=frozenset({"amend", "retire"}),  # once the other's words have lapsed, one's own may be written
        order=ORDER_OF_BOUNDARY,
        crossing_too=(third_text,),
    ),
    "disclosure": Rows(
        *(disclosure.MACHINE, disclosure_steps, by_hand, 4),
        frees=frozenset({"respond"}),
        order=ORDER_OF_DISCLOSURE,
        along=twice_not_quite(),
    ),
    # Only its owner acts in a promise or a pause, and each speaks for themselves in a breach: nothing crosses.
    "promise": Rows(*(promise.MACHINE, promise_steps, promises_by_hand, 4, frozenset(), frozenset())),
    "breach": Rows(*(breach.MACHINE, breach_steps, breaches_by_hand, 4, frozenset(), frozenset())),
    "check_in": Rows(
        *(check_in.MACHINE, check_in_steps, check_ins_by_hand, 4, frozenset(), ORDER_OF_CHECK_IN),
        along=both_answered(),
    ),
    "pause": Rows(*(pause.MACHINE, pause_steps, pauses_by_hand, 4, frozenset(), frozenset())),
}
