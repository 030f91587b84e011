"""Exports that are made to attack: bombs, path tricks, links, devices, lying sizes, nesting without end."""

import os
import struct
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from duolog.errors import MalformedData
from duolog.imports import bounds, dayone, diaries, json_files, sources, zips
from duolog.imports.diaries import open_diary
from duolog.imports.diary_entry import DiaryEntry
from tests.imports.builders import JPEG, broken, day_one, entries, read, zip_of

ENTRY = {"uuid": "A" * 32, "text": "Text."}


def refused(path: Path, match: str) -> None:
    with pytest.raises(MalformedData, match=match), open_diary(path, "dayone") as diary:
        list(diary.items())


def journal(*more: tuple[str | zipfile.ZipInfo, bytes]) -> list[tuple[str | zipfile.ZipInfo, bytes]]:
    return [("Journal.json", b'{"entries": [{"uuid": "A", "text": "Text."}]}'), *more]


def special(name: str, mode: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, mode << 16
    return info


def patched(path: Path, old: bytes, new: bytes) -> Path:
    data = path.read_bytes()
    assert old in data
    path.write_bytes(data.replace(old, new))
    return path


# --- zips ------------------------------------------------------------------------------------------------------------


def test_a_zip_bomb_is_refused_before_anything_of_it_is_read(tmp_path: Path) -> None:
    bomb = zip_of(tmp_path / "bomb.zip", journal(("photos/a.jpeg", bytes(300 * bounds.MIB))))
    assert bomb.stat().st_size < bounds.MIB
    started = time.monotonic()
    refused(bomb, "would unpack to far more")
    assert time.monotonic() - started < 1


def test_a_bomb_beside_honest_photos_is_refused(tmp_path: Path) -> None:
    more = [("photos/a.jpeg", os.urandom(bounds.MIB)), ("photos/b.jpeg", bytes(40 * bounds.MIB))]
    refused(zip_of(tmp_path / "beside.zip", journal(*more)), "b.jpeg would unpack to far more")


def test_many_small_bombs_together_are_refused(tmp_path: Path) -> None:
    small = [(f"photos/{number}.jpeg", bytes(bounds.MIB)) for number in range(60)]
    refused(zip_of(tmp_path / "bombs.zip", journal(*small)), "would unpack to far more")


@pytest.mark.parametrize(
    "name", ["../../.bashrc", "/etc/passwd", "a/../../b", "photos//a.jpeg", "./a.json", "a/./b", "..", "a/.."]
)
def test_a_name_that_leads_out_is_refused(tmp_path: Path, name: str) -> None:
    refused(zip_of(tmp_path / "path.zip", journal((name, b"x"))), "leads out of it")


@pytest.mark.parametrize("name", ["a\\..\\b", "C:/a.jpeg", "a\nb", "a\x1b[2J", "a:stream", "what?.jpeg", "<a>"])
def test_a_name_that_no_app_writes_is_refused(tmp_path: Path, name: str) -> None:
    refused(zip_of(tmp_path / "name.zip", journal((name, b"x"))), "no app writes")


def test_a_name_with_a_hidden_end_is_refused(tmp_path: Path) -> None:
    file = zip_of(tmp_path / "nul.zip", journal(("photos/a.jpegX.exe", b"x")))
    refused(patched(file, b"a.jpegX.exe", b"a.jpeg\0.exe"), "no app writes|no whole zip")


@pytest.mark.parametrize("name", ["CON", "photos/nul.jpeg", "aux.json", "LPT1", "com9.txt", "prn ", "nul."])
def test_the_name_of_a_device_is_refused(tmp_path: Path, name: str) -> None:
    refused(zip_of(tmp_path / "device.zip", journal((name, b"x"))), "name of a device")


@pytest.mark.parametrize("mode", [0o120777, 0o010644, 0o020644, 0o060644, 0o140644])
def test_a_link_or_a_device_among_the_files_is_refused(tmp_path: Path, mode: int) -> None:
    refused(zip_of(tmp_path / "link.zip", journal((special("photos/a.jpeg", mode), b"/etc/passwd"))), "a link among")


def test_a_name_that_stands_there_twice_is_refused(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        file = zip_of(tmp_path / "twice.zip", journal(("Journal.json", b"{}")))
    refused(file, "two files of the name")
    composed, apart = "photos/caf\u00e9.jpeg", "photos/cafe\u0301.jpeg"
    refused(zip_of(tmp_path / "alike.zip", journal((composed, b"a"), (apart, b"b"))), "two files of the name")


def test_a_name_without_end_is_refused(tmp_path: Path) -> None:
    refused(zip_of(tmp_path / "long.zip", journal(("a" * 513, b"x"))), "too long")
    refused(zip_of(tmp_path / "deep.zip", journal(("a/" * 16 + "b", b"x"))), "too long")


def test_a_zip_under_a_password_is_refused_with_what_to_do(tmp_path: Path) -> None:
    file = zip_of(tmp_path / "locked.zip", journal())
    refused(patched(file, b"PK\1\2\x14\x03\x14\0\0\0", b"PK\1\2\x14\x03\x14\0\1\0"), "without one, or unpack it")


def test_an_unusual_packing_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "lzma.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_LZMA) as packed:
        packed.writestr("Journal.json", b"{}")
    refused(file, "in a way that no diary app uses")


def test_a_zip_with_more_files_than_a_diary_is_refused_before_its_list_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = zip_of(tmp_path / "many.zip", [(f"{number}.md", b"x") for number in range(12)])
    monkeypatch.setattr(zips, "MAX_FILES", 10)

    def never(*_: object) -> None:
        raise AssertionError("the list was read")

    monkeypatch.setattr(zipfile.ZipFile, "__init__", never)
    refused(file, "more than 10 files")


def test_a_zip_that_lies_about_the_number_of_its_files_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = zip_of(tmp_path / "many.zip", [(f"{number}.md", b"x") for number in range(12)])
    patched(file, struct.pack("<HH", 12, 12), struct.pack("<HH", 1, 1))
    monkeypatch.setattr(zips, "MAX_FILES", 10)
    refused(file, "12 files; 10 are the limit")


def test_a_large_list_of_files_is_refused_in_a_zip64_too(tmp_path: Path) -> None:
    file = zip_of(tmp_path / "zip64.zip", journal())
    data = file.read_bytes()
    at = data.rindex(b"PK\5\6")
    record = b"PK\6\6" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, 1 << 40, 1 << 40, 1 << 50, 0)
    locator = b"PK\6\7" + struct.pack("<IQI", 0, at, 1)
    file.write_bytes(data[:at] + record + locator + data[at:])
    refused(file, "No diary has as many")


def test_a_file_that_lies_about_its_size_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    second = b'{"entries": [{"uuid": "B", "text": "Another one."}]}'
    file = zip_of(tmp_path / "lying.zip", journal(("Other.json", second)))
    size = struct.pack("<I", len(second))
    patched(file, size + struct.pack("<HH", 10, 0), struct.pack("<I", 3) + struct.pack("<HH", 10, 0))
    items = read(file, "dayone")
    assert [item.id for item in items if isinstance(item, DiaryEntry)] == ["A"]
    assert "Other.json" in repr(items[-1])


def test_a_file_longer_than_promised_is_not_read_on(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    with (tmp_path / "a").open("rb") as file, pytest.raises(MalformedData, match="longer than the export says"):
        sources.Reading(file, "a", 4).read()


def test_a_damaged_photo_is_an_error_only_when_it_is_read(tmp_path: Path) -> None:
    photo = {"identifier": "P", "md5": "a" * 32, "type": "jpeg"}
    file = day_one(tmp_path / "a.zip", [ENTRY | {"photos": [photo]}], {f"photos/{'a' * 32}.jpeg": JPEG * 50})
    data = bytearray(file.read_bytes())
    data[data.index(b".jpeg") + 10] ^= 0xFF
    file.write_bytes(data)
    with open_diary(file) as diary:
        [entry] = [item for item in diary.items() if isinstance(item, DiaryEntry)]
        with pytest.raises(MalformedData, match="it is damaged"):
            entry.media[0].open().read()


def test_a_zip_in_the_zip_is_named_and_not_opened(tmp_path: Path) -> None:
    inner = zip_of(tmp_path / "inner.zip", journal()).read_bytes()
    file = zip_of(tmp_path / "outer.zip", journal(("more.zip", inner)))
    assert [(item.where, item.why) for item in broken(file)] == [
        ("more.zip", "It is an archive in the archive, and isn't opened.")
    ]


@pytest.mark.parametrize("cut", [10, 60, 200, -5, -30])
def test_a_zip_that_was_cut_off_is_refused(tmp_path: Path, cut: int) -> None:
    file = zip_of(tmp_path / "cut.zip", journal(("photos/a.jpeg", JPEG * 20)))
    file.write_bytes(file.read_bytes()[:cut])
    refused(file, "no whole zip|can't be read")


def test_an_archivers_own_files_are_passed_over(tmp_path: Path) -> None:
    more = [("__MACOSX/._Journal.json", b"\0\5"), (".DS_Store", b"x"), ("photos/", b"")]
    assert [item.id for item in entries(zip_of(tmp_path / "mac.zip", journal(*more)))] == ["A"]


# --- JSON ------------------------------------------------------------------------------------------------------------


def test_json_nested_without_end_is_refused_politely(tmp_path: Path) -> None:
    file = tmp_path / "deep.json"
    file.write_bytes(b'{"entries": [' + b"[" * (bounds.MAX_JSON - 100))
    started = time.monotonic()
    assert [item.why for item in broken(file, "dayone")] == ["The file is nested deeper than any diary. It isn't read."]
    assert time.monotonic() - started < 5


def test_a_deep_entry_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    deep = b'{"text": "a", "x": ' + b"[" * 40 + b"]" * 40 + b"}"
    file = tmp_path / "deep.json"
    file.write_bytes(b'{"entries": [' + deep + b', {"uuid": "B", "text": "Text."}]}')
    first, second = read(file, "dayone")
    assert "nested too deep" in repr(first)
    assert isinstance(second, DiaryEntry)


def test_a_deep_file_of_journey_is_named(tmp_path: Path) -> None:
    (tmp_path / "1.json").write_bytes(b'{"text": "a", "date_journal": 1, "x": ' + b"[" * 40 + b"]" * 40 + b"}")
    assert [item.why for item in broken(tmp_path)] == ["It is nested too deep."]


def test_a_huge_entry_is_named_and_not_parsed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_files, "MAX_ENTRY_JSON", 100)
    file = day_one(tmp_path / "a.zip", [ENTRY | {"x": "y" * 100}, ENTRY])
    items = read(file)
    assert "100 are the limit" in repr(items[0])
    assert isinstance(items[1], DiaryEntry)


def test_a_huge_journal_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dayone, "MAX_JSON", 100)
    file = day_one(tmp_path / "a.zip", [ENTRY] * 3)
    assert [item.where for item in broken(file)] == ["Journal.json"]


