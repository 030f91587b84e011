"""Photos, recordings and papers of an entry, under names that say nothing but what they are: `photo-1.jpeg`.

An entry's text names them as Markdown does, `![](photo-1.jpeg)`. The app's own file names are left out.
"""

import re
from functools import partial

from duolog.imports.bounds import MAX_MEDIA
from duolog.imports.diary_entry import MEDIA_TYPES, OTHER_MEDIA, DiaryMedia
from duolog.imports.sources import Source

_ENDING = re.compile(r"[a-z0-9]{1,8}")
_WORDS = {"image": "photo", "audio": "audio", "video": "video"}


def ending(name: str) -> str:
    """The ending of a file's name in small letters, without its dot; empty where it has none that is plain."""
    found = name.rpartition(".")[2].lower() if "." in name else ""
    return found if _ENDING.fullmatch(found) else ""


class Gathered:
    """The media of one entry, in the order in which its text or its lists name them."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._media: dict[str, DiaryMedia] = {}
        self._counts: dict[str, int] = {}
        self.missing = 0

    @property
    def media(self) -> tuple[DiaryMedia, ...]:
        """The media so far."""
        return tuple(self._media.values())

    def refer(self, file: str | None, word: str = "photo") -> str:
        """Markdown that names the medium in a file of the source; None where the export doesn't have the file.

        `word`: its sort, where no file says it.
        """
        if file is None or (file not in self._media and len(self._media) == MAX_MEDIA):  # check: imports.media
            self.missing += 1
            return f"({word}: not in the export)" if file is None else f"({word}: left out, there are too many)"
        if file not in self._media:
            end = ending(file)
            media_type = MEDIA_TYPES.get(end, OTHER_MEDIA)
            word = _WORDS.get(media_type.partition("/")[0], "paper")
            self._counts[word] = self._counts.get(word, 0) + 1
            name = f"{word}-{self._counts[word]}" + (f".{end}" if end else "")
            size, opens = self._source.size(file), partial(self._source.open, file)
            self._media[file] = DiaryMedia(name, media_type, size, opens)
        return f"![]({self._media[file].name})"

    def append(self, text: str, files: list[tuple[str | None, str]]) -> str:
        """A text with the media below it that it doesn't name already. `files`: each with its word."""
        below = [self.refer(file, word) for file, word in files if file is None or file not in self._media]
        return "\n\n".join(filter(None, [text.strip(), *below]))
