"""Day One: a zip or folder of `<journal>.json`, each with `entries`, and `photos/`, `audios/`, `videos/`, `pdfs/`.

An entry has `uuid`, `creationDate` (UTC) with `timeZone`, `text` (Markdown, in which `dayone-moment:` links name the
media by their `identifier`) or `richText` (JSON in a string), `tags`, `starred`, and lists of media. A medium's file is
named by its `md5`. Locations, weather, devices and step counts are left out.
"""

import re
from collections.abc import Iterator

from duolog.errors import MalformedData
from duolog.imports.bounds import MAX_JSON
from duolog.imports.diary_entry import BrokenItem, DiaryEntry, DiaryItem, as_words, bounded_id, whole, with_lines
from duolog.imports.json_files import (
    Fault,
    JsonValue,
    entries_of,
    object_in,
    objects_in,
    parse_object,
    text_in,
    texts_in,
)
from duolog.imports.media import Gathered, ending
from duolog.imports.sources import Source, read_whole
from duolog.imports.when import happened_in

STARRED = "starred"
NOTHING = "It has no text, and nothing is attached to it."

_LISTS = {"photos": "photo", "audios": "audio", "videos": "video", "pdfAttachments": "paper"}
_FOLDERS = {"photos": "photos", "audios": "audios", "videos": "videos", "pdfAttachments": "pdfs"}
_MOMENT = re.compile(r"!\[[^\]\n]{0,200}\]\(dayone-moment:/{1,2}(?:([A-Za-z]{1,20})/)?([A-Za-z0-9-]{1,64})\)")
_ESCAPED = re.compile(r"\\(.)")
_NEEDLESS = ".!()-+"  # Day One writes a backslash before each of these
_MD5 = re.compile(r"[0-9A-Za-z]{8,64}")


def read_dayone(source: Source, *, keep_place: bool) -> Iterator[DiaryItem]:
    """Each entry of each journal of an export. Raises: MalformedData where there is no journal."""
    journals = [name for name in source.names if name.lower().endswith(".json") and name.count("/") <= 1]
    if not journals:
        raise MalformedData("There is no journal of Day One: no file that ends in .json.")
    files = _Files(source)
    for journal in journals:
        try:
            for number, found in enumerate(entries_of(read_whole(source, journal, MAX_JSON)), 1):
                yield _item(source, files, journal, number, found, keep_place)
        except MalformedData as error:
            yield BrokenItem(journal, str(error))


class _Files:
    """The media files of an export, by their folder and their name without its ending."""

    def __init__(self, source: Source) -> None:
        self._known: dict[tuple[str, str], str] = {}
        for name in source.names:
            folder, _, file = name.rpartition("/")
            self._known[folder, file.lower()] = self._known[folder, file.rpartition(".")[0].lower()] = name

    def find(self, journal: str, folder: str, medium: JsonValue) -> str | None:
        """The file of a medium, or None."""
        md5 = text_in(medium, "md5")
        if not _MD5.fullmatch(md5):
            return None
        place = "/".join(filter(None, [journal.rpartition("/")[0], folder]))
        end = ending("." + (text_in(medium, "type") or text_in(medium, "format")))
        return self._known.get((place, f"{md5}.{end}".lower())) or self._known.get((place, md5.lower()))


def _item(
    source: Source, files: _Files, journal: str, number: int, found: JsonValue | Fault, keep_place: bool
) -> DiaryItem:
    where = f"{journal}, entry {number}"
    if isinstance(found, Fault):
        return BrokenItem(where, found.why)
    try:
        return _entry(Gathered(source), files, journal, where, found, keep_place)
    except MalformedData as error:
        return BrokenItem(where, str(error))


def _entry(
    gathered: Gathered, files: _Files, journal: str, where: str, found: JsonValue, keep_place: bool
) -> DiaryEntry:
    media: dict[str, tuple[str | None, str]] = {}
    for key, word in _LISTS.items():
        for place, medium in enumerate(objects_in(found, key)):
            name = text_in(medium, "identifier") or f"{key} {place}"
            media[name] = (files.find(journal, _FOLDERS[key], medium), word)
    named = set[str]()

    def refer(match: re.Match[str]) -> str:
        file, word = media.get(match[2], (None, _word(match[1])))
        named.add(match[2])
        return gathered.refer(file, word)

    text = _MOMENT.sub(refer, _unescaped(whole(_text(found))))
    text = gathered.append(text, [one for name, one in media.items() if name not in named])
    tags, others = as_words([*texts_in(found, "tags"), *([STARRED] if found.get("starred") is True else [])])
    text = with_lines(text, Tags=others, Place=_place(found) if keep_place else ())
    if not text:
        raise MalformedData(NOTHING)
    date = text_in(found, "creationDate")
    when = happened_in(date, text_in(found, "timeZone"))
    return DiaryEntry(
        app="dayone",
        id=bounded_id(text_in(found, "uuid")) if text_in(found, "uuid") else bounded_id(date, text),
        where=where,
        text=text,
        happened=when[:10] if when and found.get("isAllDay") is True else when,
        tags=tags,
        media=gathered.media,
        missing=gathered.missing,
    )


def _text(found: JsonValue) -> str:
    """The text, or else that of the rich text, in which media are objects between the texts."""
    text, rich = text_in(found, "text"), text_in(found, "richText")
    if text.strip() or not rich:
        return text
    parts = []
    for piece in objects_in(parse_object(rich.encode("utf-8", "replace")), "contents"):
        parts.append(text_in(piece, "text"))
        parts += [
            f"\n\n![](dayone-moment://{text_in(one, 'identifier')})" for one in objects_in(piece, "embeddedObjects")
        ]
    return "".join(parts)


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: found[1] if found[1] in _NEEDLESS else found[0], text)


def _word(kind: str | None) -> str:
    return {"audio": "audio", "video": "video", "pdfAttachment": "paper"}.get(kind or "", "photo")


def _place(found: JsonValue) -> tuple[str, ...]:
    location = object_in(found, "location")
    names = (text_in(location, key) for key in ("placeName", "localityName", "country"))
    return tuple(dict.fromkeys(filter(None, (" ".join(whole(name).split()) for name in names))))
