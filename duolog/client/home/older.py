"""Values that homes of earlier versions kept under composed names in `meta`, and their places in tables.

The database moves them when it is opened, before anything else reads it. Values stay as they are, sealed ones sealed.
"""

_MARKS = ("founding", "stranger", "leaving", "let_go", "closing_placed", "closing_cancelling", "tidied")


def place_of(name: str) -> tuple[str, *tuple[object, ...]] | None:
    """The statement that copies a value to its place, with its parameters; None for a name of today.

    Raises: ValueError when the name is damaged.
    """
    if name.startswith("rescued-"):
        return "INSERT OR REPLACE INTO rescued SELECT name, value FROM meta WHERE name = ?", name
    kind, *rest = name.split(":")
    if kind in _MARKS and rest:
        (journal,) = rest
        query = "INSERT OR REPLACE INTO mark SELECT ?, ?, value FROM meta WHERE name = ?"
        return query, bytes.fromhex(journal), kind, name
    if kind == "holding" and rest:
        act, journal, entry = rest
        query = "INSERT OR REPLACE INTO started_act VALUES (?, ?, ?)"
        return query, act, bytes.fromhex(journal), bytes.fromhex(entry)
    return None
