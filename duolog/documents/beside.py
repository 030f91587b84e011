"""Words beside steps: the long words of a step stand in a note of the same author, which the step names in `text`.

Rules
- The link is soft: no state depends on whether a note is held, withdrawn or erased.
- A note is the words of a step only if the same person wrote both, and if the step names exactly that message. So
  nobody moves another's note out of sight.
- A step without effect has no thing in which its words could be shown. They stay where they are.

Spec: documents
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from duolog.documents.applied import AppliedDocument
from duolog.documents.bodies import Answer
from duolog.documents.registry import KINDS
from duolog.documents.things import value_of
from duolog.documents.timeline import Item
from duolog.errors import MalformedData, NotAllowed
from duolog.protocol import sizes
from duolog.protocol.codec import encode_b64, parse_b64
from duolog.protocol.messages import Document


def words_in(items: Iterable[Item]) -> Iterator[tuple[Item, Item]]:
    """Each of these notes that is the words of one of these steps, and that step. Steps without effect are left out."""
    notes: dict[bytes, Item] = {}
    for item in items:
        if item.applied.document.kind == "note":
            notes[item.applied.entry] = item
        elif item.skipped is None and (note := words_of_step(item.applied, notes.get)) is not None:
            yield note, item


def words_of_step(step: AppliedDocument, find: Callable[[bytes], Item | None]) -> Item | None:
    """The note with the words of a step, or None. `find`: finds a document by its entry."""
    link, named = _link(step.document), note_named(step.document)
    note = None if named is None else find(named)
    if link is None or note is None or note.applied.document.kind != "note":
        return None
    if note.applied.author != step.author:  # check: documents.words_author
        return None
    if link.get("message") != encode_b64(note.applied.message):  # check: documents.words_message
        return None
    return note


def note_named(document: Document) -> bytes | None:
    """The entry of the note that a step names as its words, 16 bytes, or None."""
    link = _link(document)
    if link is None:
        return None
    try:
        return parse_b64(str(link.get("entry")), sizes.ENTRY_ID)
    except MalformedData:
        return None


def _link(document: Document) -> dict[str, Any] | None:
    """The link of a step that has words beside it. In any other step a field of that name is none.

    So nobody puts a note where no view shows words.
    """
    kind, link = KINDS.get(document.kind), document.body.get("text")
    if kind is None or kind.machine is None or not isinstance(link, dict):
        return None
    try:
        named = value_of(kind.read(document), "text")
    except (NotAllowed, MalformedData):
        return None
    if not isinstance(named, Answer):  # check: documents.words_field
        return None
    return link
