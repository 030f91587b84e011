"""Saving content to a file of its owner's choice: whole, or not at all, and never over another file.

Rules
- The file is written beside its place, with mode 0600, and gets its name when all of it is on disk.
- Where the path is a folder, the file is named after the attachment, as far as that name is safe.
- A file beside is locked while a process writes it. One that nobody holds was left by a killed process;
  `free_place`, which the next save into its folder asks first, removes it.
"""

import fcntl
import os
import re
import secrets
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from duolog.client.attachments.names import file_name
from duolog.errors import HomeError

_BESIDE = re.compile(r"\.duolog-[0-9a-f]{16}\.part")


def free_place(path: Path, name: str, *, force: bool = False) -> Path:
    """Where content may be saved, in a folder without what a killed save left. `name`: where `path` is a folder.

    Raises: HomeError: there is such a file already, or no such folder.
    """
    target = path / file_name(name) if path.is_dir() else path
    if not target.parent.is_dir():
        raise HomeError(f"There is no folder {target.parent}. Make it, or choose another place.")
    if target.is_dir():
        raise HomeError(f"{target} is a folder. Choose another name.")
    if not force and os.path.lexists(target):
        raise HomeError(_exists(target))
    _remove_left(target.parent)
    return target


def save_content(content: Iterable[bytes], target: Path, *, force: bool = False) -> Path:
    """Save content, given in order and in parts, at a free place; where it is now.

    Raises:
        HomeError: there is such a file by now. Nothing remains of this one.
        OSError: the disk refuses.
        DuologError: as the content, while it is read.
    """
    descriptor, beside = _begin(target.parent)
    try:
        with os.fdopen(descriptor, "wb") as out:
            for part in content:
                out.write(part)
            out.flush()
            os.fsync(out.fileno())
        if force:
            beside.replace(target)
        else:
            _name(beside, target)
    finally:
        beside.unlink(missing_ok=True)
    return target


def _begin(folder: Path) -> tuple[int, Path]:
    """A new file beside, locked."""
    while True:
        beside = folder / f".duolog-{secrets.token_hex(8)}.part"
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with suppress(OSError):  # a disk without locks: no other process gets one to remove the file with
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        if os.fstat(descriptor).st_nlink:  # no other process removed it before it was locked
            return descriptor, beside
        os.close(descriptor)


def _remove_left(folder: Path) -> None:
    """Remove the files beside in a folder that no process writes any more. What can't be removed is left."""
    found: list[Path] = []
    with suppress(OSError):
        found = [path for path in folder.iterdir() if _BESIDE.fullmatch(path.name)]
    for beside in found:
        with suppress(OSError), beside.open("r+b") as left:
            fcntl.flock(left, fcntl.LOCK_EX | fcntl.LOCK_NB)  # refused while a process writes it
            beside.unlink()


def _name(beside: Path, target: Path) -> None:
    """Give a file its name, unless there is one of this name by now."""
    try:
        os.link(beside, target)
    except FileExistsError as error:
        raise HomeError(_exists(target)) from error
    except OSError:  # a disk without hard links
        if os.path.lexists(target):
            raise HomeError(_exists(target)) from None
        beside.rename(target)


def _exists(target: Path) -> str:
    return f"There is a file {target} already. Choose another name, or replace it with --force."
