"""`note`: plain writing, with feelings, tags and attachments. A note has no steps, and stands in the timeline alone."""

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import AfterValidator, Field, StringConstraints, TypeAdapter, model_validator

from duolog.documents import dates
from duolog.documents.applied import AppliedDocument
from duolog.documents.bodies import LINE, Body, Line, Prose
from duolog.documents.fields import AtMost, Binary, NullIsEmpty
from duolog.documents.kind import Kind
from duolog.documents.safe_text import one_line
from duolog.documents.voice import Voice, body_lines
from duolog.protocol import sizes
from duolog.protocol.codec import JsonObject

MAX_ATTACHED = 8  # attachments of one note, each perhaps with a preview beside it

# No path, no control character, no separator of lines, and not dots alone: a name that is safe to make a file of.
_IN_NAME = r"[^/\\\u0000-\u001f\u007f-\u009f\u2028\u2029]"
_NAME = rf"^{_IN_NAME}*[^/\\\u0000-\u001f\u007f-\u009f\u2028\u2029.\s]{_IN_NAME}*$"


def _require_real(text: str) -> str:
    try:
        dates.wall_time(text)
    except ValueError as error:
        raise ValueError("no calendar has it") from error
    return text


Word = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"\S")]
WordList = Annotated[tuple[Word, ...], Field(max_length=32), NullIsEmpty()]
AttachmentId = Annotated[bytes, Binary(sizes.ATTACHMENT_ID)]
FileName = Annotated[str, StringConstraints(min_length=1, pattern=_NAME), AtMost(LINE)]
WallTime = Annotated[
    str,
    StringConstraints(pattern=dates.WALL_TIME),
    AfterValidator(_require_real),
    Field(json_schema_extra={"format": "wall-time"}),
]


class Attached(Body):
    """An attachment of the note's message, by its id. `alt`: what it shows, in words.

    `preview`: another attachment of the same message, a small picture that stands beside the original. Where either id
    isn't among the message's attachments, a client says so, and nothing else follows.
    """

    id: AttachmentId
    name: FileName
    alt: Line | None = None
    preview: AttachmentId | None = None

    @model_validator(mode="after")
    def _require_other(self) -> "Attached":
        if self.preview == self.id:
            raise ValueError("an attachment is no preview of itself")
        return self


class Imported(Body):
    """The entry of another diary that a note came from, so that a second import adds nothing."""

    app: Line
    id: Line


class Note(Body):
    """Markdown text, feelings in the writer's own words, tags, and what is attached.

    `happened`: a day, or a day and a time, by the clock on its author's wall. It stands beside the time of writing.
    """

    text: Prose
    feelings: WordList = ()
    tags: WordList = ()
    attachments: Annotated[tuple[Attached, ...], AtMost(MAX_ATTACHED), NullIsEmpty()] = ()
    happened: WallTime | None = None
    imported: Imported | None = None


def describe_note(applied: AppliedDocument, body: Note, voice: Voice, state: None) -> str:
    """The author, the text, its feelings and tags, when it happened, and the names of what is attached."""
    return "\n".join([f"{voice.name(applied.author)} wrote:", *note_lines(body)])


def note_lines(note: Note) -> Iterator[str]:
    """The text of a note and what belongs to it. An attachment is named and never shown: it opens when asked for."""
    yield from body_lines(note.text)
    if note.feelings:
        yield "  Feelings: " + ", ".join(map(one_line, note.feelings))
    if note.tags:
        yield "  Tags: " + ", ".join(map(one_line, note.tags))
    if note.happened is not None:
        yield f"  It happened on {dates.wall_time(note.happened)}"
    for item in note.attachments:
        yield f"  Attached: {one_line(item.name)}" + (f" ({one_line(item.alt)})" if item.alt else "")
    if note.imported is not None:
        yield f"  From another diary: {one_line(note.imported.app)}"


def note_for_copy(body: JsonObject) -> tuple[JsonObject, int]:
    """The body of a note without what belongs to its own journal, and how many attachments that leaves out.

    The attachments are parts of the note's own message, and `imported` is for the journal it was imported into.
    """
    attached: Any = body.get("attachments")
    count = len(attached) if isinstance(attached, list) else 0
    return {name: value for name, value in body.items() if name not in ("attachments", "imported")}, count


KIND = Kind("note", 1, TypeAdapter(Note), describe_note)
