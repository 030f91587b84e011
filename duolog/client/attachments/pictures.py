"""Pictures: made anew without what a camera writes beside them, and made small.

Rules
- The formats are JPEG, PNG and WebP, of one frame, up to `MAX_PIXELS`. Nothing else is parsed here.
- A picture is drawn anew from its pixels: place, device, times, comments, embedded thumbnails and every other field
  that isn't a pixel are left out. Its orientation is applied, and its colours become sRGB.
- What can't be made anew is refused, never sent as it is, unless its owner says so.
- Pictures of others are never parsed here: this module gets files of this computer's owner alone.
"""

import io
import struct
import warnings
import zlib
from collections.abc import Mapping
from typing import Any, BinaryIO

from PIL import Image, ImageCms, ImageOps

from duolog.errors import NotAllowed
from duolog.protocol import sizes

MAX_PIXELS = 64_000_000
MAX_PICTURE = 64 * sizes.KIB * sizes.KIB  # bytes of a picture's file, before and after
PREVIEW = 512  # pixels, the longer side
MAX_PREVIEW = 64 * sizes.KIB  # bytes; it has the stored size of every short attachment
_FORMATS = ("JPEG", "PNG", "WEBP")
_KEPT_MODES = {"JPEG": ("L", "RGB"), "PNG": ("1", "L", "LA", "RGB", "RGBA", "I;16"), "WEBP": ("RGB", "RGBA")}
_OPTIONS: Mapping[str, Mapping[str, Any]] = {
    "JPEG": {"quality": 92, "optimize": True},
    "PNG": {"optimize": False},
    "WEBP": {"quality": 92, "method": 4},
}
_BROKEN = (
    *(OSError, ValueError, SyntaxError, EOFError, LookupError, TypeError, ArithmeticError, MemoryError),
    *(struct.error, zlib.error),
)

KEEP = "Send it as it is with --keep-photo-data, if place, time and device may be read by the others."


def cleaned(content: BinaryIO) -> tuple[bytes, bytes]:
    """A picture without anything but its picture, and its preview, a WebP of at most 512 pixels and 64 KiB.

    Raises: NotAllowed: it is too large, moves, or can't be read as a picture.
    """
    kind, picture = _opened(content)
    return _encoded(picture, kind), _small(picture)


def preview(content: BinaryIO) -> bytes | None:
    """The preview of a picture that goes out as it is; None where it can't be read."""
    try:
        return _small(_opened(content)[1])
    except NotAllowed:
        return None


def _opened(content: BinaryIO) -> tuple[str, Image.Image]:
    """The format and the bare pixels of a picture, upright and in sRGB."""
    content.seek(0)
    data = content.read(MAX_PICTURE + 1)
    if len(data) > MAX_PICTURE:
        raise NotAllowed(f"This picture has more than 64 MiB, too many to clean. Make it smaller. {KEEP}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about sizes, which are judged here
            found = Image.open(io.BytesIO(data), formats=_FORMATS)
        if found.width * found.height > MAX_PIXELS:  # check: client.picture_pixels
            raise NotAllowed(f"This picture has more than 64 million pixels. Make it smaller. {KEEP}")
        kind = "JPEG" if found.format == "MPO" else str(found.format)
        if kind != "JPEG" and getattr(found, "n_frames", 1) > 1:
            raise NotAllowed(f"This picture moves, and would become a still one. {KEEP}")
        found.load()
        ImageOps.exif_transpose(found, in_place=True)
        return kind, _bare(found, kind)
    except Image.DecompressionBombError as error:
        raise NotAllowed(f"This picture has more than 64 million pixels. Make it smaller. {KEEP}") from error
    except _BROKEN as error:
        raise NotAllowed(f"This file can't be read as a picture, so nothing can be taken out of it. {KEEP}") from error


def _bare(picture: Image.Image, kind: str) -> Image.Image:
    """The pixels alone, in a mode that the format has."""
    profile, transparent = picture.info.get("icc_profile"), "transparency" in picture.info
    if transparent or picture.mode not in _KEPT_MODES[kind]:
        alpha = transparent or picture.mode in ("LA", "PA", "RGBA", "La", "RGBa")
        picture = picture.convert("RGBA" if alpha and kind != "JPEG" else "RGB")
    if profile and picture.mode in ("RGB", "RGBA"):
        picture = _in_srgb(picture, profile)
    picture.info = {}
    return picture


def _in_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    """The picture in sRGB; unchanged where its profile makes no sense. A profile may name a device, so none is kept."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB")) or picture
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return picture


def _encoded(picture: Image.Image, kind: str) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **_OPTIONS[kind])
    if out.tell() > MAX_PICTURE:
        raise NotAllowed(f"This picture has more than 64 MiB when it is cleaned. Make it smaller. {KEEP}")
    return out.getvalue()


def _small(picture: Image.Image) -> bytes:
    scale = min(1.0, PREVIEW / max(picture.size))
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    shrunk = (picture.convert("L") if picture.mode == "1" else picture).resize(size, reducing_gap=2.0)
    small = shrunk.convert("RGBA" if shrunk.mode in ("LA", "RGBA") else "RGB")
    for quality in (75, 50, 25):
        out = io.BytesIO()
        small.save(out, "WEBP", quality=quality)
        if out.tell() <= MAX_PREVIEW:
            break
    return out.getvalue()
