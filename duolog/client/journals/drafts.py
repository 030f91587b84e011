"""Drafts: documents that are kept for oneself, in the account journal, until they are sent or thrown away.

Nobody else is told that there is one.
"""

import secrets
from collections.abc import Mapping
from typing import Any

from duolog.client.home.begun import drop_rescued_text, rescue_text, rescued_texts
from duolog.client.journals.views import Written
from duolog.client.log.context import Context
from duolog.client.log.folding import account_state
from duolog.client.log.notes import note
from duolog.client.log.outbox import deliver, post, waiting_as
from duolog.client.log.session import Session
from duolog.documents.account_kinds import Draft, DraftDocument
from duolog.documents.registry import make_document
from duolog.errors import NotAllowed, ServerRefused, TransportError
from duolog.protocol import sizes
from duolog.protocol.messages import Document


class Drafts:
    """The drafts of an account. A draft is named by its id, 16 bytes.

    Raises:
        NotAllowed: there is no such draft, or the rules forbid to send it now.
        TransportError, ServerRefused, VerificationError: as `Duolog.sync`; what was kept is safe in the home.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    async def rescue(self, text: str) -> str:
        """Keep what was typed, sealed, in this home alone, until it is sent or kept otherwise; its name here."""
        async with self._session.alone() as context:
            return rescue_text(context.home, context.clock(), text)

    async def rescued(self) -> Mapping[str, str]:
        """What was typed here and never came further, by name, oldest first. Without the network."""
        async with self._session.alone() as context:
            return rescued_texts(context.home)

    async def drop_rescued(self, name: str) -> None:
        """Forget it, without a trace."""
        async with self._session.alone() as context:
            drop_rescued_text(context.home, name)

    async def list(self) -> tuple[Draft, ...]:
        """Every draft, oldest first. Without the network."""
        async with self._session.alone() as context:
            return tuple(_drafts(context).values())

    async def keep(
        self, journal: bytes, kind: str, body: Mapping[str, Any], *, v: int = 1, draft: bytes | None = None
    ) -> bytes:
        """Keep a draft for a journal, or a newer text of one; its id."""
        name = secrets.token_bytes(sizes.ENTRY_ID) if draft is None else draft
        kept = Draft(draft=name, journal=journal, document=DraftDocument(kind=kind, v=v, body=dict(body)))
        async with self._session.ready() as context:
            await note(context, "draft", kept)
        return name

    async def drop(self, draft: bytes) -> None:
        """Throw a draft away."""
        async with self._session.ready() as context:
            found = _find(_drafts(context), draft)
            await note(context, "draft", Draft(draft=draft, journal=found.journal))

    async def send(self, draft: bytes) -> Written:
        """Write a draft into its journal; it is a draft no longer. Both are safe in the home together."""
        async with self._session.alone() as context:
            found = _find(_drafts(context), draft)
            kept = found.document
            if kept is None:
                raise NotAllowed("There is no such draft. List them to see their names.")
            now, mine = context.clock(), context.identity.account_journal
            gone = make_document("draft", Draft(draft=draft, journal=found.journal), now)
            with context.store.transaction():
                entry = post(context, found.journal, Document(kept.kind, kept.v, now, dict(kept.body)))
                post(context, mine, gone)
        try:
            async with self._session.ready() as context:
                await deliver(context, found.journal)
                await deliver(context, mine)
        except (TransportError, ServerRefused) as error:
            return Written(entry, delivered=False, problem=error)
        return Written(entry, delivered=True)


def _drafts(context: Context) -> dict[bytes, Draft]:
    """Every draft but those that were sent or thrown away here, which only the server doesn't know yet."""
    found, mine = account_state(context).drafts, context.identity.account_journal
    gone = {name: Draft(draft=name, journal=item.journal).encode_json() for name, item in found.items()}
    return {name: item for name, item in found.items() if waiting_as(context, mine, "draft", gone[name]) is None}


def _find(drafts: Mapping[bytes, Draft], draft: bytes) -> Draft:
    if draft not in drafts:
        raise NotAllowed("There is no such draft. List them to see their names.")
    return drafts[draft]
