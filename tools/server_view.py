"""Every column of the server's SQLite database beside what two people read, and checks that it holds none of it."""

import sqlite3
import zlib
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tools.canaries import hits
from tools.evening import (
    AGREED,
    CONTEST,
    FIRST,
    HEARD_FIRST,
    HEARD_THEN,
    MISSING,
    NOT_READY,
    NOTE,
    RESPONSE,
    TOLD,
)

LEAST = 99.0  # percent: what compression may leave at least
SHOWN = 10  # hexadecimal digits at each end of a long value
HELD_WIDTH, READ_WIDTH = 42, 36  # columns

# Words of the evenings: whole texts and telling pieces of them, names, topics, kinds and steps of documents. What is in
# the protocol's own statements (such as "acceptance") is no word of theirs.
CANARIES = (
    AGREED,
    FIRST,
    CONTEST,
    NOTE,
    TOLD,
    NOT_READY,
    HEARD_FIRST,
    MISSING,
    HEARD_THEN,
    RESPONSE,
    "late-night",
    "attracted",
    "private chats",
    "group chats",
    "turned out not to be fine",
    "calling from the station",
    "Robin",
    "flattered",
    "hurt most",
    "boundary",
    "wording",
    "friendships",
    "contest",
    "retire",
    "counter",
    "disclosure",
    "not_quite",
    "set_aside",
    "profile",
    "display_name",
)
NAMES = ("Ada", "Sam")


def show(console: Console, folder: Path, read: Mapping[str, Mapping[str, str]]) -> bool:
    """Prints all of it; whether every check held. `read`: for each person, texts by entry id."""
    connection = sqlite3.connect(f"file:{folder / 'duolog.db'}?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row
    tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
    blobs = b""
    for table in tables:
        rows = connection.execute(f'SELECT * FROM "{table}"').fetchall()
        if table == "log":
            _show_log(console, rows, read)
            blobs = b"".join(row["blob"] for row in rows if row["blob"] is not None)
        else:
            _show_table(console, table, rows)
    connection.close()
    return _check_blobs(console, blobs) and _check_canaries(console, folder)


def _show_log(console: Console, rows: list[sqlite3.Row], read: Mapping[str, Mapping[str, str]]) -> None:
    people = list(read)
    console.print(Text("\nlog: every row, and what each of them reads there", style="bold"))
    for row in rows:
        entry = urlsafe_b64encode(row["entry"]).rstrip(b"=").decode() if row["entry"] is not None else ""
        texts = {person: read[person].get(entry, "") for person in people}
        if not any(texts.values()):
            console.print(Text(_one_line(row), style="dim"))
            continue
        table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
        table.add_column("the server holds", width=HELD_WIDTH)
        for person in people:
            table.add_column(f"{person} reads", width=READ_WIDTH)
        held = "\n".join(f"{column:<10} {_short(row[column])}" for column in row.keys())  # noqa: SIM118
        table.add_row(Text(held, style="dim"), *(Text(texts[person]) for person in people))
        console.print(table)


def _show_table(console: Console, name: str, rows: list[sqlite3.Row]) -> None:
    console.print(Text(f"\n{name}: {len(rows)} row{'s' if len(rows) != 1 else ''}", style="bold"))
    for row in rows:
        console.print(Text(_one_line(row), style="dim"))


def _one_line(row: sqlite3.Row) -> str:
    return "  " + "  ".join(f"{column}={_short(row[column])}" for column in row.keys())  # noqa: SIM118


def _short(value: object) -> str:
    if isinstance(value, bytes):
        text = value.hex()
        return text if len(text) <= 2 * SHOWN else f"{text[:SHOWN]}…{text[-4:]} ({len(value)} bytes)"
    text = "" if value is None else str(value)
    return text if len(text) <= 4 * SHOWN else f"{text[: 4 * SHOWN]}… ({len(text)} characters)"


def _check_blobs(console: Console, blobs: bytes) -> bool:
    left = 100 * len(zlib.compress(blobs, 9)) / len(blobs) if blobs else 0.0
    return _check(
        console,
        left >= LEAST,
        f"{len(blobs)} bytes of sealed texts: the best compression leaves {left:.1f} % (nothing to see in them)",
    )


def _check_canaries(console: Console, folder: Path) -> bool:
    places = {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}
    found = hits(CANARIES, places) + _name_hits(places)
    for hit in found:
        console.print(Text(f"  found {hit}", style="bold red"))
    return _check(
        console,
        not found and bool(places),
        f"{len(CANARIES) + len(NAMES)} names, texts, kinds and topics, each plain, hexadecimal, base64 and UTF-16: "
        f"no hit in {', '.join(places)}",
    )


def _name_hits(places: Mapping[str, bytes]) -> list[str]:
    """Names of three letters are found by chance in random bytes; as JSON strings and in UTF-16 they aren't."""
    found = []
    for name in NAMES:
        found += hits([f'"{name}"', f":{name}", f" {name} "], places)
        found += [
            f"{name!r} as UTF-16 in {place}" for place, data in places.items() if name.encode("utf-16-le") in data
        ]
    return found


def _check(console: Console, good: bool, text: str) -> bool:
    console.print(Text(("  ✓ " if good else "  ✗ NOT SO: ") + text, style="green" if good else "bold red"))
    return good
