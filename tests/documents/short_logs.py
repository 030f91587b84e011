"""Every short log over a small alphabet: a search that hands each step on to who compares or looks.

A step that is refused changes nothing, so the search goes on from those that count. Every document stands at its place
in the log, so a text is named by the place of its step.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from duolog.documents.applied import DAY, AppliedDocument, Membership
from duolog.documents.bodies import Answer, StepBody
from duolog.documents.kinds.boundary_texts import (
    Accept,
    Amend,
    Contest,
    Counter,
    Decline,
    Propose,
    Retire,
    TakeBack,
)
from duolog.protocol.codec import sha256
from duolog.protocol.messages import Document
from tests.documents.evening import ADA, BOTH, JOURNAL, KIM, SAM, START, wording

TIMES = (0, 14 * DAY, 14 * DAY + 1)  # the last second in which something waits, and the first in which it has lapsed
ALONE = Membership(frozenset({ADA}), journal=JOURNAL)
OTHERS = Membership(frozenset({ADA, KIM}), journal=JOURNAL)


@dataclass(frozen=True)
class Tried:
    """One document that somebody may write."""

    applied: AppliedDocument
    step: StepBody
    context: Membership = BOTH


def entry(place: int) -> bytes:
    """The entry of the document at a place in the log."""
    return sha256(b"entry", bytes([place]))[:16]


def named(place: int) -> Answer:
    """How a step names it."""
    return Answer(entry=entry(place), message=sha256(b"message", entry(place)))


def written(
    place: int, author: bytes, step: StepBody, at: int, context: Membership = BOTH, kind: str = "boundary"
) -> Tried:
    """A document at a place in the log."""
    body = step.encode_json()
    document = Document(kind, 1, START + at, body)
    return Tried(AppliedDocument(entry(place), place, author, named(place).message, document), step, context)


def boundary_steps(place: int, texts: list[int], times: tuple[int, ...] = TIMES) -> Iterator[Tried]:
    """Every document of the alphabet at this place, when these places hold texts."""
    bodies: list[StepBody] = [Propose(wording=wording(text)) for text in "AB"]
    for text in texts:
        answers = named(text)
        bodies += [kind(answers=answers) for kind in (Accept, Decline, TakeBack, Retire)]
        bodies += [Contest(answers=answers, words="No.")]
        bodies += [kind(answers=answers, wording=wording(other)) for kind in (Counter, Amend) for other in "AB"]
    for body in bodies:
        for author in (ADA, SAM):
            for at in times:
                yield written(place, author, body, at)
    yield from _odd(place, texts)


def _odd(place: int, texts: list[int]) -> Iterator[Tried]:
    """What is refused for who writes it, where, or naming what; and fields that no version knows."""
    extra = {"step": "propose", "wording": wording("A").encode_json(), "answers": named(1).encode_json(), "why": 5}
    yield written(place, ADA, Propose.model_validate_json(as_json(extra)), 0)
    yield written(place, SAM, Propose(wording=wording("C", "you")), 0)
    yield written(place, ADA, Propose(wording=wording("A")), 0, ALONE)
    yield written(place, KIM, Propose(wording=wording("A")), 0)
    yield written(place, SAM, Accept(answers=named(99)), 0)
    for text in texts:
        yield written(place, SAM, Accept(answers=Answer(entry=entry(text), message=bytes(32))), 0)
        yield written(place, KIM, Accept(answers=named(text)), 0, OTHERS)
        yield written(place, ADA, Decline(answers=named(text), why="Not so."), 0, ALONE)
        yield written(place, SAM, Retire(answers=named(text), why="It is over."), 14 * DAY)
        yield written(place, SAM, Counter(answers=named(text), wording=wording("C", "you")), 0)
        yield written(place, ADA, Amend(answers=named(text), wording=wording("C", "you")), 0)
        taken = {"step": "take_back", "answers": named(text).encode_json(), "why": {"more": 1}}
        yield written(place, ADA, TakeBack.model_validate_json(as_json(taken)), 0)


def third_text(place: int, texts: list[int]) -> Iterator[Tried]:
    """Amendments that replace their author's own, when one text is agreed and another waits."""
    for text in texts:
        for author in (ADA, SAM):
            yield written(place, author, Amend(answers=named(text), wording=wording("C")), 0)


def as_json(value: object) -> str:
    """As it stands in a message."""
    return json.dumps(value)