def test_a_huge_text_is_named(tmp_path: Path) -> None:
    file = day_one(tmp_path / "a.zip", [ENTRY | {"text": "x" * (bounds.MAX_TEXT + 1)}])
    assert "200000 are the limit" in broken(file)[0].why


def test_more_entries_than_a_diary_end_the_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diaries, "MAX_ENTRIES", 5)
    refused(day_one(tmp_path / "a.zip", [{"x": 1}] * 6), "more than 5 entries")


@pytest.mark.parametrize("data", [b'{"entries": {"a": 1}}', b"[]", b'{"a": {"entries": [{}]}}', b'"entries"', b"]]]"])
def test_a_file_without_a_list_of_entries_is_named(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.json").write_bytes(data)
    assert [item.why for item in broken(tmp_path / "a.json", "dayone")] == ["The file has no list of entries."]


def test_brackets_and_quotes_in_a_text_are_text(tmp_path: Path) -> None:
    text = 'a "quoted" ]}]} \\" [{ entries": [ \\\\'
    assert [item.text for item in entries(day_one(tmp_path / "a.zip", [ENTRY | {"text": text}]))] == [text]


def test_half_a_character_becomes_a_mark(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b'{"entries": [{"uuid": "A", "text": "so \\ud83d sad \\ud83d\\ude42"}]}')
    assert entries(tmp_path / "a.json", "dayone")[0].text == "so \ufffd sad 🙂"


def test_a_number_without_end_is_named(tmp_path: Path) -> None:
    (tmp_path / "1.json").write_bytes(b'{"text": "a", "date_journal": 1' + b"0" * 5000 + b"}")
    (tmp_path / "2.json").write_bytes(b'{"text": "a", "date_journal": 1e999}')
    (tmp_path / "3.json").write_bytes(b'{"text": "a", "date_journal": NaN}')
    assert [item.where for item in broken(tmp_path)] == ["1.json", "3.json"]
    assert [item.happened for item in read(tmp_path) if isinstance(item, DiaryEntry)] == [None]


@pytest.mark.parametrize("zone", ["../../../etc/passwd", "/etc/localtime", "Europe", "", "x" * 500, "Europe/Berlin\0"])
def test_a_zone_that_is_none_leads_nowhere(tmp_path: Path, zone: str) -> None:
    entry = ENTRY | {"creationDate": "2024-01-01T10:00:00Z", "timeZone": zone}
    assert entries(day_one(tmp_path / "a.zip", [entry]))[0].happened == "2024-01-01T10:00"


def test_more_photos_than_an_entry_takes_are_left_out_and_counted(tmp_path: Path) -> None:
    photos = [{"identifier": f"P{number}", "md5": f"{number:032x}", "type": "jpeg"} for number in range(102)]
    media = {f"photos/{number:032x}.jpeg": JPEG for number in range(102)}
    [found] = entries(day_one(tmp_path / "a.zip", [ENTRY | {"photos": photos}], media))
    assert (len(found.media), found.missing) == (100, 2)


# --- folders ---------------------------------------------------------------------------------------------------------


def test_links_in_a_folder_are_named_and_never_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.md").write_text("A secret.")
    folder = tmp_path / "diary"
    folder.mkdir()
    (folder / "a.md").write_text("Mine.")
    (folder / "b.md").symlink_to(outside / "secret.md")
    (folder / "c").symlink_to(outside, target_is_directory=True)
    items = read(folder)
    assert "A secret" not in repr(items)
    assert sorted(item.where for item in broken(folder)) == ["b.md", "c"]


def test_a_file_that_became_a_link_or_a_pipe_since_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("Mine.")
    (tmp_path / "b.md").write_text("Mine.")
    source = sources.FolderSource(tmp_path)
    for name, replace in (("a.md", lambda path: path.symlink_to("/etc/passwd")), ("b.md", os.mkfifo)):
        swap(tmp_path / name, replace)
        with pytest.raises(MalformedData):
            source.open(name)


def swap(path: Path, replace: Callable[[Path], None]) -> None:
    path.unlink()
    replace(path)


def test_a_pipe_in_a_folder_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("Mine.")
    os.mkfifo(tmp_path / "b.md")
    assert [item.id for item in entries(tmp_path)] == ["a.md"]


def test_a_name_that_is_no_utf_8_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("Mine.")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.md")).write_text("Mine, too.")
    assert [item.why for item in broken(tmp_path)] == ["Its name isn't UTF-8."]


def test_a_folder_with_more_files_than_a_diary_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "MAX_FILES", 3)
    for number in range(4):
        (tmp_path / f"{number}.md").write_text("x")
    with pytest.raises(MalformedData, match="more than 3 files"):
        open_diary(tmp_path)


