"""Cleaning what others wrote before it is shown: no text costs more for each character because there is more of it."""

from collections.abc import Sequence

from bench.claim import Claim, Figure, Stage, interleave
from bench.limits import timed
from duolog.documents.safe_text import clean

# Characters that the cleaner looks at twice, or looks around.
PARTS = ("\u202e", "a\u0301", "\u0301", "\u200d", "ب\u064b\u200d", "\u094d\u200d", "😀\u200d")
CHARACTERS = 1_000_000
SHORT = 1_000


async def measure(stage: Stage) -> Sequence[Figure]:
    count = stage.scaled(CHARACTERS, 10 * SHORT)
    long = [part * (count // len(part)) for part in PARTS]
    short = [part * (SHORT // len(part)) for part in PARTS]
    rounds = interleave(
        stage.rounds,
        lambda _: timed(lambda: [clean(text) for text in long]),
        lambda _: timed(lambda: [clean(text) for text in short for _ in range(count // SHORT)]),
    )
    name = f"{count:,} characters of each kind of hostile text cleaned at once"
    return [Figure(name, "s", "as many in thousands", rounds, at_most=2.0)]


CLAIM = Claim("cleaning", "Hostile text costs as much for each character when there is a lot of it.", measure)
