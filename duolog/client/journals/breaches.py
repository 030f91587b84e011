"""Breaches of one journal: two accounts of one event, side by side. Each closes it for themselves."""

from datetime import date

from duolog.client.journals.practice import Practice, link
from duolog.client.journals.views import Written
from duolog.client.journals.writing import Words
from duolog.client.log.folding import journal_state
from duolog.documents import dates
from duolog.documents.kinds.breach import Breach
from duolog.errors import NotAllowed


class Breaches(Practice[Breach]):
    """The breaches of one journal. `words` are those of the account, in the note beside the step.

    `happened`: the day. `look_again`: a day on which its author alone is reminded.

    Raises: as `Practice`.
    """

    kind = "breach"

    async def own_up(self, words: Words, *, happened: date | None = None, look_again: date | None = None) -> Written:
        """Say what I did. It needs no boundary."""
        return await self._make("open", words, **{"as": "own"}, **_days(happened, look_again))

    async def saw(
        self, boundary: bytes, words: Words, *, happened: date | None = None, look_again: date | None = None
    ) -> Written:
        """Say what I saw, of a boundary that both agreed to and that binds the other."""
        async with self._session.alone() as context:
            context.standing(self._journal).require_here()
            boundaries = journal_state(context, self._journal).boundaries
            found = boundaries.get(boundary) or boundaries.find(boundary)
            if found is None or found.agreed_text is None:
                raise NotAllowed("Nobody is held to what they did not agree to: name a boundary that both accepted.")
            body = {"step": "open", "as": "saw", "answers": link(found.agreed_text), **_days(happened, look_again)}
            return await self._post(context, body, words)

    async def account(self, breach: bytes, words: Words, *, look_again: date | None = None) -> Written:
        """Give my own account of it."""
        return await self._take("account", breach, words, **_days(None, look_again))

    async def close(self, breach: bytes, words: str | None = None) -> Written:
        """Say that it is closed for me."""
        return await self._take("close", breach, words=words)

    async def reopen(self, breach: bytes, words: str | None = None) -> Written:
        """Say that it is open again for me."""
        return await self._take("reopen", breach, words=words)


def _days(happened: date | None, look_again: date | None) -> dict[str, str]:
    days = {"happened": happened, "look_again": look_again}
    return {name: dates.iso_day(day) for name, day in days.items() if day is not None}
