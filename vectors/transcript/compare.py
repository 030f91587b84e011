"""Differences in plain words: which field, what the transcript has, and what came instead.

Rules
- JSON is compared as parsed: order of keys, spaces and escapes are free. A key that is null counts as absent.
- A push is compared item by item, in whichever of its two forms it comes.
- What is sealed is opened, a statement or header inside is taken apart to name the field, and every byte of it counts.
- Of what a program gives, only what it gives is compared: another client may tell less, or more.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

from duolog.api.pages import MEDIA_TYPE, Placed, parse_push
from duolog.errors import MalformedData
from duolog.protocol.codec import encode_b64, parse_b64
from duolog.protocol.log import StatementItem
from vectors.transcript.lines import Json
from vectors.transcript.opening import Opener

_SHOWN = 60  # characters of a value
_NOTHING = object()


def between_requests(expected: Json, given: Json, opener: Opener | None = None) -> str:
    """The first difference of two requests; empty when there is none. `opener`: opens what is sealed in them."""
    opener = opener or Opener()
    for name in ("method", "target"):
        if target_of(expected[name]) != target_of(given[name]):
            return f"the transcript has {expected['method']} {expected['target']} here"
    if expected.get("token") != given.get("token"):
        return f"session: the transcript has {_short(expected.get('token'))}, not {_short(given.get('token'))}"
    return first(opener.shown(body_of(expected)), opener.shown(body_of(given)))


def between_answers(expected: Json, given: Json) -> str:
    """The first difference of two answers; empty when there is none."""
    if expected["status"] != given["status"]:
        return f"the transcript has status {expected['status']}, not {given['status']}: {_short(given.get('body'))}"
    return first(body_of(expected), body_of(given))


def target_of(text: str) -> tuple[str, list[tuple[str, str]]]:
    """An address, whatever the order of its query."""
    path, _, query = text.partition("?")
    return path, sorted(parse_qsl(query, keep_blank_values=True))


def body_of(line: Json) -> Any:
    """The body of a request or answer to compare."""
    if "bytes" not in line:
        return line.get("body")
    if line.get("media") == MEDIA_TYPE and line.get("method") == "POST":
        try:
            return {"items": [_item(placed) for placed in parse_push(parse_b64(line["bytes"]))]}
        except MalformedData:
            return line["bytes"]
    return line["bytes"]


def _item(placed: Placed) -> Json:
    item = placed.item
    if not isinstance(item, StatementItem):
        return {"kind": "entry", "header": encode_b64(item.header), "blob": encode_b64(item.blob or b"")}
    signed = item.signed
    return {
        "kind": "statement",
        "statement": encode_b64(signed.statement),
        "signatures": [
            {"account": encode_b64(one.account), "signature": encode_b64(one.signature)} for one in signed.signatures
        ],
        "grants": [
            {"account": encode_b64(account), "grant": encode_b64(grant)} for account, grant in placed.grants.items()
        ],
    }


def first(expected: Any, given: Any, *, given_alone: bool = False) -> str:
    """The first difference of two values; empty when there is none. `given_alone`: keys of the given one decide."""
    return next(_differences(expected, given, "", given_alone), "")


def _differences(expected: Any, given: Any, place: str, given_alone: bool) -> Iterator[str]:
    if isinstance(expected, Mapping) and isinstance(given, Mapping):
        for key in [*expected, *(key for key in given if key not in expected)]:
            left, right = _value(expected, key), _value(given, key)
            if given_alone and _NOTHING in (left, right):
                continue
            yield from _differences(left, right, f"{place}.{key}" if place else str(key), given_alone)
    elif isinstance(expected, list) and isinstance(given, list):
        if len(expected) != len(given):
            yield f"{place}: the transcript has {len(expected)} of them, not {len(given)}"
        for number, (left, right) in enumerate(zip(expected, given, strict=False)):
            yield from _differences(left, right, f"{place}[{number}]", given_alone)
    elif expected != given or isinstance(expected, bool) is not isinstance(given, bool):
        inside = (_json_in(expected), _json_in(given))
        if None not in inside:
            yield from _differences(*inside, place, False)
        yield f"{place or 'the body'}: the transcript has {_short(expected)}, not {_short(given)}"


def _value(of: Mapping[str, Any], key: str) -> Any:
    value = of.get(key)
    absent = value is None or (key == "grants" and value == [])
    return _NOTHING if absent else value


def _json_in(value: Any) -> Json | None:
    """The object in the base64url of some JSON."""
    if not isinstance(value, str):
        return None
    try:
        found = json.loads(parse_b64(value))
    except (MalformedData, ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _short(value: Any) -> str:
    if value is _NOTHING:
        return "nothing"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}... ({len(text)} characters)"
