"""The files of an export: a zip, a folder, or one file. Names have `/` between their parts.

Rules
- A zip's list of files is bounded before it is read, and so are the sizes that it promises. Nothing is unpacked.
- A zip is refused as a whole for a name that leads out, a name that stands there twice, a link, a device, a password,
  or a ratio that no diary has.
- In a folder, links are named and never followed, and hidden files are passed over.
"""

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, Protocol

from duolog.errors import DuologError, MalformedData
from duolog.imports.bounds import MAX_FILES, MAX_FOLDERS, MAX_NAME
from duolog.imports.diary_entry import BrokenItem, Opened

HIDDEN = ("__MACOSX",)


class Source(Protocol):
    """The files of an export."""

    @property
    def names(self) -> Sequence[str]:
        """The files, sorted."""

    @property
    def broken(self) -> Sequence[BrokenItem]:
        """Files that are passed over, and why."""

    def size(self, name: str) -> int:
        """A file's size in bytes, as the export says."""

    def open(self, name: str) -> Opened:
        """Open a file. Raises: MalformedData where it can't be read."""

    def close(self) -> None:
        """Close what is open."""


class Reading:
    """An open file whose errors are `MalformedData`, and that ends at its promised size."""

    def __init__(self, inner: IO[bytes], name: str, size: int) -> None:
        self._inner, self._name, self._left = inner, name, size

    def read(self, size: int = -1) -> bytes:
        """The next bytes. Raises: MalformedData for a damaged file, or one that is longer than promised."""
        try:
            data = self._inner.read(min(size, self._left + 1) if size >= 0 else self._left + 1)
        except Exception as error:
            raise unreadable(self._name, error) from error
        self._left -= len(data)
        if self._left < 0:  # check: imports.promised_size
            raise MalformedData(f"{self._name} is longer than the export says.")
        return data

    def close(self) -> None:
        """Close the file."""
        self._inner.close()


class FolderSource:
    """The files below a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.broken: list[BrokenItem] = []
        found: list[str] = []
        for place, folders, files in os.walk(folder, onerror=self._name_error):
            inside = Path(place).relative_to(folder)
            folders[:] = sorted(name for name in folders if self._keeps(inside / name, folder=True))
            found += [(inside / name).as_posix() for name in files if self._keeps(inside / name)]
            if len(found) > MAX_FILES or len(inside.parts) > MAX_FOLDERS:  # check: imports.folder
                raise MalformedData(f"The folder has more than {MAX_FILES} files, or too many folders in each other.")
        self.names: Sequence[str] = sorted(found)

    def size(self, name: str) -> int:
        """A file's size in bytes. Raises: MalformedData where it can't be read."""
        with _failures(name):
            return (self._folder / name).lstat().st_size

    def open(self, name: str) -> Reading:
        """Open a file, and never through a link. Raises: MalformedData where it can't be read."""
        with _failures(name):
            # A file that became a link or a pipe since it was listed is not opened, and doesn't block.
            flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
            handle = os.fdopen(os.open(self._folder / name, flags | getattr(os, "O_BINARY", 0)), "rb")
            found = os.fstat(handle.fileno())
            if not stat.S_ISREG(found.st_mode):  # check: imports.became_special
                handle.close()
                raise MalformedData(f"{name} is no file.")
            return Reading(handle, name, found.st_size)

    def close(self) -> None:
        """Nothing is open."""

    def _name_error(self, error: OSError) -> None:
        where = Path(os.fsdecode(error.filename or "")).name
        self.broken.append(BrokenItem(where, f"This folder can't be read: {error.strerror}."))

    def _keeps(self, inside: Path, *, folder: bool = False) -> bool:
        name = inside.as_posix()
        if is_hidden(name):
            return False
        shown = name.encode("utf-8", "replace").decode()
        if shown != name:
            self.broken.append(BrokenItem(shown, "Its name isn't UTF-8."))
            return False
        with _failures(name):
            mode = (self._folder / inside).lstat().st_mode
        if stat.S_ISLNK(mode):  # check: imports.folder_link
            self.broken.append(BrokenItem(name, "It is a link, and links aren't followed."))
            return False
        return folder or (stat.S_ISREG(mode) and len(name) <= MAX_NAME)


class FileSource:
    """One file that is an export by itself."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.names: Sequence[str] = (file.name,)
        self.broken: Sequence[BrokenItem] = ()

    def size(self, name: str) -> int:
        """The file's size in bytes. Raises: MalformedData where it can't be read."""
        with _failures(name):
            return self._file.stat().st_size

    def open(self, name: str) -> Reading:
        """Open the file. Raises: MalformedData where it can't be read."""
        with _failures(name):
            return Reading(self._file.open("rb"), name, self._file.stat().st_size)

    def close(self) -> None:
        """Nothing is open."""


def is_hidden(name: str) -> bool:
    """Whether a file, or a folder on the way to it, is hidden, or is an archiver's own."""
    return any(part.startswith(".") or part in HIDDEN for part in name.split("/"))


def read_whole(source: Source, name: str, limit: int) -> bytes:
    """All bytes of a file. Raises: MalformedData for more than `limit` bytes, or a file that can't be read."""
    with closing(source.open(name)) as opened:
        data = opened.read(limit + 1)
    if len(data) > limit:  # check: imports.file_size
        raise MalformedData(f"{name} has {source.size(name)} bytes; {limit} are the limit.")
    return data


def peek(source: Source, name: str, size: int) -> bytes:
    """The first bytes of a file, `size` at most; none where it can't be read."""
    try:
        with closing(source.open(name)) as opened:
            return opened.read(size)
    except MalformedData:
        return b""


def unreadable(name: str, error: Exception) -> MalformedData:
    """The error for a file that the computer or a library can't read."""
    reason = error.strerror if isinstance(error, OSError) and error.strerror else "it is damaged"
    return MalformedData(f"{name} can't be read: {reason}.")


@contextmanager
def _failures(name: str) -> Iterator[None]:
    try:
        yield
    except DuologError:
        raise
    except (OSError, ValueError) as error:
        raise unreadable(name, error) from error
