"""`note`: plain writing, with feelings and tags. A note has no steps, and stands in the timeline alone."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field, StringConstraints, TypeAdapter

from duolog.documents.applied import AppliedDocument
from duolog.documents.bodies import Body, Prose
from duolog.documents.kind import Kind
from duolog.documents.safe_text import one_line
from duolog.documents.voice import Voice, body_lines

Word = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"\S")]


class Note(Body):
    """Markdown text, feelings in the writer's own words, and tags."""

    text: Prose
    feelings: tuple[Word, ...] = Field(default=(), max_length=32)
    tags: tuple[Word, ...] = Field(default=(), max_length=32)


def describe_note(applied: AppliedDocument, body: Note, voice: Voice, state: None) -> str:
    """The author, the text, and its feelings and tags."""
    return "\n".join([f"{voice.name(applied.author)} wrote:", *note_lines(body)])


def note_lines(note: Note) -> Iterator[str]:
    """The text of a note, its feelings and its tags."""
    yield from body_lines(note.text)
    if note.feelings:
        yield "  Feelings: " + ", ".join(map(one_line, note.feelings))
    if note.tags:
        yield "  Tags: " + ", ".join(map(one_line, note.tags))


KIND = Kind("note", 1, TypeAdapter(Note), describe_note)
