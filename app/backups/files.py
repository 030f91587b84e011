"""Files that appear whole or not at all, for their owner alone, and that never take another's place."""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def new_beside(target: Path) -> Iterator[Path]:
    """A name beside `target` under which a file or folder may grow. It is deleted, unless it was renamed before."""
    new = target.with_name(f".{target.name}.{secrets.token_hex(8)}")
    try:
        yield new
    finally:
        if new.is_dir():
            shutil.rmtree(new)
        new.unlink(missing_ok=True)


def create(path: Path, data: bytes = b"") -> None:
    """Make a file, for its owner alone, on disk when this returns. Raises: FileExistsError, OSError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def copy(source: Path, target: Path) -> None:
    """Copy a file's bytes to a new one, as `create`."""
    create(target)
    shutil.copyfile(source, target)
    sync(target)


def link_or_copy(source: Path, target: Path) -> None:
    """The same bytes under another name: one file with two names where the disk allows it, a copy elsewhere.

    Raises: FileNotFoundError when the source is gone, OSError.
    """
    try:
        os.link(source, target)
    except FileNotFoundError:
        raise
    except OSError:
        copy(source, target)


def publish(new: Path, target: Path) -> None:
    """Give a finished file its name. Raises: FileExistsError, OSError."""
    try:
        os.link(new, target)
        new.unlink()
    except FileExistsError:
        raise
    except OSError as error:  # a disk without links
        if target.exists():
            raise FileExistsError(target) from error
        new.rename(target)
    sync(target.parent)


def sync(path: Path) -> None:
    """Return once a file's bytes, or a folder's names, are on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
