"""Writing documents into a journal, copying one into another journal, and the state that documents make."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from duolog.client.attachments.sealing import Progress, seal_file
from duolog.client.attachments.sources import NewAttachment, prepare
from duolog.client.home.records import ATTACHED
from duolog.client.journals.views import Written
from duolog.client.log.context import Context
from duolog.client.log.expected import expected_state
from duolog.client.log.folding import journal_state
from duolog.client.log.outbox import deliver, post, post_with_words, require_writable
from duolog.client.log.session import Session, make_ready
from duolog.documents.journal_state import JournalState
from duolog.documents.kinds.copy import copy_body
from duolog.errors import HomeError, NotAllowed, ServerRefused, TransportError
from duolog.protocol.codec import JsonObject
from duolog.protocol.messages import Attachment, Document

MOST = 8  # attachments of one note, besides their previews

Words = str | Mapping[str, Any]  # a text, or the body of a note
WORDS_FIELD = "text"  # of a step: the note with its words


def note_body(words: Words) -> JsonObject:
    """The body of a note from its text alone, or as it is given."""
    return {"text": words} if isinstance(words, str) else dict(words)


async def write(
    session: Session,
    journal: bytes,
    kind: str,
    body: Mapping[str, Any],
    *,
    v: int = 1,
    at: int | None = None,
    attachments: Sequence[NewAttachment] = (),
    progress: Progress | None = None,
) -> Written:
    """Write a document: it is safe in the home when this returns, and sent if the server can be reached.

    `at`: the author's clock in Unix seconds, now unless given. `attachments`: files that a note carries, as they are
    now. `progress`: hears how many bytes of an attachment are sealed and sent, and of how many.

    Raises:
        NotAllowed, MalformedData: the rules forbid it, or the body doesn't fit its kind. Nothing was stored.
        JournalFrozen: the journal is read-only.
        VerificationError: the document is safe, and on sending it the server broke the rules.
    """
    async with session.alone() as context:
        _require_shared(context, journal)
        document = Document(kind=kind, v=v, at=context.clock() if at is None else at, body=dict(body))
        with context.telling(progress):
            entry = _put(context, journal, document, attachments)
            return await deliver_now(context, entry, journal)


def _put(context: Context, journal: bytes, document: Document, new: Sequence[NewAttachment]) -> bytes:
    """Seal the attachments, and put the document behind them into the outbox; its entry id, 16 bytes."""
    if not new:
        return post(context, journal, document)
    if document.kind != "note" or len(new) > MOST:  # check: client.attachable
        raise NotAllowed(f"Files are attached to a note, and to one note {MOST} at most.")
    require_writable(context, journal)
    sealed, items = list[Attachment](), list[JsonObject]()
    try:
        for one in [prepare(item) for item in new]:
            made, item = seal_file(context.home.files, journal, one, context.progress)
            sealed += made
            items.append(item)
        entry = post(context, journal, replace(document, body={**document.body, "attachments": items}), sealed)
    except BaseException:
        for made_one in sealed:
            context.home.files.remove(made_one.id, "out")
        raise
    ATTACHED.set(context.store)
    return entry


async def write_with_words(
    session: Session,
    journal: bytes,
    kind: str,
    body: Mapping[str, Any],
    words: Words,
    *,
    field: str = WORDS_FIELD,
    v: int = 1,
) -> Written:
    """Write a step whose long words stand in a note beside it: both are safe in the home, or neither; the step's entry.

    `words`: the text, or the body of a note. `field`: the step's field that names the note.

    Raises: as `write`, for either document.
    Spec: documents
    """
    async with session.alone() as context:
        _require_shared(context, journal)
        now = context.clock()
        step = Document(kind=kind, v=v, at=now, body=dict(body))
        entry = post_with_words(context, journal, Document("note", 1, now, note_body(words)), step, field)
        return await deliver_now(context, entry, journal)


async def deliver_now(context: Context, entry: bytes, *journals: bytes) -> Written:
    """Deliver the outbox of these journals, with `entry` in it, if the server can be reached."""
    try:
        await make_ready(context)
        for journal in journals:
            await deliver(context, journal)
    except (TransportError, ServerRefused, HomeError) as error:
        return Written(entry, delivered=False, problem=error)
    return Written(entry, delivered=True)


def make_copy(context: Context, journal: bytes, entry: bytes, text: str | None) -> JsonObject:
    """The body of a copy of an entry of `journal`; nothing else of that journal becomes readable by it.

    `text`: a shorter text in place of the entry's own.

    Raises: NotAllowed when there is no such entry that can be read here, or its kind isn't copied. Spec: documents
    """
    _require_shared(context, journal)
    item = journal_state(context, journal).find(entry)
    if item is None:
        raise NotAllowed("There is no such entry here that can be read. `timeline` shows what there is.")
    return copy_body(journal, item.applied, text)


def _require_shared(context: Context, journal: bytes) -> None:
    if journal == context.identity.account_journal:
        raise NotAllowed("The account's own journal is written by Duolog itself.")


async def read_state(session: Session, journal: bytes, *, unsent: bool = False) -> JournalState:
    """The state that a journal's documents make, without the network. Raises: NotAllowed when it isn't here.

    `unsent`: with those that wait to be sent.
    """
    async with session.alone() as context:
        context.standing(journal).require_here()
        return expected_state(context, journal) if unsent else journal_state(context, journal)
