"""Cleaning what others wrote before it is shown: no text costs more for each character because there is more of it."""

from bench.measure import Figure, timed
from duolog.documents.safe_text import clean

# Characters that the cleaner looks at twice, or looks around.
PARTS = ("\u202e", "a\u0301", "\u0301", "\u200d", "ب\u064b\u200d", "\u094d\u200d", "😀\u200d")
CHARACTERS = 1_000_000
SHORT = 1_000


def cleaning() -> Figure:
    """A megabyte of each kind at once; the limit is the same in short texts."""
    long = [part * (CHARACTERS // len(part)) for part in PARTS]
    short = [part * (SHORT // len(part)) for part in PARTS]
    taken = timed(lambda: [clean(text) for text in long])
    limit = timed(lambda: [clean(text) for text in short for _ in range(CHARACTERS // SHORT)])
    count = CHARACTERS * len(PARTS)
    return Figure("characters of hostile text cleaned, a million at once", count, taken, limit, "the same in thousands")
