"""Files before they are sealed, and content when it is saved or opened: names, types, places."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from duolog.client import Duolog, NewAttachment
from duolog.client.attachments.names import ENDINGS, MAX_NAME, file_name, readable_size
from duolog.client.attachments.saving import free_place, save_content
from duolog.client.attachments.sources import media_type, prepare
from duolog.client.journals.attachments import _views
from duolog.client.log.attached import message_of
from duolog.documents.kinds.note import Attached
from duolog.errors import AttachmentFault, HomeError, NotAllowed
from duolog.protocol.codec import encode_b64
from tests.client.couple import UNLOCK, Couple, couple, transport
from tests.client.test_attached_pictures import PLACE, photo

ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

# --- names ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claimed", "name"),
    [
        ("evening.jpg", "evening.jpg"),
        ("Zürich am See.jpg", "Zürich am See.jpg"),
        ("../../.ssh/authorized_keys", "_.._.ssh_authorized_keys"),
        ("/etc/passwd", "_etc_passwd"),
        ("C:\\Windows\\win.ini", "C__Windows_win.ini"),
        ("..", "attachment.png"),
        ("", "attachment.png"),
        (".bashrc", "bashrc"),
        ("-rf", "rf"),
        ("~root", "root"),
        ("con.txt", "_con.txt"),
        ("LPT1", "_LPT1"),
        ("AUX .png", "_AUX .png"),
        ("name. . ", "name"),
        ("a\x00b\x1b[2Jc\nd", "a_b_[2Jc d"),
        ("gpj.\u202eexe", "gpj._exe"),
        ("a\u200bb", "ab"),
        ('what?*<>|".txt', "what______.txt"),
        ("stream.txt:hidden", "stream.txt_hidden"),
    ],
)
def test_a_name_from_somebody_else_is_one_harmless_part_of_a_path(claimed: str, name: str) -> None:
    assert file_name(claimed, "image/png") == name


@settings(deadline=None)
@given(st.text(max_size=400))
def test_every_name_is_safe_and_short_and_stays_as_it_is(claimed: str) -> None:
    name = file_name(claimed)
    assert Path(name).name == name
    assert 0 < len(name.encode()) <= MAX_NAME + 1
    assert name[0] not in ".-~ "
    assert name[-1] not in ". "
    assert not any(character in '/\\:*?"<>|\0\n\r' for character in name)
    Attached(id=bytes(16), name=name)


def test_a_long_name_keeps_its_ending() -> None:
    assert file_name("ä" * 300 + ".jpeg").endswith("ä.jpeg")
    assert len(file_name("x" * 300 + "." + "y" * 300).encode()) == MAX_NAME


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (2345, "2.3 kB"), (64_000, "64 kB"), (2**31, "2.1 GB")],
)
def test_a_size_in_words(size: int, text: str) -> None:
    assert readable_size(size) == text


# --- places ---------------------------------------------------------------------------------------------------------


def test_content_is_saved_whole_or_not_at_all(tmp_path: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield b"half"
        raise AttachmentFault("no", check="attachments.chunk")

    target = free_place(tmp_path, "one.txt")
    with pytest.raises(AttachmentFault):
        save_content(broken(), target)
    assert list(tmp_path.iterdir()) == []
    assert save_content(iter([b"a", b"b"]), target) == tmp_path / "one.txt"
    assert target.read_bytes() == b"ab"
    assert target.stat().st_mode & 0o777 == 0o600
    with pytest.raises(AttachmentFault):
        save_content(broken(), target, force=True)
    assert target.read_bytes() == b"ab"
    assert [path.name for path in tmp_path.iterdir()] == ["one.txt"]


def test_what_a_killed_save_left_goes_with_the_next_and_nothing_else_does(tmp_path: Path) -> None:
    left, theirs = tmp_path / f".duolog-{'0' * 16}.part", [".duolog-mine.part", ".one.part", f".duolog-{'0' * 17}.part"]
    for name in (left.name, *theirs):
        (tmp_path / name).write_text("half")

    def written() -> Iterator[bytes]:
        """Content while whose saving another file is saved into the folder."""
        yield b"half"
        save_content(iter([b"other"]), free_place(tmp_path, "other.txt"))
        yield b"whole"

    save_content(written(), free_place(tmp_path, "one.txt"))
    assert (tmp_path / "one.txt").read_bytes() == b"halfwhole"
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*theirs, "one.txt", "other.txt"])


def test_no_file_is_written_over_and_no_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text("mine")
    (tmp_path / "dangling").symlink_to(tmp_path / "elsewhere")
    for name in ("one.txt", "dangling"):
        with pytest.raises(HomeError, match="already"):
            free_place(tmp_path, name)
        with pytest.raises(HomeError, match="already"):  # it appeared meanwhile
            save_content(iter([b"theirs"]), tmp_path / name)
    assert (tmp_path / "one.txt").read_text() == "mine"
    assert not (tmp_path / "elsewhere").exists()
    assert save_content(iter([b"theirs"]), free_place(tmp_path / "one.txt", "x", force=True), force=True).exists()
    assert (tmp_path / "one.txt").read_text() == "theirs"
    with pytest.raises(HomeError, match="no folder"):
        free_place(tmp_path / "nowhere" / "one.txt", "x")
    (tmp_path / "x").mkdir()
    with pytest.raises(HomeError, match="is a folder"):
        free_place(tmp_path, "x", force=True)


def test_a_disk_without_hard_links_is_no_reason_to_write_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def link(*_: Any) -> None:
        raise PermissionError

    monkeypatch.setattr("os.link", link)
    assert save_content(iter([b"a"]), tmp_path / "one.txt").read_bytes() == b"a"
    with pytest.raises(HomeError, match="already"):
        save_content(iter([b"b"]), tmp_path / "one.txt")
    assert (tmp_path / "one.txt").read_bytes() == b"a"


# --- types ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"%PDF-1.7", "application/pdf"),
        (b"OggS\x00", "audio/ogg"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"RIFF\x00\x00\x00\x00AVI ", "video/x-msvideo"),
        (b"\x00\x00\x00\x18ftypheic", "image/heif"),
        (b"\x00\x00\x00\x18ftypqt  ", "video/mp4"),
        (b"plain words", "text/plain"),
        ("über".encode() * 1023 + "ab€".encode()[:4], "text/plain"),
        (b"", "text/plain"),
        (b"\x7fELF", "application/octet-stream"),
        (b"a\x00b", "application/octet-stream"),
        (b"caf\xe9", "application/octet-stream"),
    ],
)
def test_a_type_comes_from_the_first_bytes(head: bytes, kind: str) -> None:
    assert media_type(head[:4096]) == kind


@pytest.mark.parametrize("head", [b"\x00\x00\x00\x18ftypheic", b"\x00\x00\x00\x18ftypmp42", b"GIF89a", b"II*\x00"])
def test_a_picture_or_film_that_cannot_be_cleaned_is_refused_unless_asked_for(tmp_path: Path, head: bytes) -> None:
    path = tmp_path / "evening"
    path.write_bytes(head + bytes(100))
    with pytest.raises(NotAllowed, match="--keep-photo-data"):
        prepare(NewAttachment(path))
    kept = prepare(NewAttachment(path, keep_photo_data=True))
    assert (kept.data, kept.preview) == (None, None)


# --- seen by another program ----------------------------------------------------------------------------------------


@pytest.fixture
async def two(app: FastAPI, tmp_path: Path) -> AsyncIterator[Couple]:
    async with couple(app, tmp_path) as both:
        yield both


async def attached(two: Couple, path: Path) -> tuple[bytes, bytes]:
    written = await two.ada.write(two.journal, "note", {"text": "look"}, attachments=[NewAttachment(path)])
    assert written.delivered
    await two.sam.sync()
    view = (await two.sam.attachments(two.journal).list(written.entry))[0]
    return written.entry, view.id


@ONE
async def test_a_picture_has_a_preview_and_is_opened_from_a_private_place(
    app: FastAPI, two: Couple, tmp_path: Path
) -> None:
    path = tmp_path / "evening.jpg"
    path.write_bytes(photo("JPEG"))
    entry, attachment = await attached(two, path)
    his = two.sam.attachments(two.journal)
    [view] = await his.list(entry)
    assert view.may_be_opened
    assert view.preview is not None
    small = await his.preview(entry, view.preview)
    assert Image.open(io.BytesIO(small)).size == (256, 512)
    opened = await his.open(entry, attachment)
    assert opened.name == "attachment.jpg"
    assert opened.is_relative_to(tmp_path / "sam" / "opened")
    assert opened.parent.stat().st_mode & 0o777 == 0o700
    assert PLACE not in opened.read_bytes()
    network = two.sam._context.network.transport
    await two.sam.close()
    two.sam = await Duolog.open(home=tmp_path / "sam", unlock=UNLOCK, server=transport(app))
    assert not opened.exists()
    assert not (tmp_path / "sam" / "opened").exists()
    assert network is not None


@ONE
async def test_only_a_few_types_are_opened_and_only_when_they_are_what_they_say(
    two: Couple, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "run.me"
    program.write_bytes(b"\x7fELF" + bytes(2**20))
    entry, attachment = await attached(two, program)
    his = two.sam.attachments(two.journal)
    [view] = await his.list(entry)
    assert not view.may_be_opened
    with pytest.raises(NotAllowed, match="Save it instead"):
        await his.open(entry, attachment)
    with pytest.raises(NotAllowed, match="too large for a preview"):
        await his.preview(entry, attachment)
    monkeypatch.setattr("duolog.client.attachments.sources.media_type", lambda head: "application/pdf")
    entry, attachment = await attached(two, program)
    with pytest.raises(NotAllowed, match="not what its author says"):
        await his.open(entry, attachment)
    assert not [path for path in (tmp_path / "sam" / "opened").rglob("*") if path.is_file()]
    assert set(ENDINGS) == {"image/png", "image/jpeg", "image/webp", "audio/ogg", "text/plain", "application/pdf"}


@ONE
async def test_what_a_note_and_its_message_disagree_about_is_shown_so(two: Couple, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("words")
    entry, attachment = await attached(two, path)
    message = message_of(two.sam._context, two.journal, entry)
    lost = {"id": encode_b64(b"l" * 16), "name": "lost\u202e.png", "alt": "x"}
    body = {"text": "look", "attachments": [lost, {"id": "nonsense"}, 5]}
    changed = replace(message, document=replace(message.document, body=body))
    unnamed, missing = _views(entry, 1, changed)
    assert (unnamed.id, unnamed.name, unnamed.missing) == (attachment, None, False)
    assert (missing.id, missing.name) == (b"l" * 16, "lost\ufffd.png")
    assert (missing.missing, missing.may_be_opened) == (True, False)
    with pytest.raises(NotAllowed, match="no such attachment"):
        await two.sam.attachments(two.journal).save(entry, b"l" * 16, tmp_path / "x")
    saved = await two.sam.attachments(two.journal).save(entry, attachment, tmp_path / "b.txt")
    assert saved.read_text() == "words"
