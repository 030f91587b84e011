"""JSON of an export: the list `entries` of a large file, one entry at a time, and single objects.

The file's bytes are in memory, and of what they mean one entry only. Nothing recurses before its depth is known.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

from duolog.errors import MalformedData
from duolog.imports.bounds import MAX_ENTRY_JSON, MAX_JSON_DEPTH, MAX_SCANNED_DEPTH

JsonValue = dict[str, Any]

# Strings as a whole, so that brackets in them don't count. Nothing in it is tried twice.
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[\]{}]', re.DOTALL)
_BOM = b"\xef\xbb\xbf"
_BETWEEN = b" \t\r\n,"
_LIST = 2  # the depth inside the list of entries
CUT_OFF = "The file ends in the middle: it wasn't written to its end."
NO_ENTRY = "It is no entry."


@dataclass(frozen=True, slots=True)
class Fault:
    """A place in the list where no entry can be read, and why."""

    why: str


def entries_of(data: bytes) -> Iterator[JsonValue | Fault]:
    """Each entry of the list `entries` in a file's object, or the fault in its place.

    Raises: MalformedData where there is no such list, or the file is nested without end.
    """
    depth, deepest, start, end, inside = 0, 0, 0, 0, False
    key: re.Match[bytes] | None = None
    for found in _TOKEN.finditer(data):
        sign = found[0][:1]
        if sign == b'"':
            key = found if depth == 1 else key
        elif sign in b"[{":
            depth += 1
            if depth > MAX_SCANNED_DEPTH:  # check: imports.json_scanned_depth
                raise MalformedData("The file is nested deeper than any diary. It isn't read.")
            deepest = max(deepest, depth - _LIST)
            if inside and depth == _LIST + 1:
                yield from _stray(data[end : found.start()])
                start, deepest = found.start(), 1
            elif depth == _LIST and sign == b"[" and _is_key(data, key, found):
                inside, end = True, found.end()
        else:
            depth -= 1
            if inside and depth == _LIST:
                end = found.end()
                yield _entry(data, start, end, deepest)
            elif inside and depth < _LIST:
                yield from _stray(data[end : found.start()])
                return
    if not inside:
        raise MalformedData("The file has no list of entries.")
    yield Fault(CUT_OFF)


def parse_object(data: bytes) -> JsonValue:
    """One JSON object. Raises: MalformedData for anything else, or one that is nested too deep."""
    depth = 0
    for found in _TOKEN.finditer(data):
        depth += {b"[": 1, b"{": 1, b"]": -1, b"}": -1}.get(found[0], 0)
        if depth > MAX_JSON_DEPTH:  # check: imports.json_depth
            raise MalformedData("It is nested too deep.")
    return _load(data)


def text_in(value: JsonValue, key: str) -> str:
    """A text of an object, empty where there is none. Raises: MalformedData for another type."""
    found = value.get(key)
    if found is None:
        return ""
    if not isinstance(found, str):
        raise MalformedData(f"Its {key} is no text.")
    return found


def texts_in(value: JsonValue, key: str) -> tuple[str, ...]:
    """The texts of a list in an object; other items are passed over. Raises: MalformedData for no list."""
    return tuple(item for item in _list_in(value, key) if isinstance(item, str))


def objects_in(value: JsonValue, key: str) -> tuple[JsonValue, ...]:
    """The objects of a list in an object; other items are passed over. Raises: MalformedData for no list."""
    return tuple(item for item in _list_in(value, key) if isinstance(item, dict))


def object_in(value: JsonValue, key: str) -> JsonValue:
    """An object of an object, empty where there is none or something else."""
    found = value.get(key)
    return found if isinstance(found, dict) else {}


def number_in(value: JsonValue, key: str) -> float | None:
    """A number of an object, or None."""
    found = value.get(key)
    return found if isinstance(found, int | float) and not isinstance(found, bool) else None


def _list_in(value: JsonValue, key: str) -> list[object]:
    found = value.get(key)
    if found is None:
        return []
    if not isinstance(found, list):
        raise MalformedData(f"Its {key} is no list.")
    return found


def _is_key(data: bytes, key: re.Match[bytes] | None, opens: re.Match[bytes]) -> bool:
    """Whether a list that opens is the value of `entries`."""
    return key is not None and key[0] == b'"entries"' and data[key.end() : opens.start()].strip() == b":"


def _stray(between: bytes) -> Iterator[Fault]:
    if between.strip(_BETWEEN):
        yield Fault(NO_ENTRY)


def _entry(data: bytes, start: int, end: int, deepest: int) -> JsonValue | Fault:
    if end - start > MAX_ENTRY_JSON:  # check: imports.entry_size
        return Fault(f"It has {end - start} bytes; {MAX_ENTRY_JSON} are the limit.")
    if deepest > MAX_JSON_DEPTH:  # check: imports.entry_depth
        return Fault("It is nested too deep.")
    try:
        return _load(data[start:end])
    except MalformedData as error:
        return Fault(str(error))


def _load(data: bytes) -> JsonValue:
    try:
        value = json.loads(data.removeprefix(_BOM).decode("utf-8"), parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        raise MalformedData("It isn't UTF-8.") from error
    except (ValueError, RecursionError) as error:
        raise MalformedData("It is no valid JSON.") from error
    if not isinstance(value, dict):
        raise MalformedData(NO_ENTRY)
    return value


def _refuse_constant(_: str) -> NoReturn:
    raise MalformedData("NaN and Infinity are not JSON.")
