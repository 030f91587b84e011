"""Words beside steps: the long words of a step stand in a note of the same author, which the step names in `text`.

Rules
- The link is soft: no state depends on whether a note is held, withdrawn or erased.
- A note is the words of a step only if the same person wrote both, and if the step names exactly that message. So
  nobody moves another's note out of sight.
- A step without effect has no thing in which its words could be shown. They stay where they are.

Spec: documents
"""

from collections.abc import Iterator
from typing import Any

from duolog.documents.applied import AppliedDocument
from duolog.documents.journal_state import Item, JournalState
from duolog.documents.kind import Kind
from duolog.documents.registry import KINDS
from duolog.documents.things import Things, X
from duolog.errors import MalformedData
from duolog.protocol import sizes
from duolog.protocol.codec import encode_b64, parse_b64
from duolog.protocol.messages import Document


def words_in(state: JournalState) -> Iterator[tuple[Item, Item]]:
    """Each note that is the words of a step that counts, and that step."""
    notes: dict[str, Item] = {}
    for item in state.timeline:
        document = item.applied.document
        if document.kind == "note":
            notes[encode_b64(item.applied.entry)] = item
        link = _link(document)
        note = None if link is None or item.skipped is not None else notes.get(str(link.get("entry")))
        if link is None or note is None:
            continue
        if note.applied.author != item.applied.author:  # check: documents.words_author
            continue
        if link.get("message") != encode_b64(note.applied.message):  # check: documents.words_message
            continue
        yield note, item


def note_named(document: Document) -> bytes | None:
    """The entry of the note that a step names as its words, 16 bytes, or None."""
    link = _link(document)
    if link is None:
        return None
    try:
        return parse_b64(str(link.get("entry")), sizes.ENTRY_ID)
    except MalformedData:
        return None


def thing_of(things: Things[X], kind: Kind[Any, Any], step: AppliedDocument) -> X | None:
    """The thing that a step made or moved on, or None where it isn't here."""
    answers = getattr(kind.read(step.document), "answers", None)
    return things.get(step.entry) or (None if answers is None else things.find(answers.entry))


def _link(document: Document) -> dict[str, Any] | None:
    kind = KINDS.get(document.kind)
    link = document.body.get("text") if kind is not None and kind.machine is not None else None
    return link if isinstance(link, dict) else None
