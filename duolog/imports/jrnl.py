"""jrnl: what `jrnl --format json`, `text` or `markdown` writes, and jrnl's own plain file.

In JSON an entry has `title`, `body`, `date`, `time`, `tags` with their `@`, `starred`. In the others an entry begins
with a line: `[2026-11-23 19:15] A title`, `### 2026-11-23 19:15 A title`, or `2026-11-23 19:15 A title` in old files.
jrnl's entries have no id, so an entry is known by all that it says.
"""

import re
from collections.abc import Iterator

from duolog.errors import MalformedData
from duolog.imports.bounds import MAX_JSON, MAX_TEXT_FILE
from duolog.imports.dayone import NOTHING, STARRED
from duolog.imports.diary_entry import BrokenItem, DiaryEntry, DiaryItem, as_words, bounded_id, whole, with_lines
from duolog.imports.json_files import Fault, JsonValue, entries_of, text_in, texts_in
from duolog.imports.sources import Source, read_whole
from duolog.imports.when import happened

_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?: [AaPp][Mm])?"
_STYLES = (
    re.compile(rf"\[({_DATE})\][ \t]?(.*)"),
    re.compile(rf"#{{1,6}} ({_DATE})[ \t]?(.*)"),
    re.compile(rf"({_DATE})[ \t](.*)"),
)
_TAG = re.compile(r"(?<![^\s(])@([\w-]{1,64})")
_GROUP = re.compile(r"#{1,5} (?:[0-9]{4}|[^\W\d_]{3,20})")  # a year or a month, above the entries in Markdown


def read_jrnl(source: Source, *, keep_place: bool) -> Iterator[DiaryItem]:
    """Each entry of the files. jrnl knows no places. Raises: MalformedData where there is no file of jrnl."""
    names = [name for name in source.names if name.lower().endswith((".json", ".txt", ".md", ".jrnl"))]
    names = names or list(source.names)[:1]
    if not names:
        raise MalformedData("There is no file of jrnl here.")
    for name in names:
        try:
            yield from _of_json(source, name) if name.lower().endswith(".json") else _of_text(source, name)
        except MalformedData as error:
            yield BrokenItem(name, str(error))


def style_of(text: str) -> re.Pattern[str] | None:
    """How entries begin in a plain file of jrnl, None for another file."""
    lines = (line for line in text[:2000].splitlines() if line.strip() and not _GROUP.fullmatch(line.strip()))
    first = next(lines, "").removeprefix("\ufeff")
    return next((style for style in _STYLES if style.match(first)), None)


def _of_json(source: Source, name: str) -> Iterator[DiaryItem]:
    for number, found in enumerate(entries_of(read_whole(source, name, MAX_JSON)), 1):
        where = f"{name}, entry {number}"
        try:
            yield BrokenItem(where, found.why) if isinstance(found, Fault) else _json_entry(where, found)
        except MalformedData as error:
            yield BrokenItem(where, str(error))


def _json_entry(where: str, found: JsonValue) -> DiaryEntry:
    date, time = text_in(found, "date"), text_in(found, "time")
    tags = [tag.removeprefix("@") for tag in texts_in(found, "tags")]
    title, body = text_in(found, "title"), text_in(found, "body")
    return _entry(where, (date, time), title, body, tags, starred=found.get("starred") is True)


def _of_text(source: Source, name: str) -> Iterator[DiaryItem]:
    try:
        text = read_whole(source, name, MAX_TEXT_FILE).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise MalformedData("It isn't UTF-8.") from error
    style = style_of(text)
    if style is None:
        raise MalformedData("It is no file of jrnl: its first line has no date as jrnl writes it.")
    number, head, body = 0, None, list[str]()
    for line in [*text.splitlines(), None]:
        begins = None if line is None else style.match(line)
        if line is not None and begins is None:
            if style is not _STYLES[1] or not _GROUP.fullmatch(line.strip()):
                body.append(line)
            continue
        if head is not None:
            number += 1
            yield _text_item(f"{name}, entry {number}", head, "\n".join(body))
        head, body = begins, []


def _text_item(where: str, head: re.Match[str], body: str) -> DiaryItem:
    title = head[2].strip()
    starred = title.startswith("* ") or (title.endswith("*") and title.count("*") == 1)
    title = title.removeprefix("* ").removesuffix("*").strip() if starred else title
    try:
        tags = _TAG.findall(whole(f"{title}\n{body}"))
        return _entry(where, (head[1], ""), title, body, tags, starred=starred)
    except MalformedData as error:
        return BrokenItem(where, str(error))


def _entry(where: str, date: tuple[str, str], title: str, body: str, given: list[str], *, starred: bool) -> DiaryEntry:
    tags, others = as_words([*given, *([STARRED] if starred else [])])
    text = whole("\n\n".join(filter(None, [title.strip(), body.strip()])))
    if not text:
        raise MalformedData(NOTHING)
    return DiaryEntry(
        app="jrnl",
        id=bounded_id(*date, text),
        where=where,
        text=with_lines(text, Tags=others),
        happened=happened(" ".join(filter(None, date))),
        tags=tags,
    )
