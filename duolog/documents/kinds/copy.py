"""`copy`: a document of another journal, put here by somebody who may read it, with a note of where it is from.

Rules
- Only what is copied becomes readable; nothing else of the other journal does.
- It has no steps, and a copied step is no step: what was agreed there is not agreed here.
- What it says of its origin is the copier's word. Who holds the original can compare: its message's hash stands in it.
- A shortened copy says that it is one.
"""

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field, StringConstraints, TypeAdapter

from duolog.documents.base import (
    PARTS_UNSHOWN,
    AccountId,
    AppliedDocument,
    Body,
    EntryId,
    Hash,
    JournalId,
    Voice,
    has_unknown_parts,
    indented,
    parse_body,
)
from duolog.documents.kind import Kind
from duolog.documents.kinds.boundary import wording_lines
from duolog.documents.kinds.boundary_texts import Wording
from duolog.documents.kinds.note import Note, describe_note
from duolog.documents.plain import one_line
from duolog.errors import MalformedData, NotAllowed
from duolog.protocol import sizes
from duolog.protocol.codec import JsonObject
from duolog.protocol.messages import Document

UNCOPIED = ("copy", "profile", "withdrawn")  # kinds about this very journal, or that already are copies
_WORDING = TypeAdapter(Wording)
_NOTE = TypeAdapter(Note)


class Origin(Body):
    """Where a copy is from: ids of journal and entry, SHA-256 of its message, its author, its author's clock."""

    journal: JournalId
    entry: EntryId
    message: Hash
    author: AccountId
    at: Annotated[int, Field(ge=0, le=sizes.MAX_INTEGER)]


class CopiedDocument(Body):
    """The document that was copied, whole or shortened, without its time."""

    kind: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    v: Annotated[int, Field(ge=1, le=sizes.MAX_U32)]
    body: dict[str, Any]


class Copy(Body):
    """A document from another journal. `left_out`: the copier left something out."""

    of: Origin
    document: CopiedDocument
    left_out: bool | None = None


def copy_body(journal: bytes, applied: AppliedDocument, text: str | None = None) -> JsonObject:
    """The body of a copy of `applied`, which stands in `journal`. `text`: a shorter text in the place of its own.

    Raises:
        NotAllowed: a document of this kind isn't copied, or has no text to shorten.
    Spec: documents
    """
    document = applied.document
    if document.kind in UNCOPIED:  # check: documents.uncopied
        raise NotAllowed("This can't be copied. Copy the document that it is about, from where it was written.")
    origin = Origin(journal=journal, entry=applied.entry, message=applied.message, author=applied.author, at=applied.at)
    body = document.body if text is None else _shortened(document, text)
    value: JsonObject = {
        "of": origin.encode_json(),
        "document": {"kind": document.kind, "v": document.v, "body": body},
    }
    return value if text is None else value | {"left_out": True}


def _shortened(document: Document, text: str) -> JsonObject:
    wording = document.body.get("wording")
    if isinstance(wording, dict) and "text" in wording:
        return {**document.body, "wording": {**wording, "text": text}}
    if "text" not in document.body:
        raise NotAllowed("This has no text that could be shortened. Copy it whole.")
    return {**document.body, "text": text}


def describe_copy(applied: AppliedDocument, body: Copy, voice: Voice, state: None) -> str:
    """Who copied, what is said of the origin, and the text. It claims nothing for the original's author."""
    author = voice.name(body.of.author)
    shortened = ", shortened" if body.left_out else ""
    first = f"{voice.name(applied.author)} copied here{shortened}, as written by {author} on {voice.when(body.of.at)}:"
    return "\n".join([first, *_lines(body, author, voice)])


def _lines(body: Copy, author: str, voice: Voice) -> Iterator[str]:
    """What was copied, as its kind is shown; of kinds without words here, its texts."""
    copied = body.document
    try:
        if copied.kind == "note":
            note = parse_body(_NOTE, copied.body)
            inner = AppliedDocument(
                body.of.entry, 0, body.of.author, body.of.message, Document("note", copied.v, body.of.at, copied.body)
            )
            yield from describe_note(inner, note, voice, None).split("\n")[1:]
            if has_unknown_parts(note):
                yield f"  {PARTS_UNSHOWN}"
            return
        if copied.kind == "boundary" and "wording" in copied.body:
            wording = parse_body(_WORDING, copied.body["wording"])
            yield from wording_lines(wording, author)
            if has_unknown_parts(wording):
                yield f"  {PARTS_UNSHOWN}"
            return
    except MalformedData:
        yield "  (It can't be read here.)"
        return
    yield f"  A document of the kind {one_line(copied.kind)}"
    for name, value in copied.body.items():
        if isinstance(value, str):
            # What a field is called is the copier's word too, so it stands as deep as a text.
            yield from (f"  {line}" for line in indented(one_line(name).replace("_", " ").capitalize(), value))


KIND = Kind("copy", 1, TypeAdapter(Copy), describe_copy, while_provisional=False)