def test_a_note_shows_no_file_outside_of_its_folder(tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(b"secret")
    folder = tmp_path / "diary"
    folder.mkdir()
    (folder / "a.md").write_text("![](../secret.png) ![](/secret.png) ![[../secret.png]] ![](%2e%2e/secret.png)")
    [found] = entries(folder)
    assert (found.media, found.missing) == ((), 4)


# --- front matter ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "front",
    [
        "a: &x [1]\nb: *x",
        "a: " + "[" * 5000,
        "a: {b: {c: {d: {e: {f: {g: {h: {i: 1}}}}}}}}",
        "- a\n- b",
        "just words",
        "a: 'open",
        "a: " + "x" * bounds.MAX_FRONT_MATTER,
    ],
)
def test_front_matter_that_is_none_is_named(tmp_path: Path, front: str) -> None:
    (tmp_path / "a.md").write_text(f"---\n{front}\n---\nText.")
    assert [item.where for item in broken(tmp_path)] == ["a.md"]


def test_a_tag_of_yaml_makes_nothing(tmp_path: Path) -> None:
    made = tmp_path / "made"
    (tmp_path / "a.md").write_text(f"---\ntitle: !!python/object/apply:os.system ['touch {made}']\n---\nText.")
    read(tmp_path)
    assert not made.exists()
