"""Pictures before they are sealed: made anew, without what a camera writes beside them."""

from __future__ import annotations

import io
import os
import struct
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, PngImagePlugin

from duolog.client import NewAttachment
from duolog.client.attachments import pictures
from duolog.client.attachments.sources import prepare
from duolog.errors import NotAllowed

HIDDEN = (b"47.3769N", b"Pocket", b"Exif", b"eXIf", b"xmpmeta", b"XMP ", b"ICC", b"iCCP", b"2026", b"tEXt", b"acsp")
PLACE, DEVICE = b"47.3769N", b"Pocket Camera 12"


def photo(kind: str, *, orientation: int = 6, size: tuple[int, int] = (1200, 600), mode: str = "RGB") -> bytes:
    """A picture with everything that a camera and its programs write."""
    picture = Image.new(mode, size, 80)
    picture.paste(200, (0, 0, size[0] // 2, size[1]))
    exif = Image.Exif()
    exif[0x0112], exif[0x0110], exif[0x0132] = orientation, DEVICE.decode(), "2026:11:01 18:00:00"
    exif.get_ifd(0x8825)[1] = PLACE.decode()
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    out, options = io.BytesIO(), dict[str, Any](exif=exif, icc_profile=profile)
    xmp = b"<x:xmpmeta>" + PLACE + b"</x:xmpmeta>"
    if kind == "PNG":
        text = PngImagePlugin.PngInfo()
        text.add_text("Comment", PLACE.decode())
        options["pnginfo"] = text
    else:
        options["xmp"] = xmp
    if kind == "JPEG":
        options["comment"] = PLACE
    picture.save(out, kind, **options)
    return out.getvalue()


@pytest.mark.parametrize(
    ("kind", "mode"), [("JPEG", "RGB"), ("JPEG", "L"), ("PNG", "RGB"), ("PNG", "P"), ("WEBP", "RGB")]
)
def test_a_picture_loses_everything_but_the_picture(kind: str, mode: str) -> None:
    data = photo(kind, mode=mode)
    assert PLACE in data or DEVICE in data
    clean, small = pictures.cleaned(io.BytesIO(data))
    for made in (clean, small):
        assert not [word for word in HIDDEN if word in made]
    with Image.open(io.BytesIO(clean)) as picture:
        assert picture.format == kind
        assert picture.size == (600, 1200), "turned as it is meant to be seen"
        assert not picture.getexif()
        assert not set(picture.info) & {"exif", "xmp", "comment", "icc_profile", "Comment", "dpi"}
    with Image.open(io.BytesIO(small)) as preview:
        assert preview.format == "WEBP"
        assert preview.size == (256, 512)
    assert len(small) <= pictures.MAX_PREVIEW


def test_the_pixels_stay_and_transparency_too() -> None:
    picture = Image.new("RGBA", (40, 30), (10, 20, 30, 40))
    out = io.BytesIO()
    picture.save(out, "PNG")
    clean, small = pictures.cleaned(io.BytesIO(out.getvalue()))
    with Image.open(io.BytesIO(clean)) as again:
        assert again.tobytes() == picture.tobytes()
    with Image.open(io.BytesIO(small)) as preview:
        assert (preview.size, preview.mode) == ((40, 30), "RGBA")


def test_colours_of_another_space_become_those_of_the_usual_one() -> None:
    out = io.BytesIO()
    usual = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = usual.replace(b"rXYZ", b"????", 1).replace(b"gXYZ", b"rXYZ", 1).replace(b"????", b"gXYZ", 1)
    Image.new("RGB", (8, 8), (200, 100, 50)).save(out, "PNG", icc_profile=swapped)
    clean, _ = pictures.cleaned(io.BytesIO(out.getvalue()))
    with Image.open(io.BytesIO(clean)) as again:
        assert "icc_profile" not in again.info
        red, green, blue = again.getpixel((0, 0))  # type: ignore[misc]
        assert abs(red - 100) + abs(green - 200) + abs(blue - 50) < 9
    senseless = io.BytesIO()
    Image.new("RGB", (8, 8), (200, 100, 50)).save(senseless, "PNG", icc_profile=b"no profile")
    with Image.open(io.BytesIO(pictures.cleaned(senseless)[0])) as again:
        assert again.getpixel((0, 0)) == (200, 100, 50)


@pytest.mark.parametrize("mode", ["CMYK", "I;16", "1", "LA"])
def test_a_picture_in_any_usual_form_is_taken(mode: str) -> None:
    out = io.BytesIO()
    Image.new(mode, (700, 9)).save(out, "JPEG" if mode == "CMYK" else "PNG")
    clean, small = pictures.cleaned(io.BytesIO(out.getvalue()))
    assert Image.open(io.BytesIO(clean)).size == (700, 9)
    assert Image.open(io.BytesIO(small)).size == (512, 7)


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says how many pixels it has."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(("width", "height"), [(8001, 8000), (10_000, 10_000), (60_000, 60_000)])
def test_a_picture_with_too_many_pixels_is_not_unpacked(width: int, height: int) -> None:
    with pytest.raises(NotAllowed, match="64 million pixels"):
        pictures.cleaned(io.BytesIO(bomb(width, height)))


def test_a_file_too_long_for_a_picture_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MAX_PICTURE", 1000)
    with pytest.raises(NotAllowed, match="64 MiB, too many"):
        pictures.cleaned(io.BytesIO(bomb(8, 8) + bytes(1000)))
    noise = Image.frombytes("RGB", (64, 64), os.urandom(64 * 64 * 3))
    out = io.BytesIO()
    noise.save(out, "JPEG", quality=1)
    monkeypatch.setattr(pictures, "MAX_PICTURE", out.tell())
    monkeypatch.setattr(pictures, "_OPTIONS", {"JPEG": {"quality": 100}})
    with pytest.raises(NotAllowed, match="when it is cleaned"):
        pictures.cleaned(out)


@settings(deadline=None)
@given(st.binary(max_size=40), st.integers(0, 300))
def test_a_broken_picture_is_refused_with_a_sentence(noise: bytes, at: int) -> None:
    data = photo("PNG", size=(20, 10))
    broken = data[:at] + noise + data[at + len(noise) :][: max(0, 200 - at)]
    with suppress(NotAllowed):  # and no other error
        pictures.cleaned(io.BytesIO(broken))


def test_a_picture_that_moves_is_refused() -> None:
    out = io.BytesIO()
    frames = [Image.new("RGB", (8, 8), (shade, 0, 0)) for shade in (0, 99)]
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:])
    with pytest.raises(NotAllowed, match="moves"):
        pictures.cleaned(out)
    assert pictures.preview(out) is None


def test_another_format_is_not_even_tried() -> None:
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "TIFF")
    with pytest.raises(NotAllowed, match="can't be read as a picture"):
        pictures.cleaned(out)


def test_what_a_camera_wrote_stays_when_its_owner_says_so(tmp_path: Path) -> None:
    path = tmp_path / "evening.jpg"
    path.write_bytes(photo("JPEG"))
    kept = prepare(NewAttachment(path, keep_photo_data=True))
    assert kept.data is None
    with kept.opened() as (content, size):
        assert PLACE in content.read(size)
    assert kept.preview is not None
    assert PLACE not in kept.preview
    clean = prepare(NewAttachment(path, name="us/two.jpg"))
    assert clean.data is not None
    assert (clean.type, clean.name) == ("image/jpeg", "us_two.jpg")
    assert "evening" not in repr(clean)
