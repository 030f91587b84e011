"""Pauses of one journal: a time-out for oneself, with a planned return. None needs the other's leave."""

from duolog.client.journals.practice import Practice
from duolog.client.journals.views import Written
from duolog.documents.kinds.pause import Pause


class Pauses(Practice[Pause]):
    """The pauses of one journal. Times are Unix seconds, from 20 minutes to 24 hours ahead.

    Raises: as `Practice`.
    """

    kind = "pause"

    async def call(self, until: int, words: str | None = None) -> Written:
        """Take a pause, and plan to be back then. `words`: a note for the other."""
        return await self._make("call", until=until, words=words)

    async def extend(self, pause: bytes, until: int) -> Written:
        """Extend my pause, once."""
        return await self._take("extend", pause, until=until)

    async def come_back(self, pause: bytes, words: str | None = None) -> Written:
        """Return from my pause, before its time or after."""
        return await self._take("return", pause, words=words)

    async def of_others(self) -> tuple[Pause, ...]:
        """The pauses that others are on now. Without the network."""
        async with self._session.alone() as context:
            now, things = context.clock(), self._things(context)
            return tuple(one for _, one in things.not_over(now) if one.owner != context.account and one.runs(now))
