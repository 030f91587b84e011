"""A folder or zip of Markdown files, one for each entry, with or without front matter: Obsidian, Jekyll and the like.

Known fields are `date` (also `created`, `created_at`, `happened`), `title`, `tags`, `feelings` (also `mood`), and with
`keep_place` `place` and `location`. Without a date the file's name may begin with one. A file's own times say when it
was copied, so they don't count. An entry is known by its path in the folder. Images and recordings in the folder that
the text shows, as `![](a.jpeg)` or `![[a.jpeg]]`, become media.
"""

import posixpath
import re
from collections.abc import Iterable, Iterator
from urllib.parse import unquote

from duolog.errors import MalformedData
from duolog.imports.bounds import MIB
from duolog.imports.dayone import NOTHING
from duolog.imports.diary_entry import (
    MEDIA_TYPES,
    BrokenItem,
    DiaryEntry,
    DiaryItem,
    as_words,
    bounded_id,
    whole,
    with_lines,
)
from duolog.imports.front_matter import Fields, split_front_matter
from duolog.imports.media import Gathered, ending
from duolog.imports.sources import Source, read_whole
from duolog.imports.when import happened

ENDINGS = (".md", ".markdown")

_DATES = ("date", "happened", "created", "created_at")
_SHOWN = re.compile(
    r"!\[\[([^\[\]|\n]{1,300})(?:\|[^\[\]\n]{0,100})?\]\]"
    r"|!\[[^\[\]\n]{0,200}\]\(<?([^()<>\n]{1,300}?)>?(?:[ \t]+\"[^\"\n]{0,100}\")?\)"
)
_NAMED_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?![0-9])")
_HASH_TAG = re.compile(r"#?(.+)")


def read_markdown(source: Source, *, keep_place: bool) -> Iterator[DiaryItem]:
    """Each file as an entry, in the order of their paths. Raises: MalformedData where there is no such file."""
    names = [name for name in source.names if name.lower().endswith(ENDINGS)]
    if not names:
        raise MalformedData("There is no Markdown file here: none that ends in .md.")
    files = _Files(source.names)
    for name in names:
        try:
            data = read_whole(source, name, MIB)
            yield _entry(Gathered(source), files, name, data, keep_place)
        except MalformedData as error:
            yield BrokenItem(name, str(error))


class _Files:
    """The media files of a folder, by path and by name."""

    def __init__(self, names: Iterable[str]) -> None:
        media = [name for name in names if ending(name) in MEDIA_TYPES]
        self._paths = frozenset(media)
        self._by_name = {name.rpartition("/")[2]: name for name in reversed(media)}

    def find(self, note: str, shown: str) -> str | None:
        """The file that a note shows, or None: beside the note, from the top, or anywhere by its name alone."""
        for path in (posixpath.join(posixpath.dirname(note), shown), shown.removeprefix("/")):
            if posixpath.normpath(path) in self._paths:
                return posixpath.normpath(path)
        return None if "/" in shown else self._by_name.get(shown)


def _entry(gathered: Gathered, files: _Files, name: str, data: bytes, keep_place: bool) -> DiaryEntry:
    try:
        fields, text = split_front_matter(whole(data.decode("utf-8-sig")))
    except UnicodeDecodeError as error:
        raise MalformedData("It isn't UTF-8.") from error

    def refer(match: re.Match[str]) -> str:
        shown = unquote(match[1] or match[2]).strip()
        if ":" in shown or ending(shown) not in MEDIA_TYPES:  # an address, or a note inside a note
            return match[0]
        return gathered.refer(files.find(name, shown), "medium")

    text = _SHOWN.sub(refer, text).strip()
    title = " ".join(" ".join(fields.get("title", ())).split())
    if title and title not in text[: len(title) + 4]:
        text = f"# {title}\n\n{text}".strip()
    tags, others = as_words(_words(fields, "tags", "tag"))
    feelings, more = as_words(_words(fields, "feelings", "feeling", "mood"))
    place = [*fields.get("place", ()), *fields.get("location", ())] if keep_place else []
    text = with_lines(text, Tags=others, Feelings=more, Place=(" ".join(one.split()) for one in place if one.strip()))
    if not text:
        raise MalformedData(NOTHING)
    return DiaryEntry(
        app="markdown",
        id=bounded_id(name),
        where=name,
        text=text,
        happened=_happened(fields, name),
        feelings=feelings,
        tags=tags,
        media=gathered.media,
        missing=gathered.missing,
    )


def _words(fields: Fields, *names: str) -> Iterator[str]:
    """Words of a list, or of a text with commas, or with spaces and a `#` before each."""
    for value in (value for name in names for value in fields.get(name, ())):
        parts = value.split(",") if "," in value or not value.lstrip().startswith("#") else value.split()
        for part in parts:
            found = _HASH_TAG.fullmatch(part.strip())
            if found is not None and part.strip() not in ("null", "~"):
                yield found[1]


def _happened(fields: Fields, name: str) -> str | None:
    written = (value for field in _DATES for value in fields.get(field, ()))
    found = next(filter(None, map(happened, written)), None)
    if found is not None:
        return found
    day = _NAMED_DAY.match(name.rpartition("/")[2])
    return None if day is None else happened(day[1])
