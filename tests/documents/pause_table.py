"""The rules of pauses once more, written from the specification by hand; it calls nothing of the kernel."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from duolog.documents.applied import DAY
from duolog.documents.bodies import StepBody
from duolog.documents.kinds.pause import Call, Extend, Return
from tests.documents.evening import ADA, KIM, SAM, START
from tests.documents.short_logs import ALONE, Tried, named, written

SHORT = 20 * 60
TIMES = (0, SHORT, SHORT + 1, DAY, 2 * DAY, 2 * DAY + 1)


@dataclass
class Taken:
    """One pause."""

    owner: bytes
    until: int
    extended: bool = False
    back: bool = False


def pauses_by_hand(log: Sequence[Tried]) -> list[bool]:
    """Whether each document counts."""
    taken: dict[bytes, Taken] = {}
    return [_counts(one, taken) for one in log]


def _counts(one: Tried, taken: dict[bytes, Taken]) -> bool:
    step, author, now = one.step, one.applied.author, one.applied.effective
    if author not in one.context.partners:
        return False
    if isinstance(step, Call):
        on_one = any(mine.owner == author and not mine.back and now <= mine.until for mine in taken.values())
        if len(one.context.partners) != 2 or on_one or not now + SHORT <= step.until <= now + DAY:
            return False
        taken[one.applied.entry] = Taken(author, step.until)
        return True
    assert isinstance(step, Extend | Return)
    pause = taken.get(step.answers.entry)
    if pause is None or pause.owner != author or pause.back:
        return False
    if isinstance(step, Return):
        pause.back = True
        return True
    in_time = now <= pause.until + DAY and now + SHORT <= step.until <= now + DAY
    if pause.extended or not in_time or step.until <= pause.until:
        return False
    pause.extended, pause.until = True, step.until
    return True


def pause_steps(place: int, texts: list[int]) -> Iterator[Tried]:
    """Every document of the alphabet at this place, when these places hold pauses or extensions."""
    untils = [START + seconds for seconds in (SHORT - 1, SHORT, DAY, DAY + 1, 2 * DAY, 3 * DAY)]
    bodies: list[StepBody] = [Call(until=until) for until in untils]
    for text in texts:
        bodies += [Extend(answers=named(text), until=until) for until in untils[1:]]
        bodies += [Return(answers=named(text), words="Here I am.")]
    for at in TIMES:
        for body in bodies:
            for author in (ADA, SAM):
                yield written(place, author, body, at, kind="pause")
    yield written(place, KIM, bodies[1], 0, kind="pause")
    yield written(place, ADA, bodies[1], 0, ALONE, kind="pause")
