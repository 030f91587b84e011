"""The files beside an export: opened, listed, and each the very one that its text carries."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from urllib.parse import unquote

import pytest
from fastapi import FastAPI

from duolog.client import NewAttachment
from duolog.client.export.files import LIST, verify_files
from duolog.client.export.verify_export import ProvenExport, verify_export
from duolog.errors import DuologError, HomeError, MalformedData, TransportError, VerificationError
from duolog.protocol.codec import encode_b64
from tests.client.couple import Couple, couple
from tests.client.test_attachments import made

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
async def two(app: FastAPI, tmp_path: Path) -> AsyncIterator[Couple]:
    """Ada's note with two files, Sam's with one, one that was withdrawn."""
    async with couple(app, tmp_path) as both:
        paths = [made(tmp_path / "files", size, name) for size, name in ((70_000, "a.bin"), (0, "b.bin"), (9, "c.bin"))]
        files = [NewAttachment(path) for path in paths]
        await both.ada.write(both.journal, "note", {"text": "look"}, attachments=files[:2])
        gone = await both.ada.write(both.journal, "note", {"text": "gone"}, attachments=files[:1])
        await both.ada.leaving(both.journal).withdraw(gone.entry)
        await both.sam.sync()
        await both.sam.write(both.journal, "note", {"text": "and mine"}, attachments=files[2:])
        await both.ada.sync()
        yield both


async def exported(two: Couple, tmp_path: Path) -> tuple[Path, ProvenExport]:
    done = await two.ada.export_files(tmp_path / "ours")
    assert (done.files, done.missing) == (3, 0)
    await two.ada.export(tmp_path / "ours.json")
    with (tmp_path / "ours.json").open("rb") as file:
        return tmp_path / "ours", verify_export(file)


async def test_every_file_is_there_and_is_the_one_that_its_text_carries(two: Couple, tmp_path: Path) -> None:
    folder, proven = await exported(two, tmp_path)
    told: list[tuple[int, int]] = []
    checked = verify_files(folder, proven, lambda done, total: told.append((done, total)))
    assert (checked.files, checked.missing) == (3, 0)
    assert told == [(1, 3), (2, 3), (3, 3)]
    files = {path.name.rpartition("-")[2]: path for path in folder.iterdir()}
    assert set(files) == {"a.bin", "b.bin", "c.bin", LIST}
    for name in ("a.bin", "b.bin", "c.bin"):
        assert files[name].read_bytes() == (tmp_path / "files" / name).read_bytes()
        assert files[name].stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    assert not list((tmp_path / "ada" / "attachments").iterdir())
    with pytest.raises(HomeError, match="isn't empty"):
        await two.ada.export_files(folder)
    with pytest.raises(HomeError, match="can't be made"):
        await two.ada.export_files(tmp_path / "no" / "folder")


async def test_a_file_that_cannot_be_had_is_listed_with_a_reason(
    two: Couple, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = two.ada._context.network.transport
    honest = network.fetch_attachment

    async def false(journal: bytes, attachment: bytes, span: tuple[int, int]) -> bytes:
        data = await honest(journal, attachment, span)
        return bytes(len(data)) if len(data) > 66_000 else data

    monkeypatch.setattr(network, "fetch_attachment", false)
    done = await two.ada.export_files(tmp_path / "ours", journals=[two.journal])
    assert (done.files, done.missing) == (2, 1)
    await two.ada.export(tmp_path / "ours.json")
    with (tmp_path / "ours.json").open("rb") as file:
        checked = verify_files(tmp_path / "ours", verify_export(file))
    assert (checked.files, checked.missing) == (2, 1)
    reasons = [
        line["missing"] for line in json.loads((tmp_path / "ours" / LIST).read_text())["files"] if "missing" in line
    ]
    assert len(reasons) == 1
    assert "another attachment" in reasons[0]

    async def dead(*_: object) -> bytes:
        raise TransportError("the line is dead")

    monkeypatch.setattr(network, "fetch_attachment", dead)
    with pytest.raises(TransportError):
        await two.ada.export_files(tmp_path / "again")


Change = Callable[[Path, list[dict[str, str]]], None]


def flipped(folder: Path, lines: list[dict[str, str]]) -> None:
    path = folder / lines[0]["file"]
    path.write_bytes(b"x" + path.read_bytes()[1:])


def shorter(folder: Path, lines: list[dict[str, str]]) -> None:
    path = folder / lines[0]["file"]
    path.write_bytes(path.read_bytes()[:-1])


def longer(folder: Path, lines: list[dict[str, str]]) -> None:
    path = folder / lines[0]["file"]
    path.write_bytes(path.read_bytes() + b"x")


def removed(folder: Path, lines: list[dict[str, str]]) -> None:
    (folder / lines[0]["file"]).unlink()


def linked(folder: Path, lines: list[dict[str, str]]) -> None:
    path = folder / lines[0]["file"]
    path.rename(folder.parent / "elsewhere")
    path.symlink_to(folder.parent / "elsewhere")


def exchanged(folder: Path, lines: list[dict[str, str]]) -> None:
    lines[0]["file"], lines[1]["file"] = lines[1]["file"], lines[0]["file"]


def another_header(folder: Path, lines: list[dict[str, str]]) -> None:
    lines[0]["header"] = lines[1]["header"]


def twice(folder: Path, lines: list[dict[str, str]]) -> None:
    lines.append(lines[0])


def outside(folder: Path, lines: list[dict[str, str]]) -> None:
    lines[0]["file"] = f"../{folder.name}/{lines[0]['file']}"


def of_another_entry(folder: Path, lines: list[dict[str, str]]) -> None:
    lines[0]["entry"] = encode_b64(bytes(16))


def unlisted(folder: Path, lines: list[dict[str, str]]) -> None:
    lines.pop(0)


FAULTS: dict[str, list[Change]] = {
    "export.file_digest": [flipped, shorter, longer, removed, linked, exchanged, another_header],
    "export.file_named": [twice, outside, of_another_entry],
    "export.file_unlisted": [unlisted],
}


async def test_whatever_is_changed_in_the_folder_is_noticed(two: Couple, tmp_path: Path) -> None:
    for check, changes in FAULTS.items():
        for change in changes:
            place = tmp_path / change.__name__
            place.mkdir()
            folder, proven = await exported(two, place)
            lines = [line for line in json.loads((folder / LIST).read_text())["files"] if line]
            change(folder, lines)
            text = "".join(json.dumps(line, separators=(",", ":")) + ",\n" for line in lines)
            (folder / LIST).write_text('{"format":"duolog-attachments","v":1,"files":[\n' + text + "{}]}\n")
            with pytest.raises(VerificationError) as caught:
                verify_files(folder, proven)
            assert caught.value.check == check, change.__name__


async def test_a_list_that_is_none_or_was_cut_off_is_refused(two: Couple, tmp_path: Path) -> None:
    folder, proven = await exported(two, tmp_path)
    text = (folder / LIST).read_text()
    for changed in (text[:-5], text[:200], "", "{}", text.replace('"v":1', '"v":2'), text.replace('"id"', '"x"')):
        (folder / LIST).write_text(changed)
        with pytest.raises(DuologError):
            verify_files(folder, proven)
    (folder / LIST).unlink()
    with pytest.raises(MalformedData, match="no list"):
        verify_files(folder, proven)


async def test_the_pages_for_reading_link_the_files(two: Couple, tmp_path: Path) -> None:
    path = made(tmp_path / "files", 5, "a)](x) <b> & 'c'.bin")
    await two.ada.write(two.journal, "note", {"text": "odd"}, attachments=[NewAttachment(path)])
    files = await two.ada.export_files(tmp_path / "ours files")
    await two.ada.export_readable(tmp_path / "pages", files=files)
    for page, pattern in (("*.html", r'href="([^"]+)"'), ("*.md", r"\]\(<([^>]+)>\)")):
        [found] = (tmp_path / "pages").rglob(page)
        linked = [found.parent / unquote(address) for address in re.findall(pattern, found.read_text())]
        assert len(linked) == 4
        assert all(one.resolve().is_file() for one in linked)
        assert "<b>" not in found.read_text().replace("&lt;b&gt;", "")
