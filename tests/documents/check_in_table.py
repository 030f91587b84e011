"""The rules of check-ins once more, written from the specification by hand; it calls nothing of the kernel.

Commitments are made by hand too, from section 8 of the specification.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from duolog.documents.applied import DAY
from duolog.documents.bodies import StepBody
from duolog.documents.kinds.check_in import BeginCheckIn, CommitAnswer, RevealAnswer, SetCheckInAside
from duolog.documents.kinds.check_in_answers import Form
from tests.documents.evening import ADA, BOTH, JOURNAL, KIM, SAM
from tests.documents.short_logs import ALONE, Tried, entry, named, written

TIMES = (0, 7 * DAY, 7 * DAY + 1, 14 * DAY)
SECRETS = {ADA: b"A" * 32, SAM: b"S" * 32}
SEALED = bytes(4136)  # no reducer opens it


@dataclass
class Asked:
    """One check-in."""

    pair: bytes
    form: Form
    between: frozenset[bytes]
    until: int
    stage: str = "begun"
    commits: dict[bytes, bytes] = field(default_factory=dict)
    keys: set[bytes] = field(default_factory=set)
    aside: dict[bytes, int] = field(default_factory=dict)


def commitment(pair: bytes, author: bytes) -> bytes:
    """The second half of the expansion of a person's secret."""
    info = b"duolog/v1/blind-pair\x00" + JOURNAL + pair + author
    first = hmac.digest(SECRETS[author], info + b"\x01", "sha256")
    return hmac.digest(SECRETS[author], first + info + b"\x02", "sha256")


def check_ins_by_hand(log: Sequence[Tried]) -> list[bool]:
    """Whether each document counts."""
    asked: dict[bytes, Asked] = {}
    return [_counts(one, asked) for one in log]


def _counts(one: Tried, asked: dict[bytes, Asked]) -> bool:
    step, author, now = one.step, one.applied.author, one.applied.effective
    if author not in one.context.partners:
        return False
    if isinstance(step, BeginCheckIn):
        alike = [other for other in asked.values() if other.form == step.form]
        is_open = any(other.stage in ("begun", "sealed") and now <= other.until for other in alike)
        told_no = any(who != author and now < at + 14 * DAY for other in alike for who, at in other.aside.items())
        if is_open or told_no or len(one.context.partners) != 2:
            return False
        until = now + (7 if step.form == "week" else 14) * DAY
        asked[one.applied.entry] = Asked(one.applied.entry, step.form, one.context.partners, until)
        return True
    assert isinstance(step, CommitAnswer | RevealAnswer | SetCheckInAside)
    check_in = asked.get(step.answers.entry)
    return check_in is not None and author in check_in.between and _answered(check_in, step, author, now)


def _answered(check_in: Asked, step: StepBody, author: bytes, now: int) -> bool:
    if isinstance(step, CommitAnswer):
        if check_in.stage != "begun" or now > check_in.until or author in check_in.commits:
            return False
        check_in.commits[author] = step.commitment
        check_in.stage = "sealed" if len(check_in.commits) == 2 else "begun"
        return True
    if author in check_in.keys:
        return False
    if isinstance(step, RevealAnswer):
        honest = check_in.commits.get(author) == commitment(check_in.pair, author)
        if check_in.stage != "sealed" or step.k != SECRETS[author] or not honest:
            return False
        check_in.keys.add(author)
        check_in.stage = "opened" if len(check_in.keys) == 2 else "sealed"
        return True
    if check_in.stage == "opened" or author in check_in.aside:
        return False
    check_in.stage, check_in.aside[author] = "aside", now
    return True


def check_in_steps(place: int, texts: list[int]) -> Iterator[Tried]:
    """Every document of the alphabet at this place, when these places hold check-ins, answers or keys."""
    begins: list[StepBody] = [BeginCheckIn(form="week"), BeginCheckIn(form="review")]
    for at in TIMES:
        for author, other in ((ADA, SAM), (SAM, ADA)):
            bodies = [*begins]
            for text in texts:
                bodies += [commit(text, author), reveal(text, author), SetCheckInAside(answers=named(text))]
                bodies += [commit(text, other), reveal(text, other)] if at == 0 else []
            for body in bodies:
                yield written(place, author, body, at, kind="check_in")
    for body in begins:
        yield written(place, KIM, body, 0, kind="check_in")
        yield written(place, ADA, body, 0, ALONE, kind="check_in")


def commit(text: int, author: bytes) -> CommitAnswer:
    """A commit to the secret of `author`, whoever writes it."""
    return CommitAnswer(answers=named(text), sealed=SEALED, commitment=commitment(entry(text), author))


def reveal(text: int, author: bytes) -> RevealAnswer:
    """The key of `author`, whoever writes it."""
    return RevealAnswer(answers=named(text), k=SECRETS[author])


def both_answered() -> list[Tried]:
    """A check-in in which both sealed an answer, and opened it."""
    steps: list[StepBody] = [BeginCheckIn(form="week"), commit(1, ADA), commit(1, SAM), reveal(1, ADA), reveal(1, SAM)]
    people = (SAM, ADA, SAM, ADA, SAM)
    return [
        written(place, author, step, 0, BOTH, kind="check_in")
        for place, (author, step) in enumerate(zip(people, steps, strict=True), 1)
    ]
