"""Each app's export as its public description has it: samples of our own, with the odd ones that people have."""

from pathlib import Path

import pytest

from duolog.errors import MalformedData
from duolog.imports.diaries import TWICE, open_diary
from duolog.imports.diary_entry import DiaryEntry
from tests.imports.builders import SAMPLES, broken, day_one, entries, pack, read


def by_id(path: Path, *, keep_place: bool = False) -> dict[str, DiaryEntry]:
    return {item.id: item for item in read(path, keep_place=keep_place) if isinstance(item, DiaryEntry)}


@pytest.fixture(params=["folder", "zip"])
def dayone(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    folder = SAMPLES / "dayone"
    return folder if request.param == "folder" else pack(folder, tmp_path / "export.zip")


# --- Day One ---------------------------------------------------------------------------------------------------------


def test_a_day_one_entry_keeps_text_tags_and_the_clock_of_its_place(dayone: Path) -> None:
    first = by_id(dayone)["0A1B2C3D4E5F60718293A4B5C6D7E8F9"]
    assert first.app == "dayone"
    assert first.happened == "2024-06-28T23:38"
    assert first.tags == ("sea", "two of us", "starred")
    assert first.text == (
        "# At the sea\n\nIt was *warm*. We talked until late!\n\n![](photo-1.jpeg)\n\nThen we went home 🌙\n\n"
        "![](audio-1.m4a)\n\n![](photo-2.png)"
    )


def test_a_day_one_entrys_photos_and_recordings_open_one_by_one(dayone: Path) -> None:
    with open_diary(dayone) as diary:
        first = next(item for item in diary.items() if isinstance(item, DiaryEntry))
        found = {}
        for medium in first.media:
            opened = medium.open()
            found[medium.name, medium.media_type] = opened.read()
            opened.close()
            assert medium.size == len(found[medium.name, medium.media_type])
    photos = SAMPLES / "dayone" / "photos"
    assert found == {
        ("photo-1.jpeg", "image/jpeg"): (photos / "5f4dcc3b5aa765d61d8327deb882cf99.jpeg").read_bytes(),
        ("audio-1.m4a", "audio/mp4"): b"audio",
        ("photo-2.png", "image/png"): (photos / "7c6a180b36896a0a8c02787eeafb0e4c.png").read_bytes(),
    }


def test_odd_day_one_entries_come_too(dayone: Path) -> None:
    found = by_id(dayone)
    undated = found["1A1B2C3D4E5F60718293A4B5C6D7E8F9"]
    assert (undated.happened, undated.text) == (None, "No date, and Ünïcödé: 日記, עברית, 👩‍❤️‍👩.")
    rich = found["2A1B2C3D4E5F60718293A4B5C6D7E8F9"]
    assert (rich.happened, rich.missing) == ("2023-12-31", 1)
    assert rich.text == "Only rich text.\n\n\n(photo: not in the export)"
    paper = found["3A1B2C3D4E5F60718293A4B5C6D7E8F9"]
    assert (paper.text, [medium.name for medium in paper.media]) == ("![](paper-1.pdf)", ["paper-1.pdf"])
    assert len(found) == 4


def test_broken_day_one_entries_are_named_and_the_rest_goes_on(dayone: Path) -> None:
    assert [(item.where, item.why) for item in broken(dayone)] == [
        ("Our Journal.json, entry 5", "It has no text, and nothing is attached to it."),
        ("Our Journal.json, entry 6", "Its text is no text."),
        ("Our Journal.json, entry 7", "It is no entry."),
        ("Our Journal.json, entry 8", TWICE),
    ]


def test_places_weather_and_devices_stay_behind_unless_asked_for(dayone: Path) -> None:
    shown = "".join(repr(item) for item in read(dayone))
    for secret in ("Springs", "Taiwan", "22.6", "121.5", "Sunny", "phone", "9697", "tickets"):
        assert secret not in shown
    kept = by_id(dayone, keep_place=True)["0A1B2C3D4E5F60718293A4B5C6D7E8F9"].text
    assert kept.endswith("\n\nPlace: Sunrise Springs, Green Island, Taiwan")
    assert "22.6" not in kept


def test_a_day_one_export_that_was_cut_off_gives_what_it_has(tmp_path: Path) -> None:
    file = tmp_path / "Journal.json"
    file.write_bytes((SAMPLES / "dayone" / "Our Journal.json").read_bytes()[:1500])
    items = read(file, "dayone")
    assert isinstance(items[0], DiaryEntry)
    assert "ends in the middle" in repr(items[-1])


def test_a_day_one_entry_without_an_id_is_known_by_what_it_says(tmp_path: Path) -> None:
    bare = {"creationDate": "2024-01-01T10:00:00Z", "text": "One."}
    first = entries(day_one(tmp_path / "a.zip", [bare, bare | {"text": "Two."}]))
    again = entries(day_one(tmp_path / "b.zip", [bare | {"text": "Two."}, bare]))
    assert {item.id for item in first} == {item.id for item in again}
    assert len({item.id for item in first}) == 2


# --- Journey ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("packed", [False, True])
def test_a_journey_entry_becomes_markdown(tmp_path: Path, packed: bool) -> None:
    folder = SAMPLES / "journey"
    found = by_id(pack(folder, tmp_path / "journey.zip") if packed else folder)
    html = found["1700000000000-3fd2aa"]
    assert (html.app, html.happened, html.tags) == ("journey", "2023-11-14T23:13", ("peace", "starred"))
    assert html.text == (
        "We made **up**.\n\nThen:\n\n- tea\n- sleep & rest\n\na link and [another](https://example.org/a)\n\n"
        "![](photo-1.jpg)\n\n(photo: not in the export)\n\n(photo: not in the export)"
    )
    assert (len(html.media), html.missing) == (1, 2)
    plain = found["1600000000000-0c11bb"]
    assert (plain.happened, plain.text) == (
        "2020-09-13T12:26",
        "Plain, as old versions wrote it.\n\n1 < 2 & so on 🙂",
    )


def test_a_broken_file_of_journey_is_named() -> None:
    assert [(item.where, item.why) for item in broken(SAMPLES / "journey")] == [
        ("1500000000000-broken.json", "It is no valid JSON.")
    ]


def test_the_address_of_journey_is_kept_when_asked_for() -> None:
    assert "Home Street" not in repr(read(SAMPLES / "journey"))
    kept = by_id(SAMPLES / "journey", keep_place=True)["1700000000000-3fd2aa"].text
    assert kept.endswith("Place: Home Street 1, Berlin")


# --- jrnl ------------------------------------------------------------------------------------------------------------


def test_jrnls_json_is_read() -> None:
    items = read(SAMPLES / "jrnl" / "journal.json")
    found = [item for item in items if isinstance(item, DiaryEntry)]
    assert [(item.happened, item.text, item.tags) for item in found] == [
        ("2020-06-28T18:22", "This is the first entry\n\nWith a body, @us at @home.", ("us", "home")),
        ("2020-07-01T20:00", "A starred one.", ("us", "starred")),
        (None, "No date\n\nÜnïcödé 🙂", ()),
    ]
    assert [item.where for item in broken(SAMPLES / "jrnl" / "journal.json")] == [
        "journal.json, entry 4",
        "journal.json, entry 5",
    ]


def test_jrnls_plain_file_is_read() -> None:
    found = entries(SAMPLES / "jrnl" / "journal.txt")
    assert [(item.happened, item.text, item.tags) for item in found] == [
        (
            "2020-06-28T18:22",
            "This is the first entry\n\nWith a body, @us at @home.\n"
            "2020-06-29 09:00 is a date in the text, and no entry.",
            ("us", "home"),
        ),
        ("2020-07-01T20:00", "A starred one.", ("starred",)),
        ("2020-07-02T09:00", "Body without a title.", ()),
    ]


def test_jrnls_markdown_is_read() -> None:
    found = entries(SAMPLES / "jrnl" / "journal.md")
    assert [(item.happened, item.text) for item in found] == [
        ("2020-06-28T18:22", "This is the first entry\n\nWith a body, @us."),
        ("2020-07-01T20:00", "A second one\n\n#### A heading in it\n\nText."),
    ]


# --- Markdown --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("packed", [False, True])
def test_a_folder_of_markdown_is_read(tmp_path: Path, packed: bool) -> None:
    folder = SAMPLES / "markdown"
    found = by_id(pack(folder, tmp_path / "notes.zip") if packed else folder)
    assert set(found) == {"2024/2024-03-15.md", "talk.md", "impossible.md"}
    daily = found["2024/2024-03-15.md"]
    assert (daily.happened, daily.missing, [medium.name for medium in daily.media]) == (
        *("2024-03-15", 1),
        ["photo-1.png", "photo-2.jpg"],
    )
    assert daily.text == (
        "A daily note without front matter, dated by its name.\n\n![](photo-1.png) and ![](photo-2.jpg) and "
        "(medium: not in the export) and ![far](https://example.org/a.png)"
    )
    talk = found["talk.md"]
    assert (talk.happened, talk.tags, talk.feelings) == (
        *("2024-01-05T10:00", ("us", "long talks")),
        ("calm", "a bit tired"),
    )
    assert talk.text == "# The talk\n\nWe talked.\n\n---\n\nAnd then some more 🙂"
    assert (found["impossible.md"].happened, found["impossible.md"].tags) == (None, ("one", "two"))


def test_broken_markdown_files_are_named() -> None:
    assert {item.where: item.why for item in broken(SAMPLES / "markdown")} == {
        "bomb.md": "Its front matter refers to itself (& and *). Write the value out.",
        "empty.md": "It has no text, and nothing is attached to it.",
    }


def test_a_markdown_file_that_is_no_utf_8_is_named(tmp_path: Path) -> None:
    (tmp_path / "latin.md").write_bytes(b"caf\xe9")
    (tmp_path / "mark.md").write_bytes("\ufeff---\ndate: 2024-01-02\n---\ncafé".encode())
    assert [(item.where, item.why) for item in broken(tmp_path)] == [("latin.md", "It isn't UTF-8.")]
    assert [item.happened for item in read(tmp_path) if isinstance(item, DiaryEntry)] == ["2024-01-02"]


def test_a_place_in_front_matter_is_kept_when_asked_for() -> None:
    assert "Lisbon" not in repr(read(SAMPLES / "markdown"))
    assert by_id(SAMPLES / "markdown", keep_place=True)["talk.md"].text.endswith("\n\nPlace: Lisbon")


# --- which app it is -------------------------------------------------------------------------------------------------


def test_the_app_is_recognised_by_what_is_in_the_export(tmp_path: Path) -> None:
    found = {}
    for name in ("dayone", "journey", "jrnl/journal.json", "jrnl/journal.txt", "jrnl/journal.md", "markdown"):
        with open_diary(SAMPLES / name) as diary:
            found[name] = diary.app
    assert list(found.values()) == ["dayone", "journey", "jrnl", "jrnl", "jrnl", "markdown"]


@pytest.mark.parametrize("data", [b"", b"hello", b'{"a": 1}', b"\x00" * 100, b"PK\x05\x06" + b"\0" * 18])
def test_what_is_no_diary_is_refused_with_what_to_do(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "unknown.bin"
    file.write_bytes(data)
    with pytest.raises(MalformedData, match="Say which app it comes from"):
        open_diary(file)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(MalformedData, match=r"no file or folder .*nothing\.zip"):
        open_diary(tmp_path / "nothing.zip")


def test_more_tags_than_a_note_takes_become_a_line_of_the_text(tmp_path: Path) -> None:
    tags = [f"tag {number}" for number in range(34)] + ["x" * 65]
    [found] = entries(day_one(tmp_path / "a.zip", [{"uuid": "A" * 32, "text": "Text.", "tags": tags}]))
    assert found.tags == tuple(tags[:32])
    assert found.text == "Text.\n\nTags: tag 32, tag 33, " + "x" * 65
