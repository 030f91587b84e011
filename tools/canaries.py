"""Looks for words where they must not be: plain, as hexadecimal, base64 in its three alignments, and UTF-16; and all
of that in what is compressed there, as zlib, gzip or the parts of a zip.
"""

import base64
import re
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress

MIN_BASE64 = 4  # characters of base64 that must match, or a short word would be found by chance
MAX_INFLATED = 16 * 1024 * 1024  # bytes of one compressed stream that are looked at
_STREAM = re.compile(rb"[\x08-\x78][\x01\x5e\x9c\xda]|\x1f\x8b\x08|PK\x03\x04")  # where one may begin


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


def inflated(data: bytes) -> Iterator[bytes]:
    """The compressed contents of some bytes: every stream of zlib, gzip or a zip, as far as it can be read."""
    for found in _STREAM.finditer(data):
        at, bits = found.start(), zlib.MAX_WBITS | 32  # zlib or gzip, by its head
        if found[0] == b"PK\x03\x04":
            if at + 30 > len(data) or data[at + 8 : at + 10] != b"\x08\x00":
                continue
            name, extra = struct.unpack_from("<HH", data, at + 26)
            at, bits = at + 30 + name + extra, -zlib.MAX_WBITS
        elif len(found[0]) == 2 and int.from_bytes(found[0], "big") % 31:
            continue
        reader, read = zlib.decompressobj(bits), b""
        with suppress(zlib.error):
            for start in range(at, len(data), 4096):
                read += reader.decompress(data[start : start + 4096], MAX_INFLATED)
                if reader.eof or len(read) >= MAX_INFLATED:
                    break
        if read:
            yield read


def hits(words: Iterable[str], places: Mapping[str, bytes]) -> list[str]:
    """Where any of the words was found, in words for a reader."""
    found = []
    for word in words:
        for name, pattern in dict.fromkeys(forms(word)):
            found += [f"{word!r} as {name} in {place}" for place, data in places.items() if pattern in data]
    return found
