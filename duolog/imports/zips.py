"""A zip as a source. The rules that refuse one as a whole are those of `sources`."""

import os
import re
import stat
import struct
import unicodedata
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from duolog.errors import MalformedData
from duolog.imports.bounds import (
    MAX_DIRECTORY,
    MAX_FILES,
    MAX_FOLDERS,
    MAX_NAME,
    MAX_RATIO,
    MAX_UNPACKED,
    RATIO_FROM,
)
from duolog.imports.diary_entry import BrokenItem
from duolog.imports.sources import Reading, is_hidden, unreadable

_END, _LOCATOR, _END_64 = b"PK\5\6", b"PK\6\7", b"PK\6\6"
_END_SIZE, _LOCATOR_SIZE, _END_64_SIZE = 22, 20, 56
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_LOCKED = 0x1 | 0x40 | 0x2000  # flags of files under a password
_DEVICE = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?", re.IGNORECASE)
_UNSAFE = re.compile(r'[\x00-\x1f\x7f\\:*?"<>|]')
_NESTED = (".zip", ".7z", ".rar", ".tar", ".gz", ".bz2", ".xz")


class ZipSource:
    """The files of a zip."""

    def __init__(self, file: Path) -> None:
        """Open a zip and judge all that it promises. Raises: MalformedData."""
        self.broken: list[BrokenItem] = []
        self._files: dict[str, zipfile.ZipInfo] = {}
        try:
            opened = file.open("rb")
        except OSError as error:
            raise unreadable(file.name, error) from error
        try:
            _require_short_list(opened)
            self._zip = zipfile.ZipFile(opened)
            self._take(self._zip.infolist(), file.stat().st_size)
        except MalformedData:
            opened.close()
            raise
        except Exception as error:  # the library raises a dozen types for damaged data
            opened.close()
            raise MalformedData(f"{file.name} is no whole zip. Export the diary again.") from error
        self._opened = opened
        self.names: Sequence[str] = sorted(self._files)

    def size(self, name: str) -> int:
        """A file's size in bytes, as the zip says."""
        return self._files[name].file_size

    def open(self, name: str) -> Reading:
        """Open a file. Raises: MalformedData where it can't be read."""
        info = self._files[name]
        try:
            return Reading(self._zip.open(info), name, info.file_size)
        except Exception as error:  # the library raises a dozen types for damaged data
            raise unreadable(name, error) from error

    def close(self) -> None:
        """Close the zip."""
        self._zip.close()
        self._opened.close()

    def _take(self, infos: Sequence[zipfile.ZipInfo], packed: int) -> None:
        if len(infos) > MAX_FILES:  # check: imports.zip_files
            raise MalformedData(f"The zip has {len(infos)} files; {MAX_FILES} are the limit.")
        unpacked, seen = 0, set[str]()
        for info in infos:
            _require_safe(info)
            alike = unicodedata.normalize("NFC", info.filename)
            if alike in seen:  # check: imports.zip_twice
                raise MalformedData(f"The zip has two files of the name {info.filename}. No app exports that.")
            seen.add(alike)
            unpacked += info.file_size
            if unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * packed + RATIO_FROM:  # check: imports.zip_total
                raise MalformedData("The zip would unpack to far more than a diary has. Nothing of it was read.")
            if info.is_dir() or is_hidden(info.filename):
                continue
            if info.filename.lower().endswith(_NESTED):  # check: imports.zip_nested
                self.broken.append(BrokenItem(info.filename, "It is an archive in the archive, and isn't opened."))
                continue
            self._files[info.filename] = info


def _require_safe(info: zipfile.ZipInfo) -> None:
    """Check one file of a zip before anything of it is read. Raises: MalformedData."""
    name, parts = info.filename, info.filename.removesuffix("/").split("/")
    if info.orig_filename != name or _UNSAFE.search(name):  # check: imports.zip_characters
        raise MalformedData(f"The zip has a file whose name no app writes: {_shown(name)}. Nothing of it was read.")
    if len(name) > MAX_NAME or len(parts) > MAX_FOLDERS:  # check: imports.zip_long_name
        raise MalformedData(f"The zip has a file whose name is too long: {_shown(name)}. Nothing of it was read.")
    if {"", ".", ".."} & set(parts):  # check: imports.zip_path
        raise MalformedData(f"The zip has a file whose name leads out of it: {_shown(name)}. Nothing of it was read.")
    if any(_DEVICE.fullmatch(part.rstrip(" .")) for part in parts):  # check: imports.zip_device
        raise MalformedData(f"The zip has a file with the name of a device: {_shown(name)}. Nothing of it was read.")
    if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):  # check: imports.zip_link
        raise MalformedData(f"The zip has a link among its files: {_shown(name)}. Nothing of it was read.")
    if info.flag_bits & _LOCKED:  # check: imports.zip_locked
        raise MalformedData("The zip has a password. Export the diary without one, or unpack it first.")
    if info.compress_type not in _METHODS:  # check: imports.zip_method
        raise MalformedData(
            f"The zip packs {_shown(name)} in a way that no diary app uses. Unpack it, and pack it anew."
        )
    if info.file_size > RATIO_FROM and info.file_size > MAX_RATIO * info.compress_size:  # check: imports.zip_ratio
        raise MalformedData(f"{_shown(name)} would unpack to far more than a diary has. Nothing of the zip was read.")


def _shown(name: str) -> str:
    return name if len(name) <= 80 else name[:79] + "…"


def _require_short_list(file: IO[bytes]) -> None:
    """Check how long the list of files is, before the library reads it whole. Raises: MalformedData."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - (1 << 16) - _END_SIZE))
    tail = file.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_SIZE:
        raise MalformedData("The file is no whole zip. Export the diary again.")
    files, length = struct.unpack_from("<HI", tail, at + 10)
    if tail[max(at - _LOCATOR_SIZE, 0) : at][:4] == _LOCATOR:
        (where,) = struct.unpack_from("<Q", tail, at - _LOCATOR_SIZE + 8)
        before = size - len(tail) + at - _LOCATOR_SIZE - _END_64_SIZE
        for place in (where, before):  # the library reads the second; others read the first
            file.seek(min(max(place, 0), size))
            record = file.read(_END_64_SIZE)
            if len(record) == _END_64_SIZE and record[:4] == _END_64:
                files, length = max(files, _u64(record, 32)), max(length, _u64(record, 40))
    if files > MAX_FILES or length > MAX_DIRECTORY:  # check: imports.zip_list
        raise MalformedData(f"The zip has more than {MAX_FILES} files. No diary has as many; nothing of it was read.")
    file.seek(0)


def _u64(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 8], "little")
