"""Words that people type, read out and compare."""

from collections.abc import Sequence

Words = tuple[str, ...]


def plain_words(words: str | Sequence[str]) -> tuple[str, ...]:
    """Words as somebody has typed or read them, without capitals and white space."""
    return tuple(word.strip().lower() for word in (words.split() if isinstance(words, str) else words))
