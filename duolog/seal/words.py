"""Words for people: the 24 of a recovery sheet, and the eight by which two people compare a hash aloud.

Rules
- English BIP39 list. 24 words are 32 bytes of entropy and an 8-bit checksum; the entropy is the secret itself, without
  PBKDF2.
- Eight words are the first 88 bits of a hash, 11 bits each, without a checksum.
- Typed words may have capitals, commas, numbers in front and any white space. An error names a wrong word by its place
  and offers near words; it never repeats a typed word.
"""

import difflib
import re
from collections.abc import Sequence

from mnemonic import Mnemonic

from duolog.errors import MalformedData
from duolog.protocol import sizes

Words = tuple[str, ...]

SHEET_WORDS = 24
COMPARED_WORDS = 8
_BITS = 11
_BIP39 = Mnemonic("english")
_LIST: tuple[str, ...] = tuple(_BIP39.wordlist)
_KNOWN = frozenset(_LIST)
_WORD = re.compile(r"[^\W\d_]+")


def encode_words(entropy: bytes) -> tuple[str, ...]:
    """The 24 words of a recovery sheet's secret (32 bytes).

    Raises: MalformedData when it has another size.
    Spec: §4.
    """
    if len(entropy) != sizes.SEED:  # check: seal.entropy_size
        raise MalformedData("A recovery sheet holds 32 bytes.")
    return tuple(_BIP39.to_mnemonic(entropy).split())


def parse_words(text: str) -> bytes:
    """The secret (32 bytes) that 24 typed words hold.

    Raises:
        MalformedData: a wrong number of words, an unknown word (named by its place), or a wrong checksum.
    Spec: §4.
    """
    words = _WORD.findall(text.lower())
    for place, word in enumerate(words, 1):
        if word not in _KNOWN:  # check: seal.known_word
            raise MalformedData(f"Word {place} is not one of the list.{_near(word)}")
    if len(words) != SHEET_WORDS:  # check: seal.word_count
        raise MalformedData(
            f"These are {len(words)} words; a recovery sheet has {SHEET_WORDS}. Type them in the order of the sheet."
        )
    try:
        return bytes(_BIP39.to_entropy(words))
    except ValueError as error:
        raise MalformedData(
            "Every word is on the list, but they don't fit together: one may be a similar word, or two may have "
            "changed places. Compare them with the sheet, one by one."
        ) from error


def eight_words(hashed: bytes) -> tuple[str, ...]:
    """Eight words for a hash's first 88 bits. Raises: MalformedData when the hash hasn't 32 bytes. Spec: §7."""
    if len(hashed) != sizes.HASH:  # check: seal.words_of_hash
        raise MalformedData("Words are made of a hash of 32 bytes.")
    bits = int.from_bytes(hashed[: COMPARED_WORDS * _BITS // 8], "big")
    places = range((COMPARED_WORDS - 1) * _BITS, -1, -_BITS)
    return tuple(_LIST[bits >> place & (1 << _BITS) - 1] for place in places)


def _near(word: str) -> str:
    begins = [known for known in _LIST if known[:4] == word[:4]]  # four letters tell the words of the list apart
    near = list(dict.fromkeys(begins + difflib.get_close_matches(word, _LIST, n=3, cutoff=0.7)))[:3]
    return f" Did you mean {' or '.join(near)}?" if near else " Look at the sheet again."


def plain_words(words: str | Sequence[str]) -> Words:
    """Words as somebody has typed or read them, without capitals and white space."""
    return tuple(word.strip().lower() for word in (words.split() if isinstance(words, str) else words))
