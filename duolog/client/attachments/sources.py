"""Files of this computer made ready to be attached: their type, their name, and no more data than their owner means.

Rules
- The type comes from the first bytes, never from the ending.
- A picture is cleaned (`pictures`). A picture or a film that can't be cleaned is refused, unless its
  owner keeps its data.
- The cleaned picture stays in memory. Every other file is read from where it lies, a chunk at a time.
"""

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from duolog.client.attachments.names import file_name
from duolog.errors import NotAllowed

_HEAD = 4096  # bytes that tell a type
_PICTURES = {"image/png", "image/jpeg", "image/webp"}
_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"%PDF-", "application/pdf"),
    (b"OggS", "audio/ogg"),
    (b"GIF8", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"\x1aE\xdf\xa3", "video/webm"),
)
OTHER = "application/octet-stream"
_UNCLEANED = (
    "Duolog can clean JPEG, PNG and WebP pictures. This is another kind of picture or film, and may say where, when "
    "and by what it was taken. Save it as JPEG first; or send it as it is with --keep-photo-data."
)


@dataclass(frozen=True, slots=True)
class NewAttachment:
    """A file to attach. `name`: as the others read it, the file's own unless given. `alt`: what it shows, in words.

    `keep_photo_data`: send a picture as it is, with place, time and device.
    """

    path: Path
    name: str | None = None
    alt: str | None = None
    keep_photo_data: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class Prepared:
    """Content that is ready to be sealed. `data`: of a cleaned picture; None: the file at `path` as it is."""

    path: Path
    data: bytes | None
    type: str
    name: str
    alt: str | None
    preview: bytes | None

    @contextmanager
    def opened(self) -> Iterator[tuple[BinaryIO, int]]:
        """The content, from its beginning, and its size in bytes."""
        if self.data is not None:
            yield io.BytesIO(self.data), len(self.data)
            return
        with _open_file(self.path) as file:
            yield file, os.fstat(file.fileno()).st_size


def prepare(new: NewAttachment) -> Prepared:
    """Make one file ready.

    Raises:
        NotAllowed: there is no such file, or it is a picture that can't be cleaned.
        OSError: the disk refuses.
    """
    name, data, small = file_name(new.name or new.path.name), None, None
    with _open_file(new.path) as file:
        kind = media_type(file.read(_HEAD))
        if kind in _PICTURES:
            from duolog.client.attachments import pictures  # the picture library is loaded for pictures alone

            if new.keep_photo_data:
                small = pictures.preview(file)
            else:
                data, small = pictures.cleaned(file)
        elif kind.startswith(("image/", "video/")) and not new.keep_photo_data:  # check: client.uncleaned
            raise NotAllowed(_UNCLEANED)
    return Prepared(new.path, data, kind, name, new.alt, small)


def media_type(head: bytes) -> str:
    """The type of a file by its first bytes."""
    if head[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"AVI ": "video/x-msvideo"}.get(head[8:12], OTHER)
    if head[4:8] == b"ftyp":
        return "image/heif" if head[8:12] in (b"heic", b"heix", b"mif1", b"msf1", b"avif", b"avis") else "video/mp4"
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    return "text/plain" if _is_text(head) else OTHER


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode()
    except UnicodeDecodeError as error:
        if len(head) < _HEAD or error.start < len(head) - 3:
            return False
        text = head[: error.start].decode()
    return not any(char < " " or char == "\x7f" for char in text if char not in "\t\n\r\f")


def _open_file(path: Path) -> BinaryIO:
    if path.is_dir():
        raise NotAllowed(f"{path} is a folder. Name a file; a folder can be packed into one.")
    if not path.is_file():
        raise NotAllowed(f"There is no file {path}.")
    return path.open("rb")
