"""A copy in memory of a home's database, for a disk that is full or can only be read."""

import shutil
import sqlite3
import tempfile
from contextlib import closing, nullcontext
from pathlib import Path

from duolog.client.home.store import Store


def copied_into_memory(path: Path) -> Store:
    """A copy in memory of a database that can't be written. It refuses every write.

    Raises: HomeError, OSError, sqlite3.Error.
    """
    log = path.with_name(path.name + "-wal")
    with tempfile.TemporaryDirectory() if log.exists() and log.stat().st_size else nullcontext() as place:
        if place is not None:  # SQLite needs a folder that it can write, to read what a killed program left in the log
            for file in (path, log):
                shutil.copyfile(file, Path(place) / file.name)
            path = Path(place) / path.name
        address = f"{path.resolve().as_uri()}?" + ("mode=rw" if place is not None else "mode=ro&immutable=1")
        with closing(sqlite3.connect(address, uri=True)) as source:
            return Store(None, copy_of=source)
