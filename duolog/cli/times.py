"""Times for people: in this computer's zone. Data and JSON keep UTC Unix seconds."""

from duolog.documents.dates import clock, day, day_of, moment

__all__ = ["clock", "count", "day", "day_of", "moment", "span"]


def span(seconds: int) -> str:
    """A length of time in its largest unit: `3 minutes`, `2 hours`, `1 day`."""
    for size, word in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            return count(round(seconds / size), word)
    return "less than a minute"


def count(number: int, word: str) -> str:
    """A number of things: `1 text`, `2 texts`."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
