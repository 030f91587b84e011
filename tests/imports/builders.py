"""Exports for tests: small samples from the apps' public descriptions, packed as the apps pack them, and attacks."""

import json
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from duolog.imports.diaries import open_diary
from duolog.imports.diary_entry import App, BrokenItem, DiaryEntry

SAMPLES = Path(__file__).parent / "samples"
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")


def pack(folder: Path, to: Path) -> Path:
    """A zip of everything below a folder."""
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as packed:
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            packed.write(file, file.relative_to(folder).as_posix())
    return to


def zip_of(to: Path, files: Iterable[tuple[str | zipfile.ZipInfo, bytes]]) -> Path:
    """A zip of these files, each as it is named."""
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in files:
            packed.writestr(name, data)
    return to


def day_one(to: Path, entries: list[Any], media: dict[str, bytes] | None = None) -> Path:
    """A Day One export of these entries. `media`: by their names in the zip."""
    journal = json.dumps({"metadata": {"version": "1.0"}, "entries": entries}, indent=2).encode()
    return zip_of(to, [("Journal.json", journal), *(media or {}).items()])


def many(to: Path, count: int = 500, photo: Callable[[int], bytes] = lambda number: JPEG) -> Path:
    """A Day One export of many entries, every one with a photo of its own. `photo`: its bytes, by its number."""
    entries, media = [], {}
    for number in range(count):
        md5 = f"{number:032x}"
        media[f"photos/{md5}.jpeg"] = photo(number)
        entries.append(
            {
                "uuid": f"{number:032X}",
                "creationDate": f"2{number // 365:03}-03-{number % 28 + 1:02}T{number % 24:02}:00:00Z",
                "timeZone": "Europe/Berlin",
                "text": f"Day {number}: a walk, and *much* talk.\n\n![](dayone-moment://{number:032X})",
                "photos": [{"identifier": f"{number:032X}", "md5": md5, "type": "jpeg", "orderInEntry": 0}],
                "location": {"latitude": 52.5, "longitude": 13.4, "placeName": "A secret place"},
                "tags": ["walk"],
            }
        )
    return day_one(to, entries, media)


def read(path: Path, app: App | None = None, *, keep_place: bool = False) -> list[DiaryEntry | BrokenItem]:
    """Every item of an export."""
    with open_diary(path, app, keep_place=keep_place) as diary:
        return list(diary.items())


def entries(path: Path, app: App | None = None, *, keep_place: bool = False) -> list[DiaryEntry]:
    """The entries of an export that has no broken item."""
    items = read(path, app, keep_place=keep_place)
    assert not [item for item in items if isinstance(item, BrokenItem)], items
    return [item for item in items if isinstance(item, DiaryEntry)]


def broken(path: Path, app: App | None = None) -> list[BrokenItem]:
    """The broken items of an export."""
    return [item for item in read(path, app) if isinstance(item, BrokenItem)]
