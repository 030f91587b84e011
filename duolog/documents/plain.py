"""Text that somebody else wrote, made safe to show: on a terminal, in a page, in a file, in an error.

Rules
- What would steer a screen, or has no picture of its own, is shown as one U+FFFD: controls, line and paragraph
  separators, direction overrides, annotations, private use, what Unicode has not assigned.
- What is invisible by design is left out where it does nothing: zero-width spaces, fillers, direction marks, tags,
  variation selectors and joiners without anything to vary or to join.
- Writing survives: joiners in Arabic and Indic scripts, emoji families, their variation selectors, right-to-left text,
  and combining marks up to `MAX_MARKS` in a row.

Every class is a property of Unicode, from the tables of the library `regex`; the tables move with that library, so
nothing that must stay the same for ever (a reducer, a verified file) may depend on them: there text is escaped, or kept
as it is. It is the only cleaner: whatever shows a text uses it.
"""

from typing import Final

import regex

MAX_MARKS = 8  # combining marks in a row; no orthography needs as many

# A joiner does something behind a letter that joins, beside a virama, and between two emoji.
_JOINER = (
    r"(?<=[\p{jt=D}\p{jt=R}\p{jt=L}]\p{M}*+)[\u200c\u200d]|(?<=\p{ccc=9})[\u200c\u200d]|[\u200c\u200d](?=\p{ccc=9})"
    r"|(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}]\ufe0f?)\u200d(?=\p{Extended_Pictographic})"
)
# A variation selector does something behind what has variants: emoji, keycaps, Han, Mongolian.
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
    """The same text, safe to show. It may have several lines, ended by U+000A alone."""
    text = _UNSAFE.sub(_safe, text.replace("\r\n", "\n"))
    return str(_MARKS.sub(r"\1", text))


def hidden_in(text: str) -> tuple[str, ...]:
    """The characters, each once, that `clean` leaves out of a text or replaces: who reads it never sees them.

    U+000D doesn't count: it ends lines in some files. Moves with the tables, so no reducer asks it.
    """
    text = text.replace("\r", "")
    found = "".join(match[0] for match in _UNSAFE.finditer(text))
    found += "".join(match[0][len(match[1]) :] for match in _MARKS.finditer(_UNSAFE.sub(_safe, text)))
    return tuple(dict.fromkeys(found))


def clean_line(text: str) -> str:
    """The same on one line, for names and titles: every white space is one space."""
    return one_line(clean(one_line(text)))  # between two spaces there may have been nothing to show


def one_line(text: str) -> str:
    """A text on one line, as it is otherwise: not safe to show yet."""
    return " ".join(text.split())


def lines(text: str) -> list[str]:
    """The lines of a text, whatever ends them: not safe to show yet. So nobody's words begin a line of our own."""
    return text.strip().splitlines() or [""]


def escape_json(data: bytes) -> bytes:
    """UTF-8 JSON with what can't be shown as `\\uXXXX`: the same value for who parses it, and safe in any viewer."""
    return str(_ESCAPED.sub(_escaped, data.decode())).encode()


def _safe(found: "regex.Match[str]") -> str:
    return "\ufffd" if found["steers"] is not None else ""


def _escaped(found: "regex.Match[str]") -> str:
    units = found[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))
