"""A diary: which app it comes from, by what is in it, and its entries one by one."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Protocol, Self, get_args

from duolog.errors import DuologError, MalformedData
from duolog.imports.bounds import KIB, MAX_ENTRIES
from duolog.imports.dayone import read_dayone
from duolog.imports.diary_entry import App, BrokenItem, DiaryEntry, DiaryItem
from duolog.imports.journey import read_journey
from duolog.imports.jrnl import read_jrnl, style_of
from duolog.imports.markdown import ENDINGS, read_markdown
from duolog.imports.sources import FileSource, FolderSource, Source, peek, unreadable
from duolog.imports.zips import ZipSource

APPS: tuple[App, ...] = get_args(App)
NAMES: Mapping[App, str] = {"dayone": "Day One", "journey": "Journey", "jrnl": "jrnl", "markdown": "Markdown"}

TWICE = "An earlier entry of this export has the same id."
_UNKNOWN = (
    "This looks like no diary that is known here. Say which app it comes from: Day One, Journey, jrnl or Markdown."
)
_PEEKED = 256 * KIB  # of a file
_LOOKED_AT = 8  # files


class _Reader(Protocol):
    def __call__(self, source: Source, *, keep_place: bool) -> Iterator[DiaryItem]: ...


_READERS: Mapping[App, _Reader] = {
    "dayone": read_dayone,
    "journey": read_journey,
    "jrnl": read_jrnl,
    "markdown": read_markdown,
}


class Diary:
    """An open export. Close it, or use it as a context. Its media can be opened while it is open."""

    def __init__(self, source: Source, app: App, *, keep_place: bool) -> None:
        self.app = app
        self._source, self._keep_place = source, keep_place

    def items(self) -> Iterator[DiaryItem]:
        """Each entry, and each broken item in its place. An id comes once.

        Raises: MalformedData where nothing in it can be read, or it has more entries than any diary.
        """
        yield from self._source.broken
        seen = set[str]()
        items = _READERS[self.app](self._source, keep_place=self._keep_place)
        for number, item in enumerate(items):
            if number == MAX_ENTRIES:  # check: imports.entries
                raise MalformedData(f"It has more than {MAX_ENTRIES} entries. Import it in smaller files.")
            if isinstance(item, DiaryEntry):
                if item.id in seen:  # check: imports.twice
                    yield BrokenItem(item.where, TWICE)
                    continue
                seen.add(item.id)
            yield item

    def close(self) -> None:
        """Close the export."""
        self._source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_diary(path: Path, app: App | None = None, *, keep_place: bool = False) -> Diary:
    """Open an export: a zip, a folder, or a file. `app`: the app that it comes from, found by its content unless given.

    `keep_place`: keep the names of places, as a line of the text.

    Raises: MalformedData where there is none, it is refused as a whole, or no app is recognised.
    """
    try:
        source = _source(path)
    except (OSError, ValueError) as error:
        raise unreadable(path.name, error) from error
    try:
        return Diary(source, app or _recognise(source), keep_place=keep_place)
    except DuologError:
        source.close()
        raise


def _source(path: Path) -> Source:
    if path.is_dir():
        return FolderSource(path.resolve())
    if not path.is_file():
        raise MalformedData(f"There is no file or folder {path}.")
    with path.open("rb") as file:
        begins = file.read(4)
    return ZipSource(path) if begins[:2] == b"PK" else FileSource(path)


def _recognise(source: Source) -> App:
    """The app by the first files of JSON, else of text. Raises: MalformedData."""
    json_files = [name for name in source.names if name.lower().endswith(".json")]
    for name in json_files[:_LOOKED_AT]:
        if (app := _by_json(peek(source, name, _PEEKED))) is not None:
            return app
    if len(source.names) == 1:
        begins = peek(source, source.names[0], _PEEKED)
        if style_of(begins.decode("utf-8-sig", "ignore")) is not None:
            return "jrnl"
    if any(name.lower().endswith(ENDINGS) for name in source.names):
        return "markdown"
    raise MalformedData(_UNKNOWN)


def _by_json(begins: bytes) -> App | None:
    if b'"date_journal"' in begins:
        return "journey"
    if b'"entries"' not in begins:
        return None
    if b'"creationDate"' in begins or b'"uuid"' in begins or b'"metadata"' in begins:
        return "dayone"
    return "jrnl" if b'"title"' in begins and b'"body"' in begins else None
