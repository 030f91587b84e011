"""Values that parsers get wrong: bounds, signs, sizes, Unicode, nesting, types. One list for all users."""

from typing import Any

INTEGERS: tuple[int, ...] = (
    *(0, 1, -1, 2, 127, 128, 255, 256, 2**16 - 1, 2**16),
    *(2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**53 - 1, 2**53, 2**53 + 1),
    *(2**62, 2**63 - 1, 2**63, 2**64 - 1, 2**64, -(2**31), -(2**53), -(2**63), -(2**63) - 1, 10**400),
    *(1_577_836_800, 7_258_118_400, 253_402_300_799, 253_402_300_800),  # the years 2020, 2200, 9999, 10000
)
FLOATS: tuple[float, ...] = (0.5, -0.0, 1.0, 1e16, 1e308, 5e-324)
STRINGS: tuple[str, ...] = (
    "",
    " ",
    "\x00",
    "a\x00b",
    "\ud800",  # half a character
    "\udfff\ud800",
    "\u202eesrever\u202c",  # reads backwards
    "\u2066isolated",
    "\u200b\u200d\ufeff",  # nothing to see
    "\u3164",  # a letter without ink
    "\U000e0041\U000e007f",  # tags
    "e\u0301 \u00e9",  # the same letter twice, composed in two ways
    "\ufb01 \u2460 \uff21",  # compatibility forms
    "\u0430da",  # a Cyrillic a
    "a" + "\u0301" * 500,
    "\u1e9e\u0130\u0131",  # letters that change their length with their case
    "\x1b[2J\x1b]0;title\x07",
    "\x85\u2028\u2029\x0b\x0c",
    "\r\n\r\n",
    "<script>&amp;</script>",
    "../../etc/passwd",
    "%s%n{0}{a.__class__}",
    "You",
    "null",
    "9" * 5000,
    "2026-02-30",
    "10000-01-01",
    "0000-00-00",
    "A" * 43,
    "A" * 42 + "B",  # bits after the end of a base64url value
    "x" * 70_000,
)
OTHERS: tuple[Any, ...] = (None, True, False, [], {}, [[]], [None], {"": 0}, {"a": {"b": {"c": []}}}, [0] * 3000)


def nested(depth: int) -> Any:
    """Lists inside lists."""
    value: Any = 0
    for _ in range(depth):
        value = [value]
    return value


VALUES: tuple[Any, ...] = (*INTEGERS, *FLOATS, *STRINGS, *OTHERS, nested(9), nested(65), nested(500))
KEYS: tuple[str, ...] = ("", "a", "also", "type", "__proto__", "\x00", "\ud800", "A", "step", "k" * 300)
