"""What homes of earlier versions kept under made-up names among the single values: it moves into tables, once.

It runs when the database is opened, before anything else reads it, and in one transaction: after a crash it has
happened as a whole or not at all. Values are moved as they are, sealed ones sealed.
"""

import sqlite3

from duolog.errors import HomeError

_MARKS = ("founding", "stranger", "leaving", "let_go", "closing_placed", "closing_cancelling", "tidied")


def move_older(db: sqlite3.Connection) -> None:
    """Move what is found, if there is any. Raises: HomeError when it can't be read; nothing has moved then."""
    found = [str(row[0]) for row in db.execute("SELECT name FROM meta") if _is_older(str(row[0]))]
    if not found:
        return
    db.execute("BEGIN IMMEDIATE")
    try:
        for name in found:
            _move(db, name)
            db.execute("DELETE FROM meta WHERE name = ?", (name,))
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def _is_older(name: str) -> bool:
    return name.startswith("rescued-") or (name.partition(":")[0] in {*_MARKS, "holding"} and ":" in name)


def _move(db: sqlite3.Connection, name: str) -> None:
    if name.startswith("rescued-"):
        db.execute("INSERT OR REPLACE INTO rescued SELECT name, value FROM meta WHERE name = ?", (name,))
        return
    kind, *rest = name.split(":")
    try:
        if kind == "holding":
            act, journal, entry = rest
            key = (act, bytes.fromhex(journal), bytes.fromhex(entry))
            db.execute("INSERT OR REPLACE INTO started_act VALUES (?, ?, ?)", key)
        else:
            (journal,) = rest
            query = "INSERT OR REPLACE INTO mark SELECT ?, ?, value FROM meta WHERE name = ?"
            db.execute(query, (bytes.fromhex(journal), kind, name))
    except ValueError as error:
        raise HomeError("The database of this home is damaged. Restore from your words into a new home.") from error
