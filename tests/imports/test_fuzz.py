"""Spoiled exports: whatever their bytes, a reader gives entries and broken items, or raises a `DuologError`, soon."""

import json
import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duolog.client.importing.diary_notes import notes_of
from duolog.documents.registry import KINDS
from duolog.errors import DuologError
from duolog.imports.bounds import MAX_ID, MAX_WORD, MAX_WORDS
from duolog.imports.diaries import APPS, open_diary
from duolog.imports.diary_entry import App, BrokenItem, DiaryEntry
from duolog.imports.front_matter import split_front_matter
from duolog.imports.html_text import html_as_markdown
from duolog.imports.parts import MAX_BYTES, MAX_CHARACTERS, in_parts
from duolog.imports.when import happened, happened_at, happened_in
from duolog.protocol.messages import Document
from duolog.protocol.sizes import MAX_DOCUMENT
from tests.examples import examples
from tests.imports.builders import SAMPLES, zip_of

FILES = sorted(path for path in SAMPLES.rglob("*") if path.is_file())
BIT_BY_BIT = settings(max_examples=examples(60), deadline=None)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
FIELDS = (
    *("uuid", "id", "creationDate", "timeZone", "text", "richText", "tags", "photos", "audios", "starred", "isAllDay"),
    *("date_journal", "timezone", "type", "title", "body", "date", "time", "location", "address", "favourite"),
)
ENTRY = st.dictionaries(st.sampled_from(FIELDS), JSON | st.text(max_size=40), max_size=8)


def require_sound(path: Path, app: App | None) -> None:
    """An export is read to its end, and every entry is within its bounds."""
    try:
        with open_diary(path, app, keep_place=True) as diary:
            for item in diary.items():
                if isinstance(item, DiaryEntry):
                    require_bounded(item)
                else:
                    assert isinstance(item, BrokenItem)
                    assert item.why
    except DuologError:
        return


def require_bounded(entry: DiaryEntry) -> None:
    assert 0 < len(entry.id) <= MAX_ID
    assert entry.text.strip()
    entry.text.encode()
    assert entry.happened is None or happened(entry.happened) == entry.happened
    for words in (entry.tags, entry.feelings):
        assert len(words) <= MAX_WORDS
        assert all(0 < len(word) <= MAX_WORD for word in words)
    for note in notes_of(entry):
        document = Document("note", 1, 0, note.body)
        KINDS["note"].read(document, writing=True)
        assert len(json.dumps(note.body, ensure_ascii=False).encode()) < MAX_DOCUMENT - 4096
    for medium in entry.media:
        assert "/" not in medium.name
        opened = medium.open()
        try:
            opened.read()
        finally:
            opened.close()


def spoiled(data: bytes, cuts: Iterable[tuple[int, int, bytes]]) -> bytes:
    for at, length, new in cuts:
        place = at % (len(data) + 1)
        data = data[:place] + new + data[place + length :]
    return data


CUTS = st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 30), st.binary(max_size=8)), min_size=1, max_size=4)


@pytest.mark.parametrize("app", APPS)
@BIT_BY_BIT
@given(file=st.sampled_from(FILES), cuts=CUTS)
def test_a_spoiled_sample(app: App, file: Path, cuts: list[tuple[int, int, bytes]]) -> None:
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        (Path(folder) / file.name).write_bytes(spoiled(file.read_bytes(), cuts))
        require_sound(Path(folder), app)
        require_sound(Path(folder) / file.name, None)


@BIT_BY_BIT
@given(cuts=CUTS, stored=st.booleans())
def test_a_spoiled_zip(cuts: list[tuple[int, int, bytes]], stored: bool) -> None:
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        path, below = Path(folder) / "a.zip", SAMPLES / "dayone"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as packed:
            for file in below.rglob("*.*"):
                packed.write(file, file.relative_to(below).as_posix())
        path.write_bytes(spoiled(path.read_bytes(), cuts))
        require_sound(path, None)


@pytest.mark.parametrize("app", ["dayone", "journey", "jrnl"])
@BIT_BY_BIT
@given(found=st.lists(ENTRY | JSON, max_size=4))
def test_entries_of_any_types(app: App, found: list[Any]) -> None:
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        files = [("Journal.json", json.dumps({"entries": found}).encode("utf-8", "surrogatepass"))]
        files += [(f"{number}.json", json.dumps(one).encode()) for number, one in enumerate(found)]
        require_sound(zip_of(Path(folder) / "a.zip", files), app)


@BIT_BY_BIT
@given(st.text(max_size=300))
def test_any_text_as_html_front_matter_and_dates(text: str) -> None:
    shown = html_as_markdown(text)
    assert "<script" not in shown.lower().replace("\\<script", "")
    for found in (happened(text), happened_in(text, text), happened_at(1e9, text)):
        assert found is None or happened(found) == found
    try:
        split_front_matter(f"---\n{text}\n---\n")
    except DuologError:
        return


@BIT_BY_BIT
@given(st.floats(allow_nan=False))
def test_any_number_as_a_time(seconds: float) -> None:
    found = happened_at(seconds, "Pacific/Kiritimati")
    assert found is None or happened(found) == found


@BIT_BY_BIT
@given(st.text(alphabet='ab \n"\\é🙂\x00', min_size=1, max_size=50), st.integers(1, 3000))
def test_parts_fit_and_leave_nothing_out(piece: str, times: int) -> None:
    text = (piece * times)[:200_000]
    parts = in_parts(text)
    assert all(
        len(part) <= MAX_CHARACTERS and len(json.dumps(part, ensure_ascii=False).encode()) <= MAX_BYTES + 100
        for part in parts
    )
    bare = parts if len(parts) == 1 else [part.partition("\n\n")[2] for part in parts]
    assert "".join("".join(bare).split()) == "".join(text.split())
