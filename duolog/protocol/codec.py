"""Labels, injective encodings, base64url and canonical JSON: the one way in and out of bytes.

Rules
- Every hash, MAC, signature and derivation starts with `label(purpose)`: `duolog/v1/<purpose>` and NUL.
- What follows a label is injective: fixed-width fields, or fields behind a u32 length. Integers are big-endian.
- base64url has no padding and zero trailing bits.
- Statements are canonical JSON (RFC 8785), narrowed to values with one encoding: objects with keys `[a-z_]+`, arrays,
  ASCII strings, integers from 0 to 2^53-1, booleans. A parser encodes again and refuses bytes that differ.
- Messages inside entries are any UTF-8 JSON object without repeated keys, lone surrogates or numbers that JSON can't
  carry exactly; they are hashed as shipped and never re-encoded.

This module knows no type of statement; see `statements`.
"""

import binascii
import hashlib
import hmac
import json
import re
from functools import cache
from typing import Any, NoReturn

from duolog.errors import MalformedData
from duolog.protocol import sizes

_KEY = re.compile(r"[a-z_]+", re.ASCII)
_TO_URL = bytes.maketrans(b"+/", b"-_")
_FROM_URL = bytes.maketrans(b"-_+/=", b"+/***")  # a star is in no alphabet
_TAILS = {2: "AQgw", 3: "AEIMQUYcgkosw048"}  # last characters whose unused bits are zero, by the length modulo 4

JsonObject = dict[str, Any]


@cache
def label(purpose: str) -> bytes:
    """The prefix of everything hashed, signed or derived for `purpose`. Spec: §3."""
    return b"duolog/v1/" + purpose.encode("ascii") + b"\x00"


def u16(value: int) -> bytes:
    """Two bytes, big-endian. Raises: MalformedData when out of range. Spec: §3."""
    return _integer(value, 2)


def u32(value: int) -> bytes:
    """Four bytes, big-endian. Raises: MalformedData when out of range. Spec: §3."""
    return _integer(value, 4)


def u64(value: int) -> bytes:
    """Eight bytes, big-endian, of a number up to 2^53-1. Raises: MalformedData when out of range. Spec: §3."""
    if value > sizes.MAX_INTEGER:  # check: codec.u64_encode
        raise MalformedData("The number does not fit: 2^53-1 is the largest.")
    return _integer(value, 8)


def parse_u64(data: bytes) -> int:
    """The number in eight bytes, big-endian, up to 2^53-1 like every other integer.

    Raises: MalformedData for another length, or a larger number.
    Spec: §3.
    """
    value = int.from_bytes(data, "big")
    if len(data) != 8 or value > sizes.MAX_INTEGER:  # check: codec.u64_parse
        raise MalformedData("A number is beyond 2^53-1.")
    return value


def _integer(value: int, width: int) -> bytes:
    try:
        return value.to_bytes(width, "big")
    except OverflowError as error:
        raise MalformedData(f"The number does not fit in {width} bytes.") from error


def length_prefixed(*fields: bytes) -> bytes:
    """Each field behind its u32 length, joined: no two lists of fields give the same bytes. Spec: §3."""
    return b"".join([part for field in fields for part in (len(field).to_bytes(4, "big"), field)])


def sha256(*parts: bytes) -> bytes:
    """SHA-256 of the parts joined, 32 bytes."""
    return hashlib.sha256(b"".join(parts)).digest()


def hmac_sha256(key: bytes, *parts: bytes) -> bytes:
    """HMAC-SHA256 of the parts joined, 32 bytes."""
    return hmac.digest(key, b"".join(parts), "sha256")


def encode_b64(data: bytes) -> str:
    """Unpadded base64url. Spec: §3."""
    return binascii.b2a_base64(data, newline=False).rstrip(b"=").translate(_TO_URL).decode("ascii")


def parse_b64(text: str, size: int | None = None) -> bytes:
    """The bytes of an unpadded base64url string, `size` of them when given.

    Raises:
        MalformedData: the text has another alphabet, padding, trailing bits that are not zero, or another length.
    Spec: §3.
    """
    try:
        standard = text.encode("ascii").translate(_FROM_URL) + b"=" * (-len(text) % 4)
        data = binascii.a2b_base64(standard, strict_mode=True)
    except ValueError as error:  # binascii.Error and UnicodeEncodeError are ValueErrors
        raise MalformedData("A binary value is not base64url.") from error
    rest = len(text) % 4
    if rest and text[-1] not in _TAILS[rest]:  # check: codec.b64_tail
        raise MalformedData("A binary value is not canonical base64url: there are bits after its end.")
    if size is not None and len(data) != size:  # check: codec.b64_size
        raise MalformedData(f"A binary value has {len(data)} bytes where {size} belong.")
    return data


def encode_canonical(value: JsonObject, limit: int = sizes.MAX_STATEMENT) -> bytes:
    """Canonical JSON of a statement, `limit` bytes at most.

    Raises:
        MalformedData: a value that statements can't hold, more than 8 levels, or more than `limit` bytes.
    Spec: §3.
    """
    _require_plain(value, 1)
    data = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode("ascii")
    if len(data) > limit:  # check: codec.statement_size
        raise MalformedData(f"A statement has {len(data)} bytes; {limit} is the limit.")
    return data


