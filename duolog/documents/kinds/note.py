"""`note`: plain writing, with feelings and tags. In a private journal it is nobody else's.

A note has no steps; the timeline is where it stands.
"""

from typing import Annotated

from pydantic import Field, StringConstraints, TypeAdapter

from duolog.documents.base import AppliedDocument, Body, Prose, Voice, body_lines
from duolog.documents.kind import Kind
from duolog.documents.plain import one_line

Word = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"\S")]


class Note(Body):
    """Markdown text, feelings in the writer's own words, and tags."""

    text: Prose
    feelings: tuple[Word, ...] = Field(default=(), max_length=32)
    tags: tuple[Word, ...] = Field(default=(), max_length=32)


def describe_note(applied: AppliedDocument, body: Note, voice: Voice, state: None) -> str:
    """Who wrote, the text, and its feelings and tags."""
    told = [f"{voice.name(applied.author)} wrote:", *body_lines(body.text)]
    if body.feelings:
        told.append("  Feelings: " + ", ".join(map(one_line, body.feelings)))
    if body.tags:
        told.append("  Tags: " + ", ".join(map(one_line, body.tags)))
    return "\n".join(told)


KIND = Kind("note", 1, TypeAdapter(Note), describe_note)
