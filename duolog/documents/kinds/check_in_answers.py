"""The answers of check-ins: what is inside a sealed answer, once it is open, and how it is told.

Rules
- An answer is UTF-8 JSON of at most 4092 bytes. It has the form of its check-in, and at least one field.
- Sliders are whole numbers from 0 to 10, in their author's own measure. No view adds, averages or compares them.
- It is checked strictly, and fields that are unknown here are kept. An answer that can't be read is shown as such.

This module opens nothing: a client opens sealed answers once both keys fit, and passes them here. Spec: documents
"""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, TypeAdapter, model_validator

from duolog.documents.bodies import Answer, Body, Words, has_unknown_parts, parse_body
from duolog.documents.fields import AtMost
from duolog.documents.safe_text import one_line
from duolog.documents.voice import PARTS_UNSHOWN, Voice, indented
from duolog.errors import MalformedData
from duolog.protocol import sizes
from duolog.protocol.codec import encode_message_json, parse_message_json

Form = Literal["week", "review"]
Slider = Annotated[int, Field(ge=0, le=10)]
Feeling = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"\S")]


class _Answered(Body):
    @model_validator(mode="after")
    def _require_something(self) -> "_Answered":
        given = (getattr(self, name) for name in type(self).model_fields if name != "form")
        if not any(one is not None for one in given) and not has_unknown_parts(self):
            raise ValueError("an answer says at least one thing")
        return self


class WeekAnswer(_Answered):
    """One person's answer to the questions of the week. The last three are sliders, 0 to 10."""

    form: Literal["week"]
    appreciation: Words | None = None
    went_well: Words | None = None
    issue: Words | None = None
    need: Words | None = None
    ownership: Words | None = None
    struggle: Words | None = None
    feelings: Annotated[tuple[Feeling, ...], Field(min_length=1), AtMost(32)] | None = None
    closeness: Slider | None = None
    trust: Slider | None = None
    stress: Slider | None = None


class ReviewAnswer(_Answered):
    """One person's answer in a review. `chosen`: documents that matter to them."""

    form: Literal["review"]
    summary: Words
    keep: Words | None = None
    change: Words | None = None
    chosen: Annotated[tuple[Answer, ...], Field(min_length=1), AtMost(8)] | None = None


CheckInAnswer = WeekAnswer | ReviewAnswer
ANSWER = TypeAdapter[CheckInAnswer](Annotated[CheckInAnswer, Field(discriminator="form")])

_QUESTIONS = {
    "appreciation": "I appreciate",
    "went_well": "What went well",
    "issue": "What I want to talk about",
    "need": "What I need",
    "ownership": "My own part",
    "struggle": "What is hard for me",
    "summary": "How it was",
    "keep": "What I want to keep",
    "change": "What I want to change",
}
_SLIDERS = ("closeness", "trust", "stress")


def parse_answer(data: bytes, form: Form, *, writing: bool = False) -> CheckInAnswer:
    """The answer in opened bytes. `form`: of its check-in. `writing`: before it is sealed, when limits count too.

    Raises: MalformedData when it isn't an answer of this form, or is longer than may be written.
    Spec: documents
    """
    answer = parse_body(ANSWER, parse_message_json(data, "An answer"), writing=writing)
    if answer.form != form:  # check: documents.answer_form
        raise MalformedData("This answers other questions than those of the check-in.")
    return answer


def encode_answer(answer: CheckInAnswer) -> bytes:
    """The bytes to seal. Raises: MalformedData when they are more than 4092. Spec: documents"""
    data = encode_message_json(answer.encode_json())
    if len(data) > sizes.MAX_PAIR_ANSWER:  # check: documents.answer_size
        raise MalformedData(f"Your answer has {len(data)} bytes, and {sizes.MAX_PAIR_ANSWER} fit. Shorten it.")
    return data


def answer_lines(answer: CheckInAnswer, author: bytes, voice: Voice) -> tuple[str, ...]:
    """One person's opened answer: their name, and a line or more for each thing that they said."""
    told = [f"{voice.name(author)}:", *_said(answer)]
    told += ["  " + PARTS_UNSHOWN] if has_unknown_parts(answer) else []
    return tuple(voice.clean(line) for line in told)


def _said(answer: CheckInAnswer) -> Iterator[str]:
    for field, question in _QUESTIONS.items():
        yield from indented(question, getattr(answer, field, None))
    if isinstance(answer, ReviewAnswer):
        if answer.chosen is not None:
            yield "  With documents of this journal that matter to me."
        return
    if answer.feelings is not None:
        yield "  Feelings: " + ", ".join(map(one_line, answer.feelings))
    for field in _SLIDERS:
        value: int | None = getattr(answer, field)
        if value is not None:
            yield f"  {field.capitalize()}: {value} of 10"
