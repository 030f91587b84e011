"""Text that somebody else wrote, made safe to show: on a terminal, in a page, in a file, in an error.

Rules
- A run of characters that would steer a screen, or have no picture of their own, is shown as one U+FFFD: controls, line
  and paragraph separators, direction overrides, annotations, private use, characters that Unicode has not assigned.
- Characters that are invisible by design are left out where they do nothing: zero-width spaces, fillers, direction
  marks, tags, and variation selectors and joiners that have nothing to vary or to join.
- Writing survives: joiners in Arabic and Indic scripts, emoji families, their variation selectors, right-to-left text,
  and combining marks up to `MAX_MARKS` in a row.

This is the only cleaner: every place that shows a text uses it. Each class is a property of Unicode from the tables of
the library `regex`, and the tables change with that library. So nothing that must stay the same (a reducer, a verified
file) may depend on them: there, text is escaped or kept as it is.
"""

from typing import Final

import regex

MAX_MARKS = 8  # combining marks in a row; no orthography needs as many

# A joiner has an effect after a letter that joins, beside a virama, and between two emoji.
_JOINER = (
    r"(?<=[\p{jt=D}\p{jt=R}\p{jt=L}]\p{M}*+)[\u200c\u200d]|(?<=\p{ccc=9})[\u200c\u200d]|[\u200c\u200d](?=\p{ccc=9})"
    r"|(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}]\ufe0f?)\u200d(?=\p{Extended_Pictographic})"
)
# A variation selector has an effect after a character with variants: emoji, keycaps, Han, Mongolian.
_VARIATION = (
    r"(?<=\p{Emoji}[\p{Emoji_Modifier}]?)[\ufe0e\ufe0f]|(?<=\p{Han})[\ufe00-\ufe02\U000e0100-\U000e01ef]"
    r"|(?<=\p{Mongolian})[\u180b-\u180d\u180f]"
)
_KEPT = _JOINER + "|" + _VARIATION
_STEERS = (
    r"[[\p{C}\p{Zl}\p{Zp}]--[\n\t\p{Prepended_Concatenation_Mark}\p{Default_Ignorable_Code_Point}]]"
    r"|[\p{Bidi_Control}--[\p{bc=L}\p{bc=R}\p{bc=AL}]]"
)

_UNSAFE: Final = regex.compile(
    rf"(?:{_KEPT})(*SKIP)(*FAIL)|(?P<steers>(?:{_STEERS})+)|\p{{Default_Ignorable_Code_Point}}", regex.V1
)
_MARKS: Final = regex.compile(rf"((?:\p{{M}}[\u200c\u200d]?){{{MAX_MARKS}}})[\p{{M}}\u200c\u200d]+", regex.V1)
_ESCAPED: Final = regex.compile(
    r"[[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Bidi_Control}]--[\x00-\x7e\u200c\u200d\ufe0e\ufe0f]]",
    regex.V1,
)


def clean(text: str) -> str:
    """A text, safe to show. It may have several lines, each ended by U+000A."""
    text = _UNSAFE.sub(_safe, text.replace("\r\n", "\n"))
    return str(_MARKS.sub(r"\1", text))


def hidden_in(text: str) -> tuple[str, ...]:
    """The characters, each once, that `clean` leaves out of a text or replaces, so that no reader sees them.

    U+000D doesn't count: it ends lines in some files. The result changes with the tables, so no reducer uses it.
    """
    text = text.replace("\r", "")
    found = "".join(match[0] for match in _UNSAFE.finditer(text))
    found += "".join(match[0][len(match[1]) :] for match in _MARKS.finditer(_UNSAFE.sub(_safe, text)))
    return tuple(dict.fromkeys(found))


def clean_line(text: str) -> str:
    """A text, safe to show, on one line: for names and titles. Each run of white space becomes one space."""
    return one_line(clean(one_line(text)))  # between two spaces there may have been nothing to show


def one_line(text: str) -> str:
    """A text on one line, otherwise unchanged: not safe to show yet."""
    return " ".join(text.split())


def lines(text: str) -> list[str]:
    """The lines of a text by every line end that Unicode knows, so that each can be indented: not safe to show yet."""
    return text.strip().splitlines() or [""]


def escape_json(data: bytes) -> bytes:
    """UTF-8 JSON in which characters that can't be shown are `\\uXXXX`: the same value, and safe in any viewer."""
    return str(_ESCAPED.sub(_escaped, data.decode())).encode()


def _safe(found: "regex.Match[str]") -> str:
    return "\ufffd" if found["steers"] is not None else ""


def _escaped(found: "regex.Match[str]") -> str:
    units = found[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))
