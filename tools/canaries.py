"""Looks for words where they must not be: plain, as hexadecimal, base64 in its three alignments, and UTF-16."""

import base64
from collections.abc import Iterable, Iterator, Mapping

MIN_BASE64 = 4  # characters of base64 that must match, or a short word would be found by chance


def forms(word: str) -> Iterator[tuple[str, bytes]]:
    """Every form in which a word could stand in bytes, with its name."""
    for case in dict.fromkeys((word, word.lower(), word.upper())):
        data = case.encode("utf-8")
        yield "plain", data
        yield "hex", data.hex().encode()
        yield "HEX", data.hex().upper().encode()
        yield "UTF-16 LE", case.encode("utf-16-le")
        yield "UTF-16 BE", case.encode("utf-16-be")
        for part in _base64(data):
            if len(part) >= MIN_BASE64:
                yield "base64", part
                yield "base64url", part.translate(bytes.maketrans(b"+/", b"-_"))


def _base64(data: bytes) -> Iterator[bytes]:
    """The characters that don't depend on the bytes around the data, in each alignment."""
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + data)
        first = -(-before * 4 // 3)
        bits = (before + len(data)) * 8
        yield encoded[first : bits // 6]


def hits(words: Iterable[str], places: Mapping[str, bytes]) -> list[str]:
    """Where any of the words was found, in words for a reader."""
    found = []
    for word in words:
        for name, pattern in dict.fromkeys(forms(word)):
            found += [f"{word!r} as {name} in {place}" for place, data in places.items() if pattern in data]
    return found
