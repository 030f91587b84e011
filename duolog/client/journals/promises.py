"""Promises of one journal: habits, offers and plans. Each binds only the person who makes it."""

from collections.abc import Mapping
from typing import Any

from duolog.client.journals.practice import Practice
from duolog.client.journals.views import Written
from duolog.documents.kinds.promise import Promise


class Promises(Practice[Promise]):
    """The promises of one journal. Nobody can ask for one, and its owner alone ends it.

    Raises: as `Practice`.
    """

    kind = "promise"

    async def habit(self, text: str, *, more: Mapping[str, Any] | None = None) -> Written:
        """Promise a small, repeatable act. `more`: `rhythm`, `why`, `from`."""
        return await self._make("make", form="habit", text=text, **(more or {}))

    async def offer(self, text: str, until: int, *, more: Mapping[str, Any] | None = None) -> Written:
        """Make something visible until a time, Unix seconds, 90 days ahead at most. `more`: as `habit`."""
        return await self._make("make", form="offer", text=text, until=until, **(more or {}))

    async def plan(self, text: str, parts: Mapping[str, str], *, more: Mapping[str, Any] | None = None) -> Written:
        """Plan for a temptation or a conflict. `parts`: those of a plan, one at least. `more`: as `habit`."""
        return await self._make("make", form="plan", text=text, **parts, **(more or {}))

    async def mark(self, promise: bytes, words: str | None = None) -> Written:
        """Mark my habit as done, give an update to my offer, or say that I used my plan."""
        return await self._take("mark", promise, words=words)

    async def renew(self, promise: bytes, until: int) -> Written:
        """Let my offer run until another time, Unix seconds."""
        return await self._take("renew", promise, until=until)

    async def end(self, promise: bytes, words: str | None = None) -> Written:
        """End it, alone and at any time."""
        return await self._take("end", promise, words=words)
