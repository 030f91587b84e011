"""Exports of other apps' diaries: lists of entries, entries of each app, front matter, HTML, dates, and whole files."""

import json
import tempfile
from pathlib import Path

from duolog.errors import MalformedData
from duolog.imports.diaries import APPS, open_diary
from duolog.imports.diary_entry import DiaryEntry
from duolog.imports.front_matter import split_front_matter
from duolog.imports.html_text import html_as_markdown
from duolog.imports.json_files import entries_of
from duolog.imports.parts import in_parts
from duolog.imports.when import happened, happened_in
from fuzz.mutation import change_bytes, change_json, change_text
from fuzz.registry import target

_FRONT = '---\ntitle: "A day"\ndate: 2026-11-23 19:15:00 +0100\ntags: [a, b]\nmood:\n  - calm\n---\nText.\n'
_HTML = '<p>Text &amp; <b>more</b></p><ul><li>a</li></ul><script>x()</script><a href="https://example.org">y</a>'
_DAY_ONE = {
    "uuid": "A" * 32,
    "creationDate": "2026-11-23T19:15:00Z",
    "timeZone": "Europe/Berlin",
    "tags": ["a"],
    "text": "Text\\. ![](dayone-moment://P)",
    "starred": True,
    "location": {"placeName": "Here"},
    "photos": [{"identifier": "P", "md5": "f" * 32, "type": "jpeg"}],
}
_JOURNEY = {"id": "1-a", "date_journal": 1_795_600_000_000, "timezone": "", "text": _HTML, "photos": ["a.jpg"]}
_JRNL = {"title": "A day", "body": "Text.", "date": "2026-11-23", "time": "19:15", "tags": ["@a"], "starred": True}


def _diaries() -> list[bytes]:
    found = [{"metadata": {"version": "1.0"}, "entries": [one]} for one in (_DAY_ONE, _JRNL)]
    return [json.dumps(one).encode() for one in (*found, _JOURNEY)]


@target(_diaries, change=change_json)
def diary_of_json(data: bytes) -> None:
    """A file of JSON as each app's reader takes it, to its end."""
    _read(data, ".json")


@target(lambda: [_FRONT.encode(), b"[2026-11-23 19:15] A day *\nText @a.\n"], change=change_text)
def diary_of_text(data: bytes) -> None:
    """A file of text as each app's reader takes it, to its end."""
    _read(data, ".md")


@target(_diaries, change=change_bytes)
def diary_entries(data: bytes) -> None:
    """The list of entries in bytes that may be no JSON."""
    for _ in entries_of(data):
        pass


@target(lambda: [_FRONT.encode()], change=change_text)
def diary_front_matter(data: bytes) -> None:
    """Front matter, and the dates in it."""
    fields, _ = split_front_matter(data.decode("utf-8", "replace"))
    for value in (value for values in fields.values() for value in values):
        happened_in(value, value)


@target(lambda: [_HTML.encode()], raises=(), change=change_text)
def diary_html(data: bytes) -> None:
    """HTML as Markdown, and its parts."""
    text = html_as_markdown(data.decode("utf-8", "replace"))
    assert bool(in_parts(text)) == bool(text.strip())


def _read(data: bytes, ending: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"diary{ending}"
        file.write_bytes(data)
        for app in APPS:
            try:
                with open_diary(file, app, keep_place=True) as diary:
                    for item in diary.items():
                        if isinstance(item, DiaryEntry):
                            assert item.text.strip()
                            assert item.happened is None or happened(item.happened)
            except MalformedData:
                continue
