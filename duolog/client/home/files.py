"""Files that somebody asks for, outside of the home: theirs alone, and whole or not there."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from duolog.errors import HomeError


@contextmanager
def new_file(path: Path, force: bool) -> Iterator[BinaryIO]:
    """A new file of mode 0600, whole or not at all. `force`: it may replace one of this name.

    Raises: HomeError when it is there already or can't be made. An unfinished file is removed.
    """
    target = path.with_name(path.name + ".part") if force else path
    if path.is_dir():
        raise HomeError(f"{path} is a folder. Name a file in it, such as {path / 'ours'}.")
    if not path.parent.is_dir():
        raise HomeError(f"There is no folder {path.parent}. Make it, or choose another place.")
    try:
        if force:
            target.unlink(missing_ok=True)
        out = os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    except FileExistsError as error:
        raise HomeError(f"There is a file {path} already. Choose another name, or replace it with --force.") from error
    try:
        with out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        if force:
            target.replace(path)
    except BaseException:
        target.unlink(missing_ok=True)
        raise
