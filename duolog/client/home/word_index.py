"""An index of words, in memory: which documents have these words. SQLite's FTS5, without the texts themselves.

Rules
- Nothing touches a disk: the database is in memory, and so are SQLite's temporary tables. A caller that keeps
  `encode`d bytes seals them.
- Accents and case don't count. A word that is looked for is also found as the beginning of a longer one.
- A query is made here from words, each in quotes, so that nothing typed is a command to FTS5.
"""

import re
import sqlite3
from collections.abc import Iterable
from contextlib import closing

from duolog.client.home.store import DAMAGED
from duolog.documents.safe_text import clean, clean_line
from duolog.errors import HomeError, NotAllowed

MAX_QUERY = 1_000  # characters
NO_SEARCH = (
    "This Python's SQLite can't search texts (it has no FTS5). Use another build of Python, or look with the filters "
    "of `duolog timeline`."
)
_SPLIT = "tokenize = 'unicode61 remove_diacritics 2'"
_FROM, _TO = "\x02", "\x03"  # around what was found; no cleaned text has them
_AROUND = 24  # words of an excerpt

Parts = tuple[tuple[str, bool], ...]


class WordIndex:
    """Words of documents by their number. Close it.

    Raises: HomeError where this SQLite has no full-text search, or `data` isn't what `encode` gave.
    """

    def __init__(self, data: bytes | None = None) -> None:
        self._db = _open()
        try:
            if data is None:
                self._db.execute(f"CREATE VIRTUAL TABLE words USING fts5 (text, content = '', {_SPLIT})")
            else:
                self._db.deserialize(data)
                self._db.execute("SELECT count(*) FROM words WHERE words MATCH '\"a\"'").fetchall()
        except (sqlite3.Error, ValueError) as error:
            self._db.close()
            raise HomeError(NO_SEARCH if data is None else DAMAGED) from error

    def add(self, texts: Iterable[tuple[int, str]]) -> None:
        """Add texts by their numbers, each once."""
        self._db.executemany("INSERT INTO words (rowid, text) VALUES (?, ?)", texts)

    def find(self, query: str) -> list[int]:
        """The numbers of the texts that have all words of a `parse_query`, the largest first."""
        rows = self._db.execute("SELECT rowid FROM words WHERE words MATCH ? ORDER BY rowid DESC", (query,))
        return [row[0] for row in rows]

    def encode(self) -> bytes:
        """The index as bytes."""
        return self._db.serialize()

    def close(self) -> None:
        """Forget everything."""
        self._db.close()


def parse_query(typed: str) -> str:
    """A query from typed words: all of them, each also as a beginning; and words in quotes, exactly so.

    Raises: NotAllowed where no word is in it, or it is too long.
    """
    typed = clean_line(typed)
    if len(typed) > MAX_QUERY:
        raise NotAllowed(f"That is too long to look for: {MAX_QUERY} characters fit.")
    found = []
    for phrase, word in re.findall(r'"([^"]*)"|([^\s"]+)', typed):
        if any(map(str.isalnum, phrase or word)):
            found.append(f'"{phrase}"' if phrase else f'"{word}" *')
    if not found:
        raise NotAllowed("Type a word to look for.")
    return " AND ".join(found)


def excerpt(text: str, query: str) -> Parts:
    """The place of a text where the words of a query stand, safe to show, in parts; and whether a part was found.

    Where none is found, the beginning.
    """
    with closing(_open()) as database:
        database.execute(f"CREATE VIRTUAL TABLE one USING fts5 (text, {_SPLIT})")
        database.execute("INSERT INTO one VALUES (?)", (clean(text),))
        row = database.execute(
            f"SELECT snippet(one, 0, ?, ?, '…', {_AROUND}) FROM one WHERE one MATCH ?",  # noqa: S608 - a number
            (_FROM, _TO, query),
        ).fetchone()
    if row is None:
        return ((clean_line(text)[:200], False),)
    parts = []
    for number, part in enumerate(re.split(f"[{_FROM}{_TO}]", row[0])):
        if part:
            parts.append((" ".join(part.split("\n")), number % 2 == 1))
    return tuple(parts)


def _open() -> sqlite3.Connection:
    database = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    database.execute("PRAGMA temp_store = MEMORY")
    return database
