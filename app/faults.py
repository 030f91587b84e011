"""Faults of the storage, told to the operator: each cause in the log at once, and then every ten minutes at most.

A line has the cause in words, the code of the storage and a count. It leaves out the text of the error: this may hold
a statement, its values or the name of a file. A client gets a problem without the cause.
"""

import errno
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy.exc import DBAPIError

from app.logs import log
from app.problems import Problem, StorageFull, Unavailable

QUIET_SECONDS = 600  # between two lines about one cause
MOST = 100  # causes that are kept apart

READ_ONLY = "25006"  # PostgreSQL's code: a standby, or a server that was told to take no writes
ONLY_READ = (
    "The server's storage can only be read just now, and nothing was stored. Reading goes on. Keep your text; whoever "
    "runs the server must look at its disk or database."
)

_SQLITE = {  # by the beginning of the code
    "SQLITE_FULL": "the disk is full",
    "SQLITE_READONLY": "the database is read-only: look at the owner of its file and folder, and at the disk",
    "SQLITE_IOERR": "the disk gives an input/output error",
    "SQLITE_BUSY": "another process holds the database",
    "SQLITE_LOCKED": "another process holds the database",
    "SQLITE_CANTOPEN": "the database's file can't be opened",
    "SQLITE_CORRUPT": "the database is damaged: run `python -m app audit`, or restore a backup",
    "SQLITE_NOTADB": "the database is damaged: restore a backup",
    "SQLITE_PERM": "the server's user may not use the database's file",
}
_POSTGRESQL = {  # by the beginning of the code
    "53100": "PostgreSQL's disk is full",
    "53200": "PostgreSQL is out of memory",
    "53300": "PostgreSQL has too many connections",
    "25006": "PostgreSQL is read-only: is this a standby?",
    "57P": "PostgreSQL is starting or stopping",
    "57014": "PostgreSQL cancelled a statement that took too long",
    "55P03": "another process holds a lock",
    "40": "PostgreSQL could not finish a transaction beside others",
    "28": "PostgreSQL refuses the user or password",
    "3D000": "PostgreSQL has no such database",
    "58": "PostgreSQL's disk gives an error",
    "XX": "PostgreSQL reports damage",
    "08": "PostgreSQL can't be reached",
}


@dataclass(slots=True)
class _Cause:
    said_at: float
    since: int = 0


class Faults:
    """The faults of one storage. `place`: its name in the log."""

    def __init__(self, place: str) -> None:
        self.place = place
        self.counts = Counter[str]()  # by cause: a bounded set of words
        self._causes: dict[str, _Cause] = {}

    def of_database(self, error: Exception) -> Problem:
        """Tell the operator of a database's error; returns the problem for the client."""
        code = self.note(error)
        if code in ("SQLITE_FULL", "53100"):
            return StorageFull()
        read_only = code == READ_ONLY or code.startswith("SQLITE_READONLY")
        return Unavailable(retry_after=60, sentence=ONLY_READ if read_only else None)

    def note(self, error: Exception) -> str:
        """Tell the operator of a database's error; returns its code."""
        code, cause = _of_database(error)
        self.tell(code, cause)
        return code

    def of_files(self, error: Exception, *, full: bool) -> Problem:
        """Tell the operator of an object store's error; returns the problem for the client."""
        number = getattr(error, "errno", None)
        code = type(error).__name__ if number is None else errno.errorcode.get(number, str(number))
        cause = "the store refuses requests, or can't be reached" if number is None else os.strerror(number)
        self.tell(code, "there is no room left" if full else cause)
        return StorageFull() if full else Unavailable(retry_after=60)

    @contextmanager
    def told(self, *errors: type[Exception], is_full: Callable[[Exception], bool]) -> Iterator[None]:
        """Make problems of these errors of an object store. Raises: StorageFull, Unavailable."""
        try:
            yield
        except errors as error:
            raise self.of_files(error, full=is_full(error)) from error

    def tell(self, code: str, cause: str) -> None:
        """Log a cause, unless it was logged a short while ago."""
        self.counts[cause] += 1
        now, known = time.monotonic(), self._causes.get(code)
        if known is not None and now - known.said_at < QUIET_SECONDS:
            known.since += 1
            return
        if known is None and len(self._causes) >= MOST:
            self._causes.clear()
        self._causes[code] = _Cause(now)
        log().error("storage", place=self.place, cause=cause, code=code, since=known.since if known else 0)


def storage_code(error: Exception) -> str:
    """The database's own code of an error; empty where it has none."""
    driver = error.orig if isinstance(error, DBAPIError) else error
    return getattr(driver, "sqlite_errorname", None) or getattr(driver, "sqlstate", None) or ""


def _of_database(error: Exception) -> tuple[str, str]:
    driver = error.orig if isinstance(error, DBAPIError) else error
    name = getattr(driver, "sqlite_errorname", None)
    state = getattr(driver, "sqlstate", None)
    if name is not None:
        return name, _words(_SQLITE, name, "SQLite reports an error")
    if state is not None:
        return state, _words(_POSTGRESQL, state, "PostgreSQL reports an error")
    return type(driver).__name__, "the database can't be reached"


def _words(table: dict[str, str], code: str, otherwise: str) -> str:
    return next((words for begins, words in table.items() if code.startswith(begins)), otherwise)