def parse_canonical(data: bytes, limit: int = sizes.MAX_STATEMENT) -> JsonObject:
    """The object that canonical JSON bytes hold.

    Raises:
        MalformedData: not JSON, not an object, a repeated key, or bytes that differ when encoded again.
    Spec: §3.
    """
    if len(data) > limit:  # before any work; encoding again would refuse it too
        raise MalformedData(f"A statement has {len(data)} bytes; {limit} is the limit.")
    value = _load(data, "A statement")
    if not isinstance(value, dict):
        raise MalformedData("A statement is not a JSON object.")
    if encode_canonical(value, limit) != data:  # check: codec.canonical
        raise MalformedData("A statement is not canonical JSON.")
    return value


def parse_message_json(data: bytes, what: str = "A message") -> JsonObject:
    """The object in a message's UTF-8 JSON bytes.

    Raises:
        MalformedData: not UTF-8 JSON, not an object, a repeated key, a lone surrogate, a number beyond 2^53-1, or NaN
            and Infinity.
    Spec: §3.
    """
    value = _load(data, what)
    if not isinstance(value, dict):
        raise MalformedData(f"{what} is not a JSON object.")
    if not _shows_exactness(data):
        _require_exact(value, what, 1)
    return value


def encode_message_json(value: JsonObject) -> bytes:
    """UTF-8 JSON of a message, in the order of its keys.

    Raises: MalformedData for what JSON can't carry exactly.
    Spec: §3.
    """
    data = encode_parsed_json(value)
    _require_exact(value, "A message", 1)
    return data


def encode_parsed_json(value: JsonObject) -> bytes:
    """UTF-8 JSON of an object that `parse_message_json` gave. It is exact, so it isn't checked again. Spec: §3."""
    try:
        return _ENCODER.encode(value).encode("utf-8")
    except (ValueError, TypeError, RecursionError) as error:
        raise MalformedData("A message holds something that JSON can't carry.") from error


def _load(data: bytes, what: str) -> object:
    try:
        return _DECODER.decode(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:  # UnicodeDecodeError and JSONDecodeError are ValueErrors
        raise MalformedData(f"{what} is not valid JSON.") from error


def _unrepeated(pairs: list[tuple[str, object]]) -> dict[str, object]:
    value = dict(pairs)
    if len(value) != len(pairs):  # check: codec.duplicate_key
        raise MalformedData("A JSON object names the same key twice.")
    return value


def _refuse_constant(_: str) -> NoReturn:
    raise MalformedData("NaN and Infinity are not JSON.")


def _exact_int(digits: str) -> int:
    number = int(digits)
    if not -sizes.MAX_INTEGER <= number <= sizes.MAX_INTEGER:  # check: codec.parsed_integer
        raise MalformedData("A number is beyond 2^53-1.")
    return number


def _exact_float(digits: str) -> float:
    number = float(digits)
    if not -sizes.MAX_INTEGER <= number <= sizes.MAX_INTEGER:  # check: codec.parsed_float
        raise MalformedData("A number is beyond 2^53-1.")
    return number


# Made once: json.loads and json.dumps would make one for each call.
_DECODER = json.JSONDecoder(
    object_pairs_hook=_unrepeated, parse_int=_exact_int, parse_float=_exact_float, parse_constant=_refuse_constant
)
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _shows_exactness(data: bytes) -> bool:
    """Whether parsed bytes show that all values are exact: no escape can hold half a character, and there are fewer
    brackets than levels. Numbers are checked where they are parsed.
    """
    return b"\\u" not in data and data.count(b"{") + data.count(b"[") < sizes.MAX_MESSAGE_DEPTH


def _require_plain(value: object, depth: int) -> None:
    if isinstance(value, dict | list) and depth > sizes.MAX_DEPTH:  # check: codec.depth
        raise MalformedData(f"A statement is nested deeper than {sizes.MAX_DEPTH} levels.")
    if isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str) or not _KEY.fullmatch(key):  # check: codec.key
                raise MalformedData("A statement's keys are lower-case letters and underscores.")
            _require_plain(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            _require_plain(item, depth + 1)
    elif isinstance(value, str):
        if not value.isascii():  # check: codec.ascii
            raise MalformedData("A statement's strings are ASCII.")
    elif isinstance(value, bool):
        return
    elif not isinstance(value, int) or not 0 <= value <= sizes.MAX_INTEGER:  # check: codec.integer
        raise MalformedData("A statement's numbers are integers from 0 to 2^53-1, and it has no null.")


def _require_exact(value: object, what: str, depth: int) -> None:
    if depth > sizes.MAX_MESSAGE_DEPTH:  # check: codec.message_depth
        raise MalformedData(f"{what} is nested too deep.")
    if isinstance(value, dict):
        for key, item in value.items():
            _require_exact(key, what, depth + 1)
            _require_exact(item, what, depth + 1)
    elif isinstance(value, list):
        for item in value:
            _require_exact(item, what, depth + 1)
    elif isinstance(value, str):
        if not value.isascii() and any("\ud800" <= char <= "\udfff" for char in value):  # check: codec.surrogate
            raise MalformedData(f"{what} holds half a character (a lone surrogate).")
    elif isinstance(value, int | float) and not abs(value) <= sizes.MAX_INTEGER:  # check: codec.message_number
        raise MalformedData(f"{what} holds a number beyond 2^53-1.")
