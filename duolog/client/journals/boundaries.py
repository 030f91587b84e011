"""The boundaries of one journal: their views, and their steps, each of which names exactly the text that is shown."""

from collections.abc import Mapping
from typing import Any

from duolog.client.journals.views import Written
from duolog.client.journals.writing import read_state, write
from duolog.client.log.session import Session
from duolog.documents.bodies import Answer
from duolog.documents.kinds.boundary_texts import Boundary, BoundaryText
from duolog.errors import NotAllowed


class Boundaries:
    """Steps and views of a journal's boundaries. A boundary is named by any entry of it: its id, or one of its texts.

    Raises:
        NotAllowed: from every step, when the rules forbid it now, or when it consents to a text with parts that this
            version of Duolog can't show; nothing is stored or sent.
        MalformedData: when the terms don't have the fields of a boundary.
        JournalFrozen, HomeError: as `Duolog.write`.
    """

    def __init__(self, session: Session, journal: bytes) -> None:
        self._session = session
        self._journal = journal

    async def propose(self, terms: Mapping[str, Any]) -> Written:
        """Write a first text, and consent to it by that. `terms`: the fields of
        `duolog.documents.kinds.boundary_texts.Wording`."""
        return await write(self._session, self._journal, "boundary", {"step": "propose", "wording": dict(terms)})

    async def counter(self, boundary: bytes, terms: Mapping[str, Any]) -> Written:
        """Propose another text instead of the one that waits."""
        return await self._answer("counter", (await self.show(boundary)).waiting_text, wording=dict(terms))

    async def accept(self, boundary: bytes, *, text: bytes | None = None) -> Written:
        """Consent to the text that waits; or, where nothing waits, settle my own contest of the agreed one.

        `text`: the entry of the very text that was read, when that may have been replaced since.
        """
        found = await self.show(boundary)
        chosen = found.waiting_text or found.agreed_text if text is None else found.texts.get(text)
        return await self._answer("accept", chosen)

    async def decline(self, boundary: bytes, why: str | None = None) -> Written:
        """Decline the text that waits."""
        return await self._answer("decline", (await self.show(boundary)).waiting_text, why=why)

    async def take_back(self, boundary: bytes, *, text: bytes | None = None) -> Written:
        """Take back my own text or ask, while it waits. `text`: its entry, when it may have been replaced since."""
        found = await self.show(boundary)
        return await self._answer("take_back", found.waiting_text if text is None else found.texts.get(text))

    async def contest(self, boundary: bytes, words: str) -> Written:
        """Say that the agreed text no longer holds for me."""
        return await self._answer("contest", (await self.show(boundary)).agreed_text, words=words)

    async def amend(self, boundary: bytes, terms: Mapping[str, Any]) -> Written:
        """Propose a new text instead of the agreed one, which stays in force until the other accepts."""
        return await self._answer("amend", (await self.show(boundary)).agreed_text, wording=dict(terms))

    async def retire(self, boundary: bytes, why: str | None = None) -> Written:
        """Ask to end the boundary, or confirm the other's ask."""
        found = await self.show(boundary)
        waiting = found.waiting_text
        asked = waiting is not None and waiting.wording is None and waiting.author != self._session.account
        return await self._answer("retire", waiting if asked else found.agreed_text, why=why)

    async def list(self) -> tuple[Boundary, ...]:
        """Every boundary, in the order of their first texts."""
        return tuple((await read_state(self._session, self._journal)).boundaries.values())

    async def show(self, boundary: bytes) -> Boundary:
        """One boundary with all its texts. Raises: NotAllowed when it isn't here."""
        state = (await read_state(self._session, self._journal)).boundaries
        found = state.get(boundary) or state.find(boundary)
        if found is None:
            raise NotAllowed("There is no such boundary here. List them to see their names.")
        return found

    async def _answer(self, step: str, text: BoundaryText | None, **fields: Any) -> Written:
        if text is None:
            raise NotAllowed(
                "There is no text for this step now: nothing waits for an answer, or nothing is agreed yet."
            )
        body = {"step": step, "answers": Answer(entry=text.entry, message=text.message).encode_json()}
        body |= {name: value for name, value in fields.items() if value is not None}
        return await write(self._session, self._journal, "boundary", body)
