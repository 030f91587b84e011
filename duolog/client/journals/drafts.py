"""Drafts: documents that the account journal keeps for oneself until they are sent or thrown away.

No other member learns of a draft.
"""

import secrets
from collections.abc import Mapping
from typing import Any

from duolog.client.home.begun import RescuedText, drop_rescued_text, rescue_text, rescued_texts
from duolog.client.journals.views import Written
from duolog.client.journals.writing import WORDS_FIELD, deliver_now, note_body
from duolog.client.log.context import Context
from duolog.client.log.folding import account_state
from duolog.client.log.outbox import post, post_with_words, waiting_documents
from duolog.client.log.session import Session
from duolog.documents.account_kinds import Draft, DraftDocument
from duolog.documents.registry import ACCOUNT_KINDS, make_document
from duolog.errors import NotAllowed
from duolog.protocol import sizes
from duolog.protocol.messages import Document

_NO_DRAFT = "There is no such draft. List them to see their names."


class Drafts:
    """The drafts of an account. A draft is named by its id, 16 bytes.

    Raises:
        NotAllowed: there is no such draft, or the rules forbid sending it now.
        VerificationError: as `Duolog.sync`; what was kept is safe in the home. Without a server it waits there.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    async def rescue(self, text: str, of: str = "") -> str:
        """Keep a typed text, sealed, in this home alone, until it is sent or kept otherwise; its name here.

        `of`: what it was typed for, in words of the caller's, by which it is found again.

        Raises: HomeError when the home can't be written.
        """
        async with self._session.alone() as context:
            return rescue_text(context.home, context.clock(), text, of)

    async def rescued(self) -> tuple[RescuedText, ...]:
        """The rescued texts, oldest first. Without the network."""
        async with self._session.alone() as context:
            return tuple(rescued_texts(context.home))

    async def drop_rescued(self, name: str) -> None:
        """Forget a rescued text."""
        async with self._session.alone() as context:
            drop_rescued_text(context.home, name)

    async def list(self) -> tuple[Draft, ...]:
        """Every draft, oldest first. Without the network."""
        async with self._session.alone() as context:
            return tuple(drafts_in(context).values())

    async def keep(
        self,
        journal: bytes,
        kind: str,
        body: Mapping[str, Any],
        *,
        words: str | Mapping[str, Any] | None = None,
        v: int = 1,
        draft: bytes | None = None,
    ) -> bytes:
        """Keep a draft for a journal, or a newer text of the draft `draft`; its id.

        `words`: those that will stand in a note beside a step, as text or as the body of that note.
        """
        name = secrets.token_bytes(sizes.ENTRY_ID) if draft is None else draft
        document = DraftDocument(kind=kind, v=v, body=dict(body))
        if words is not None:
            document = document.model_copy(update={"words": note_body(words)})
        kept = Draft(draft=name, journal=journal, document=document)
        async with self._session.alone() as context:
            await _put(context, kept)
        return name

    async def drop(self, draft: bytes) -> None:
        """Throw a draft away."""
        async with self._session.alone() as context:
            await _put(context, Draft(draft=draft, journal=_find(context, draft).journal))

    async def send(self, draft: bytes) -> Written:
        """Write a draft into its journal, and end the draft. Both are durable in the home together."""
        async with self._session.alone() as context:
            found, now, mine = _find(context, draft), context.clock(), context.identity.account_journal
            kept = found.document
            if kept is None:
                raise NotAllowed(_NO_DRAFT)
            gone = make_document("draft", Draft(draft=draft, journal=found.journal), now)
            document = Document(kept.kind, kept.v, now, dict(kept.body))
            with context.store.transaction():
                if kept.words is None:
                    entry = post(context, found.journal, document)
                else:
                    words = Document("note", 1, now, note_body(kept.words))
                    entry = post_with_words(context, found.journal, words, document, WORDS_FIELD)
                post(context, mine, gone)
            return await deliver_now(context, entry, found.journal, mine)


async def _put(context: Context, draft: Draft) -> None:
    """Put a draft into the account journal: into the outbox, durably, and to the server if it can be reached."""
    mine = context.identity.account_journal
    post(context, mine, make_document("draft", draft, context.clock()))
    await deliver_now(context, draft.draft, mine)


def drafts_in(context: Context) -> dict[bytes, Draft]:
    """Every draft, with what was kept here, and without what was sent or thrown away here, while the outbox waits."""
    found, kind = dict(account_state(context).drafts), ACCOUNT_KINDS["draft"]
    for document in waiting_documents(context, context.identity.account_journal):
        if document.kind == kind.name:
            draft = kind.read(document)
            found.pop(draft.draft, None)
            if draft.document is not None:
                found[draft.draft] = draft
    return found


def _find(context: Context, draft: bytes) -> Draft:
    found = drafts_in(context).get(draft)
    if found is None:
        raise NotAllowed(_NO_DRAFT)
    return found
