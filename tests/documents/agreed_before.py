"""Boundaries that stand before a log begins, for kinds whose steps name the texts of boundaries.

Their entries are of high places, so that no document of a short log has the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from duolog.documents.bodies import StepBody
from duolog.documents.kinds import boundary
from duolog.documents.kinds.boundary_texts import Accept, Boundaries, Propose, Retire
from duolog.documents.things import Things
from tests.documents.evening import ADA, SAM, wording
from tests.documents.short_logs import Tried, named, written

BINDS_BOTH, BINDS_SAM, UNANSWERED, ASK = 241, 243, 245, 246


def _made() -> tuple[list[Tried], Boundaries]:
    steps: list[tuple[int, bytes, StepBody]] = [
        (BINDS_BOTH, ADA, Propose(wording=wording("We sleep on it."))),
        (242, SAM, Accept(answers=named(BINDS_BOTH))),
        (BINDS_SAM, SAM, Propose(wording=wording("I say where I am.", "me"))),
        (244, ADA, Accept(answers=named(BINDS_SAM))),
        (UNANSWERED, ADA, Propose(wording=wording("We cook on Mondays."))),
        (ASK, ADA, Retire(answers=named(BINDS_BOTH))),
        (247, SAM, Retire(answers=named(ASK))),
    ]
    found, things = list[Tried](), Boundaries()
    for seq, (place, author, step) in enumerate(steps, 1):
        one = written(place, author, step, 0)
        one = replace(one, applied=replace(one.applied, seq=seq))
        for entry, thing in boundary.MACHINE.reduce(things, one.applied, one.step, one.context).items():
            things[entry] = thing
        found.append(one)
    return found, things


BEFORE: Sequence[Tried]
BEFORE, _THINGS = _made()
PARTS: dict[str, Things[Any]] = {"boundary": _THINGS}
