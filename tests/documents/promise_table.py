"""The rules of promises once more, written from the specification by hand; it calls nothing of the kernel."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from duolog.documents.applied import DAY
from duolog.documents.bodies import StepBody
from duolog.documents.kinds.promise import EndPromise, MakePromise, MarkPromise, RenewPromise
from tests.documents.evening import ADA, KIM, SAM, START
from tests.documents.short_logs import ALONE, Tried, named, written

LONGEST = 90 * DAY
TIMES = (0, LONGEST, LONGEST + 1)


@dataclass
class Held:
    """One promise. `until`: None but for an offer."""

    owner: bytes
    until: int | None
    ended: bool = False


def promises_by_hand(log: Sequence[Tried]) -> list[bool]:
    """Whether each document counts."""
    held: dict[bytes, Held] = {}
    return [_counts(one, held) for one in log]


def _counts(one: Tried, held: dict[bytes, Held]) -> bool:
    step, author, now = one.step, one.applied.author, one.applied.effective
    if author not in one.context.partners:
        return False
    if isinstance(step, MakePromise):
        offers, until = step.form == "offer", step.until
        if offers != (until is not None) or (until is not None and not now <= until <= now + LONGEST):
            return False
        held[one.applied.entry] = Held(author, until)
        return True
    assert isinstance(step, MarkPromise | RenewPromise | EndPromise)
    promise = held.get(step.answers.entry)
    if promise is None or promise.owner != author or promise.ended:
        return False
    if isinstance(step, MarkPromise):
        return promise.until is None or now <= promise.until
    if isinstance(step, RenewPromise):
        if promise.until is None or not now <= step.until <= now + LONGEST:
            return False
        promise.until = step.until
    promise.ended = isinstance(step, EndPromise)
    return True


def promise_steps(place: int, texts: list[int]) -> Iterator[Tried]:
    """Every document of the alphabet at this place, when these places hold promises or marks."""
    untils = (START - 1, START + LONGEST, START + LONGEST + 1, START + 2 * LONGEST)
    bodies: list[StepBody] = [MakePromise(form="offer", text="My calendar", until=until) for until in untils]
    bodies += [MakePromise(form="offer", text="My calendar"), MakePromise(form="habit", text="I call at noon.")]
    bodies += [MakePromise(form="habit", text="I call at noon.", until=untils[1])]
    bodies += [MakePromise(form="plan", text="When I am alone", calls="My brother")]
    for text in texts:
        to = named(text)
        bodies += [MarkPromise(answers=to, words="Done."), EndPromise(answers=to)]
        bodies += [RenewPromise(answers=to, until=until) for until in (START + DAY, *untils)]
    for at in TIMES:
        for body in bodies:
            for author in (ADA, SAM):
                yield written(place, author, body, at, kind="promise")
    yield written(place, KIM, bodies[5], 0, kind="promise")
    yield written(place, ADA, bodies[5], 0, ALONE, kind="promise")
