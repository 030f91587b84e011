"""An entry of a diary, whichever app it comes from; its photos and recordings; and items that can't be read."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, Protocol

from duolog.errors import MalformedData
from duolog.imports.bounds import MAX_ID, MAX_TEXT, MAX_WORD, MAX_WORDS
from duolog.protocol.codec import encode_b64

App = Literal["dayone", "journey", "jrnl", "markdown"]

MEDIA_TYPES = {
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
    "heic": "image/heic",
    "heif": "image/heif",
    "tiff": "image/tiff",
    "svg": "image/svg+xml",
    "bmp": "image/bmp",
    "m4a": "audio/mp4",
    "aac": "audio/aac",
    "mp3": "audio/mpeg",
    "wav": "audio/wav",
    "ogg": "audio/ogg",
    "opus": "audio/ogg",
    "flac": "audio/flac",
    "mp4": "video/mp4",
    "mov": "video/quicktime",
    "webm": "video/webm",
    "pdf": "application/pdf",
}
OTHER_MEDIA = "application/octet-stream"


class Opened(Protocol):
    """An open file of a diary. Raises: MalformedData from `read` where the file is damaged."""

    def read(self, size: int = -1) -> bytes:
        """The next `size` bytes; all that are left, when negative."""

    def close(self) -> None:
        """Close the file."""


@dataclass(frozen=True, slots=True)
class DiaryMedia:
    """A photo, recording or paper of an entry. `name`: how the text names it, safe as a file's name.

    `size`: in bytes, as the export says. `open`: opens the file anew; nothing of it is in memory before.
    """

    name: str
    media_type: str
    size: int
    open: Callable[[], Opened]


@dataclass(frozen=True, slots=True)
class DiaryEntry:
    """One entry. `id`: the same each time that this entry is read. `where`: its place in the export, for a person.

    `happened`: `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM` on the clock of that place, or None. `text`: Markdown that names each
    of the media once or more. `missing`: how many media the export names and doesn't have.
    """

    app: App
    id: str
    where: str
    text: str
    happened: str | None = None
    feelings: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    media: tuple[DiaryMedia, ...] = ()
    missing: int = 0


@dataclass(frozen=True, slots=True)
class BrokenItem:
    """An item that is left out. `where`: its place in the export. `why`: a sentence for a person."""

    where: str
    why: str


DiaryItem = DiaryEntry | BrokenItem


def bounded_id(*parts: str) -> str:
    """The id of an entry, `MAX_ID` characters at most: the only part as it is where it fits, else a hash of all."""
    if len(parts) == 1 and 0 < len(parts[0]) <= MAX_ID and parts[0].isascii() and parts[0].isprintable():
        return parts[0]
    joined = "\0".join(parts).encode("utf-8", "surrogatepass")
    return encode_b64(hashlib.sha256(joined).digest())


def whole(text: str) -> str:
    """A text with one kind of line end and no half characters. Raises: MalformedData where it is far too long."""
    if len(text) > MAX_TEXT:  # check: imports.text
        raise MalformedData(f"Its text has {len(text)} characters; {MAX_TEXT} are the limit.")
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return text if text.isascii() else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def as_words(given: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Tags or feelings, each once and on one line: those that a note takes, and the others."""
    words = dict.fromkeys(filter(None, (" ".join(whole(word).split()) for word in given)))
    fitting = [word for word in words if len(word) <= MAX_WORD][:MAX_WORDS]
    return tuple(fitting), tuple(word for word in words if word not in fitting)


def with_lines(text: str, **lines: Iterable[str]) -> str:
    """A text with a line below it for each list that isn't empty: its name and its items."""
    below = [f"{name}: {', '.join(given)}" for name, items in lines.items() if (given := tuple(items))]
    return "\n\n".join(filter(None, [text.strip(), *below]))
