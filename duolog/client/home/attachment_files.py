"""Files of attachments on their way: stored bytes that wait to be sent, and stored bytes that were fetched in part.

Rules
- Such a file holds ciphertext alone. Its key is in a sealed message, never in a file.
- A file that goes out stays until no waiting message names it. One that comes in stays for a day at most, so that a
  download that was cut off goes on.
- Without a folder, each file is unlinked as soon as it is made, and gone with the process at the latest.
- `opened` is the one folder with content: what its owner asked to see in another program. It is emptied when the home
  is opened next.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Set
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Literal

from duolog.errors import HomeError

Way = Literal["out", "in"]

KEPT = 24 * 3600  # seconds that a download which was cut off is kept
_FOLDER, _OPENED = "attachments", "opened"


class AttachmentFiles:
    """The files of one home. `folder` None: a home in memory. An attachment is named by its id, 16 bytes.

    Raises: OSError from every method when the disk refuses.
    """

    def __init__(self, folder: Path | None) -> None:
        self._home = folder
        self._folder = None if folder is None else folder / _FOLDER
        self._unlinked: dict[tuple[bytes, Way], BinaryIO] = {}

    @contextmanager
    def open(self, attachment: bytes, way: Way) -> Iterator[BinaryIO]:
        """A file, from its beginning, to read and to write; an empty one when there was none."""
        if self._folder is None:
            file = self._unlinked.get((attachment, way))
            if file is None:
                file = self._unlinked[attachment, way] = tempfile.TemporaryFile()  # noqa: SIM115  # it stays open
            file.seek(0)
            yield file
            file.flush()
            return
        self._folder.mkdir(mode=0o700, exist_ok=True)
        descriptor = os.open(self._path(self._folder, attachment, way), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "r+b") as opened:
            yield opened

    def keep(self, file: BinaryIO) -> None:
        """Return when an open file, and its name, are on disk."""
        file.flush()
        if self._folder is not None:
            os.fsync(file.fileno())
            folder = os.open(self._folder, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def has(self, attachment: bytes, way: Way) -> bool:
        """Whether there is such a file."""
        if self._folder is None:
            return (attachment, way) in self._unlinked
        return self._path(self._folder, attachment, way).exists()

    def remove(self, attachment: bytes, way: Way) -> None:
        """Remove a file, if there is one."""
        if self._folder is not None:
            self._path(self._folder, attachment, way).unlink(missing_ok=True)
        elif (file := self._unlinked.pop((attachment, way), None)) is not None:
            file.close()

    def tidy(self, waiting: Set[bytes], clock: Callable[[], float] = time.time) -> None:
        """Remove what goes out and isn't among `waiting`, and what came in more than a day ago.

        `clock`: the time by which the files' own times are judged, Unix seconds.
        """
        for attachment, way in list(self._unlinked):
            if way == "out" and attachment not in waiting:
                self.remove(attachment, way)
        names = {f"{attachment.hex()}.out" for attachment in waiting}
        for path in self._folder.iterdir() if self._folder is not None and self._folder.is_dir() else ():
            with suppress(FileNotFoundError):
                comes_in = path.suffix == ".in" and abs(clock() - path.stat().st_mtime) < KEPT
                if path.name not in names and not comes_in:
                    path.unlink()

    def new_opened(self, name: str) -> Path:
        """A path of this name in a fresh folder, for content that another program shall show.

        Raises: HomeError: this home is in memory, and leaves nothing on the disk.
        """
        if self._home is None:
            raise HomeError(
                "This account is open in memory alone, and leaves nothing here. Save the attachment instead."
            )
        (self._home / _OPENED).mkdir(mode=0o700, exist_ok=True)
        return Path(tempfile.mkdtemp(dir=self._home / _OPENED)) / name

    def sweep_opened(self) -> None:
        """Remove what was opened for other programs."""
        if self._home is not None:
            shutil.rmtree(self._home / _OPENED, ignore_errors=True)

    def close(self) -> None:
        """Give up the files of a home in memory."""
        for attachment, way in list(self._unlinked):
            self.remove(attachment, way)

    @staticmethod
    def _path(folder: Path, attachment: bytes, way: Way) -> Path:
        return folder / f"{attachment.hex()}.{way}"
