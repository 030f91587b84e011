"""The lock beside a SQLite file: each process that uses the database shares it, and `restore` has it alone.

The system gives a lock up with its process, however that ends, so no lock is ever left over. PostgreSQL needs none: its
own tools restore it.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.settings import Settings


class InUse(Exception):
    """Another process has the lock."""


@contextmanager
def using(settings: Settings) -> Iterator[None]:
    """Share the database with others while it lasts. Raises: InUse while it is being restored, OSError."""
    with _locked(settings, fcntl.LOCK_SH):
        yield


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """Have the database alone while it lasts. Raises: InUse while another process uses it, OSError."""
    with _locked(settings, fcntl.LOCK_EX):
        yield


@contextmanager
def _locked(settings: Settings, kind: int) -> Iterator[None]:
    file = settings.database_file
    if file is None or not file.parent.is_dir():
        yield
        return
    descriptor = _open(file)
    try:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise InUse from error
        yield
    finally:
        os.close(descriptor)


def _open(file: Path) -> int:
    """Open the lock's file, which stays: a file that is deleted under a lock would let two processes have it."""
    descriptor = os.open(file.with_name(file.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    if os.geteuid() == 0:  # a command that root runs leaves no file that the server can't open
        folder = file.parent.stat()
        os.fchown(descriptor, folder.st_uid, folder.st_gid)
    return descriptor
