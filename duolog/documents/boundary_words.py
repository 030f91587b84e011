"""Boundaries for a reader: where one stands at a given time, and its steps and texts in plain words.

`now` enters here alone, and only to say what has lapsed or is due for review. It decides nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from duolog.documents import dates
from duolog.documents.base import (
    AppliedDocument,
    Voice,
    body_lines,
    indented,
)
from duolog.documents.boundary import (
    Amend,
    Boundaries,
    Boundary,
    Contest,
    Counter,
    Decline,
    Propose,
    Retire,
    Stage,
    Step,
    TakeBack,
    Text,
    Wording,
    find_boundary,
)
from duolog.documents.plain import one_line

_STAGES: dict[str, str] = {
    "proposed": "waits for an answer",
    "declined": "declined",
    "taken_back": "taken back",
    "in_force": "in force",
    "contested": "contested",
    "retired": "retired",
    "lapsed": "lapsed",
}
_TITLE = 60  # characters of a text that stand for it in a list


@dataclass(frozen=True, slots=True)
class BoundaryView:
    """A boundary seen at `now`. `waiting` is what may still be answered; `shown` the agreed text, else the newest."""

    boundary: Boundary
    status: Stage | Literal["lapsed", "taken_back"]
    shown: Text
    waiting: Text | None
    review_due: bool


def view_boundary(boundary: Boundary, now: int) -> BoundaryView:
    """Where a boundary stands at `now`, Unix seconds. Spec: documents"""
    waiting = boundary.waiting_text
    lapsed = waiting is not None and waiting.lapsed(now)
    status: Stage | Literal["lapsed", "taken_back"] = boundary.stage
    if lapsed and status == "proposed":
        status = "lapsed"
    if status == "declined" and list(boundary.texts.values())[-1].taken_back:
        status = "taken_back"
    worded = [text for text in boundary.texts.values() if text.wording is not None]
    shown = boundary.agreed_text or worded[-1]
    return BoundaryView(
        boundary=boundary,
        status=status,
        shown=shown,
        waiting=None if lapsed else waiting,
        review_due=status in ("in_force", "contested") and _review_due(shown.wording, now),
    )


def _review_due(wording: Wording | None, now: int) -> bool:
    review: date | None = wording.review if wording is not None else None
    return review is not None and dates.has_come(review, now)


def title_of(boundary: Boundary) -> str:
    """A few words of its text that stand for it in a list."""
    wording = view_boundary(boundary, 0).shown.wording
    text = one_line(wording.text) if wording is not None else ""
    return text if len(text) <= _TITLE else text[: _TITLE - 1].rstrip() + "…"


def describe_boundary(boundary: Boundary, now: int, voice: Voice) -> str:
    """A boundary whole: where it stands, what was agreed, who contests it, what waits. Several lines."""
    view = view_boundary(boundary, now)
    told = [f"{title_of(boundary)}: {_STAGES[view.status]}"]
    told += _worded(view.shown, voice)
    for account, contest in boundary.contests.items():
        told.append(f"  {voice.name(account)} contests it since {voice.dated(contest.at, contest.effective)}:")
        told += indented("In these words", contest.words)
    waiting = view.waiting
    if waiting is not None and waiting.entry != view.shown.entry:
        told.append("  Waiting for an answer until " + voice.when(waiting.lapses_at) + ":")
        told += _worded(waiting, voice)
    elif waiting is not None:
        told.append(f"  It lapses if unanswered until {voice.when(waiting.lapses_at)}.")
    if view.status == "lapsed":
        told.append("  Nobody answered within 14 days. Silence is never consent.")
    if view.review_due:
        told.append("  The day to look at it again has come.")
    return voice.clean("\n".join(told))


def _worded(text: Text, voice: Voice) -> Iterator[str]:
    author, when = voice.name(text.author), voice.dated(text.at, text.effective)
    if text.wording is None:
        yield f"  {author} asked to retire it, {when}"
        yield from indented("Why", text.why)
    else:
        yield f"  {author}'s text, {when}"
        yield from wording_lines(text.wording, author)
    yield from (f"  {line}" for line in voice.unshown(text.step))
    yield from _outcome(text, voice)


def _outcome(text: Text, voice: Voice) -> Iterator[str]:
    if text.answered_by is None or text.answered_at is None or text.answered_effective is None:
        return
    if text.outcome == "accepted" and text.wording is not None:
        when = voice.dated(text.answered_at, text.answered_effective)
        yield f"  {voice.name(text.answered_by)} accepted exactly this text, {when}"
    if text.taken_back:
        yield f"  {voice.name(text.author)} took it back"
    elif text.outcome == "declined":
        yield f"  {voice.name(text.answered_by)} declined it"
        yield from indented("Why", text.answer_why)


def wording_lines(wording: Wording, author: str) -> Iterator[str]:
    """A wording by `author`, a line for each of its parts."""
    yield from indented("Text", wording.text)
    yield f"  Topic: {wording.topic.replace('_', ' ')}; binds {'both' if wording.binds == 'both' else author}"
    yield from indented("Why", wording.why)
    yield from indented("Fine", wording.fine)
    yield from indented("Not fine", wording.not_fine)
    yield from indented("If it is compromised", wording.if_compromised)
    if wording.review is not None:
        yield f"  To be looked at again on {dates.iso_day(wording.review)}"


def describe_step(applied: AppliedDocument, body: Step, voice: Voice, state: Boundaries) -> str:
    """One step as a timeline shows it: who did what to which boundary, with the words that came with it."""
    author = voice.name(applied.author)
    if isinstance(body, Propose):
        return "\n".join([f"{author} proposed a boundary:", *wording_lines(body.wording, author)])
    boundary = find_boundary(state, body.answers.entry)
    title = f"\u201c{title_of(boundary)}\u201d" if boundary is not None else "a boundary that is not here"
    if isinstance(body, Counter | Amend):
        verb = "countered" if isinstance(body, Counter) else "proposed to amend"
        return "\n".join([f"{author} {verb} {title}:", *wording_lines(body.wording, author)])
    if isinstance(body, Contest):
        return "\n".join([f"{author} contested {title}:", *body_lines(body.words)])
    if isinstance(body, Decline | Retire):
        verb = "declined what waited in" if isinstance(body, Decline) else _retiring(body, boundary)
        return "\n".join([f"{author} {verb} {title}", *indented("Why", body.why)])
    verb = "took back what waited in" if isinstance(body, TakeBack) else "accepted the text of"
    return f"{author} {verb} {title}"


def _retiring(body: Retire, boundary: Boundary | None) -> str:
    named = boundary.texts[body.answers.entry] if boundary is not None else None
    return "agreed to retire" if named is not None and named.wording is None else "asked to retire"
