"""Letters of one journal: told, reflected, heard. Their words stand in notes beside the steps."""

from typing import Literal

from duolog.client.journals.practice import Practice
from duolog.client.journals.views import Written
from duolog.client.journals.writing import Words
from duolog.documents.kinds.disclosure import Disclosure


class Disclosures(Practice[Disclosure]):
    """The letters of one journal. `words` are those of the note beside the step; `about` is read before opening it.

    Raises: as `Practice`.
    """

    kind = "disclosure"

    async def tell(
        self,
        words: Words,
        about: str,
        *,
        form: Literal["disclosure", "impact", "repair"] = "disclosure",
        hold: bool | None = None,
    ) -> Written:
        """Tell the other something. `hold`: I suggest to read it in a session."""
        return await self._make("tell", words, form=form, about=about, hold=hold)

    async def supplement(self, letter: bytes, words: Words, about: str, *, hold: bool | None = None) -> Written:
        """Add to a disclosure of my own: a letter by itself, linked to the first."""
        return await self._take("tell", letter, words, form="supplement", about=about, hold=hold)

    async def acknowledge(self, letter: bytes) -> Written:
        """Say that I have the letter. Nothing else tells the other."""
        return await self._take("acknowledge", letter)

    async def reflect(self, letter: bytes, words: Words, asks: str | None = None) -> Written:
        """Say what I hear. `asks`: one question."""
        return await self._take("reflect", letter, words, asks=asks)

    async def heard(self, letter: bytes, words: str | None = None) -> Written:
        """Say that the reflection that waits is right."""
        return await self._take("heard", letter, None, words=words)

    async def not_quite(self, letter: bytes, words: str) -> Written:
        """Say what is missing in the reflection that waits."""
        return await self._take("not_quite", letter, None, words=words)

    async def respond(self, letter: bytes, words: Words) -> Written:
        """Respond to a letter, after *heard*."""
        return await self._take("respond", letter, words)

    async def set_aside(self, letter: bytes, words: str | None = None) -> Written:
        """Let it rest: as its reader, or as its writer, who then asks for nothing more."""
        return await self._take("set_aside", letter, None, words=words)
