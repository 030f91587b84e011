"""Writing a document into a journal, and what its documents come to."""

from collections.abc import Mapping
from typing import Any

from duolog.client.journals.reading import view_journal
from duolog.client.journals.views import Written
from duolog.client.log.folding import journal_state
from duolog.client.log.outbox import deliver, post
from duolog.client.log.session import Session, make_ready
from duolog.documents.journal_state import JournalState
from duolog.errors import NotAllowed, ServerRefused, TransportError
from duolog.protocol.messages import Document


async def write(
    session: Session, journal: bytes, kind: str, body: Mapping[str, Any], *, v: int = 1, at: int | None = None
) -> Written:
    """Write a document: safe in the home when this returns, sent if the server can be reached.

    `at`: the author's clock in Unix seconds, now unless given.

    Raises:
        NotAllowed, MalformedData: the rules forbid it, or its body is not what its kind says. Nothing was stored.
        JournalFrozen: the journal is read-only.
        VerificationError: the document is safe, and on sending it the server broke the rules.
    """
    async with session.alone() as context:
        if journal == context.identity.account_journal:
            raise NotAllowed("The account's own journal is written by Duolog itself.")
        when = context.clock() if at is None else at
        entry = post(context, journal, Document(kind=kind, v=v, at=when, body=dict(body)))
        try:
            await make_ready(context)
            await deliver(context, journal)
        except (TransportError, ServerRefused) as error:
            return Written(entry, delivered=False, problem=error)
        return Written(entry, delivered=True)


async def read_state(session: Session, journal: bytes) -> JournalState:
    """What a journal's documents come to. Without the network. Raises: NotAllowed when it isn't here."""
    async with session.alone() as context:
        view_journal(context, journal)
        return journal_state(context, journal)
