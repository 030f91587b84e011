"""The rules of disclosures once more, written from the specification by hand: what the rows are held against.

One line for each stage and step: who takes it, and the stage afterwards. It calls nothing of the kernel.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from duolog.documents.applied import DAY
from duolog.documents.bodies import Answer, StepBody
from duolog.documents.kinds.disclosure import (
    Acknowledge,
    Heard,
    NotQuite,
    Reflect,
    Respond,
    SetAside,
    Tell,
)
from tests.documents.evening import ADA, KIM, SAM
from tests.documents.short_logs import ALONE, Tried, named, written

TEXT = """
    told       acknowledge  reader  read
    told       reflect      reader  reflected
    read       reflect      reader  reflected
    reflected  reflect      reader  reflected
    again      reflect      reader  reflected
    reflected  heard        writer  heard
    reflected  not_quite    writer  again
    heard      respond      reader  answered
"""
TABLE = {tuple(line.split()[:3]): line.split()[3] for line in TEXT.strip().splitlines()}
TIMES = (0, 7 * DAY, 7 * DAY + 1, 14 * DAY)


@dataclass
class Letter:
    """One letter, by the table."""

    writer: bytes
    between: frozenset[bytes]
    form: str
    stage: str = "told"
    aside: set[bytes] = field(default_factory=set)
    reflection: bytes = b""
    reflected_at: int = 0
    tries: int = 0


def by_hand(log: Sequence[Tried]) -> list[bool]:
    """Whether each document counts."""
    letters: dict[bytes, Letter] = {}
    reflections: dict[bytes, Letter] = {}
    sent: list[tuple[bytes, bytes, int]] = []
    return [_counts(one, letters, reflections, sent) for one in log]


def _counts(
    one: Tried, letters: dict[bytes, Letter], reflections: dict[bytes, Letter], sent: list[tuple[bytes, bytes, int]]
) -> bool:
    body, author, at = one.applied.document.body, one.applied.author, one.applied.effective
    if author not in one.context.partners:
        return False
    if isinstance(one.step, Tell):
        note, answers = one.step.text.entry, one.step.answers
        again = any(who == author and what == note and at < then + 14 * DAY for who, what, then in sent)
        first = None if answers is None else letters.get(answers.entry)
        wrong = answers is not None and (first is None or first.writer != author or first.form != "disclosure")
        if again or wrong or len(one.context.partners) != 2:
            return False
        letters[one.applied.entry] = Letter(author, one.context.partners, one.step.form)
        sent.append((author, note, at))
        return True
    step, named_one = body["step"], Answer.model_validate_json(json.dumps(body["answers"])).entry
    letter = (reflections if step in ("heard", "not_quite") else letters).get(named_one)
    if letter is None or author not in letter.between:
        return False
    if step == "set_aside":
        if letter.stage == "answered" or author in letter.aside:
            return False
        letter.aside.add(author)
        return True
    if step in ("heard", "not_quite") and named_one != letter.reflection:
        return False
    who = "writer" if author == letter.writer else "reader"
    goes_to = TABLE.get((letter.stage, step, who))
    if goes_to is None and step == "respond" and who == "reader" and _unheard(letter, at):
        goes_to = "answered"
    if goes_to is None:
        return False
    letter.stage = goes_to
    letter.aside.discard(author)
    letter.tries += step == "not_quite"
    if step == "reflect":
        letter.reflection, letter.reflected_at = one.applied.entry, at
        reflections[one.applied.entry] = letter
    return True


def _unheard(letter: Letter, at: int) -> bool:
    if letter.stage not in ("told", "read", "reflected", "again"):
        return False
    long_ago = letter.stage == "reflected" and at > letter.reflected_at + 7 * DAY
    twice = letter.stage in ("reflected", "again") and letter.tries >= 2
    return letter.writer in letter.aside or twice or long_ago


def disclosure_steps(place: int, texts: list[int]) -> Iterator[Tried]:
    """Every document of the alphabet at this place, when these places hold letters or reflections."""
    note = named(200)
    tells = [Tell(form="disclosure", text=note, about="The money"), Tell(form="impact", text=named(201), about="Us")]
    bodies: list[StepBody] = [*tells]
    for text in texts:
        to = named(text)
        bodies += [Acknowledge(answers=to), Reflect(answers=to, text=named(202 + place)), Heard(answers=to)]
        bodies += [
            NotQuite(answers=to, words="And the year."),
            Respond(answers=to, text=named(220)),
            SetAside(answers=to),
        ]
        bodies += [Tell(form="supplement", text=named(230 + place % 2), about="More", answers=to)]
    for body in bodies:
        for author in (ADA, SAM):
            for at in TIMES:
                yield written(place, author, body, at, kind="disclosure")
    yield written(place, KIM, tells[0], 0, kind="disclosure")
    yield written(place, ADA, tells[0], 0, ALONE, kind="disclosure")
    for text in texts:
        more = Tell(form="supplement", text=named(240), about="More", answers=named(text))
        yield written(place, ADA, more, 0, ALONE, kind="disclosure")


def twice_not_quite() -> list[Tried]:
    """A letter of which the reader was told twice that it is not quite so, and who responded then."""
    told, steps = named(1), list[StepBody]()
    steps.append(Tell(form="disclosure", text=named(200), about="The money"))
    for place in (2, 4):
        steps.append(Reflect(answers=told, text=named(200 + place)))
        steps.append(NotQuite(answers=named(place), words="And the year."))
    steps.append(Respond(answers=told, text=named(220)))
    pairs = zip((ADA, SAM, ADA, SAM, ADA, SAM), steps, strict=True)
    return [written(place, author, step, 0, kind="disclosure") for place, (author, step) in enumerate(pairs, 1)]
