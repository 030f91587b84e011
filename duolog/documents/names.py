"""Names of people: which names are shown, so that none passes for another person or for Duolog's own words.

Rules
- A name is one line of at most `MAX_NAME` characters that can be seen. It neither is nor looks like a word that Duolog
  uses for people, in any of its languages, and it has no word that begins a sentence of Duolog's.
- Brackets, colons and asterisks belong to Duolog.
- A name that breaks these rules has no effect: a neutral word is shown instead, and the timeline says why.
- Names of two people that look alike are both shown with the beginning of their account's id, in brackets.
- The reader is marked with `(you)`, which no name can contain.

Looks are compared without letter case, accents, spaces and punctuation, by Unicode's table of confusable characters.
The tables change with their libraries, so no reducer uses these rules: only screens and files do.
"""

import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Final

import regex

from duolog.documents.safe_text import clean_line

MAX_NAME: Final = 80  # characters, as a profile holds them

# Words that Duolog itself uses for people, by language. A new language adds its own here.
YOU, PARTNER, A_PARTNER, A_CONFIDANT, SOMEBODY = "You", "Your partner", "A partner", "A confidant", "Somebody else"
RESERVED: Final[Mapping[str, tuple[str, ...]]] = {
    "en": (
        YOU, PARTNER, A_PARTNER, A_CONFIDANT, SOMEBODY, "I", "Me", "Myself", "Yourself", "You two", "We", "Us", "Both",
        "Both of us", "Both of you", "The two of you", "My partner", "Partner", "Confidant", "The partner", "Someone",
        "Somebody", "Someone else", "Nobody", "Anybody", "A member", "Member", "Its author", "The author", "The other",
        "The other person", "They", "Duolog", "Server", "The server", "The host", "Account", "No name", "Unknown",
        "Someone without a name", "A confidant without a name", "A partner without a name",
    )
}  # fmt: skip
# Words that no name may contain, alone or among others: a person named "You just" would speak as the reader.
OUR_WORDS: Final[Mapping[str, tuple[str, ...]]] = {"en": ("You", "Your", "Yourself", "Duolog")}

_BLANK = r"[\u2800\U0001d159\U00013441\U00013442]"  # letters and symbols that are drawn as nothing
_SEEN: Final = regex.compile(rf"[[\p{{L}}\p{{N}}\p{{S}}]--{_BLANK}]", regex.V1)
_NOT_COMPARED: Final = regex.compile(rf"[\p{{M}}\p{{P}}\p{{Z}}\p{{Default_Ignorable_Code_Point}}{_BLANK}]", regex.V1)
_BETWEEN: Final = tuple(  # words end at a space, and may end at punctuation
    regex.compile(rf"[\s\p{{Z}}{_BLANK}{more}]+", regex.V1) for more in ("", r"\p{P}\p{S}")
)
_REPLACED: Final = frozenset("\ufffc\ufffd")  # they stand for something that isn't there
_LETTER: Final = regex.compile(r"(?:LATIN (?:CAPITAL|SMALL) LETTER|SMALL CAPITAL|SYMBOL LETTER) ([A-Z])$")
_OURS: Final = frozenset("()[]{}<>:*")
_SUFFIX = 8  # hexadecimal digits of an account's id, or more where two begin alike


def name_fault(name: str) -> str | None:
    """Why a name isn't shown, in a sentence for its owner, or None for a name that is."""
    shown = clean_line(name)
    if len(name.splitlines()) > 1 or _REPLACED.intersection(shown):
        return "A name is one line, of characters that can be seen."
    if not _SEEN.search(shown):
        return "A name needs a letter, a number or a symbol that can be seen."
    if len(name) > MAX_NAME:
        return f"A name has at most {MAX_NAME} characters."
    if any(_looks(one) & _OURS for one in shown):
        return "Brackets, colons and asterisks stand for something else here: a name has none."
    reserved, our_words = _looks_of_ours()
    if looks_of(shown) & reserved:
        return f"Duolog itself uses that word for people: \u201c{shown}\u201d would be mistaken for somebody."
    if _words_of(shown) & our_words:  # check: names.our_words
        return f"Duolog itself says \u201cyou\u201d and its own name: \u201c{shown}\u201d would speak in its place."
    return None


