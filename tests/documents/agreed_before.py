"""Boundaries that stand before a log begins, for kinds whose steps name the texts of boundaries.

Their entries are of high places, so that no document of a short log has the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from duolog.documents.applied import Membership
from duolog.documents.bodies import StepBody
from duolog.documents.kinds import boundary
from duolog.documents.kinds.boundary_texts import Accept, Boundaries, Propose, Retire
from duolog.documents.things import Things
from tests.documents.evening import ADA, BOTH, KIM, SAM, wording
from tests.documents.short_logs import OTHERS, Tried, named, written

BINDS_BOTH, BINDS_SAM, UNANSWERED, ASK, UNANSWERED_OF_SAM, BINDS_KIM = 241, 243, 245, 246, 248, 249


def _made() -> tuple[list[Tried], Boundaries]:
    steps: list[tuple[int, bytes, StepBody, Membership]] = [
        (BINDS_BOTH, ADA, Propose(wording=wording("We sleep on it.")), BOTH),
        (242, SAM, Accept(answers=named(BINDS_BOTH)), BOTH),
        (BINDS_SAM, SAM, Propose(wording=wording("I say where I am.", "me")), BOTH),
        (244, ADA, Accept(answers=named(BINDS_SAM)), BOTH),
        (UNANSWERED, ADA, Propose(wording=wording("We cook on Mondays.")), BOTH),
        (ASK, ADA, Retire(answers=named(BINDS_BOTH)), BOTH),
        (247, SAM, Retire(answers=named(ASK)), BOTH),
        (UNANSWERED_OF_SAM, SAM, Propose(wording=wording("I put the phone away.", "me")), BOTH),
        (BINDS_KIM, KIM, Propose(wording=wording("I knock first.", "me")), OTHERS),
        (250, ADA, Accept(answers=named(BINDS_KIM)), OTHERS),
    ]
    found, things = list[Tried](), Boundaries()
    for seq, (place, author, step, context) in enumerate(steps, 1):
        one = written(place, author, step, 0, context)
        one = replace(one, applied=replace(one.applied, seq=seq))
        for entry, thing in boundary.MACHINE.reduce(things, one.applied, one.step, one.context).items():
            things[entry] = thing
        found.append(one)
    return found, things


BEFORE: Sequence[Tried]
BEFORE, _THINGS = _made()
PARTS: dict[str, Things[Any]] = {"boundary": _THINGS}
