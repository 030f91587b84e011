"""Writes the tables of Unicode that the TypeScript SDK needs and no browser has: `python -m tools.sdk_unicode`.

Joining types, viramas, characters that look alike, and the words that no name may look like, as Python has them. Only
screens depend on them, and no reducer does (documents §1.8).
"""

import json
import sys
import unicodedata
from collections.abc import Iterator, Mapping
from itertools import pairwise

import regex

from duolog.documents.names import OUR_WORDS, RESERVED, letter_of, prototypes
from tools.sdk_constants import FOLDER

FILE = FOLDER / "unicode.ts"
_HEAD = """// Made by `make sdk-documents` from Python's tables of Unicode: change nothing here.

"""
_EVERY = "".join(map(chr, range(sys.maxunicode + 1)))
_CLASSES = {
    "JOINING": ("letters that join others: joining type D, R or L", r"[\p{jt=D}\p{jt=R}\p{jt=L}]"),
    "VIRAMA": ("viramas: combining class 9", r"\p{ccc=9}"),
    "PREPENDED": ("prepended concatenation marks", r"\p{Prepended_Concatenation_Mark}"),
    "STRONG_MARKS": ("direction marks that are strong letters", r"[\p{Bidi_Control}&&[\p{bc=L}\p{bc=R}\p{bc=AL}]]"),
}


def tables() -> str:
    """unicode.ts."""
    classes = [
        f"/** The inside of a class of {about}. */\nexport const {name} = {_quoted(''.join(_ranges(pattern)))};\n"
        for name, (about, pattern) in _CLASSES.items()
    ]
    reached = _reached()
    alike = {one: other for one, other in sorted(prototypes().items()) if one != other and one in reached}
    reached.update("".join(alike.values()))
    letters = dict.fromkeys("abcdefghijklmnopqrstuvwxyz", "")
    for one in regex.findall(r"[[\p{L}\p{S}\p{M}\p{Cf}]--[\p{ASCII}\p{Han}\p{Hangul}]]", _EVERY, regex.V1):
        if one in reached and (letter := letter_of(one)) != one:
            letters[letter] += one
    maps = (
        _steps("LOOK_ALIKES", "Characters that look like a text", alike),
        _map("LETTERS", "For a letter those in a box or of another size that are it, one behind the other.", letters),
        _list("RESERVED", "Words that Duolog itself uses for people, in any language.", RESERVED),
        _list("OUR_WORDS", "Words that no name may contain.", OUR_WORDS),
    )
    return _HEAD + "\n".join([*classes, *maps])


def _reached() -> set[str]:
    """The characters that a comparison of names meets: after NFKC, with letter case and without, and decomposed.

    Half of those that look alike are forms that NFKC replaces first: a browser needn't load them.
    """
    found: set[str] = set()
    for one in _EVERY:
        normal = unicodedata.normalize("NFKC", one)
        for way in (normal, "".join(letter.upper().lower() for letter in normal)):
            found.update(unicodedata.normalize("NFD", way))
    return found


def _list(name: str, about: str, words: Mapping[str, tuple[str, ...]]) -> str:
    found = json.dumps([word for of_language in words.values() for word in of_language])
    return f"/** {about} */\nexport const {name}: readonly string[] = {found};\n"


def _map(name: str, about: str, found: dict[str, str]) -> str:
    rows = "".join(f"  [{_quoted(one)}, {_quoted(others)}],\n" for one, others in found.items() if others)
    return f"/** {about} */\nexport const {name}: readonly (readonly [string, string])[] = [\n{rows}];\n"


def _steps(name: str, about: str, found: dict[str, str]) -> str:
    """Pairs in the order of their characters, told by the steps between them: half the size of a list of pairs."""
    points = [ord(one) for one in found]
    steps = " ".join(_base36(point - before) for before, point in pairwise([0, *points]))
    texts = _quoted("\n".join(found.values()))
    return (
        f"/** {about}: by how much each is above the one before, in base 36; and the text of each, a line each. */\n"
        f"export const {name} = {{\n  steps: {json.dumps(steps)},\n  texts: {texts},\n}} as const;\n"
    )


def _base36(number: int) -> str:
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    return (_base36(number // 36) if number >= 36 else "") + digits[number % 36]


def _ranges(pattern: str) -> Iterator[str]:
    """The characters that a pattern matches, as the inside of a class of a regular expression."""
    found = [ord(one) for one in regex.findall(pattern, _EVERY, regex.V1)]
    begins = [one for before, one in pairwise([-2, *found]) if one != before + 1]
    ends = [one for one, behind in pairwise([*found, sys.maxunicode + 2]) if behind != one + 1]
    for first, last in zip(begins, ends, strict=True):
        yield f"\\u{{{first:x}}}" + ("" if first == last else f"-\\u{{{last:x}}}")


def _quoted(text: str) -> str:
    """A text in quotes, in which every character can be seen."""
    whole = json.dumps(text, ensure_ascii=False)
    return "".join(one if _is_seen(one) else json.dumps(one)[1:-1] for one in whole)


def _is_seen(one: str) -> bool:
    return one.isascii() or unicodedata.category(one)[0] in "LNPS"


def main() -> None:
    """Write the file."""
    FILE.write_text(tables(), encoding="utf-8")


if __name__ == "__main__":
    main()