def shown_names(given: Mapping[bytes, str]) -> dict[bytes, str]:
    """The shown name of each account, by the account's id: safe to show, no two alike, faulty names left out."""
    names = {account: clean_line(name) for account, name in given.items() if name_fault(name) is None}
    looks = {account: looks_of(name) for account, name in names.items()}
    shown = {}
    for account, name in names.items():
        alike = [other for other in names if other != account and looks[other] & looks[account]]
        shown[account] = f"{name} ({_tell_apart(account, alike)})" if alike else name
    return shown


def called(name: str | None, *, me: bool, role: str | None, by_partner: bool) -> str:
    """A person as a sentence names them. `name`: as shown, or None. `me`: this person reads.

    `role`: None for a person who isn't a member. `by_partner`: a partner reads.
    """
    if me:
        return f"{name} ({YOU.lower()})" if name else YOU
    if name:
        return name
    if role is None:
        return SOMEBODY
    if role == "confidant":
        return A_CONFIDANT
    return PARTNER if by_partner else A_PARTNER


def named_by_account(name: str | None, account: bytes) -> str:
    """A person in a file for any reader: the name that they chose, unchanged, and always their account."""
    short = account.hex()[:_SUFFIX]
    return f"Account {short}" if name is None else f"{' '.join(name.split())} ({short})"


@lru_cache(maxsize=1024)
def looks_of(name: str) -> frozenset[str]:
    """The looks of a name. Two names that have one in common look alike."""
    return frozenset(_NOT_COMPARED.sub("", way) or way for way in _ways(name))


def _words_of(name: str) -> set[str]:
    """The looks of each word in a name."""
    return {_NOT_COMPARED.sub("", word) for way in _ways(name) for between in _BETWEEN for word in between.split(way)}


def _ways(name: str) -> set[str]:
    name = unicodedata.normalize("NFKC", name)
    return {_skeleton(name.casefold()).casefold(), _skeleton(name).casefold()}


def _tell_apart(account: bytes, others: list[bytes]) -> str:
    text, size = account.hex(), _SUFFIX
    while size < len(text) and any(other.hex()[:size] == text[:size] for other in others):
        size += 4
    return text[:size]


@cache
def _looks_of_ours() -> tuple[frozenset[str], frozenset[str]]:
    return _looks_of_all(RESERVED), _looks_of_all(OUR_WORDS)


def _looks_of_all(words: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    """The looks of all words, also in capitals, since some capitals look like numbers."""
    ways = (way for of_language in words.values() for word in of_language for way in (word, word.upper()))
    return frozenset(look for way in ways for look in looks_of(way))


def _looks(character: str) -> set[str]:
    return {character, *_skeleton(unicodedata.normalize("NFKC", character))}


def _skeleton(text: str) -> str:
    """The skeleton of UTS 39: each character is replaced by the one that stands for all that look like it."""
    table = prototypes()
    found = "".join(map(letter_of, "".join(table.get(one, one) for one in unicodedata.normalize("NFD", text))))
    return unicodedata.normalize("NFD", found)


def letter_of(one: str) -> str:
    """The plain letter for a letter in a box or of another size, by its Unicode name: the table doesn't have these."""
    found = None if one.isascii() else _LETTER.search(unicodedata.name(one, ""))
    return one if found is None else str(found[1]).lower()


@cache
def prototypes() -> Mapping[str, str]:
    """For each confusable character, the characters that stand for its class.

    The library has the classes of Unicode's file, but not which member stands for all. Here the longest member does
    (`rn` for `m`), and of several single characters the first.
    """
    from confusable_homoglyphs.confusables import confusables_data

    heads: dict[str, str] = {}

    def head(one: str) -> str:
        while heads.setdefault(one, one) != one:
            heads[one] = heads[heads[one]]
            one = heads[one]
        return one

    for one, others in confusables_data.items():
        for other in others:
            mine, theirs = head(_bare(one)), head(_bare(other["c"]))
            first, last = sorted((mine, theirs), key=lambda text: (-len(text), text))
            heads[last] = first
    single = {one: head(one) for one in heads if len(one) == 1}
    return {one: "".join(single.get(part, part) if len(to) > 1 else part for part in to) for one, to in single.items()}


def _bare(text: str) -> str:
    return unicodedata.normalize("NFD", text.replace("\u200e", "").replace("\u200f", ""))
