"""What was typed in a command that was cut off: kept sealed, in this home alone, until it is sent or kept otherwise."""

import secrets

from duolog.client.home.folder import Home
from duolog.client.home.records import Seal
from duolog.client.home.store import as_bytes

_TEXT: Seal[str] = Seal("rescued", lambda text: text.encode("utf-8", "replace"), bytes.decode)


def rescue_text(home: Home, now: int, text: str) -> str:
    """Keep a text; its name, which sorts by the time (Unix seconds)."""
    name = f"rescued-{now:012}-{secrets.token_hex(4)}"
    home.store.write("INSERT OR REPLACE INTO rescued VALUES (?, ?)", name, _TEXT.seal(home, text))
    return name


def rescued_texts(home: Home) -> dict[str, str]:
    """Every text that is kept, by name, oldest first."""
    rows = home.store.rows("SELECT name, sealed FROM rescued ORDER BY name")
    return {str(row[0]): _TEXT.open(home, as_bytes(row[1])) for row in rows}


def drop_rescued_text(home: Home, name: str) -> None:
    """Forget a text, without a trace."""
    home.store.write("DELETE FROM rescued WHERE name = ?", name)
    home.store.forget()
