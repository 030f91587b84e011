"""Spoils an honest input: byte by byte, or with its framing kept valid, so that the reader gets further in.

Every function is `data, random -> data`, and total: it changes data of an unknown shape as bytes.
"""

import base64
import json
from collections.abc import Callable
from random import Random
from typing import Any

from duolog.protocol.codec import encode_b64
from fuzz import nasty

MAX_DEPTH = 3  # of base64url inside JSON inside base64url
_WIDTHS = (1, 2, 4, 8)


def change_bytes(data: bytes, random: Random) -> bytes:
    """One to four small changes anywhere."""
    for _ in range(random.randint(1, 4)):
        data = random.choice(_BYTE_CHANGES)(data, random)
    return data


def change_text(data: bytes, random: Random) -> bytes:
    """A string of the nasty ones put in, or a change of bytes."""
    if random.random() < 0.5:
        return change_bytes(data, random)
    at = random.randint(0, len(data))
    return data[:at] + random.choice(nasty.STRINGS).encode("utf-8", "surrogatepass") + data[at:]


def change_json(data: bytes, random: Random) -> bytes:
    """One field or more of any depth; written as JSON writes it, half of the time without escapes."""
    return _changed_json(data, random, canonical=False)


def change_canonical(data: bytes, random: Random) -> bytes:
    """The same, written in canonical form, so that a statement's parser reads on."""
    return _changed_json(data, random, canonical=True)


def change_frames(data: bytes, random: Random) -> bytes:
    """One frame of a page or push changed, left out, repeated or moved; the lengths are true again."""
    frames, at = [], 0
    while at + 4 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        frames.append(data[at + 4 : at + 4 + length])
        at += 4 + length
    if not frames or random.random() < 0.2:
        return change_bytes(data, random)
    place = random.randrange(len(frames))
    act = random.randrange(4)
    if act == 0:
        frames[place] = change_bytes(frames[place], random)
    elif act == 1:
        del frames[place]
    elif act == 2:
        frames.insert(random.randint(0, len(frames)), frames[place])
    else:
        seq = random.choice(nasty.INTEGERS) % 2**64
        frames[place] = frames[place][:1] + seq.to_bytes(8, "big") + frames[place][9:]
    return b"".join(len(frame).to_bytes(4, "big") + frame for frame in frames)


def behind_line(change: Callable[[bytes, Random], bytes]) -> Callable[[bytes, Random], bytes]:
    """Apply `change` behind the first line; now and then change the line itself."""

    def changed(data: bytes, random: Random) -> bytes:
        line, _, rest = data.partition(b"\n")
        if random.random() < 0.15:
            return change_bytes(line, random) + b"\n" + rest
        return line + b"\n" + change(rest, random)

    return changed


# --- bytes ------------------------------------------------------------------------------------------------------------


def _flip(data: bytes, random: Random) -> bytes:
    if not data:
        return b"\x00"
    at = random.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << random.randrange(8)]) + data[at + 1 :]


def _insert(data: bytes, random: Random) -> bytes:
    at = random.randint(0, len(data))
    return data[:at] + random.randbytes(random.randint(1, 40)) + data[at:]


def _delete(data: bytes, random: Random) -> bytes:
    at = random.randint(0, len(data))
    return data[:at] + data[at + random.randint(1, 40) :]


def _cut(data: bytes, random: Random) -> bytes:
    return data[: random.randint(0, len(data))]


def _repeat(data: bytes, random: Random) -> bytes:
    start, end = sorted((random.randint(0, len(data)), random.randint(0, len(data))))
    return data[:end] + data[start:end][:4096] + data[end:]


def _number(data: bytes, random: Random) -> bytes:
    width = random.choice(_WIDTHS)
    at = random.randint(0, len(data) // width) * width  # where fields of fixed width begin
    number: int = random.choice(nasty.INTEGERS) % 2 ** (8 * width)
    return data[:at] + number.to_bytes(width, "big") + data[at + width :]


_BYTE_CHANGES = (_flip, _flip, _insert, _delete, _cut, _repeat, _number)


# --- JSON -------------------------------------------------------------------------------------------------------------


def _changed_json(data: bytes, random: Random, *, canonical: bool, depth: int = 0) -> bytes:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return change_bytes(data, random)
    if random.random() < 0.1:
        return change_bytes(data, random)
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        value = change_value(value, random, depth)
    return _written(value, canonical or random.random() < 0.5, random.random() < 0.03)


def _written(value: Any, plain: bool, repeat: bool) -> bytes:
    text = json.dumps(value, ensure_ascii=not plain, sort_keys=plain, separators=(",", ":"))
    if repeat and text.startswith("{") and len(text) > 2:
        text = text[:-1] + "," + text[1:]  # every key twice
    return text.encode("utf-8", "surrogatepass")


def change_value(value: Any, random: Random, depth: int = 0) -> Any:
    """A JSON value with one place in it changed."""
    if isinstance(value, dict) and value and random.random() < 0.85:
        return _changed_object(value, random, depth)
    if isinstance(value, list) and value and random.random() < 0.85:
        return _changed_list(value, random, depth)
    if isinstance(value, str) and value and random.random() < 0.6:
        return _changed_string(value, random, depth)
    if isinstance(value, int) and random.random() < 0.4:
        return value + random.choice((-1, 1, 256, 2**31, 2**53, 86_400 * 15, -86_400 * 15))
    return random.choice(nasty.VALUES)


def _changed_object(value: dict[str, Any], random: Random, depth: int) -> dict[str, Any]:
    key = random.choice(sorted(value))
    act = random.random()
    if act < 0.8:
        return {**value, key: change_value(value[key], random, depth)}
    if act < 0.9:
        return {name: item for name, item in value.items() if name != key}
    return {**value, random.choice((*nasty.KEYS, *value)): value[key]}


def _changed_list(value: list[Any], random: Random, depth: int) -> list[Any]:
    place = random.randrange(len(value))
    act = random.random()
    if act < 0.7:
        return [*value[:place], change_value(value[place], random, depth), *value[place + 1 :]]
    if act < 0.8:
        return value[:place] + value[place + 1 :]
    if act < 0.95:
        return [*value, value[place]]
    return random.sample(value, len(value))


def _changed_string(value: str, random: Random, depth: int) -> str:
    """Decode base64url, change it and encode it again: invitations contain statements."""
    try:
        inner = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)) if len(value) > 8 else b""
    except ValueError:
        inner = b""
    if inner and depth < MAX_DEPTH and random.random() < 0.7:
        json_like = inner[:1] in (b"{", b"[")
        changed = (
            _changed_json(inner, random, canonical=True, depth=depth + 1)
            if json_like
            else random.choice(_BYTE_CHANGES)(inner, random)
        )
        return encode_b64(changed)
    return change_text(value.encode("utf-8", "surrogatepass"), random).decode("utf-8", "replace")
