"""Journey: a zip or folder with one JSON file for each entry, and its photos and recordings beside them.

An entry has `id`, `date_journal` (Unix milliseconds) with `timezone`, `text` (HTML, Markdown or plain, as `type` says
or its beginning shows), `tags`, `favourite`, and `photos`, which are names of files. Places, weather, music and the
number that stands for a mood are left out.
"""

from collections.abc import Iterator

from duolog.errors import MalformedData
from duolog.imports.bounds import MAX_ENTRY_JSON
from duolog.imports.dayone import NOTHING, STARRED
from duolog.imports.diary_entry import BrokenItem, DiaryEntry, DiaryItem, as_words, bounded_id, whole, with_lines
from duolog.imports.html_text import html_as_markdown, looks_like_html
from duolog.imports.json_files import JsonValue, number_in, parse_object, text_in, texts_in
from duolog.imports.media import Gathered
from duolog.imports.sources import Source, read_whole
from duolog.imports.when import happened, happened_at


def read_journey(source: Source, *, keep_place: bool) -> Iterator[DiaryItem]:
    """Each entry of an export, in the order of the files' names. Raises: MalformedData where there is none."""
    names = [name for name in source.names if name.lower().endswith(".json")]
    if not names:
        raise MalformedData("There is no entry of Journey: no file that ends in .json.")
    known = frozenset(source.names)
    for name in names:
        try:
            found = parse_object(read_whole(source, name, MAX_ENTRY_JSON))
            yield _entry(Gathered(source), known, name, found, keep_place)
        except MalformedData as error:
            yield BrokenItem(name, str(error))


def _entry(gathered: Gathered, known: frozenset[str], name: str, found: JsonValue, keep_place: bool) -> DiaryEntry:
    if "text" not in found and "date_journal" not in found:
        raise MalformedData("It is no entry of Journey.")
    folder = name.rpartition("/")[0]
    photos = [(_file(known, folder, one), "photo") for one in texts_in(found, "photos")]
    text = whole(text_in(found, "text"))
    text = html_as_markdown(text) if text_in(found, "type") == "html" or looks_like_html(text) else text
    starred = found.get("favourite") is True or found.get("favorite") is True
    tags, others = as_words([*texts_in(found, "tags"), *([STARRED] if starred else [])])
    place = " ".join(whole(text_in(found, "address")).split()) if keep_place else ""
    text = with_lines(gathered.append(text, photos), Tags=others, Place=filter(None, [place]))
    if not text:
        raise MalformedData(NOTHING)
    return DiaryEntry(
        app="journey",
        id=bounded_id(text_in(found, "id") or name),
        where=name,
        text=text,
        happened=_happened(found),
        tags=tags,
        media=gathered.media,
        missing=gathered.missing,
    )


def _happened(found: JsonValue) -> str | None:
    milliseconds = number_in(found, "date_journal")
    if milliseconds is not None:
        return happened_at(milliseconds / 1000, text_in(found, "timezone").strip())
    written = found.get("date_journal")
    return happened(written) if isinstance(written, str) else None


def _file(known: frozenset[str], folder: str, name: str) -> str | None:
    """The file beside an entry, or below its folder in one of its own, that a name means."""
    path = f"{folder}/{name}" if folder else name
    return path if path in known else None
