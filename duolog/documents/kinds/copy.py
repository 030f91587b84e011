"""`copy`: a document of another journal, copied here by a member who may read it, with its origin.

Rules
- Only the copied document becomes readable; nothing else of the other journal does.
- A copy has no steps, and a copied step has no effect: a text that was agreed there is not agreed here. The step is
  told in the words of its kind, which has nothing here that the step is about.
- The origin in it is the copier's word. A reader who holds the original can compare the message's hash.
- A shortened copy says that it is shortened. A copied note comes without its attachments and says how many those were.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field, StringConstraints, TypeAdapter

from duolog.documents.applied import AppliedDocument
from duolog.documents.bodies import AccountId, Body, EntryId, Hash, JournalId, has_unknown_parts, parse_body
from duolog.documents.kind import Kind
from duolog.documents.kinds import boundary, breach, check_in, disclosure, pause, promise
from duolog.documents.kinds.appreciation import Appreciation
from duolog.documents.kinds.boundary import wording_lines
from duolog.documents.kinds.boundary_texts import Wording
from duolog.documents.kinds.comment import Comment
from duolog.documents.kinds.note import Note, note_for_copy, note_lines
from duolog.documents.safe_text import one_line
from duolog.documents.voice import PARTS_UNSHOWN, Voice, body_lines, indented
from duolog.errors import MalformedData, NotAllowed
from duolog.protocol import sizes
from duolog.protocol.codec import JsonObject
from duolog.protocol.messages import Document

# Copies, and kinds about the journal in which they stand.
UNCOPIED = ("copy", "profile", "withdrawn", "words_differ", "went_on")
_WORDING = TypeAdapter(Wording)
_TEXTS: Mapping[str, TypeAdapter[Any]] = {
    "note": TypeAdapter(Note),
    "comment": TypeAdapter(Comment),
    "appreciation": TypeAdapter(Appreciation),
}
_STEPS: Mapping[str, Kind[Any, Any]] = {
    one.KIND.name: one.KIND for one in (boundary, disclosure, promise, pause, breach, check_in)
}
_QUIET = "  A step that is told beside the others of its kind alone"


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
    """A document from another journal. `left_out`: the copier left something out of its text.

    `attachments_left_out`: how many attachments stayed where they were written.
    """

    of: Origin
    document: CopiedDocument
    left_out: bool | None = None
    attachments_left_out: Annotated[int, Field(ge=1, le=sizes.MAX_U32)] | None = None


def copy_body(journal: bytes, applied: AppliedDocument, text: str | None = None) -> JsonObject:
    """The body of a copy of `applied`, which stands in `journal`. `text`: a shorter text instead of its own.

    A note is copied without its attachments, and without where it was imported from.

    Raises: NotAllowed when a document of this kind isn't copied, or has no text to shorten. Spec: documents
    """
    document = applied.document
    if document.kind in UNCOPIED:  # check: documents.uncopied
        raise NotAllowed("This can't be copied. Copy the document that it is about, from where it was written.")
    origin = Origin(journal=journal, entry=applied.entry, message=applied.message, author=applied.author, at=applied.at)
    body = document.body if text is None else _shortened(document, text)
    body, attached = note_for_copy(body) if document.kind == "note" else (body, 0)
    value: JsonObject = {"of": origin.encode_json(), "document": {"kind": document.kind, "v": document.v, "body": body}}
    value |= {} if text is None else {"left_out": True}
    return value | ({"attachments_left_out": attached} if attached else {})


def _shortened(document: Document, text: str) -> JsonObject:
    wording = document.body.get("wording")
    if isinstance(wording, dict) and "text" in wording:
        return {**document.body, "wording": {**wording, "text": text}}
    if not isinstance(document.body.get("text"), str):
        raise NotAllowed("This has no text that could be shortened. Copy it whole.")
    return {**document.body, "text": text}


def describe_copy(applied: AppliedDocument, body: Copy, voice: Voice, state: None) -> str:
    """The copier, the origin by their word, and the copied text."""
    author = voice.name(body.of.author)
    shortened = ", shortened" if body.left_out else ""
    first = f"{voice.name(applied.author)} copied here{shortened}, as written by {author} on {voice.when(body.of.at)}:"
    return "\n".join([first, *_lines(body, author, voice), *_left_out(body.attachments_left_out)])


def _left_out(count: int | None) -> Iterator[str]:
    if count == 1:
        yield "  Without 1 attachment, left where it was written"
    elif count:
        yield f"  Without {count} attachments, left where they were written"


def _lines(body: Copy, author: str, voice: Voice) -> Iterator[str]:
    """The copied document as its kind is shown. Of kinds that aren't known here, all texts."""
    copied = body.document
    known: Note | Comment | Appreciation | Wording | None = None
    try:
        if copied.kind in _TEXTS:
            known = parse_body(_TEXTS[copied.kind], copied.body)
        elif copied.kind == "boundary" and "wording" in copied.body:
            known = parse_body(_WORDING, copied.body["wording"])
    except MalformedData:
        yield "  (It can't be read here.)"
        return
    if known is not None:
        match known:
            case Note():
                yield from note_lines(known)
            case Wording():
                yield from wording_lines(known, author)
            case _:
                yield from body_lines(known.text)
        if has_unknown_parts(known):
            yield f"  {PARTS_UNSHOWN}"
        return
    if copied.kind in _STEPS and (told := _step_lines(body, _STEPS[copied.kind], voice)):
        yield from told
        return
    yield f"  A document of the kind {one_line(copied.kind)}"
    for name, value in copied.body.items():
        if isinstance(value, str):
            # The name of a field is the copier's word too, so it is indented as deep as a text.
            yield from (f"  {line}" for line in indented(one_line(name).replace("_", " ").capitalize(), value))


def _step_lines(body: Copy, kind: Kind[Any, Any], voice: Voice) -> Sequence[str]:
    """A copied step in the words of its kind; nothing where this version can't read it."""
    of, copied = body.of, body.document
    document = Document(copied.kind, copied.v, of.at, copied.body)
    try:
        step = kind.read(document)
    except (MalformedData, NotAllowed):
        return ()
    nothing: Any = None if kind.part is None else kind.part()
    told = kind.describe(AppliedDocument(of.entry, 0, of.author, of.message, document), step, voice, nothing)
    unknown = [f"  {PARTS_UNSHOWN}"] if has_unknown_parts(step) else []
    return [*(f"  {line}" for line in told.split("\n")), *unknown] if told else [_QUIET]


KIND = Kind("copy", 1, TypeAdapter(Copy), describe_copy, while_provisional=False)
