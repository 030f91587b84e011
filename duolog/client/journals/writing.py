"""Writing documents into a journal, copying one into another journal, and the state that documents make."""

from collections.abc import Mapping
from typing import Any

from duolog.client.journals.views import Written
from duolog.client.log.context import Context
from duolog.client.log.folding import journal_state
from duolog.client.log.outbox import deliver, post, post_with_words
from duolog.client.log.session import Session, make_ready
from duolog.documents.journal_state import JournalState
from duolog.documents.kinds.copy import copy_body
from duolog.errors import NotAllowed, ServerRefused, TransportError
from duolog.protocol.codec import JsonObject
from duolog.protocol.messages import Document

Words = str | Mapping[str, Any]  # a text, or the body of a note
WORDS_FIELD = "text"  # of a step: the note with its words


def note_body(words: Words) -> JsonObject:
    """The body of a note from its text alone, or as it is given."""
    return {"text": words} if isinstance(words, str) else dict(words)


async def write(
    session: Session, journal: bytes, kind: str, body: Mapping[str, Any], *, v: int = 1, at: int | None = None
) -> Written:
    """Write a document: it is safe in the home when this returns, and sent if the server can be reached.

    `at`: the author's clock in Unix seconds, now unless given.

    Raises:
        NotAllowed, MalformedData: the rules forbid it, or the body doesn't fit its kind. Nothing was stored.
        JournalFrozen: the journal is read-only.
        VerificationError: the document is safe, and on sending it the server broke the rules.
    """
    async with session.alone() as context:
        _require_shared(context, journal)
        when = context.clock() if at is None else at
        entry = post(context, journal, Document(kind=kind, v=v, at=when, body=dict(body)))
        return await deliver_now(context, entry, journal)


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
    except (TransportError, ServerRefused) as error:
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


async def read_state(session: Session, journal: bytes) -> JournalState:
    """The state that a journal's documents make, without the network. Raises: NotAllowed when it isn't here."""
    async with session.alone() as context:
        context.standing(journal).require_here()
        return journal_state(context, journal)
