"""File names: of an own file, as the others will read it; and of somebody else's, as a file here may be called.

Rules
- A name from others is a claim. It gives no folder, no device of any system, no hidden file, and nothing that a shell
  or a screen reads otherwise than it looks.
- The ending of a file that is opened comes from its type here, never from its name.
"""

import re
import unicodedata

from duolog.documents.safe_text import clean_line

MAX_NAME = 120  # bytes of a file's name here, and characters of one that is written
_UNNAMED = "attachment"
_FORBIDDEN = re.compile(r'[/\\:*?"<>|\ufffd]')  # of paths, and of names on other systems
_DEVICES = frozenset({"con", "prn", "aux", "nul", "conin$", "conout$", "clock$"}) | {
    f"{port}{number}" for port in ("com", "lpt") for number in "0123456789\u00b9\u00b2\u00b3"
}

# The types that another program may show, and the endings that such a file gets.
ENDINGS = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/webp": ".webp",
    "audio/ogg": ".ogg",
    "text/plain": ".txt",
    "application/pdf": ".pdf",
}


def file_name(name: str, media_type: str = "") -> str:
    """A name from somebody else as a file's name here: one part of a path, that can be shown and typed."""
    cleaned = _FORBIDDEN.sub("_", clean_line(unicodedata.normalize("NFC", name)))
    cleaned = cleaned.lstrip(" .-~").rstrip(" .")
    if not cleaned.strip("_ "):
        cleaned = _UNNAMED + ENDINGS.get(media_type, "")
    if cleaned.partition(".")[0].strip().lower() in _DEVICES:
        cleaned = "_" + cleaned
    return _shortened(cleaned)


def _shortened(name: str) -> str:
    """At most `MAX_NAME` bytes; the ending stays when it is short."""
    if len(name.encode()) <= MAX_NAME:
        return name
    stem, dot, ending = name.rpartition(".")
    kept = dot + ending if stem and len(ending.encode()) <= 10 else ""
    begun = (stem if kept else name).encode()[: MAX_NAME - len(kept.encode())]
    return begun.decode(errors="ignore").rstrip(" .") + kept


def readable_size(size: int) -> str:
    """A number of bytes as people read it."""
    if size < 1000:
        return "1 byte" if size == 1 else f"{size} bytes"
    amount, unit = size / 1000, "kB"
    for larger in ("MB", "GB"):
        if amount >= 999.5:
            amount, unit = amount / 1000, larger
    return f"{amount:.1f} {unit}" if amount < 9.95 else f"{amount:.0f} {unit}"
