"""Photos and recordings of a diary's entry, sealed into this home, before the note that carries them is written.

Rules
- They go from the export into the sealed file, one at a time. No copy of them is put on the disk.
- A picture has no preview beside it: a server counts the attachments of a day, and a diary has hundreds.
- A picture is cleaned as any other: place, time and device that a camera wrote into it are left out. A picture or film
  that can't be cleaned is left out, unless its owner keeps its data.
"""

import io
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from duolog.client.attachments.sealing import seal_content, seal_file
from duolog.client.attachments.sources import Prepared, media_type
from duolog.client.log.context import Context
from duolog.errors import MalformedData, NotAllowed
from duolog.imports.diary_entry import DiaryMedia
from duolog.protocol import sizes
from duolog.protocol.codec import JsonObject, encode_b64
from duolog.protocol.messages import Attachment

_HEAD = 4096  # bytes that tell a type
_PICTURES = {"image/png", "image/jpeg", "image/webp"}
_SOUND = (b"M4A ", b"M4B ")  # brands of files that only sound as films do
_MAX_PICTURE = 64 * sizes.KIB * sizes.KIB
_UNCLEANED = (
    "It may say where, when and by what it was taken, and Duolog can't take that out of such a file. It is imported as "
    "it is with --keep-photo-data."
)


@dataclass(slots=True)
class SealedMedia:
    """Media that were sealed for one note. `items`: how the note names them. `left_out`: the other names, and why."""

    attachments: list[Attachment] = field(default_factory=list)
    items: list[JsonObject] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)

    def remove(self, context: Context) -> None:
        """Remove the sealed files, where no note was written."""
        for made in self.attachments:
            context.home.files.remove(made.id, "out")


def seal_media(context: Context, journal: bytes, media: Sequence[DiaryMedia], *, keep_photo_data: bool) -> SealedMedia:
    """Seal the media of one note. One that can't be read or cleaned is left out, with the reason.

    Raises: OSError: the disk refuses. Nothing is left of what was sealed.
    """
    sealed = SealedMedia()
    try:
        for medium in media:
            try:
                made, item = _seal(context, journal, medium, keep_photo_data)
            except (MalformedData, NotAllowed) as error:
                sealed.left_out[medium.name] = str(error)
            else:
                sealed.attachments += made
                sealed.items.append(item)
    except BaseException:
        sealed.remove(context)
        raise
    return sealed


def _seal(
    context: Context, journal: bytes, medium: DiaryMedia, keep_photo_data: bool
) -> tuple[list[Attachment], JsonObject]:
    files = context.home.files
    with closing(medium.open()) as opened:
        head = opened.read(_HEAD)
        kind = "audio/mp4" if head[4:8] == b"ftyp" and head[8:12] in _SOUND else media_type(head)
        if kind in _PICTURES:
            data = head + opened.read(max(_MAX_PICTURE + 1 - len(head), 0))
            return seal_file(files, journal, _picture(medium, data, kind, keep_photo_data), context.progress)
    if kind.startswith(("image/", "video/")) and not keep_photo_data:  # check: client.import_uncleaned
        raise NotAllowed(_UNCLEANED)
    with closing(medium.open()) as opened:
        made = seal_content(files, journal, opened, medium.size, kind, context.progress)
    return [made], {"id": encode_b64(made.id), "name": medium.name}


def _picture(medium: DiaryMedia, data: bytes, kind: str, keep_photo_data: bool) -> Prepared:
    from duolog.client.attachments import pictures  # the picture library is loaded for pictures alone

    if not keep_photo_data:
        data, _ = pictures.cleaned(io.BytesIO(data))
    return Prepared(Path(medium.name), data, kind, medium.name, None, None)
